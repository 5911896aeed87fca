"""Raw folders agree with their source sheets, byte for byte, and with the edition's status."""

from __future__ import annotations

import hashlib

import pytest

from obsante import collect
from obsante.collect import dictionary
from obsante.collect.sources import raw_files
from obsante.edition import load_edition
from obsante.errors import DataError, EditionError, ObsanteError

YEAR = 2025

AUTHORISATION = """\
authorisation: {number: D-1, purpose: Observatoire, retention_until: 2030-12-31,
                host_country: Maroc, transfer_basis: aucun}
"""


def refusal(small) -> ObsanteError:
    with pytest.raises(ObsanteError) as raised:
        collect.ingest(small.project, load_edition(small.project, YEAR))
    assert not small.project.tables(YEAR).exists()
    return raised.value


def test_a_data_file_without_sheet_is_refused(small):
    small.write("data/raw/2025/etablissements.csv", small.header + small.row)
    error = refusal(small)
    assert error.looked_at == "data/raw/2025/sources.yml"
    assert error.found == "no source sheet beside etablissements.csv"


def test_a_data_file_that_is_not_listed_is_refused_with_its_hash(small):
    small.facilities(small.row.strip())
    path = small.write("data/raw/2025/notes.xlsx", b"x")
    error = refusal(small)
    assert error.looked_at == "data/raw/2025/notes.xlsx"
    assert hashlib.sha256(path.read_bytes()).hexdigest() in error.remedy


def test_notes_and_hidden_files_are_not_data(small):
    small.write("data/raw/2025/CHECKLIST.md", "à faire")
    small.write("data/raw/2025/.DS_Store", b"\0")
    small.write("data/raw/2025/sources.yml", "files: {}\n")
    assert collect.ingest(small.project, load_edition(small.project, YEAR)).campaign == {}


def test_a_folder_among_the_raw_files_is_refused(small):
    small.write("data/raw/2025/ancien/etablissements.csv", small.header)
    small.write("data/raw/2025/sources.yml", "files: {}\n")
    assert refusal(small).found == "a folder"


def test_a_listed_file_that_is_missing_is_refused(small):
    small.facilities(small.row.strip()).unlink()
    error = refusal(small)
    assert error.looked_at == "data/raw/2025/etablissements.csv"
    assert error.found == "no such file"


def test_a_reference_table_without_file_is_refused(small):
    small.write("data/raw/reference/sources.yml", "files: {}\n")
    for name in ("regions", "provinces"):
        (small.project.reference / f"{name}.csv").unlink()
    error = refusal(small)
    assert error.looked_at == "data/raw/reference/regions.csv"
    assert error.expected == "the file of the reference table 'regions'"


def test_changed_bytes_are_refused_with_the_way_to_mean_it(small):
    path = small.write("data/raw/reference/regions.csv", small.regions + "\n")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    error = refusal(small)
    assert error.found == f"sha256 {digest}"
    assert f"write sha256: {digest} in its entry" in error.remedy
    assert "sha256sum data/raw/reference/regions.csv" in error.remedy


def test_a_listed_file_of_no_table_names_the_nearest(small):
    small.raw("2025/etablissement.csv", small.header + small.row)
    error = refusal(small)
    assert error.found == "the file of no table"
    assert "'etablissements.csv' (nearest)" in error.expected


def test_a_reference_file_in_a_campaign_folder_is_refused(small):
    small.raw("2025/regions.csv", small.regions)
    assert refusal(small).found == "the file of no table"


@pytest.mark.parametrize(
    ("key", "value", "found"),
    [("sha256", "abc", "'abc'"), ("synthetic", "oui", "'oui'"), ("producteur", "x", "unknown key")],
)
def test_a_wrong_key_of_a_sheet_is_refused(small, key, value, found):
    folder = small.facilities(small.row.strip()).parent
    small.sheet(folder, "etablissements.csv", **{key: value})
    error = refusal(small)
    assert isinstance(error, EditionError)
    assert error.found == found
    assert key in error.looked_at


