"""Model of ``config/quality.yml``: thresholds of the quality notebook, each with its source."""

from __future__ import annotations

from pydantic import Field, field_validator

from obsante.edition import Strict, read_yaml, validate
from obsante.paths import Project


class Quantity(Strict):
    """A column of numbers, judged within each group of ``by``."""

    table: str
    column: str
    by: list[str] = Field(min_length=1)


class Outliers(Strict):
    """Modified z-score beyond which a value is signalled; ``least`` values make a group."""

    threshold: float = Field(gt=0)
    source: str = Field(min_length=1)
    least: int = Field(ge=3)
    quantities: list[Quantity] = Field(min_length=1)


class FrameComparison(Strict):
    """Columns compared with the frame: ``strata``, that weights are built on, and ``others``.

    ``threshold``: of the standardised difference; ``classes``: first number of each class in which
    numbers are counted.
    """

    threshold: float = Field(gt=0)
    source: str = Field(min_length=1)
    strata: list[str] = Field(min_length=1)
    others: list[str] = Field(default_factory=list)
    classes: list[int] = Field(min_length=2)

    @field_validator("classes")
    @classmethod
    def _in_order(cls, classes: list[int]) -> list[int]:
        if sorted(set(classes)) != classes:
            raise ValueError("different numbers, the lowest first")
        return classes


class Changes(Strict):
    """Rate of false discoveries among the changes of the main survey's yes-or-no questions."""

    rate: float = Field(gt=0, lt=1)
    source: str = Field(min_length=1)


class Pair(Strict):
    """Columns of the first and of the second coder; whether their codes are in order."""

    column: str
    second: str
    ordered: bool = False


class Coding(Strict):
    """Table whose rows two coders coded; ``cluster``: column of what several rows come from."""

    table: str
    cluster: str
    pairs: list[Pair] = Field(min_length=1)


class Settings(Strict):
    """The whole of ``config/quality.yml``.

    ``main``: the survey shown in detail; ``unknown``: codes that are no answer; ``worst``: how many
    of the worst a table shows.
    """

    main: str
    unknown: list[str]
    worst: int = Field(ge=1)
    outliers: Outliers
    frame: FrameComparison
    changes: Changes
    coding: Coding


def load_settings(project: Project) -> Settings:
    """Read and check ``config/quality.yml``.

    Raises:
        EditionError: the file is unreadable, or a key is unknown, missing or mistyped.
    """
    path = project.config / "quality.yml"
    return validate(Settings, read_yaml(project, path), project.relative(path))
