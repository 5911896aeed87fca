"""The security notebook's values, recomputed otherwise from the Parquet tables, and known truth."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from sampling_error import freedom, freedom_of_two, sampling_error
from scipy.stats import t as student
from statsmodels.discrete.discrete_model import NegativeBinomial
from statsmodels.stats.multitest import multipletests

from obsante.results.values import load_values

YEAR = 2025
POINTS = {"oui": 1.0, "partiel": 0.5, "non": 0.0}
LARGE, CLINIC = ["chu", "chr_chp"], ["clinique_privee"]


@pytest.fixture
def values(executed) -> pd.DataFrame:
    table = load_values(executed, YEAR)
    return table.set_index(["indicateur", "dimension", "modalite"])


@pytest.fixture
def read(executed):
    def table(name: str, year: int = YEAR) -> pd.DataFrame:
        return pd.read_parquet(executed.tables(year) / f"{name}.parquet")

    return table


@pytest.fixture
def audited(read) -> pd.DataFrame:
    """Audits accepted, with the points of each control over 100 under its name."""
    return points_of(read("conformite"))


def points_of(rows: pd.DataFrame) -> pd.DataFrame:
    rows = rows[rows["repondant"] == "oui"].reset_index(drop=True)
    names = [name for name in rows if name.startswith("c_")]
    found = rows[names].astype("object")
    applies = found != "sans_objet"
    points = found.apply(lambda column: column.map(POINTS)).astype(float)
    answered = points.notna().sum(axis=1)
    score = (100 * points.mean(axis=1)).where(answered >= 0.8 * applies.sum(axis=1))
    design = rows[["type", "secteur", "region", "strate", "taille_strate", "id_etablissement", "poids"]]
    left = (applies & points.isna()).add_prefix("omis_")
    left["omis_score"] = score.isna() & applies.any(axis=1)
    return pd.concat([design, points, score.rename("score"), left], axis=1)


def weighted(y: pd.Series, w: pd.Series) -> float:
    known = y.notna()
    return float((y[known] * w[known]).sum() / w[known].sum())


def influence(y: pd.Series, inside: pd.Series, w: pd.Series) -> pd.Series:
    used = inside & y.notna()
    mean = weighted(y[used], w[used])
    return (w * (y - mean) / w[used].sum()).where(used, 0.0)


def yes(codes: pd.Series, no: tuple[str, ...] = ("non",)) -> pd.Series:
    return codes.astype("object").map({"oui": 1.0} | dict.fromkeys(no, 0.0)).astype(float)


def respondents(read, year: int = YEAR) -> pd.DataFrame:
    rows = read("etablissements", year)
    return rows[rows["repondant"] == "oui"].reset_index(drop=True)


def known(executed, year: int = YEAR) -> dict:
    return json.loads((executed.raw(year) / "verite.json").read_text(encoding="utf-8"))["indicateurs"]


def test_score_and_its_interval(values, audited):
    w = audited["poids"]
    found = values.loc[("sec.score_conformite", "national", "national")]
    assert found["estimation"] == pytest.approx(weighted(audited["score"], w))
    z = influence(audited["score"], audited["score"].notna(), w)
    error = sampling_error(audited, z, missing=audited["omis_score"])
    df = freedom(audited, z, audited["score"].notna(), missing=audited["omis_score"])
    half = student.ppf(0.975, df) * error
    assert found["borne_sup"] - found["estimation"] == pytest.approx(half, rel=1e-6)
    for dimension in ("type", "secteur", "region"):
        for code, group in audited.groupby(dimension, observed=True):
            row = values.loc[("sec.score_conformite", dimension, code)]
            assert row["estimation"] == pytest.approx(weighted(group["score"], group["poids"]))


def test_compliant_share_is_that_of_scores_at_the_threshold(values, audited):
    reached = (audited["score"] >= 50).astype(float).where(audited["score"].notna())
    for code, group in audited.groupby("type", observed=True):
        row = values.loc[("sec.conformes", "type", code)]
        assert row["estimation"] == pytest.approx(weighted(reached[group.index], group["poids"]))


def test_scores_of_each_law_are_those_of_its_controls(values, audited):
    controls = [name for name in audited if name.startswith("c_")]
    # The grid begins with the fourteen controls of law 09-08, up to the staff's commitment.
    cut = controls.index("c_resp_2") + 1
    for law, names in (("loi_09_08", controls[:cut]), ("loi_05_20", controls[cut:])):
        row = values.loc[("sec.score_famille", "famille", law)]
        mean = 100 * audited[names].mean(axis=1)
        assert row["estimation"] == pytest.approx(weighted(mean, audited["poids"]), abs=0.25)


def test_each_control_counts_full_satisfaction_among_those_concerned(values, audited):
    for name in [name for name in audited if name.startswith("c_")]:
        met = (audited[name] == 1).astype(float).where(audited[name].notna())
        row = values.loc[("sec.controle", "controle", name)]
        assert row["estimation"] == pytest.approx(weighted(met, audited["poids"]))
        assert row["n"] + row["n_manquant"] + row["n_sans_objet"] == len(audited)


def test_gaps_and_their_adjusted_tests(values, audited):
    w, p_values, gaps = audited["poids"], [], []
    for name in ["score", *(name for name in audited if name.startswith("c_"))]:
        y = audited[name] * (1 if name == "score" else 100)
        groups = [audited["type"].isin(kinds) for kinds in (LARGE, CLINIC)]
        parts = [influence(y, inside, w) for inside in groups]
        means = [weighted(y[g], w[g]) for g in groups]
        used = [g & y.notna() for g in groups]
        how = {"missing": audited[f"omis_{name}"], "answered": y.notna()}
        error = sampling_error(audited, parts[0] - parts[1], **how)
        own = [freedom(audited, z, mask, **how) for z, mask in zip(parts, used, strict=True)]
        either = used[0] | used[1]
        most = either.sum() - audited.loc[either, "strate"].nunique()
        df = freedom_of_two([sampling_error(audited, z, **how) for z in parts], own, most)
        key = ("sec.ecart_conformite", "ecart", "ecart")
        key = key if name == "score" else ("sec.ecart_controle", "controle", name)
        row = values.loc[key]
        assert row["estimation"] == pytest.approx(means[0] - means[1])
        half = student.ppf(0.975, df) * error
        assert row["borne_sup"] - row["estimation"] == pytest.approx(half, rel=1e-6)
        if name != "score":
            gaps.append(means[0] - means[1])
            p_values.append(2 * student.sf(abs(gaps[-1]) / error, df))
    kept = multipletests(p_values, alpha=0.05, method="fdr_bh")[0]
    ahead = np.array(gaps)[kept] > 0
    count = values.loc["sec.ecarts_etablis"]["estimation"]
    assert count[("national", "national")] == kept.sum()
    assert count[("avantage", "grand_hopital")] == ahead.sum()
    assert count[("avantage", "clinique")] == (~ahead).sum()


def test_declared_shares(values, read):
    rows = respondents(read)
    for name, column in (("dpo", "dpo"), ("declaration_cndp", "declaration_cndp"),
                         ("controle_acces", "controle_acces"),
                         ("signalement", "signalement_incidents")):  # fmt: skip
        y = yes(rows[column])
        found = values.loc[(f"sec.{name}", "national", "national"), "estimation"]
        assert found == pytest.approx(weighted(y, rows["poids"]))
        for code, group in rows.groupby("region", observed=True):
            found = values.loc[(f"sec.{name}", "region", code), "estimation"]
            assert found == pytest.approx(weighted(y[group.index], group["poids"]))


def test_safe_backups_are_a_product_that_keeps_those_who_left_the_test_unanswered(values, read):
    rows = respondents(read)
    backup = yes(rows["sauvegarde"])
    others = [yes(rows[name]) for name in ("sauvegarde_testee", "chiffrement")]
    both = (others[0] * others[1]).where(backup == 1)
    for mask, key in [(pd.Series(True, rows.index), ("national", "national")),
                      (rows["type"] == "clinique_privee", ("type", "clinique_privee"))]:  # fmt: skip
        w = rows.loc[mask, "poids"]
        expected = weighted(backup[mask], w) * weighted(both[mask], w)
        assert values.loc[("sec.sauvegardes", *key), "estimation"] == pytest.approx(expected)
    # Complete answers alone would give less: they leave out more facilities that back up.
    complete = both.where(backup == 1, backup)
    assert weighted(complete, rows["poids"]) < values.loc[
        ("sec.sauvegardes", "national", "national"), "estimation"
    ]


def test_declared_beside_audited(values, read, audited):
    rows = respondents(read)
    field = rows["type"] != "cabinet_prive"
    for control, question in (("c_resp_1", "dpo"), ("c_acce_1", "controle_acces")):
        says = weighted(yes(rows[question])[field], rows.loc[field, "poids"])
        met = (audited[control] == 1).astype(float).where(audited[control].notna())
        key = ("controle", control)
        assert values.loc[("sec.declare", *key), "estimation"] == pytest.approx(says)
        gap = values.loc[("sec.ecart_declare", *key)]
        seen = values.loc[("sec.controle", *key)]
        assert gap["estimation"] == pytest.approx(says - weighted(met, audited["poids"]))
        errors = [values.loc[(name, *key), "erreur_type"] for name in ("sec.declare", "sec.controle")]
        assert gap["erreur_type"] == pytest.approx(np.hypot(*errors))
        assert seen["n"] < gap["n"]


def test_confirmed_declarations_are_those_of_facilities_in_both_samples(values, read):
    audits = read("conformite").set_index("id_etablissement")
    audits = audits[audits["repondant"] == "oui"]
    rows = respondents(read).set_index("id_etablissement")
    both = rows.index.intersection(audits.index)
    says = rows.loc[both, "declaration_cndp"].astype("object") == "oui"
    found = yes(audits.loc[both, "c_decl_1"], ("non", "partiel"))[says].dropna()
    row = values.loc[("sec.confirmes", "controle", "c_decl_1")]
    assert row["n"] == len(found) > 30
    assert row["estimation"] == pytest.approx(found.mean())


def test_rate_of_incidents_is_the_register_over_the_facilities_that_report(values, read):
    rows, incidents, frame = respondents(read), read("incidents"), read("base_sondage")
    y, w = yes(rows["signalement_incidents"]), rows["poids"]
    found = values.loc[("sec.incidents", "national", "national")]
    reporting = len(frame) * weighted(y, w)
    assert found["estimation"] == pytest.approx(100 * len(incidents) / reporting)
    share = values.loc[("sec.signalement", "national", "national")]
    assert found["borne_inf"] == pytest.approx(found["estimation"] * share["estimation"] / share["borne_sup"])
    clinics = rows["type"] == "clinique_privee"
    reporting = (frame["type"] == "clinique_privee").sum() * weighted(y[clinics], w[clinics])
    count = (incidents["type"] == "clinique_privee").sum()
    found = values.loc[("sec.incidents", "type", "clinique_privee"), "estimation"]
    assert found == pytest.approx(100 * count / reporting)


def test_no_rate_of_incidents_supposes_fewer_facilities_than_are_known_to_report(values, read):
    rows, incidents = respondents(read), read("incidents")
    says = rows[rows["signalement_incidents"] == "oui"]
    withheld = 0
    for dimension in ("type", "secteur", "region"):
        for code in rows[dimension].astype("str").unique():
            row = values.loc[("sec.incidents", dimension, code)]
            own, events = (t[t[dimension].astype("str") == code] for t in (says, incidents))
            known = set(own["id_etablissement"]) | set(events["id_etablissement"])
            whole = values.loc[("sec.signalement", dimension, code), "erreur_type"] == 0
            if len(own) < 10 and not whole:
                withheld += 1
                assert np.isnan(row["estimation"]) and row["etat"] == "missing" and row["motif"]
            else:
                assert row["estimation"] <= row["borne_sup"]
                assert row["borne_sup"] <= 100 * len(events) / len(known) + 1e-9
    assert withheld


def test_nobody_is_found_to_meet_a_measure_without_declaring_it_more_often_than_with(values, read):
    audits = read("conformite").set_index("id_etablissement")
    audits = audits[audits["repondant"] == "oui"]
    rows = respondents(read).set_index("id_etablissement")
    both = rows.index.intersection(audits.index)
    found = yes(audits.loc[both, "c_decl_1"], ("non", "partiel"))
    denied = found[rows.loc[both, "declaration_cndp"].astype("object") == "non"].dropna()
    assert len(denied) > 30
    assert denied.mean() < values.loc[("sec.confirmes", "controle", "c_decl_1"), "estimation"]


def test_a_median_delay_has_limits_even_where_they_fall_on_the_same_day(values):
    delays = values.loc["sec.delai_detection"]
    assert delays["borne_inf"].notna().all()
    assert (delays["etat"] == "published").all()


def test_counts_of_the_register(values, read):
    incidents = read("incidents")
    found = values.loc["sec.incidents_declares"]["estimation"]
    for dimension in ("type_incident", "gravite"):
        for code, number in incidents[dimension].value_counts().items():
            assert found[(dimension, str(code))] == number
    patients = values.loc[("sec.patients_concernes", "national", "national")]
    assert patients["estimation"] == incidents["patients_concernes"].sum()
    assert patients["n_manquant"] == incidents["patients_concernes"].isna().sum() > 0


def test_rate_ratios_are_those_of_a_negative_binomial_of_statsmodels(values, read):
    rows, incidents = respondents(read), read("incidents")
    rows = rows[rows["signalement_incidents"] == "oui"]
    count = rows["id_etablissement"].map(incidents["id_etablissement"].value_counts()).fillna(0)
    groups = {"grand_hopital": LARGE, "hopital_proximite": ["hopital_proximite"],
              "centre_sante": ["centre_sante_urbain", "centre_sante_rural"],
              "cabinet_prive": ["cabinet_prive"]}  # fmt: skip
    x = pd.DataFrame({g: rows["type"].isin(kinds).astype(float) for g, kinds in groups.items()})
    x.insert(0, "constant", 1.0)
    for name, dimension, size in (("rapport_incidents", "groupe", False),
                                  ("rapport_incidents_ajuste", "terme", True)):  # fmt: skip
        terms = x.assign(size=np.log2(rows["n_professionnels"].astype(float))) if size else x
        fit = NegativeBinomial(count, terms).fit(disp=0, maxiter=500, method="bfgs")
        for group in groups:
            row = values.loc[(f"sec.{name}", dimension, group)]
            assert row["estimation"] == pytest.approx(np.exp(fit.params[group]), rel=1e-3)
            assert row["borne_inf"] < row["estimation"] < row["borne_sup"]


def test_median_delay_by_the_definition_of_the_reverse_time_estimator(values, read):
    incidents = read("incidents")
    rows = incidents[incidents["date_survenue"] >= f"{YEAR}-01-01"]
    delay = (rows["date_detection"] - rows["date_survenue"]).dt.days.to_numpy()
    window = np.minimum((pd.Timestamp(f"{YEAR}-12-31") - rows["date_survenue"]).dt.days.to_numpy(), 360)
    share, median = 1.0, None
    for u in sorted(set(delay), reverse=True):
        if share >= 0.5:
            median = u
        share *= 1 - (delay == u).sum() / ((delay <= u) & (u <= window)).sum()
    found = values.loc[("sec.delai_detection", "national", "national")]
    assert found["estimation"] == median
    naive = values.loc[("sec.delai_naif", "national", "national"), "estimation"]
    assert naive == np.sort(delay)[(len(delay) - 1) // 2]
    assert naive < median


def test_changes_since_earlier_editions(values, read, audited):
    for year in (2023, 2024):
        before = points_of(read("conformite", year))
        gap = weighted(audited["score"], audited["poids"]) - weighted(before["score"], before["poids"])
        found = values.loc[("sec.evolution_score", "edition", str(year)), "estimation"]
        assert found == pytest.approx(gap)
        shares = [weighted(yes(rows["declaration_cndp"]), rows["poids"])
                  for rows in (respondents(read), respondents(read, year))]  # fmt: skip
        found = values.loc[("sec.evolution_cndp", "edition", str(year)), "estimation"]
        assert found == pytest.approx(shares[0] - shares[1])


def test_known_changes_are_covered(values, executed):
    truths = {year: known(executed, year) for year in (2023, 2024, YEAR)}
    for name, level in (("evolution_score", "score_conformite"), ("evolution_cndp", "declaration_cndp")):
        for year in (2023, 2024):
            now, before = (truths[y][f"sec.{level}"]["national"] for y in (YEAR, year))
            row = values.loc[(f"sec.{name}", "edition", str(year))]
            spread = row["borne_sup"] - row["borne_inf"]
            assert abs(row["estimation"] - (now - before)) < spread


@pytest.mark.parametrize(
    ("name", "domains"),
    [("controle", 30), ("ecart_controle", 30), ("note_groupe", 60), ("declare", 8),
     ("ecart_declare", 8), ("confirmes", 8), ("score_famille", 2), ("rapport_incidents", 4)],
)  # fmt: skip
def test_intervals_cover_known_values_by_control(values, executed, name, domains):
    truth, covered = known(executed)[f"sec.{name}"], []
    for domain, value in truth.items():
        row = values.loc[(f"sec.{name}", *domain.split("="))]
        covered.append(row["borne_inf"] - 1e-9 <= value <= row["borne_sup"] + 1e-9)
    assert len(covered) == domains
    # Controls resemble one another: the draw of one edition moves many of them together.
    assert sum(covered) >= 0.75 * domains
