"""The indicator registry: what each published number is, before any data are read."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import Field

from obsante.edition import Strict, read_yaml, validate
from obsante.errors import ResultError, nearest
from obsante.paths import Project

Unit = Literal["percent", "points", "per_10", "score", "count", "ratio", "coefficient"]
UNIT_LABELS: dict[Unit, str] = {
    "percent": "%",
    "points": "points de pourcentage",
    "per_10": "postes pour 10 professionnels",
    "score": "points sur 100",
    "count": "nombre",
    "ratio": "habitants par médecin",
    "coefficient": "coefficient, sans unité",
}


class Version(Strict):
    """Version of a definition; a change of definition is a new number and a new date."""

    number: int = Field(ge=1)
    date: dt.date


class Mapping(Strict):
    """Item of an international framework that the indicator answers to."""

    framework: str
    code: str


class Indicator(Strict):
    """Definition of one indicator; texts are in French, they are printed in the report.

    ``precision`` says how quality is judged: ``proportion`` (width of the interval), ``cv``
    (coefficient of variation), ``interval`` (differences: by the interval alone) or ``exact``
    (a reference figure, without sampling error). ``parameters`` holds every constant that the
    calculation needs, so that notebooks hold none.
    """

    id: str = Field(pattern=r"^[a-z]+\.[a-z0-9_]+$")
    title: str
    definition: str
    formula: str
    numerator: str
    denominator: str
    population: str
    unit: Unit
    direction: Literal["up", "down", "none"]
    nature: Literal["survey", "reference"]
    precision: Literal["proportion", "cv", "interval", "exact"]
    dimensions: list[str]
    source: str
    table: str | None = None
    limits: str
    frameworks: list[Mapping] = Field(default_factory=list)
    version: Version
    parameters: dict[str, int | float | str | list[str]] = Field(default_factory=dict)
    axis: str

    @property
    def anchor(self) -> str:
        """Anchor of the indicator's sheet in the report."""
        return "p-" + self.id.replace(".", "-").replace("_", "-")


class _Sheet(Strict):
    axis: str
    indicators: list[dict]


def load_registry(project: Project) -> dict[str, Indicator]:
    """Every indicator of ``config/indicators/*.yml``, by id, in the files' order.

    Raises:
        EditionError: a key is unknown, missing or mistyped.
        ResultError: an id is used twice.
    """
    registry: dict[str, Indicator] = {}
    for path in sorted(project.indicators.glob("*.yml")):
        where = project.relative(path)
        sheet = validate(_Sheet, read_yaml(project, path), where)
        for entry in sheet.indicators:
            name = f"{where}, indicator {entry.get('id', '?')}"
            indicator = validate(Indicator, {"axis": sheet.axis} | entry, name)
            if indicator.id in registry:
                raise ResultError(
                    name, found="an id already taken", expected="one definition for an id",
                    remedy="rename one of the two",
                )  # fmt: skip
            registry[indicator.id] = indicator
    return registry


def find(registry: dict[str, Indicator], identifier: str) -> Indicator:
    """The indicator of that id, or an error naming the nearest one."""
    if identifier not in registry:
        raise ResultError(
            f"indicator '{identifier}'",
            found="not in config/indicators",
            expected=nearest(identifier, registry),
            remedy="correct the id, or define the indicator before publishing it",
        )
    return registry[identifier]
