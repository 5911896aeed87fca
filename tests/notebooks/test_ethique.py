"""The values of axis 5, recomputed otherwise from the tables: plain pandas, numpy, statsmodels."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from sampling_error import freedom, freedom_of_two, sampling_error
from scipy.stats import t as student

from obsante.results.registry import load_registry
from obsante.results.values import load_values

YEAR = 2025
YES_NO = {"oui": 1.0, "non": 0.0}
CONSENT = {
    "eth.consentement": {"donne": 1.0, "refuse": 0.0, "non_demande": 0.0},
    "eth.accord_demande": {"donne": 1.0, "refuse": 1.0, "non_demande": 0.0},
    "eth.accord_parmi_demandes": {"donne": 1.0, "refuse": 0.0},
}
GAPS = {
    "sexe": ("sexe", ["femme"], ["homme"]),
    "residence": ("milieu", ["rural", "rural_montagne"], ["urbain"]),
    "montagne": ("milieu", ["rural_montagne"], ["rural"]),
    "langue": ("langue", ["tamazight"], ["darija"]),
    "handicap": ("handicap", ["oui"], ["non"]),
    "tranche_age": ("tranche_age", ["60_et_plus"], ["de_18_a_29"]),
    "quintile": ("quintile", ["1"], ["5"]),
}
CONTROLS = {"affichage_constate": "c_info_1", "information_constatee": "c_info_2",
            "accord_constate": "c_acco_1", "retrait_constate": "c_acco_2"}  # fmt: skip


@pytest.fixture(scope="module")
def published(executed) -> pd.DataFrame:
    table = load_values(executed, YEAR)
    return table[table["carnet"] == "05-ethique-droit"].set_index(
        ["indicateur", "dimension", "modalite"]
    )


def respondents(project, name: str, year: int = YEAR) -> pd.DataFrame:
    rows = pd.read_parquet(project.tables(year) / f"{name}.parquet")
    rows = rows[rows["repondant"] == "oui"].reset_index(drop=True)
    coded = rows.select_dtypes(["category", "Int64"]).columns
    numbers = [c for c in coded if c in ("taille_strate", "n_usagers")]
    texts = rows[coded.difference(numbers)].astype("string").astype("object")
    return rows.assign(**texts, **rows[numbers].astype(float))


@pytest.fixture(scope="module")
def facilities(executed) -> pd.DataFrame:
    return respondents(executed, "etablissements")


@pytest.fixture(scope="module")
def users(executed) -> pd.DataFrame:
    return respondents(executed, "patients")


@pytest.fixture(scope="module")
def audits(executed) -> pd.DataFrame:
    return respondents(executed, "conformite")


@pytest.fixture(scope="module")
def truth(executed) -> dict:
    path = executed.raw(YEAR) / "verite.json"
    return json.loads(path.read_text(encoding="utf-8"))


def share(rows: pd.DataFrame, y: pd.Series) -> float:
    known = y.notna()
    return float(np.average(y[known].astype(float), weights=rows.loc[known, "poids"]))


def notes(rows: pd.DataFrame, column: str) -> pd.Series:
    return pd.to_numeric(rows[column], errors="coerce").astype(float)


def user_answers(users: pd.DataFrame) -> dict[str, pd.Series]:
    """Indicator -> 1, 0, a note, or missing, for each user."""
    consent = {name: users["consentement"].map(codes) for name, codes in CONSENT.items()}
    return consent | {
        "eth.informes": users["informe"].map(YES_NO),
        "eth.confiance": notes(users, "confiance"),
        "eth.qualite_percue": notes(users, "qualite_percue"),
        "eth.renoncement": users["renoncement"].map(YES_NO),
        "eth.acces_distance": users["acces_distance"].map(YES_NO),
    }


def influence(rows: pd.DataFrame, y: pd.Series, inside: pd.Series) -> np.ndarray:
    """w (y - mean) / sum of w, zero outside: linearised mean of a domain."""
    used = inside & y.notna()
    w = rows["poids"].where(used, 0.0).to_numpy()
    mean = share(rows[used], y[used])
    return np.where(used, w * (y.fillna(0.0).astype(float) - mean), 0.0) / w.sum()


def test_facilities_shares_in_every_domain(published, facilities):
    asked = facilities["ia"].isin(["oui", "non"])
    answers = {
        "eth.procedure_consentement": facilities["consentement_eclaire"].map(YES_NO),
        "eth.comite_ethique": facilities["comite_ethique"].map(YES_NO),
        "eth.gouvernance_ia": facilities["gouvernance_ia"].where(asked).map(YES_NO),
    }
    checked = 0
    for name, y in answers.items():
        for (dimension, modality), row in published.loc[name].iterrows():
            if dimension == "champ":
                inside = facilities["type"] != "cabinet_prive"
            elif dimension == "national":
                inside = pd.Series(True, facilities.index)
            else:
                inside = facilities[dimension] == modality
            n = int(y[inside].notna().sum())
            assert row["n"] == n, (name, modality)
            if n:
                assert row["estimation"] == pytest.approx(share(facilities[inside], y[inside]))
                checked += 1
            else:
                assert row["etat"] in ("not_applicable", "missing")
    assert checked > 40


def test_users_of_ai_alone_are_asked_for_its_rules(published, facilities):
    row = published.loc[("eth.gouvernance_ia", "national", "national")]
    assert row["n_sans_objet"] == (facilities["ia"] == "non").sum()
    assert row["n"] + row["n_manquant"] + row["n_sans_objet"] == len(facilities)


def test_users_values_in_every_domain(published, users):
    checked = 0
    for name, y in user_answers(users).items():
        for (dimension, modality), row in published.loc[name].iterrows():
            if dimension == "champ":
                inside = users["type"] != "cabinet_prive"
            elif dimension == "national":
                inside = pd.Series(True, users.index)
            else:
                inside = users[dimension] == modality
            assert row["n"] == y[inside].notna().sum(), (name, modality)
            assert row["estimation"] == pytest.approx(share(users[inside], y[inside]))
            checked += 1
    assert checked > 200


def test_the_mean_note_has_the_interval_of_a_two_stage_sample(published, users):
    y = notes(users, "confiance")
    everyone = pd.Series(True, users.index)
    z = influence(users, y, everyone)
    how = {"missing": y.isna(), "people": "n_usagers"}
    error = sampling_error(users, z, **how)
    half = student.ppf(0.975, freedom(users, z, y.notna(), **how)) * error
    row = published.loc[("eth.confiance", "national", "national")]
    assert row["erreur_type"] == pytest.approx(error)
    mean = share(users, y)
    assert [row["borne_inf"], row["borne_sup"]] == pytest.approx([mean - half, mean + half])


def test_users_represented_are_the_sum_of_their_weights(published, users):
    row = published.loc[("eth.usagers", "national", "national")]
    assert row["estimation"] == pytest.approx(users["poids"].sum())


@pytest.mark.parametrize(
    ("name", "column", "codes"),
    [("eth.consentement_detail", "consentement", ["donne", "refuse", "non_demande"]),
     ("eth.motif_renoncement", "motif_renoncement", ["distance", "attente", "cout", "autre"])],
)  # fmt: skip
def test_distributions_count_refusals_and_silence_apart(published, users, column, codes, name):
    known = users[users[column].isin(codes)]
    shares = known.groupby(column)["poids"].sum() / known["poids"].sum()
    found = published.loc[name].droplevel("dimension")["estimation"]
    assert found.to_dict() == pytest.approx(shares.to_dict())
    assert found.sum() == pytest.approx(1)


def test_gaps_of_access_and_their_intervals(published, users, truth):
    y = users["acces_distance"].map(YES_NO)
    known = truth["indicateurs"]["eth.ecart_acces"]
    outside = []
    for name, (column, first, second) in GAPS.items():
        sides = [users[column].isin(codes) for codes in (first, second)]
        parts = [influence(users, y, side) for side in sides]
        value = share(users[sides[0]], y[sides[0]]) - share(users[sides[1]], y[sides[1]])
        how = {"missing": y.isna(), "people": "n_usagers"}
        error = sampling_error(users, parts[0] - parts[1], **how)
        used = [side & y.notna() for side in sides]
        own = [freedom(users, z, mask, **how) for z, mask in zip(parts, used, strict=True)]
        either = users[used[0] | used[1]]
        most = either["id_etablissement"].nunique() - either["strate"].nunique()
        df = freedom_of_two([sampling_error(users, z, **how) for z in parts], own, most)
        half = student.ppf(0.975, df) * error
        row = published.loc[("eth.ecart_acces", "ecart_par", name)]
        assert row["estimation"] == pytest.approx(value), name
        assert [row["borne_inf"], row["borne_sup"]] == pytest.approx([value - half, value + half])
        if not row["borne_inf"] <= known[f"ecart_par={name}"] <= row["borne_sup"]:
            outside.append(name)
    assert len(outside) <= 1


def test_the_known_gaps_are_those_of_the_effects(truth):
    gaps = truth["effets"]["usagers_acces_distance"]["ecarts"]
    own = truth["indicateurs"]["eth.ecart_acces"]
    assert own["ecart_par=sexe"] == gaps["femme_moins_homme"]
    assert own["ecart_par=residence"] == -gaps["urbain_moins_rural"]
    assert own["ecart_par=montagne"] == -gaps["rural_moins_montagne"]
    assert own["ecart_par=langue"] == gaps["tamazight_moins_darija"]
    assert own["ecart_par=handicap"] == gaps["handicap_oui_moins_non"]


def test_adjusted_gaps_are_those_of_a_weighted_logistic_regression(published, users):
    merged = {"hassaniya": "autre", "francais": "autre"}
    base = {"sexe": "homme", "residence": "urbain", "langue": "darija", "handicap": "non",
            "tranche_age": "de_18_a_29", "quintile": "5"}  # fmt: skip
    frame = users.assign(
        residence=users["milieu"].replace("rural_montagne", "rural"),
        langue=users["langue"].replace(merged),
        y=users["acces_distance"].map(YES_NO),
    )
    frame = frame.dropna(subset=[*base, "y"])

    def matrix(rows: pd.DataFrame) -> pd.DataFrame:
        columns = {f"{name}={level}": (rows[name] == level).astype(float)
                   for name, reference in base.items()
                   for level in sorted(set(frame[name]) - {reference})}  # fmt: skip
        return sm.add_constant(pd.DataFrame(columns), has_constant="add")

    fit = sm.GLM(frame["y"].astype(float), matrix(frame), family=sm.families.Binomial(),
                 freq_weights=frame["poids"]).fit()  # fmt: skip
    for name, (_, first, _) in GAPS.items():
        if name == "montagne":
            assert ("eth.ecart_acces_ajuste", "ecart_par", name) not in published.index
            continue
        level = "rural" if name == "residence" else first[0]
        sides = [fit.predict(matrix(frame.assign(**{name: code}))) for code in (level, base[name])]
        expected = np.average(sides[0] - sides[1], weights=frame["poids"])
        row = published.loc[("eth.ecart_acces_ajuste", "ecart_par", name)]
        assert row["estimation"] == pytest.approx(expected, abs=1e-6), name
        assert row["n"] == len(frame)
        assert row["n_manquant"] == len(users) - len(frame)


@pytest.mark.parametrize("name", ["acces_distance", "recours_distance"])
def test_inequality_along_the_fifths_by_their_definitions(published, users, name):
    y = users[name].map(YES_NO)
    used = y.notna() & users["quintile"].notna()
    rows = pd.DataFrame({"y": y[used].astype(float), "q": users.loc[used, "quintile"].astype(int),
                         "w": users.loc[used, "poids"]})  # fmt: skip
    fifths = rows.groupby("q")["w"].sum() / rows["w"].sum()
    rank = rows["q"].map(fifths.cumsum() - fifths / 2)
    mean = np.average(rows["y"], weights=rows["w"])
    product = np.average((rows["y"] - mean) * (rank - 0.5), weights=rows["w"])
    spread = np.average((rank - 0.5) ** 2, weights=rows["w"])
    expected = {"concentration": 2 * product / mean, "erreygers": 8 * product,
                "pente": product / spread}  # fmt: skip
    for index, value in expected.items():
        row = published.loc[(f"eth.{index}_{name}", "national", "national")]
        assert row["estimation"] == pytest.approx(value), index
        assert row["n"] == len(rows)
    held = (rows["y"] * rows["w"]).groupby(rows["q"]).sum().cumsum()
    curve = published.loc[f"eth.courbe_{name}"].droplevel("dimension")["estimation"]
    points = curve.index.astype(float) / 100
    corners = np.interp(points, [0.0, *fifths.cumsum()], [0.0, *(held / held.iloc[-1])])
    assert curve.tolist() == pytest.approx(corners.tolist())
    # Twice the area between the curve and the diagonal is the index.
    areas = np.trapezoid([0.0, *(held / held.iloc[-1])], [0.0, *fifths.cumsum()])
    assert expected["concentration"] == pytest.approx(1 - 2 * areas)


def test_trust_of_those_who_were_told(published, users):
    y = notes(users, "confiance")
    told, not_told = (users["informe"] == answer for answer in ("oui", "non"))
    value = share(users[told], y[told]) - share(users[not_told], y[not_told])
    z = influence(users, y, told) - influence(users, y, not_told)
    error = sampling_error(users, z, missing=y.isna(), people="n_usagers")
    row = published.loc[("eth.ecart_confiance", "ecart", "ecart")]
    assert row["estimation"] == pytest.approx(value)
    assert row["erreur_type"] == pytest.approx(error)


def test_what_the_audits_found_and_what_facilities_declare(published, facilities, audits):
    for name, column in CONTROLS.items():
        y = audits[column].map({"oui": 1.0, "partiel": 0.0, "non": 0.0})
        row = published.loc[(f"eth.{name}", "national", "national")]
        assert row["estimation"] == pytest.approx(share(audits, y))
        assert row["n_manquant"] == y.isna().sum()
    found = audits["c_acco_1"].map({"oui": 1.0, "partiel": 0.0, "non": 0.0})
    declared = facilities["consentement_eclaire"].map(YES_NO)
    common = facilities["type"] != "cabinet_prive"
    gap = share(facilities[common], declared[common]) - share(audits, found)
    everyone = pd.Series(True, audits.index)
    errors = [
        sampling_error(facilities[common], influence(facilities, declared, common)[common],
                       missing=declared[common].isna()),
        sampling_error(audits, influence(audits, found, everyone), missing=found.isna()),
    ]  # fmt: skip
    row = published.loc[("eth.ecart_declare_constate", "ecart", "ecart")]
    assert row["estimation"] == pytest.approx(gap)
    assert row["erreur_type"] == pytest.approx(np.hypot(*errors))


@pytest.mark.parametrize(
    ("name", "table", "column"),
    [("eth.evolution_procedure", "etablissements", "consentement_eclaire"),
     ("eth.evolution_informes", "patients", "informe")],
)  # fmt: skip
def test_changes_between_editions(published, executed, name, table, column):
    levels = {}
    for year in (2023, 2024, 2025):
        rows = respondents(executed, table, year)
        levels[year] = share(rows, rows[column].map(YES_NO))
    for earlier in (2023, 2024):
        row = published.loc[(name, "edition", str(earlier))]
        assert row["estimation"] == pytest.approx(levels[2025] - levels[earlier])
        assert row["borne_inf"] < row["estimation"] < row["borne_sup"]


def test_texts_are_counted_by_state_and_by_axis(published, executed):
    rows = pd.read_csv(executed.reference / "textes.csv", dtype="str")
    own = rows[(rows["nature"] != "publication") & (rows["axe"] != "cadre")]
    found = published.loc["eth.textes"]
    assert found.loc[("national", "national"), "estimation"] == len(own)
    states = found.loc["etat", "estimation"]
    assert states.sum() == len(own)
    assert states[states > 0].to_dict() == own["etat"].value_counts().to_dict()
    for axis, value in found.loc["axe", "estimation"].items():
        assert value == own["axe"].str.split(" ; ").map(lambda codes, a=axis: a in codes).sum()
    assert (found["nature"] == "reference").all()


def test_a_text_read_as_published_has_what_says_so(executed):
    rows = pd.read_csv(executed.reference / "textes.csv", dtype="str", keep_default_na=False)
    state = rows.set_index("titre")["etat"]
    for row in rows.to_dict("records"):
        if row["etat"] == "publie":
            assert row["reference"] or row["confiance"] == "officielle", row["titre"]
        if row["etat"] == "a_verifier":
            assert not row["date"], row["titre"]
            assert not row["reference"], row["titre"]
        if row["reference"].startswith("Projet"):
            assert row["etat"] == "adopte", row["titre"]
    assert (state == "a_verifier").sum() == 3


def test_intervals_cover_the_known_values(published, truth):
    covered = []
    for name, known in truth["indicateurs"].items():
        if not name.startswith("eth.") or name not in published.index.get_level_values(0):
            continue
        for (dimension, modality), row in published.loc[name].iterrows():
            key = "national" if dimension in ("national", "ecart") else f"{dimension}={modality}"
            if key in known and row["borne_inf"] < row["borne_sup"]:
                covered.append(row["borne_inf"] <= known[key] <= row["borne_sup"])
    assert len(covered) > 200
    # Domains of one sample go together: far fewer than 200 independent draws.
    assert np.mean(covered) > 0.88


def test_every_title_of_the_users_survey_says_among_whom(executed, published):
    own = [item for item in load_registry(executed).values()
           if item.id.startswith("eth.") and item.table == "patients"]  # fmt: skip
    assert len(own) > 15
    for item in own:
        assert "parmi les usagers" in item.population
        assert "parmi les usagers" in item.title or item.id == "eth.usagers"
        assert item.id in published.index.get_level_values(0)
