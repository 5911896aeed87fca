"""Series over months, staggered entries, and quantities with and without their effect."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from pydantic import Field

from obsante.collect.demo.draws import bell, stream
from obsante.collect.demo.panels.calendar import YEAR, Season, month_label, month_of, monthly
from obsante.collect.demo.scene import Scene
from obsante.collect.demo.settings import Effects
from obsante.collect.demo.topics import each_of
from obsante.edition import Strict

# Month of entry of a series that never enters.
NEVER = 1_000_000
# Months over which a shock that a region shares is felt.
_MEMORY = 3


class Quantity(Strict):
    """What is measured each month, without treatment, and what the treatment adds to it.

    ``level`` and ``effect`` (of a complete treatment) by group, in the quantity's unit; ``need``
    multiplies the series' own need; ``spread`` is the standard deviation of what lasts, ``noise``
    that of what does not, ``shared`` that of the shocks of a region; ``yearly`` and ``season``
    (from January) are the same for all series: trends are parallel. Nothing goes below ``least``.
    """

    source: str = Field(min_length=1)
    level: Effects
    need: float = 0.0
    spread: float = Field(ge=0)
    yearly: float = 0.0
    season: Season
    shared: float = Field(ge=0)
    noise: float = Field(ge=0)
    least: float = 0.0
    effect: Effects

    def check_groups(self, groups: list[str], name: str) -> None:
        """Raise a ValueError unless ``level`` and ``effect`` have one value for each group."""
        each_of(f"{name}.level", self.level, groups)
        each_of(f"{name}.effect", self.effect, groups)


@dataclass(frozen=True)
class Panel:
    """Series and months of a panel.

    ``group`` (position in ``groups``), ``region``, ``need``, ``precision`` (what multiplies the
    noise), ``entry`` (month) and ``strength`` (what multiplies the effect, 0 for a series that the
    treatment leaves as it is) have one element per series; ``path`` is the share of the effect in
    each month since entry, the last of which lasts.
    """

    seed: int
    months: np.ndarray
    groups: list[str]
    group: np.ndarray
    region: np.ndarray
    need: np.ndarray
    precision: np.ndarray
    entry: np.ndarray
    strength: np.ndarray
    path: list[float]

    @cached_property
    def event(self) -> np.ndarray:
        """Months since entry, (T, n): negative before it, 0 in the first month."""
        return self.months[:, None] - self.entry[None, :]

    @cached_property
    def treated(self) -> np.ndarray:
        """Series and months where the treatment acts, (T, n)."""
        return (self.event >= 0) & (self.strength > 0)

    @cached_property
    def progress(self) -> np.ndarray:
        """Share of the effect of a complete treatment, (T, n)."""
        reached = np.array(self.path)[np.clip(self.event, 0, len(self.path) - 1)]
        return np.where(self.event >= 0, reached, 0.0) * self.strength


@dataclass(frozen=True)
class Course:
    """A quantity (T, n) as it would be without any treatment, and as it is."""

    without: np.ndarray
    actual: np.ndarray

    @property
    def difference(self) -> np.ndarray:
        """Effect of the treatment on each series and month."""
        return self.actual - self.without

    def each(self, change: Callable[[np.ndarray], np.ndarray]) -> Course:
        """The same change of both."""
        return Course(change(self.without), change(self.actual))

    def over(self, denominator: np.ndarray) -> Course:
        """Both as rates."""
        return self.each(lambda values: values / denominator)


def course(panel: Panel, name: str, quantity: Quantity, offset: np.ndarray | float = 0.0) -> Course:
    """A quantity of a panel; ``offset`` is added to the level of each series."""
    size = len(panel.group)
    steady = _by_group(panel, quantity.level) + quantity.need * panel.need + offset
    steady = steady + quantity.spread * bell(stream(panel.seed, name, "spread"), size)
    years = (panel.months - panel.months[0]) / YEAR
    common = quantity.yearly * years + np.array(quantity.season)[panel.months % YEAR]
    noise = quantity.noise * monthly(panel.seed, f"{name} noise", panel.months, size)
    shared = quantity.shared * _shocks(panel, name)
    without = steady + common[:, None] + shared + noise * panel.precision
    actual = without + _by_group(panel, quantity.effect) * panel.progress
    return Course(np.maximum(without, quantity.least), np.maximum(actual, quantity.least))


def _by_group(panel: Panel, values: Effects) -> np.ndarray:
    return np.array([values[name] for name in panel.groups])[panel.group]


def _shocks(panel: Panel, name: str) -> np.ndarray:
    """Shock of each series' region, (T, n), of variance 1 and felt over several months."""
    months = np.arange(panel.months[0] - _MEMORY + 1, panel.months[-1] + 1)
    fresh = monthly(panel.seed, f"{name} shock", months, int(panel.region.max()) + 1)
    total = fresh[_MEMORY - 1 :]
    for lag in range(1, _MEMORY):
        total = total + fresh[_MEMORY - 1 - lag : -lag]
    return (total / np.sqrt(_MEMORY))[:, panel.region]


def own_rows(scene: Scene, panel: Panel) -> slice:
    """Months of a panel that belong to an edition."""
    return slice(max(0, month_of(scene.edition.reference_period.start) - panel.months[0]), None)


def edition_rows(scene: Scene, panel: Panel) -> slice:
    """Months of a panel that an edition's file holds: its own, and for the first edition all."""
    first = scene.edition.edition == scene.world.settings.first_edition
    return slice(0, None) if first else own_rows(scene, panel)


def calendar_columns(
    panel: Panel, months: np.ndarray, entry: str, *, known: np.ndarray | None = None
) -> dict[str, object]:
    """Columns of a file of ``months``, series after series: ``mois``, and the month of entry.

    An entry after the last of these months is not known yet.

    Args:
        known: whether the month of each entry is; by default they all are.
    """
    size = len(panel.group)
    shown = panel.entry <= months[-1]
    shown = shown if known is None else shown & known
    dates = [month_label(month) if kept else None
             for month, kept in zip(panel.entry.tolist(), shown, strict=True)]  # fmt: skip
    labels = [month_label(month) for month in months.tolist()]
    return {
        "mois": pd.Categorical.from_codes(np.repeat(np.arange(len(months)), size), labels),
        entry: pd.Series(dates * len(months), dtype="str"),
    }
