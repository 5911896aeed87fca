"""Secrets of the sources: read from the environment or the keyring, shown to nobody."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, quote_plus

from obsante.collect.connectors.declared import Declared
from obsante.collect.secrets import SERVICE, from_keyring
from obsante.errors import DataError

_MASK = "•••"
# Under this length a password could be a word of the data; tokens are longer.
_SURE_LENGTH = 12


def variable(name: str, kind: str) -> str:
    """Environment variable of a source's secret.

    >>> variable("kobo-etablissements", "token")
    'OBSANTE_KOBO_ETABLISSEMENTS_TOKEN'
    """
    return f"OBSANTE_{name.replace('-', '_')}_{kind}".upper()


@dataclass(frozen=True, repr=False)
class Credentials:
    """The Authorization header of one source, or none, and the texts that nothing may show."""

    header: str | None = None
    hidden: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"Credentials({'set' if self.header else 'none'})"

    def scrub(self, text: str) -> str:
        """``text`` with every form of the secrets masked."""
        for secret in sorted(self.hidden, key=len, reverse=True):
            for form in _forms(secret):
                text = text.replace(form, _MASK)
        return text

    def repeated_in(self, body: bytes) -> bool:
        """Whether an answer holds one of the secrets that could be no word of the data."""
        sure = [form for secret in self.hidden if len(secret) >= _SURE_LENGTH
                for form in _forms(secret)]  # fmt: skip
        return any(form.encode("utf-8") in body for form in sure)


def _forms(secret: str) -> set[str]:
    return {secret, quote(secret, safe=""), quote_plus(secret), json.dumps(secret)[1:-1]}


def find_credentials(name: str, source: Declared, environ: Mapping[str, str]) -> Credentials:
    """The secret of a source.

    Raises:
        DataError: a secret that the service needs is absent, or can't be one.
    """
    if source.token_scheme is None:
        return Credentials()
    token = _secret(variable(name, "token"), environ)
    if token:
        return Credentials(f"{source.token_scheme} {token}", (token,))
    user, password = (
        (_secret(variable(name, kind), environ) for kind in ("user", "password"))
        if source.password
        else (None, None)
    )
    if user and password:
        pair = base64.b64encode(f"{user}:{password}".encode()).decode("ascii")
        return Credentials(f"Basic {pair}", (password, pair, user))
    if source.secret == "required":
        raise DataError(
            f"source '{name}'", found="no secret for this service",
            expected=expected_secret(name, source), remedy=how_to_set(source),
        )  # fmt: skip
    return Credentials()


def expected_secret(name: str, source: Declared) -> str:
    """Where the secret of a source is looked for."""
    text = variable(name, "token")
    if source.password:
        text += f", or {variable(name, 'user')} and {variable(name, 'password')},"
    return f"{text} in the environment or the keyring (service {SERVICE})"


def how_to_set(source: Declared) -> str:
    """What the secret is, and that it goes to no file."""
    return f"set it to {source.token_help}, in the shell or the keyring, never in a file"


def _secret(name: str, environ: Mapping[str, str]) -> str | None:
    value = (environ.get(name) or from_keyring(name) or "").strip()
    if not all(" " <= character <= "~" for character in value):
        raise DataError(
            f"environment variable {name}", found="a character that no secret may hold",
            expected="printable ASCII characters, on one line",
            remedy="copy the secret again from the service",
        )  # fmt: skip
    return value or None
