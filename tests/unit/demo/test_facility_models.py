"""The truth of the models of adoption: exact gaps of the frame, comparable with the other truths."""

from __future__ import annotations

import pytest

FACTORS = ["milieu_rural", "milieu_rural_montagne", "type_cabinet_prive", "type_clinique_privee",
           "type_hopital_public", "haut_debit_1", "continuite_1", "taille"]  # fmt: skip


@pytest.mark.parametrize("year", [2023, 2025])
def test_raw_gaps_are_the_differences_of_the_known_proportions(truths, year):
    known = truths[year]["indicateurs"]
    dme, raw = known["inf.dme"], known["inf.ecart_brut_dme"]
    for milieu in ("rural", "rural_montagne"):
        expected = dme[f"milieu={milieu}"] - dme["milieu=urbain"]
        assert raw[f"facteur=milieu_{milieu}"] == pytest.approx(expected, abs=1e-6)
    online = truths[year]["effets"]["dme_avec_moins_sans_haut_debit"]
    assert raw["facteur=haut_debit_1"] == pytest.approx(online, abs=1e-6)


@pytest.mark.parametrize("year", [2023, 2025])
def test_every_factor_has_its_two_gaps(truths, year):
    known = truths[year]["indicateurs"]
    for identifier in ("inf.ecart_brut_dme", "inf.effet_dme"):
        assert sorted(known[identifier]) == sorted(f"facteur={name}" for name in FACTORS)
    assert sorted(known["inf.ecart_dme_ajuste"]) == ["modele=structure", "national"]


def test_equal_characteristics_explain_most_of_the_gap_between_milieux(truths):
    """Answers follow the propensity, which broadband and electricity share: the milieu adds little."""
    known = truths[2025]["indicateurs"]
    raw, adjusted = known["inf.ecart_dme"]["national"], known["inf.ecart_dme_ajuste"]["national"]
    assert raw > 0.2
    assert abs(adjusted) < 0.05


def test_growth_is_the_difference_of_the_known_levels(truths):
    now = truths[2025]["indicateurs"]
    for name in ("dme", "haut_debit", "interoperabilite"):
        for year in (2023, 2024):
            before = truths[year]["indicateurs"][f"inf.{name}"]["national"]
            expected = now[f"inf.{name}"]["national"] - before
            found = now[f"inf.evolution_{name}"][f"edition={year}"]
            assert found == pytest.approx(expected, abs=1e-9)


def test_norms_add_up_to_one_and_workers_covered_lie_between_the_types(truths):
    known = truths[2025]["indicateurs"]
    assert sum(known["inf.norme_echange"].values()) == pytest.approx(1, abs=1e-8)
    covered = known["inf.dme_couverture_professionnels"]
    types = [value for domain, value in covered.items() if domain.startswith("type=")]
    assert min(types) < covered["national"] < max(types)
