"""What an effect would amount to where the treatment is not there yet, errors propagated.

T = sum_k a_k e_k over groups k of units, e_k the average effect in the group and a_k the amount to
which it would extend. Amounts are independent of each other and of the effects; then

    V(T) = a'V_e a + sum_k e_k^2 v_k - sum_k v_k V_e,kk,

with V_e from the jackknife by cluster, covariances between groups included, and v_k the variance of
a_k, is unbiased where V_e and v_k are (Goodman, *J. Am. Stat. Assoc.* 55 (1960), 708-713).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from obsante.errors import DataError, NotEstimable
from obsante.stats.checks import probability
from obsante.stats.impact.arguments import numbers, whole
from obsante.stats.impact.cohorts import CohortPanel
from obsante.stats.impact.imputation import control_pool, identified, leave_one_out
from obsante.stats.impact.jackknife import degrees_of_freedom, jackknife_covariance, limits

__all__ = ["extended_effect"]

_METHOD = "somme, sur les groupes, de l'effet moyen du groupe fois sa quantité sans traitement"


def extended_effect(
    panel: CohortPanel, amounts: pd.DataFrame, *, control: str, level: float, since: int = 0
) -> pd.DataFrame:
    """Sum over groups of (effect of the group) x (amount to which it would extend).

    Effects as in :func:`~obsante.stats.impact.group_effects`: each group has its own controls.
    Student interval with the df of the effect: an amount from a sample rests on many more units.
    It supposes that the effect on those treated so far holds for the others of their group.

    Args:
        panel: from :func:`~obsante.stats.impact.cohort_panel`, with groups (``by``).
        amounts: ``groupe``, ``quantite`` (what the effect multiplies), ``variance`` (0 if known).
        control, level: as :func:`~obsante.stats.impact.average_effect`.
        since: periods since entry from which effects count; 0 takes all of them.

    Returns:
        ``terme`` (``ensemble``, then each group of ``amounts``) and the columns of
        :func:`~obsante.stats.impact.average_effect`, in the outcome's unit times the amount's.

    Raises:
        NotEstimable: a group without an effect in the panel.
        DataError: a group named twice, an amount or a variance that is negative or missing.

    >>> from obsante.stats.impact import cohort_panel
    >>> frame = pd.DataFrame({"unit": list("aabbccdd"), "month": [1, 2] * 4, "type": "x",
    ...     "start": [2, 2, 2, 2, None, None, None, None], "y": [1., 5, 2, 8, 0, 1, 3, 4]})
    >>> panel = cohort_panel(frame, "y", unit="unit", time="month", cohort="start",
    ...     cluster="unit", by="type")
    >>> known = pd.DataFrame({"groupe": ["x"], "quantite": [10.0], "variance": [0.0]})
    >>> extended_effect(panel, known, control="never", level=0.95)["estimation"].tolist()
    [40.0, 40.0]
    """
    since = whole(since, "'since'", 0, remedy="count periods after entry from 0, the first one")
    _some_group(amounts)
    amount = numbers(amounts, "quantite", least=0.0)
    spread = numbers(amounts, "variance", least=0.0)
    known = identified(panel, control) & (panel.event_time >= since)
    masks = _masks(panel, amounts["groupe"].tolist(), known)
    effect, replicates = leave_one_out(panel, control, masks, [])
    covariance = jackknife_covariance(effect, replicates, np.abs(panel.y).max())
    own = effect**2 * spread - spread * np.diag(covariance)
    variance = amount**2 * np.diag(covariance) + np.maximum(own, 0.0)
    total = amount @ covariance @ amount + np.maximum(own, 0.0).sum()
    # The whole rests on all the clusters together, as an average effect does.
    df = degrees_of_freedom(panel, control_pool(panel, control), [np.any(masks, axis=0), *masks])
    value = np.append(amount @ effect, amount * effect)
    table = limits(value, np.append(total, variance), df, probability(level, "level"))
    count = np.array([mask.sum() for mask in masks])
    table.insert(0, "terme", ["ensemble", *amounts["groupe"]])
    return table.assign(n=np.append(count.sum(), count), methode=_METHOD)


def _some_group(amounts: pd.DataFrame) -> None:
    if amounts.empty:
        raise NotEstimable(
            "effect extended to groups", reason="no_data", found="no group with an amount",
            expected="at least one", remedy="leave the extension out until amounts are known",
        )  # fmt: skip


def _masks(panel: CohortPanel, groups: list, known: np.ndarray) -> list[np.ndarray]:
    """Treated observations of each group, none empty."""
    codes = {name: code for code, name in enumerate(panel.groups)}
    masks = []
    for name in groups:
        mask = known & (panel.group == codes.get(name, -1))[:, None]
        if groups.count(name) > 1:
            raise DataError(
                f"amounts, group '{name}'", found="the group twice",
                expected="each group once", remedy="add up the amounts of a group",
            )  # fmt: skip
        if not mask.any():
            raise NotEstimable(
                f"amounts, group '{name}'", reason="no_comparison",
                found="no treated unit with controls in it",
                expected=f"groups whose effect is known, of {panel.groups}",
                remedy="leave this group out, and say that its effect is unknown",
            )  # fmt: skip
        masks.append(mask)
    return masks
