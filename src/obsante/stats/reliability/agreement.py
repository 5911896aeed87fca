"""Codes given by several coders: the checked counts, and how often coders agree."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from statsmodels.stats.proportion import proportion_confint

from obsante.errors import DataError, NotEstimable, nearest
from obsante.stats import checks
from obsante.stats.survey.intervals import student

WILSON = "part d'accords entre deux codeurs, intervalle de Wilson"
PAIRS = "part des paires de codeurs en accord, intervalle de Student"
NO_VARIANCE = " : variance nulle (accord parfait, ou le même partout), sans intervalle"


def percent_agreement(
    codes: pd.DataFrame, *, categories: Sequence[str], level: float
) -> pd.DataFrame:
    """Share of the pairs of coders that give a subject the same code, in proportion (0 to 1).

    It takes no account of agreement by chance: publish a kappa too. With two coders the
    interval is Wilson's; with more, the mean over subjects plus or minus t times its standard
    error, cut at 0 and 1, and missing where all subjects have the same agreement (``methode``
    says so). Subjects are taken as independent: passages of one interview are not quite.

    Args:
        codes: one row for each subject (passage), one column for each coder.
        categories: every code that may be given.
        level: confidence level, in proportion.

    Returns:
        One row: ``estimation``, ``erreur_type``, ``borne_inf``, ``borne_sup``, ``n`` (subjects),
        ``n_codeurs``, ``methode``.

    Raises:
        DataError: fewer than two coders or subjects, a missing code, a code that is not declared.

    >>> codes = pd.DataFrame({"ana": ["x", "y", "x", "x"], "ben": ["x", "y", "y", "x"]})
    >>> table = percent_agreement(codes, categories=["x", "y"], level=0.95)
    >>> float(table["estimation"].iloc[0])
    0.75
    """
    checks.probability(level, "level")
    counts = counted(codes, categories)
    n, coders = len(codes), codes.shape[1]
    agreeing = pairs_in_agreement(counts)
    value = float(agreeing.mean())
    if coders == 2:
        limits = proportion_confint(round(value * n), n, alpha=1 - level, method="wilson")
        variance, method = value * (1 - value) / n, WILSON
    else:
        variance, method = without_zero(float(agreeing.var(ddof=1) / n), PAIRS)
        limits = [np.clip(end, 0, 1) for end in student(value, variance, n - 1, level)]
    columns = {
        "estimation": value, "erreur_type": variance**0.5, "borne_inf": float(limits[0]),
        "borne_sup": float(limits[1]), "n": n, "n_codeurs": coders,
        "methode": method,
    }  # fmt: skip
    return pd.DataFrame([columns])


def without_zero(variance: float, method: str) -> tuple[float, str]:
    """The variance and the method's sentence; no variance rather than zero, which misleads."""
    if variance > 1e-15:
        return variance, method
    return float("nan"), method.split(",")[0] + NO_VARIANCE


def pairs_in_agreement(counts: np.ndarray) -> np.ndarray:
    """Share of the pairs of coders that agree, for each subject (n,)."""
    coders = counts[0].sum()
    return ((counts**2).sum(axis=1) - coders) / (coders * (coders - 1))


def counted(codes: pd.DataFrame, categories: Sequence[str]) -> np.ndarray:
    """Number of coders that gave each category to each subject (subjects, categories)."""
    placed = positions(codes, categories)
    return (placed[:, :, None] == np.arange(len(categories))).sum(axis=1).astype(float)


def positions(codes: pd.DataFrame, categories: Sequence[str]) -> np.ndarray:
    """Position of each code among the categories (subjects, coders)."""
    known = list(categories)
    _enough(codes, known)
    for coder in codes.columns:
        given = codes[coder]
        if given.isna().any():
            raise DataError(
                f"coder '{coder}', subject {codes.index[given.isna()][0]}",
                found=f"{int(given.isna().sum())} subject(s) without a code",
                expected="a code from each coder for each subject",
                remedy="keep the subjects that all coders coded, and say how many are left out",
            )
        stray = given[~given.isin(known)]
        if len(stray):
            raise DataError(
                f"coder '{coder}', subject {stray.index[0]}",
                found=f"'{stray.iloc[0]}', which is no declared category",
                expected=nearest(stray.iloc[0], known),
                remedy="correct the code, or add it to the categories",
            )
    place = {category: position for position, category in enumerate(known)}
    return np.array([[place[code] for code in codes[coder]] for coder in codes]).T


def _enough(codes: pd.DataFrame, known: list) -> None:
    subjects, coders = codes.shape
    repeated = not codes.columns.is_unique or len(set(known)) < len(known)
    if subjects < 2 or coders < 2 or len(known) < 2 or repeated:
        raise NotEstimable(
            f"codes of {', '.join(map(str, codes.columns))}",
            reason="too_few",
            found=f"{subjects} subject(s), {coders} coder(s), categories {known}",
            expected="at least two of each, and no coder or category twice",
            remedy="give a table with one row for each subject and one column for each coder",
        )
