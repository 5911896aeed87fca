"""Averages of a known effect over the series and months that are treated."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from obsante.collect.demo.panels.calendar import month_label
from obsante.collect.demo.panels.panel import Panel
from obsante.collect.demo.truth import NATIONAL, Values, rounded


def average(effect: np.ndarray, weight: np.ndarray, chosen: np.ndarray) -> float | None:
    """Weighted mean of an effect over chosen series and months, all (T, n); None if there is none.

    >>> average(np.array([[1.0, 4.0]]), np.array([[2, 1]]), np.array([[True, True]]))
    2.0
    """
    total = weight[chosen].sum()
    return rounded((effect * weight)[chosen].sum() / total) if total > 0 else None


def averages(
    panel: Panel, effect: np.ndarray, weight: np.ndarray, domains: Mapping[str, np.ndarray]
) -> Values:
    """Mean effect on the treated, nationally and in each domain (n,) that has some."""
    chosen = {NATIONAL: panel.treated}
    chosen |= {name: panel.treated & mask for name, mask in domains.items()}
    means = {name: average(effect, weight, mask) for name, mask in chosen.items()}
    return {name: mean for name, mean in means.items() if mean is not None}


def dynamics(panel: Panel, effect: np.ndarray, weight: np.ndarray) -> dict[str, Values]:
    """Mean effect on the treated by months since entry, and by month of entry."""
    ages = range(int(panel.event[panel.treated].max(initial=-1)) + 1)
    entries = np.unique(panel.entry[panel.treated.any(axis=0)]).tolist()
    by_age = {str(age): average(effect, weight, panel.treated & (panel.event == age))
              for age in ages}  # fmt: skip
    by_entry = {month_label(entry): average(effect, weight, panel.treated & (panel.entry == entry))
                for entry in entries}  # fmt: skip
    return {"par_anciennete_mois": _present(by_age), "par_cohorte": _present(by_entry)}


def _present(values: dict[str, float | None]) -> Values:
    return {name: value for name, value in values.items() if value is not None}
