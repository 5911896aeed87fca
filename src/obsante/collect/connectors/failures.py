"""What a service refused or could not do, as the errors that the user reads."""

from __future__ import annotations

import json
from http import HTTPStatus

from obsante.collect.connectors.credentials import Credentials, expected_secret, how_to_set
from obsante.collect.connectors.declared import Declared
from obsante.errors import DataError

_SHOWN = 200
_CONFIGURATION = "config/fetch.yml"


class Passing(Exception):
    """A failure that another attempt may not meet.

    Args:
        found: what happened, without any secret.
        wait: seconds that the service asks for.
    """

    def __init__(self, found: str, wait: float | None = None) -> None:
        super().__init__(found)
        self.found = found
        self.wait = wait


def words_of(body: bytes, credentials: Credentials) -> str:
    """What the service says of its refusal, shortened, secrets masked; empty if it says nothing."""
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    if isinstance(content, dict) and isinstance(content.get("error"), dict):
        # OData puts the message one level down.
        content = content["error"]
    keys = ("errorCode", "detail", "message", "error")
    parts = [content.get(key) for key in keys] if isinstance(content, dict) else []
    said = ": ".join(dict.fromkeys(part for part in parts if isinstance(part, str)))
    # Masked before it is cut: half a secret is no longer recognised.
    return credentials.scrub(" ".join(said.split()))[:_SHOWN]


def refused(
    name: str, source: Declared, address: str, status: int, said: str, identified: bool
) -> DataError:
    """The error for a status that no other attempt changes."""
    try:
        phrase = f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        phrase = str(status)
    expected, remedy = _explained(name, source, status, identified)
    return DataError(
        f"source '{name}', GET {address}",
        found=f"{phrase}: {said}" if said else phrase,
        expected=expected,
        remedy=remedy,
    )


def _explained(name: str, source: Declared, status: int, identified: bool) -> tuple[str, str]:
    if status == HTTPStatus.UNAUTHORIZED and source.token_scheme:
        secret = expected_secret(name, source)
        if identified:
            remedy = f"renew it, then {how_to_set(source)}: {secret}"
            return "a secret that the service accepts", remedy
        return f"a secret: {secret}", how_to_set(source)
    if status == HTTPStatus.FORBIDDEN and source.token_scheme:
        secret = expected_secret(name, source)
        remedy = f"ask for the right to read them, or use another account: {secret}"
        return "an account that may read these data", remedy
    if status == HTTPStatus.NOT_FOUND:
        return "a url and identifiers that the service knows", _check(source)
    return "an answer with data", _check(source)


def _check(source: Declared) -> str:
    return f"correct the source in {_CONFIGURATION}; its parameters: {source.documentation}"


def unavailable(name: str, address: str, found: str, attempts: int) -> DataError:
    """The error once every attempt has failed."""
    return DataError(
        f"source '{name}', GET {address}",
        found=f"{found}, after {attempts} attempt{'s' if attempts > 1 else ''}",
        expected="a whole answer",
        remedy="run the command again later: pages already received today are kept",
    )


def too_long(name: str, address: str, seconds: float, longest: float) -> DataError:
    """The error for a service that asks to come back much later."""
    return DataError(
        f"source '{name}', GET {address}",
        found=f"the service asks to wait {seconds:.0f} s",
        expected=f"at most {longest:.0f} s (limits.longest_wait_seconds of {_CONFIGURATION})",
        remedy="run the command again after that time: pages already received today are kept",
    )


def too_large(name: str, megabytes: float) -> DataError:
    """The error for answers that go over the declared size."""
    return DataError(
        f"source '{name}'", found=f"more than {megabytes:g} MB of answers",
        expected=f"at most limits.megabytes of {_CONFIGURATION}",
        remedy="ask for less (since, until, fewer codes), or raise the limit",
    )  # fmt: skip


def misdirected(name: str, address: str, found: str) -> DataError:
    """The error for a redirection that must not be followed."""
    return DataError(
        f"source '{name}', GET {address}", found=found,
        expected="an answer, or a few redirections that stay on https",
        remedy=f"write the url of the service as it is now in {_CONFIGURATION}",
    )  # fmt: skip


def not_json(name: str, address: str, documentation: str) -> DataError:
    """The error for a page meant for people."""
    return DataError(
        f"source '{name}', GET {address}", found="a web page, not data in JSON",
        expected=f"an answer of the API: {documentation}",
        remedy=f"check url in {_CONFIGURATION}, and that no login page or proxy stands in between",
    )  # fmt: skip


def indiscreet(name: str, address: str) -> DataError:
    """The error for an answer that repeats the secret."""
    return DataError(
        f"source '{name}', GET {address}", found="an answer that repeats the secret sent",
        expected="data without any secret", remedy="tell the service's owner; nothing was written",
    )  # fmt: skip


def unprotected(name: str) -> DataError:
    """The error for a secret that would travel in clear."""
    return DataError(
        f"{_CONFIGURATION}, source '{name}', key url", found="http:// with a secret to send",
        expected="https://", remedy="write the https address of the service",
    )  # fmt: skip
