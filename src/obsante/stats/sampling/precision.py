"""Precision that a plan promises before the field work: a proportion, domain by domain.

n'_h = r_h n_h answers are expected of the n_h units drawn of N_h, and taken for a simple random
sample of the stratum, as the estimates of the report do. For the share p_d of a domain d, in which
the stratum has a part q_dh of its units and a share p_h,

    V_d = sum_h (N_h / N_d)^2 (1 / n'_h - 1 / N_h) S2_dh
    S2_dh = N_h / (N_h - 1) (q_dh [p_h (1 - p_h) + (p_h - p_d)^2] - q_dh^2 (p_h - p_d)^2)

which is p (1 - p) by stratum where the domain holds it whole and p is the same everywhere.

References: Cochran, *Sampling Techniques*, 3rd ed. (1977), chapters 2 (domains) and 5;
Särndal, Swensson & Wretman, *Model Assisted Survey Sampling* (1992), chapters 5 and 10; Kish, *J.
Official Stat.* 8 (1992), 183-200, for unequal weights.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from obsante.errors import DataError
from obsante.stats import checks
from obsante.stats.sampling.domains import Domains
from obsante.stats.survey.intervals import quantile_of

LEAST_ANSWERS = 2
PRECISION_COLUMNS = [
    "dimension", "modalite", "effectif", "tires", "reponses", "estimation", "erreur_type",
    "demi_largeur", "ddl", "effet_plan", "taille_effective",
]  # fmt: skip


@dataclass(frozen=True, eq=False)
class Expected:
    """What a plan expects of its strata: response r_h and share p_h (H,), S2_dh (D, H)."""

    domains: Domains
    response: np.ndarray
    share: np.ndarray
    student: bool
    level: float

    @property
    def shares(self) -> np.ndarray:
        """p_d (D,)."""
        return self.domains.counts @ self.share / self.domains.totals

    def factors(self) -> np.ndarray:
        """(N_h / N_d)^2 S2_dh (D, H): V_d is their sum times 1 / n'_h - 1 / N_h."""
        sizes, parts = self.domains.sizes, self.domains.parts
        gap = (self.share - self.shares[:, None]) ** 2
        spread = parts * (self.share * (1 - self.share) + gap) - parts**2 * gap
        spread *= sizes / np.maximum(sizes - 1, 1)
        return spread * (sizes / self.domains.totals[:, None]) ** 2

    def answers(self, drawn: np.ndarray) -> np.ndarray:
        """n'_h (H,): two at least where as many are drawn: a stratum is followed up until then."""
        return np.maximum(self.response * drawn, np.minimum(drawn, LEAST_ANSWERS))

    def degrees(self, answers: np.ndarray) -> np.ndarray:
        """Answers expected in each domain minus its strata (D,)."""
        return self.domains.parts @ answers - (self.domains.counts > 0).sum(axis=1)

    def quantile(self, degrees: np.ndarray) -> np.ndarray:
        """Student's, or the normal's, by which a standard error becomes a half-width."""
        return quantile_of(degrees if self.student else np.full_like(degrees, np.inf), self.level)

    def half_widths(self, variance: np.ndarray, degrees: np.ndarray) -> np.ndarray:
        """Half-width of each interval (D,), zero without variance, NaN without df."""
        return np.where(variance > 0, self.quantile(degrees) * np.sqrt(variance), 0.0)


def expected(
    domains: Domains,
    *,
    level: float,
    response: float | Sequence | np.ndarray = 1.0,
    share: float | Sequence | np.ndarray = 0.5,
    student: bool = True,
) -> Expected:
    """Check and hold what a plan expects of its strata; arguments as :func:`expected_precision`."""
    checks.probability(level, "level")
    rates = domains.per_stratum(response, "response")
    parts = domains.per_stratum(share, "share")
    if not ((rates > 0) & (rates <= 1)).all():
        raise _outside("response", "above 0 and at most 1")
    if not ((parts > 0) & (parts < 1)).all():
        raise _outside("share", "strictly between 0 and 1")
    return Expected(domains, rates, parts, student, level)