def test_an_entry_without_period_or_publication_is_refused(small):
    folder = small.facilities(small.row.strip()).parent
    small.sheet(folder, "etablissements.csv", period=None)
    assert "period or published" in refusal(small).expected


def test_real_data_in_a_demonstration_edition_are_refused(small):
    folder = small.facilities(small.row.strip()).parent
    small.sheet(folder, "etablissements.csv", synthetic=False)
    error = refusal(small)
    assert error.found == "synthetic: false"
    assert error.expected == "true: the edition is 'demonstration'"


def test_synthetic_data_in_a_real_edition_are_refused(small):
    small.facilities(small.row.strip())
    text = small.edition.replace("demonstration", "real") + AUTHORISATION
    small.write("config/editions/2025.yml", text)
    error = refusal(small)
    assert error.found == "synthetic: true"
    assert error.expected == "false: the edition is 'real'"


def test_synthetic_reference_figures_are_refused(small):
    small.sheet(small.project.reference, "regions.csv", synthetic=True)
    assert refusal(small).expected == "false: reference figures are real"


def test_a_real_campaign_without_authorisation_is_refused(small):
    small.write("config/editions/2025.yml", small.edition.replace("demonstration", "real"))
    small.raw("2025/etablissements.csv", small.header + small.row, synthetic=False)
    error = refusal(small)
    assert error.looked_at == "config/editions/2025.yml, key authorisation"
    assert isinstance(error, DataError)


def test_a_real_campaign_with_authorisation_is_ingested(small):
    text = small.edition.replace("demonstration", "real") + AUTHORISATION
    small.write("config/editions/2025.yml", text)
    small.raw("2025/etablissements.csv", small.header + small.row, synthetic=False)
    report = collect.ingest(small.project, load_edition(small.project, YEAR))
    assert report.campaign["etablissements"].rows_kept == 1


def placed(small) -> dict[str, list[str]]:
    """Names of the campaign's files, by table."""
    files = raw_files(small.project, load_edition(small.project, YEAR),
                      dictionary.tables(small.project))  # fmt: skip
    return {table: [raw.path.name for raw in found] for table, found in files.items()
            if table in ("etablissements", "professionnels")}  # fmt: skip


def test_a_file_may_bring_rows_to_several_tables(small):
    path = small.raw("2025/tout.xlsx", b"x")
    small.sheet(path.parent, path.name, table=["etablissements", "professionnels"])
    assert placed(small) == {"etablissements": ["tout.xlsx"], "professionnels": ["tout.xlsx"]}


@pytest.mark.parametrize(
    ("keys", "found"),
    [
        ({"table": ["etablissements", "etablissement"]}, "'etablissement', which is no table"),
        ({"table": ["etablissements", "etablissements"]}, None),
        ({"table": []}, None),
        ({"table": "etablissements", "submissions_of": "b.csv"}, None),
        ({"submissions_of": "b.csv"}, "'b.csv', which this sheet does not list"),
        ({"submissions_of": "tout.xlsx"}, "'tout.xlsx', which this sheet does not list"),
    ],
)  # fmt: skip
def test_a_wrong_table_or_submissions_is_refused(small, keys, found):
    path = small.raw("2025/tout.xlsx", b"x")
    small.sheet(path.parent, path.name, **keys)
    error = refusal(small)
    assert "tout.xlsx" in error.looked_at
    assert found is None or found in error.found


def test_submissions_belong_to_their_file_and_to_no_table(small):
    small.facilities(small.row.strip())
    path = small.raw("2025/envois.csv", b"KEY\n1\n")
    small.sheet(path.parent, path.name, submissions_of="etablissements.csv")
    assert placed(small) == {"etablissements": ["etablissements.csv"]}
    [raw] = raw_files(small.project, load_edition(small.project, YEAR),
                      dictionary.tables(small.project))["etablissements"]  # fmt: skip
    assert raw.submissions == (path,)


def test_submissions_are_not_under_the_name_of_a_table_s_file(small):
    small.raw("2025/professionnels.csv", b"x")
    path = small.facilities(small.row.strip())
    small.sheet(path.parent, path.name, submissions_of="professionnels.csv")
    assert refusal(small).found == "a file named as that of table 'etablissements'"
