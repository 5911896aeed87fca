"""Raw files of any declared form as chunks of text in the dictionary's own columns.

A file whose entry in ``sources.yml`` has no ``profile`` is in the dictionary's own form: CSV in
UTF-8 with commas, every column, points for decimals. The others are read as
``config/imports/<profile>.yml`` says. Nothing is guessed: a cell with two readings, or with one
that the profile does not declare, stays as written and gets a note of rule ``ambigu``, so that its
row goes to quarantine. An unknown key of a profile is an error.

Form of the file
    ``name`` (as the file's name), ``title``, ``format``: ``csv``, ``xlsx``, or ``kobo`` and ``odk``
    (exports of a form's server, CSV or XLSX).

    ``encodings`` (default ``[utf-8]``): tried in order; ``utf-8`` with or without its mark,
    ``utf-16``, and last ``windows-1252``. ``separators`` (default ``[","]``): the one with which a
    header is found.

    ``header: {columns: 3, within: 30}``: the header is the one row, among the first ``within``
    that are not blank, where ``columns`` cells or more name columns; none or two is an error. What
    comes above it (titles) is left out, and so are blank rows everywhere.

    ``sheets: {etablissements: Saisie}``: the sheet of a table; without it, every visible sheet is
    searched for a header. A merged cell counts as that value in all its cells; a formula counts as
    its result; hidden rows and columns count like the others.

Columns
    A heading names a column by its name, its title or the wording of its question in French or in
    Arabic, case, accents, spaces and punctuation apart. ``columns: {etablissements: {region:
    ["Région d'implantation"]}}`` adds headings. A column that the dictionary requires must be
    there; another is then empty. A heading that names nothing is an error unless ``ignored`` has it
    (``*`` and ``?`` stand for any text; a heading listed in full is left out even if it names a
    column).

    ``constants: {etablissements: {edition: "2025"}}``: cells of a column that the file lacks.

Values
    ``decimals`` (default ``["."]``): the first mark is the file's own; a second one is only read
    where it can't stand between thousands: with ``[",", "."]``, ``12.5`` is read and ``1.234`` is
    not. ``thousands``: marks between groups of three digits; all spaces are equal.

    ``dates`` (``dmy``, ``mdy`` or ``ymd``, the default): order in ``31/12/2025``; year-month-day
    with a year of four digits, and French names of months, are always read. A year of two digits
    is not.
    ``serial_dates: true``: a number of five digits, in a column of dates, is a spreadsheet's day.

    ``missing``: texts that mean an empty cell, beside the dictionary's ``missingValues``.

    A cell that equals a category's code or its label, French or Arabic, becomes the code.
    ``words: reponses``: further spellings of codes, from ``config/mappings/reponses.yml``.

    ``places: {region: regions}``: the column holds places of that reference table, in any spelling
    of ``config/mappings/regions.yml`` (see :mod:`obsante.collect.imports.places`).

Exports of forms (``kobo``, ``odk``)
    ``groups``: groups in headings such as ``identification/region``, beside those of the
    dictionary's questions; a heading with another group names nothing.

    ``multiples: {professionnels: {outil: [aucun]}}``: a question of several choices, whose columns
    are ``outil_<choix>`` with the codes ``oui`` and ``non``; the list has the choices without
    column. Read from the column ``outil`` (codes between spaces), from the columns
    ``outil/<choix>`` (1, 0, TRUE, FALSE), or from both, which must agree.

    ``repeats: {passages: {columns: [id_entretien], link: _parent_index, key: _index}}``: the
    table's rows are those of a repeated group, each with ``columns`` of the submission whose
    ``key`` is its ``link``. The submissions are in another sheet, named ``sheet`` or found by its
    header, or in the file ``file`` beside this one (``submissions_of`` in ``sources.yml`` lists it,
    where no table reads it); their headings are those of the table ``parent``, by default the same.

    A form that is sent twice gives two identical rows: what the server and the telephone add is
    ``ignored``. ``columns: {patients: {id_patient: [_uuid]}}`` makes the server's key the table's.

    A question that was not asked (``asked_if`` is false) is ``sans_objet`` if it has that code.
"""

from __future__ import annotations

from collections.abc import Iterator

from obsante.collect.chunks import ROWS, Chunk
from obsante.collect.codes import AMBIGUOUS
from obsante.collect.imports import profiled, strict
from obsante.collect.imports.chunking import regrouped
from obsante.collect.sources import RawFile
from obsante.collect.table_schema import Table
from obsante.paths import Project

__all__ = ["AMBIGUOUS", "read_chunks"]


def read_chunks(
    project: Project, raw: RawFile, table: Table, rows: int = ROWS
) -> Iterator[Chunk]:
    """The rows of a raw file, in order, ``rows`` in each chunk but the last.

    Raises:
        DataError: whatever is wrong with the file as a whole, or with its profile; some only once
            the rows before it have been given.
        EditionError: the profile or a mapping is unreadable, or has a wrong key.
    """
    if raw.profile is None:
        frames = strict.frames(raw.path, table, raw.name)
        parts = (Chunk(raw.name, frame) for frame in frames)
    else:
        parts = profiled.parts(project, raw, table)
    yield from regrouped(parts, rows)
