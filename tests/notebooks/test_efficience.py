"""The values of efficiency, recomputed from the tables with pandas and numpy alone."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sampling_error import sampling_error
from scipy.stats import t as student_law

from obsante import collect
from obsante.results import wording
from obsante.results.values import load_values

YEAR, EARLIER = 2025, (2023, 2024)
RATES = {
    "eff.effet_cout_par_acte_mad": lambda d: d["cout_par_acte_mad"],
    "eff.effet_heures_admin_pour_100_actes": lambda d: 100 * d["heures_admin"] / d["actes"],
    "eff.effet_papier_par_acte_mad": lambda d: d["papier_mad"] / d["actes"],
    "eff.effet_part_examens_repetes": lambda d: d["examens_repetes"] / d["examens"],
    "eff.effet_sejour_moyen_jours": lambda d: d["sejour_moyen_jours"],
}
LEVELS = {
    "eff.cout_par_acte": ("eff.effet_cout_par_acte_mad", "actes"),
    "eff.heures_admin": ("eff.effet_heures_admin_pour_100_actes", "actes"),
    "eff.papier_par_acte": ("eff.effet_papier_par_acte_mad", "actes"),
    "eff.part_examens_repetes": ("eff.effet_part_examens_repetes", "examens"),
    "eff.sejour_moyen": ("eff.effet_sejour_moyen_jours", "sejours"),
}
COST, HOURS = "eff.effet_cout_par_acte_mad", "eff.effet_heures_admin_pour_100_actes"
TYPES = ["chr_chp", "clinique_privee", "hopital_proximite"]


def table(project, name: str, year: int = YEAR) -> pd.DataFrame:
    return pd.read_parquet(project.tables(year) / f"{name}.parquet")


@pytest.fixture(scope="module")
def panel(executed) -> pd.DataFrame:
    frame = pd.concat([table(executed, "couts", year) for year in (*EARLIER, YEAR)])
    for name in ("region", "type", "dme_statut"):
        frame[name] = frame[name].astype(str)
    for name, rate in RATES.items():
        frame[name] = rate(frame).astype(float)
    start = frame.groupby("id_etablissement")["mois_dme"].max()
    frame["start"] = frame["id_etablissement"].map(start)
    frame["year"] = frame["mois"].dt.year
    return frame.reset_index(drop=True)


@pytest.fixture(scope="module")
def studied(panel) -> pd.DataFrame:
    """Facilities without a record in the first month, seen whole on all five measures."""
    first = panel["mois"].min()
    equipped = set(panel.loc[(panel["mois"] == first) & (panel["dme_statut"] == "oui"),
                             "id_etablissement"])  # fmt: skip
    equipped |= set(panel.loc[panel["start"] <= first, "id_etablissement"])
    unknown = panel[(panel["dme_statut"] == "oui") & panel["start"].isna()]
    equipped |= set(unknown["id_etablissement"])
    full = panel.groupby("id_etablissement")[list(RATES)].count().min(axis=1)
    kept = set(full.index[full == panel["mois"].nunique()]) - equipped
    return panel[panel["id_etablissement"].isin(kept)].copy()


@pytest.fixture(scope="module")
def values(executed) -> pd.DataFrame:
    table = load_values(executed, YEAR).set_index(["indicateur", "dimension", "modalite"])
    return table.sort_index()


def national(values, name: str) -> pd.Series:
    return values.loc[(name, "national", "national")]


def imputed(frame: pd.DataFrame, outcome: str) -> float:
    """Mean, over treated rows, of the outcome minus its prediction by ordinary least squares.

    Unit and month indicators are fitted on the rows that are not treated.
    """
    unit, _ = pd.factorize(frame["id_etablissement"])
    month, _ = pd.factorize(frame["mois"])
    x = np.zeros((len(frame), unit.max() + month.max() + 2))
    x[np.arange(len(frame)), unit] = 1.0
    x[np.arange(len(frame)), unit.max() + 1 + month] = 1.0
    treated = (frame["mois"] >= frame["start"]).to_numpy()
    y = frame[outcome].to_numpy()
    free = x[~treated]
    slopes = np.linalg.pinv(free.T @ free, hermitian=True) @ (free.T @ y[~treated])
    return float((y - x @ slopes)[treated].mean())


def without_each_region(frame: pd.DataFrame, outcome: str) -> np.ndarray:
    return np.array([imputed(frame[frame["region"] != r], outcome)
                     for r in sorted(frame["region"].unique())])  # fmt: skip


def degrees(frame: pd.DataFrame) -> int:
    """Regions with treated facilities, or with facilities seen untreated, the fewer, minus one."""
    treated = frame["mois"] >= frame["start"]
    months = set(frame.loc[treated, "mois"])
    controls = ~treated & frame["mois"].isin(months)
    return min(frame.loc[mask, "region"].nunique() for mask in (treated, controls)) - 1


@pytest.mark.parametrize("name", RATES)
def test_average_effects_are_those_of_ordinary_least_squares(values, studied, name):
    found = national(values, name)
    assert found["estimation"] == pytest.approx(imputed(studied, name), rel=1e-8, abs=1e-10)
    assert found["n"] == (studied["mois"] >= studied["start"]).sum()


def test_the_interval_is_a_jackknife_that_leaves_each_region_out(values, studied):
    found = national(values, COST)
    replicates = without_each_region(studied, COST)
    count = len(replicates)
    error = np.sqrt((count - 1) / count * ((replicates - found["estimation"]) ** 2).sum())
    half = student_law.ppf(0.975, degrees(studied)) * error
    assert found["erreur_type"] == pytest.approx(error, rel=1e-8)
    assert found["borne_sup"] - found["estimation"] == pytest.approx(half, rel=1e-8)
    assert found["estimation"] - found["borne_inf"] == pytest.approx(half, rel=1e-8)


@pytest.mark.parametrize("name", [COST, "eff.effet_sejour_moyen_jours"])
def test_each_type_is_compared_with_its_own_facilities(values, studied, name):
    for code in TYPES:
        own = studied[studied["type"] == code]
        found = values.loc[(name, "type", code)]
        assert found["estimation"] == pytest.approx(imputed(own, name), rel=1e-8, abs=1e-10)
        assert found["n"] == (own["mois"] >= own["start"]).sum()


def test_a_type_without_comparison_has_no_value_but_a_reason(values, studied):
    assert not (studied["type"] == "chu").any()
    for name in RATES:
        row = values.loc[(name, "type", "chu")]
        assert row["etat"] == "missing"
        assert np.isnan(row["estimation"])
        assert "comparaison" in row["motif"]


def test_every_facility_has_one_role(values, panel, studied):
    roles = values.loc[("eff.suivis", "role")]["estimation"]
    assert roles.sum() == panel["id_etablissement"].nunique()
    units = studied.drop_duplicates("id_etablissement")
    assert roles["equipe"] == units["start"].notna().sum()
    assert roles["temoin"] == units["start"].isna().sum()
    first = panel[panel["mois"] == panel["mois"].min()]
    assert roles["deja"] >= (first["dme_statut"] == "oui").sum()


@pytest.mark.parametrize("name", LEVELS)
def test_levels_are_weighted_by_what_they_count(values, panel, name):
    rate, unit = LEVELS[name]
    this = panel[panel["year"] == YEAR]
    groups = {("national", "national"): this}
    groups |= {("type", code): this[this["type"] == code] for code in [*TYPES, "chu"]}
    groups |= {("dme_statut", code): this[this["dme_statut"] == code] for code in ("oui", "non")}
    groups |= {("exercice", str(year)): panel[panel["year"] == year] for year in (2022, 2023, 2025)}
    for key, frame in groups.items():
        known = frame.dropna(subset=[rate])
        weight = known[unit].astype(float)
        found = values.loc[(name, *key)]
        assert found["estimation"] == pytest.approx((known[rate] * weight).sum() / weight.sum())
        assert found["n"] == len(known)
        assert found["n_manquant"] == len(frame) - len(known)


def untreated_acts(panel: pd.DataFrame, code: str) -> float:
    this = panel[(panel["year"] == YEAR) & (panel["type"] == code)]
    equipped = this.loc[this["dme_statut"] == "oui", "id_etablissement"]
    this = this[~this["id_etablissement"].isin(equipped)]
    return float(12 * this.groupby("id_etablissement")["actes"].mean().astype(float).sum())


@pytest.mark.parametrize(
    ("name", "effect", "per"),
    [("eff.economies_annuelles_mad", COST, 1), ("eff.heures_liberees", HOURS, 100)],
)
def test_followed_facilities_would_save_effect_times_acts(values, panel, studied, name, effect, per):
    acts = {code: untreated_acts(panel, code) / per for code in TYPES}

    def saved(frame: pd.DataFrame) -> float:
        return -sum(acts[c] * imputed(frame[frame["type"] == c], effect) for c in TYPES)

    found = values.loc[(name, "perimetre", "panel")]
    assert found["estimation"] == pytest.approx(saved(studied), rel=1e-8)
    if per > 1:
        return  # The interval has the same formula: one of the two is recomputed.
    regions = sorted(studied["region"].unique())
    replicates = np.array([saved(studied[studied["region"] != r]) for r in regions])
    count = len(regions)
    error = np.sqrt((count - 1) / count * ((replicates - found["estimation"]) ** 2).sum())
    half = student_law.ppf(0.975, degrees(studied)) * error
    assert found["borne_sup"] - found["estimation"] == pytest.approx(half, rel=1e-8)


def test_all_hospitals_would_save_in_proportion_to_their_staff(values, executed, panel):
    frame = table(executed, "base_sondage")
    answers = table(executed, "etablissements").query("repondant == 'oui'")
    staff = frame.set_index("id_etablissement")["n_professionnels"]
    this = panel[panel["year"] == YEAR]
    for code in TYPES:
        own = answers[(answers["type"] == code) & answers["dme"].isin(["oui", "non"])]
        weight = own["poids"] * own["n_professionnels"].astype(float)
        share = weight[own["dme"] == "non"].sum() / weight.sum()
        acts = 12 * this[this["type"] == code].groupby("id_etablissement")["actes"].mean()
        heads = staff.reindex(acts.index).astype(float)
        per_head = acts.astype(float)[heads.notna()].sum() / heads.sum()
        total = frame.loc[frame["type"] == code, "n_professionnels"].sum() * share * per_head
        effect = values.loc[(COST, "type", code), "estimation"]
        found = values.loc[("eff.economies_annuelles_mad", "type", code), "estimation"]
        assert found == pytest.approx(-effect * total, rel=1e-8)
    parts = values.loc[("eff.economies_annuelles_mad", "type")]["estimation"].sum()
    assert national(values, "eff.economies_annuelles_mad")["estimation"] == pytest.approx(parts)


def test_the_sample_adds_to_the_uncertainty_of_the_effect(values):
    for code in TYPES:
        effect = values.loc[(COST, "type", code)]
        saving = values.loc[("eff.economies_annuelles_mad", "type", code)]
        alone = effect["erreur_type"] / abs(effect["estimation"])
        assert saving["erreur_type"] / saving["estimation"] > alone


@pytest.fixture(scope="module")
def users(executed) -> pd.DataFrame:
    people = table(executed, "patients").query("repondant == 'oui'")
    records = table(executed, "etablissements").set_index("id_etablissement")["dme"]
    people = people.assign(dme=people["id_etablissement"].map(records.astype("object")))
    answer = people["examens_repetes"].map({"oui": 1.0, "non": 0.0}).astype(float)
    return people.assign(y=answer)


def test_users_shares_are_weighted_and_count_only_those_who_had_a_test(values, users):
    known = users.dropna(subset=["y"])
    groups = {("national", "national"): known, ("dme", "oui"): known[known["dme"] == "oui"],
              ("dme", "non"): known[known["dme"] == "non"],
              ("type", "chu"): known[known["type"] == "chu"],
              ("quintile", "1"): known[known["quintile"] == 1]}  # fmt: skip
    for key, frame in groups.items():
        found = values.loc[("eff.examens_repetes", *key)]
        assert found["estimation"] == pytest.approx(np.average(frame["y"], weights=frame["poids"]))
        assert found["n"] == len(frame)


def test_the_gap_between_users_has_the_variance_of_both_stages(values, users):
    known = users["y"].notna()
    z = pd.Series(0.0, index=users.index)
    gap = 0.0
    for sign, code in ((1, "oui"), (-1, "non")):
        inside = known & (users["dme"] == code)
        weight = users["poids"].where(inside, 0.0)
        share = (weight * users["y"].fillna(0)).sum() / weight.sum()
        gap += sign * share
        z += sign * weight * (users["y"].fillna(0) - share) / weight.sum()
    # A user who had no test is not asked; « ne sait pas » and a blank are missing answers.
    asked = users["examens_repetes"].astype("object") != "sans_objet"
    error = sampling_error(users, z, missing=asked & ~known, answered=known, people="n_usagers")
    found = values.loc[("eff.ecart_examens_repetes_dme", "ecart", "ecart")]
    assert found["estimation"] == pytest.approx(gap)
    assert found["erreur_type"] == pytest.approx(error, rel=1e-8)


def test_intervals_hold_the_known_effects_and_the_true_null_is_not_called_a_change(values):
    stay = national(values, "eff.effet_sejour_moyen_jours").to_dict()
    assert wording.change(stay) == wording.NOT_SIGNIFICANT
    for name in RATES:
        if name != "eff.effet_sejour_moyen_jours":
            assert wording.significant(national(values, name).to_dict())


def test_intervals_hold_the_known_truth_of_every_type(values, rooted):
    missed = []
    for name in RATES:
        for domain, known in collect.truth(YEAR)[name].items():
            dimension, _, code = domain.partition("=")
            row = values.loc[(name, dimension, code or "national")]
            if not row["borne_inf"] <= known <= row["borne_sup"]:
                missed.append((name, domain))
    # Twenty intervals at 95 %, many of them from the same facilities.
    assert len(missed) <= 3
