"""Axis 4's values, recomputed from the tables with pandas, numpy and scipy alone."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest
from sampling_error import sampling_error
from scipy.optimize import minimize_scalar
from scipy.stats import t as student

from obsante import collect
from obsante.paths import find_project
from obsante.results.values import load_values

YEAR, YEARS = 2025, (2023, 2024, 2025)
MILIEUX = ["urbain", "rural", "rural_montagne"]
OUTCOMES = {"inn.effet_attente_jours": "attente_jours", "inn.effet_distance_km": "distance_km",
            "inn.effet_part_renoncements": "part"}  # fmt: skip
SURVEYED = {"inn.etablissements_telemedecine": "telemedecine", "inn.ia": "ia",
            "inn.applications_mobiles": "applications_mobiles",
            "inn.objets_connectes": "objets_connectes"}  # fmt: skip
BEFORE, AFTER = 14, 8


@pytest.fixture
def values(rooted, executed) -> pd.DataFrame:
    table = load_values(executed, YEAR)
    table = table[table["carnet"] == "04-innovations"]
    return table.set_index(["indicateur", "dimension", "modalite"]).sort_index()


def estimate(values: pd.DataFrame, name: str, dimension: str = "national", code: str = "") -> float:
    return values.loc[(name, dimension, code or dimension), "estimation"]


def weighted(values: pd.Series, weights: pd.Series) -> float:
    known = values.notna()
    return float((values * weights)[known].sum() / weights[known].sum())


@pytest.mark.parametrize("name", SURVEYED)
def test_uses_of_facilities_are_weighted_shares_of_the_answers(values, rooted, name):
    rows = collect.load("etablissements", edition=YEAR).query("repondant == 'oui'")
    yes = rows[SURVEYED[name]].astype("object").map({"oui": 1.0, "non": 0.0}).astype(float)
    assert estimate(values, name) == pytest.approx(weighted(yes, rows["poids"]))
    for dimension in ("milieu", "type", "secteur", "region"):
        for code, part in rows.groupby(dimension, observed=True):
            expected = weighted(yes[part.index], part["poids"])
            assert estimate(values, name, dimension, code) == pytest.approx(expected)
    assert values.loc[(name, "national", "national"), "n"] == yes.notna().sum()


@pytest.mark.parametrize("earlier", [2023, 2024])
def test_the_change_of_the_offer_is_a_difference_of_two_shares(values, rooted, earlier):
    shares = []
    for year in (YEAR, earlier):
        rows = collect.load("etablissements", edition=year).query("repondant == 'oui'")
        yes = rows["telemedecine"].astype("object").map({"oui": 1.0, "non": 0.0}).astype(float)
        shares.append(weighted(yes, rows["poids"]))
    found = estimate(values, "inn.evolution_telemedecine", "edition", str(earlier))
    assert found == pytest.approx(shares[0] - shares[1])


@pytest.fixture
def acts(rooted) -> pd.DataFrame:
    return collect.load("teleconsultations", edition=YEAR)


@pytest.fixture
def inhabitants(rooted) -> pd.Series:
    places = collect.load("provinces", edition=YEAR)
    high = places["alerte_froid_montagne_2025"] == "oui"
    rural = places["rurale_2024"].astype(float)
    milieu = pd.Series({"urbain": float(places["urbaine_2024"].sum()),
                        "rural": rural[~high].sum(), "rural_montagne": rural[high].sum()})  # fmt: skip
    assert milieu.sum() == places["population_2024"].sum()
    return milieu


def test_acts_are_the_sums_of_the_register(values, acts):
    assert estimate(values, "inn.actes") == acts["actes"].sum()
    for dimension in ("milieu", "region", "mode", "specialite"):
        for code, part in acts.groupby(dimension, observed=False):
            assert estimate(values, "inn.actes", dimension, code) == part["actes"].sum()
    assert estimate(values, "inn.actes", "specialite", "chirurgie") == 0


def test_rates_divide_by_the_inhabitants_of_the_milieu_of_residence(values, acts, inhabitants):
    counts = acts.groupby("milieu", observed=True)["actes"].sum()
    for milieu in MILIEUX:
        expected = 1000 * counts[milieu] / inhabitants[milieu]
        assert estimate(values, "inn.actes_pour_1000", "milieu", milieu) == pytest.approx(expected)
    whole = 1000 * acts["actes"].sum() / inhabitants.sum()
    assert estimate(values, "inn.actes_pour_1000") == pytest.approx(whole)
    assert values.loc["inn.actes_pour_1000", "borne_inf"].isna().all()


def test_kilometres_leave_out_acts_whose_rows_do_not_say_them(values, acts):
    keys = ["date", "province", "milieu", "specialite", "mode"]
    said = acts.groupby(keys, observed=True)["km_evites"].transform(lambda km: km.notna().all())
    kept = acts[said.astype(bool)]
    assert len(kept) < len(acts)
    expected = kept["km_evites"].sum() / kept["actes"].sum()
    assert estimate(values, "inn.km_evites") == pytest.approx(expected, rel=1e-6)


@pytest.fixture
def panel(rooted) -> pd.DataFrame:
    """Whole series of the specialties with acts at a distance; ``age`` months since opening."""
    rows = pd.concat([collect.load("acces", edition=year) for year in YEARS], ignore_index=True)
    names = [rows[name].astype("str") for name in ("province", "milieu", "specialite")]
    rows["serie"] = names[0] + "|" + names[1] + "|" + names[2]
    rows["part"] = rows["renoncements"].astype(float) / rows["demandes"].astype(float)
    known = rows[["demandes", "attente_jours", "distance_km", "part"]].notna().all(axis=1)
    rows = rows[known.groupby(rows["serie"]).transform("sum") == rows["mois"].nunique()].copy()
    start = rows.groupby("serie")["ouverture"].transform("max")
    months = rows["mois"].dt.year * 12 + rows["mois"].dt.month
    rows["t"] = months - months.min()
    rows["age"] = months - (start.dt.year * 12 + start.dt.month)
    rows["w"] = rows["demandes"].astype(float).groupby(rows["serie"]).transform("mean")
    return rows[rows["specialite"] != "chirurgie"]


def effects(rows: pd.DataFrame, outcome: str) -> pd.Series:
    """Observed less expected of each treated row: unit and month effects fitted on the others."""
    parts = []
    for _, part in rows.groupby("milieu", observed=True):
        free = ~(part["age"] >= 0)
        units, months = pd.factorize(part["serie"])[0], part["t"].to_numpy()
        y, w = part[outcome].to_numpy(float), part["w"].to_numpy()
        f = free.to_numpy()
        share = np.bincount(units[f])
        # Unit effects solved away: least squares of the months alone.
        matrix = np.zeros((len(share), months.max() + 1))
        matrix[units[f], months[f]] = 1.0
        size = np.zeros(len(share))
        size[units] = w
        gram = np.diag(size @ matrix) - (matrix * (size / share)[:, None]).T @ matrix
        mean = np.bincount(units[f], y[f]) / share
        right = np.bincount(months[f], (w * (y - mean[units]))[f], months.max() + 1)
        month = np.linalg.pinv(gram) @ right
        level = mean - matrix @ month / share
        parts.append((part[outcome] - level[units] - month[months])[~f])
    return pd.concat(parts)


@pytest.mark.parametrize("name", OUTCOMES)
def test_effects_are_means_of_observed_less_imputed(values, panel, name):
    found = effects(panel, OUTCOMES[name])
    treated = panel.loc[found.index]
    assert estimate(values, name) == pytest.approx(weighted(found, treated["w"]), rel=1e-6)
    assert values.loc[(name, "national", "national"), "n"] == len(found)
    for milieu in MILIEUX:
        own = found[treated["milieu"] == milieu]
        expected = weighted(own, treated.loc[own.index, "w"])
        assert estimate(values, name, "milieu", milieu) == pytest.approx(expected, rel=1e-6)


def test_the_interval_of_an_effect_leaves_out_one_region_at_a_time(values, panel):
    whole = effects(panel, "attente_jours")
    value = weighted(whole, panel.loc[whole.index, "w"])
    without = []
    regions = panel["region"].unique()
    for region in regions:
        rest = panel[panel["region"] != region]
        found = effects(rest, "attente_jours")
        without.append(weighted(found, rest.loc[found.index, "w"]))
    count = len(regions)
    error = np.sqrt((count - 1) / count * ((np.array(without) - value) ** 2).sum())
    row = values.loc[("inn.effet_attente_jours", "national", "national")]
    assert row["erreur_type"] == pytest.approx(error, rel=1e-5)
    half = student.ppf(0.975, count - 1) * error
    assert row["borne_sup"] - row["estimation"] == pytest.approx(half, rel=1e-5)


def window(panel: pd.DataFrame) -> np.ndarray:
    """Waiting days around the opening, outside towns, less those never opened in these months."""
    rows = panel[panel["milieu"] != "urbain"].copy()
    never = rows[rows["age"].isna()]
    control = never.groupby("t").apply(lambda part: weighted(part["attente_jours"], part["w"]))
    near = rows[rows["age"].between(-BEFORE, AFTER - 1)]
    near = near[near.groupby("serie")["age"].transform("size") == BEFORE + AFTER]
    near = near.assign(gap=near["attente_jours"] - near["t"].map(control))
    gaps = near.groupby("age").apply(lambda part: weighted(part["gap"], part["w"]))
    return gaps.sort_index().to_numpy()


def restricted_likelihood(rho: float, y: np.ndarray, x: np.ndarray) -> tuple[float, tuple]:
    """Minus the restricted likelihood of an autoregression, then the fit at that correlation."""
    n, k = x.shape
    lags = np.abs(np.subtract.outer(np.arange(n), np.arange(n)))
    inverse = np.linalg.inv(rho**lags / (1 - rho**2))
    bread = np.linalg.inv(x.T @ inverse @ x)
    beta = bread @ x.T @ inverse @ y
    left = (y - x @ beta) @ inverse @ (y - x @ beta)
    logs = -np.linalg.slogdet(inverse)[1] - np.linalg.slogdet(bread)[1]
    return 0.5 * (logs + (n - k) * np.log(left)), (beta, bread * left / (n - k))


def test_the_interrupted_series_is_a_segmented_regression_with_correlated_errors(values, panel):
    y, t = window(panel), np.arange(1.0, BEFORE + AFTER + 1)
    after = (t > BEFORE).astype(float)
    x = np.column_stack([np.ones_like(t), t, after, after * (t - BEFORE)])
    best = minimize_scalar(lambda rho: restricted_likelihood(rho, y, x)[0], bounds=(-0.95, 0.979),
                           method="bounded", options={"xatol": 1e-8})  # fmt: skip
    beta, covariance = restricted_likelihood(best.x, y, x)[1]
    contrast = np.array([0, 0, 1, AFTER])
    row = values.loc[("inn.effet_attente_serie", "ecart", "ecart")]
    assert row["estimation"] == pytest.approx(contrast @ beta, rel=1e-3)
    half = student.ppf(0.975, len(t) - 4) * np.sqrt(contrast @ covariance @ contrast)
    assert row["borne_sup"] - row["estimation"] == pytest.approx(half, rel=1e-2)


def test_the_share_at_a_distance_counts_requests_of_the_year(values, rooted):
    rows = collect.load("acces", edition=YEAR)
    rows = rows[rows["specialite"] != "chirurgie"].dropna(subset=["demandes", "demandes_distance"])
    sums = rows.groupby("milieu", observed=True)[["demandes_distance", "demandes"]].sum()
    shares = sums["demandes_distance"] / sums["demandes"]
    for milieu in MILIEUX:
        found = estimate(values, "inn.part_demandes_distance", "milieu", milieu)
        assert found == pytest.approx(shares[milieu])


def test_the_portfolio_keeps_zero_unknown_and_not_applicable_apart(values, rooted):
    rows = collect.load("innovations", edition=YEAR)
    money = rows["financement_mad"].astype(float)
    row = values.loc[("inn.financement_mad", "national", "national")]
    assert (row["estimation"], row["n"], row["n_manquant"]) == (
        money.sum(), money.notna().sum(), money.isna().sum())  # fmt: skip
    assert row["n_manquant"] > 0
    none = values.loc[("inn.financement_mad", "origine_fonds", "sans_objet")]
    assert none["estimation"] == 0
    assert none["n"] == (money == 0).sum()
    unused = set(collect.labels("innovations", "technologie")) - set(rows["technologie"])
    for code in unused:
        assert estimate(values, "inn.projets", "technologie", code) == 0
        assert ("inn.maturite_projets", "technologie", code) not in values.index


def test_projects_maturity_partners_users_and_origin(values, rooted):
    rows = collect.load("innovations", edition=YEAR)
    for code, part in rows.groupby("technologie", observed=True):
        assert estimate(values, "inn.projets", "technologie", code) == len(part)
        level = part["maturite"].astype(float).mean()
        found = estimate(values, "inn.maturite_projets", "technologie", code)
        assert found == pytest.approx(level, nan_ok=True)
    assert estimate(values, "inn.partenaires") == pytest.approx(rows["partenaires"].mean())
    assert estimate(values, "inn.utilisateurs") == rows["utilisateurs"].sum()
    known = rows[rows["origine_fonds"].notna() & (rows["financement_mad"] > 0).fillna(False)]
    abroad = known.loc[known["origine_fonds"] == "international", "financement_mad"].sum()
    share = abroad / known["financement_mad"].sum()
    assert estimate(values, "inn.part_internationale") == pytest.approx(share)
    levels = values.loc["inn.repartition_maturite", "estimation"]
    counts = rows["maturite"].value_counts(normalize=True)
    assert levels.loc[("maturite", "3")] == pytest.approx(counts[3])
    assert levels.sum() == pytest.approx(1)


@pytest.fixture
def users(rooted) -> pd.DataFrame:
    rows = collect.load("patients", edition=YEAR).query("repondant == 'oui'").copy()
    for way in ("distance", "presentiel"):
        rows[way] = pd.to_numeric(rows[f"satisfaction_{way}"].astype("object"), errors="coerce")
    rows["recours"] = rows["recours_distance"].map({"oui": 1.0, "non": 0.0}).astype(float)
    return rows


def test_satisfaction_is_compared_within_the_same_person(values, users):
    gap = users["distance"] - users["presentiel"]
    row = values.loc[("inn.ecart_satisfaction", "ecart", "ecart")]
    assert row["estimation"] == pytest.approx(weighted(gap, users["poids"]))
    assert row["n"] == gap.notna().sum()
    known = gap.notna()
    ways = users[["satisfaction_distance", "satisfaction_presentiel"]].astype("object")
    asked = ~(ways == "sans_objet").any(axis=1)
    z = users["poids"] * (gap - row["estimation"]) / users["poids"][known].sum()
    error = sampling_error(users, z.where(known, 0.0), missing=asked & ~known, answered=known,
                           people="n_usagers")  # fmt: skip
    assert row["erreur_type"] == pytest.approx(error, rel=1e-6)
    apart = estimate(values, "inn.satisfaction_distance") - estimate(
        values, "inn.satisfaction_presentiel")  # fmt: skip
    assert row["estimation"] != pytest.approx(apart)


def test_satisfaction_and_declared_use_are_weighted_means(values, users):
    names = {"inn.satisfaction_distance": "distance", "inn.recours_distance": "recours",
             "inn.satisfaction_presentiel": "presentiel"}  # fmt: skip
    for name, column in names.items():
        assert estimate(values, name) == pytest.approx(weighted(users[column], users["poids"]))
        for milieu, part in users.groupby("milieu", observed=True):
            expected = weighted(part[column], part["poids"])
            assert estimate(values, name, "milieu", milieu) == pytest.approx(expected)


@pytest.mark.parametrize("name", OUTCOMES)
def test_intervals_by_milieu_hold_the_known_effect_and_exclude_none(values, rooted, name):
    known = collect.truth(YEAR)[name]
    for milieu in MILIEUX:
        row = values.loc[(name, "milieu", milieu)]
        assert row["borne_inf"] <= known[f"milieu={milieu}"] <= row["borne_sup"] < 0


def test_registers_lack_what_was_set_aside_and_little_else(values, rooted):
    known = collect.truth(YEAR)
    for name in ("inn.actes", "inn.actes_pour_1000", "inn.part_demandes_distance", "inn.projets"):
        assert estimate(values, name) == pytest.approx(known[name]["national"], rel=0.02)
        assert estimate(values, name) <= known[name]["national"] * 1.005


@pytest.fixture
def replay() -> Iterator[object]:
    root = str(find_project(__file__).root)
    sys.path.insert(0, root)
    yield importlib.import_module("benchmarks.replay")
    sys.path.remove(root)


def test_what_was_not_received_is_not_available_and_the_rest_goes_on(values, rooted, replay):
    names = ("acces", "innovations", "patients")
    empty = {(name, year): collect.load(name, edition=year).iloc[:0] for name in names
             for year in YEARS}  # fmt: skip
    drawn = replay.Redrawn(empty, {})
    found = replay.replay(rooted.notebooks / "04-innovations.ipynb", drawn)
    missing = found[found["etat"] == "missing"]
    assert {*OUTCOMES, "inn.projets", "inn.financement_mad", "inn.recours_distance",
            "inn.effet_attente_serie"} <= set(missing["indicateur"])  # fmt: skip
    assert missing["estimation"].isna().all()
    assert (missing["motif"] != "").all()
    kept = found.set_index(["indicateur", "dimension", "modalite"])
    assert estimate(kept, "inn.ia") == estimate(values, "inn.ia")
    assert set(found["indicateur"]) == set(values.index.get_level_values("indicateur"))


def test_a_milieu_where_nothing_opened_has_no_effect_and_spares_the_others(values, rooted, replay):
    closed = {}
    for year in YEARS:
        rows = collect.load("acces", edition=year)
        rows.loc[rows["milieu"] == "rural_montagne", "ouverture"] = pd.NaT
        closed["acces", year] = rows
    drawn = replay.Redrawn(closed, {})
    found = replay.replay(rooted.notebooks / "04-innovations.ipynb", drawn)
    found = found.set_index(["indicateur", "dimension", "modalite"])
    assert ("inn.effet_attente_jours", "milieu", "rural_montagne") not in found.index
    for milieu in ("urbain", "rural"):
        key = ("inn.effet_attente_jours", "milieu", milieu)
        assert found.loc[key, "estimation"] == pytest.approx(values.loc[key, "estimation"])
