"""Wild cluster bootstrap-t of a least-squares coefficient, for a handful of clusters.

Residuals of the fit that satisfies the null are multiplied by one random sign per cluster, and
the t statistic is computed anew each time. CR1's factor cancels out. No regression is run again:
with S_c = v_c'e_c, where v = X (X'X)^-1 l and e are the restricted residuals, the draw w gives

    b* - r = sum_c w_c S_c,   score of c = w_c S_c - (X_c'v_c)' sum_d w_d (X'X)^-1 X_d'e_d

so that thousands of draws are one product of small matrices (the idea of Roodman, MacKinnon,
Nielsen & Webb, *Stata Journal* 19 (2019), 4-60). S and the other sums are linear in the tested
value r, which makes the inversion of the test cheap.

References: Cameron, Gelbach & Miller, *Rev. Economics and Statistics* 90 (2008), 414-427;
Webb, *Canadian J. Economics* 56 (2023), 839-858; MacKinnon & Webb, *Econometrics J.* 21 (2018),
114-135.
"""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd

from obsante.errors import DataError
from obsante.stats.checks import choice, probability
from obsante.stats.impact.arguments import whole
from obsante.stats.impact.clustered import few_clusters
from obsante.stats.impact.panel import LinearFit, coefficients

__all__ = ["wild_cluster_bootstrap"]

ENUMERATED = range(10, 13)
_SIX_POINTS = np.sqrt(np.array([0.5, 1.0, 1.5]))
# Two t statistics equal in theory differ by rounding; the observed one must count as a tie.
_TIE = 1e-9
_FARTHEST, _BISECTIONS = 2.0**12, 60


def wild_cluster_bootstrap(
    fit: LinearFit, term: str, *, level: float, draws: int, seed: int
) -> pd.DataFrame:
    """p value of « coefficient = 0 » and interval of the values that the test does not reject.

    Symmetric test, null imposed. From 10 to 12 clusters all 2^G Rademacher signs are
    enumerated, so that neither ``draws`` nor ``seed`` matters; with fewer, Webb's six-point
    weights, with more, random signs. The smallest p value with G clusters is near 2^(1-G): with 5
    or fewer, 0.05 may be out of reach and the interval unbounded (infinite limits). Few treated
    clusters (2 or 3) make the test reject far too rarely (MacKinnon & Webb 2018; in 400
    simulations at 5 %, 1 % with 2 treated of 12, 5 % with 4 or 6, 6.5 % with 4 of 8): ``methode``
    gives the effective number of clusters, (sum m)² / sum m² with m the squared influence of each.

    Args:
        fit: from ``ols_fit``, ``difference_in_differences`` or ``two_way_fixed_effects``.
        term: one of ``fit.terms``.
        draws: number of random draws, 999 or more where they are needed.

    Returns:
        One row as :func:`~obsante.stats.impact.coefficients`: CR1's standard error and t,
        the bootstrap's ``p_valeur``, ``borne_inf`` and ``borne_sup``.

    Raises:
        DataError: no such term, or one that a single cluster identifies; ``draws`` below 99;
            units that straddle clusters.

    >>> frame = pd.DataFrame({"y": [1.0, 4, 2, 4, 0, 1, 3, 5], "u": list("aabbccdd"),
    ...     "t": [0, 1] * 4, "d": [0, 1, 0, 1, 0, 0, 0, 0]})
    >>> from obsante.stats.impact import two_way_fixed_effects
    >>> fit = two_way_fixed_effects(frame, "y", ["d"], unit="u", time="t", cluster="u")
    >>> table = wild_cluster_bootstrap(fit, "d", level=0.5, draws=999, seed=1)
    >>> bool(table["borne_inf"].iloc[0] < 1 < table["borne_sup"].iloc[0])
    True
    """
    probability(level, "level")
    choice(term, "term", fit.terms)
    position = fit.terms.index(term)
    _check_nested(fit)
    signs, scheme = _signs(fit.clusters, draws, seed)
    row = coefficients(fit, level=level).iloc[[position]].reset_index(drop=True)
    value, error = float(row["estimation"].iloc[0]), float(row["erreur_type"].iloc[0])
    test = _Test(fit, position, signs)
    limits = [_limit(test, value, side * error, 1 - level) for side in (-1, 1)]
    method = f"{scheme}, hypothèse nulle imposée{_described(fit, position)}"
    return row.assign(
        borne_inf=limits[0], borne_sup=limits[1], p_valeur=test.p_value(0.0), methode=method
    )


