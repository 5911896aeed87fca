"""The indicator registry: what each published number is, before any data are read."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import Field, field_validator

from obsante.edition import Strict, read_yaml, validate
from obsante.errors import ResultError, nearest
from obsante.paths import Project
from obsante.results import units



# Fields of a value's variables (obsante.results.variables): a dimension of that name would hide them.
RESERVED = frozenset({"valeur", "ic", "n", "precision", "mots", "libelle", "annee", "preuve",
                      "phrase", "en"})  # fmt: skip
Parameter = int | float | str | list[str] | list[float] | dict[str, str] | dict[str, float]


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
    (a reference figure, without sampling error). ``nature`` says where values come from: a
    ``survey`` of a sample, a ``register`` or panel of the campaign, or a public ``reference``.
    ``unit_label`` is the unit in words where the unit's own is too general. ``parameters`` holds
    every constant that the calculation needs, so that notebooks hold none.
    """

    id: str = Field(pattern=r"^[a-z]+\.[a-z0-9_]+$")
    title: str
    definition: str
    formula: str
    numerator: str
    denominator: str
    population: str
    unit: units.Name
    unit_label: str | None = None
    direction: Literal["up", "down", "none"]
    nature: Literal["survey", "register", "reference"]
    precision: Literal["proportion", "cv", "interval", "exact"]
    dimensions: list[str]
    source: str
    table: str | None = None
    limits: str
    frameworks: list[Mapping] = Field(default_factory=list)
    version: Version
    parameters: dict[str, Parameter] = Field(default_factory=dict)
    axis: str

    @property
    def unit_words(self) -> str:
        """The unit in French words."""
        return self.unit_label or units.UNITS[self.unit].label

    @property
    def collected(self) -> bool:
        """Whether the values come from the edition's campaign, synthetic or real."""
        return self.nature != "reference"

    @property
    def anchor(self) -> str:
        """Anchor of the indicator's sheet in the report."""
        return "p-" + self.id.replace(".", "-").replace("_", "-")


    @field_validator("dimensions")
    @classmethod
    def _no_reserved_name(cls, dimensions: list[str]) -> list[str]:
        taken = sorted(set(dimensions) & RESERVED)
        if taken:
            raise ValueError(f"another name than '{taken[0]}', which a variable of the book has")
        return dimensions


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
