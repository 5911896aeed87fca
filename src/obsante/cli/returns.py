"""``obsante returns``: the answers of a field campaign joined to its sample, with their weights."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from obsante.cli.console import say
from obsante.collect import dictionary, placement, sheets
from obsante.collect.sources import SHEET, Source
from obsante.collect.table_schema import Table
from obsante.collect.weighting import Completed, complete, load_settings, plan_of, returns
from obsante.edition import Edition, load_edition
from obsante.errors import DataError, ObsanteError, nearest
from obsante.files import single_writer, write_atomic
from obsante.paths import Project, find_project

_NAMED = 5


@dataclass(frozen=True)
class Received:
    """What came from the field, and where it goes; None for the edition's own raw file.

    ``waves``: one for each file of answers, or none. ``strays``: the file that receives the answers
    of units that are not in the sample. ``producer`` and ``licence``: for a new source sheet.
    """

    table: str
    sample: Path
    answers: Sequence[Path]
    profile: str | None = None
    waves: Sequence[int] = ()
    strays: Path | None = None
    output: Path | None = None
    replace: bool = False
    producer: str | None = None
    licence: str | None = None


def run(year: int, received: Received, today: dt.date) -> None:
    """Complete one survey table of an edition, write it and its source sheet.

    Args:
        today: day of reception, for the sheet.

    Raises:
        ObsanteError: whatever is wrong with the files or the options; nothing is written then.
    """
    project = find_project()
    edition = load_edition(project, year)
    table = _table(project, received.table)
    if received.output is None:
        placement.check_edition(project, table.name, edition, private=True)
        entry = _entry(project, edition, table, received, today)
    elif received.output.exists() and not received.replace:
        raise _already(received.output)
    found = _completed(project, edition, table, received)
    _check_strays(found, received, table)
    for line in summary(found, table):
        say(line)
    text = returns.csv_text(found.rows)
    if received.output is not None:
        write_atomic(received.output, text)
        say(f"Written: {received.output}")
        _write_strays(found, received)
        return
    with single_writer(project.lock_file(year), f"edition {year}"):
        written = placement.place(project, table.name, edition, entry, text.encode("utf-8"),
                                  received.replace)  # fmt: skip
    say(f"Written: {project.relative(written.path)}, listed in {SHEET}")
    _write_strays(found, received)
    say(f"Next: obsante ingest --edition {year}")


def summary(found: Completed, table: Table) -> Iterator[str]:
    """Lines for the console: units drawn, answers, what was left apart, strata that joined."""
    plan = plan_of(table)
    count = int((found.rows[plan.answered.column] == plan.answered.code).sum())
    drawn = len(found.rows) + int(found.lost.sum())
    yield f"{table.name}: {drawn:,} drawn, {count:,} answered ({count / drawn:.1%})"
    notes = {
        "units of the reserve called up": found.called,
        "refusals, or forms given up": found.silent,
        "copies of an answer, counted once": found.copies,
    }
    for words, number in notes.items():
        if number:
            yield f"  {words}: {number:,}"
    yield from _lost(found)
    unit = "respondents" if plan.within is None else "facilities with an answer"
    moved = found.strata[found.strata["strate"] != found.strata["rejoint"]]
    for row in moved.itertuples():
        yield (f"  stratum {row.strate}: {row.repondants} {unit} of {row.tires} drawn, "
               f"joins {row.rejoint}")  # fmt: skip


def _lost(found: Completed) -> Iterator[str]:
    """Facilities where nobody answered, and what their strata's other weights become."""
    if found.lost.empty:
        return
    yield (f"  facilities where nobody answered, left out with the {found.lost.sum():,} units drawn "
           f"there: {len(found.lost):,} ({_named(found.lost.index)})")  # fmt: skip
    short = found.strata[found.strata["repondants"] < found.strata["tires"]]
    for row in short.itertuples():
        yield (f"  stratum {row.strate}: {row.repondants} facilities of {row.tires} kept, "
               f"weights of {row.rejoint} multiplied by {row.facteur:.4g}")  # fmt: skip


def _named(units: Sequence[str]) -> str:
    more = f" and {len(units) - _NAMED} more" if len(units) > _NAMED else ""
    return ", ".join(f"'{unit}'" for unit in units[:_NAMED]) + more


def _table(project: Project, name: str) -> Table:
    surveys = [table.name for table in dictionary.tables(project).values() if table.sample]
    if name not in surveys:
        raise DataError(
            f"option --table {name}", found="no survey table of config/dictionary",
            expected=nearest(name, surveys), remedy="correct the name",
        )  # fmt: skip
    table = dictionary.load(name, project)
    plan_of(table)
    return table


def _completed(
    project: Project, edition: Edition, table: Table, received: Received
) -> Completed:
    waves = received.waves or [None] * len(received.answers)
    if len(waves) != len(received.answers):
        raise DataError(
            "option --wave", found=f"{len(waves)} for {len(received.answers)} file(s) of answers",
            expected="one for each --answers, in the same order", remedy="add those that lack",
        )  # fmt: skip
    sample = returns.read_sample(received.sample, table, edition)
    parts = [
        returns.read_answers(project, path, table, received.profile, wave)
        for path, wave in zip(received.answers, waves, strict=True)
    ]
    least = load_settings(project).least
    found = complete(sample, pd.concat(parts, ignore_index=True), table, least=least)
    returns.require_waves(found.rows, table)
    return found


def _check_strays(found: Completed, received: Received, table: Table) -> None:
    if found.strays.empty or received.strays is not None:
        return
    keys = found.strays[table.primaryKey[0]].fillna("(empty)").tolist()
    raise DataError(
        "answers", found=f"{len(keys)} of units that are not in the sample: {_named(keys)}",
        expected="answers of units drawn, or of the reserve",
        remedy="correct their identifier at the source, or leave them apart: --set-aside FILE",
    )  # fmt: skip


def _write_strays(found: Completed, received: Received) -> None:
    if received.strays is not None and len(found.strays):
        write_atomic(received.strays, returns.csv_text(found.strays))
        say(f"Written: {received.strays}, answers out of the sample: {len(found.strays)}")


def _entry(
    project: Project, edition: Edition, table: Table, received: Received, today: dt.date
) -> Source:
    """The sheet of the completed file: that of the earlier one, or a new one."""
    earlier = sheets.listed(project, project.raw(edition.edition)).get(table.file)
    if earlier and earlier.purged:
        raise DataError(
            project.relative(project.raw(edition.edition) / table.file),
            found=f"a file purged on {earlier.purged}",
            expected="identifiers destroyed for good: the answers of the field would bring them back",
            remedy="complete it elsewhere, with --output FILE",
        )  # fmt: skip
    producer = received.producer or (earlier.producer if earlier else None)
    licence = received.licence or (earlier.licence if earlier else None)
    for option, value in {"producer": producer, "licence": licence}.items():
        if value is None:
            raise ObsanteError(
                f"option --{option}", found="nothing, and no earlier file to take it from",
                expected="what the source sheet says of each raw file",
                remedy=f"add --{option} TEXT",
            )  # fmt: skip
    period = edition.reference_period
    return Source(
        producer=producer, title=table.title, licence=licence, received=today,
        period=f"{period.start.isoformat()}/{period.end.isoformat()}", sha256="0" * 64,
        synthetic=False, forgotten=earlier.forgotten if earlier else [],
    )  # fmt: skip


def _already(path: Path) -> DataError:
    return DataError(
        str(path), found="a file that is there already", expected="a new file",
        remedy="name another --output, or add --replace",
    )  # fmt: skip
