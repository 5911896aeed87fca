"""Names of regions and provinces in any declared spelling, as the codes of their reference table.

``config/mappings/<table>.yml``: ``noun`` (feminine, for messages), ``names`` (the columns of the
reference table that hold official names), ``prefixes`` (words left out before a name),
``spellings`` (code -> other spellings), ``several`` (name -> codes of the places that it may mean).
Codes are read with or without their leading zeros and punctuation, and by their last part.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import pandas as pd
from pydantic import Field as Key

from obsante.collect import dictionary
from obsante.collect.imports import strict
from obsante.collect.imports.doubts import Reading, choose, unknown_place
from obsante.collect.imports.folding import joined, words
from obsante.edition import Strict, read_yaml, validate
from obsante.errors import DataError, nearest
from obsante.files import sha256
from obsante.paths import Project

# Articles and prepositions that come and go before a name.
_LINKS = frozenset({"l", "le", "la", "les", "d", "de", "du", "des"})
_NEAREST = 3


class _Mapping(Strict):
    noun: str = Key(min_length=1)
    names: list[str] = Key(min_length=1)
    prefixes: list[str] = Key(default_factory=list)
    spellings: dict[str, list[str]] = Key(default_factory=dict)
    several: dict[str, list[str]] = Key(default_factory=dict)


@dataclass
class Gazetteer:
    """Places of one kind: official names by code, codes of each known or unsure spelling."""

    noun: str
    names: dict[str, str]
    prefixes: list[list[str]]
    known: dict[str, list[str]] = field(default_factory=dict)
    unsure: dict[str, list[str]] = field(default_factory=dict)

    def read(self, value: str) -> Reading:
        """The code of a place; as written, with a doubt, where none or several fit."""
        key = self.key(value)
        codes = self.known.get(key, [])
        if len(codes) == 1:
            return Reading(codes[0])
        fits = codes or self.unsure.get(key, [])
        if fits:
            return choose(value, self._called(fits))
        return unknown_place(value, self.noun, self._called(self._near(key)))

    def key(self, name: str) -> str:
        """The form of a name in which its spellings are equal, without what comes before it."""
        parts = ["al" if part == "el" else part for part in words(name)]
        for prefix in self.prefixes:
            if parts[: len(prefix)] == prefix and len(parts) > len(prefix):
                parts = parts[len(prefix) :]
                break
        while len(parts) > 1 and parts[0] in _LINKS:
            parts = parts[1:]
        text = joined(parts)
        return "al" + text[2:] if text.startswith("el") else text

    def _called(self, codes: Iterable[str]) -> list[str]:
        return [f"{self.names[code]} ({code})" for code in codes]

    def _near(self, key: str) -> list[str]:
        """Codes of the nearest places."""
        ranked = difflib.get_close_matches(key, self.known, len(self.known), cutoff=0.0)
        codes = dict.fromkeys(code for spelling in ranked for code in self.known[spelling])
        return list(codes)[:_NEAREST]


def load(project: Project, kind: str, where: str) -> Gazetteer:
    """The places of reference table ``kind``.

    Args:
        where: the profile that asks for it, in messages.

    Raises:
        DataError: no such mapping, a code of no place, or a spelling declared twice.
        EditionError: the file is unreadable, or a key is unknown, missing or mistyped.
    """
    path = mapping_file(project, kind, f"{where}, key places")
    reference = project.reference / dictionary.load(kind, project).file
    return _loaded(project, kind, path, reference, (sha256(path), sha256(reference)))


def mapping_file(project: Project, name: str, where: str) -> Path:
    """The file of ``config/mappings`` of that name.

    Raises:
        DataError: there is none; names the nearest.
    """
    folder = project.mappings
    path = folder / f"{name}.yml"
    if not path.is_file():
        raise DataError(
            where, found=f"'{name}', but no file {project.relative(path)}",
            expected=nearest(name, sorted(p.stem for p in folder.glob("*.yml"))),
            remedy="correct the name, or write the file",
        )  # fmt: skip
    return path


@lru_cache(maxsize=16)
def _loaded(
    project: Project, kind: str, path: Path, reference: Path, digests: tuple[str, str]
) -> Gazetteer:
    """Loaded once for each content: ``digests`` are part of the cache's key."""
    where = project.relative(path)
    mapping = validate(_Mapping, read_yaml(project, path), where)
    table = dictionary.load(kind, project)
    rows = strict.read(reference, table, project.relative(reference))
    rows.index = pd.Index(rows[table.primaryKey[0]])
    for column in mapping.names:
        table.field(column)
    prefixes = sorted((words(prefix) for prefix in mapping.prefixes), key=len, reverse=True)
    made = Gazetteer(mapping.noun, rows[mapping.names[0]].to_dict(), prefixes)
    for code, names in rows[mapping.names].iterrows():
        for name in names.dropna():
            made.known.setdefault(made.key(name), [code])
    _declare(made, mapping, where)
    _add_codes(made)
    return made


def _declare(made: Gazetteer, mapping: _Mapping, where: str) -> None:
    """Add the spellings that the mapping declares, each of them once."""
    for code, names in mapping.spellings.items():
        for name in names:
            _add(made, made.known, name, [code], where)
    for name, codes in mapping.several.items():
        _add(made, made.unsure, name, codes, where)


def _add(
    made: Gazetteer, spellings: dict[str, list[str]], name: str, codes: list[str], where: str
) -> None:
    for code in codes:
        if code not in made.names:
            raise DataError(
                f"{where}, '{name}'", found=f"code '{code}', which is no place of its table",
                expected=nearest(code, made.names), remedy="correct the code",
            )  # fmt: skip
    key = made.key(name)
    other = made.known.get(key) or made.unsure.get(key)
    if other:
        raise DataError(
            f"{where}, '{name}'",
            found=f"already a spelling of {', '.join(made.names[code] for code in other)}, once"
            " case, accents and hyphens are left out",
            expected="each spelling once, beside the official names",
            remedy="remove it; if it means several places, list it under several only",
        )
    spellings[key] = list(codes)


def _add_codes(made: Gazetteer) -> None:
    """Ways of writing a code; one that two places share is ambiguous."""
    for code in made.names:
        plain = re.sub(r"\W", "", code)
        for form in {code, code.lstrip("0"), plain, plain.lstrip("0"), re.split(r"\W", code)[-1]}:
            shared = made.known.setdefault(made.key(form), [])
            if code not in shared:
                shared.append(code)