def expected_precision(
    domains: Domains,
    drawn: Sequence | np.ndarray,
    *,
    level: float,
    response: float | Sequence | np.ndarray = 1.0,
    share: float | Sequence | np.ndarray = 0.5,
    student: bool = True,
) -> pd.DataFrame:
    """Precision expected of a proportion in each domain, as the module says.

    Args:
        domains: from :func:`obsante.stats.sampling.domains`.
        drawn: n_h, units to draw in each stratum (H,).
        level: confidence level, in proportion.
        response: r_h, share of the units drawn that answer, one for all or one for each stratum.
        share: p_h, the proportion planned for; one half is the least favourable.
        student: Student's quantile at the expected degrees of freedom; False for the normal's.

    Returns:
        One row for each domain, columns :data:`PRECISION_COLUMNS`: units of the frame, units drawn
        and answers expected, p_d, standard error and half-width (in proportion), degrees of
        freedom, Kish's effect of unequal weights n sum(w^2) / sum(w)^2, and n over it. Without
        degree of freedom there is no half-width; where every unit answers it is 0.

    Raises:
        DataError: a stratum with no unit drawn or more than it holds; a level, a response or a
            share out of bounds; one number too few or too many.

    >>> from obsante.stats.sampling import domains
    >>> plan = domains(pd.DataFrame({"h": ["a"] * 3200}), strata="h")
    >>> row = expected_precision(plan, [356], level=0.9545, student=False).iloc[0]
    >>> float(row["demi_largeur"].round(3))
    0.05
    """
    plan = expected(domains, level=level, response=response, share=share, student=student)
    n = domains.per_stratum(drawn, "drawn")
    if not ((n >= 1) & (n <= domains.sizes)).all():
        raise _outside("drawn", "at least one unit in each stratum, and not more than it has")
    answers = plan.answers(n)
    variance = plan.factors() @ (1 / answers - 1 / domains.sizes)
    degrees = plan.degrees(answers)
    weights = _weights(domains, answers)
    columns = [
        domains.totals, domains.parts @ n, domains.parts @ answers, plan.shares,
        np.sqrt(variance), plan.half_widths(variance, degrees), degrees, *weights,
    ]  # fmt: skip
    numbers = dict(zip(PRECISION_COLUMNS[2:], columns, strict=True))
    return pd.concat([domains.labels, pd.DataFrame(numbers)], axis=1)


def expected_intervals(table: pd.DataFrame) -> pd.DataFrame:
    """A table of expected precision in the columns of estimates, ready to be published.

    Args:
        table: from :func:`expected_precision`.

    Returns:
        ``dimension``, ``modalite``, ``estimation`` (the share planned for), ``erreur_type``,
        ``borne_inf`` and ``borne_sup`` (half a width on each side, between 0 and 1), ``ddl``,
        ``effet_plan`` (of the weights), ``n`` (answers expected, to the nearest unit), ``effectif``
        (units of the frame) and ``methode``.

    >>> from obsante.stats.sampling import domains
    >>> plan = domains(pd.DataFrame({"h": ["a"] * 3200}), strata="h")
    >>> table = expected_precision(plan, [356], level=0.9545, student=False)
    >>> expected_intervals(table)[["borne_inf", "borne_sup", "n"]].round(3).to_numpy().tolist()
    [[0.45, 0.55, 356.0]]
    """
    half = table["demi_largeur"]
    kept = ["dimension", "modalite", "estimation", "erreur_type", "ddl", "effet_plan", "effectif"]
    return table[kept].assign(
        borne_inf=(table["estimation"] - half).clip(lower=0),
        borne_sup=(table["estimation"] + half).clip(upper=1),
        n=table["reponses"].round().astype("int64"),
        methode="précision attendue du plan, intervalle de Student",
    )


