"""The door of ingest: identifiers dropped or hashed, and found where they should not be."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from obsante.collect import codes, messages
from obsante.collect.chunks import LINE, NOTE_COLUMNS, Chunk, notes
from obsante.collect.privacy.keys import Key
from obsante.collect.privacy.patterns import MASK, SUSPECT, Codes, kinds, masked, named
from obsante.collect.table_schema import PSEUDONYM, Field, Table
from obsante.errors import DataError

_SPACE = "\u00a0"
_JOIN = ", "
# A number or a date is no telephone: one that starts with a useless zero is examined.
_PLAIN = {
    "integer": r"^-?(0|[1-9][0-9]*)$",
    "number": r"^-?(0|[1-9][0-9]*)(\.[0-9]+)?$",
    "date": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
    "boolean": "^(true|false)$",
}
# A spreadsheet takes the zero from a telephone; no count of a bounded column is as large.
_NUMBERED, _LEAST = re.compile(r"(?:212)?[5-7][0-9]{8}"), 500_000_000
# A column whose pattern admits one of these is not a column of codes.
_PROBES = ("a.b@exemple.invalid", "+212000000000", "+212 000000000", "0600000000", "ZZ000000",
           "a b", MASK)  # fmt: skip


def protect(chunk: Chunk, table: Table, key: Key | None) -> Chunk:
    """The chunk in the columns of ``table.protected``, without any direct identifier.

    Columns to drop are dropped, the others of ``table.identifiers`` become pseudonyms; what is
    missing stays missing, and a pseudonym stays what it is. The pattern of these columns is
    checked before, and their presence where they are dropped (that of the others is checked with
    the rest of the table). In every other column, a cell that holds an identifier is noted under
    the rule ``identifiant``, and masked.

    Args:
        key: may be None for a table without pseudonyms.

    Raises:
        DataError: no key, and the table has pseudonyms.
    """
    found = [_cleaned(chunk.notes, table)]
    columns: dict[str, pd.Series] = {}
    for field in table.fields:
        cells = chunk.text[field.name]
        if field.identifier is None:
            columns[field.name], rows = _searched(field, cells)
            found.append(rows)
            continue
        found.append(_checked(field, cells))
        if not field.dropped:
            columns[field.name], rows = _replaced(table, field, cells, key)
            found.append(rows)
    text = pd.DataFrame(columns, index=chunk.text.index)
    known = pd.concat([part for part in found if len(part)] or [notes()])
    return Chunk(chunk.file, text, known.drop_duplicates([LINE, "regle", "colonne"]))


def masked_values(table: Table, column: str, values: Sequence[str]) -> list[str]:
    """Values of a column, or of several joined by commas, as they may be shown.

    Those of a column that identifies are masked, pseudonyms apart; in the others, the identifiers
    found by their form.
    """
    identifying = {field.name for field in table.fields
                   if field.identifier or field.constraints.pattern == PSEUDONYM}  # fmt: skip
    shown = pd.Series(list(values), dtype="str")
    if identifying.isdisjoint(column.split(_JOIN)):
        return _without_forms(shown, codes_of([table])).tolist()
    harmless_or_empty = shown.str.fullmatch(rf"{PSEUDONYM}|").fillna(True).astype(bool)
    return shown.where(harmless_or_empty, MASK).tolist()


def mask(violations: pd.DataFrame, table: Table) -> pd.DataFrame:
    """Violations whose values, keys and messages may be shown (columns of the quarantine)."""
    shown = violations.copy()
    for column, group in violations.groupby("colonne", sort=False):
        before = group["valeur"].tolist()
        after = masked_values(table, column, before)
        if after != before:
            shown.loc[group.index, "valeur"] = after
            shown.loc[group.index, "message"] = [
                message.replace(old, new) if old and old != new else message
                for message, old, new in zip(group["message"], before, after, strict=True)
            ]
    for column in ("message", "identifiant"):
        if column in shown:
            shown[column] = _without_forms(shown[column], codes_of([table]))
    return shown


def codes_of(tables: Iterable[Table]) -> list[re.Pattern[str]]:
    """Forms of the tables' own codes, as their dictionaries give them."""
    return [re.compile(field.constraints.pattern) for table in tables for field in table.fields
            if field.identifier is None and coded(field)]  # fmt: skip


def coded(field: Field) -> bool:
    """Whether a column's pattern admits codes only, so that none of them is an identifier."""
    if field.constraints.pattern is None:
        return False
    return not pd.Series(_PROBES).str.fullmatch(field.constraints.pattern).any()


def harmless(cells: pd.Series) -> pd.Series:
    """Cells of an identifier column with nothing to hide: missing, purged, or a pseudonym."""
    return cells.isna() | cells.str.fullmatch(rf"{PSEUDONYM}|{MASK}").fillna(False).astype(bool)


