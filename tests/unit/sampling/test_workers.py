"""Second stage: workers within facilities, weights of both stages worked by hand."""

from __future__ import annotations

import pandas as pd
import pytest

from obsante.collect import dictionary
from obsante.collect.plan import expected_workers
from obsante.collect.plan.facilities import allocation
from obsante.collect.plan.workers import draw_workers, read_sample, read_staff
from obsante.errors import DataError

# Three practices of 30 in one stratum, two hospitals that are all of theirs.
FACILITIES = pd.DataFrame({
    "id_etablissement": [f"E{number:07d}" for number in range(1, 6)],
    "edition": 2025, "region": "04", "milieu": "urbain",
    "type": ["cabinet_prive"] * 3 + ["chu"] * 2, "secteur": ["prive"] * 3 + ["public"] * 2,
    "strate": ["cabinet_prive-urbain-04"] * 3 + ["chu-urbain-00"] * 2,
    "taille_strate": [30] * 3 + [2] * 2,
})  # fmt: skip
NUMBERS = pd.DataFrame({
    "id_etablissement": FACILITIES["id_etablissement"], "n_professionnels": [1, 3, 3, 100, 40],
})  # fmt: skip


@pytest.fixture
def settings(basis):
    workers = basis.settings.workers.model_copy(
        update={"facilities": {"cabinet_prive": 0.5, "chu": 1.0},
                "drawn": {"cabinet_prive": 2, "chu": 10}}
    )  # fmt: skip
    return basis.settings.model_copy(update={"workers": workers})


@pytest.fixture
def staff(tmp_path, write_csv):
    def read(rows: pd.DataFrame) -> pd.DataFrame:
        path = write_csv(tmp_path / "staff.csv", rows)
        return read_staff(path, "staff.csv", FACILITIES["id_etablissement"])

    return read


def test_weights_are_the_product_of_both_stages(settings, staff):
    rows = draw_workers(FACILITIES, staff(NUMBERS), settings)
    drawn = rows[rows["statut"] == "tire"]
    # Half of three practices, to the nearest number: two, of thirty; both hospitals.
    first = drawn.groupby("strate")[["taille_strate", "upe_strate", "poids_upe"]].first()
    assert first.to_numpy().tolist() == [[30, 2, 15], [2, 2, 1]]
    assert drawn.groupby("strate")["id_etablissement"].nunique().tolist() == [2, 2]
    hospital = drawn[drawn["id_etablissement"] == "E0000004"]
    assert len(hospital) == 10
    within = hospital[["n_professionnels", "tires_etablissement", "poids_dans_upe"]]
    assert within.iloc[0].tolist() == [100, 10, 10]
    # In each facility the weights add up to its staff times the weight of the facility.
    total = drawn.groupby("id_etablissement")["poids_sondage"].sum()
    staff_and_weight = drawn.groupby("id_etablissement")[["n_professionnels", "poids_upe"]].first()
    assert total.to_numpy() == pytest.approx(staff_and_weight.prod(axis=1).to_numpy())


def test_columns_are_those_of_the_survey(settings, staff, rooted):
    rows = draw_workers(FACILITIES, staff(NUMBERS), settings)
    survey = dictionary.load("professionnels", rooted).columns
    extra = [column for column in rows if column not in survey]
    assert extra == ["poids_upe", "poids_dans_upe", "statut", "rang"]
    assert rows["id_professionnel"].is_unique
    assert (rows["id_professionnel"].str[:8] == rows["id_etablissement"]).all()


def test_the_reserve_is_part_of_the_same_order(settings, staff):
    rows = draw_workers(FACILITIES, staff(NUMBERS), settings)
    hospital = rows[rows["id_etablissement"] == "E0000004"]
    assert hospital["statut"].tolist() == ["tire"] * 10 + ["reserve"] * 3
    assert hospital["rang"].tolist() == list(range(1, 14))


