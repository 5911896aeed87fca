"""Replicate weights: the variance of any statistic, by jackknife or by bootstrap.

A replicate changes the weights as if other primary sampling units (PSUs) had been drawn; the
spread of the statistic over the replicates estimates its variance, without a formula for its
influence function. Whole PSUs are deleted or drawn, so that what happens inside them, a second
stage of sampling included, is carried along.

Finite population. The first-stage correction 1 - n_h/N_h is applied where the PSUs were observed
whole. With a second stage it is left out, in every stratum: applied alone it would drop part of
the second stage's variance, whereas without it the variance is that of PSUs drawn with
replacement, a little too large. The exact two-stage variance is ``design.covariance``.

References: Rust & Rao, *Stat. Methods Med. Res.* 5 (1996), 283-310 (jackknife); Rao & Wu, *JASA*
83 (1988), 231-241, and Rao, Wu & Yue, *Survey Methodology* 18 (1992), 209-217 (bootstrap).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from obsante.errors import DataError
from obsante.stats.survey.design import SurveyDesign


@dataclass(frozen=True, eq=False)
class Replicates:
    """Replicate weights of one design, made one at a time.

    Attributes:
        design: the design; its weights are those of the estimate.
        method: ``jackknife`` or ``bootstrap``.
        scale: (R,) share of each squared deviation in the variance.
        factors: gives the (P,) factors of the PSUs' weights in replicate r, 0 <= r < R.
        names: (R,) what each replicate is, for messages.

    The design must be the one before calibration: ``estimate`` calibrates again inside each
    replicate.
    """

    design: SurveyDesign
    method: str
    scale: np.ndarray
    factors: Callable[[int], np.ndarray]
    names: Sequence[str]

    @property
    def size(self) -> int:
        """R, the number of replicates."""
        return len(self.scale)

    def weights(self, r: int) -> np.ndarray:
        """(n,) weights of replicate ``r``; 0 for the units of a deleted or undrawn PSU."""
        return self.design.weights * self.factors(r)[self.design.psu]


def jackknife(design: SurveyDesign) -> Replicates:
    """Stratified jackknife (JKn): as many replicates as PSUs, one PSU deleted in each.

    Where stratum h keeps n_h - 1 PSUs their weights are multiplied by n_h / (n_h - 1), and the
    replicate's scale is (1 - f_h)(n_h - 1)/n_h. For a total this is the linearised variance,
    exactly. A census stratum (n_h = N_h) has no replicate. A lonely stratum follows
    ``design.lonely``: none with ``certainty``; with ``adjust`` it is taken as one of the H
    strata: it is deleted, the others' weights times H/(H - 1), scale (H - 1)/H without finite
    population correction, as R's ``survey`` does.

    Not consistent for quantiles: use the bootstrap or Woodruff's interval there.

    Raises:
        DataError: the weights are already calibrated; with two stages, a census stratum of one PSU;
            a sample of one PSU.

    >>> import pandas as pd
    >>> from obsante.stats.survey import survey_design
    >>> frame = pd.DataFrame({"w": [2.0, 2.0, 2.0]})
    >>> replicates = jackknife(survey_design(frame, weights="w"))
    >>> replicates.weights(0).tolist()
    [0.0, 3.0, 3.0]
    """
    sampled, fraction = design.sampled_psu, _first_fraction(design)
    lonely = design.lonely_strata & (design.lonely == "adjust")
    if len(sampled) == 1:
        _none(design, lonely, "no other PSU to compare it with", "survey more PSUs")
    # A lonely stratum counts as one unit among the strata.
    units = np.where(lonely, len(sampled), sampled).astype(float)
    varies = (fraction < 1) & (units > 1)
    deleted = np.flatnonzero(varies[design.psu_stratum])
    scale = np.where(lonely, 1.0, 1 - fraction) * (units - 1) / units

    def factors(r: int) -> np.ndarray:
        stratum = design.psu_stratum[deleted[r]]
        inside = lonely[stratum] | (design.psu_stratum == stratum)
        result = np.where(inside, units[stratum] / (units[stratum] - 1), 1.0)
        result[deleted[r]] = 0.0
        return result

    names = [f"without PSU {' / '.join(map(str, design.psu_keys[psu]))}" for psu in deleted]
    return Replicates(design, "jackknife", scale[design.psu_stratum[deleted]], factors, names)


def bootstrap(design: SurveyDesign, replicates: int = 500, *, seed: int) -> Replicates:
    """Rao and Wu's rescaled bootstrap, n_h - 1 PSUs drawn with replacement in each stratum.

    A PSU drawn c times has the factor 1 - s_h + s_h c n_h/(n_h - 1), s_h = sqrt(1 - f_h), which
    is never negative; the variance is the mean squared deviation over the replicates. Its
    expectation over the draws is the linearised variance, for a total. Replicate r depends on
    ``seed`` and r alone. Census strata, and lonely ones under ``certainty``, keep their weights.

    Args:
        design: the survey design.
        replicates: R; the relative error of a standard error is about 1/sqrt(2 R).
        seed: of the draws.

    Raises:
        DataError: fewer than two replicates; a lonely stratum under ``adjust``, which has no
            counterpart here; the weights are already calibrated; with two stages, a census
            stratum of one PSU.

    >>> import pandas as pd
    >>> from obsante.stats.survey import survey_design
    >>> frame = pd.DataFrame({"w": [2.0, 2.0]})
    >>> sorted(bootstrap(survey_design(frame, weights="w"), 2, seed=1).weights(0).tolist())
    [0.0, 4.0]
    """
    if replicates < 2:
        raise DataError(
            "'replicates'", found=str(replicates), expected="at least 2", remedy="ask for some 500"
        )
    sampled, fraction = design.sampled_psu, _first_fraction(design)
    lonely = design.lonely_strata & (design.lonely == "adjust")
    _none(design, lonely, "none to draw from", "collapse strata, or use jackknife()")
    draws = np.where(sampled > 1, sampled - 1, 0)
    rescaling = np.where(sampled > 1, np.sqrt(1 - fraction), 0.0)[design.psu_stratum]
    share = (sampled / np.maximum(draws, 1))[design.psu_stratum]
    # PSUs listed stratum by stratum, so that a draw is a position in its stratum's stretch.
    listed = np.argsort(design.psu_stratum, kind="stable")
    starts = np.repeat(np.cumsum(sampled) - sampled, draws)
    sizes = np.repeat(sampled, draws)

    def factors(r: int) -> np.ndarray:
        drawn = listed[starts + np.random.default_rng([seed, r]).integers(sizes)]
        count = np.bincount(drawn, minlength=len(listed))
        return 1 - rescaling + rescaling * share * count

    scale = np.full(replicates, 1 / replicates)
    names = [f"bootstrap draw {r}, seed {seed}" for r in range(replicates)]
    return Replicates(design, "bootstrap", scale, factors, names)


def _first_fraction(design: SurveyDesign) -> np.ndarray:
    """f_h (H,) for replicates of whole PSUs: zero where a second stage follows."""
    if design.calibrations:
        raise DataError(
            "replicates of the design",
            found="weights that are already calibrated",
            expected="the design before calibration",
            remedy="start from that design, and calibrate in each replicate: estimate(adjust=...)",
        )
    if design.second is None:
        return design.first_fraction
    alone = (design.sampled_psu == 1) & ~design.lonely_strata
    _none(design, alone, "a census, of which units were drawn", "declare these units as PSUs")
    return np.zeros(len(design.sampled_psu))


def _none(design: SurveyDesign, strata: np.ndarray, why: str, remedy: str) -> None:
    """Raise a DataError for the first of the ``strata`` (H,), which have one PSU."""
    if strata.any():
        psu = int(np.flatnonzero(strata[design.psu_stratum])[0])
        raise DataError(
            f"stratum '{design.psu_keys[psu][0]}'",
            found=f"a single PSU, {why} ({int(strata.sum())} such stratum(s))",
            expected="at least two PSUs in each stratum, for replicates",
            remedy=remedy,
        )
