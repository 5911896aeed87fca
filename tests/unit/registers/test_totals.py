"""Acts by group on DuckDB, against sums worked by hand."""

from __future__ import annotations

import datetime as dt

import duckdb
import ibis
import numpy as np
import pandas as pd
import pytest

from obsante.collect.registers import GROUPS, acts
from obsante.errors import DataError

YEAR = 2025
# Ibis still calls functions that its libraries have renamed.
pytestmark = [
    pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:The 'future.infer_string' option"),
]


def listed(found):
    """Rows as lists, missing as None, periods as dates."""
    cells = found.astype("object").where(found.notna(), None)
    return [[cell.date() if isinstance(cell, pd.Timestamp) else cell for cell in row]
            for row in cells.to_numpy().tolist()]  # fmt: skip


def test_acts_by_month_in_order(source):
    found = acts(source, by=["mois"], year=YEAR)
    assert list(found) == ["mois", "actes", "lignes", "lignes_sans_km", "km_evites"]
    assert listed(found) == [
        [dt.date(2025, 1, 1), 5, 2, 1, 10.0],
        [dt.date(2025, 2, 1), 2, 1, 0, 0.0],
        [dt.date(2025, 3, 1), 3, 1, 1, None],
        [dt.date(2025, 4, 1), 6, 2, 0, 0.3],
        [dt.date(2025, 12, 1), 7, 1, 0, 12.5],
    ]


def test_no_kilometre_said_is_missing_and_zero_is_zero(source):
    found = acts(source, by=["trimestre", "milieu"], year=YEAR)
    assert listed(found) == [
        [dt.date(2025, 1, 1), "urbain", 5, 2, 1, 10.0],
        [dt.date(2025, 1, 1), "rural", 5, 2, 1, 0.0],
        [dt.date(2025, 4, 1), "rural", 6, 2, 0, 0.3],
        [dt.date(2025, 10, 1), "rural_montagne", 7, 1, 0, 12.5],
    ]


def test_not_a_number_is_missing_too(tmp_path, source):
    path = tmp_path / "nan.parquet"
    duckdb.sql(f"COPY (SELECT * REPLACE (coalesce(km_evites, 'nan'::DOUBLE) AS km_evites) "
               f"FROM read_parquet('{tmp_path}/*/*.parquet')) TO '{path}'")  # fmt: skip
    by = ["mois", "milieu"]
    pd.testing.assert_frame_equal(acts(path, by=by, year=YEAR), acts(source, by=by, year=YEAR))


def test_the_whole_year_without_any_group(source):
    assert listed(acts(source, by=[], year=YEAR)) == [[23, 7, 2, 22.8]]
    assert listed(acts(source, by=[], year=2024)) == [[900, 1, 0, 900.0]]


def test_types_are_those_of_the_checked_table(source, rows):
    found = acts(source, by=GROUPS, year=YEAR)
    shared = ["region", "province", "milieu", "specialite", "mode"]
    assert found[shared].dtypes.equals(rows[shared].dtypes)
    assert found.dtypes.astype(str).drop(shared).to_dict() == {
        "mois": "datetime64[us]", "trimestre": "datetime64[us]", "actes": "int64",
        "lignes": "int64", "lignes_sans_km": "int64", "km_evites": "float64",
    }  # fmt: skip
    assert len(found) == 6


def test_kilometres_do_not_depend_on_the_order_of_the_rows(tmp_path, rows):
    many = pd.concat([rows.head(1)] * 3000).assign(km_evites=[0.1, 1e7 + 0.001, 0.7] * 1000)
    for name, part in (("a", many), ("b", many.iloc[::-1])):
        part.to_parquet(tmp_path / f"{name}.parquet", index=False)
    totals = [acts(tmp_path / f"{n}.parquet", by=[], year=YEAR)["km_evites"][0] for n in "ab"]
    assert totals == [10_000_000_801.0] * 2


