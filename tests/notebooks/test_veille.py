"""The technology watch, recomputed from the tables with plain pandas, numpy and scipy; bad inputs."""

from __future__ import annotations

import json
from collections.abc import Callable

import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pandas as pd
import pytest
from scipy.stats import beta, spearmanr, t

from obsante import collect
from obsante.results import publication
from obsante.results.values import load_values

YEAR, BEFORE = 2025, 2024
CRITERIA = ["pertinence", "faisabilite", "maturite"]
COMPUTING = ("ouverture", "provenance", "donnees-", "calcul-")


@pytest.fixture
def values(rooted, executed) -> pd.DataFrame:
    table = load_values(executed, YEAR)
    return table.set_index(["indicateur", "dimension", "modalite"])


def table(project, name: str, year: int = YEAR) -> pd.DataFrame:
    found = pd.read_parquet(project.tables(year) / f"{name}.parquet")
    for column in found.select_dtypes("category"):
        found[column] = found[column].astype("object")
    return found


def scores(project, year: int = YEAR, turn: int = 2) -> pd.DataFrame:
    found = table(project, "avis_experts", year)
    found[CRITERIA] = found[CRITERIA].astype(float)
    return found[found["tour"] == turn]


def test_signals_are_counted_whole(values, rooted):
    signals = table(rooted, "signaux")
    assert values.loc[("inn.signaux", "national", "national"), "estimation"] == len(signals)
    for column in ("technologie", "source"):
        for code, size in signals[column].value_counts().items():
            assert values.loc[("inn.signaux", column, code), "estimation"] == size
    months = signals["date"].dt.strftime("%Y-%m").value_counts()
    for month, size in months.items():
        assert values.loc[("inn.signaux", "mois", month), "estimation"] == size
    zones = values.loc["inn.signaux"].loc["zone", "estimation"]
    assert zones["maroc"] == (signals["pays"] == "MAR").sum()
    assert zones["inconnu"] == signals["pays"].isna().sum()
    assert zones.sum() == len(signals)


def test_a_source_without_a_signal_is_a_true_zero(values, rooted):
    assert "openalex" not in set(table(rooted, "signaux")["source"])
    row = values.loc[("inn.signaux", "source", "openalex")]
    assert (row["estimation"], row["etat"]) == (0, "published")


def test_share_of_morocco_and_age(values, rooted):
    signals = table(rooted, "signaux")
    known = signals.dropna(subset=["pays"])
    for code, group in known.groupby("technologie"):
        row = values.loc[("vei.part_maroc", "technologie", code)]
        assert row["estimation"] == pytest.approx((group["pays"] == "MAR").mean())
        assert row["n"] == len(group)
    ages = (pd.Timestamp(YEAR, 12, 31) - signals["date"]).dt.days
    assert values.loc[("vei.anciennete", "national", "national"), "estimation"] == ages.median()
    texts = signals[(signals["source"] == "reglementation")
                    & signals["technologie"].isin(["ia_diagnostic", "ia_generative"])]  # fmt: skip
    assert values.loc[("vei.regulation_ia", "national", "national"), "estimation"] == len(texts)


def test_ratios_of_counts_have_clopper_and_pearson_s_limits(values, rooted):
    now, before = (table(rooted, "signaux", year) for year in (YEAR, BEFORE))
    for column, code in (("technologie", "ia_generative"), ("source", "essai")):
        d2, d1 = ((rows[column] == code).sum() for rows in (now, before))
        low, high = beta.ppf(0.025, d2, d1 + 1), beta.ppf(0.975, d2 + 1, d1)
        row = values.loc[("vei.evolution_signaux", column, code)]
        assert row["estimation"] == pytest.approx(d2 / d1)
        assert row[["borne_inf", "borne_sup"]].tolist() == pytest.approx(
            [low / (1 - low), high / (1 - high)]
        )
    absent = values.loc[("vei.evolution_signaux", "source", "openalex")]
    assert (absent["etat"], absent["motif"]) == ("missing", "aucun signal à l'édition précédente")


