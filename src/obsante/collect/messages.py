"""What a quarantine file says of a faulty cell: in French, with what should be written."""

from __future__ import annotations

import datetime as dt
import difflib
import itertools
import re
import unicodedata
from collections.abc import Iterable, Sequence

from obsante.collect import codes
from obsante.collect.table_schema import Field

_SPACE = "\u00a0"
_THIN = "\u202f"
# A longer list of allowed values is not searched for the nearest.
_SEARCHED = 500
_PRINTED = 8
_TYPE_NAMES = {
    "integer": "un nombre entier",
    "number": "un nombre",
    "date": "une date",
    "boolean": "une valeur logique",
}
_MODELS = {"integer": "12", "number": "12.5", "date": "2025-12-31", "boolean": "true"}


def quoted(value: object) -> str:
    """``value`` between French quotation marks.

    >>> quoted("Fès") == "«\\u00a0Fès\\u00a0»"
    True
    """
    return f"«{_SPACE}{value}{_SPACE}»"


def cell(rule: str, field: Field, value: str, *, year: int, search: bool = True) -> str:
    """Message about one cell.

    Args:
        rule: a code of :mod:`obsante.collect.codes`.
        value: the cell as written, empty if missing.
        year: the edition's.
        search: whether to look for the nearest category.
    """
    name, shown, limits = quoted(field.name), quoted(value), field.constraints
    match rule:
        case codes.REQUIRED:
            return f"La colonne {name} est obligatoire{_SPACE}: renseigner une valeur."
        case codes.TYPE:
            return f"{shown} n'est pas {_TYPE_NAMES[field.type]}{_SPACE}: {_advice(field, value)}."
        case codes.CATEGORY:
            advice = _category(field, value, search)
            return f"{shown} n'est pas une modalité de {name}{_SPACE}: {advice}."
        case codes.PATTERN:
            return f"{shown} n'a pas la forme attendue dans {name}{_SPACE}: {limits.pattern}"
        case codes.MINIMUM:
            return f"{shown} est inférieur au minimum admis, {_bound(limits.minimum)}."
        case codes.MAXIMUM:
            return f"{shown} est supérieur au maximum admis, {_bound(limits.maximum)}."
        case _:
            return f"{shown} n'est pas l'édition attendue, {year}."


def foreign(value: str, resource: str, allowed: Sequence[str], *, search: bool = True) -> str:
    """Message about a value that is no row of ``resource``."""
    start = f"{quoted(value)} n'est dans aucune ligne retenue de la table {quoted(resource)}"
    near = closest(value, allowed) if search and len(allowed) <= _SEARCHED else None
    return f"{start}{_SPACE}: la valeur la plus proche est {quoted(near)}." if near else f"{start}."


def copied(first: str) -> str:
    """Message about a row identical to another, whose place is ``first``."""
    return f"Copie identique de la {first}, seule examinée."


def conflict(key: str, listed: str) -> str:
    """Message about different rows that carry the same key, listed by :func:`places`."""
    start = f"Des lignes différentes portent la même clé {quoted(key)} ({listed})"
    return f"{start}{_SPACE}: aucune n'est retenue."


def repeated(value: str, column: str, listed: str) -> str:
    """Message about different rows that carry the same value in a column of unique values."""
    unique = f"dans {quoted(column)}, où chaque valeur est unique ({listed})"
    return f"{quoted(value)} figure plusieurs fois {unique}{_SPACE}: aucune n'est retenue."


def places(rows: Sequence[tuple[str, int]], own: str) -> str:
    """Lines of files, those of the reader's own file first and without its name.

    >>> places([("nord.csv", 2), ("sud.csv", 3), ("nord.csv", 4)], "sud.csv").replace("\u00a0", " ")
    'ligne 3\u202f; lignes 2, 4 de « nord.csv »'
    """
    shown = sorted(rows[:_PRINTED], key=lambda row: row[0] != own)
    parts = []
    for file, group in itertools.groupby(shown, key=lambda row: row[0]):
        lines = [str(line) for _, line in group]
        word = "lignes" if len(lines) > 1 else "ligne"
        parts.append(f"{word} {', '.join(lines)}" + ("" if file == own else f" de {quoted(file)}"))
    return f"{_THIN}; ".join(parts) + (", …" if len(rows) > _PRINTED else "")


