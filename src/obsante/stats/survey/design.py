"""The sample as it was drawn: weights, strata, primary and secondary units, sizes of the population.

Terms: a *primary sampling unit* (PSU) is drawn in a stratum (here a facility), a *secondary* one
(SSU) within a PSU (here a health worker). The finite-population correction (FPC) needs the number
of PSUs in the stratum, N_h, and, with two stages, of SSUs in the PSU, M_j.

References: Särndal, Swensson & Wretman, *Model Assisted Survey Sampling* (1992), ch. 4 and 5;
Lumley, *Complex Surveys* (2010), ch. 2 and 3, for the rules on a stratum with a single PSU.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from obsante.stats import checks
from obsante.stats.survey import freedom, variance


@dataclass(frozen=True, eq=False)
class SecondStage:
    """Units drawn within PSUs: code of each row, PSU of each unit, m_j drawn of M_j by PSU."""

    ssu: np.ndarray
    ssu_psu: np.ndarray
    sampled: np.ndarray
    population: np.ndarray

    @property
    def fraction(self) -> np.ndarray:
        """m_j / M_j, one per PSU."""
        return self.sampled / self.population


@dataclass(frozen=True, eq=False)
class SurveyDesign:
    """A sample of n rows, P PSUs and H strata. Build it with
    :func:`obsante.stats.survey_design`.

    Attributes:
        index: labels of the rows.
        weights: sampling weights (n,), all positive.
        stratum: stratum of each row (n,), 0 to H - 1.
        psu: PSU of each row (n,), 0 to P - 1, nested in the strata.
        strata_labels: name of each stratum in the data (H,).
        psu_labels: name of each PSU in the data, within its stratum (P,).
        psu_stratum: stratum of each PSU (P,).
        psu_population: N_h (H,), infinite without FPC.
        psu_named: False where each row is its own PSU for want of a column.
        lonely: what is done with a stratum that has a single PSU and is not a census.
        second: the second stage, None where PSUs are the last stage or there is no FPC.
        calibrations: adjustments of the weights, whose residuals carry the variance.
        degrees: ``welch``, or ``design`` for PSUs minus strata.
        response: a question's answers, of which :meth:`answering` makes this design; None where
            all the units answered.
    """

    index: pd.Index
    weights: np.ndarray
    stratum: np.ndarray
    psu: np.ndarray
    strata_labels: pd.Index
    psu_labels: pd.Index
    psu_stratum: np.ndarray
    psu_population: np.ndarray
    psu_named: bool = False
    lonely: str = "error"
    second: SecondStage | None = None
    calibrations: tuple[variance.Calibration, ...] = ()
    degrees: str = "welch"
    response: variance.Response | None = None

    @property
    def size(self) -> int:
        """Number of rows."""
        return len(self.weights)

    @cached_property
    def psu_keys(self) -> pd.MultiIndex:
        """Stratum and PSU as they are named in the data, one pair for each PSU."""
        return pd.MultiIndex.from_arrays([self.strata_labels[self.psu_stratum], self.psu_labels])

    @cached_property
    def sampled_psu(self) -> np.ndarray:
        """n_h (H,): PSUs of each stratum in the sample."""
        return np.bincount(self.psu_stratum, minlength=len(self.psu_population))

    @cached_property
    def first_fraction(self) -> np.ndarray:
        """f_h = n_h / N_h (H,), zero without FPC."""
        return self.sampled_psu / self.psu_population

    @cached_property
    def lonely_strata(self) -> np.ndarray:
        """True (H,) where a single PSU stands for others: a census stratum is not lonely."""
        return (self.sampled_psu == 1) & (self.psu_population > 1)

    def covariance(
        self, z: np.ndarray, codes: np.ndarray | None = None, size: int = 1
    ) -> np.ndarray:
        """Covariance matrix of the totals of ``z``.

        V = sum_h (1-f_h) n_h/(n_h-1) sum_j (t_hj - mean_h)^2
          + sum_h f_h sum_j (1-m_j/M_j) m_j/(m_j-1) sum_k (z_jk - mean_j)^2
          + what the units that left a question out add: :meth:`answering`

        Args:
            z: weight times influence, (n,) or (n, k); 0 for a unit outside the domain.
            codes: domain of each row (n,), 0 to ``size`` - 1, where z is (n,) and domains are
                disjoint; the totals are then one for each domain.

        Returns:
            (k, k), or (size, size) with ``codes``.
        """
        return variance.covariance(self, np.asarray(z, dtype=float), codes, size)

    def answering(self, answered: np.ndarray, missing: np.ndarray) -> SurveyDesign:
        """The same sample, some units of which left a question out.

        The first two terms of :meth:`covariance` see missing answers as far as the units were
        drawn from others: where f_h = 1 they see nothing, and yet answers are unknown. Those of a
        stratum are taken to be missing at random, a_h of those concerned having answered, which
        adds, with r_h that share::

            sum_h f_h (1-r_h) a_h/(a_h-1) sum_k z_hk^2      (times m_j/M_j with two stages)

        Reference: Särndal, Swensson & Wretman (1992), ch. 15, response homogeneity groups.

        Args:
            answered: units whose answers are used (n,), whatever their domain.
            missing: units that should have answered and did not (n,).
        """
        if not np.any(missing):
            return self
        strata = len(self.psu_population)
        counts = [np.bincount(self.stratum[rows], minlength=strata) for rows in (answered, missing)]
        return replace(self, response=variance.Response(*counts))

    def degrees_of_freedom(self, inside: np.ndarray) -> int:
        """PSUs minus strata among the rows ``inside`` (n,)."""
        codes = np.where(np.asarray(inside, dtype=bool), 0, -1)
        return int(self.domain_degrees_of_freedom(codes, 1)[0])

    def effective_degrees(self, z: np.ndarray, codes: np.ndarray, size: int = 1) -> np.ndarray:
        """Degrees of freedom (size,) of the variances of the totals of ``z``, disjoint domains.

        Those of :mod:`obsante.stats.survey.freedom`, or PSUs minus strata with ``degrees="design"``.

        Args:
            z: weight times influence (n,), or (n, k) for k estimates of one domain.
            codes: domain of each unit whose answer is used (n,), -1 for the others.
        """
        nominal = self.domain_degrees_of_freedom(codes, size)
        if self.degrees == "design":
            return nominal
        nominal = np.repeat(nominal, z.shape[1]) if z.ndim == 2 else nominal
        return freedom.welch(self, z, codes, nominal)

    def domain_degrees_of_freedom(self, codes: np.ndarray, size: int) -> np.ndarray:
        """PSUs minus strata present in each domain (size,); a negative code is in none."""
        used = codes >= 0
        domain = codes[used]
        if len(self.psu_stratum) == self.size:
            psus = np.bincount(domain, minlength=size)
        else:
            psus = _different(domain, self.psu[used], size, len(self.psu_stratum))
        return psus - _different(domain, self.stratum[used], size, len(self.psu_population))

    def calibrated(self, weights: np.ndarray, auxiliaries: np.ndarray) -> SurveyDesign:
        """The same sample with calibrated weights.

        Its variances use the residuals of the influence on the auxiliaries, regressed with the
        weights before calibration (Deville & Särndal, *JASA* 87 (1992), 376-382).

        Args:
            weights: weights after calibration (n,), all positive.
            auxiliaries: (n, q), the variables whose totals were reproduced.
        """
        after = checks.vector(weights, "calibrated weights", self.size)
        checks.positive(after, "calibrated weights")
        step = variance.Calibration.of(auxiliaries, self.weights, after)
        return replace(self, weights=after, calibrations=(*self.calibrations, step))


def _different(domain: np.ndarray, unit: np.ndarray, size: int, units: int) -> np.ndarray:
    """Number of different units in each domain (size,)."""
    present = np.zeros(size * units, dtype=bool)
    present[domain * units + unit] = True
    return present.reshape(size, units).sum(axis=1)
