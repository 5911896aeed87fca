"""The panel of costs: records as in the frame, exact effects, what an honest analysis finds."""

from __future__ import annotations

import numpy as np
import pytest

from obsante.collect.demo.answers import adopters
from obsante.collect.demo.panels.calendar import YEAR
from obsante.collect.demo.panels.costs import TABLE, CostSettings, build_costs
from obsante.collect.demo.panels.panel import NEVER
from obsante.collect.demo.topics import load_topic
from obsante.errors import EditionError
from obsante.stats import impact

LEVEL = 0.95
EFFECTS = (
    "cout_par_acte_mad", "heures_admin_pour_100_actes", "papier_par_acte_mad",
    "part_examens_repetes",
)  # fmt: skip


@pytest.fixture(scope="module")
def costs(world, checkout, editions):
    return build_costs(world, load_topic(CostSettings, checkout, TABLE), editions[2025].reference_period.end)


@pytest.fixture(scope="module")
def facilities(rows):
    """Rows of all editions with the rates, and the first month with a record."""
    table = rows("couts").rename(columns={"id_etablissement": "unite"})
    table["heures_admin_pour_100_actes"] = 100 * table["heures_admin"] / table["actes"]
    table["papier_par_acte_mad"] = table["papier_mad"] / table["actes"]
    table["part_examens_repetes"] = table["examens_repetes"] / table["examens"]
    table["en_service"] = (table["dme_statut"] == "oui").astype(int)
    first = table[table["en_service"] == 1].groupby("unite")["periode"].min()
    return table.assign(entree=table["unite"].map(first))


def studied(facilities, complete, outcome: str):
    """Facilities seen throughout, but for those that had a record from the start."""
    whole = complete(facilities, "unite", outcome)
    return whole[whole["entree"] != whole["periode"].min()].reset_index(drop=True)


def effect(frame, outcome: str):
    panel = impact.cohort_panel(
        frame, outcome, unit="unite", time="periode", cohort="entree", cluster="region"
    )
    return impact.average_effect(panel, control="not_yet", level=LEVEL).iloc[0]


@pytest.mark.parametrize("outcome", EFFECTS)
def test_an_honest_analysis_finds_the_effects(facilities, complete, parts, outcome):
    found = effect(studied(facilities, complete, outcome), outcome)
    known = parts["couts", 2025].indicators[f"eff.effet_{outcome}"]["national"]
    assert found["borne_inf"] < known < found["borne_sup"] < 0


def test_the_mean_stay_is_not_changed(facilities, complete, parts):
    found = effect(studied(facilities, complete, "sejour_moyen_jours"), "sejour_moyen_jours")
    assert found["borne_inf"] < 0 < found["borne_sup"]
    known = parts["couts", 2025].indicators["eff.effet_sejour_moyen_jours"]
    assert set(known.values()) == {0.0}


def test_two_way_fixed_effects_miss_a_good_part_of_it(facilities, complete, parts):
    frame = studied(facilities, complete, "cout_par_acte_mad")
    fit = impact.two_way_fixed_effects(
        frame, "cout_par_acte_mad", ["en_service"], unit="unite", time="periode", cluster="region"
    )
    known = parts["couts", 2025].indicators["eff.effet_cout_par_acte_mad"]["national"]
    assert known < 0.8 * known < fit.values[0] < 0


def test_the_effect_of_a_complete_record_is_the_parameter(costs):
    # A clinic that adopted in 2023: -20 x 1.0 x (1 - 0.06), to a tenth of a dirham.
    mine = (costs.panel.entry // YEAR == 2023) & (costs.panel.group == 3)
    change = costs.totals["cout_par_acte_mad"].difference[-1, mine]
    assert mine.sum() > 3
    assert change == pytest.approx(np.full(mine.sum(), -18.8), abs=0.1001)


def test_the_first_months_with_a_record_are_harder(parts):
    path = parts["couts", 2025].effects["couts_dme"]["dynamique"]["cout_par_acte_mad"]
    by_age = path["par_anciennete_mois"]
    assert by_age["0"] > 5 > 0 > by_age["6"] > by_age["12"]


def test_records_go_live_in_the_year_of_the_frame(costs, world):
    for year in (2021, 2023, 2025):
        users = adopters(world.frame, world.settings, year)[costs.positions] > 0
        assert (users == (costs.panel.entry // YEAR <= year)).all()


def test_savings_are_the_sum_of_what_each_facility_saved(costs, parts):
    known = parts["couts", 2025].effects["couts_dme"]["economies_edition"]
    later = (costs.panel.entry > costs.panel.months[0]) & (costs.panel.entry < NEVER)
    cost = costs.totals["cout_par_acte_mad"]
    saved = ((cost.without - cost.actual) * costs.acts)[-YEAR:, later]
    live = costs.panel.event[-YEAR:, later] >= 0
    assert known["couts_mad"] == pytest.approx(saved[live].sum())
    assert known["couts_mad"] > 0


def test_a_record_of_long_ago_has_an_unknown_month(facilities):
    old = facilities[(facilities["en_service"] == 1) & facilities["mois_dme"].isna()]
    assert 0 < old["unite"].nunique() < 20
    assert (old.groupby("unite")["periode"].nunique() > 40).all()


def test_the_panel_is_the_same_in_all_editions(facilities, costs):
    seen = facilities.groupby("unite")["periode"].nunique()
    assert len(seen) == len(costs.positions)
    assert seen.max() == len(costs.panel.months) == 48


def test_a_type_without_level_is_told(small):
    path = small.demo / "couts.yml"
    text = path.read_text("utf-8").replace("level: {chu: 430.0, ", "level: {", 1)
    path.write_text(text, "utf-8")
    with pytest.raises(EditionError, match="cout_par_acte_mad.level: a value for each of chu"):
        load_topic(CostSettings, small, TABLE)
