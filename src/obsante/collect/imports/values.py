"""Cells of one column, as the dictionary writes them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from obsante.collect.imports import dates, numbers
from obsante.collect.imports.doubts import (
    ERRORS,
    Exact,
    Faulty,
    Reading,
    choose,
    spreadsheet_error,
)
from obsante.collect.imports.folding import fold
from obsante.collect.imports.places import Gazetteer
from obsante.collect.imports.profile import Profile
from obsante.collect.table_schema import Field

Reader = Callable[[str], Reading]
# Different values of an open column, such as an identifier, are not remembered for ever.
_REMEMBERED = 100_000
_TRUTH = {"oui": "true", "non": "false"}
_MARKS = {"oui": ["1", "true"], "non": ["0", "false"]}


class _Readings(dict):
    """Reading of each text that was met, made when it is first asked."""

    def __init__(self, make: Callable[[str], Reading | None], kind: type) -> None:
        super().__init__()
        self._make, self._kind = make, kind
        self.doubtful = False

    def __missing__(self, cell: str) -> Reading | None:
        reading = self._make(self._kind(cell))
        self.doubtful |= reading is not None and reading.doubt != ""
        if len(self) < _REMEMBERED:
            self[cell] = reading
        return reading


class Column:
    """Reads the cells of one column; a value that comes again is read once."""

    def __init__(self, read: Reader, missing: Sequence[str]) -> None:
        self._read, self._missing = read, frozenset(missing)
        self._plain, self._exact = _Readings(self._one, str), _Readings(self._one, Exact)
        self._faulty = False

    def __call__(self, cells: Sequence[str]) -> list[Reading | None]:
        """What each cell becomes; None if it is missing."""
        plain, exact = self._plain, self._exact
        kinds = set(map(type, cells))
        if kinds == {str}:
            return [plain[cell] for cell in cells]
        self._faulty |= Faulty in kinds
        return [
            cell.reading if type(cell) is Faulty
            else exact[cell] if type(cell) is Exact
            else plain[cell] for cell in cells
        ]  # fmt: skip

    @property
    def doubtful(self) -> bool:
        """Whether some cell, until now, could not be read with certainty."""
        return self._faulty or self._plain.doubtful or self._exact.doubtful

    def _one(self, cell: str) -> Reading | None:
        text = cell.strip()
        if not text or cell in self._missing or text in self._missing:
            return None
        if text.upper() in ERRORS:
            return spreadsheet_error(text)
        # The subclass is kept: it says that the text is canonical.
        return self._read(cell if isinstance(cell, Exact) else text)


def reader(
    field: Field,
    profile: Profile,
    words: Mapping[str, Sequence[str]],
    place: Gazetteer | None,
    forms: dates.Forms,
) -> Reader:
    """How the cells of a column are read.

    Args:
        words: spellings of codes, such as those of ``oui``.
        place: the places that the column names, if it does.
        forms: how the file writes dates.
    """
    if place is not None:
        return place.read
    if field.type == "date":
        return lambda cell: dates.read(cell, forms)
    if field.type == "boolean":
        return _boolean(words)
    if field.categories:
        return _category(field, words, _number(profile, whole=True))
    if field.type in ("integer", "number"):
        return _number(profile, whole=field.type == "integer")
    return lambda cell: Reading(str(cell))


def with_marks(words: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Spellings that also mark a choice that has a column of its own."""
    return {**words, **{code: [*words.get(code, ()), *_MARKS[code]] for code in _MARKS}}


def _number(profile: Profile, *, whole: bool) -> Reader:
    own = numbers.Marks(tuple(profile.decimals), tuple(profile.thousands))
    canonical = numbers.Marks((".",), ())

    def read(cell: str) -> Reading:
        return numbers.read(cell, canonical if isinstance(cell, Exact) else own, whole=whole)

    return read


def _boolean(words: Mapping[str, Sequence[str]]) -> Reader:
    spellings = {fold(text): _TRUTH[code] for code in _TRUTH for text in words.get(code, ())}
    spellings |= {"true": "true", "false": "false"}
    return lambda cell: Reading(spellings.get(fold(cell), cell))


def _category(field: Field, words: Mapping[str, Sequence[str]], number: Reader) -> Reader:
    """By code, by label, then by the words of the code."""
    codes = {str(code) for code in field.codes}
    named: dict[str, dict[str, None]] = {}
    for category in field.categories:
        for name in (str(category.value), category.label, category.ar or ""):
            named.setdefault(fold(name), {})[str(category.value)] = None
    for code in codes & set(words):
        for text in words[code]:
            named.setdefault(fold(text), {code: None})

    def read(cell: str) -> Reading:
        if cell in codes:
            return Reading(str(cell))
        if field.type == "integer" and number(cell).text in codes:
            return Reading(number(cell).text)
        fits = list(named.get(fold(cell), ())) if fold(cell) else []
        if len(fits) > 1:
            return choose(cell, fits)
        return Reading(fits[0] if fits else str(cell))

    return read
