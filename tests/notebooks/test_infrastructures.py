"""The notebook on infrastructures, recomputed with pandas, numpy and statsmodels from the tables."""

from __future__ import annotations

import importlib
import sys

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from sampling_error import sampling_error

from obsante import collect
from obsante.paths import find_project
from obsante.results.values import load_values

YEAR = 2025
ROOT = find_project(__file__).root
QUESTIONS = {
    "inf.haut_debit": ("haut_debit", "oui"),
    "inf.continuite": ("continuite_electrique", "oui"),
    "inf.sih": ("sih", "operationnel"),
    "inf.dme": ("dme", "oui"),
    "inf.interoperabilite": ("interoperabilite", "oui"),
    "inf.acces_liberaux": ("acces_liberaux", "oui"),
    "inf.notification": ("notification_electronique", "oui"),
}
GROUPED = {"chu": "hopital", "chr_chp": "hopital", "hopital_proximite": "hopital",
           "centre_sante_urbain": "centre", "centre_sante_rural": "centre"}  # fmt: skip
EFFECTS = {
    "milieu_rural": ("rural", 1.0, ["montagne"]),
    "milieu_rural_montagne": ("montagne", 1.0, ["rural"]),
    "type_hopital_public": ("hopital", 1.0, ["clinique_privee", "cabinet_prive"]),
    "type_clinique_privee": ("clinique_privee", 1.0, ["hopital", "cabinet_prive"]),
    "type_cabinet_prive": ("cabinet_prive", 1.0, ["hopital", "clinique_privee"]),
    "haut_debit_1": ("haut_debit", 1.0, []),
    "continuite_1": ("continuite", 1.0, []),
}


@pytest.fixture
def values(rooted, executed) -> pd.DataFrame:
    found = load_values(executed, YEAR)
    return found.set_index(["indicateur", "dimension", "modalite"]).sort_index()


def table(project, name: str, year: int = YEAR) -> pd.DataFrame:
    rows = pd.read_parquet(project.processed(year) / "tables" / f"{name}.parquet")
    texts = rows.select_dtypes("category").columns
    rows = rows.astype({column: "object" for column in texts})
    return rows[rows["repondant"] == "oui"].astype({"poids": float}) if "repondant" in rows else rows


@pytest.fixture
def facilities(rooted) -> pd.DataFrame:
    return table(rooted, "etablissements")


def yes(column: pd.Series, code: str = "oui") -> pd.Series:
    """1, 0, or missing where the answer is empty, unknown or not asked."""
    known = column.notna() & ~column.isin(["ne_sait_pas", "sans_objet"])
    return (column == code).astype(float).where(known)


def left_out(column: pd.Series) -> pd.Series:
    """Those who were asked and did not say."""
    return column.isna() | (column == "ne_sait_pas")


def share(rows: pd.DataFrame, answer: pd.Series) -> float:
    known = answer.notna()
    return float((rows["poids"] * answer)[known].sum() / rows.loc[known, "poids"].sum())


@pytest.mark.parametrize("identifier", QUESTIONS)
def test_shares_of_the_whole_and_of_every_domain(values, facilities, identifier):
    answer = yes(facilities[QUESTIONS[identifier][0]], QUESTIONS[identifier][1])
    own = values.loc[identifier]
    assert own.loc[("national", "national"), "estimation"] == pytest.approx(share(facilities, answer))
    for dimension in ("milieu", "type", "region"):
        for modality, rows in facilities.groupby(dimension):
            row = own.loc[(dimension, modality)]
            known = answer[rows.index].notna().sum()
            assert row["n"] == known
            if known:
                assert row["estimation"] == pytest.approx(share(rows, answer[rows.index]), rel=1e-9)


@pytest.mark.parametrize("identifier", ["inf.dme", "inf.haut_debit", "inf.interoperabilite"])
def test_standard_errors_follow_the_design(values, facilities, identifier):
    column = facilities[QUESTIONS[identifier][0]]
    answer = yes(column)
    p, known = share(facilities, answer), answer.notna()
    z = np.where(known, facilities["poids"] * (answer.fillna(0) - p), 0.0)
    z /= facilities.loc[known, "poids"].sum()
    error = sampling_error(facilities, z, missing=left_out(column), answered=known)
    assert values.loc[(identifier, "national", "national"), "erreur_type"] == pytest.approx(error)


def test_the_gap_between_milieux_is_the_difference_of_two_shares(values, facilities):
    answer, urban = yes(facilities["dme"]), facilities["milieu"] == "urbain"
    gap = share(facilities[urban], answer[urban]) - share(facilities[~urban], answer[~urban])
    row = values.loc[("inf.ecart_dme", "ecart", "ecart")]
    assert row["estimation"] == pytest.approx(gap)
    assert row["borne_inf"] < gap < row["borne_sup"]