@pytest.mark.parametrize("criterion", CRITERIA)
def test_means_medians_and_dispersion_of_the_last_round(values, rooted, criterion):
    experts = scores(rooted)["expert"].nunique()
    for code, group in scores(rooted).groupby("technologie"):
        own = group[criterion].dropna()
        row = values.loc[(f"inn.veille_{criterion}", "technologie", code)]
        # An expert who did not score this technology is still one of the panel's clusters.
        error = np.sqrt(experts / (experts - 1) * (((own - own.mean()) / len(own)) ** 2).sum())
        half = t.ppf(0.975, len(own) - 1) * error
        assert row["estimation"] == pytest.approx(own.mean())
        assert row["borne_inf"] == pytest.approx(max(own.mean() - half, 1))
        assert row["borne_sup"] == pytest.approx(min(own.mean() + half, 9))
        assert (row["n"], row["n_manquant"]) == (len(own), group[criterion].isna().sum())
        low, middle, high = np.percentile(own, [25, 50, 75])
        assert values.loc[("vei.mediane", criterion, code), "estimation"] == middle
        assert values.loc[("vei.dispersion", criterion, code), "estimation"] == pytest.approx(high - low)
        near = (abs(own - middle) <= 1).mean()
        assert values.loc[("vei.proximite", criterion, code), "estimation"] == pytest.approx(near)


def test_consensus_and_rings_follow_their_declared_rules(values, rooted):
    agreed = {}
    for criterion in CRITERIA:
        groups = scores(rooted).dropna(subset=[criterion]).groupby("technologie")[criterion]
        width = groups.quantile(0.75) - groups.quantile(0.25)
        near = groups.apply(lambda own: (abs(own - own.median()) <= 1).mean())
        agreed[criterion] = (near >= 0.75) & (width <= 1) & (groups.size() >= 10)
        found = values.loc[("vei.consensus", "critere", criterion), "estimation"]
        assert found == agreed[criterion].sum()
    whole = pd.DataFrame(agreed).all(axis=1).sum()
    assert values.loc[("vei.consensus", "national", "national"), "estimation"] == whole
    medians = scores(rooted).groupby("technologie")["maturite"].median()
    edges = [("adopter", 7, 10), ("experimenter", 6, 7), ("evaluer", 4, 6), ("surveiller", 1, 4)]
    for ring, low, high in edges:
        size = ((medians >= low) & (medians < high)).sum()
        assert values.loc[("vei.anneau", "anneau", ring), "estimation"] == size


def test_priority_is_the_cube_root_and_its_error_leaves_one_expert_out(values, rooted):
    rows = scores(rooted)
    names = sorted(rows["technologie"].unique())

    def index(kept: pd.DataFrame) -> np.ndarray:
        return kept.groupby("technologie")[CRITERIA].mean().loc[names].prod(axis=1) ** (1 / 3)

    whole, experts = index(rows), rows["expert"].unique()
    without = np.array([index(rows[rows["expert"] != expert]) for expert in experts])
    error = np.sqrt((len(experts) - 1) / len(experts) * ((without - whole.to_numpy()) ** 2).sum(axis=0))
    found = values.loc["vei.priorite"].loc["technologie"].loc[names]
    assert found["estimation"].tolist() == pytest.approx(whole.tolist())
    assert found["erreur_type"].tolist() == pytest.approx(error.tolist())
    half = t.ppf(0.975, len(experts) - 1) * error
    assert found["borne_sup"].tolist() == pytest.approx((whole + half).tolist())
    ranks = values.loc["vei.rang"].loc["technologie"].loc[names]
    assert ranks["estimation"].tolist() == whole.rank(ascending=False, method="min").tolist()
    assert (ranks["borne_inf"] <= ranks["estimation"]).all()
    assert (ranks["borne_sup"] >= ranks["estimation"]).all()


