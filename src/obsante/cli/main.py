"""The ``obsante`` command."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Literal

import typer
from typer.exceptions import TyperException

from obsante.cli import INTERRUPTED, INTERRUPTION, console, steps
from obsante.cli.collection import collection
from obsante.cli.options import EditionOption
from obsante.errors import ObsanteError

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Annual report of the digital-health observatory: from raw data to HTML and PDF.",
)
EngineOption = Annotated[
    Literal["auto", "quarto", "embedded"],
    typer.Option(help="Renderer; auto takes Quarto if a usable one is on PATH."),
]
ParameterOption = Annotated[
    list[str] | None,
    typer.Option("--parameter", "-p", help="NAME=VALUE; the run is then a trial, kept apart."),
]


@app.callback()
def _options(
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks.")] = False,
) -> None:
    console.debug = debug


@app.command()
def build(edition: EditionOption = None, engine: EngineOption = "auto") -> None:
    """Ingest, run the notebooks and render the book."""
    steps.build(edition, engine)


@app.command()
def ingest(edition: EditionOption = None) -> None:
    """Check the raw files and write the validated tables."""
    steps.ingest_only(edition)


@app.command()
def run(
    notebook: Annotated[list[str] | None, typer.Argument(help="Names; all by default.")] = None,
    edition: EditionOption = None,
    parameter: ParameterOption = None,
    save_outputs: Annotated[
        bool, typer.Option("--save-outputs", help="Also update the committed copies.")
    ] = False,
) -> None:
    """Execute notebooks with Papermill."""
    steps.run_only(edition, notebook or [], parameter or [], save_outputs)


@app.command()
def book(edition: EditionOption = None, engine: EngineOption = "auto") -> None:
    """Render the book from the published values."""
    steps.book_only(edition, engine)


@app.command()
def preview(
    edition: EditionOption = None,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port on this machine; 0 for any.")
    ] = 8765,
) -> None:
    """Serve the book here, rendered again at each change of report/."""
    steps.preview_book(edition, port)


@app.command()
def indicators(
    edition: EditionOption = None,
    axis: Annotated[str | None, typer.Option(help="Only that axis of the registry.")] = None,
    text: Annotated[
        str | None, typer.Option("--id", help="Only identifiers that contain this text.")
    ] = None,
    domains: Annotated[
        bool, typer.Option("--domains", help="Every domain, not the whole alone.")
    ] = False,
    form: Annotated[
        Literal["table", "csv", "json"], typer.Option("--format", help="csv, json: every field.")
    ] = "table",
) -> None:
    """List the registry's indicators: value, interval, state, and the cell that computed it."""
    from obsante.cli.indicators import run

    run(edition, axis, text, domains=domains, form=form)


@app.command()
def doctor() -> None:
    """Say what is present, what is missing, what that costs and how to mend it."""
    steps.doctor()


@app.command()
def demo(
    edition: Annotated[
        list[int] | None, typer.Option("--edition", help="Years; every demonstration by default.")
    ] = None,
    scale: Annotated[int, typer.Option(min=1, help="Size, in multiples of the standard.")] = 1,
    out: Annotated[Path | None, typer.Option(help="Folder to write; needed if scale > 1.")] = None,
) -> None:
    """Generate the synthetic demonstration campaign."""
    steps.demo(edition or [], scale, out)


@app.command("new-edition")
def new_edition(
    year: Annotated[int | None, typer.Argument(help="Reference year.")] = None,
    edition: EditionOption = None,
) -> None:
    """Prepare a new edition for real data: configuration, folder, source sheet, checklist."""
    steps.new_edition(year if year is not None else edition)


app.add_typer(collection)


def run_command() -> None:
    """Entry point: one clear message and a non-zero exit for whatever goes wrong.

    Raises:
        ModuleNotFoundError: a package is missing; ``obsante.__main__`` says what to do.
    """
    for stream in (sys.stdout, sys.stderr):
        # A terminal that can't show a character shows "?" instead of stopping the report.
        stream.reconfigure(errors="replace")
    try:
        code = app(standalone_mode=False)
    except ObsanteError as error:
        console.fail(error)
        code = error.exit_code
    except TyperException as error:
        error.show()
        code = error.exit_code
    except (KeyboardInterrupt, typer.Abort):
        code = INTERRUPTED
    except OSError as error:
        problem = _refused(error)
        console.fail(problem)
        code = problem.exit_code
    except ModuleNotFoundError:
        raise
    except Exception as error:
        console.unexpected(error)
        code = 70
    # Typer gives this code for a Ctrl-C that it caught itself.
    if code == INTERRUPTED:
        console.say(INTERRUPTION)
    sys.exit(code or 0)


def _refused(error: OSError) -> ObsanteError:
    """What the system refused where no room foresaw it: a file unreadable, a full /tmp."""
    problem = ObsanteError(
        str(error.filename or "a file of this project, or a temporary one"),
        found=f"could not be read or written: {error.strerror or error}",
        expected="files that you may read, folders that you may write, a disk with room",
        remedy="check permissions and free space, of the temporary folder too (TMPDIR)",
    )
    # The place of the refusal is what --debug shows.
    problem.__cause__ = error
    return problem
