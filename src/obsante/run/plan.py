"""What will be executed: notebooks, the tables that they declare, their typed parameters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import nbformat
from pydantic import Field

from obsante.collect import available
from obsante.edition import Edition, Strict, validate
from obsante.errors import RunError, nearest
from obsante.paths import Project
from obsante.results.values import PART, parts_folder
from obsante.run.parameters import Value, resolve


class Declaration(Strict):
    """What a notebook declares under ``metadata.obsante``.

    ``campaign`` tables must be ingested for the notebook to run; without them the edition has
    no campaign and the notebook is left out, visibly. Of an ``optional`` table, no file may have
    been received: what needs it is then published as not available. ``after`` names the notebooks
    whose published values are read. ``absent`` is the French sentence that chapters of others show
    in the place of its cells where the notebook is left out.
    """

    title: str
    reference: list[str] = Field(default_factory=list)
    campaign: list[str] = Field(default_factory=list)
    optional: list[str] = Field(default_factory=list)
    after: list[str] = Field(default_factory=list)
    absent: str | None = None


@dataclass(frozen=True)
class Notebook:
    """A notebook of the repository."""

    name: str
    path: Path
    declaration: Declaration
    cells: int


@dataclass(frozen=True)
class Execution:
    """One notebook with the parameters of one edition.

    ``folder`` receives what it publishes, ``copy`` its executed copy. A trial (parameters other
    than the edition's) stays apart from the results.
    """

    notebook: Notebook
    parameters: dict[str, Value]
    folder: Path
    copy: Path
    trial: bool


@dataclass(frozen=True)
class Plan:
    """What will run, and what is left out for want of a campaign."""

    executions: list[Execution]
    left_out: list[Notebook]


def catalogue(project: Project) -> dict[str, Notebook]:
    """The notebooks of ``notebooks/``, by name, in the order of execution (that of the names)."""
    paths = sorted(project.notebooks.glob("*.ipynb"), key=lambda p: (p.stem[0].isdigit(), p.stem))
    return {path.stem: _notebook(project, path) for path in paths}


def make_plan(
    project: Project,
    edition: Edition,
    names: Sequence[str] = (),
    overrides: dict[str, str] | None = None,
) -> Plan:
    """Plan the execution of ``names`` (default: all) for one edition.

    Args:
        overrides: parameter name -> text of its value, as typed on the command line.

    Raises:
        RunError: unknown notebook, unknown or mistyped parameter, tables not ingested, those of
            the editions that this one is compared with included, or a notebook whose values
            another one reads and that was not run.
    """
    known = catalogue(project)
    chosen = list(names) or list(known)
    for name in chosen:
        if name not in known:
            raise RunError(
                f"notebook '{name}'",
                found="no such notebook in notebooks/",
                expected=nearest(name, known),
                remedy="correct the name (without .ipynb)",
            )
    tables = set(available(project, edition.edition))
    executions, left_out = [], []
    for name in sorted(set(chosen), key=list(known).index):
        notebook = known[name]
        if set(notebook.declaration.campaign) - tables:
            left_out.append(notebook)
            continue
        _require(notebook, tables, edition)
        _require_compared(project, notebook, edition)
        _require_earlier(project, notebook, edition, known, [e.notebook.name for e in executions])
        executions.append(_execution(project, edition, notebook, overrides or {}))
    return Plan(executions, left_out)


def _require(notebook: Notebook, tables: set[str], edition: Edition) -> None:
    missing = sorted(set(notebook.declaration.reference) - tables)
    if missing:
        raise RunError(
            f"notebook '{notebook.name}', edition {edition.edition}",
            found=f"table '{missing[0]}' is not ingested",
            expected=f"the tables {', '.join(notebook.declaration.reference)}",
            remedy=f"obsante ingest --edition {edition.edition}",
        )


def _require_compared(project: Project, notebook: Notebook, edition: Edition) -> None:
    """Comparisons need the same campaign tables of the earlier editions."""
    for year in edition.compare_with:
        missing = sorted(set(notebook.declaration.campaign) - set(available(project, year)))
        if missing:
            file = project.relative(project.edition_file(edition.edition))
            raise RunError(
                f"notebook '{notebook.name}', edition {edition.edition} compared with {year}",
                found=f"table '{missing[0]}' of {year} is not ingested",
                expected=f"the tables {', '.join(notebook.declaration.campaign)} of {year}",
                remedy=f"obsante ingest --edition {year}, with its files in "
                f"{project.relative(project.raw(year))}; or remove {year} from compare_with in "
                f"{file}",
            )


def _require_earlier(
    project: Project,
    notebook: Notebook,
    edition: Edition,
    known: dict[str, Notebook],
    planned: Sequence[str],
) -> None:
    """The notebooks whose values are read come before, and have results or will have some."""
    order, tables = list(known), set(available(project, edition.edition))
    for name in notebook.declaration.after:
        before = order[: order.index(notebook.name)]
        if name not in before:
            raise RunError(
                f"notebook '{notebook.name}', metadata.obsante.after", found=f"'{name}'",
                expected=nearest(name, before), remedy="name a notebook that runs before it",
            )  # fmt: skip
        left_out = set(known[name].declaration.campaign) - tables
        part = parts_folder(project, edition.edition) / name / PART
        if name not in planned and not left_out and not part.is_file():
            raise RunError(
                f"notebook '{notebook.name}', edition {edition.edition}",
                found=f"no result of '{name}', whose values it reads",
                expected="the notebooks that it comes after, executed",
                remedy=f"obsante run {name} {notebook.name} --edition {edition.edition}",
            )


def _execution(
    project: Project, edition: Edition, notebook: Notebook, overrides: dict[str, str]
) -> Execution:
    parameters = resolve(notebook.path, edition, overrides)
    year = edition.edition
    if overrides:
        chosen = "_".join(f"{name}={parameters[name]}" for name in sorted(overrides))
        folder = project.trials(year) / chosen / notebook.name
        return Execution(notebook, parameters, folder, folder / f"{notebook.name}.ipynb", True)
    folder = project.results(year) / "carnets" / notebook.name
    copy = project.executed(year) / f"{notebook.name}.ipynb"
    return Execution(notebook, parameters, folder, copy, False)


def _notebook(project: Project, path: Path) -> Notebook:
    where = project.relative(path)
    try:
        content = nbformat.read(path, as_version=4)
    except (nbformat.reader.NotJSONError, UnicodeDecodeError) as error:
        raise RunError(
            where, found="not a readable notebook", expected="a Jupyter notebook, version 4",
            remedy="restore the file from git",
        ) from error  # fmt: skip
    declared = content.metadata.get("obsante", {})
    declaration = validate(Declaration, dict(declared), f"{where}, metadata.obsante")
    cells = sum(cell.cell_type == "code" for cell in content.cells)
    return Notebook(path.stem, path, declaration, cells)