@pytest.mark.parametrize("name", ["dme", "haut_debit", "interoperabilite"])
def test_changes_are_differences_of_levels_and_more_precise_than_independent_samples(
    values, rooted, facilities, name
):
    level = share(facilities, yes(facilities[name]))
    own = values.loc[(f"inf.evolution_{name}", "edition")]
    assert sorted(own.index) == ["2023", "2024"]
    for year in (2023, 2024):
        before = table(rooted, "etablissements", year)
        expected = level - share(before, yes(before[name]))
        assert own.loc[str(year), "estimation"] == pytest.approx(expected)
    errors = []
    for rows in (facilities, table(rooted, "etablissements", 2024)):
        answer = yes(rows[name])
        p, known = share(rows, answer), answer.notna()
        z = np.where(known, rows["poids"] * (answer.fillna(0) - p), 0.0)
        z /= rows.loc[known, "poids"].sum()
        errors.append(sampling_error(rows, z, missing=left_out(rows[name]), answered=known))
    assert 0 < own.loc["2024", "erreur_type"] < np.hypot(*errors)


def test_norms_are_shared_among_those_that_exchange(values, facilities):
    norms = facilities["norme_echange"]
    known = facilities[norms.isin(["hl7_v2", "hl7_fhir", "dicom", "autre"])]
    expected = known.groupby("norme_echange")["poids"].sum() / known["poids"].sum()
    own = values.loc[("inf.norme_echange", "norme_echange")]
    assert own["estimation"].to_dict() == pytest.approx(expected.to_dict())
    assert set(own["n"]) == {len(known)}
    assert set(own["n_sans_objet"]) == {int((norms == "sans_objet").sum())}


def characteristics(facilities: pd.DataFrame) -> pd.DataFrame:
    """0/1 columns of the model of adoption, complete rows only."""
    types = facilities["type"].replace(GROUPED)
    columns = {
        "dme": yes(facilities["dme"]), "constante": 1.0,
        "rural": (facilities["milieu"] == "rural").astype(float),
        "montagne": (facilities["milieu"] == "rural_montagne").astype(float),
        **{name: (types == name).astype(float)
           for name in ("hopital", "clinique_privee", "cabinet_prive")},
        "haut_debit": yes(facilities["haut_debit"]),
        "continuite": yes(facilities["continuite_electrique"]),
        "taille": np.log2(facilities["n_professionnels"].astype(float)),
    }  # fmt: skip
    return pd.DataFrame(columns).dropna()


def logistic(data: pd.DataFrame, weights: pd.Series) -> tuple[pd.DataFrame, np.ndarray]:
    x = data.drop(columns="dme")
    fit = sm.GLM(data["dme"], x, family=sm.families.Binomial(), freq_weights=weights).fit(tol=1e-14)
    return x, fit.params.to_numpy()


def predicted(x: pd.DataFrame, beta: np.ndarray, **changes: float) -> np.ndarray:
    return 1 / (1 + np.exp(-(x.assign(**changes).to_numpy() @ beta)))


@pytest.fixture
def model(facilities):
    data = characteristics(facilities)
    weights = facilities.loc[data.index, "poids"]
    return data, weights, *logistic(data, weights)


def test_marginal_effects_are_those_of_statsmodels(values, model):
    _, weights, x, beta = model
    own = values.loc[("inf.effet_dme", "facteur")]
    for modality, (column, on, off) in EFFECTS.items():
        others = dict.fromkeys(off, 0.0)
        one = predicted(x, beta, **{column: on}, **others)
        zero = predicted(x, beta, **{column: 0.0}, **others)
        expected = np.average(one - zero, weights=weights)
        assert own.loc[modality, "estimation"] == pytest.approx(expected, abs=1e-7), modality
    mean = predicted(x, beta)
    slope = np.average(mean * (1 - mean), weights=weights) * beta[x.columns.get_loc("taille")]
    assert own.loc["taille", "estimation"] == pytest.approx(slope, abs=1e-7)
    assert set(own["n"]) == {len(x)}


