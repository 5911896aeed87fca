"""One expression, translated for both engines; Spark itself is not needed for that."""

from __future__ import annotations

import ibis
import ibis.backends.sql.compilers as compilers
import pytest
import sqlglot

from obsante.collect.registers import acts_by
from obsante.collect.registers.expression import columns

BY = ["mois", "milieu", "specialite"]
REGISTER = ibis.table(
    {"date": "timestamp(6)", "milieu": "string", "specialite": "string", "actes": "int64",
     "km_evites": "float64"}, name="teleconsultations",
)  # fmt: skip


class Options(ibis.config.Config):
    """What the compiler for Spark asks of its engine, which is not loaded."""

    treat_nan_as_null: bool = False


@pytest.fixture
def spark_options():
    former, ibis.options.pyspark = ibis.options.pyspark, Options()
    yield
    ibis.options.pyspark = former


def compiled(compiler, dialect):
    query = compiler.to_sqlglot(acts_by(REGISTER, BY, 2025)).sql(dialect)
    return sqlglot.parse_one(query, dialect=dialect)


def test_the_columns_that_are_used_are_those_announced():
    assert sorted(columns(BY)) == sorted(REGISTER.columns)


def test_it_translates_for_both_engines(spark_options):
    duckdb = compiled(compilers.duckdb.compiler, "duckdb")
    spark = compiled(compilers.pyspark.compiler, "spark")
    sums = ["actes", "lignes", "lignes_sans_km", "metres", "lignes_incompletes"]
    assert duckdb.named_selects == spark.named_selects == [*BY, *sums]
    for query in (duckdb, spark):
        assert len(list(query.find_all(sqlglot.exp.Group))) == 1
        assert REGISTER.get_name() in {table.name for table in query.find_all(sqlglot.exp.Table)}
        kinds = {type(node) for node in query.find_all(sqlglot.exp.AggFunc)}
        assert kinds == {sqlglot.exp.Sum, sqlglot.exp.Count}


def test_no_float_is_added(spark_options):
    """A sum of floats depends on the order in which an engine takes the rows."""
    rows = acts_by(REGISTER, BY, 2025).schema()
    assert {name: kind.is_integer() for name, kind in rows.items() if name not in BY} == {
        "actes": True, "lignes": True, "lignes_sans_km": True, "metres": True,
        "lignes_incompletes": True,
    }  # fmt: skip
