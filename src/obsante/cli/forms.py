"""Commands ``forms`` and ``codebook``: the dictionary as questionnaires, as CSV and as DDI."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from obsante.cli.console import say
from obsante.cli.options import opened
from obsante.collect.codebook import codebook_csv, ddi_codebook, variables
from obsante.collect.forms.output import make_forms, write_forms
from obsante.collect.forms.survey import Form
from obsante.files import write_atomic


def write_questionnaires(year: int | None, names: Sequence[str], folder: Path) -> None:
    """Write an edition's questionnaires, all by default, and say what became of each rule."""
    project, edition = opened(year)
    forms = make_forms(project, edition, names)
    paths = write_forms(folder, forms)
    for form, path in zip(forms, paths, strict=True):
        for line in summary(form, path):
            say(line)


def summary(form: Form, path: Path) -> Iterator[str]:
    """Lines for the console: the form, the file to join to it, the rules that it can't check."""
    rules = form.rules
    yield (
        f"{path}: {form.questions} questions on {form.pages} pages; rules: {len(rules.written)} "
        f"controlled, {len(rules.ensured)} ensured by choices and skips, "
        f"{len(rules.at_ingest)} left to ingest"
    )
    if form.joined:
        file, columns = form.joined
        yield (f"  join {file}.csv to the form, with columns {', '.join(columns)} (a copy, under "
               "that name, of the file that obsante sample wrote)")  # fmt: skip
    for name, reason in rules.at_ingest.items():
        yield f"  left to ingest: {name} ({reason})"


def write_codebook(year: int | None, folder: Path) -> None:
    """Write the codebook of an edition: CSV, and DDI-Codebook 2.5."""
    project, edition = opened(year)
    found = variables(project)
    contents = {
        f"dictionnaire-{edition.edition}.csv": codebook_csv(found),
        f"dictionnaire-{edition.edition}-ddi.xml": ddi_codebook(found, edition),
    }
    for name, content in contents.items():
        write_atomic(folder / name, content)
        say(f"{folder / name}: {len(found)} variables")