def test_the_error_of_an_effect_follows_the_design(values, facilities, model):
    """Own influence of each answer, by the implicit function theorem, then the strata's variance."""
    data, weights, x, beta = model
    w, mean, matrix = weights.to_numpy(), predicted(x, beta), x.to_numpy()
    hessian = (matrix * (w * mean * (1 - mean))[:, None]).T @ matrix
    score = matrix * (w * (data["dme"].to_numpy() - mean))[:, None]
    of_beta = np.linalg.solve(hessian, score.T).T
    sides = []
    for on in (1.0, 0.0):
        p = predicted(x, beta, haut_debit=on)
        gradient = (w * p * (1 - p)) @ x.assign(haut_debit=on).to_numpy() / w.sum()
        sides.append((p, gradient))
    (one, gradient_one), (zero, gradient_zero) = sides
    effect = one - zero
    own = w / w.sum() * (effect - np.average(effect, weights=w))
    z = pd.Series(own + of_beta @ (gradient_one - gradient_zero), index=data.index)
    incomplete = ~facilities.index.isin(data.index)
    whole = z.reindex(facilities.index, fill_value=0.0)
    error = sampling_error(facilities, whole, missing=pd.Series(incomplete, facilities.index))
    found = values.loc[("inf.effet_dme", "facteur", "haut_debit_1"), "erreur_type"]
    assert found == pytest.approx(error, rel=1e-6)


def test_raw_gaps_are_differences_of_shares_on_the_same_facilities(values, facilities, model):
    data, _, _, _ = model
    rows = facilities.loc[data.index]
    own = values.loc[("inf.ecart_brut_dme", "facteur"), "estimation"]
    bases = {"milieu": (data["rural"] + data["montagne"]) == 0,
             "type": data[["hopital", "clinique_privee", "cabinet_prive"]].sum(axis=1) == 0}  # fmt: skip
    for modality, (column, _, _) in EFFECTS.items():
        base = bases.get(modality.partition("_")[0], data[column] == 0)
        inside = data[column] == 1
        expected = share(rows[inside], data["dme"][inside]) - share(rows[base], data["dme"][base])
        assert own[modality] == pytest.approx(expected, abs=1e-9), modality
    line = sm.WLS(data["dme"], data[["constante", "taille"]], weights=rows["poids"]).fit()
    assert own["taille"] == pytest.approx(line.params["taille"], abs=1e-9)


@pytest.mark.parametrize(("key", "left_out"), [
    (("ecart", "ecart"), []), (("modele", "structure"), ["haut_debit", "continuite"]),
])  # fmt: skip
def test_adjusted_gaps_between_milieux(values, model, key, left_out):
    data, weights, _, _ = model
    urban = 1.0 - data["rural"] - data["montagne"]
    kept = data.drop(columns=["rural", "montagne", *left_out]).assign(urbain=urban)
    x, beta = logistic(kept, weights)
    gap = predicted(x, beta, urbain=1.0) - predicted(x, beta, urbain=0.0)
    found = values.loc[("inf.ecart_dme_ajuste", *key), "estimation"]
    assert found == pytest.approx(np.average(gap, weights=weights), abs=1e-7)


def test_workers_covered_weigh_each_facility_by_its_staff(values, facilities):
    staff = facilities.assign(poids=facilities["poids"] * facilities["n_professionnels"].astype(float))
    answer = yes(staff["dme"])
    own = values.loc["inf.dme_couverture_professionnels"]
    whole = own.loc[("national", "national")]
    assert whole["estimation"] == pytest.approx(share(staff, answer))
    for modality, rows in staff.groupby("type"):
        found = own.loc[("type", modality), "estimation"]
        assert found == pytest.approx(share(rows, answer[rows.index]))
    assert 0 <= own["borne_inf"].min() <= own["borne_sup"].max() <= 1


def test_what_workers_say_has_the_two_stages_of_its_design(values, rooted):
    workers = table(rooted, "professionnels").reset_index(drop=True)
    answer = yes(workers["outil_dme"])
    p, known = share(workers, answer), answer.notna()
    own = values.loc["inf.dme_usage_professionnels"]
    assert own.loc[("national", "national"), "estimation"] == pytest.approx(p)
    for modality, rows in workers.groupby("type"):
        found = own.loc[("type", modality), "estimation"]
        assert found == pytest.approx(share(rows, answer[rows.index]))
    z = (workers["poids"] * (answer.fillna(0) - p)).where(known, 0.0)
    z /= workers.loc[known, "poids"].sum()
    error = sampling_error(workers, z, missing=~known, people="n_professionnels")
    assert own.loc[("national", "national"), "erreur_type"] == pytest.approx(error)


def test_the_trace_is_the_last_month_of_each_facility_of_the_panel(values, rooted):
    panel = table(rooted, "couts")
    panel = panel[panel["mois"].dt.year == YEAR]
    last = panel.loc[panel.groupby("id_etablissement")["mois"].idxmax()]
    live = last["dme_statut"] == "oui"
    own = values.loc["inf.dme_trace"]
    whole = own.loc[("national", "national")]
    assert (whole["estimation"], whole["n"]) == (pytest.approx(live.mean()), len(last))
    by_type = live.groupby(last["type"]).mean().to_dict()
    assert own.loc["type", "estimation"].to_dict() == pytest.approx(by_type)
    assert own["borne_inf"].isna().all()