def test_distance_to_the_median_and_its_fall_between_the_rounds(values, rooted):
    means, gaps = {}, {}
    for turn in (1, 2):
        rows = scores(rooted, turn=turn)
        gap = (rows[CRITERIA] - rows.groupby("technologie")[CRITERIA].transform("median")).abs()
        means[turn] = np.nanmean(gap.to_numpy())
        # Experts are clusters: the influence of each on the mean, then their sum of squares.
        own = gap.sub(means[turn]).sum(axis=1).groupby(rows["expert"]).sum() / gap.count().sum()
        gaps[turn] = own
        found = values.loc[("vei.ecart_mediane", "tour", str(turn)), "estimation"]
        assert found == pytest.approx(means[turn])
    influence = gaps[2].reindex(gaps[1].index).fillna(0) - gaps[1]
    size = len(influence)
    error = np.sqrt(size / (size - 1) * ((influence - influence.mean()) ** 2).sum())
    row = values.loc[("vei.convergence", "ecart", "ecart")]
    assert row["estimation"] == pytest.approx(means[2] - means[1])
    assert row["erreur_type"] == pytest.approx(error)


def test_agreement_is_the_mean_rank_correlation_of_the_first_round(values, rooted):
    wide = scores(rooted, turn=1).pivot(index="technologie", columns="expert", values="maturite")
    pairs = []
    for i, one in enumerate(wide.columns):
        for two in wide.columns[:i]:
            both = wide[[one, two]].dropna()
            pairs.append(spearmanr(both[one], both[two]).statistic)
    found = values.loc[("vei.concordance", "maturite", "ensemble"), "estimation"]
    assert found == pytest.approx(np.mean(pairs))


def test_changes_count_the_experts_of_both_editions_once(values, rooted):
    code = "telemedecine"
    rows = [own[own["technologie"] == code] for own in (scores(rooted), scores(rooted, BEFORE))]
    one, two = (own.set_index("expert")["maturite"].dropna() for own in rows)
    panels = [rows["expert"].unique() for rows in (scores(rooted, YEAR), scores(rooted, BEFORE))]
    # Influence of each expert of the panel, zero without a score.
    influence = [((own - own.mean()) / len(own)).reindex(panel).fillna(0)
                 for own, panel in zip((one, two), panels, strict=True)]  # fmt: skip
    variance = sum(len(own) / (len(own) - 1) * (own**2).sum() for own in influence)
    common = influence[0].index.intersection(influence[1].index)
    a, b = (own[common] for own in influence)
    variance -= 2 * len(common) / (len(common) - 1) * ((a - a.mean()) * (b - b.mean())).sum()
    row = values.loc[("vei.evolution_maturite", "technologie", code)]
    assert row["estimation"] == pytest.approx(one.mean() - two.mean())
    assert row["erreur_type"] == pytest.approx(np.sqrt(variance))


def test_the_known_truth_is_covered(values, rooted):
    known = json.loads((rooted.raw(YEAR) / "verite.json").read_text("utf-8"))
    named, missed, size = known["indicateurs"], [], 0
    assert abs(values.loc[("inn.signaux", "national", "national"), "estimation"]
               - named["inn.signaux"]["national"]) <= 0.01 * len(table(rooted, "signaux"))  # fmt: skip
    for identifier in (*(f"inn.veille_{c}" for c in CRITERIA), "vei.priorite", "vei.ecart_mediane"):
        for domain, truth in named[identifier].items():
            key = (domain, domain) if domain == "national" else tuple(domain.split("="))
            row = values.loc[(identifier, *key)]
            size += 1
            if not row["borne_inf"] <= truth <= row["borne_sup"]:
                missed.append((identifier, domain))
    # The truth is that of the experts invited, most of whom answered.
    assert size > 40
    assert len(missed) <= 0.05 * size, missed


def replay(
    monkeypatch, tmp_path, project, change: Callable, *, shown: bool = False, before: str = ""
) -> pd.DataFrame:
    """Execute the notebook's computing cells, or all, on tables altered on the way.

    ``before``: label of the cell where to stop.
    """
    original = collect.load

    def load(name: str, *, edition: int, optional: bool = False) -> pd.DataFrame:
        return change(name, edition, original(name, edition=edition, optional=optional))

    monkeypatch.setattr(collect, "load", load)
    monkeypatch.setenv("OBSANTE_RUN_DIRECTORY", str(tmp_path))
    names: dict = {"edition": YEAR, "confidence_level": 0.95}
    cells = nbformat.read(project.notebooks / "07-veille.ipynb", as_version=4).cells
    for cell in cells:
        label = cell.source.partition("\n")[0].removeprefix("#| label: ")
        if cell.cell_type != "code" or cell.source.startswith("edition"):
            continue
        if label == before:
            break
        if shown or label.startswith(COMPUTING):
            publication._running["source"] = cell.source
            exec(compile(cell.source, label, "exec"), names)
    plt.close("all")
    found = pd.concat(publication.current().values)
    monkeypatch.setattr(publication, "_current", None)
    return found.set_index(["indicateur", "dimension", "modalite"])


