"""What each command does: the rooms in order, under the edition's lock, with their times.

A room is imported by the commands that use it: together, their libraries take seconds to load.
"""

from __future__ import annotations

import datetime as dt
import json
import platform
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from obsante.cli.console import Steps, say
from obsante.cli.options import opened
from obsante.edition import Edition, known_editions, load_edition
from obsante.errors import EditionError, ObsanteError
from obsante.files import single_writer, write_atomic
from obsante.paths import Project, find_project

if TYPE_CHECKING:
    from obsante.run.plan import Plan


def build(year: int | None, engine: str) -> None:
    """Everything: ingest, notebooks, book."""
    project, edition = opened(year)
    steps = Steps()
    with _working_on(project, edition.edition):
        _ingest(project, edition, steps)
        _run(project, edition, [], {}, steps)
        _book(project, edition, engine, steps)
        _log(project, edition, steps)
    say(f"{'Total':<34} {sum(steps.times.values()):6.1f} s")
    _where(project, edition)


def ingest_only(year: int | None) -> None:
    """Raw files to validated tables."""
    project, edition = opened(year)
    with _working_on(project, edition.edition):
        _ingest(project, edition, Steps())
    say(f"Tables in {project.relative(project.tables(edition.edition))}")


def run_only(
    year: int | None, names: Sequence[str], parameters: Sequence[str], save: bool
) -> None:
    """Notebooks, or some of them, with the edition's parameters or others."""
    project, edition = opened(year)
    overrides = dict(_assignment(text) for text in parameters)
    if save and overrides:
        raise ObsanteError(
            "obsante run", found="--save-outputs with --parameter",
            expected="the edition's own parameters in the committed copies",
            remedy="drop one of the two options",
        )  # fmt: skip
    with _working_on(project, edition.edition):
        plan = _run(project, edition, names, overrides, Steps())
        if save:
            from obsante.run import save_outputs

            save_outputs(project, plan)
    for execution in plan.executions:
        say(f"{execution.notebook.name}: {project.relative(execution.copy)}")


def book_only(year: int | None, engine: str) -> None:
    """The book, from values already published."""
    project, edition = opened(year)
    with _working_on(project, edition.edition):
        _book(project, edition, engine, Steps())
    _where(project, edition)


def preview_book(year: int | None, port: int) -> None:
    """The book on a local address, until Ctrl-C."""
    project, edition = opened(year)
    from obsante.book import preview

    with _working_on(project, edition.edition):
        preview(project, edition, port=port, say=say)


def doctor() -> None:
    """Findings as a table; exit code 1 if one of them stops the report.

    Raises:
        ObsanteError: something needed is missing.
    """
    from obsante.cli import doctor as health

    findings = health.examine(find_project())
    health.report(findings)
    missing = [finding for finding in findings if finding.state == "missing"]
    if missing:
        raise ObsanteError(
            "this installation",
            found=", ".join(finding.name for finding in missing),
            expected="nothing missing",
            remedy=missing[0].remedy,
        )


def demo(years: Sequence[int], scale: int, out: Path | None) -> None:
    """Synthetic campaign of the demonstration editions."""
    from obsante.collect.demo import generate

    project = find_project()
    editions = [load_edition(project, year) for year in years or known_editions(project)]
    real = [e.edition for e in editions if not e.demonstration]
    if real and years:
        raise EditionError(
            f"edition {real[0]}", found="status 'real'", expected="a demonstration edition",
            remedy="choose another --edition; synthetic data never enter a real edition",
        )  # fmt: skip
    chosen = [edition for edition in editions if edition.demonstration]
    steps = Steps()
    with steps.step("Demonstration data", total=len(chosen)) as advance:
        folder = generate(project, chosen, scale=scale, out=out, progress=advance)
    say(f"Written in {project.relative(folder)}")


def new_edition(year: int | None) -> None:
    """Configuration, folder, source sheet and checklist of a new real edition."""
    from obsante.cli import editions

    project = find_project()
    for line in editions.create(project, year):
        say(line)


def _working_on(project: Project, year: int) -> AbstractContextManager[None]:
    return single_writer(project.lock_file(year), f"edition {year}")


def _ingest(project: Project, edition: Edition, steps: Steps) -> None:
    """The edition and those that it is compared with."""
    from obsante.collect import ingest
    from obsante.collect.dictionary import tables
    from obsante.collect.sources import raw_files

    years = [*edition.compare_with, edition.edition]
    # A changed file is found before the work on the others.
    for year in years:
        raw_files(project, load_edition(project, year), tables(project))
    with steps.step("Ingest", total=len(years)) as advance:
        reports = []
        for year in years:
            # The caller holds the edition's own lock; those compared with have theirs.
            with _working_on(project, year) if year != edition.edition else nullcontext():
                compared = load_edition(project, year)
                reports.append(ingest(project, compared, progress=advance.rows))
            advance()
    for report in reports:
        for line in report.summary(detailed=report.edition == edition.edition):
            say(f"  {line}")


def _run(
    project: Project,
    edition: Edition,
    names: Sequence[str],
    overrides: dict[str, str],
    steps: Steps,
) -> Plan:
    from obsante.run import make_plan, run_plan

    plan = make_plan(project, edition, names, overrides)
    for notebook in plan.left_out:
        say(f"  notebook {notebook.name} left out: no campaign in edition {edition.edition}")
    cells = sum(execution.notebook.cells for execution in plan.executions)
    with steps.step("Notebooks", total=cells) as advance:
        run_plan(project, edition, plan, lambda execution: advance())
    return plan


def _book(project: Project, edition: Edition, engine: str, steps: Steps) -> None:
    from obsante.book import build_book

    with steps.step("Book", total=1) as advance:
        build_book(project, edition, engine)
        advance()


def _log(project: Project, edition: Edition, steps: Steps) -> None:
    """Times and machine of the build: kept apart, never compared."""
    record = {
        "ended": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "seconds": {name: round(value, 2) for name, value in steps.times.items()},
        "platform": platform.platform(),
    }
    write_atomic(project.run_log(edition.edition), json.dumps(record, indent=2) + "\n")


def _where(project: Project, edition: Edition) -> None:
    from obsante.book import pdf_name

    output = project.book_output(edition.edition)
    say(f"HTML: {project.relative(output / 'index.html')}")
    say(f"PDF:  {project.relative(output / pdf_name(edition))}")


def _assignment(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise ObsanteError(
            f"option -p {text}", found="no '='", expected="NAME=VALUE",
            remedy="write it as in: -p confidence_level=0.90",
        )  # fmt: skip
    return name, value
