"""The frame: real counts and places, invented facilities."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from obsante.collect.demo.draws import apportion
from obsante.collect.demo.frame import (
    MILIEUX,
    TYPES,
    build_frame,
    frame_cells,
    read_reference,
    regional_counts,
)
from obsante.collect.demo.settings import Figure, Population, Supply
from obsante.errors import DataError


@pytest.fixture(scope="module")
def cells(world) -> pd.DataFrame:
    cells = frame_cells(world.frame.reference, world.settings.frame)
    provinces = world.frame.reference.provinces
    return cells.assign(
        type=cells["type"].map(lambda code: TYPES[code]),
        milieu=cells["milieu"].map(lambda code: MILIEUX[code]),
        region=cells["region"].map(lambda code: world.frame.reference.regions[code]),
        province=provinces["code"].to_numpy()[cells["province"]],
        mountain=provinces["alerte_froid_montagne_2025"].to_numpy()[cells["province"]] == "oui",
    )


@pytest.mark.parametrize(
    ("types", "count"),
    [
        (["chu", "chr_chp", "hopital_proximite"], 159),
        (["centre_sante_urbain"], 877),
        (["centre_sante_rural"], 1322),
        (["clinique_privee"], 439),
        (["cabinet_prive"], 12994),
    ],
)
def test_national_counts_are_those_of_the_carte_sanitaire_2023(cells, types, count):
    assert cells.loc[cells["type"].isin(types), "count"].sum() == count


@pytest.mark.parametrize(
    ("region", "kind", "count"),
    [
        ("06", "centre_sante_urbain", 191),
        ("06", "centre_sante_rural", 182),
        ("06", "clinique_privee", 142),
        ("09", "centre_sante_urbain", 55),
        ("09", "centre_sante_rural", 148),
    ],
)
def test_a_regional_count_that_is_known_is_kept(cells, region, kind, count):
    chosen = (cells["region"] == region) & (cells["type"] == kind)
    assert cells.loc[chosen, "count"].sum() == count


def test_a_province_lies_in_its_region(cells):
    assert (cells["province"].str[:2] == cells["region"]).all()


def test_mountain_is_rural_and_only_in_flagged_provinces(cells):
    rural = cells["milieu"] != "urbain"
    assert ((cells["milieu"] == "rural_montagne") == (rural & cells["mountain"])).all()
    assert cells.loc[cells["milieu"] == "rural_montagne", "count"].sum() > 0


def test_every_province_has_facilities(cells, world):
    assert cells["province"].nunique() == len(world.frame.reference.provinces) == 75


def test_public_staff_is_near_the_real_one(world):
    # 14,647 doctors (HCP) and 40,102 paramedical staff (MSPS) of the public sector in 2024.
    public = world.frame.rows["secteur"] == 0
    staff = world.frame.rows.loc[public, "n_professionnels"].sum()
    assert staff == pytest.approx(14_647 + 40_102, rel=0.03)


def test_identifiers_are_unique_and_do_not_follow_the_type(world):
    number = world.frame.rows["number"]
    assert sorted(number) == list(range(1, len(world.frame) + 1))
    assert abs(np.corrcoef(number, world.frame.rows["type"])[0, 1]) < 0.05


def test_a_larger_frame_multiplies_every_cell(world):
    places = ["province", "milieu", "type"]
    once = world.frame.rows.groupby(places).size()
    large = build_frame(world.frame.reference, world.settings, scale=2)
    assert (large.rows.groupby(places).size() == 2 * once).all()


def test_what_is_left_is_shared_by_largest_remainder():
    # 7 shared as 5, 3 and 2: 3.5, 2.1 and 1.4, so the first takes the seventh.
    assert apportion(7, [5, 3, 2]).tolist() == [4, 2, 1]


def test_no_weight_gives_nothing():
    assert apportion(3, [0, 0]).tolist() == [0, 0]


def test_regions_without_a_count_share_the_rest_by_population(world):
    supply = Supply(
        national=Figure(indicator="cliniques_privees", sector="prive", year=2023),
        regions=[Figure(indicator="cliniques_privees", sector="prive", year=2023, region="06")],
        by=Population(urban=1, rural=0),
    )
    counts = regional_counts(world.frame.reference, supply)
    # 297 clinics are left; Rabat-Salé-Kénitra has 3,627,178 townspeople.
    provinces = world.frame.reference.provinces
    others = provinces.loc[provinces["region"] != "06", "urbaine_2024"].sum()
    assert counts["06"] == 142
    assert sum(counts.values()) == 439
    assert counts["04"] == pytest.approx(297 * 3_627_178 / others, abs=1)


def test_a_figure_that_is_not_there_is_named(world):
    with pytest.raises(DataError, match="0 rows for cliniques_privees, prive, 1999, MA"):
        world.frame.reference.value(
            Figure(indicator="cliniques_privees", sector="prive", year=1999)
        )


def test_a_missing_reference_file_is_named(small):
    (small.reference / "provinces.csv").unlink()
    with pytest.raises(DataError, match="data/raw/reference/provinces.csv"):
        read_reference(small)
