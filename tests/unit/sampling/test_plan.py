"""The plan of an edition: frame, strata, allocations and the sample file."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from obsante.collect import dictionary, plan
from obsante.collect.plan import allocation, by_stratum, make_basis, overridden, read_frame, sample
from obsante.errors import DataError, EditionError, ObsanteError

YEAR = 2025
STRATA = [
    "cabinet_prive-urbain-04", "centre_sante_rural-rural-05", "centre_sante_urbain-urbain-04",
    "centre_sante_urbain-urbain-05", "chu-urbain-00",
]  # fmt: skip
DESIGN = ["id_etablissement", "edition", "region", "province", "milieu", "type", "secteur",
          "strate", "taille_strate", "tires_strate", "poids_sondage"]  # fmt: skip


def test_strata_of_the_frame_follow_the_rule(basis):
    # Four practices of region 05 join those of region 04; two university hospitals stay together.
    assert list(basis.domains.strata) == STRATA
    assert basis.domains.sizes.tolist() == [64, 25, 30, 20, 2]
    assert basis.census.tolist() == [False, False, False, False, True]


def test_what_is_expected_of_each_stratum(basis):
    # Response: practices 0.74; rural centres 0.80 - 0.02.
    assert basis.response == pytest.approx([0.74, 0.78, 0.82, 0.82, 0.85])
    assert basis.costs.tolist() == [1, 1, 1, 1, 1]


def test_neyman_uses_what_the_frame_knows_and_the_whole_where_it_knows_nothing(basis):
    # 13 of 25 rural centres; half of the others; no practice: the frame's 39 of 77.
    shares = [39 / 77, 13 / 25, 0.5, 0.5, 0.5]
    assert basis.deviations == pytest.approx([(p * (1 - p)) ** 0.5 for p in shares])


def test_the_share_known_is_kept_away_from_zero_and_one(basis):
    frame = basis.frame.assign(dme_connu="oui")
    assert replace(basis, frame=frame).deviations == pytest.approx([(0.95 * 0.05) ** 0.5] * 5)


def test_a_frame_without_the_variable_says_so(basis):
    with pytest.raises(DataError, match="column 'dme_connu'"):
        _ = replace(basis, frame=basis.frame.drop(columns="dme_connu")).deviations


@pytest.mark.parametrize("method", ["proportional", "equal", "neyman", "square_root", "mixed"])
def test_an_allocation_for_a_size_keeps_census_and_minimum(basis, method):
    drawn = allocation(basis, method, size=60)
    assert drawn.sum() == 60
    assert drawn[4] == 2
    assert (drawn[:4] >= 6).all()


def test_the_target_is_met_where_something_can_be_drawn(basis):
    drawn = allocation(basis, margin=0.15)
    expected = plan.precision(basis, drawn).set_index("modalite")["demi_largeur"]
    assert (expected.drop(["national", "chu", "urbain", "rural", "public", "prive"]) <= 0.15).all()
    # Taken whole, two hospitals have no target; with two answers expected they are even exact.
    assert basis.taken_whole[basis.domains.labels["modalite"] == "chu"].all()


def test_the_sample_file_has_the_columns_of_the_survey(basis, rooted):
    drawn = allocation(basis, "mixed", size=60)
    rows = sample(basis, drawn, YEAR)
    columns = dictionary.load("etablissements", rooted).columns
    assert [*rows.columns] == [*DESIGN, "n_professionnels", "statut", "rang"]
    assert [c for c in columns if c in DESIGN] == DESIGN
    chosen = rows[rows["statut"] == "tire"]
    assert chosen.groupby("strate").size().tolist() == drawn.tolist()
    assert chosen.groupby("strate")["poids_sondage"].sum().tolist() == pytest.approx(
        basis.domains.sizes.tolist(), abs=1e-4
    )
    assert rows["id_etablissement"].is_unique
    assert (rows["edition"] == YEAR).all()


def test_the_reserve_is_ordered_and_stops_with_the_stratum(basis):
    drawn = allocation(basis, "mixed", size=60)
    rows = sample(basis, drawn, YEAR)
    table = by_stratum(basis, drawn, rows).set_index("strate")
    hospitals = table.loc["chu-urbain-00", ["taille_strate", "tires_strate", "reserve"]]
    assert hospitals.tolist() == [2, 2, 0]
    first = table.loc[STRATA[0]]
    assert first["reserve"] == -(-first["tires_strate"] // 4)
    assert first["reponses_attendues"] == round(first["tires_strate"] * 0.74, 1)
    held = rows[(rows["strate"] == STRATA[0]) & (rows["statut"] == "reserve")]
    drawn_there = int(first["tires_strate"])
    assert held["rang"].tolist() == [drawn_there + 1 + k for k in range(int(first["reserve"]))]


def test_editions_share_most_of_their_sample(basis):
    drawn = allocation(basis, "proportional", size=100)
    years = [set(sample(basis, drawn, year).query("statut == 'tire'")["id_etablissement"])
             for year in (2023, 2024, 2023)]  # fmt: skip
    assert years[0] == years[2]
    assert 60 < len(years[0] & years[1]) < 100


def test_a_stratum_of_one_facility_is_refused_unless_its_type_is_taken_whole(basis, rooted):
    rows = basis.frame[basis.frame["type"] != "chu"].drop(columns="strate")
    alone = rows.assign(type=rows["type"].astype("str"))
    alone.loc[alone.index[0], "type"] = "clinique_privee"
    with pytest.raises(DataError, match="stratum 'clinique_privee-urbain-00'"):
        make_basis(rooted, alone, basis.settings, level=0.95)
    census = basis.settings.model_copy(update={"census": ["clinique_privee"]})
    assert make_basis(rooted, alone, census, level=0.95).domains.sizes.min() == 1


def test_a_frame_without_facility_is_refused(basis, rooted):
    with pytest.raises(DataError, match="no facility"):
        make_basis(rooted, basis.frame.head(0), basis.settings, level=0.95)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"census": ["chuu"]}, "key census"),
        ({"costs": {"cabinets_prives": 2.0}}, "'cabinet_prive' (nearest)"),
        ({"response": {"milieu": {"montagne": -0.1}}}, "key response.milieu"),
    ],
)
def test_a_code_of_the_settings_that_does_not_exist_is_named(basis, rooted, change, said):
    values = basis.settings.model_dump()
    for key, value in change.items():
        values[key] = values[key] | value if key == "response" else value
    settings = basis.settings.model_validate(values)
    with pytest.raises(DataError) as raised:
        make_basis(rooted, basis.frame.drop(columns="strate"), settings, level=0.95)
    assert said in str(raised.value)


def test_a_type_without_expected_response_is_named(basis):
    response = basis.settings.response.model_copy(update={"type": {"chu": 0.8}})
    settings = basis.settings.model_copy(update={"response": response})
    with pytest.raises(DataError, match="key response.type"):
        _ = replace(basis, settings=settings).response


def test_options_replace_settings(basis):
    given = {"allocation": "mixed", "size": 80, "minimum": 4, "reserve": 0.5, "seed": 3}
    chosen = overridden(basis.settings, given | {"margin": None, "by": None})
    assert {name: getattr(chosen, name) for name in given} == given
    target = overridden(basis.settings, {"margin": 0.2, "by": ["type"]})
    assert (target.allocation, target.target.margin, target.target.by) == ("target", 0.2, ["type"])
    assert overridden(basis.settings, {"size": None}) == basis.settings


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"allocation": "neymann"}, "'neyman' (nearest)"),
        ({"by": ["regions"]}, "'region' (nearest)"),
        ({"margin": 10.0}, "key target.margin"),
        ({"minimum": 1}, "key minimum"),
        ({"allocation": "mixed", "size": 0}, "key size"),
        ({"size": 80}, "option --size"),
        ({"margin": 0.1, "allocation": "equal"}, "option --target-margin or --by"),
    ],
)
def test_options_that_make_no_plan_are_refused(basis, options, said):
    with pytest.raises((DataError, EditionError)) as raised:
        overridden(basis.settings, options)
    assert said in str(raised.value)


def test_a_csv_frame_is_read_as_the_ingested_one(
    rooted, edition, tmp_path, frame_rows, write_csv
):
    path = write_csv(tmp_path / "base.csv", frame_rows)
    ingested, given = read_frame(rooted, edition), read_frame(rooted, edition, path)
    pd.testing.assert_frame_equal(ingested.rows, given.rows)
    assert (given.lost, given.sha256) == (0, ingested.sha256)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda rows: rows.assign(region=rows["region"].replace("04", "Rabat")), "column region"),
        (lambda rows: pd.concat([rows, rows.head(1).assign(n_professionnels=5)]), "E0000001"),
        (lambda rows: rows.assign(secteur="public"), "Les cliniques et les cabinets sont privés"),
    ],
)
def test_a_faulty_line_of_a_csv_frame_stops_the_draw(
    rooted, edition, tmp_path, frame_rows, write_csv, change, said
):
    path = write_csv(tmp_path / "base.csv", change(frame_rows))
    with pytest.raises(DataError) as raised:
        read_frame(rooted, edition, path)
    assert said in str(raised.value)
    assert "line" in raised.value.looked_at


def test_a_copy_in_a_csv_frame_is_dropped(rooted, edition, tmp_path, frame_rows, write_csv):
    path = write_csv(tmp_path / "base.csv", pd.concat([frame_rows, frame_rows.head(2)]))
    assert len(read_frame(rooted, edition, path).rows) == len(frame_rows)


@pytest.mark.parametrize("content", ["", "id_etablissement\n", "a;b\n1;2\n"])
def test_an_unreadable_csv_frame_is_one_clear_error(rooted, edition, tmp_path, content):
    path = tmp_path / "base.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ObsanteError):
        read_frame(rooted, edition, path)
    with pytest.raises(ObsanteError, match="absent.csv"):
        read_frame(rooted, edition, tmp_path / "absent.csv")


def test_the_notebook_finds_the_same_basis(rooted, basis):
    found = plan.basis(YEAR, level=0.9)
    assert found.level == 0.9
    assert found.domains.counts.tolist() == basis.domains.counts.tolist()
    assert plan.basis(YEAR).level == 0.95