def test_a_folder_of_files_is_one_register(tmp_path, rows):
    for number in range(2):
        rows.iloc[number::2].to_parquet(tmp_path / f"part-{number}.parquet", index=False)
    assert listed(acts(tmp_path, by=[], year=YEAR)) == [[23, 7, 2, 22.8]]


def test_an_engine_that_is_open_serves_several_sums(source):
    engine = ibis.duckdb.connect()
    for by in ([], ["mode"]):
        assert acts(source, by=by, year=YEAR, backend=engine)["actes"].sum() == 23


@pytest.mark.parametrize(
    ("by", "found", "expected"),
    [
        (["moi"], "no such group", "'mois' (nearest)"),
        (["region", "region"], "given twice", "'region' (nearest)"),
    ],
)
def test_a_wrong_group_is_named(source, by, found, expected):
    with pytest.raises(DataError) as error:
        acts(source, by=by, year=YEAR)
    assert (error.value.found, error.value.expected[: len(expected)]) == (found, expected)


def test_a_year_without_act_says_which_years_are_there(source):
    with pytest.raises(DataError) as error:
        acts(source, by=["mois"], year=2031)
    assert error.value.found == "rows of 2024 to 2025"


@pytest.mark.parametrize(
    ("change", "looked_at", "found"),
    [
        ({"mode": None}, "'mode'", "no such column"),
        ({"actes": "1"}, "'actes'", "type string"),
        ({"date": pd.Timestamp("2025-01-01", tz="Africa/Casablanca")}, "'date'",
         "type timestamp('UTC', 6)"),
    ],
)  # fmt: skip
def test_a_source_that_is_not_the_register_is_refused(tmp_path, rows, change, looked_at, found):
    path = tmp_path / "other.parquet"
    changed = rows.drop(columns="mode") if "mode" in change else rows.assign(**change)
    changed.to_parquet(path, index=False)
    with pytest.raises(DataError) as error:
        acts(path, by=["mode"], year=YEAR)
    assert error.value.looked_at.endswith(f"column {looked_at}")
    assert error.value.found == found


@pytest.mark.parametrize("column", ["date", "actes", "milieu"])
def test_an_incomplete_row_is_never_left_out_in_silence(tmp_path, rows, column):
    path = tmp_path / "incomplete.parquet"
    rows[column] = rows[column].mask(rows.index == 2)
    rows.to_parquet(path, index=False)
    with pytest.raises(DataError, match="teleconsultations|incomplete") as error:
        acts(path, by=["mois", "milieu"], year=YEAR)
    assert error.value.found == "1 rows without date, acts or group"


def test_a_code_out_of_the_dictionary_is_named(tmp_path, rows):
    path = tmp_path / "codes.parquet"
    rows.assign(mode="téléconsultation").to_parquet(path, index=False)
    with pytest.raises(DataError) as error:
        acts(path, by=["mode"], year=YEAR)
    assert error.value.found == "'téléconsultation'"
    assert error.value.expected.startswith("'teleconsultation' (nearest)")


def test_a_source_that_can_t_be_read_is_one_clear_error(tmp_path):
    with pytest.raises(DataError) as error:
        acts(tmp_path / "absent.parquet", by=[], year=YEAR)
    assert error.value.found == "no such file"
    wrong = tmp_path / "wrong.parquet"
    wrong.write_text("not Parquet")
    with pytest.raises(DataError) as error:
        acts(wrong, by=[], year=YEAR)
    assert error.value.found.startswith("duckdb could not add it up: Invalid Input Error")


def test_an_address_needs_spark_and_is_shown_without_password():
    with pytest.raises(DataError) as error:
        acts("s3a://key:hush@bucket/register", by=[], year=YEAR)
    assert error.value.found == "an address, and DuckDB to read it"
    assert error.value.looked_at == "s3a://bucket/register"


def test_kilometres_out_of_all_bounds_are_one_clear_error(tmp_path, rows):
    path = tmp_path / "infinite.parquet"
    rows.assign(km_evites=np.inf).to_parquet(path, index=False)
    with pytest.raises(DataError, match=r"infinite\.parquet"):
        acts(path, by=[], year=YEAR)
