"""Reference tables add up to what their publishers say."""

from __future__ import annotations

import pytest

from obsante import collect
from obsante.edition import load_edition
from obsante.errors import DataError

YEAR = 2025


def refusal(small, name: str, content: str) -> DataError:
    small.raw(f"reference/{name}.csv", content, synthetic=False)
    with pytest.raises(DataError) as raised:
        collect.ingest(small.project, load_edition(small.project, YEAR))
    return raised.value


def test_a_row_too_many_is_refused(small):
    error = refusal(small, "regions", small.regions + "04,Rabat,0\n")
    assert error.looked_at == "data/raw/reference/regions.csv, number of rows"
    assert (error.found, error.expected) == ("3", "2")


def test_a_total_that_differs_is_refused_with_its_source(small):
    error = refusal(small, "regions", small.regions.replace("60", "61"))
    assert (error.found, error.expected) == ("101", "100 (Décompte à la main)")


def test_parts_that_do_not_add_up_to_their_whole_are_refused(small):
    error = refusal(small, "provinces", small.provinces.replace("25", "20").replace("40", "45"))
    assert error.looked_at.endswith("sum of column 'population' where region is '01'")
    assert (error.found, error.expected) == ("45", "40, as in regions.population")


def test_a_whole_without_any_part_is_refused(small):
    error = refusal(small, "provinces", "code,region,population\n01.1,01,40\n")
    assert error.looked_at.endswith("where region is '03'")
    assert error.found == "0"


def test_a_missing_value_is_not_added_as_zero(small):
    error = refusal(small, "regions", small.regions.replace("40", "").replace("60", "100"))
    assert error.found == "1 missing values"


def test_a_faulty_rule_of_a_reference_row_is_an_error(small):
    rule = (
        "rules: [{name: habitee, message: La région doit être habitée,"
        " columns: [population], holds: population > 0}]\n"
    )
    path = small.project.dictionary / "regions.yml"
    path.write_text(path.read_text(encoding="utf-8") + rule, encoding="utf-8")
    error = refusal(small, "regions", small.regions.replace("40", "0").replace("60", "100"))
    assert "La région doit être habitée" in error.found
    assert error.looked_at.endswith("line 2, column population")