def against_estimates(promised: pd.DataFrame, estimates: pd.DataFrame) -> pd.DataFrame:
    """What was promised beside what a survey gave for one proportion, domain by domain.

    Args:
        promised: from :func:`expected_precision`, planned for a share of one half.
        estimates: from :func:`obsante.stats.proportion`, with at least the same domains.

    Returns:
        ``dimension``, ``modalite``, ``reponses`` expected, ``n`` obtained, ``estimation``, then
        three half-widths, in proportion: ``demi_largeur`` as promised, ``au_niveau`` the same at
        the share estimated, times sqrt(p (1 - p) / (p0 (1 - p0))), and ``obtenue``, half of the
        interval.

    Raises:
        DataError: a domain promised is not among the estimates.

    >>> keys = {"dimension": ["national"], "modalite": ["national"]}
    >>> promised = pd.DataFrame(keys | {"reponses": 90.0, "estimation": 0.5, "demi_largeur": 0.1})
    >>> found = pd.DataFrame(
    ...     keys | {"n": 100, "estimation": 0.2, "borne_inf": 0.125, "borne_sup": 0.275})
    >>> row = against_estimates(promised, found).iloc[0]
    >>> [round(float(row[name]), 3) for name in ("demi_largeur", "au_niveau", "obtenue")]
    [0.1, 0.08, 0.075]
    """
    keys = ["dimension", "modalite"]
    found = estimates.astype(dict.fromkeys(keys, "str")).set_index(keys)
    wanted = pd.MultiIndex.from_frame(promised[keys].astype("str"))
    lost = wanted[~wanted.isin(found.index)]
    if len(lost):
        raise DataError(
            f"estimates, {lost[0][0]} = {lost[0][1]}", found="no such domain",
            expected="the domains of the plan", remedy="estimate with the same dimensions (by)",
        )  # fmt: skip
    rows = found.loc[wanted].reset_index(drop=True)
    kept = promised.reset_index(drop=True)
    planned, share = kept["estimation"], rows["estimation"]
    ratio = np.sqrt(share * (1 - share) / (planned * (1 - planned)))
    return kept[[*keys, "reponses"]].assign(
        n=rows["n"], estimation=share, demi_largeur=kept["demi_largeur"],
        au_niveau=kept["demi_largeur"] * ratio,
        obtenue=(rows["borne_sup"] - rows["borne_inf"]) / 2,
    )  # fmt: skip


def clustering_effect(takes: Sequence | np.ndarray, correlation: float) -> float:
    """Design effect of drawing several units in each cluster, 1 + (m - 1) rho.

    m = sum(m_j^2) / sum(m_j), the cluster size that an average unit sees, for clusters of unequal
    takes m_j (J,) and an intra-cluster correlation rho (Kish, *Survey Sampling* (1965), section
    5.4 and 8.2).

    Raises:
        DataError: a take that is not positive, or a correlation out of [0, 1).

    >>> clustering_effect([5, 5, 5], 0.05)
    1.2
    """
    sizes = checks.vector(takes, "takes", len(takes))
    checks.positive(sizes, "takes")
    if not 0 <= correlation < 1:
        raise _outside("correlation", "from 0 to below 1")
    return float(1 + (sizes @ sizes / sizes.sum() - 1) * correlation)


def _weights(domains: Domains, answers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Kish's effect and the effective size of each domain (D,)."""
    count = domains.parts @ answers
    squares = domains.parts @ (domains.sizes**2 / answers)
    effect = count * squares / domains.totals**2
    return effect, count / effect


def _outside(name: str, expected: str) -> DataError:
    return DataError(
        f"'{name}'", found="a value out of bounds, or missing", expected=expected,
        remedy="give shares in proportion (0.8, not 80) and whole numbers of units",
    )  # fmt: skip
