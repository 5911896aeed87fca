"""Agreement beyond chance: Cohen's kappa for two coders, Fleiss' for any number.

kappa = (p_o - p_e) / (1 - p_e), p_o the observed agreement and p_e the one that chance alone
would give: 1 is full agreement, 0 no more than chance. It falls when one category is much more
frequent than the others, so publish the percent agreement and the kappa of each category too.

References: Cohen, *Educ. Psychol. Meas.* 20 (1960), 37-46; Fleiss, Cohen & Everitt,
*Psychological Bulletin* 72 (1969), 323-327; Fleiss, *Psychological Bulletin* 76 (1971), 378-382;
Fleiss, Nee & Landis, *Psychological Bulletin* 86 (1979), 974-977; Gwet, *Br. J. Math. Stat.
Psychol.* 61 (2008), 29-48.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.stats import norm
from statsmodels.stats import inter_rater

from obsante.errors import DataError, NotEstimable
from obsante.stats import checks
from obsante.stats.reliability.agreement import (
    counted,
    pairs_in_agreement,
    positions,
    without_zero,
)
from obsante.stats.survey.intervals import student

COHEN = {
    "none": "kappa de Cohen, intervalle normal",
    "linear": "kappa de Cohen à poids linéaires, intervalle normal",
    "quadratic": "kappa de Cohen à poids quadratiques, intervalle normal",
}
FLEISS = "kappa de Fleiss, intervalle de Student sur les sujets"
OVERALL = "ensemble"


def cohen_kappa(
    codes: pd.DataFrame, *, categories: Sequence[str], weighting: str, level: float
) -> pd.DataFrame:
    """Cohen's kappa of two coders, with the interval of Fleiss, Cohen & Everitt (1969).

    Args:
        codes: one row for each subject, two columns, the coders.
        categories: every code that may be given; in their order where ``weighting`` uses it.
        weighting: ``none``; ``linear`` or ``quadratic`` count a disagreement by the distance
            between categories, or by its square, for ordered categories only.
        level: confidence level, in proportion.

    Returns:
        One row: ``terme`` (``ensemble``), ``estimation`` (-1 to 1), ``erreur_type``,
        ``borne_inf``, ``borne_sup`` (cut at -1 and 1), ``statistique`` and ``p_valeur`` of the
        test of no agreement beyond chance (normal, two-sided), ``n`` (subjects), ``methode``.
        Full agreement leaves no variance to estimate: the standard error and the limits are
        then missing and ``methode`` says so.

    Raises:
        DataError: another number of coders than two, an unknown weighting, a coder who uses one
            code only, and the errors of :func:`percent_agreement`.

    >>> codes = pd.DataFrame({"ana": list("xxyyxy"), "ben": list("xxyyyy")})
    >>> table = cohen_kappa(codes, categories=["x", "y"], weighting="none", level=0.95)
    >>> round(float(table["estimation"].iloc[0]), 3)
    0.667
    """
    checks.probability(level, "level")
    _two_coders(codes, weighting)
    placed = positions(codes, categories)
    _more_than_one_code(placed, codes)
    square = np.zeros((len(categories), len(categories)))
    np.add.at(square, tuple(placed.T), 1)
    # Full agreement may leave a variance that rounding makes negative.
    with np.errstate(invalid="ignore"):
        result = inter_rater.cohens_kappa(square, wt=None if weighting == "none" else weighting)
    variance, method = without_zero(float(result.var_kappa), COHEN[weighting])
    limits = student(result.kappa, variance, np.inf, level)
    row = _row(OVERALL, result.kappa, variance, limits, result.z_value, len(codes), method)
    return pd.DataFrame([row])


def _two_coders(codes: pd.DataFrame, weighting: str) -> None:
    checks.choice(weighting, "weighting", COHEN)
    if codes.shape[1] != 2:
        raise DataError(
            f"codes of {', '.join(map(str, codes.columns))}",
            found=f"{codes.shape[1]} coder(s)",
            expected="two",
            remedy="use fleiss_kappa() for more than two coders",
        )


def fleiss_kappa(
    codes: pd.DataFrame, *, categories: Sequence[str], level: float
) -> pd.DataFrame:
    """Fleiss' kappa of two coders or more: all categories, then each against the others.

    The interval lets subjects vary (Gwet 2008), with Student's law on n - 1 df; the test of no
    agreement beyond chance has the variance of Fleiss, Nee & Landis (1979), which holds only
    if there is none and so makes no interval. The coders need not be the same for all subjects.

    Arguments, and columns, as :func:`cohen_kappa`; ``terme`` is ``ensemble`` or the category.

    Raises:
        DataError: a category that nobody, or everybody always, uses, and the errors of
            :func:`percent_agreement`.

    >>> codes = pd.DataFrame({"ana": list("xxyyxy"), "ben": list("xxyyyy"), "eva": list("xxyyxx")})
    >>> table = fleiss_kappa(codes, categories=["x", "y"], level=0.95)
    >>> table["terme"].tolist(), round(float(table["estimation"].iloc[0]), 3)
    (['ensemble', 'x', 'y'], 0.556)
    """
    checks.probability(level, "level")
    counts = counted(codes, categories)
    _used(counts, categories)
    rows = [_fleiss(OVERALL, counts, level)]
    for position, category in enumerate(categories):
        chosen = counts[:, position]
        against = np.column_stack([chosen, codes.shape[1] - chosen])
        rows.append(_fleiss(str(category), against, level))
    return pd.DataFrame(rows)


def _fleiss(term: str, counts: np.ndarray, level: float) -> dict:
    subjects, coders = len(counts), counts[0].sum()
    kappa = float(inter_rater.fleiss_kappa(counts))
    share = counts.sum(axis=0) / counts.sum()
    chance = float((share**2).sum())
    own = (pairs_in_agreement(counts) - chance) / (1 - chance)
    # What a subject does to the agreement by chance, through the shares of the categories.
    own = own - 2 * (1 - kappa) * (counts @ share / coders - chance) / (1 - chance)
    spread = float(((own - kappa) ** 2).sum() / (subjects * (subjects - 1)))
    variance, method = without_zero(spread, FLEISS)
    limits = student(kappa, variance, subjects - 1, level)
    statistic = kappa / _null_error(share, subjects, coders)
    return _row(term, kappa, variance, limits, statistic, subjects, method)


def _null_error(share: np.ndarray, subjects: int, coders: float) -> float:
    """Standard error of kappa where coders agree by chance only."""
    spread = share * (1 - share)
    part = spread.sum() ** 2 - (spread * (1 - 2 * share)).sum()
    return float(np.sqrt(2 * part / (subjects * coders * (coders - 1))) / spread.sum())


def _row(
    term: str, kappa: float, variance: float, limits, statistic: float, n: int, method: str
) -> dict:
    low, high = (float(np.clip(end, -1, 1)) for end in limits)
    return {
        "terme": term, "estimation": float(kappa), "erreur_type": variance**0.5, "borne_inf": low,
        "borne_sup": high, "statistique": float(statistic),
        "p_valeur": float(2 * norm.sf(abs(statistic))), "n": n, "methode": method,
    }  # fmt: skip


def _more_than_one_code(placed: np.ndarray, codes: pd.DataFrame) -> None:
    for coder, given in zip(codes.columns, placed.T, strict=True):
        if np.ptp(given) == 0:
            raise NotEstimable(
                f"coder '{coder}'",
                reason="no_variation",
                found=f"one code only, '{codes[coder].iloc[0]}', for {len(given)} subjects",
                expected="at least two codes",
                remedy="publish percent_agreement(): such a coder shows nothing beyond chance",
            )


def _used(counts: np.ndarray, categories: Sequence[str]) -> None:
    share = counts.sum(axis=0) / counts.sum()
    extreme = np.flatnonzero((share == 0) | (share == 1))
    if extreme.size:
        use = "no coder ever" if share[extreme[0]] == 0 else "all coders always"
        raise DataError(
            f"category '{categories[extreme[0]]}'",
            found=f"a category that {use} used",
            expected="categories that are sometimes used",
            remedy="leave out the categories that nobody used; with one left, there is no kappa",
        )
