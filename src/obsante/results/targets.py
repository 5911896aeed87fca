"""Targets of indicators: official ones with their document, illustrative ones in demonstrations."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Literal, Self

from pydantic import model_validator

from obsante.edition import Strict, read_yaml, validate
from obsante.errors import ResultError, nearest
from obsante.paths import Project
from obsante.results import french
from obsante.results.publication import current
from obsante.results.registry import Indicator, find
from obsante.results.units import UNITS


class Target(Strict):
    """Value that an indicator should reach in a year, in the indicator's own scale."""

    indicator: str
    value: float
    year: int
    status: Literal["officielle", "illustrative"]
    document: str | None = None
    page: str | None = None
    address: str | None = None
    note: str | None = None

    @model_validator(mode="after")
    def _documented(self) -> Self:
        if self.status == "officielle" and not (self.document and self.page):
            raise ValueError("an official target with its document and page")
        return self

    @property
    def _origin(self) -> str:
        return "" if self.status == "illustrative" else f", {self.document}, {self.page}"

    def words(self, unit: str) -> str:
        """``60,0 % en 2030 (cible illustrative)``."""
        value = french.quantity(self.value, unit)
        return f"{value} en {self.year} (cible {self.status}{self._origin})"


class _Targets(Strict):
    targets: list[Target]


def load_targets(project: Project, registry: Mapping[str, Indicator]) -> dict[str, Target]:
    """Targets of ``config/targets.yml``, by indicator.

    Raises:
        EditionError: the file is missing or malformed, or an official target has no document.
        ResultError: an indicator is unknown (the nearest is named), has two targets, or cannot have
            one: it has no direction of progress, or no such value.
    """
    where = project.relative(project.targets)
    found: dict[str, Target] = {}
    for target in validate(_Targets, read_yaml(project, project.targets), where).targets:
        name = f"{where}, indicator {target.indicator}"
        if target.indicator in found:
            raise ResultError(
                name, found="two targets", expected="one target for an indicator",
                remedy="remove one of the two",
            )  # fmt: skip
        _check(target, registry, name)
        found[target.indicator] = target
    return found


def _check(target: Target, registry: Mapping[str, Indicator], name: str) -> None:
    """Refuse a target that the indicator cannot have."""
    if target.indicator not in registry:
        raise ResultError(
            name, found="no such indicator", expected=nearest(target.indicator, registry),
            remedy="correct the id, or define the indicator in config/indicators",
        )  # fmt: skip
    item = registry[target.indicator]
    if item.direction == "none":
        raise ResultError(
            name, found="an indicator without a direction of progress",
            expected="an indicator whose rise, or whose fall, is a progress",
            remedy="remove the target, or declare the direction of the indicator",
        )  # fmt: skip
    unit = UNITS[item.unit]
    low = -math.inf if unit.lowest is None else unit.lowest
    high = math.inf if unit.highest is None else unit.highest
    if not low <= target.value <= high:
        raise ResultError(
            name, found=f"the value {target.value:g}",
            expected=f"between {low:g} and {high:g} (unit '{item.unit}')",
            remedy="write it in the indicator's own scale: shares and points are proportions",
        )  # fmt: skip


def allowed(
    project: Project, demonstration: bool, registry: Mapping[str, Indicator]
) -> dict[str, Target]:
    """Targets that an edition may show: an illustrative one exists only in a demonstration."""
    found = load_targets(project, registry)
    return {name: goal for name, goal in found.items() if demonstration or goal.status == "officielle"}


def target(identifier: str) -> Target | None:
    """Target of an indicator, or none; an illustrative one exists only in a demonstration.

    Raises:
        ResultError: the indicator is unknown.
    """
    publication = current()
    find(publication.registry, identifier)
    demonstration = publication.edition.demonstration
    return allowed(publication.project, demonstration, publication.registry).get(identifier)


def goal(identifier: str) -> tuple[float, str] | None:
    """Value of an indicator's target and its name on a chart, or none."""
    found = target(identifier)
    return (found.value, f"cible {found.status} {found.year}") if found else None
