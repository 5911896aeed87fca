"""The questionnaires of an edition: made, read by pyxform, written."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from obsante.collect import dictionary
from obsante.collect.forms.instrument import known_instruments, load_common, load_instrument
from obsante.collect.forms.survey import Form, make_form
from obsante.collect.forms.validation import validate_form
from obsante.collect.forms.workbook import workbook
from obsante.edition import Edition
from obsante.files import write_atomic
from obsante.paths import Project


def make_forms(project: Project, edition: Edition, names: Sequence[str] = ()) -> list[Form]:
    """The questionnaires of an edition, all of them by default.

    Raises:
        ObsanteError: an instrument is unknown, malformed, or disagrees with its dictionary; or the
            edition can't say what law 09-08 asks to be said before the consent.
    """
    common = load_common(project)
    forms = []
    for name in names or known_instruments(project):
        instrument = load_instrument(project, name)
        table = dictionary.load(instrument.table, project)
        forms.append(make_form(instrument, table, common, edition))
    return forms


def write_forms(folder: Path, forms: Sequence[Form]) -> list[Path]:
    """Write each form as ``<name>.xlsx``; none is if pyxform refuses one of them.

    Raises:
        DataError: pyxform refuses a form or warns of it.
        ObsanteError: the folder can't be written.
    """
    books = {form.name: workbook(form) for form in forms}
    for name, content in books.items():
        validate_form(name, content)
    paths = [folder / f"{name}.xlsx" for name in books]
    for path, content in zip(paths, books.values(), strict=True):
        write_atomic(path, content)
    return paths