def _described(fit: LinearFit, position: int) -> str:
    """What the reader must know of the clusters."""
    effective = f"{_effective_clusters(fit, position):.1f}".replace(".", ",")
    few = few_clusters(fit.clusters)
    return f" ; grappes effectives : {effective} sur {fit.clusters}{few}"


class _Test:
    """p value of « coefficient = r » as a function of r, draws held fixed."""

    def __init__(self, fit: LinearFit, position: int, signs: np.ndarray) -> None:
        bread, self.value = fit.bread, fit.values[position]
        influence = fit.x @ bread[:, position]
        # Restricted residuals: residual + direction * (value - r).
        direction = influence / bread[position, position]
        pair = [fit.residual, direction]
        self.score = [fit.sums((influence * e)[:, None])[:, 0] for e in pair]
        shift = [fit.sums(fit.x * e[:, None]) @ bread for e in pair]
        pull = fit.sums(fit.x * influence[:, None])
        self.spread = [pull @ part.T for part in shift]
        self.signs = signs

    def p_value(self, tested: float) -> float:
        """Share of draws whose |t| reaches the observed one."""
        gap = self.value - tested
        score = self.score[0] + gap * self.score[1]
        spread = self.spread[0] + gap * self.spread[1]
        observed = abs(gap) / np.sqrt((self.score[0] ** 2).sum())
        scores = self.signs * score - self.signs @ spread.T
        error = np.sqrt((scores**2).sum(axis=1))
        return float((np.abs(self.signs @ score) >= observed * error * (1 - _TIE)).mean())


def _limit(test: _Test, value: float, step: float, alpha: float) -> float:
    """The farthest value on one side that the test keeps, by doubling then bisection."""
    kept, width = 0.0, 1.0
    while test.p_value(value + width * step) > alpha:
        kept, width = width, 2 * width
        if width > _FARTHEST:
            return float(np.copysign(np.inf, step))
    for _ in range(_BISECTIONS):
        middle = (kept + width) / 2
        if test.p_value(value + middle * step) > alpha:
            kept = middle
        else:
            width = middle
    return value + width * step


def _signs(clusters: int, draws: int, seed: int) -> tuple[np.ndarray, str]:
    """Weights of the clusters, one row per draw, and their name."""
    if clusters in ENUMERATED:
        signs = np.array(list(product((1.0, -1.0), repeat=clusters)))
        return signs, f"bootstrap sauvage par grappe, {len(signs)} tirages de signes (tous)"
    draws = whole(draws, "'draws'", 99, remedy="ask for more draws, 9999 rather")
    rng = np.random.default_rng(seed)
    signs = rng.choice([-1.0, 1.0], size=(draws, clusters))
    law = "signes"
    if clusters < ENUMERATED.start:
        signs *= rng.choice(_SIX_POINTS, size=(draws, clusters))
        law = "poids de Webb"
    # The observed sample is one of the possible draws.
    signs[0] = 1.0
    return signs, f"bootstrap sauvage par grappe, {draws} tirages de {law}"


def _check_nested(fit: LinearFit) -> None:
    if not fit.nested:
        raise DataError(
            "clusters of the wild bootstrap",
            found="units that lie in several clusters",
            expected="each unit in one cluster",
            remedy="cluster by the unit or above it",
        )


def _effective_clusters(fit: LinearFit, position: int) -> float:
    """Inverse concentration of the coefficient's influence: G if clusters weigh the same."""
    influence = fit.x @ fit.bread[:, position]
    mass = fit.sums((influence**2)[:, None])[:, 0]
    return float(mass.sum() ** 2 / (mass**2).sum())
