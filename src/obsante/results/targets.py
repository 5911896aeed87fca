"""Targets of indicators: official ones with their document, illustrative ones in demonstrations."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import model_validator

from obsante.edition import Strict, read_yaml, validate
from obsante.errors import ResultError
from obsante.paths import Project
from obsante.results import french
from obsante.results.publication import current
from obsante.results.registry import find


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


def load_targets(project: Project) -> dict[str, Target]:
    """Targets of ``config/targets.yml``, by indicator.

    Raises:
        EditionError: the file is missing or malformed.
        ResultError: an indicator has two targets.
    """
    where = project.relative(project.targets)
    found: dict[str, Target] = {}
    for target in validate(_Targets, read_yaml(project, project.targets), where).targets:
        if target.indicator in found:
            raise ResultError(
                f"{where}, indicator {target.indicator}", found="two targets",
                expected="one target for an indicator", remedy="remove one of the two",
            )  # fmt: skip
        found[target.indicator] = target
    return found


def allowed(project: Project, demonstration: bool) -> dict[str, Target]:
    """Targets that an edition may show: an illustrative one exists only in a demonstration."""
    found = load_targets(project)
    return {name: goal for name, goal in found.items() if demonstration or goal.status == "officielle"}


def target(identifier: str) -> Target | None:
    """Target of an indicator, or none; an illustrative one exists only in a demonstration.

    Raises:
        ResultError: the indicator is unknown.
    """
    publication = current()
    find(publication.registry, identifier)
    return allowed(publication.project, publication.edition.demonstration).get(identifier)


def goal(identifier: str) -> tuple[float, str] | None:
    """Value of an indicator's target and its name on a chart, or none."""
    found = target(identifier)
    return (found.value, f"cible {found.status} {found.year}") if found else None
