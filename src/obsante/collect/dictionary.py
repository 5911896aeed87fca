"""The data dictionary: one Frictionless Table Schema in YAML for each table, and what it means.

``config/dictionary/<table>.yml`` is the one source of types, ranges, categories and keys. An
unknown key is an error. Titles, descriptions, labels and messages are in French: they are printed.

Keys of a table
    ``name`` (as the file's name), ``title``, ``description``, ``scope`` (``campaign`` or
    ``reference``), ``file`` (the raw file, CSV in UTF-8 with commas), ``fields``, and optionally
    ``primaryKey`` (one column or a list), ``foreignKeys``, ``missingValues`` (default ``[""]``),
    ``rules``; a reference table also takes ``rows``, ``totals`` and ``sums``, a campaign table
    ``sample``.

Keys of a field
    ``name``, ``type``, ``title`` and optionally ``description``, ``unit`` (numbers only),
    ``categories``, ``constraints``.

    ========== ======================================== =======================================
    type       written in the raw file as               becomes
    ========== ======================================== =======================================
    string     text                                     ``str``; ``category`` with categories
    integer    ``12``, ``-3``                           ``Int64``, with or without categories
    number     ``12``, ``12.5`` (point, no exponent)    ``float64``
    date       ``2025-12-31``                           ``datetime64``
    boolean    ``true`` or ``false``                    ``boolean``
    ========== ======================================== =======================================

    ``categories: [{value: "01", label: Tanger}, ...]`` is a closed list, for strings and
    integers; its order is the one of tables and figures. ``constraints`` takes ``required``,
    ``unique``, ``minimum``, ``maximum`` (numbers and dates, bounds included), ``pattern``
    (strings; the whole value must match).

    ``question: {group, fr, ar, hint_fr, hint_ar, asked_if}``: how an instrument of
    ``config/instruments`` asks for the column; then each category takes ``ar``, its Arabic label.
    ``asked_if`` is an expression as in rules; where it is false, and all that it uses is known, the
    question is not shown, and the code ``sans_objet``, if the column has it, is written.

    ``identifier: {kind, treatment}``: the column tells who someone is (``nom``, ``cin``,
    ``telephone``, ``courriel``, ``position``, ``texte_libre``). With ``drop`` it is in the raw file
    only; with ``pseudonym`` each value becomes a keyed hash at ingest. Rules can't use a dropped
    column.

Keys across columns, rows and tables
    ``rules: [{name, message, columns, holds}]``: ``holds`` is a :meth:`pandas.DataFrame.eval`
    expression, true on each row where none of ``columns`` is missing. It may also use columns
    that are not listed in ``columns`` (a row where one of them can't be read is left to that
    cell's own violation); a comparison with a missing value is then false, and
    ``!=`` true, so that ``columns: [dme], holds: "dme != 'oui' or dme_stade.notna()"`` asks for a
    stage. ``message`` ends in the quarantine file: it says what is expected. Codes are text
    between quotes: ``"dme != 'non' or dme_stade == 0"``, ``"type in ['chu', 'chr_chp']"``,
    ``"not debut > fin"``.

    ``primaryKey``: its columns are required. Of identical rows the first is kept; different rows
    with the same key are all set aside.

    ``foreignKeys: [{fields: [region], reference: {resource: regions, fields: [code]}}]``: each
    value must be in that table, as ingested: a row that refers to a row set aside is set aside.
    Rows where one of ``fields`` is missing are free.

    A campaign table's integer column named ``edition`` must hold the edition's year.

    ``rows: 12``: exact number of rows.

    ``totals: [{column: population_2024, equals: 36828330, source: "HCP, RGPH 2024"}]``: the sum of
    a column; ``source`` says where the number was read.

    ``sums: [{column: population_2024, by: region, equals: {resource: regions, key: code,
    column: population_2024}}]``: the sum of ``column`` within each value of ``by`` equals
    ``column`` of the row of ``resource`` whose ``key`` has that value, for every row of it.

    ``sample: [{by: strate, answered: {column: repondant, code: oui}, weights: {column: poids,
    total: taille_strate}, units: {drawn: tires_strate, size: taille_strate}}]``: what the file's
    rows are a sample of, within each value of ``by``. ``weights``: those of the respondents, over
    the rows as received, add up to ``total``, an expression with one value in each group.
    ``units``: at least two retained units answered, or all ``size`` of them; a unit is a row, or
    the rows with one value of the optional ``column``. Either fails the whole ingest.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from obsante.collect.table_schema import Table
from obsante.edition import read_yaml, validate
from obsante.errors import DataError, nearest
from obsante.files import sha256
from obsante.paths import Project, find_project


def tables(project: Project) -> dict[str, Table]:
    """Every dictionary of ``config/dictionary``, by name, in the order in which they can be read.

    A table comes after those that its foreign keys and sums refer to.

    Raises:
        DataError: a reference to an unknown table or column, or in a circle.
        EditionError: a file is unreadable, or a key is unknown, missing or mistyped.
    """
    known = {path.stem: load(path.stem, project) for path in project.dictionary.glob("*.yml")}
    for table in known.values():
        _check_references(table, known)
    ordered: dict[str, Table] = {}
    for name in sorted(known):
        _visit(name, known, ordered, path=[])
    return ordered


def load(name: str, project: Project | None = None) -> Table:
    """The dictionary of one table.

    Raises:
        DataError: no such table; names the nearest.
        EditionError: the file is unreadable, or a key is unknown, missing or mistyped.
    """
    project = project or find_project()
    path = project.dictionary / f"{name}.yml"
    if not path.is_file():
        raise DataError(
            f"table '{name}'",
            found=f"no dictionary {project.relative(path)}",
            expected=nearest(name, sorted(p.stem for p in project.dictionary.glob("*.yml"))),
            remedy="correct the name, or write the table's dictionary",
        )
    return _parsed(project, path, sha256(path))


def labels(table: str, column: str) -> dict[str, str]:
    """French label of each code of a column, codes as text, in the dictionary's order.

    Raises:
        DataError: unknown table or column, or a column without categories.
    """
    field = load(table).field(column)
    if not field.categories:
        raise DataError(
            f"table '{table}', column '{column}'",
            found="no categories in the dictionary",
            expected="a column with a closed list of codes",
            remedy=f"add its categories to config/dictionary/{table}.yml, or use another column",
        )
    return {str(category.value): category.label for category in field.categories}


@lru_cache(maxsize=64)
def _parsed(project: Project, path: Path, digest: str) -> Table:
    """Parsed once for each content: ``digest`` is part of the cache's key."""
    where = project.relative(path)
    table = validate(Table, read_yaml(project, path), where)
    if table.name != path.stem:
        raise DataError(
            f"{where}, key name", found=table.name, expected=f"{path.stem}, as in the file's name",
            remedy="correct the key or rename the file",
        )  # fmt: skip
    return table