def test_a_list_and_a_number_draw_the_same_workers(settings, staff):
    counted = draw_workers(FACILITIES, staff(NUMBERS), settings)
    listed = pd.DataFrame(
        [(row.id_etablissement, f"{row.id_etablissement}-{rank:05d}")
         for row in NUMBERS.itertuples() for rank in range(row.n_professionnels, 0, -1)],
        columns=["id_etablissement", "id_professionnel"],
    )  # fmt: skip
    pd.testing.assert_frame_equal(draw_workers(FACILITIES, staff(listed), settings), counted)


@pytest.mark.parametrize("kept", [[0, 3, 4], [1, 2, 3], [0, 1, 2]])
def test_a_stratum_with_too_few_lists_is_refused(settings, staff, kept):
    with pytest.raises(DataError, match="stratum"):
        draw_workers(FACILITIES, staff(NUMBERS.iloc[kept]), settings)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"nom": ["A"] * 5}, "columns id_etablissement, n_professionnels, nom"),
        ({"n_professionnels": [0, 3, 3, 100, 40]}, "line 2, column n_professionnels"),
        ({"n_professionnels": [1, "trois", 3, 100, 40]}, "'trois', not a number of workers"),
        ({"n_professionnels": [1, 2.5, 3, 100, 40]}, "'2.5'"),
        ({"id_etablissement": ["E0000001", "E0000009", *FACILITIES["id_etablissement"][2:]]},
         "'E0000009', no facility of the sample"),
        ({"id_etablissement": ["E0000001"] * 2 + [*FACILITIES["id_etablissement"][2:]]},
         "a facility that is there twice"),
    ],
)  # fmt: skip
def test_a_faulty_list_is_named_with_its_line(staff, change, said):
    with pytest.raises(DataError) as raised:
        staff(NUMBERS.assign(**change))
    assert said in str(raised.value)


@pytest.mark.parametrize(
    ("workers", "said"),
    [
        (["E0000001-00001", "E0000001-00001"], "a worker who is there twice"),
        (["E0000001-00001", "E0000002-00001"], "not an identifier of a worker of that facility"),
        (["E0000001-00001", "Mme X"], "'Mme X'"),
    ],
)
def test_a_faulty_worker_is_named(staff, workers, said):
    rows = pd.DataFrame({"id_etablissement": "E0000001", "id_professionnel": workers})
    with pytest.raises(DataError) as raised:
        staff(rows)
    assert said in str(raised.value)
    assert "line 3" in str(raised.value) or "line 2" in str(raised.value)


def test_a_sample_file_of_another_edition_or_form_is_refused(tmp_path, write_csv):
    path = write_csv(tmp_path / "sample.csv", FACILITIES)
    assert len(read_sample(path, "sample.csv", 2025)) == 5
    with pytest.raises(DataError, match="column edition"):
        read_sample(path, "sample.csv", 2024)
    write_csv(path, FACILITIES.drop(columns="strate"))
    with pytest.raises(DataError, match="no column 'strate'"):
        read_sample(path, "sample.csv", 2025)
    with pytest.raises(DataError, match="no such file"):
        read_sample(tmp_path / "absent.csv", "absent.csv", 2025)
    path.write_bytes(b"\xe9")
    with pytest.raises(DataError, match="not readable"):
        read_sample(path, "sample.csv", 2025)


def test_the_expected_second_stage(basis):
    drawn = allocation(basis, "mixed", size=60)
    table = expected_workers(basis, drawn).set_index("modalite")
    # Two hospitals, 85 % of which answer, at least two; 36 workers drawn in each, 72 % answer.
    hospital = table.loc["chu"]
    assert hospital["etablissements"] == 2
    assert hospital["tires"] == 72
    assert hospital["reponses"] == pytest.approx(72 * 0.72)
    assert hospital["effet_poids"] == pytest.approx(1)
    assert hospital["effet_grappes"] == pytest.approx(1 + 0.1 * (36 * 0.72 - 1))
    assert table.loc["national", "tires"] == pytest.approx(table.iloc[1:]["tires"].sum())
    # Practices of one or two workers, of which two are drawn: next to no clustering.
    assert 1 <= table.loc["cabinet_prive", "effet_grappes"] < 1.05
