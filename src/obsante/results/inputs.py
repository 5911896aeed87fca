"""The tables that results were computed from: kept with each notebook's part, compared later."""

from __future__ import annotations

from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from obsante.collect.store import Entry, read_index
from obsante.edition import Edition
from obsante.errors import ResultError
from obsante.files import write_atomic
from obsante.paths import Project
from obsante.results.earlier import changed_since
from obsante.results.values import PART, gathered, parts_folder

INPUTS = "tables.json"
_SHOWN_OF_A_HASH = 12
_TABLES = TypeAdapter(dict[str, Entry])


def write_inputs(project: Project, edition: Edition, folder: Path) -> None:
    """Write, beside what a notebook publishes, the index of the tables that it can read."""
    write_atomic(folder / INPUTS, _TABLES.dump_json(_tables(project, edition), indent=2) + b"\n")


def check_results(project: Project, edition: Edition) -> None:
    """Refuse results that are not those of the tables that the edition has now.

    Raises:
        ResultError: a notebook was executed on other tables, or before another one whose values
            it reads was executed again; or the values were not gathered since.
    """
    now = _tables(project, edition)
    for part in sorted(parts_folder(project, edition.edition).glob(f"*/{PART}")):
        difference = _difference(_read(part.with_name(INPUTS)), now)
        if difference:
            raise _outdated(edition, f"results of notebook '{part.parent.name}'", difference)
        if read := changed_since(project, edition.edition, part.parent):
            difference = f"computed from other values of '{read}' than those that it published last"
            raise _outdated(edition, f"results of notebook '{part.parent.name}'", difference)
    if not gathered(project, edition.edition):
        difference = "other values than those that the notebooks published last"
        where = project.relative(project.results(edition.edition) / PART)
        raise _outdated(edition, where, difference)


def _tables(project: Project, edition: Edition) -> dict[str, Entry]:
    """``<year> <table>`` -> its entry, for the edition and those that it is compared with."""
    years = [*edition.compare_with, edition.edition]
    return {
        f"{year} {name}": entry
        for year in years
        for name, entry in read_index(project, year).items()
    }


def _read(path: Path) -> dict[str, Entry] | None:
    """What :func:`write_inputs` wrote, or None where it did not, or no longer in that form."""
    try:
        return _TABLES.validate_json(path.read_bytes())
    except (FileNotFoundError, ValidationError):
        return None


def _difference(then: dict[str, Entry] | None, now: dict[str, Entry]) -> str | None:
    """In words, the first table that is not the same."""
    if then is None:
        return "no record of the tables that they were computed from"
    for name in sorted(then.keys() | now.keys()):
        old, new = then.get(name), now.get(name)
        if old == new:
            continue
        if old and new and old.sha256 == new.sha256:
            return f"computed from {old.file}, which has since been checked otherwise"
        return f"computed {_origin(old, name)}; the table is now {_origin(new, name)}"
    return None


def _origin(entry: Entry | None, name: str) -> str:
    if entry is None:
        return f"without '{name}'"
    return f"from {entry.file} {entry.sha256[:_SHOWN_OF_A_HASH]}…"


def _outdated(edition: Edition, looked_at: str, found: str) -> ResultError:
    return ResultError(
        f"edition {edition.edition}, {looked_at}",
        found=found,
        expected="results of the tables that the report names as its sources",
        remedy=f"obsante run --edition {edition.edition}",
    )
