"""What several commands take: an edition, the latest one by default, and a day."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import typer

from obsante.edition import Edition, latest_edition, load_edition
from obsante.errors import ObsanteError
from obsante.paths import Project, find_project

EditionOption = Annotated[
    int | None, typer.Option("--edition", help="Reference year; the latest edition by default.")
]


def opened(year: int | None) -> tuple[Project, Edition]:
    """The project, and an edition of it: the latest one by default.

    Raises:
        EditionError: no such edition, or its configuration is wrong.
    """
    project = find_project()
    return project, load_edition(project, latest_edition(project) if year is None else year)


def day(option: str, text: str) -> dt.date:
    """The day that an option gives.

    Raises:
        ObsanteError: it is no day.

    >>> day("--since", "2025-01-31")
    datetime.date(2025, 1, 31)
    """
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise ObsanteError(
            f"option {option} {text}", found="not a day", expected="year-month-day",
            remedy=f"write it as in: {option} 2025-01-31",
        ) from None  # fmt: skip