def _check_references(table: Table, known: dict[str, Table]) -> None:
    where = f"config/dictionary/{table.name}.yml"
    for resource, columns in table.neighbours.items():
        if resource not in known:
            raise DataError(
                f"{where}, resource '{resource}'", found="no such table",
                expected=nearest(resource, sorted(known)), remedy="correct the table's name",
            )  # fmt: skip
        for column in sorted(columns):
            known[resource].field(column)
        if table.scope == "reference" and known[resource].scope == "campaign":
            raise DataError(
                f"{where}, resource '{resource}'", found="a campaign table",
                expected="a reference table: reference data do not depend on a campaign",
                remedy="remove that reference",
            )  # fmt: skip


def _visit(
    name: str, known: dict[str, Table], ordered: dict[str, Table], *, path: list[str]
) -> None:
    """Depth first: neighbours before the table itself."""
    if name in path:
        raise DataError(
            f"config/dictionary/{name}.yml",
            found=f"references in a circle: {' -> '.join([*path[path.index(name) :], name])}",
            expected="tables that can be read one after the other",
            remedy="remove one of these references",
        )
    if name not in ordered:
        for neighbour in sorted(known[name].neighbours):
            _visit(neighbour, known, ordered, path=[*path, name])
        ordered[name] = known[name]
