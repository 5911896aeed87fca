"""The key of the pseudonyms: where it comes from, what it must be, how it hashes."""

from __future__ import annotations

import hmac
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from obsante.collect.privacy.configuration import load_privacy
from obsante.collect.privacy.normalise import canonical
from obsante.collect.question_schema import Kind
from obsante.collect.reading import readable
from obsante.collect.secrets import SERVICE, from_keyring
from obsante.collect.table_schema import Table
from obsante.edition import Edition
from obsante.errors import EditionError
from obsante.paths import Project

VARIABLE = "OBSANTE_PSEUDONYM_KEY"
USER = "pseudonyms"
_LENGTH, _DIFFERENT = 32, 10
_PSEUDONYM_DIGITS, _FINGERPRINT_DIGITS = 20, 16
# No kind of identifier is named so: a fingerprint is never the hash of a value.
_FINGERPRINT_OF = "fingerprint:obsante"
_LARGEST_SEARCHED = 1 << 24
_NOT_SEARCHED = {".git", "__pycache__", "node_modules", ".pytest_cache", ".hypothesis"}
_ADVICE = (
    "make one, once for all the editions of the panel, and keep it in a safe: "
    'python -c "import secrets; print(secrets.token_hex(32))"'
)


@dataclass(frozen=True)
class Key:
    """The secret of the pseudonyms; it is never shown, not even by ``repr``."""

    secret: bytes = field(repr=False)

    @property
    def fingerprint(self) -> str:
        """16 hexadecimal digits that tell keys apart and may be published."""
        return self._digest(_FINGERPRINT_OF)[:_FINGERPRINT_DIGITS]

    def __repr__(self) -> str:
        return f"Key(fingerprint={self.fingerprint!r})"

    def pseudonym(self, kind: Kind, value: str) -> str | None:
        """``p`` and 20 hexadecimal digits; the same for every way of writing ``value``.

        None if nothing usable is written.
        """
        known = canonical(kind, value)
        return f"p{self._digest(f'{kind}:{known}')[:_PSEUDONYM_DIGITS]}" if known else None

    def pseudonyms(self, kind: Kind, values: pd.Series) -> pd.Series:
        """:meth:`pseudonym` of each value, missing where it is; each different one hashed once."""
        known = {value: self.pseudonym(kind, value) for value in values.dropna().unique()}
        return values.map(known).astype(pd.StringDtype(na_value=np.nan))

    def _digest(self, text: str) -> str:
        return hmac.digest(self.secret, text.encode("utf-8"), "sha256").hex()


def needs_key(tables: Iterable[Table]) -> bool:
    """Whether one of the tables has pseudonyms."""
    return any(field.identifier.treatment == "pseudonym"
               for table in tables for field in table.identifiers)  # fmt: skip


def load_key(project: Project, edition: Edition) -> Key:
    """The key of an edition: the published one, or for real data a secret kept elsewhere.

    The secret is read from the environment (``OBSANTE_PSEUDONYM_KEY``), else from the system's
    keyring where the package ``keyring`` is installed (service ``obsante``, user ``pseudonyms``).

    Raises:
        EditionError: a real edition without key, with the published one, with one that is too
            short, or that a file of the repository holds. The key is in no message.
        DataError: the keyring can't be read.
    """
    published = load_privacy(project).demonstration_key
    if edition.demonstration:
        return Key(published.encode("utf-8"))
    value, place = _secret()
    if value is None:
        raise _refused(f"edition {edition.edition}, key of the pseudonyms", "none", _ADVICE + (
            f"; then export it as {VARIABLE}, or: keyring set {SERVICE} {USER}"))  # fmt: skip
    if value == published:
        raise _refused(place, "the published key of the demonstration", _ADVICE)
    if len(value) < _LENGTH or len(set(value)) < _DIFFERENT:
        raise _refused(place, "a key that is too short, or that repeats itself", _ADVICE)
    holder = _holder(project, value)
    if holder is not None:
        raise _refused(place, f"a key that {project.relative(holder)} holds",
                       f"remove it from that file, and from git's history; {_ADVICE}")  # fmt: skip
    return Key(value.encode("utf-8"))


def link_lost(table: Table, fingerprints: Mapping[int, str | None]) -> str | None:
    """Sentence, in French, on the persons of ``table`` who can't be followed between editions.

    Args:
        fingerprints: of each edition's key, by year, None where it is not known.

    Returns:
        None if one key served all the editions.
    """
    if len(set(fingerprints.values())) <= 1 and None not in fingerprints.values():
        return None
    years = ", ".join(str(year) for year in sorted(fingerprints))
    return (
        f"La clé des pseudonymes n'est pas la même dans les éditions {years}\u00a0: dans la table "
        f"«\u00a0{table.title}\u00a0», le lien entre les réponses d'une même personne est perdu "
        "d'une édition à l'autre\u202f; aucune évolution individuelle n'est calculée."
    )


def _refused(place: str, found: str, remedy: str) -> EditionError:
    return EditionError(
        place, found=found, remedy=remedy,
        expected=f"a secret of at least {_LENGTH} random characters, in no file of the repository",
    )  # fmt: skip


def _secret() -> tuple[str | None, str]:
    """The key and where it was found."""
    value = os.environ.get(VARIABLE, "").strip()
    if value:
        return value, f"environment variable {VARIABLE}"
    held = (from_keyring(USER) or "").strip()
    return held or None, f"keyring, service {SERVICE}, user {USER}"


def _holder(project: Project, value: str) -> Path | None:
    """The first file of the checkout that holds the key, environments and caches apart."""
    needle = value.encode("utf-8")
    for path in _files(project.root):
        with readable(project.relative(path)):
            if path.stat().st_size <= _LARGEST_SEARCHED and needle in path.read_bytes():
                return path
    return None


def _files(root: Path) -> Iterator[Path]:
    for folder, names, files in os.walk(root):
        inside = Path(folder)
        names[:] = sorted(n for n in names if n not in _NOT_SEARCHED
                          and not (inside / n / "pyvenv.cfg").is_file())  # fmt: skip
        yield from (inside / name for name in sorted(files) if (inside / name).is_file())
