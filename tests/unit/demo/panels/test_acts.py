"""The register of acts: consistent with the panel of access, counted, and at any size."""

from __future__ import annotations

import pandas as pd
import pytest

from obsante.collect.demo import acts_stream
from obsante.collect.demo.acts_stream import write_acts
from obsante.collect.demo.panels import access_settings
from obsante.collect.demo.panels.access import build_access
from obsante.collect.demo.panels.acts import register
from obsante.collect.demo.panels.acts_settings import TABLE, ActsSettings
from obsante.collect.demo.panels.panel import own_rows
from obsante.collect.demo.topics import load_topic
from obsante.errors import DataError, EditionError, ObsanteError

NAME = "teleconsultations"
PLACE = ["month", "province", "milieu", "specialite"]


@pytest.fixture(scope="module")
def access(world, checkout, editions):
    settings = load_topic(access_settings.AccessSettings, checkout, access_settings.TABLE)
    return build_access(world.frame.reference, settings, editions[2025].reference_period.end)


@pytest.fixture(scope="module")
def acts(scenes, checkout, access) -> pd.DataFrame:
    rows = own_rows(scenes[2025], access.panel)
    return register(scenes[2025], access, load_topic(ActsSettings, checkout, TABLE), rows)


def test_specialists_acts_are_the_requests_handled_at_a_distance(acts, access):
    chosen = acts[acts["mode"].isin(["teleconsultation", "teleexpertise"])]
    found = chosen[chosen["specialite"] != "medecine_generale"].groupby(PLACE)["actes"].sum()
    expected = {}
    for t, month in enumerate(access.panel.months[-12:]):
        for n, row in enumerate(access.series.itertuples()):
            if access.remote[t - 12, n]:
                place = (month, row.province, row.milieu, access.specialties[row.specialite])
                expected[place] = access.remote[t - 12, n]
    assert found.to_dict() == expected


def test_general_practice_follows_the_facilities_that_offer_it(acts, scenes, world):
    offering = scenes[2025].answers.reached["telemedecine"] > 0
    cells = world.frame.rows[["province", "milieu"]][offering].value_counts()
    counted = acts[acts["specialite"] == "medecine_generale"]
    sums = counted.groupby(["province", "milieu"])["actes"].sum()
    assert set(sums.index) == set(cells.index)
    assert sums.corr(cells) > 0.98


def test_known_acts_and_rates_agree(parts, checkout):
    known = parts[NAME, 2025].indicators
    acts, rates = known["inn.actes"], known["inn.actes_pour_1000"]
    for dimension in ("milieu", "region"):
        names = [name for name in acts if name.startswith(f"{dimension}=")]
        assert sum(acts[name] for name in names) == acts["national"]
    people = pd.read_csv(checkout.reference / "provinces.csv", dtype={"region": "str"})
    region = people.loc[people["region"] == "08", ["urbaine_2024", "rurale_2024"]].to_numpy().sum()
    assert rates["region=08"] == pytest.approx(1000 * acts["region=08"] / region)
    assert rates["milieu=urbain"] == pytest.approx(
        1000 * acts["milieu=urbain"] / people["urbaine_2024"].sum()
    )


def test_acts_grow_every_year(parts):
    totals = [parts[NAME, year].indicators["inn.actes"]["national"] for year in (2023, 2024, 2025)]
    assert 1.3 * totals[0] < totals[1] < 0.8 * totals[2]


def test_the_spoilt_rows_and_no_other_are_set_aside(parts, checked):
    balance = checked(NAME, 2025).balance
    assert balance.rows_aside == sum(parts[NAME, 2025].spoilt.values())
    assert 0.005 < balance.rows_aside / balance.rows_in < 0.01


def test_the_register_counts_nearly_all_the_known_acts(parts, checked):
    kept = checked(NAME, 2025).kept
    known = parts[NAME, 2025].indicators["inn.actes"]
    assert 0.98 * known["national"] < kept["actes"].sum() < known["national"]
    sums = kept.groupby("region", observed=True)["actes"].sum()
    for region, counted in sums.items():
        assert counted == pytest.approx(known[f"region={region}"], rel=0.05)
    assert 0.04 < kept["km_evites"].isna().mean() < 0.08


def test_the_files_are_small(parts):
    assert len(parts[NAME, 2025].content) < 700_000
    assert len(parts["acces", 2025].content) < 700_000
    assert len(parts["acces", 2023].content) < 1_400_000


def test_a_mode_without_distance_is_told(small):
    path = small.demo / "teleconsultations.yml"
    path.write_text(path.read_text("utf-8").replace("teleexpertise: 0.75, ", ""), "utf-8")
    with pytest.raises(EditionError, match="distance.part: a value for each of teleconsultation"):
        load_topic(ActsSettings, small, TABLE)


def test_a_specialty_of_another_name_is_told(small, scenes, access):
    path = small.demo / "teleconsultations.yml"
    path.write_text(path.read_text("utf-8").replace("cardiologie: 0.22", "cardio: 0.22"), "utf-8")
    with pytest.raises(EditionError, match="'cardio'(.|\n)*cardiologie, dermatologie, psychiatrie"):
        register(scenes[2025], access, load_topic(ActsSettings, small, TABLE), slice(36, None))


def test_acts_of_any_number_are_in_the_dictionary(checkout, examine, tmp_path, monkeypatch):
    monkeypatch.setattr(acts_stream, "_BLOCK", 1024)
    path = tmp_path / "grand" / f"{NAME}.csv"
    write_acts(path, 2500, 7, project=checkout)
    checked = examine(NAME, 2025, path.read_bytes())
    assert (checked.balance.rows_in, checked.balance.rows_aside) == (2500, 0)
    assert acts_stream.COLUMNS == tuple(checked.kept.columns)
    assert checked.kept["id_enregistrement"].iloc[[0, -1]].tolist() == [
        "T2025-000000001", "T2025-000002500",
    ]  # fmt: skip
    assert checked.kept["date"].dt.year.unique().tolist() == [2025]
    assert 0.03 < checked.kept["km_evites"].isna().mean() < 0.09
    assert checked.kept["specialite"].value_counts(normalize=True)["medecine_generale"] == (
        pytest.approx(0.46, abs=0.05)
    )


def test_the_same_seed_gives_the_same_bytes(checkout, tmp_path):
    files = [tmp_path / f"{number}.csv" for number in range(3)]
    for path, seed in zip(files, (1, 1, 2), strict=True):
        write_acts(path, 500, seed, project=checkout)
    first, again, other = (path.read_bytes() for path in files)
    assert first == again != other
    assert sorted(path.name for path in tmp_path.iterdir()) == ["0.csv", "1.csv", "2.csv"]


@pytest.mark.parametrize("number", [0, 1_000_000_000])
def test_a_number_of_acts_out_of_range_is_refused(checkout, tmp_path, number):
    with pytest.raises(DataError, match="999,999,999"):
        write_acts(tmp_path / "a.csv", number, 1, project=checkout)


def test_a_place_that_cannot_be_written_is_told(checkout, tmp_path):
    with pytest.raises(ObsanteError, match="could not be written"):
        write_acts(tmp_path, 10, 1, project=checkout)
    assert list(tmp_path.iterdir()) == []
