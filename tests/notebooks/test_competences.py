"""The values of axis 2, recomputed otherwise from the tables: plain pandas and numpy."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from sampling_error import freedom, sampling_error
from scipy.stats import t as student

from obsante.results.values import load_values

YEAR = 2025
FAMILIES = {"medecin_generaliste": 0, "medecin_specialiste": 0, "infirmier": 1, "sage_femme": 1,
            "technicien_sante": 1, "pharmacien": 2, "assistant_medical": 2}  # fmt: skip


@pytest.fixture(scope="module")
def published(executed) -> pd.DataFrame:
    values = load_values(executed, YEAR)
    return values.set_index(["indicateur", "dimension", "modalite"]).sort_index()


def table(project, name: str, year: int = YEAR) -> pd.DataFrame:
    return pd.read_parquet(project.tables(year) / f"{name}.parquet")


def respondents(project, year: int = YEAR) -> pd.DataFrame:
    rows = table(project, "professionnels", year)
    rows = rows[rows["repondant"] == "oui"].reset_index(drop=True)
    items = rows.filter(regex="^lik_").astype("float64")
    score = (25 * (items - 1)).mean(axis=1).where(items.notna().sum(axis=1) >= 18)
    trained = rows["formation_12m"].astype("object").map({"oui": 1.0, "non": 0.0})
    hours = rows["heures_formation_12m"].astype("float64")
    return rows.assign(score=score, trained=trained.astype("float64"), hours=hours)


@pytest.fixture(scope="module")
def people(executed) -> pd.DataFrame:
    return respondents(executed)


def weighted(rows: pd.DataFrame, column: str) -> float:
    known = rows[rows[column].notna()]
    return float(np.average(known[column], weights=known["poids"]))


def silent(people: pd.DataFrame, column: str) -> dict[str, object]:
    missing = people[column].isna()
    if column == "hours":
        missing &= people["trained"] != 0
    return {"missing": missing, "people": "n_professionnels"}


def error(people: pd.DataFrame, z: pd.Series, column: str) -> float:
    return sampling_error(people, z, **silent(people, column))


def mean_influence(people: pd.DataFrame, column: str, inside: pd.Series) -> pd.Series:
    used = inside & people[column].notna()
    weights = people["poids"].where(used, 0.0)
    mean = weighted(people[used], column)
    return (weights * (people[column] - mean) / weights.sum()).fillna(0.0)


def interval(people: pd.DataFrame, value: float, z: pd.Series, used: pd.Series) -> list[float]:
    """Of the score."""
    df = freedom(people, z, used, **silent(people, "score"))
    half = student.ppf(0.975, df) * error(people, z, "score")
    return [value - half, value + half]


DOMAINS = [("national", "national"), ("type", "chu"), ("type", "centre_sante_rural"), ("region", "06"),
           ("profession", "infirmier"), ("sexe", "femme"), ("tranche_age", "50_et_plus")]  # fmt: skip


@pytest.mark.parametrize(("dimension", "modality"), DOMAINS)
def test_means_and_shares_by_domain(published, people, dimension, modality):
    own = people if dimension == "national" else people[people[dimension] == modality]
    key = (dimension, modality)
    assert published.loc[("com.score", *key), "estimation"] == pytest.approx(weighted(own, "score"))
    assert published.loc[("com.formes", *key), "estimation"] == pytest.approx(
        weighted(own, "trained"))  # fmt: skip
    told = own[own["trained"] == 1]
    hours = weighted(told, "hours")
    assert published.loc[("com.heures_formes", *key), "estimation"] == pytest.approx(hours)
    assert published.loc[("com.heures", *key), "estimation"] == pytest.approx(
        weighted(own, "trained") * hours)  # fmt: skip
    assert published.loc[("com.formes", *key), "n"] == own["trained"].notna().sum()


@pytest.mark.parametrize(("dimension", "modality"), DOMAINS[:3])
def test_intervals_of_the_score_from_both_stages(published, people, dimension, modality):
    inside = pd.Series(True, people.index) if dimension == "national" else people[dimension] == modality
    z = mean_influence(people, "score", inside)
    used = inside & people["score"].notna()
    found = published.loc[("com.score", dimension, modality)]
    expected = interval(people, weighted(people[used], "score"), z, used)
    assert [found["borne_inf"], found["borne_sup"]] == pytest.approx(expected, rel=1e-8)


def test_interval_of_hours_is_that_of_a_product(published, people):
    everyone = pd.Series(True, people.index)
    having = weighted(people, "trained")
    hours = weighted(people[people["trained"] == 1], "hours")
    z = hours * mean_influence(people, "trained", everyone)
    z += having * mean_influence(people, "hours", people["trained"] == 1)
    found = published.loc[("com.heures", "national", "national")]
    assert found["erreur_type"] == pytest.approx(error(people, z, "hours"), rel=1e-8)


def test_autonomy_tools_and_needs(published, people):
    autonomy = people["autonomie"].astype("object")
    shares = people["poids"].groupby(autonomy).sum()
    shares = shares / shares.sum()
    for level, share in shares.items():
        found = published.loc[("com.autonomie", "autonomie", level), "estimation"]
        assert found == pytest.approx(share)
    assert published.loc[("com.autonomes", "national", "national"), "estimation"] == pytest.approx(
        shares["autonome"] + shares["referent"])  # fmt: skip
    yes = people["outil_ia"].astype("object").map({"oui": 1.0, "non": 0.0})
    assert published.loc[("com.outils", "outil", "ia"), "estimation"] == pytest.approx(
        weighted(people.assign(yes=yes), "yes"))  # fmt: skip
    needs = pd.crosstab(people["profession"], people["besoin_prioritaire"], people["poids"], aggfunc="sum")
    needs = needs.div(needs.sum(axis=1), axis=0).fillna(0.0)
    cells = published.loc[("com.besoins", "profession_besoin"), "estimation"]
    assert len(cells) == needs.size
    for name, found in cells.items():
        assert found == pytest.approx(needs.loc[tuple(name.split("__"))])


def test_alpha_by_its_definition(published, people):
    complete = people.filter(regex="^lik_").astype("float64").dropna()
    weights = people.loc[complete.index, "poids"].to_numpy()
    covariance = np.cov(complete.to_numpy().T, aweights=weights, ddof=0)
    k = len(covariance)
    expected = k / (k - 1) * (1 - np.trace(covariance) / covariance.sum())
    found = published.loc[("com.alpha", "national", "national")]
    assert found["estimation"] == pytest.approx(expected)
    assert found["n"] == len(complete)
    assert found["borne_inf"] < expected < found["borne_sup"] < 1
    assert published.loc[("com.omega", "national", "national"), "estimation"] >= expected - 0.01


def test_quartiles_and_items(published, people):
    known = people[people["score"].notna()].sort_values("score")
    share = known["poids"].cumsum() / known["poids"].sum()
    for name, rank in (("q1", 0.25), ("mediane", 0.5), ("q3", 0.75)):
        found = published.loc[(f"com.score_{name}", "national", "national"), "estimation"]
        assert found == pytest.approx(known["score"][share >= rank - 1e-12].iloc[0])
    for name in ("lik_sec_5", "lik_info_1"):
        found = published.loc[("com.items", "item", name), "estimation"]
        assert found == pytest.approx(weighted(people.assign(x=people[name].astype("float64")), "x"))
    area = people.filter(regex="^lik_sec_").astype("float64")
    own = (25 * (area - 1)).mean(axis=1).where(area.notna().sum(axis=1) >= 4)
    for dimension, rows in (("domaine", people), ("domaine_chu", people[people["type"] == "chu"])):
        found = published.loc[("com.score_domaine", dimension, "sec"), "estimation"]
        assert found == pytest.approx(weighted(rows.assign(x=own), "x"))


def complete_cases(people: pd.DataFrame) -> pd.DataFrame:
    rows = people[people["type"].isin(["chu", "centre_sante_rural"])]
    rows = rows.assign(famille=rows["profession"].astype("object").map(FAMILIES))
    kept = rows.dropna(subset=["score", "famille", "tranche_age", "sexe", "trained"])
    return kept.assign(chu=(kept["type"] == "chu").astype(float))


def test_the_decomposition_is_that_of_weighted_least_squares(published, people):
    rows = complete_cases(people)
    names = {"famille": "famille", "tranche_age": "tranche_age", "sexe": "sexe", "trained": "formation"}
    dummies = {variable: pd.get_dummies(rows[column].astype(str), drop_first=True, dtype=float)
               for column, variable in names.items()}  # fmt: skip
    x = np.column_stack([np.ones(len(rows)), rows["chu"], *(part.to_numpy() for part in dummies.values())])
    root = np.sqrt(rows["poids"].to_numpy())
    beta = np.linalg.lstsq(x * root[:, None], rows["score"].to_numpy() * root, rcond=None)[0][2:]
    means = [np.average(np.column_stack(list(dummies.values()))[rows["chu"] == g], axis=0,
                        weights=rows["poids"][rows["chu"] == g]) for g in (1.0, 0.0)]  # fmt: skip
    parts, start = (means[0] - means[1]) * beta, 0
    for variable, own in dummies.items():
        expected = parts[start : start + own.shape[1]].sum()
        start += own.shape[1]
        found = published.loc[("com.ecart_explique", "variable", variable), "estimation"]
        assert found == pytest.approx(expected, abs=1e-9)
    raw = published.loc[("com.ecart_brut", "champ", "complets"), "estimation"]
    groups = [weighted(rows[rows["chu"] == g], "score") for g in (1.0, 0.0)]
    assert raw == pytest.approx(groups[0] - groups[1])
    explained = published.loc[("com.ecart_explique", "ecart", "ecart"), "estimation"]
    rest = published.loc[("com.ecart_inexplique", "ecart", "ecart"), "estimation"]
    assert explained == pytest.approx(parts.sum(), abs=1e-9)
    assert abs(explained + rest - raw) < 1e-12 * abs(raw) * 10


def test_gaps_and_their_intervals(published, people):
    pairs = {"com.ecart_score_sexe": ("score", "sexe", "femme", "homme"),
             "com.ecart_score_age": ("score", "tranche_age", "moins_de_30", "50_et_plus"),
             "com.ecart_formes_sexe": ("trained", "sexe", "femme", "homme"),
             "com.ecart_score_formation": ("score", "formation_12m", "oui", "non"),
             "com.ecart_brut": ("score", "type", "chu", "centre_sante_rural")}  # fmt: skip
    for name, (column, by, first, second) in pairs.items():
        one, two = (people[by] == code for code in (first, second))
        found = published.loc[(name, "ecart", "ecart")]
        assert found["estimation"] == pytest.approx(
            weighted(people[one], column) - weighted(people[two], column))  # fmt: skip
        z = mean_influence(people, column, one) - mean_influence(people, column, two)
        assert found["erreur_type"] == pytest.approx(error(people, z, column), rel=1e-8)


def test_changes_between_editions(published, executed, people):
    for year in (2023, 2024):
        before = respondents(executed, year)
        for name, column in (("formes", "trained"), ("score", "score")):
            found = published.loc[(f"com.evolution_{name}", "edition", str(year))]
            expected = weighted(people, column) - weighted(before, column)
            assert found["estimation"] == pytest.approx(expected)
            assert found["borne_inf"] < expected < found["borne_sup"]


def test_the_catalogue_is_counted(published, executed):
    rows, frame = table(executed, "formations"), table(executed, "base_sondage")
    staff = frame.groupby("region", observed=False)["n_professionnels"].sum()
    hours = rows["formes"].astype("float64") * rows["duree_heures"]
    assert published.loc[("for.programmes", "national", "national"), "estimation"] == len(rows)
    assert published.loc[("for.heures", "national", "national"), "estimation"] == pytest.approx(hours.sum())
    for region, people in staff.items():
        own = rows[rows["region"] == region]
        places = float(own["places"].sum())
        assert published.loc[("for.programmes", "region", region), "estimation"] == len(own)
        assert published.loc[("for.places", "region", region), "estimation"] == places
        found = published.loc[("for.places_pour_100_professionnels", "region", region), "estimation"]
        assert found == pytest.approx(100 * places / people)
    both = rows.dropna(subset=["places", "formes"])
    assert published.loc[("for.remplissage", "national", "national"), "estimation"] == pytest.approx(
        100 * both["formes"].sum() / both["places"].sum())  # fmt: skip


def test_a_region_without_a_programme_has_zero_and_not_nothing(published, executed):
    rows = table(executed, "formations")
    empty = set(rows["region"].cat.categories) - set(rows["region"])
    assert empty
    for region in empty:
        found = published.loc[("for.places", "region", region)]
        assert (found["estimation"], found["etat"]) == (0, "published")


def test_the_offer_against_the_need(published, executed, people):
    rows = table(executed, "formations")
    places = rows["places"].astype("float64").groupby(rows["besoin"], observed=False).sum()
    named = people[people["besoin_prioritaire"].notna() & (people["besoin_prioritaire"] != "aucun")]
    asked = named["poids"].groupby(named["besoin_prioritaire"].astype(str)).sum()
    asked, offered = asked / asked.sum(), places / places.sum()
    for need, share in offered.items():
        found = published.loc[("com.ecart_offre_besoin", "besoin", need)]
        assert found["estimation"] == pytest.approx(share - asked[need])
        own = published.loc[("com.besoins_exprimes", "besoin", need)]
        width = own["borne_sup"] - own["borne_inf"]
        assert found["borne_sup"] - found["borne_inf"] == pytest.approx(width)
        assert found["borne_inf"] < found["estimation"] < found["borne_sup"]


def test_what_is_declared_beside_the_catalogue(published, executed):
    staff = table(executed, "base_sondage")["n_professionnels"].sum()
    hours = published.loc[("com.heures", "national", "national")]
    declared = published.loc[("com.heures_declarees", "national", "national")]
    traced = published.loc[("com.heures_tracees", "national", "national")]
    given = published.loc[("for.heures", "national", "national"), "estimation"]
    assert declared["estimation"] == pytest.approx(staff * hours["estimation"])
    assert declared["borne_sup"] == pytest.approx(staff * hours["borne_sup"])
    assert traced["estimation"] == pytest.approx(100 * given / declared["estimation"])
    assert traced["borne_inf"] == pytest.approx(100 * given / declared["borne_sup"])
    assert published.loc[("com.personnes_formees", "national", "national"), "estimation"] == pytest.approx(
        staff * published.loc[("com.formes", "national", "national"), "estimation"])  # fmt: skip


def test_domains_hold_the_known_values_as_often_as_they_say(published, executed):
    known = json.loads((executed.raw(YEAR) / "verite.json").read_text(encoding="utf-8"))["indicateurs"]
    held = []
    for identifier, row in published.iterrows():
        name, dimension, modality = identifier
        if not name.startswith("com.") or np.isnan(row["borne_inf"]):
            continue
        whole = dimension in ("national", "ecart")
        value = known.get(name, {}).get("national" if whole else f"{dimension}={modality}")
        if value is not None:
            held.append(row["borne_inf"] <= value <= row["borne_sup"])
    assert len(held) > 150
    # Domains overlap, so that they miss together: the mean is near the level, not on it.
    assert np.mean(held) > 0.88


def test_explained_and_unexplained_parts_are_known_too(executed):
    known = json.loads((executed.raw(YEAR) / "verite.json").read_text(encoding="utf-8"))
    parts = [known["indicateurs"][f"com.ecart_{name}"]["national"] for name in ("explique", "inexplique")]
    raw = known["indicateurs"]["com.ecart_brut"]["national"]
    assert sum(parts) == pytest.approx(raw, abs=1e-8)
    assert raw == known["effets"]["score_chu_moins_centre_rural"]
    assert known["indicateurs"]["com.score"]["national"] == known["effets"]["score_competence"]["national"]
