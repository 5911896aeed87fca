"""A dictionary that is wrong says where, before any data are read."""

from __future__ import annotations

import datetime as dt

import pytest

from obsante import collect
from obsante.collect import dictionary
from obsante.errors import DataError, EditionError, ObsanteError
from obsante.paths import find_project

START = """\
name: essai
title: Essai
description: Une table d'essai
scope: campaign
file: essai.csv
fields:
  - {name: a, type: integer, title: A}
  - {name: b, type: string, title: B}
"""


def refusal(small, text: str, name: str = "essai") -> ObsanteError:
    small.write(f"config/dictionary/{name}.yml", text)
    with pytest.raises(ObsanteError) as raised:
        dictionary.tables(small.project)
    return raised.value


def test_every_key_is_read(small):
    table = dictionary.load("etablissements", small.project)
    assert table.primaryKey == ["id_etablissement"]
    assert table.field("visite").constraints.minimum == dt.date(2025, 1, 1)
    assert table.field("dme").codes == ["sans_objet", "oui", "non"]
    assert table.rules[0].names == {"dme", "dme_stade"}
    assert table.missingValues == [""]


def test_tables_come_after_those_that_they_refer_to(small):
    assert list(dictionary.tables(small.project)) == [
        "regions", "etablissements", "professionnels", "provinces"]  # fmt: skip


def test_labels_are_in_the_dictionary_s_order_with_codes_as_text(small):
    assert collect.labels("etablissements", "dme_stade") == {"0": "Aucun", "1": "Consultation"}
    assert list(collect.labels("etablissements", "region")) == ["01", "03"]


def test_labels_of_an_open_column_are_an_error(small):
    with pytest.raises(DataError, match="column 'note'"):
        collect.labels("etablissements", "note")


def test_an_unknown_table_names_the_nearest(small):
    with pytest.raises(DataError) as raised:
        collect.labels("etablissement", "dme")
    assert "'etablissements' (nearest)" in raised.value.expected


def test_an_unknown_column_names_the_nearest(small):
    with pytest.raises(DataError) as raised:
        collect.labels("etablissements", "dme_stades")
    assert "'dme_stade' (nearest)" in raised.value.expected


@pytest.mark.parametrize(
    ("text", "key", "nearest"),
    [
        (START.replace("title: Essai", "titre: Essai"), "titre", "'title'"),
        (START.replace("title: A}", "titel: A}"), "fields.0.titel", "'title'"),
        (START.replace("title: A}", "title: A, constraints: {minimun: 1}}"),
         "fields.0.constraints.minimun", "'minimum'"),
        (START.replace("title: A}", "title: A, categories: [{value: 1, lable: Un}]}"),
         "fields.0.categories.0.lable", "'label'"),
        (START + "rules: [{name: r, message: m, columns: [a], hold: a > 1}]\n",
         "rules.0.hold", "'holds'"),
    ],
)  # fmt: skip
def test_an_unknown_key_names_the_nearest(small, text, key, nearest):
    error = refusal(small, text)
    assert error.looked_at == f"config/dictionary/essai.yml, key {key}"
    assert error.found == "unknown key"
    assert error.expected.startswith(nearest)


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("name: a, type: text, title: A", "Input should be 'string', 'integer'"),
        ("name: À, type: integer, title: A", "String should match pattern"),
        ("name: a, type: string, title: A, constraints: {minimum: 1}", "bounds of the column's"),
        ("name: a, type: integer, title: A, constraints: {minimum: 0.5}", "bounds of the column's"),
        ("name: a, type: integer, title: A, constraints: {pattern: x}", "a pattern only for a str"),
        ("name: a, type: string, title: A, constraints: {pattern: '('}", "a regular expression"),
        ("name: a, type: string, title: A, unit: lits", "a unit only for a number"),
        ("name: a, type: string, title: A, categories: [{value: 1, label: Un}]", "categories of"),
        ("name: a, type: number, title: A, categories: [{value: 1, label: Un}]", "categories of"),
        ("name: b, type: integer, title: A", "each column once, not 'b' twice"),
    ],
)
def test_a_field_that_disagrees_with_itself_is_refused(small, field, expected):
    error = refusal(small, START.replace("name: a, type: integer, title: A", field))
    assert isinstance(error, EditionError)
    assert expected in error.expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("primaryKey: [c]", "primaryKey: column 'c'"),
        ("rules: [{name: r, message: m, columns: [a], holds: c > 1}]", "rule r: column 'c'"),
        ("rules: [{name: r, message: m, columns: [a], holds: 'a >'}]", "an expression of Data"),
        ("rules: [{name: type, message: m, columns: [a], holds: a > 1}]", "a name other than"),
        ("rules: [{name: r, message: m, columns: [], holds: a > 1}]", "at least 1 item"),
        ("totals: [{column: b, equals: 1, source: s}]", "numbers to add up in column 'b'"),
        ("rows: 3", "rows, totals and sums only in a reference table"),
        ("foreignKeys: [{fields: [a, b], reference: {resource: regions, fields: [code]}}]",
         "as many fields on both sides"),
    ],
)  # fmt: skip
def test_a_key_across_columns_that_is_wrong_is_refused(small, line, expected):
    assert expected in refusal(small, START + line + "\n").expected


def test_a_reference_to_an_unknown_table_names_the_nearest(small):
    key = "foreignKeys: [{fields: [b], reference: {resource: region, fields: [code]}}]\n"
    error = refusal(small, START + key)
    assert error.looked_at == "config/dictionary/essai.yml, resource 'region'"
    assert "'regions' (nearest)" in error.expected


def test_a_reference_to_an_unknown_column_names_the_nearest(small):
    key = "foreignKeys: [{fields: [b], reference: {resource: regions, fields: [codes]}}]\n"
    assert "'code' (nearest)" in refusal(small, START + key).expected


def test_references_in_a_circle_are_refused(small):
    key = "foreignKeys: [{fields: [code], reference: {resource: provinces, fields: [code]}}]\n"
    error = refusal(small, small.dictionaries["regions"] + key, "regions")
    assert error.found == "references in a circle: regions -> provinces -> regions"


def test_a_reference_table_may_not_depend_on_a_campaign(small):
    text = small.dictionaries["provinces"].replace("{resource: regions, fields: [code]}",
                             "{resource: etablissements, fields: [region]}")  # fmt: skip
    assert refusal(small, text, "provinces").found == "a campaign table"


def test_a_name_other_than_the_file_s_is_refused(small):
    assert (
        refusal(small, small.dictionaries["etablissements"], "essai").expected
        == "essai, as in the file's name"
    )


def test_a_changed_dictionary_is_read_again(small):
    assert collect.labels("etablissements", "dme")["oui"] == "Oui"
    small.edit("config/dictionary/etablissements.yml", "label: Oui", "label: Présent")
    assert collect.labels("etablissements", "dme")["oui"] == "Présent"


def test_the_dictionaries_of_the_project_are_valid(monkeypatch):
    monkeypatch.delenv("OBSANTE_ROOT", raising=False)
    tables = dictionary.tables(find_project())
    assert {"regions", "provinces", "etablissements", "professionnels"} <= set(tables)