def test_declaration_and_trace_agree_facility_by_facility(values, rooted, facilities):
    panel = table(rooted, "couts")
    panel = panel[panel["mois"].dt.year == YEAR].sort_values("mois")
    status = dict(zip(panel["id_etablissement"], panel["dme_statut"], strict=True))
    pairs = [(said, status[name]) for name, said in
             zip(facilities["id_etablissement"], facilities["dme"], strict=True)
             if name in status and said in ("oui", "non")]  # fmt: skip
    row = values.loc[("inf.dme_concordance", "national", "national")]
    assert row["n"] == len(pairs)
    assert row["estimation"] == pytest.approx(sum(one == two for one, two in pairs) / len(pairs))


def test_intervals_of_gaps_hold_the_known_truth(values, rooted):
    known = collect.truth(YEAR)
    held = [
        row["borne_inf"] <= known[identifier]["national"] <= row["borne_sup"]
        for identifier, row in ((name, values.loc[(name, "ecart", "ecart")])
                                for name in ("inf.ecart_dme", "inf.ecart_dme_ajuste"))
    ]  # fmt: skip
    assert held == [True, True]


@pytest.fixture(scope="module")
def tools():
    """The benchmarks' way to run the computing cells alone, on tables in memory."""
    sys.path.insert(0, str(ROOT))
    try:
        yield tuple(importlib.import_module(f"benchmarks.{name}") for name in ("replay", "redraw"))
    finally:
        sys.path.remove(str(ROOT))


@pytest.fixture
def rerun(tools, rooted):
    replay, redraw = tools

    def run(**tables: pd.DataFrame) -> pd.DataFrame:
        altered = {(name, YEAR): frame for name, frame in tables.items()}
        path = rooted.notebooks / "01-infrastructures.ipynb"
        found = replay.replay(path, redraw.Redrawn(altered, {}))
        return found.set_index(["indicateur", "dimension", "modalite"])

    return run


def test_without_the_other_sources_their_values_alone_are_missing(rerun, rooted):
    empty = {name: collect.load(name, edition=YEAR).head(0) for name in ("professionnels", "couts")}
    found = rerun(**empty)
    missing = found[found["etat"] == "missing"]
    assert sorted(missing.index.get_level_values(0)) == [
        "inf.dme_concordance", "inf.dme_trace", "inf.dme_usage_professionnels",
    ]  # fmt: skip
    assert missing["motif"].str.contains("aucune donnée").all()


@pytest.mark.slow
def test_a_group_that_separates_the_answers_leaves_the_raw_gaps(rerun, rooted):
    base = collect.load("etablissements", edition=YEAR)
    centres = base["type"].isin(["centre_sante_urbain", "centre_sante_rural"])
    answered = centres & base["dme"].isin(["oui", "ne_sait_pas"])
    altered = base.assign(dme=base["dme"].mask(answered, "non"),
                          dme_stade=base["dme_stade"].mask(centres & base["dme"].notna(), 0))  # fmt: skip
    found = rerun(etablissements=altered)
    assert found.loc[("inf.effet_dme", "national", "national"), "motif"].startswith("une variable")
    assert found.loc[("inf.ecart_dme_ajuste", "ecart", "ecart"), "etat"] == "missing"
    assert found.loc["inf.ecart_brut_dme"]["estimation"].notna().all()
    assert found.loc[("inf.dme", "type", "centre_sante_rural"), "estimation"] == 0


@pytest.mark.slow
def test_a_region_without_an_answer_is_missing_and_the_rest_is_estimated(rerun, rooted):
    base = collect.load("etablissements", edition=YEAR)
    silent = base[~((base["region"] == "12") & (base["repondant"] == "oui"))].reset_index(drop=True)
    found = rerun(etablissements=silent)
    row = found.loc[("inf.dme", "region", "12")]
    assert row["etat"] == "missing"
    assert np.isnan(row["estimation"])
    assert found.loc[("inf.effet_dme", "facteur", "haut_debit_1"), "etat"] == "published"


def test_stages_add_up_and_the_first_completes_adoption(values):
    stages = values.loc[("inf.dme_stade", "stade"), "estimation"]
    adoption = values.loc[("inf.dme", "national", "national"), "estimation"]
    assert stages.sum() == pytest.approx(1)
    assert stages["0"] == pytest.approx(1 - adoption)
    assert sorted(stages.index) == ["0", "1", "2", "3", "4", "5"]
