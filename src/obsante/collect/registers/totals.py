"""Acts of a register by group: the source read where it is, the sums checked and typed."""

from __future__ import annotations

import contextlib
import glob
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import ibis
import pandas as pd

from obsante.collect import conversion, dictionary
from obsante.collect.registers.connection import connect
from obsante.collect.registers.expression import (
    COUNTS,
    GROUPS,
    INCOMPLETE,
    METRES,
    PERIODS,
    REGISTER,
    acts_by,
    columns,
    years,
)
from obsante.collect.registers.failures import reading, without_user
from obsante.collect.table_schema import Field, Table
from obsante.errors import DataError, NotEstimable, nearest

if TYPE_CHECKING:
    import ibis.expr.datatypes as types
    import ibis.expr.types as ir
    from ibis.backends import BaseBackend

_DATE = "datetime64[us]"
_INGEST = "ingest the register, whose check sets such rows aside"


def acts(
    source: Path | str,
    *,
    by: Sequence[str],
    year: int,
    backend: str | BaseBackend | None = None,
) -> pd.DataFrame:
    """Acts of one year in a register, by group.

    Args:
        source: a Parquet file or a folder of them, as the engine sees it; for Spark, an address
            that it reads (``hdfs://…``). Usually ``collect.table_file("teleconsultations", …)``.
        by: among ``mois``, ``trimestre``, ``region``, ``province``, ``milieu``, ``specialite``,
            ``mode``; none for the whole year.
        year: rows dated otherwise are left out.
        backend: an address (see the package) or an Ibis backend that is open; None for
            ``OBSANTE_BACKEND``, else DuckDB.

    Returns:
        One row per group that has acts, sorted: the groups (``mois`` and ``trimestre``: their
        first day; codes with the type and order of the dictionary), ``actes``, ``lignes`` (rows),
        ``lignes_sans_km`` (rows that don't say kilometres avoided), ``km_evites`` (their sum over
        the others, to the metre; missing if none says them, which is not zero).

    Raises:
        DataError: an unknown group; a source that can't be read, or lacks a column; rows without
            date, acts or group; a code that the dictionary has not.
        NotEstimable: no act in that year.
        ObsanteError: the engine can't be used, as :func:`connect` says.
    """
    _require_groups(by)
    table = dictionary.load(REGISTER)
    shown = without_user(str(source))
    with _opened(backend) as engine, reading(shown, engine.name):
        register = _register(engine, source)
        _require_columns(shown, register.schema(), table, columns(by))
        found = acts_by(register, by, year).to_pandas()
        if not found["lignes"].sum():
            raise _no_act(shown, year, years(register).to_pandas())
    _require_complete(shown, found)
    return _typed(shown, found, table, list(by))


@contextlib.contextmanager
def _opened(backend: str | BaseBackend | None) -> Iterator[BaseBackend]:
    if backend is None or isinstance(backend, str):
        with connect(backend) as engine:
            yield engine
    else:
        yield backend


def _require_groups(by: Sequence[str]) -> None:
    for position, name in enumerate(by):
        if name not in GROUPS or name in by[:position]:
            raise DataError(
                f"group '{name}' of the register of acts",
                found="given twice" if name in GROUPS else "no such group",
                expected=nearest(name, GROUPS), remedy="correct the list of groups",
            )  # fmt: skip


def _register(engine: BaseBackend, source: Path | str) -> ir.Table:
    """The source as a table, its name taken literally whatever signs it holds."""
    local = engine.name == "duckdb"
    if "://" in str(source):
        if local:
            raise DataError(
                without_user(str(source)), found="an address, and DuckDB to read it",
                expected="a file or folder of this machine, or a Spark that reads the address",
                remedy="name a Spark (see obsante.collect.registers), or copy the register here",
            )  # fmt: skip
        return engine.read_parquet(str(source))
    path = Path(source).absolute()
    if not local:
        return engine.read_parquet(re.sub(r"([][{}*?\\])", r"\\\1", str(path)))
    if not path.exists():
        raise DataError(
            str(source), found="no such file", expected="the register as Parquet",
            remedy="correct the path, or run obsante ingest",
        )  # fmt: skip
    return engine.read_parquet(glob.escape(str(path)) + ("/*.parquet" if path.is_dir() else ""))


def _require_columns(source: str, schema: ibis.Schema, table: Table, needed: list[str]) -> None:
    for name in needed:
        kind = table.field(name).type
        if name not in schema:
            found, expected = "no such column", nearest(name, schema)
        elif not _suits(schema[name], kind):
            found, expected = f"type {schema[name]}", f"{kind}, as in the dictionary"
        else:
            continue
        raise DataError(f"{source}, column '{name}'", found=found, expected=expected,
                        remedy=f"obsante ingest, or write the register as the table {REGISTER} "
                        "of the dictionary")  # fmt: skip


def _suits(found: types.DataType, kind: str) -> bool:
    """Whether a column has a type of the dictionary's; an instant has no day without its place."""
    if kind == "date":
        return found.is_date() or (found.is_timestamp() and found.timezone is None)
    return {"string": found.is_string, "integer": found.is_integer, "number": found.is_numeric}[
        kind
    ]()


def _no_act(source: str, year: int, known: pd.DataFrame) -> NotEstimable:
    first, last = known.loc[0, ["first", "last"]]
    there = "no dated row at all" if pd.isna(first) else f"rows of {first:.0f} to {last:.0f}"
    return NotEstimable(f"{source}, year {year}", reason="no_data", found=there,
                        expected=f"rows dated in {year}",
                        remedy="correct the year, or the register")  # fmt: skip


def _require_complete(source: str, found: pd.DataFrame) -> None:
    incomplete = int(found[INCOMPLETE].sum())
    if incomplete:
        raise DataError(source, found=f"{incomplete:,} rows without date, acts or group",
                        expected="complete rows, whose sums mean something",
                        remedy=_INGEST)  # fmt: skip


def _typed(source: str, found: pd.DataFrame, table: Table, by: list[str]) -> pd.DataFrame:
    """Types that don't depend on the engine, and the order."""
    keys = {
        name: found[name].astype(_DATE) if name in PERIODS else
        _codes(source, found[name], table.field(name))
        for name in by
    }  # fmt: skip
    counts = {name: found[name].astype("int64") for name in COUNTS}
    km = found[METRES].astype("float64") / 1000
    typed = pd.DataFrame({**keys, **counts, "km_evites": km})
    return typed.sort_values(by, ignore_index=True) if by else typed


def _codes(source: str, found: pd.Series, field: Field) -> pd.Series:
    unknown = sorted(set(found) - set(field.codes)) if field.codes else []
    if unknown:
        raise DataError(
            f"{source}, column '{field.name}'", found=f"'{unknown[0]}'",
            expected=nearest(unknown[0], field.codes), remedy=_INGEST,
        )  # fmt: skip
    return found.astype(conversion.TEXT).astype(conversion.dtype(field))
