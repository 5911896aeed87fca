"""The same sums on Spark and on DuckDB, to the last bit."""

from __future__ import annotations

import importlib.util
import socket

import pandas as pd
import pytest

from obsante.collect import conversion, dictionary
from obsante.collect.demo.acts_stream import write_acts
from obsante.collect.registers import GROUPS, REGISTER, acts, connect, connection, java
from obsante.errors import DataError, ObsanteError

YEAR = 2025
ROWS = 100_000
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def spark():
    if importlib.util.find_spec("pyspark") is None:
        pytest.skip("pyspark is not installed: make check installs it where Java is")
    found = java.find_java()
    if found is None or not found.suits:
        pytest.skip(f"{found.told if found else 'no Java'}: Spark runs on {java.EXPECTED}")
    with connect("local[2]", memory=1024) as engine:
        yield engine


@pytest.fixture(scope="module")
def register(tmp_path_factory):
    """A hundred thousand acts as checked tables are written, kilometres with decimals."""
    folder = tmp_path_factory.mktemp("registre")
    write_acts(folder / "actes.csv", ROWS, 20250101)
    text = pd.read_csv(folder / "actes.csv", dtype="str")
    fields = dictionary.load(REGISTER).fields
    typed = pd.DataFrame({field.name: conversion.values(text[field.name], field)
                          for field in fields})  # fmt: skip
    typed["km_evites"] = typed["km_evites"] * 1.0005
    typed.to_parquet(folder / "actes.parquet", index=False)
    return folder / "actes.parquet"


@pytest.mark.parametrize("by", [["mois", "milieu", "specialite"], GROUPS, []], ids=len)
def test_both_engines_give_the_same_sums(spark, register, by):
    ours = acts(register, by=by, year=YEAR, backend="duckdb")
    theirs = acts(register, by=by, year=YEAR, backend=spark)
    pd.testing.assert_frame_equal(ours, theirs, check_exact=True)
    assert ours["actes"].sum() == ROWS


def test_both_engines_tell_missing_from_zero(spark, source):
    by = ["mois", "milieu"]
    ours, theirs = (acts(source, by=by, year=YEAR, backend=name) for name in ("duckdb", spark))
    pd.testing.assert_frame_equal(ours, theirs, check_exact=True)
    assert theirs["km_evites"].isna().sum() == 1


def test_what_spark_can_t_read_is_one_clear_error(spark, tmp_path):
    with pytest.raises(DataError) as error:
        acts(tmp_path / "absent.parquet", by=[], year=YEAR, backend=spark)
    assert error.value.found.startswith("pyspark could not add it up: [PATH_NOT_FOUND]")
    with pytest.raises(DataError) as error:
        acts("s3a://key:hush@bucket/register", by=[], year=YEAR, backend=spark)
    assert "hush" not in str(error.value)


def test_a_server_that_speaks_otherwise_is_one_clear_error(monkeypatch):
    pytest.importorskip("grpc", reason="grpc is not installed: make check installs it with Spark")
    pytest.importorskip("pyspark.sql.connect.client")
    monkeypatch.setattr(connection, "_SECONDS", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"sc://127.0.0.1:{server.getsockname()[1]}/;token=hush"
        # Only what precedes a session: a process that has one for Java accepts no other.
        monkeypatch.setattr("pyspark.sql.SparkSession.getActiveSession", lambda: None)
        with pytest.raises(ObsanteError) as error, connect(url):
            pass
    assert error.value.found == "a server that is not understood"
    assert "hush" not in str(error.value)
