"""``obsante indicators``: the registry beside what was published, as a table, CSV or JSON."""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Mapping
from typing import Any, Literal

import pandas as pd
import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from obsante.cli import console
from obsante.cli.options import opened
from obsante.edition import Edition
from obsante.errors import ResultError, nearest
from obsante.paths import Project
from obsante.results import english, french
from obsante.results.inputs import check_results
from obsante.results.registry import Indicator, load_registry
from obsante.results.values import COLUMNS, PART, WHOLE, load_values, parts_folder
from obsante.stats import NATIONAL

Format = Literal["table", "csv", "json"]
# State of an indicator whose notebook has no result; the other states are those of ``results``.
NOT_RUN = "not_run"
STATES = (*french.STATES, NOT_RUN)
# Those of ``valeurs.csv``, with the registry's title and axis, and how many values there are.
FIELDS = [*COLUMNS, "titre", "axe", "valeurs"]
_COUNTS = ["annee", "n", "n_manquant", "n_sans_objet"]
_PUBLISHING = re.compile(r"\b(?:publish|or_missing|unavailable)\(")
# A file or another program reads lines of any length.
_WIDE = 200


def run(
    year: int | None, axis: str | None, text: str | None, *, domains: bool, form: Format
) -> None:
    """Show the indicators of one edition.

    Raises:
        EditionError: no such edition.
        ResultError: unknown axis, no identifier that contains the text, or no result yet.
    """
    project, edition = opened(year)
    registry = chosen(load_registry(project), axis, text)
    values = load_values(project, edition.edition)
    doubts = doubts_about(project, edition, registry, values)
    for doubt in doubts:
        console.warn(doubt)
    found = listed(registry, values, edition, publishers(project, edition), domains=domains)
    if form == "csv":
        typer.echo(found.to_csv(index=False, lineterminator="\n"), nl=False)
    elif form == "json":
        typer.echo(as_json(found, edition, doubts))
    else:
        _show(found, edition)


def chosen(
    registry: Mapping[str, Indicator], axis: str | None, text: str | None
) -> dict[str, Indicator]:
    """Indicators of an axis, and whose identifier contains a text.

    Raises:
        ResultError: the axis is unknown, or no identifier contains the text.
    """
    axes = list(dict.fromkeys(item.axis for item in registry.values()))
    if axis is not None and axis not in axes:
        raise ResultError(
            f"option --axis {axis}", found="no such axis in config/indicators",
            expected=nearest(axis, axes), remedy="correct the axis, or drop the option",
        )  # fmt: skip
    own = {name: item for name, item in registry.items() if axis in (None, item.axis)}
    kept = {name: item for name, item in own.items() if text is None or text in name}
    if not kept:
        raise ResultError(
            f"option --id {text}", found="no identifier that contains this text",
            expected=nearest(text, own), remedy="correct the text, or drop the option",
        )  # fmt: skip
    return kept


def doubts_about(
    project: Project, edition: Edition, registry: Mapping[str, Indicator], values: pd.DataFrame
) -> list[str]:
    """Why the values shown may not be those that the notebooks would compute now."""
    doubts = []
    try:
        check_results(project, edition)
    except ResultError as error:
        doubts.append(f"stale results: {error.looked_at}: {error.found} (to do: {error.remedy})")
    pairs = values[["indicateur", "version"]].drop_duplicates().itertuples(index=False)
    changed = [name for name, version in pairs
               if name in registry and version != registry[name].version.number]  # fmt: skip
    if changed:
        doubts.append(
            f"stale results: {', '.join(changed)} computed with another version of the definition "
            f"(to do: obsante run --edition {edition.edition})"
        )
    return doubts


def publishers(project: Project, edition: Edition) -> dict[str, tuple[str, bool]]:
    """Pattern of identifiers -> the notebook whose cells publish them, and whether it has results.

    Full names come first, then those that a cell completes, as ``f"inn.veille_{criterion}"``, then
    prefixes, as ``inf.``: of the notebook that publishes most identifiers under it.
    """
    parts = parts_folder(project, edition.edition)
    named: dict[str, tuple[str, bool]] = {}
    counts: Counter[tuple[str, str]] = Counter()
    for path in sorted(project.notebooks.glob("*.ipynb")):
        name = path.stem
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        sources = ["".join(c["source"]) for c in cells if c["cell_type"] == "code"]
        text = "\n".join(source for source in sources if _PUBLISHING.search(source))
        for prefix, rest in re.findall(r'"([a-z]+\.)([a-z0-9_{}]+)"', text):
            pattern = re.sub(r"\\\{.*?\\\}", "[a-z0-9_]+", re.escape(prefix + rest))
            named.setdefault(pattern, (name, (parts / name / PART).is_file()))
            counts[prefix, name] += 1
    named = dict(sorted(named.items(), key=lambda item: ("[" in item[0], -len(item[0]))))
    for (prefix, name), _ in counts.most_common():
        named.setdefault(f"{re.escape(prefix)}.*", (name, (parts / name / PART).is_file()))
    return named


