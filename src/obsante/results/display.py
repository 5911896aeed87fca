"""What a notebook shows and the book embeds: tables, readings and definition sheets.

Everything is Markdown, so that JupyterLab, Quarto and the embedded renderer show the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import pandas as pd

from obsante.errors import ResultError
from obsante.results import french, wording
from obsante.results.publication import current, indicator
from obsante.results.registry import Indicator
from obsante.results.signing import sources
from obsante.results.targets import Target, target
from obsante.results.units import UNITS
from obsante.stats import NATIONAL

_NO_ROW = "Aucune valeur n'est publiée ici."
NO_TARGET = "aucune cible officielle"
_DIRECTIONS = {"up": "une hausse est un progrès", "down": "une baisse est un progrès",
               "none": "sans sens de progrès"}  # fmt: skip


class Markdown:
    """A Markdown text that a notebook displays; as plain text, the same words."""

    def __init__(self, text: str) -> None:
        self.text = text

    def _repr_markdown_(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return self.text


def pipe_table(
    frame: pd.DataFrame, *, right: Sequence[str] = (), widths: Sequence[int] = ()
) -> Markdown:
    """A frame of texts as a Markdown table.

    Args:
        right: the columns aligned to the right (numbers).
        widths: relative widths of the columns, for cells long enough to wrap; equal by default.
    """
    header = "| " + " | ".join(frame.columns) + " |"
    dashes = ["---" * width for width in widths or [1] * len(frame.columns)]
    cells = zip(frame.columns, dashes, strict=True)
    rule = "|" + "|".join(f"{d}:" if c in right else f":{d}" for c, d in cells) + "|"
    records = frame.itertuples(index=False)
    rows = ["| " + " | ".join(_cell(v) for v in record) + " |" for record in records]
    return Markdown("\n".join([header, rule, *rows]))


def _cell(value: object) -> str:
    return str(value).replace("|", "\\|").replace("\n", " ")


def table(rows: pd.DataFrame, *, domain: str) -> Markdown:
    """Published rows as a table: domain, value, interval, answers; no row is said in words.

    Args:
        rows: what ``publish`` returned, in the order wanted.
        domain: heading of the first column, in French.
    """
    if rows.empty:
        return Markdown(_NO_ROW)
    _check_headings(domain, heading(rows))
    records = rows.to_dict("records")
    level = french.level(current().level)
    natures = set(rows["nature"])
    columns = {domain: [r["libelle"] for r in records],
               heading(rows): [wording.value(r) for r in records]}  # fmt: skip
    if "survey" in natures or rows["borne_inf"].notna().any():
        columns[f"IC {level}"] = [wording.interval(r) for r in records]
    if "survey" in natures:
        columns["Réponses"] = [wording.sample(r) for r in records]
        columns["Sans réponse"] = [french.number(r["n_manquant"]) for r in records]
        columns["Sans objet"] = [french.number(r["n_sans_objet"]) for r in records]
    elif "register" in natures:
        columns["Enregistrements"] = [wording.sample(r) for r in records]
    frame = pd.DataFrame(columns)
    shown = pipe_table(frame, right=list(frame.columns[1:]))
    return Markdown("\n\n".join([shown.text, *reasons(rows)]))


def _check_headings(domain: str, value: str) -> None:
    if domain == value:
        raise ResultError(
            f"table of results, domain='{domain}'", found="the heading of the values",
            expected="another one for the domains", remedy="name what the rows compare",
        )  # fmt: skip


def reasons(rows: pd.DataFrame) -> list[str]:
    """Why values of these rows are not available, one French sentence each, without repeats."""
    named = [row for row in rows.to_dict("records") if row["motif"]]
    return list(dict.fromkeys(f"*{row['libelle']}{french.NBSP}: {row['motif']}.*" for row in named))


def side_by_side(
    columns: Mapping[str, pd.DataFrame],
    *,
    domain: str,
    cell: Callable[[dict], str] = wording.value,
    of_all: bool = False,
) -> Markdown:
    """Several indicators for the same domains, one column each; no row is said in words.

    Args:
        columns: heading -> published rows; the first ones give the domains and their order.
        domain: heading of the first column, in French.
        cell: what writes a row: :func:`obsante.results.wording.value`, ``with_interval`` or
            ``with_answers``.
        of_all: domains are those of all the columns, in the order and under the names of the first
            that has them; one that a column lacks is a dash, not a value that is not available.
    """
    records = {name: _by_domain(rows) for name, rows in columns.items()}
    giving = list(records.values()) if of_all else [next(iter(records.values()))]
    order = list(dict.fromkeys(key for one in giving for key in one))
    if not order:
        return Markdown(_NO_ROW)
    names = {key: row["libelle"] for one in reversed(giving) for key, row in one.items()}
    lacking = "–" if of_all else french.MARKS["missing"]
    frame = pd.DataFrame({domain: [names[key] for key in order]})
    for name, one in records.items():
        frame[name] = [cell(one[key]) if key in one else lacking for key in order]
    return pipe_table(frame, right=list(columns))


def _by_domain(rows: pd.DataFrame) -> dict[tuple[str, str], dict]:
    return {(row["dimension"], row["modalite"]): row for row in rows.to_dict("records")}


def rows(published: pd.DataFrame, *dimensions: str) -> pd.DataFrame:
    """The national row, then those of the dimensions named, in the published order."""
    wanted = [NATIONAL, *dimensions]
    parts = [published[published["dimension"] == dimension] for dimension in wanted]
    return pd.concat(parts, ignore_index=True)


def changes(published: pd.DataFrame, subject: str) -> Markdown:
    """One sentence per earlier edition: a direction only where the interval excludes zero.

    Where the changes could not be estimated, the reason instead.

    Args:
        subject: what a direction follows, as in ``L'adoption du DME est``.
    """
    lines = [
        f"- Par rapport à {row['modalite']}{french.NBSP}: {_changed(row, subject)} "
        f"({_measured_gap(row)}IC {french.level(current().level)}{french.NBSP}: "
        f"{wording.interval(row)})."
        for row in published.to_dict("records")
        if not row["motif"]
    ]
    text = "\n".join(lines) or "\n\n".join(reasons(published))
    return Markdown(text or "Aucune édition antérieure n'est comparée.")


def _changed(row: dict, subject: str) -> str:
    words = wording.change(row)
    return f"{french.in_sentence(subject)} {words}" if wording.significant(row) else words


def _measured_gap(row: dict) -> str:
    """The gap, unless the sentence has just said it."""
    return "" if wording.significant(row) else f"écart{french.NBSP}: {wording.value(row)}, "


def heading(rows: pd.DataFrame) -> str:
    """Column heading of a value: its unit."""
    return UNITS[rows["unite"].iloc[0]].heading


def sheet(identifier: str) -> Markdown:
    """The definition of an indicator, as the committee reads it."""
    return Markdown(definition_list(indicator(identifier), target(identifier)))


def definition_list(item: Indicator, goal: Target | None) -> str:
    """Definition, formula, bounds, target and version of an indicator, as a Markdown list."""
    lines = [
        ("Définition", item.definition),
        ("Formule", item.formula),
        ("Numérateur", item.numerator),
        ("Dénominateur", item.denominator),
        ("Champ", item.population),
        ("Unité et sens", f"{item.unit_words}{french.THIN}; {_DIRECTIONS[item.direction]}"),
        ("Cible", _goal(item, goal)),
        ("Source", item.source),
        ("Limites", item.limits),
        ("Cadres de référence", ", ".join(f"{m.framework} {m.code}" for m in item.frameworks)),
        ("Version de la définition", f"{item.version.number}, {french.day(item.version.date)}"),
    ]
    return "\n".join(f"- **{name}**{french.NBSP}: {text}" for name, text in lines if text)


def _goal(item: Indicator, goal: Target | None) -> str:
    """The target in words; a unit without a direction of progress has none to speak of."""
    if goal is None:
        return "" if item.direction == "none" else NO_TARGET
    note = f". {french.spaced(goal.note)}" if goal.note else ""
    return f"{goal.words(item.unit)}{note}"


def reading(identifier: str, rows: pd.DataFrame, sentence: str) -> Markdown:
    """The three lines under a figure: Lecture, Champ, Source, and the marks decoded.

    Args:
        rows: the published rows of the figure; the sentence describes the first one.
        sentence: French sentence with the fields ``{libelle}``, ``{valeur}``, ``{ic}`` and
            ``{n}``, filled from that row.
    """
    item = indicator(identifier)
    first = rows.iloc[0].to_dict()
    filled = sentence.format(
        libelle=first["libelle"],
        valeur=wording.value(first),
        ic=wording.interval(first),
        n=wording.sample(first),
    )
    read = f"{french.THIN}; valeur lue sur {wording.answers(first)}" if item.collected else ""
    parts = [
        f"**Lecture**{french.NBSP}: {filled}",
        f"**Champ**{french.NBSP}: {item.population}{read}.",
        f"**Source**{french.NBSP}: {sources(rows)}{_demonstration(item)}.",
        wording.marks(rows["etat"].tolist()),
    ]
    return Markdown(" ".join(part for part in parts if part))


def _demonstration(item: Indicator) -> str:
    synthetic = current().edition.demonstration and item.collected
    return ", données de démonstration" if synthetic else ""