def without(*tables: str, years=(2023, BEFORE, YEAR)) -> Callable:
    def change(name: str, year: int, frame: pd.DataFrame) -> pd.DataFrame:
        return frame.iloc[:0] if name in tables and year in years else frame

    return change


def test_without_the_optional_tables_every_page_is_still_made(monkeypatch, tmp_path, rooted):
    found = replay(monkeypatch, tmp_path, rooted, without("avis_experts", "innovations"), shown=True)
    panel = [name for name in found.index.unique("indicateur")
             if name not in ("inn.signaux", "vei.part_maroc", "vei.anciennete",
                             "vei.evolution_signaux", "vei.regulation_ia")]  # fmt: skip
    assert len(panel) == 16
    assert set(found.loc[panel, "etat"]) == {"missing"}
    assert (found.loc[panel, "motif"] != "").all()
    assert found.loc[("inn.signaux", "national", "national"), "estimation"] > 0


def test_a_first_edition_compares_nothing(monkeypatch, tmp_path, rooted):
    change = without("avis_experts", "signaux", years=(2023, BEFORE))
    found = replay(monkeypatch, tmp_path, rooted, change)
    compared = [name for name in found.index.unique("indicateur") if "evolution" in name]
    assert len(compared) == 4
    assert set(found.loc[compared, "motif"]) == {"aucun groupe de comparaison n'est disponible"}
    assert found.loc[("vei.priorite", "technologie", "telemedecine"), "etat"] == "published"


def test_experts_who_all_say_the_same_have_a_score_and_no_interval(monkeypatch, tmp_path, rooted):
    def change(name: str, year: int, frame: pd.DataFrame) -> pd.DataFrame:
        return frame.assign(**dict.fromkeys(CRITERIA, 5)) if name == "avis_experts" else frame

    found = replay(monkeypatch, tmp_path, rooted, change, before="calcul-evolution-avis")
    row = found.loc[("vei.priorite", "technologie", "telemedecine")]
    assert row["estimation"] == pytest.approx(5)
    assert row[["borne_inf", "borne_sup"]].isna().all()
    assert set(found.loc[["vei.rang", "vei.concordance"], "etat"]) == {"missing"}
    assert found.loc[("vei.dispersion", "maturite", "telemedecine"), "estimation"] == 0


def test_one_round_one_expert_less_or_a_new_technology(monkeypatch, tmp_path, rooted):
    def change(name: str, year: int, frame: pd.DataFrame) -> pd.DataFrame:
        if name != "avis_experts":
            return frame
        frame = frame[frame["tour"] == 1]
        return frame[frame["technologie"] != "jumeau_numerique"] if year < YEAR else frame

    found = replay(monkeypatch, tmp_path, rooted, change)
    assert found.loc[("vei.convergence", "ecart", "ecart"), "etat"] == "missing"
    assert found.loc[("vei.ecart_mediane", "tour", "1"), "etat"] == "published"
    own = found.loc["vei.evolution_maturite"].loc["technologie"]
    assert "jumeau_numerique" not in own.index
    assert len(own) == 9


def test_one_expert_alone_gives_no_panel(monkeypatch, tmp_path, rooted):
    def change(name: str, year: int, frame: pd.DataFrame) -> pd.DataFrame:
        return frame[frame["expert"] == frame["expert"].iloc[0]] if name == "avis_experts" else frame

    found = replay(monkeypatch, tmp_path, rooted, change, before="calcul-evolution-avis")
    assert found.loc[("vei.priorite", "national", "national"), "motif"].startswith("trop peu d'unités")
    assert found.loc[("vei.mediane", "maturite", "telemedecine"), "n"] <= 1