def suspects(values: pa.Array) -> list[str]:
    """Those of ``values`` that may hold an identifier's form: few, found fast."""
    return values.filter(pc.match_substring_regex(values, SUSPECT)).to_pylist()


def _cleaned(found: pd.DataFrame, table: Table) -> pd.DataFrame:
    return mask(found, table)[NOTE_COLUMNS] if len(found) else found


def _without_forms(texts: pd.Series, own: Codes) -> pd.Series:
    different = pa.array(texts.dropna().unique(), pa.large_string())
    known = {text: masked(text, own) for text in suspects(different)}
    return texts.map(lambda text: known.get(text, text)) if known else texts


def _searched(field: Field, cells: pd.Series) -> tuple[pd.Series, pd.DataFrame]:
    """Cells of an ordinary column, masked where they hold an identifier, and what to note."""
    found = {text: kinds(text) for text in suspects(_open_values(field, cells))}
    if _bounded(field):
        found |= {text: ["telephone"] for text in found if _NUMBERED.fullmatch(text)}
    found = {text: known for text, known in found.items() if known}
    if not found:
        return cells, notes()
    shown = {text: MASK if _NUMBERED.fullmatch(text) else masked(text) for text in found}
    held = cells[cells.isin(list(found))]
    rows = [(line, codes.IDENTIFIER, field.name, shown[text], _warning(found[text]))
            for line, text in held.items()]  # fmt: skip
    return cells.mask(cells.isin(list(found)), cells.map(shown)), notes(rows)


def _open_values(field: Field, cells: pd.Series) -> pa.Array:
    """Different values of a column that are neither its codes nor plain numbers or dates."""
    array = pa.array(cells, pa.large_string(), from_pandas=True)
    values = pc.unique(array).drop_null()
    if field.codes:
        known = pa.array([str(code) for code in field.codes], pa.large_string())
        return values.filter(pc.invert(pc.is_in(values, known)))
    if field.type in _PLAIN:
        plain = pc.match_substring_regex(values, _PLAIN[field.type])
        if _bounded(field):
            numbered = pc.match_substring_regex(values, f"^{_NUMBERED.pattern}$")
            plain = pc.and_not(plain, numbered)
        return values.filter(pc.invert(plain))
    if coded(field) and len(values):
        matching = values.to_pandas().astype(cells.dtype).str.fullmatch(field.constraints.pattern)
        return values.filter(pa.array(~matching.to_numpy(bool)))
    return values


def _bounded(field: Field) -> bool:
    """Whether a column of numbers admits none as large as a telephone."""
    most = field.constraints.maximum
    return field.type in ("integer", "number") and most is not None and float(most) < _LEAST


def _warning(found: list[str]) -> str:
    listed = " et ".join(named(kind) for kind in found)
    return (
        f"La cellule contient {listed}{_SPACE}: aucun identifiant direct n'est admis hors des "
        "colonnes prévues pour cela. Le retirer à la source."
    )


def _checked(field: Field, cells: pd.Series) -> pd.DataFrame:
    """Presence and pattern of an identifier, never shown."""
    rows = list(_absent(field, cells)) if field.dropped and field.constraints.required else []
    if field.constraints.pattern is not None:
        given = cells[~harmless(cells)]
        wrong = given[~given.str.fullmatch(field.constraints.pattern).astype(bool)]
        message = messages.cell(codes.PATTERN, field, MASK, year=0)
        rows += [(line, codes.PATTERN, field.name, MASK, message) for line in wrong.index]
    return notes(rows)


def _absent(field: Field, cells: pd.Series) -> Iterator[tuple[int, str, str, str, str]]:
    message = messages.cell(codes.REQUIRED, field, "", year=0)
    for line in cells.index[cells.isna()]:
        yield line, codes.REQUIRED, field.name, "", message


def _replaced(
    table: Table, field: Field, cells: pd.Series, key: Key | None
) -> tuple[pd.Series, pd.DataFrame]:
    """Pseudonyms of a column; a cell that says nothing of anyone is missing, and noted."""
    if key is None:
        raise DataError(
            f"table '{table.name}', column '{field.name}'", found="no key for its pseudonyms",
            expected="the key of the edition", remedy="call load_key first",
        )  # fmt: skip
    kind = field.identifier.kind
    done = harmless(cells)
    hashed = key.pseudonyms(kind, cells[~done])
    unusable = hashed.index[hashed.isna()]
    text = cells.mask(cells == MASK).mask(~done, hashed.reindex(cells.index))
    message = (
        f"La cellule de {messages.quoted(field.name)} n'est pas {named(kind)}{_SPACE}: la corriger, "
        "ou la laisser vide."
    )
    return text, notes([(n, codes.PATTERN, field.name, MASK, message) for n in unusable])
