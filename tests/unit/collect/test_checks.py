"""Checks that the small project does not need: types, composite keys, conditional rules."""

from __future__ import annotations

import pandas as pd

from obsante.collect.checks import check
from obsante.collect.table_schema import Table


def table(**keys) -> Table:
    names = {"a": "string", "b": "string", "n": "integer", "vu": "boolean", "jour": "date"}
    fields = [{"name": name, "type": kind, "title": name} for name, kind in names.items()]
    start = {"name": "essai", "title": "t", "description": "d", "scope": "campaign",
             "file": "essai.csv", "fields": fields}  # fmt: skip
    return Table.model_validate(start | keys)


def rows(*cells: tuple) -> pd.DataFrame:
    frame = pd.DataFrame(cells, columns=["a", "b", "n", "vu", "jour"], dtype="str")
    return frame.set_index(pd.RangeIndex(2, 2 + len(cells), name="ligne"))


def broken(checked) -> list[tuple]:
    found = checked.violations[["ligne", "regle", "colonne", "valeur"]]
    return list(found.itertuples(index=False, name=None))


def test_each_type_is_converted_and_a_wrong_writing_set_aside():
    text = rows(
        ("x", None, "007", "true", "2025-02-28"),
        (None, None, "-1", "false", None),
        (None, None, "12.0", "oui", "2025-02-29"),
    )
    checked = check(table(), text, year=2025, ingested={})
    assert broken(checked) == [
        (4, "type", "n", "12.0"), (4, "type", "vu", "oui"), (4, "type", "jour", "2025-02-29")
    ]  # fmt: skip
    assert checked.kept["n"].tolist() == [7, -1]
    assert checked.kept["vu"].tolist() == [True, False]
    assert checked.kept["jour"].iloc[0] == pd.Timestamp(2025, 2, 28)
    assert checked.kept["a"].isna().tolist() == [False, True]


def test_an_integer_of_fifteen_digits_stays_exact():
    text = rows((None, None, "999999999999999", None, None))
    assert check(table(), text, year=2025, ingested={}).kept["n"].tolist() == [999999999999999]


def test_a_foreign_key_of_two_columns_is_checked_as_a_pair():
    key = {"fields": ["a", "n"], "reference": {"resource": "autre", "fields": ["x", "y"]}}
    other = pd.DataFrame({"x": ["p", "q"], "y": pd.array([1, 2], "Int64")})
    text = rows(*((a, None, n, None, None) for a, n in [("p", "1"), ("p", "2"), (None, "9")]))
    checked = check(table(foreignKeys=[key]), text, year=2025, ingested={"autre": other})
    assert broken(checked) == [(3, "reference", "a, n", "p, 2")]


def test_a_key_of_two_columns_may_repeat_each_of_them():
    text = rows(*((a, b, n, None, None) for a, b, n in ["xy1", "xz2", "xy3"]))
    checked = check(table(primaryKey=["a", "b"]), text, year=2025, ingested={})
    assert broken(checked) == [(2, "cle", "a, b", "x, y"), (4, "cle", "a, b", "x, y")]
    assert checked.violations["identifiant"].tolist() == ["x, y", "x, y"]


def test_a_unique_column_may_be_missing_more_than_once():
    fields = table().model_dump()["fields"]
    fields[2]["constraints"]["unique"] = True
    text = rows(*((None, None, n, None, None) for n in ["1", None, "2", None, "1"]))
    checked = check(table(fields=fields), text, year=2025, ingested={})
    assert broken(checked) == [(2, "unique", "n", "1"), (6, "unique", "n", "1")]


def test_a_rule_may_ask_for_a_column_that_it_does_not_list():
    rule = {"name": "n_si_x", "message": "m", "columns": ["a"], "holds": "a != 'x' or n.notna()"}
    text = rows(*((a, None, n, None, None) for a, n in [("x", "1"), ("x", None), ("y", None)]))
    checked = check(table(rules=[rule]), text, year=2025, ingested={})
    assert broken(checked) == [(3, "n_si_x", "a", "x")]


def test_a_comparison_with_a_missing_value_is_false():
    rule = {"name": "positif", "message": "m", "columns": ["a"], "holds": "n > 0"}
    text = rows(("x", None, None, None, None), ("x", None, "1", None, None))
    checked = check(table(rules=[rule]), text, year=2025, ingested={})
    assert broken(checked) == [(2, "positif", "a", "x")]


def test_a_rule_on_a_cell_that_is_wrongly_written_does_not_add_a_second_violation():
    rule = {"name": "positif", "message": "m", "columns": ["n"], "holds": "n > 0"}
    text = rows(("x", None, "-1,0", None, None), ("x", None, "-1", None, None))
    checked = check(table(rules=[rule]), text, year=2025, ingested={})
    assert broken(checked) == [(2, "type", "n", "-1,0"), (3, "positif", "n", "-1")]
