"""Times to an event, some of them censored: Kaplan-Meier, median, log-rank test.

A duration runs from an origin (an incident's occurrence, an installation) to the event (its
detection, its repair) or to the last day on which the event was still awaited (censored).
Censoring must not depend on the duration to come. A register that holds only the incidents
already detected has no censored rows: use :func:`~obsante.stats.impact.delay_distribution`.

References: Kaplan & Meier, *J. Am. Stat. Assoc.* 53 (1958), 457-481; Greenwood (1926); Kalbfleisch
& Prentice, *The Statistical Analysis of Failure Time Data* (2nd ed., 2002), section 1.4 (log-log
limits); Brookmeyer & Crowley, *Biometrics* 38 (1982), 29-41; Mantel, *Cancer Chemother. Rep.* 50
(1966), 163-170.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.stats import chi2, norm
from statsmodels.duration.survfunc import SurvfuncRight, survdiff

from obsante.errors import DataError, NotEstimable
from obsante.stats.checks import binary_values, column, probability, vector
from obsante.stats.impact.arguments import labels, numbers

__all__ = ["kaplan_meier", "log_log_limits", "log_rank", "median_duration", "observed_durations"]

# Products of fractions that should be 1/2 miss it by rounding.
ROUNDING = 1e-12


def observed_durations(
    frame: pd.DataFrame, *, duration: str, event: str
) -> tuple[np.ndarray, np.ndarray]:
    """Durations and event indicators as floats.

    Raises:
        DataError: no row, a duration that is missing, negative or infinite, an indicator that is
            not 0 or 1, no event at all.

    >>> rows = pd.DataFrame({"jours": [3, 5], "detecte": [1, 0]})
    >>> observed_durations(rows, duration="jours", event="detecte")
    (array([3., 5.]), array([1., 0.]))
    """
    time = numbers(frame, duration, least=0)
    status = vector(column(frame, event), event, len(frame))
    binary_values(status, event)
    if np.isnan(status).any():
        raise DataError(
            f"'{event}'", found=f"{int(np.isnan(status).sum())} missing",
            expected="1 (event) or 0 (censored) for each row", remedy="complete the column",
        )  # fmt: skip
    if not status.any():
        raise NotEstimable(
            f"'{event}'", reason="too_few", found=f"{len(status)} row(s), no event",
            expected="at least one event",
            remedy="without event only the follow-up can be reported",
        )  # fmt: skip
    return time, status


def log_log_limits(
    survival: np.ndarray, error: np.ndarray, level: float
) -> tuple[np.ndarray, np.ndarray]:
    """Limits S^exp(-/+ z e / (S log S)): they stay between 0 and 1; none where S is 0 or 1.

    Args:
        survival: probabilities.
        error: their standard errors (Greenwood).
        level: confidence level.

    >>> low, high = log_log_limits(np.array([0.5]), np.array([0.1]), 0.95)
    >>> low.round(3).tolist(), high.round(3).tolist()
    ([0.295], [0.675])
    """
    inner = (survival > 0) & (survival < 1) & np.isfinite(error)
    safe = np.where(inner, survival, 0.5)
    spread = norm.ppf((1 + level) / 2) * error / np.abs(safe * np.log(safe))
    low, high = safe ** np.exp(spread), safe ** np.exp(-spread)
    return np.where(inner, low, np.nan), np.where(inner, high, np.nan)


def kaplan_meier(
    frame: pd.DataFrame,
    *,
    duration: str,
    event: str,
    level: float,
    by: str | None = None,
) -> pd.DataFrame:
    """Kaplan-Meier estimate of P(T > t), at each event time, by group.

    S(t) = prod over u <= t of (1 - d_u / n_u), Greenwood's error, log-log limits (pointwise, not
    a band). Where everybody has had the event (S = 0) there is no error nor limit.

    Args:
        frame: one row per unit followed.
        duration: column of times, in the unit that the reader will see.
        event: column, 1 for the event and 0 for a censored row.
        level: confidence level.
        by: column of groups; None for the whole.

    Returns:
        One row per group and event time: ``groupe``, ``duree``, ``estimation``, ``erreur_type``,
        ``borne_inf``, ``borne_sup``, ``n`` (at risk just before), ``evenements``, ``methode``.

    Raises:
        DataError: bad durations or indicators, a missing group label, a group without event.

    >>> rows = pd.DataFrame({"jours": [1, 2, 2, 4], "detecte": [1, 1, 0, 1]})
    >>> table = kaplan_meier(rows, duration="jours", event="detecte", level=0.95)
    >>> table["estimation"].round(6).tolist()
    [0.75, 0.5, 0.0]
    """
    probability(level, "level")
    observed_durations(frame, duration=duration, event=event)
    tables = [
        _curve(part, duration, event, level).assign(groupe=label)
        for label, part in _parts(frame, by, event)
    ]
    result = pd.concat(tables, ignore_index=True)
    result["methode"] = "Kaplan-Meier, intervalle log-log"
    return result[["groupe", *result.columns.drop("groupe")]]


def _parts(frame: pd.DataFrame, by: str | None, event: str) -> list[tuple[object, pd.DataFrame]]:
    """The rows of each group, each with an event at least."""
    if by is None:
        return [("ensemble", frame)]
    labels(frame, by)
    parts = list(frame.groupby(by, observed=True, sort=True))
    for label, part in parts:
        if not column(part, event).astype("float64").sum() > 0:
            raise NotEstimable(
                f"group '{by}' = '{label}'", reason="too_few",
                found=f"{len(part)} row(s), no event",
                expected="at least one event in each group",
                remedy="merge the group with another one, or leave it out",
            )  # fmt: skip
    return parts


def _curve(frame: pd.DataFrame, duration: str, event: str, level: float) -> pd.DataFrame:
    """Kaplan-Meier table of one group."""
    time, status = observed_durations(frame, duration=duration, event=event)
    curve = SurvfuncRight(time, status)
    error = np.where(curve.surv_prob > 0, curve.surv_prob_se, np.nan)
    low, high = log_log_limits(curve.surv_prob, error, level)
    return pd.DataFrame(
        {
            "duree": curve.surv_times,
            "estimation": curve.surv_prob,
            "erreur_type": error,
            "borne_inf": low,
            "borne_sup": high,
            "n": curve.n_risk.astype(int),
            "evenements": curve.n_events.astype(int),
        }
    )


def median_duration(
    frame: pd.DataFrame,
    *,
    duration: str,
    event: str,
    level: float,
    by: str | None = None,
) -> pd.DataFrame:
    """Median time to the event by group, with Brookmeyer and Crowley's limits.

    The first event time at which S <= 1/2 (if S is 1/2 exactly, the middle of the step); the
    limits are those at which the log-log limits of S reach 1/2. Infinite when the curve, or its
    limit, does not come down to 1/2: the median is longer than the follow-up.

    Args:
        frame, duration, event, level, by: as :func:`kaplan_meier`.

    Returns:
        One row per group: ``groupe``, ``estimation``, ``borne_inf``, ``borne_sup``, ``n``,
        ``evenements``, ``methode``.

    Raises:
        DataError: as :func:`kaplan_meier`.

    >>> rows = pd.DataFrame({"jours": [1, 2, 3, 4, 5], "detecte": [1, 1, 1, 1, 0]})
    >>> median_duration(rows, duration="jours", event="detecte", level=0.95)["estimation"].tolist()
    [3.0]
    """
    curves = kaplan_meier(frame, duration=duration, event=event, level=level, by=by)
    rows = []
    for label, curve in curves.groupby("groupe", sort=False, observed=True):
        rows.append(
            {
                "groupe": label,
                "estimation": _half(curve["duree"], curve["estimation"]),
                "borne_inf": _half(curve["duree"], curve["borne_inf"].fillna(0.0)),
                "borne_sup": _half(curve["duree"], curve["borne_sup"].fillna(1.0)),
                "n": int(curve["n"].iloc[0]),
                "evenements": int(curve["evenements"].sum()),
            }
        )
    return pd.DataFrame(rows).assign(methode="médiane de Kaplan-Meier, limites log-log")


def _half(times: pd.Series, values: pd.Series) -> float:
    """Time at which a step function comes down to 1/2; infinite if it does not."""
    times, values = times.to_numpy(dtype=float), values.to_numpy(dtype=float)
    below = np.flatnonzero(values <= 0.5 + ROUNDING)
    if not len(below):
        return np.inf
    first = int(below[0])
    if abs(values[first] - 0.5) <= ROUNDING and first + 1 < len(times):
        return float(times[first : first + 2].mean())
    return float(times[first])


def log_rank(frame: pd.DataFrame, *, duration: str, event: str, by: str) -> pd.DataFrame:
    """Log-rank test that the groups' hazards are equal at all times.

    Chi-square on groups - 1 degrees of freedom, hypergeometric variance. Strongest when the
    hazards are proportional; nearly blind to curves that cross.

    Args:
        frame, duration, event, by: as :func:`kaplan_meier`.

    Returns:
        One row: ``statistique``, ``ddl``, ``p_valeur``, ``n``, ``evenements``, ``methode``.

    Raises:
        DataError: as :func:`kaplan_meier`; fewer than two groups.

    >>> rows = pd.DataFrame({"jours": [1, 2, 3, 4], "detecte": 1, "type": list("aabb")})
    >>> round(log_rank(rows, duration="jours", event="detecte", by="type").loc[0, "ddl"])
    1
    """
    time, status = observed_durations(frame, duration=duration, event=event)
    groups = [label for label, _ in _parts(frame, by, event)]
    if len(groups) < 2:
        raise NotEstimable(
            f"group '{by}'", reason="no_comparison",
            found=f"{len(groups)} group(s)",
            expected="at least two",
            remedy="choose a column that separates the rows",
        )  # fmt: skip
    codes = pd.Index(groups, dtype=object).get_indexer(frame[by].astype(object))
    try:
        statistic = float(survdiff(time, status, codes)[0])
    except np.linalg.LinAlgError as error:
        raise NotEstimable(
            f"log-rank test on '{by}'", reason="no_comparison",
            found="no event time at which the groups are both at risk and could differ",
            expected="events at several times, with the groups at risk together",
            remedy="measure durations in a finer unit, or compare proportions",
        ) from error  # fmt: skip
    df = len(groups) - 1
    return pd.DataFrame(
        {
            "statistique": [statistic],
            "ddl": float(df),
            "p_valeur": float(chi2.sf(statistic, df)),
            "n": len(frame),
            "evenements": int(status.sum()),
            "methode": "test du log-rank",
        }
    )