def closest(value: str, allowed: Iterable[str]) -> str | None:
    """The allowed value that resembles ``value`` most, case and accents apart.

    >>> closest(" Oui", ["non", "oui"]), closest("x", ["non", "oui"])
    ('oui', None)
    """
    folded = {_fold(candidate): candidate for candidate in reversed(list(allowed))}
    match = difflib.get_close_matches(_fold(value), folded, n=1, cutoff=0.6)
    return folded[match[0]] if match else None


def corrected(kind: str, value: str) -> str | None:
    """The way of writing that the column's type asks for, where ``value`` lets it be guessed.

    >>> corrected("number", "12,5"), corrected("integer", " 1 200"), corrected("number", "1e3")
    ('12.5', '1200', '1000')
    >>> corrected("date", "31/12/2025"), corrected("integer", "12,5"), corrected("number", "abc")
    ('2025-12-31', None, None)
    """
    if kind == "date":
        return _date(value.strip())
    if kind == "boolean":
        return {"oui": "true", "non": "false"}.get(value.strip().casefold(), _lower_bool(value))
    text = re.sub(r"\s", "", value).replace(",", ".").removeprefix("+")
    if re.fullmatch(r"-?\d{1,3}(\.\d+)?[eE]\+?\d", text):
        text = f"{float(text):.10g}"
    if kind == "integer":
        text = re.sub(r"\.0+$", "", text)
    pattern = r"-?[0-9]{1,15}" + (r"(\.[0-9]{1,20})?" if kind == "number" else "")
    return text if re.fullmatch(pattern, text) else None


def _lower_bool(value: str) -> str | None:
    text = value.strip().casefold()
    return text if text in ("true", "false") else None


def _date(value: str) -> str | None:
    for form in ("%d/%m/%Y", "%d-%m-%Y", "%Y/%m/%d", "%Y-%m-%d"):
        try:
            return dt.datetime.strptime(value, form).date().isoformat()
        except ValueError:
            continue
    return None


def _advice(field: Field, value: str) -> str:
    better = corrected(field.type, value)
    if better is not None and better != value:
        return f"écrire {quoted(better)}"
    return f"écrire comme {quoted(_MODELS[field.type])}, ou laisser la cellule vide"


def _category(field: Field, value: str, search: bool) -> str:
    """Advice on a value out of the closed list: the nearest code, or the list."""
    names = {str(category.value): category.label for category in field.categories}
    near = _nearest_code(value, names) if search else None
    if near is not None:
        return f"la plus proche est {quoted(near)} ({names[near]})"
    listed = list(names)[:_PRINTED]
    more = f" et {len(names) - _PRINTED} autres" if len(names) > _PRINTED else ""
    return f"modalités admises{_SPACE}: {', '.join(listed)}{more}"


def _nearest_code(value: str, names: dict[str, str]) -> str | None:
    """By resemblance to a code, a label or a word of a label; else by a beginning of its own."""
    words = {word: label for label in names.values() for word in re.split(r"\W+", label)}
    near = closest(value, names)
    if near is None:
        label = closest(value, names.values()) or words.get(closest(value, words) or "")
        near = next((code for code, name in names.items() if name == label), None)
    if near is None and _fold(value):
        begun = [code for code in names if _fold(code).startswith(_fold(value))]
        near = begun[0] if len(begun) == 1 else None
    return near


def _bound(bound: object) -> str:
    return str(bound).replace(".", ",")


def _fold(text: str) -> str:
    """Lower case, without accents or outer spaces."""
    letters = unicodedata.normalize("NFKD", text.strip().casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))