def listed(
    registry: Mapping[str, Indicator],
    values: pd.DataFrame,
    edition: Edition,
    notebooks: Mapping[str, tuple[str, bool]],
    *,
    domains: bool,
) -> pd.DataFrame:
    """One row per indicator, or per domain, in the registry's order.

    Args:
        values: as :func:`obsante.results.values.load_values`.
        notebooks: as :func:`publishers`.

    Returns:
        Columns :data:`FIELDS`. An indicator that has no value of the whole, but one for each
        domain, has a row without estimate, in the best state of its domains.
    """
    groups = dict(list(values.groupby("indicateur", sort=False)))
    lines: list[dict[str, Any]] = []
    for name, item in registry.items():
        published = groups[name].to_dict("records") if name in groups else []
        where = next((n for p, n in notebooks.items() if re.fullmatch(p, name)), ("", False))
        own = published if domains and published else [_whole(item, edition, published, where)]
        named = {"titre": item.title, "axe": item.axis, "valeurs": len(published)}
        lines += [line | named for line in own]
    # Whole numbers stay whole where another row has none.
    return pd.DataFrame(lines, columns=FIELDS).astype(dict.fromkeys(_COUNTS, "Int64"))


def _whole(
    item: Indicator, edition: Edition, published: list[dict], where: tuple[str, bool]
) -> dict[str, Any]:
    """The value of the whole, or the only one; else a row that has none."""
    whole = [row for row in published if row["dimension"] in WHOLE]
    if whole or len(published) == 1:
        return (whole or published)[0]
    row = {
        "demonstration": edition.demonstration and item.collected, "edition": edition.edition,
        "indicateur": item.id, "version": item.version.number, "unite": item.unit,
        "nature": item.nature, "source": item.source, "estimation": float("nan"),
    }  # fmt: skip
    if published:
        shared = ("version", "annee", "methode", "source", "carnet", "cellule")
        state = min((r["etat"] for r in published), key=STATES.index)
        return row | {key: published[0][key] for key in shared} | {"etat": state}
    notebook, executed = where
    return row | {"carnet": notebook, "etat": "missing" if executed else NOT_RUN}


def summary(found: pd.DataFrame, edition: Edition) -> str:
    """How many indicators, and values, by state."""
    counts = found["etat"].value_counts()
    states = ", ".join(f"{counts[s]} {s.replace('_', ' ')}" for s in STATES if s in counts.index)
    indicators = found["indicateur"].nunique()
    told = f"{indicators} indicator{'s' if indicators > 1 else ''}"
    told += f", {len(found)} values" if len(found) > indicators else ""
    mark = " (DEMONSTRATION, synthetic data)" if edition.demonstration else ""
    return f"Edition {edition.edition}{mark}: {told}: {states}"


def as_json(found: pd.DataFrame, edition: Edition, doubts: list[str]) -> str:
    """The rows with every field; no value is ``null``, never a zero."""
    records = found.astype(object).where(found.notna(), None).to_dict("records")
    whole = {
        "edition": edition.edition, "demonstration": edition.demonstration, "warnings": doubts,
        "states": found["etat"].value_counts().to_dict(), "indicators": records,
    }  # fmt: skip
    return json.dumps(whole, ensure_ascii=False, indent=2)


def _show(found: pd.DataFrame, edition: Edition) -> None:
    """Two lines for a row, the second one dim: unit and version, notebook and cell."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("indicator", overflow="fold")
    table.add_column("title", overflow="fold", ratio=1)
    for name in ("value", "interval", "n"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("state", no_wrap=True)
    for row in found.to_dict("records"):
        table.add_row(*_cells(row))
    out = Console(highlight=False, width=None if sys.stdout.isatty() else _WIDE)
    out.print(table)
    console.say(summary(found, edition))


def _cells(row: dict[str, Any]) -> list[Text]:
    name = Text(row["indicateur"]).append(f"\n{row['unite']}, v{row['version']}", "dim")
    domain = row["dimension"] if isinstance(row["dimension"], str) else NATIONAL
    inside = "" if domain in WHOLE else f": {row['libelle']}"
    cell = f"#{row['cellule']}" if isinstance(row["cellule"], str) else ""
    title = Text(row["titre"] + inside).append(f"\n{row['carnet'] or 'no notebook'}{cell}", "dim")
    return [name, title, *map(Text, _numbers(row)), Text(row["etat"].replace("_", " "))]


def _numbers(row: dict[str, Any]) -> tuple[str, str, str]:
    """Value, interval and number of answers; dashes where there is none."""
    if row["etat"] in (*french.MARKS, NOT_RUN):
        return "–", "–", "–"
    if pd.isna(row["estimation"]):
        return f"{row['valeurs']} domains", "–", "–"
    interval = english.interval(row)
    count = "–" if row["nature"] == "reference" else english.number(row["n"], "count")
    return english.quantity(row["estimation"], row["unite"]), interval or "–", count
