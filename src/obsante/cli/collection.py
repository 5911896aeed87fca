"""Commands of the collection: what happens before a table is ingested, and to identifiers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from obsante.cli import fetch as fetching
from obsante.cli import privacy, returns, sample

EditionOption = Annotated[
    int | None, typer.Option("--edition", help="Reference year; the latest edition by default.")
]
collection = typer.Typer()
collection.command("sample")(sample.command)
collection.command("returns")(returns.command)


@collection.command()
def fetch(
    name: Annotated[
        list[str] | None, typer.Argument(help="Sources of config/fetch.yml; all by default.")
    ] = None,
    edition: Annotated[
        int | None,
        typer.Option("--edition", help="Real edition that receives the file of a source with a table."),
    ] = None,
    since: Annotated[
        str | None, typer.Option(help="Only what is dated from this day, YYYY-MM-DD.")
    ] = None,
    again: Annotated[
        bool, typer.Option("--again", help="Keep a second snapshot of the day.")
    ] = False,
    replace: Annotated[
        bool, typer.Option("--replace", help="Take the place of the edition's earlier file.")
    ] = False,
    only_list: Annotated[
        bool, typer.Option("--list", help="Show the sources and their secrets' state.")
    ] = False,
) -> None:
    """Fetch declared sources into dated snapshots."""
    fetching.fetch(name or [], edition, since, again, replace, only_list)


@collection.command()
def forms(
    output: Annotated[Path, typer.Option("--output", help="Folder to write.")],
    instrument: Annotated[list[str] | None, typer.Argument(help="Names; all by default.")] = None,
    edition: EditionOption = None,
) -> None:
    """Write the questionnaires (XLSForm, in French and Arabic) from the dictionary."""
    # pyxform takes half a second to load, and only questionnaires need it.
    from obsante.cli.forms import write_questionnaires

    write_questionnaires(edition, instrument or [], output)


@collection.command()
def codebook(
    output: Annotated[Path, typer.Option("--output", help="Folder to write.")],
    edition: EditionOption = None,
) -> None:
    """Write the codebook: CSV and DDI-Codebook 2.5."""
    from obsante.cli.forms import write_codebook

    write_codebook(edition, output)


@collection.command()
def scan(edition: EditionOption = None) -> None:
    """Prove that tables, results and report hold no direct identifier."""
    privacy.scan(edition)


@collection.command()
def purge(
    edition: Annotated[int, typer.Option("--edition", help="Reference year.")],
    date: Annotated[str | None, typer.Option(help="Day of the purge; today by default.")] = None,
) -> None:
    """Destroy the identifiers of the raw files, once their retention date has come."""
    privacy.purge(edition, date)


@collection.command()
def forget(
    person: Annotated[
        str, typer.Argument(help="Identifier, or key of a row; - asks for it, out of the history.")
    ],
    edition: Annotated[
        int | None, typer.Option("--edition", help="Only that one; every real edition by default.")
    ] = None,
    count: Annotated[bool, typer.Option("--count", help="Count the rows, remove none.")] = False,
) -> None:
    """Remove one person from the raw files."""
    privacy.forget(person, edition, only_count=count)
