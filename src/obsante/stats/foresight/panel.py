"""A panel of experts: mean scores, dispersion, consensus, agreement on the order of technologies.

References: Linstone & Turoff, *The Delphi Method* (1975); Diamond et al., *J. Clin. Epidemiol.* 67
(2014), 401-409: consensus is to be defined beforehand, most often as a share of the panel.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from obsante.errors import NotEstimable
from obsante.stats import checks
from obsante.stats.answers import numeric
from obsante.stats.survey import SurveyDesign, mean, survey_design
from obsante.stats.survey.domains import NATIONAL
from obsante.stats.survey.intervals import student

_WEIGHT = "poids"
_FEWEST = 2
# A variance under this one is rounding: correlations are between -1 and 1.
_NO_SPREAD = 1e-20
_AGREEMENT = "moyenne des corrélations de rang des paires d'experts, jackknife sur les experts"


def panel_design(frame: pd.DataFrame, *, expert: str) -> SurveyDesign:
    """Each expert a cluster of equal weight: means have Student's law on experts - 1 df.

    Args:
        frame: one row per expert, technology (and round).
        expert: column of the experts.

    Raises:
        NotEstimable: fewer than two experts.
    """
    experts = checks.column(frame, expert).nunique()
    if experts < _FEWEST:
        raise NotEstimable(
            f"panel, column '{expert}'",
            reason="too_few" if experts else "no_data",
            found=f"{experts} expert(s)",
            expected=f"at least {_FEWEST}",
            remedy="publish the scores of the panel once several experts have answered",
        )
    return survey_design(frame.assign(**{_WEIGHT: 1.0}), weights=_WEIGHT, psu=expert)


def mean_scores(
    frame: pd.DataFrame,
    criterion: str,
    *,
    expert: str,
    item: str,
    level: float,
    bounds: tuple[float, float],
) -> pd.DataFrame:
    """Mean score of all the technologies, then of each, with Student's interval over experts.

    Args:
        frame: one row per expert and technology, of one round.
        criterion: column of scores.
        expert, item: columns of experts and technologies.
        level: confidence level, in proportion.
        bounds: lowest and highest score, where intervals are cut.

    Returns:
        As :func:`obsante.stats.mean`, by ``item``.

    Raises:
        NotEstimable: fewer than two experts, or not one score.
    """
    design = panel_design(frame, expert=expert)
    some_score(frame, [criterion])
    answers = numeric(frame[criterion])
    return mean(answers, design, frame[[item]], by=item, level=level, bounds=bounds)


def spread(
    frame: pd.DataFrame,
    criteria: Sequence[str],
    *,
    item: str,
    near: float,
    share: float,
    width: float,
    least: int,
) -> pd.DataFrame:
    """Median, quartiles and consensus of each technology on each criterion.

    Consensus: at least ``least`` experts, at least a ``share`` of them within ``near`` of the
    median, and quartiles at most ``width`` apart.

    Args:
        frame: one row per expert and technology, of one round.
        criteria: columns of scores.
        item: column of the technologies, with categories.
        near, width: in the unit of the scores.
        share: in proportion.
        least: number of experts.

    Returns:
        One row per criterion (``dimension``) and technology (``modalite``): ``mediane``, ``q1``,
        ``q3``, ``interquartile``, ``part_proche``, ``consensus``, ``n``, ``n_manquant``. Quartiles
        interpolate linearly between neighbours.

    Raises:
        NotEstimable: not one score.
    """
    some_score(frame, criteria)
    rows = []
    for criterion in criteria:
        scores = checks.column(frame, criterion).astype(float)
        for name, group in scores.groupby(frame[item], observed=False):
            rows.append({"dimension": criterion, "modalite": str(name), **_spread(group, near)})
    table = pd.DataFrame(rows)
    agreed = (table["part_proche"] >= share) & (table["interquartile"] <= width)
    return table.assign(consensus=agreed & (table["n"] >= least))


def _spread(scores: pd.Series, near: float) -> dict[str, float]:
    known = scores.dropna()
    middle = known.median()
    low, high = known.quantile([0.25, 0.75])
    close = (known - middle).abs() <= near
    return {"mediane": middle, "q1": low, "q3": high, "interquartile": high - low,
            "part_proche": close.mean() if len(known) else np.nan, "n": len(known),
            "n_manquant": len(scores) - len(known)}  # fmt: skip


def near_all(table: pd.DataFrame) -> pd.DataFrame:
    """Share of all the scores that are near the median of their technology and criterion.

    Args:
        table: from :func:`spread`.

    Returns:
        One row, ``national``: ``estimation``, ``n``, ``n_manquant``.

    >>> rows = pd.DataFrame({"part_proche": [1.0, 0.5], "n": [10, 10], "n_manquant": [0, 2]})
    >>> near_all(rows)[["estimation", "n"]].to_numpy().tolist()
    [[0.75, 20.0]]
    """
    near, size = (table["part_proche"] * table["n"]).sum(), table["n"].sum()
    row = {"dimension": NATIONAL, "modalite": NATIONAL, "estimation": near / size, "n": size,
           "n_manquant": table["n_manquant"].sum()}  # fmt: skip
    return pd.DataFrame([row])


def rank_agreement(
    frame: pd.DataFrame, criterion: str, *, expert: str, item: str, level: float
) -> pd.DataFrame:
    """Do experts put the technologies in the same order? Mean rank correlation of their pairs.

    Spearman's correlation of each pair of experts, over the technologies that both scored: 1 where
    all agree, near 0 where orders have nothing in common. Kendall's W of m complete rankings is
    (1 + (m - 1) r) / m. An expert who gives one same score throughout has no order and leaves.

    Args:
        frame: one row per expert and technology, of one round.
        criterion: column of scores.
        level: confidence level, in proportion.

    Returns:
        One row: ``estimation``, ``erreur_type``, ``borne_inf``, ``borne_sup`` (Student's on
        experts - 1 df, cut at -1 and 1), ``ddl``, ``n`` (experts), ``methode``.

    Raises:
        NotEstimable: fewer than three experts with an order, or no two of them to compare.
    """
    checks.probability(level, "level")
    scores = frame.assign(**{criterion: checks.column(frame, criterion).astype(float)})
    wide = scores.pivot(index=item, columns=expert, values=criterion)
    wide = wide.loc[:, wide.nunique() > 1]
    size = wide.shape[1]
    if size <= _FEWEST:
        raise NotEstimable(
            f"agreement on '{criterion}'", reason="too_few" if len(frame) else "no_data",
            found=f"{size} expert(s) who put technologies in some order", expected="at least 3",
            remedy="publish the scores without their agreement",
        )  # fmt: skip
    pairs = wide.corr(method="spearman").to_numpy(copy=True)
    np.fill_diagonal(pairs, np.nan)
    if np.isnan(pairs).all():
        raise NotEstimable(
            f"agreement on '{criterion}'", reason="no_comparison",
            found="no two experts who scored the same technologies", expected="at least one pair",
            remedy="publish the scores without their agreement",
        )  # fmt: skip
    value = float(np.nanmean(pairs))
    without = [np.nanmean(np.delete(np.delete(pairs, k, 0), k, 1)) for k in range(size)]
    variance = (size - 1) / size * float(((np.array(without) - value) ** 2).sum())
    # Experts who all agree don't say how others would differ: no interval, not an exact value.
    spread = variance if variance > _NO_SPREAD else np.nan
    low, high = (float(np.clip(end, -1, 1)) for end in student(value, spread, size - 1, level))
    row = {"estimation": value, "erreur_type": variance**0.5, "borne_inf": low, "borne_sup": high,
           "ddl": size - 1, "n": size, "methode": _AGREEMENT}  # fmt: skip
    return pd.DataFrame([row])


def some_score(frame: pd.DataFrame, criteria: Sequence[str]) -> None:
    """Raise NotEstimable unless one score at least was given."""
    if not any(checks.column(frame, name).notna().any() for name in criteria):
        raise NotEstimable(
            f"scores of {', '.join(criteria)}", reason="no_data",
            found=f"{len(frame)} row(s) without any score", expected="at least one score",
            remedy="leave the opinions out until experts have answered",
        )  # fmt: skip
