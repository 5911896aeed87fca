"""``obsante scan``, ``purge``, ``forget``: identifiers found, destroyed, one person's removed."""

from __future__ import annotations

import contextlib
import datetime as dt
import getpass
import sys
from collections.abc import Iterator, Sequence

from obsante.cli.console import say
from obsante.cli.options import day as day_of
from obsante.cli.options import opened
from obsante.collect import privacy
from obsante.errors import DataError
from obsante.files import single_writer
from obsante.paths import Project, find_project

# In the place of a person's identifier, which the shell would keep in its history.
ASK = "-"
_SHOWN = 20


def scan(year: int | None) -> None:
    """Prove that the outputs of an edition hold no identifier.

    Raises:
        DataError: some do; or nothing was built.
    """
    project, edition = opened(year)
    with _working_on(project, [edition.edition]):
        done = privacy.scan(project, edition)
    for reason in dict.fromkeys(done.unread.values()):
        names = [name for name, why in done.unread.items() if why == reason]
        others = f" and {len(names) - 1} more" if len(names) > 1 else ""
        say(f"  not read: {names[0]}{others} ({reason})")
    if not done.files:
        raise DataError(
            f"edition {edition.edition}", found="no output", expected="tables, results or a report",
            remedy=f"obsante build --edition {edition.edition}",
        )  # fmt: skip
    if done.findings:
        listed = [str(finding) for finding in done.findings]
        more = [f"and {len(listed) - _SHOWN} more"] if len(listed) > _SHOWN else []
        raise DataError(
            f"outputs of edition {edition.edition}",
            found="\n            ".join(listed[:_SHOWN] + more),
            expected="no identifier anywhere after ingest (law 09-08)",
            remedy="declare or drop the column in config/dictionary and build again; a text that "
            "may be published goes to config/privacy.yml, with its reason",
        )
    say(f"{edition.edition}: no identifier in {done.files} files "
        f"({done.values:,} declared values looked for)")  # fmt: skip


def purge(year: int, date: str | None) -> None:
    """Destroy the identifiers of an edition's raw files, once its retention date has come."""
    project, edition = opened(year)
    today = _today()
    day = day_of("--date", date) if date else today
    if day > today:
        raise DataError(
            f"option --date {date}", found="a day to come",
            expected=f"today, {today}, or the day when it was decided: the sheets keep it",
            remedy="drop the option; the purge is refused until the retention date",
        )  # fmt: skip
    with _working_on(project, [year]):
        done = privacy.purge(project, edition, day)
        left = privacy.remains(project, edition)
    for file in done:
        cells = ", ".join(f"{count:,} in {name}" for name, count in file.cells.items())
        say(f"{file.file}: emptied {cells}")
    say(f"{year}: {len(done)} file(s) purged" if done else f"{year}: no declared identifier left")
    for sentence in left:
        say(f"  {sentence}")


def forget(value: str, year: int | None, *, only_count: bool) -> None:
    """Remove one person from the raw files, and say what to build again."""
    project = find_project()
    if value == ASK:
        value = getpass.getpass("Person: ") if sys.stdin.isatty() else sys.stdin.readline()
    years = privacy.editions_searched(project, year)
    with _working_on(project, years):
        done = privacy.forget(project, value, year, _today(), remove=not only_count)
    verb = "to remove" if only_count else "removed"
    for file in done:
        say(f"{file.file}: {file.rows} row(s) {verb}")
        for remark in file.remarks:
            say(f"  {remark}")
    if not only_count:
        for changed in privacy.to_build_again(project, {file.edition for file in done}):
            say(f"Outputs of {changed} still count this person: remove it from the answers too if the "
                "table comes from obsante returns (then again with --replace), and run obsante "
                f"build --edition {changed}")  # fmt: skip


def _today() -> dt.date:
    return dt.date.today()


@contextlib.contextmanager
def _working_on(project: Project, years: Sequence[int]) -> Iterator[None]:
    with contextlib.ExitStack() as locks:
        for year in sorted(years):
            locks.enter_context(single_writer(project.lock_file(year), f"edition {year}"))
        yield
