"""Effects when units enter treatment at different dates, robust to effects that differ.

Two-way fixed effects compare late entrants with units already treated, so that an effect which
grows, or differs between cohorts, biases them. Here a treated unit is only ever compared with
units not treated yet: the missing outcome is predicted first, effects are averaged afterwards.

The interval is a leave-one-cluster-out jackknife. With a cohort of one or two units, the sandwich
finds no residual among the treated and its error comes out far too small; leaving the whole
cluster out keeps that source of variation (MacKinnon, Nielsen & Webb, *J. Applied Econometrics*
38 (2023), 671-694; Hansen, « Jackknife standard errors for clustered regression », 2025).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from obsante.errors import NotEstimable
from obsante.stats.checks import choice, probability
from obsante.stats.impact.arguments import whole
from obsante.stats.impact.clustered import few_clusters
from obsante.stats.impact.cohorts import CohortPanel
from obsante.stats.impact.imputation import control_pool, identified, leave_one_out
from obsante.stats.impact.jackknife import (
    degrees_of_freedom,
    jackknife_covariance,
    limits,
    simultaneous_band,
)

__all__ = ["average_effect", "cohort_effects", "event_study", "group_effects"]

CONTROLS = {
    "not_yet": "imputation à partir des observations non encore traitées (Borusyak et al. 2024)",
    "never": "témoins jamais traités, base g-1 (Callaway & Sant'Anna 2021, Sun & Abraham 2021)",
}


def average_effect(panel: CohortPanel, *, control: str, level: float) -> pd.DataFrame:
    """Average effect on the treated, over all treated unit-periods.

    ATT = sum over treated (i, t) of w_i (y_it - ŷ_it(0)) / sum of w_i, in the outcome's unit.
    With ``control="not_yet"``, ŷ_it(0) = a_i + b_t fitted by weighted least squares on the
    untreated observations (Borusyak, Jaravel & Spiess, *Rev. Economic Studies* 91 (2024),
    3253-3285). With ``"never"``, ŷ_it(0) = y_i,g-1 + (mean change of the never treated from g-1
    to t) (Callaway & Sant'Anna, *J. Econometrics* 225 (2021), 200-230; without covariates it is
    also Sun & Abraham's estimator, ibid., 175-199).

    Both suppose no anticipation and parallel trends, over all earlier periods for the first, from
    g-1 on for the second, which is noisier. Cohort sizes count as fixed: the effect described is
    that of these units. Standard error: jackknife by cluster; ``ddl``: number of clusters that
    hold treated units, or that hold controls, whichever is smaller, minus one (Hsu's bound).

    Args:
        panel: from :func:`~obsante.stats.impact.cohort_panel`.
        control: ``"not_yet"`` or ``"never"``.
        level: confidence level, in proportion.

    Returns:
        One row: ``estimation``, ``erreur_type``, ``borne_inf``, ``borne_sup``, ``statistique``,
        ``p_valeur``, ``ddl``, ``n`` (treated unit-periods), ``methode``.

    Raises:
        DataError: no control, unknown ``control``, single cluster.

    >>> from obsante.stats.impact import cohort_panel
    >>> frame = pd.DataFrame({"unit": list("aabbccdd"), "month": [1, 2] * 4,
    ...     "start": [2, 2, 2, 2, None, None, None, None], "y": [1., 5, 2, 8, 0, 1, 3, 4]})
    >>> panel = cohort_panel(frame, "y", unit="unit", time="month", cohort="start", cluster="unit")
    >>> average_effect(panel, control="never", level=0.95)["estimation"].tolist()
    [4.0]
    """
    treated = panel.event_time >= 0
    return effect_table(panel, control, [treated], level).reset_index(drop=True)


def event_study(
    panel: CohortPanel, *, control: str, before: int, after: int, level: float, seed: int
) -> pd.DataFrame:
    """Effect by time since entry, with pointwise limits and a simultaneous band.

    From ``-before`` to ``after`` periods. Before entry, ``"never"`` gives the same contrast as
    after it (0 by construction at -1, left out); ``"not_yet"`` gives the coefficients of the
    leads in a two-way regression on untreated observations, the reference being every period
    more than ``before`` before entry. The band covers the whole path with probability ``level``:
    estimate ± c · SE, where c is the quantile of max|t| under a multivariate Student law with the
    path's correlation (Montiel Olea & Plagborg-Møller, *J. Applied Econometrics* 34 (2019), 1-17),
    simulated from ``seed``. In 200 simulated panels of 12 regions with shared shocks, 95 % bands
    held the whole path 96 (``"not_yet"``) and 100 (``"never"``) times in 100; of 30 regions, 95 and
    98. Cohorts differ along the path: its shape mixes effect and composition.

    Returns:
        One row for each relative period that the panel holds: ``periode_relative``, the columns
        of :func:`average_effect`, ``bande_inf``, ``bande_sup``.

    Raises:
        DataError: as :func:`average_effect`; no period in the window; a lead that no reference
            period identifies.
    """
    _check_control(panel, control)
    before = whole(before, "'before'", 0, remedy="count periods before entry from 0")
    after = whole(after, "'after'", 0, remedy="count periods after entry from 0, the first one")
    steps = [e for e in range(-before, after + 1) if e != -1 or control == "not_yet"]
    steps = [e for e in steps if _held(panel, control, e)]
    if not steps:
        raise NotEstimable(
            f"window from -{before} to {after}",
            reason="no_comparison",
            found="no relative period that the panel holds and can compare",
            expected="at least one",
            remedy="widen the window, or check the dates of entry",
        )
    lags = [panel.event_time == e for e in steps if control == "never" or e >= 0]
    leads = [panel.event_time == e for e in steps if control == "not_yet" and e < 0]
    table = effect_table(panel, control, lags, level, leads=leads, seed=seed)
    table.insert(0, "periode_relative", steps)
    if table["estimation"].isna().any():
        raise NotEstimable(
            f"leads from -{before}",
            reason="no_comparison",
            found="no untreated period before them to serve as reference",
            expected=f"some unit observed more than {before} periods before its entry",
            remedy="ask for fewer periods before entry",
        )
    return table


def cohort_effects(panel: CohortPanel, *, control: str, level: float) -> pd.DataFrame:
    """Average effect of each cohort (units that entered at the same date), over its own periods.

    A cohort that lies in a single cluster has an estimate and no interval.

    Returns:
        ``cohorte`` (date of entry) and the columns of :func:`average_effect`.
    """
    _check_control(panel, control)
    starts = np.unique(panel.start[panel.ever_treated])
    masks = [(panel.start == s)[:, None] & (panel.event_time >= 0) for s in starts]
    kept = [k for k, mask in enumerate(masks) if (mask & identified(panel, control)).any()]
    table = effect_table(panel, control, [masks[k] for k in kept], level)
    table.insert(0, "cohorte", panel.periods[starts[kept]])
    return table


def group_effects(panel: CohortPanel, *, control: str, level: float) -> pd.DataFrame:
    """Average effect in each group of units, and differences from the first group.

    Each group is compared with its own controls (period effects by group). The covariance between
    groups that share clusters is kept, so a difference has its right standard error.

    Returns:
        ``terme`` (group, or « b - a »), then the columns of :func:`average_effect`.

    Raises:
        DataError: the panel has no groups, or one group has no control or no treated unit.
    """
    if len(panel.groups) < 2:
        raise NotEstimable(
            "effects by group",
            reason="no_comparison",
            found="a panel with a single group",
            expected="at least two",
            remedy="name the column of groups (by=) in cohort_panel()",
        )
    treated = panel.event_time >= 0
    masks = [(panel.group == k)[:, None] & treated for k in range(len(panel.groups))]
    for name, mask in zip(panel.groups, masks, strict=True):
        if not mask.any():
            raise NotEstimable(
                f"group '{name}'",
                reason="no_comparison",
                found="no treated unit",
                expected="treated units and controls in each group",
                remedy="leave this group out of the panel",
            )
    table = effect_table(panel, control, masks, level, contrasts=True)
    first = panel.groups[0]
    table.insert(0, "terme", [*panel.groups, *(f"{name} - {first}" for name in panel.groups[1:])])
    return table


def _held(panel: CohortPanel, control: str, step: int) -> bool:
    """Whether some unit is seen ``step`` periods after its entry, with a control if need be."""
    mask = panel.event_time == step
    compared = control == "never" or step >= 0
    return bool((mask & identified(panel, control)).any() if compared else mask.any())


def effect_table(
    panel: CohortPanel,
    control: str,
    masks: list[np.ndarray],
    level: float,
    *,
    leads: list[np.ndarray] | None = None,
    contrasts: bool = False,
    seed: int | None = None,
) -> pd.DataFrame:
    """Leads, then effects over the masks, then differences from the first, with their limits."""
    level, leads = probability(level, "level"), leads or []
    _check_control(panel, control)

    value, replicates = leave_one_out(panel, control, masks, leads)
    if contrasts:
        value, replicates = (
            np.hstack([part, part[..., 1:] - part[..., :1]]) for part in (value, replicates)
        )
    covariance = jackknife_covariance(value, replicates, np.abs(panel.y).max())
    known = identified(panel, control)
    used = [*leads, *(mask & known for mask in masks)]
    df = degrees_of_freedom(panel, control_pool(panel, control), used)
    count = np.array([mask.sum() for mask in used])
    if contrasts:
        df = np.append(df, np.minimum(df[1:], df[0]))
        count = np.append(count, count[1:] + count[0])
    table = limits(value, np.diag(covariance), df, level).assign(n=count)
    if seed is not None:
        band = simultaneous_band(value, covariance, df, level, seed)
        table["bande_inf"], table["bande_sup"] = band
    table["methode"] = _methods(panel, control, table)
    return table


def _methods(panel: CohortPanel, control: str, table: pd.DataFrame) -> list[str]:
    """How each row was computed, and what makes its interval weak or absent."""
    text = f"{CONTROLS[control]} ; jackknife par grappe ({panel.clusters} grappes)"
    text += few_clusters(panel.clusters)
    dropped = int((~identified(panel, control) & (panel.event_time >= 0)).sum())
    if dropped:
        text += f" ; {dropped} observations traitées sans témoin écartées"
    absent = table["erreur_type"].isna()
    still = table["erreur_type"] == 0
    reason = np.select(
        [absent, still],
        [
            " ; une grappe porte seule l'estimation : pas d'intervalle",
            " ; aucune variation entre grappes",
        ],
        "",
    )
    return [text + extra for extra in reason]


def _check_control(panel: CohortPanel, control: str) -> None:
    """Raise a DataError unless each group with treated units has controls for some of them."""
    choice(control, "control", CONTROLS)
    known = identified(panel, control) & (panel.event_time >= 0)
    for k, name in enumerate(panel.groups):
        rows = panel.group == k
        if panel.ever_treated[rows].any() and not known[rows].any():
            raise NotEstimable(
                f"controls ('{control}')" + (f" in group '{name}'" if name else ""),
                reason="no_comparison",
                found="none while units are treated: "
                + ("all enter together" if control == "not_yet" else "every unit ends up treated"),
                expected="units untreated in some period where others are treated",
                remedy="add never-treated units, widen the groups"
                + (", or use control='not_yet'" if control == "never" else ""),
            )
