"""``obsante fetch``: which sources, for which edition, and what is said of what came."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext

from obsante.cli.console import say
from obsante.cli.options import day as day_of
from obsante.collect import connectors
from obsante.collect.connectors import Order, Settings
from obsante.edition import Edition, load_edition
from obsante.errors import DataError, ObsanteError
from obsante.files import single_writer
from obsante.paths import Project, find_project

Say = Callable[[str], None]


def fetch(
    names: Sequence[str],
    year: int | None,
    since: str | None,
    again: bool,
    replace: bool,
    only_list: bool,
) -> None:
    """Fetch the named sources, or all those that the options allow; or only list them.

    Raises:
        ObsanteError: an option is wrong, or at least one source could not be fetched.
    """
    project, day = find_project(), dt.date.today()
    settings = connectors.load_settings(project, os.environ)
    if only_list:
        for line in listing(project, settings, os.environ):
            say(line)
        return
    edition = load_edition(project, year) if year is not None else None
    chosen = list(names) or _all(settings, edition, say)
    orders = [
        Order(name, day, edition, day_of("--since", since) if since else None, again, replace)
        for name in dict.fromkeys(chosen)
    ]
    lock = project.lock_file(year) if year is not None else None
    with single_writer(lock, f"edition {year}") if lock else nullcontext():
        fetch_each(project, settings, orders, say)


def fetch_each(
    project: Project, settings: Settings, orders: Sequence[Order], say: Say
) -> None:
    """Fetch one source after the other: one that fails does not stop those that follow.

    Raises:
        ObsanteError: the failure, or how many there were.
    """
    failures: list[ObsanteError] = []
    for order in orders:
        try:
            _report(project, order.name, connectors.fetch(project, settings, order, say), say)
        except ObsanteError as error:
            failures.append(error)
    if len(failures) == 1:
        raise failures[0]
    if failures:
        for error in failures:
            say(f"Error: {error}")
        raise DataError(
            "obsante fetch", found=f"{len(failures)} sources of {len(orders)} could not be fetched",
            expected="every source", remedy="follow what is said of each above",
        )  # fmt: skip


def listing(project: Project, settings: Settings, environ: Mapping[str, str]) -> list[str]:
    """What is declared, the state of each secret (never the secret), and the latest snapshot."""
    lines = []
    for name, source in settings.sources.items():
        lines.append(f"{name}: {source.title}")
        lines.append(f"  {source.connector}, {source.url}, {source.licence}")
        if source.token_scheme:
            found = _found(name, settings, environ)
            needed = "advised" if source.secret == "optional" else "needed"
            lines.append(f"  secret {needed}, {found}: {connectors.expected_secret(name, source)}")
        if source.table:
            profile = f", read by profile {source.profile}" if source.profile else ""
            lines.append(f"  rows of table {source.table}{profile}")
        if source.private:
            lines.append("  not public: only with --edition, in that edition's raw folder")
        elif latest := connectors.snapshots(project, name)[-1:]:
            lines.append(f"  latest: {project.relative(latest[0])}")
    return lines


def _found(name: str, settings: Settings, environ: Mapping[str, str]) -> str:
    try:
        credentials = connectors.find_credentials(name, settings.source(name), environ)
    except DataError:
        return "not set"
    return "set" if credentials.header else "not set"


def _all(settings: Settings, edition: Edition | None, say: Say) -> list[str]:
    """Every source; without an edition, those whose data are public."""
    chosen = []
    for name, source in settings.sources.items():
        if source.private and edition is None:
            say(f"{name}: left out, its data are not public (--edition YEAR)")
        else:
            chosen.append(name)
    return chosen


def _report(project: Project, name: str, fetched: connectors.Fetched, say: Say) -> None:
    for written in fetched.written:
        state = "already there" if written.already else f"{fetched.rows} rows"
        say(f"{name}: {state}, {project.relative(written.path)}")
    for group in fetched.left_out:
        say(f"{name}: repeat group '{group}' left out; declare a source with repeat: {group}")
