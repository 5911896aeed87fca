"""Priority of technologies: geometric mean of the panel's mean scores, by jackknife over experts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from obsante.errors import NotEstimable
from obsante.stats import checks
from obsante.stats.composite import equal_weights, geometric, rank_sets
from obsante.stats.foresight.panel import panel_design
from obsante.stats.replicates import estimate, jackknife
from obsante.stats.survey.domains import NATIONAL

_FEWEST = 2
_METHOD = "moyenne géométrique des notes moyennes, jackknife sur les experts, intervalle de Student"


def priority(
    frame: pd.DataFrame,
    criteria: Sequence[str],
    *,
    expert: str,
    item: str,
    level: float,
    least: int,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Score of each technology, cube root of relevance x feasibility x maturity for three criteria.

    Means first, then their product: a score not given leaves its own mean only. Criteria count
    equally; the result is on their scale. The jackknife leaves out one expert at a time, with all
    that this expert said, so that the covariance between technologies is that of the panel.

    Args:
        frame: one row per expert and technology, of one round; scores are positive.
        criteria: columns of scores.
        expert, item: columns of experts and technologies; the latter has categories.
        level: confidence level, in proportion.
        least: experts needed on each criterion; a technology with fewer has no score.

    Returns:
        The mean of the scores (``national``), then one row per technology: ``dimension``,
        ``modalite``, ``estimation``, ``erreur_type``, ``borne_inf``, ``borne_sup``, ``ddl``, ``n``
        (experts who gave at least one score), ``n_manquant`` (scores not given), ``methode``; then
        the covariance of the technologies that have a score.

    Raises:
        NotEstimable: fewer than two experts, or no technology with enough of them.
    """
    design = panel_design(frame, expert=expert)
    values = np.column_stack([checks.vector(frame[c], c, len(frame)) for c in criteria])
    codes = frame[item].astype("category")
    kept = _enough(values, codes, max(least, _FEWEST))
    place = pd.Index(kept).get_indexer(codes.astype(str))
    mean = _Index(values[place >= 0], place[place >= 0], len(kept), place >= 0, list(criteria))
    found = estimate(jackknife(design), mean, level=level, names=[NATIONAL, *kept])
    return _described(found.table, frame, values, expert, codes), found.covariance.loc[kept, kept]


def _enough(values: np.ndarray, codes: pd.Series, least: int) -> list[str]:
    """Technologies that ``least`` experts scored on each criterion."""
    known = pd.DataFrame(~np.isnan(values)).groupby(codes.to_numpy(), observed=False).sum()
    kept = known.index[(known >= least).all(axis=1)].astype(str).tolist()
    if not kept:
        raise NotEstimable(
            "priority of technologies", reason="too_few",
            found="no technology with enough experts on each criterion",
            expected=f"at least {least} experts", remedy="publish the scores alone",
        )  # fmt: skip
    return kept


def _described(
    table: pd.DataFrame, frame: pd.DataFrame, values: np.ndarray, expert: str, codes: pd.Series
) -> pd.DataFrame:
    """Every technology, with or without a score, and what its score rests on."""
    table = table.rename(columns={"terme": "modalite"})
    every = pd.Index([NATIONAL, *codes.cat.categories.astype(str)], name="modalite")
    table = table.set_index("modalite").reindex(every).reset_index()
    table["dimension"] = np.where(table["modalite"] == NATIONAL, NATIONAL, str(codes.name))
    # Experts who all agree do not tell how others would differ.
    table.loc[table["erreur_type"] == 0, ["borne_inf", "borne_sup"]] = np.nan
    table = table.join(_answers(frame, values, expert, codes), on="modalite")
    return table.assign(methode=_METHOD)


def rank_rows(scores: pd.DataFrame, covariance: pd.DataFrame, *, level: float) -> pd.DataFrame:
    """Rank of each technology and the set of ranks that remain possible, all at once.

    Args:
        scores, covariance: from :func:`priority`; technologies without a score have no rank.
        level: probability, in proportion, that the sets hold the true ranks.

    Returns:
        One row per technology: ``dimension``, ``modalite``, ``estimation`` (rank, 1 the highest),
        ``borne_inf``, ``borne_sup``, ``ddl``, ``n``, ``methode``.

    Raises:
        NotEstimable: fewer than two technologies, or a difference without variance.
    """
    values = covariance.to_numpy(dtype=float)
    spread = np.add.outer(np.diag(values), np.diag(values)) - 2 * values
    alone = spread[~np.eye(len(values), dtype=bool)]
    if len(values) < _FEWEST or (alone <= 1e-12).any():
        raise NotEstimable(
            "ranks of technologies", reason="too_few" if len(values) < _FEWEST else "no_variation",
            found=f"{len(values)} technologie(s), or two that experts never tell apart",
            expected="differences on which experts vary", remedy="publish the scores without ranks",
        )  # fmt: skip
    own = scores.set_index("modalite").loc[covariance.index]
    sets = rank_sets(
        own["estimation"], covariance, df=own["ddl"], level=level, simultaneous=True
    )
    return pd.DataFrame({
        "dimension": own["dimension"], "modalite": own.index, "estimation": sets["rang"].astype(float),
        "borne_inf": sets["rang_inf"].astype(float), "borne_sup": sets["rang_sup"].astype(float),
        "ddl": own["ddl"], "n": own["n"], "methode": sets["methode"],
    }).reset_index(drop=True)  # fmt: skip


class _Index:
    """From the weights of the rows to the scores: their mean, then each technology's."""

    def __init__(self, values, place, size: int, used: np.ndarray, criteria: list[str]) -> None:
        self._values, self._place, self._size, self._used = values, place, size, used
        self._criteria, self._weights = criteria, equal_weights(criteria)

    def __call__(self, weights: np.ndarray) -> np.ndarray:
        own, columns = weights[self._used], {}
        for name, scores in zip(self._criteria, self._values.T, strict=True):
            known = ~np.isnan(scores)
            w, place = own[known], self._place[known]
            total = np.bincount(place, w * scores[known], self._size)
            columns[name] = total / np.bincount(place, w, self._size)
        means = geometric(pd.DataFrame(columns), self._weights, minimum_share=1.0)
        scores = means["estimation"].to_numpy()
        return np.append(scores.mean(), scores)


def _answers(frame: pd.DataFrame, values: np.ndarray, expert: str, codes: pd.Series) -> pd.DataFrame:
    """Experts with a score and scores not given, in all and by technology."""
    asked = pd.DataFrame({"expert": frame[expert].astype(str), "item": codes.astype(str),
                          "gaps": np.isnan(values).sum(axis=1)})  # fmt: skip
    asked["any"] = asked["gaps"] < values.shape[1]
    scored = asked[asked["any"]].groupby("item")["expert"].nunique()
    gaps = asked.groupby("item")["gaps"].sum()
    table = pd.DataFrame({"n": scored, "n_manquant": gaps}).reindex(codes.cat.categories.astype(str))
    table.loc[NATIONAL] = [asked.loc[asked["any"], "expert"].nunique(), asked["gaps"].sum()]
    return table.fillna(0).astype(int)
