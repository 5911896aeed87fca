"""Delay distribution of a register that holds only what has already been detected.

An incident that occurred a time C before the register's closing is in it only if its detection
delay X is at most C: right truncation. Recent incidents enter only when detected quickly, so the
plain distribution of the registered delays is too short. In reversed time -X is left-truncated by
-C, and the product-limit estimate applies:

    F(x) / F(T*) = prod over u > x of (1 - d_u / n_u),
    d_u = #{X_j = u},   n_u = #{X_j <= u <= C_j},

with Greenwood's error (sum of d / (n (n - d)) over u > x).

Limits. F(T*) itself, the share of incidents ever detected within T*, is not in such data: the
result is a distribution *among incidents detected within T\\**, and says nothing of those never
detected. The delay must not depend on the date of occurrence: when detection improves, recent
incidents, alone at risk for short delays, and old ones are mixed.

References: Lagakos, Barraj & De Gruttola, *Biometrika* 75 (1988), 515-523; Kalbfleisch & Lawless,
*J. Am. Stat. Assoc.* 84 (1989), 360-372, and *Statistica Sinica* 1 (1991), 19-32.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from statsmodels.duration.survfunc import SurvfuncRight

from obsante.errors import DataError, NotEstimable
from obsante.stats import checks
from obsante.stats.impact.arguments import measures, numbers
from obsante.stats.impact.durations import ROUNDING, log_log_limits

__all__ = ["delay_distribution", "delay_quantile"]


def delay_distribution(
    frame: pd.DataFrame,
    *,
    delay: str,
    window: str,
    level: float,
    horizon: float | None = None,
) -> pd.DataFrame:
    """Reverse-time product-limit estimate of F(x) / F(T*), beside the naive curve.

    Args:
        frame: one row per registered incident.
        delay: column, time from occurrence to detection.
        window: column, time from occurrence to the register's closing: the longest delay that
            could have been seen; never below the delay.
        level: confidence level.
        horizon: T*, in the unit of the delay: longer delays are left out and longer windows
            shortened to it. None for the longest window. Lower it when the estimate rests on
            few old incidents.

    Returns:
        One row per delay seen: ``duree``, ``estimation`` (of P(X <= x | X <= T*)),
        ``erreur_type``, ``borne_inf``, ``borne_sup`` (log-log; at the longest delay the estimate
        is 1 by construction, without limits), ``naive`` (share of the registered delays),
        ``n`` (at risk), ``evenements``, ``non_estimes``, ``horizon``, ``methode``. Below a
        delay at which all those at risk are detected nothing can be estimated: the curve starts
        there, and ``non_estimes`` counts the shorter delays left out (usually none or a few).

    Raises:
        DataError: missing, negative or infinite values; a delay longer than its window; a wrong
            horizon, fewer than two delays within it; the longest delay rests on itself alone.

    >>> rows = pd.DataFrame({"delai": [1, 2, 1, 3], "recul": [4, 4, 1, 4]})
    >>> table = delay_distribution(rows, delay="delai", window="recul", level=0.95)
    >>> table["estimation"].round(3).tolist(), table["naive"].tolist()
    ([0.333, 0.667, 1.0], [0.5, 0.75, 1.0])
    """
    checks.probability(level, "level")
    x, c = _within(*_delays(frame, delay, window), delay, horizon)
    curve = _reversed_curve(x, c)
    curve["naive"] = curve["evenements"].cumsum() / len(x)
    curve = _identified(curve, delay)
    estimate, error = curve["estimation"].to_numpy(), curve["erreur_type"].to_numpy()
    curve["borne_inf"], curve["borne_sup"] = log_log_limits(estimate, error, level)
    curve["horizon"] = float(c.max())
    curve["methode"] = "produit-limite en temps inversé (troncature à droite), intervalle log-log"
    order = ["duree", "estimation", "erreur_type", "borne_inf", "borne_sup", "naive"]
    return curve[[*order, "n", "evenements", "non_estimes", "horizon", "methode"]]


def _delays(frame: pd.DataFrame, delay: str, window: str) -> tuple[np.ndarray, np.ndarray]:
    """Delays and windows, once known to be complete and consistent."""
    x, c = (numbers(frame, name, least=0) for name in (delay, window))
    late = np.flatnonzero(x > c)
    if len(late):
        raise DataError(
            f"'{delay}', row {int(late[0])}",
            found=f"{len(late)} delay(s) longer than '{window}', first {x[late[0]]:g} "
            f"after {c[late[0]]:g}",
            expected="detections before the register's closing",
            remedy="correct the closing date, or leave out what was detected after it",
        )
    return x, c


def _within(
    x: np.ndarray, c: np.ndarray, delay: str, horizon: float | None
) -> tuple[np.ndarray, np.ndarray]:
    """Delays up to the horizon, and windows cut at it."""
    if horizon is not None:
        checks.positive(measures(pd.DataFrame({"horizon": [horizon]}), "horizon"), "horizon")
    keep = np.ones(len(x), dtype=bool) if horizon is None else x <= horizon
    if keep.sum() < 2:
        raise NotEstimable(
            f"'{delay}'", reason="too_few",
            found=f"{int(keep.sum())} delay(s) within the horizon",
            expected="at least two",
            remedy="raise the horizon, or wait for more incidents",
        )  # fmt: skip
    return x[keep], c[keep] if horizon is None else np.minimum(c[keep], horizon)


def _reversed_curve(x: np.ndarray, c: np.ndarray) -> pd.DataFrame:
    """Product-limit of -X left-truncated by -C, put back in the order of time."""
    # statsmodels leaves out of the risk set a row that enters at its own time. An incident
    # detected on the closing day is at risk then: it enters half a rank earlier.
    ranks = np.unique(np.concatenate([x, c]), return_inverse=True)[1]
    time, entry = -ranks[: len(x)].astype(float), -ranks[len(x) :] - 0.5
    curve = SurvfuncRight(time, np.ones(len(x)), entry=entry)
    # P(-X > -u) = P(X < u): F at a delay is the curve's value at the next longer one.
    estimate = np.concatenate([[1.0], curve.surv_prob[:-1]])[::-1]
    error = np.concatenate([[0.0], curve.surv_prob_se[:-1]])[::-1]
    return pd.DataFrame(
        {
            "duree": np.unique(x),
            "estimation": estimate,
            "erreur_type": error,
            "n": curve.n_risk.astype(int)[::-1],
            "evenements": curve.n_events.astype(int)[::-1],
        }
    )


def _identified(curve: pd.DataFrame, delay: str) -> pd.DataFrame:
    """The curve from the longest delay at which everybody at risk is detected."""
    exhausted = np.flatnonzero(curve["n"] == curve["evenements"])
    start = int(exhausted[-1])
    if start == len(curve) - 1 and start > 0:
        at = curve["duree"].iloc[start]
        raise NotEstimable(
            f"'{delay}' at {at:g}, the longest", reason="too_few",
            found=f"{int(curve['n'].iloc[start])} incident(s) at risk, all detected at that delay",
            expected="some incident as old, detected sooner",
            remedy=f"give a horizon below {at:g}, where more incidents are old enough",
        )  # fmt: skip
    left_out = int(curve["evenements"].iloc[:start].sum())
    return curve.iloc[start:].reset_index(drop=True).assign(non_estimes=left_out)


def delay_quantile(curve: pd.DataFrame, probability: float) -> pd.DataFrame:
    """Quantile of the delay, among incidents detected within the horizon, with its limits.

    The shortest delay at which the estimate reaches the probability; limits where the curve's
    own limits reach it (Brookmeyer & Crowley 1982). The upper one is the horizon when the lower
    limit of the curve does not come up to the probability.

    Args:
        curve: result of :func:`delay_distribution`.
        probability: 0.5 for the median.

    Returns:
        One row: ``probabilite``, ``estimation``, ``borne_inf``, ``borne_sup``, ``naive`` (the
        quantile of the registered delays), ``n``, ``methode``.

    Raises:
        DataError: a probability out of 0..1, or below the curve's start where delays were left
            out.

    >>> rows = pd.DataFrame({"delai": [1, 2, 1, 3], "recul": [4, 4, 1, 4]})
    >>> curve = delay_distribution(rows, delay="delai", window="recul", level=0.95)
    >>> delay_quantile(curve, 0.5)[["estimation", "naive"]].iloc[0].tolist()
    [2.0, 1.0]
    """
    checks.probability(probability, "probability")
    last, start = float(curve["horizon"].iloc[0]), float(curve["estimation"].iloc[0])
    if curve["non_estimes"].iloc[0] > 0 and probability <= start:
        raise NotEstimable(
            f"quantile {probability:g} of the delay", reason="too_few",
            found=f"a curve that starts at {start:.3f}, shorter delays not estimable",
            expected="a probability above the start",
            remedy="lower the horizon of delay_distribution(), or use a higher probability",
        )  # fmt: skip

    def reach(name: str, at_end: float) -> float:
        values = curve[name].fillna(at_end).to_numpy()
        above = np.flatnonzero(values >= probability - ROUNDING)
        return float(curve["duree"].iloc[above[0]]) if len(above) else last

    return pd.DataFrame(
        {
            "probabilite": [probability],
            "estimation": reach("estimation", 1.0),
            "borne_inf": reach("borne_sup", 1.0),
            "borne_sup": reach("borne_inf", 0.0),
            "naive": reach("naive", 1.0),
            "n": int(curve["evenements"].sum()),
            "methode": "quantile du délai parmi les incidents détectés avant l'horizon",
        }
    )
