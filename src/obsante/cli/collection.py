"""Commands of the collection: what happens before a table is ingested, and to identifiers.

Each one imports what it does when it is called: together, the libraries take seconds to load.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated, Literal

import typer

from obsante.cli.options import EditionOption

collection = typer.Typer()


@collection.command()
def sample(
    edition: EditionOption = None,
    frame: Annotated[
        Path | None, typer.Option(help="CSV of all facilities; the ingested one by default.")
    ] = None,
    allocation: Annotated[
        str | None,
        typer.Option(help="target, proportional, equal, neyman, square_root or mixed."),
    ] = None,
    size: Annotated[int | None, typer.Option(help="Facilities to draw in all.")] = None,
    target_margin: Annotated[
        float | None, typer.Option(help="Half-width wanted in each domain: 0.1 for 10 points.")
    ] = None,
    by: Annotated[
        str | None, typer.Option(help="Dimensions of that target, as in: region,type.")
    ] = None,
    minimum: Annotated[int | None, typer.Option(help="Facilities by stratum at least.")] = None,
    reserve: Annotated[float | None, typer.Option(help="Reserve over sample: 0.25.")] = None,
    seed: Annotated[int | None, typer.Option(help="Seed of the permanent numbers.")] = None,
    stage: Annotated[
        Literal["facilities", "workers"], typer.Option(help="What is drawn.")
    ] = "facilities",
    staff: Annotated[
        Path | None, typer.Option(help="Workers of each facility, or their number.")
    ] = None,
    drawn: Annotated[
        Path | None, typer.Option("--sample", help="Facilities drawn; the edition's by default.")
    ] = None,
    output: Annotated[Path | None, typer.Option(help="CSV to write.")] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Write over a sample already drawn.")
    ] = False,
) -> None:
    """Draw the sample: facilities by stratum, or workers within facilities."""
    from obsante.cli.sample import Files, run

    options = {
        "allocation": allocation, "size": size, "margin": target_margin, "minimum": minimum,
        "by": by.split(",") if by else None, "reserve": reserve, "seed": seed,
    }  # fmt: skip
    run(edition, stage, options, Files(frame, drawn, staff, output, replace))


@collection.command()
def returns(
    edition: Annotated[int, typer.Option("--edition", help="Reference year.")],
    sample: Annotated[Path, typer.Option(help="File of obsante sample that was in the field.")],
    answers: Annotated[list[Path], typer.Option(help="Answers received; may be repeated.")],
    table: Annotated[str, typer.Option(help="Survey table.")] = "etablissements",
    profile: Annotated[
        str | None, typer.Option(help="Of config/imports; without one, the dictionary's columns.")
    ] = None,
    wave: Annotated[
        list[int] | None, typer.Option(help="Wave of each file of answers, in their order.")
    ] = None,
    set_aside: Annotated[
        Path | None, typer.Option(help="CSV that receives answers of units out of the sample.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option(help="CSV to write, instead of the edition's raw file.")
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Write over an earlier file.")
    ] = False,
    producer: Annotated[str | None, typer.Option(help="Who made the survey.")] = None,
    licence: Annotated[str | None, typer.Option(help="Licence of its data.")] = None,
) -> None:
    """Join the answers of a campaign to its sample: the complete table, with weights."""
    from obsante.cli.returns import Received, run

    received = Received(table, sample, answers, profile, wave or (), set_aside, output, replace,
                        producer, licence)  # fmt: skip
    run(edition, received, dt.date.today())


@collection.command()
def fetch(
    name: Annotated[
        list[str] | None, typer.Argument(help="Sources of config/fetch.yml; all by default.")
    ] = None,
    edition: Annotated[
        int | None,
        typer.Option("--edition", help="Real edition that receives the file of each table."),
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
    from obsante.cli.fetch import fetch as fetch_sources

    fetch_sources(name or [], edition, since, again, replace, only_list)


@collection.command()
def forms(
    output: Annotated[Path, typer.Option("--output", help="Folder to write.")],
    instrument: Annotated[list[str] | None, typer.Argument(help="Names; all by default.")] = None,
    edition: EditionOption = None,
) -> None:
    """Write the questionnaires (XLSForm, in French and Arabic) from the dictionary."""
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
    from obsante.cli import privacy

    privacy.scan(edition)


@collection.command()
def purge(
    edition: Annotated[int, typer.Option("--edition", help="Reference year.")],
    date: Annotated[str | None, typer.Option(help="Day of the purge; today by default.")] = None,
) -> None:
    """Destroy the identifiers of the raw files, once their retention date has come."""
    from obsante.cli import privacy

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
    from obsante.cli import privacy

    privacy.forget(person, edition, only_count=count)
