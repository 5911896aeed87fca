"""Model of ``config/weighting.yml``: designs of the surveys and the totals that weights reproduce."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

from pydantic import Field, field_validator, model_validator

from obsante.collect import dictionary
from obsante.collect.table_schema import Table
from obsante.edition import Strict, read_yaml, validate
from obsante.errors import DataError, nearest
from obsante.paths import Project

FRAME = "base_sondage"
POSTSTRATIFICATION = "poststratification"


class Design(Strict):
    """Columns that say how a survey was drawn, as :func:`obsante.stats.survey_design` takes them."""

    weights: str
    strata: str
    psu: str
    psu_population: str
    ssu_population: str | None = None


class Trimming(Strict):
    """Greatest weight within each group of ``by``: one of two rules.

    ``multiple_of_median``: so many times the group's median; ``percentile``: that share of its
    weights stays under it. ``source``: of the rule, or that it is a convention.
    """

    by: list[str] = Field(default_factory=list)
    multiple_of_median: float | None = Field(default=None, gt=1)
    percentile: float | None = Field(default=None, gt=0.5, lt=1)
    source: str = Field(min_length=1)

    @model_validator(mode="after")
    def _one_rule(self) -> Trimming:
        if (self.multiple_of_median is None) == (self.percentile is None):
            raise ValueError("multiple_of_median or percentile: one of the two")
        return self


class Margin(Strict):
    """Totals to be reproduced in each cell of ``by``.

    ``value``: column of the survey that is added up, each respondent counting one by default;
    ``frame``: column of the sampling frame that gives the total, each facility counting one by
    default. ``totals``: figures from elsewhere, by code of the one column of ``by``, in the place
    of the frame. ``source`` is printed beside them.
    """

    by: list[str] = Field(min_length=1)
    value: str | None = None
    frame: str | None = None
    totals: dict[str, float] = Field(default_factory=dict)
    source: str = Field(min_length=1)

    @model_validator(mode="after")
    def _one_origin(self) -> Margin:
        if self.totals and (self.frame or len(self.by) > 1):
            raise ValueError("totals for one column of 'by', without a column of the frame")
        return self


class Main(Strict):
    """The estimate on which the effect of calibration is shown: the share of a question's answers.

    ``one``, ``zero``, ``unknown``: codes that count as 1, as 0, and as missing.
    """

    column: str
    one: list[str] = Field(min_length=1)
    zero: list[str] = Field(min_length=1)
    unknown: list[str] = Field(default_factory=list)


class Calibration(Strict):
    """How the weights of a survey are brought to known totals.

    ``bounds``: lowest and highest ratio of new to old weight, for ``logit`` alone. ``tolerance``:
    greatest relative gap between a known total and the calibrated one.
    """

    method: Literal["linear", "raking", "logit", "poststratification"]
    bounds: list[float] | None = Field(default=None, min_length=2, max_length=2)
    tolerance: float = Field(gt=0, le=1e-6)
    trimming: Trimming | None = None
    margins: list[Margin] = Field(min_length=1)
    main: Main

    @model_validator(mode="after")
    def _agrees(self) -> Calibration:
        if (self.method == "logit") != (self.bounds is not None):
            raise ValueError("bounds: [L, U] with method logit, and with it alone")
        one_count = len(self.margins) == 1 and self.margins[0].value is None
        if self.method == POSTSTRATIFICATION and not one_count:
            raise ValueError("one margin of counts with method poststratification; cross its columns")
        return self


class Survey(Strict):
    """A survey: its design, its weights before any correction, its calibration if it has one."""

    design: Design
    sampling: str
    calibration: Calibration | None = None


class Weighting(Strict):
    """The whole of ``config/weighting.yml``.

    ``least``: respondents that a stratum needs, under which it joins another.
    """

    least: int = Field(ge=2)
    surveys: dict[str, Survey] = Field(min_length=1)

    @field_validator("surveys")
    @classmethod
    def _not_the_frame(cls, surveys: dict[str, Survey]) -> dict[str, Survey]:
        if FRAME in surveys:
            raise ValueError("surveys, not the sampling frame that gives their totals")
        return surveys

    def survey(self, table: str) -> Survey:
        """What is declared of a survey table.

        Raises:
            DataError: nothing; names the nearest.
        """
        if table not in self.surveys:
            raise DataError(
                f"table '{table}'", found="not among the surveys of config/weighting.yml",
                expected=nearest(table, sorted(self.surveys)),
                remedy="correct the name, or declare the survey's design",
            )  # fmt: skip
        return self.surveys[table]


def load_settings(project: Project) -> Weighting:
    """Read and check ``config/weighting.yml`` against the dictionary.

    Raises:
        EditionError: the file is unreadable, or a key is unknown, missing or mistyped.
        DataError: a table or a column that the dictionary does not have.
    """
    path = project.config / "weighting.yml"
    where = project.relative(path)
    settings = validate(Weighting, read_yaml(project, path), where)
    tables = dictionary.tables(project)
    for name, survey in settings.surveys.items():
        place = f"{where}, key surveys.{name}"
        if name not in tables:
            raise _unknown(place, name, tables)
        for table, columns in _columns_used(tables[name], survey, tables[FRAME]):
            for column in columns:
                if column not in table.protected.columns:
                    raise _unknown(f"{place}, table {table.name}", column, table.columns)
    return settings


def _columns_used(own: Table, survey: Survey, frame: Table) -> Iterator[tuple[Table, list[str]]]:
    yield own, [*survey.design.model_dump(exclude_none=True).values(), survey.sampling]
    calibration = survey.calibration
    if calibration is None:
        return
    yield own, [calibration.main.column, *(calibration.trimming.by if calibration.trimming else [])]
    for margin in calibration.margins:
        yield own, [*margin.by, *([margin.value] if margin.value else [])]
        if not margin.totals:
            yield frame, [*margin.by, *([margin.frame] if margin.frame else [])]


def _unknown(place: str, name: str, allowed: Iterable[str]) -> DataError:
    return DataError(
        place, found=f"'{name}', which the dictionary does not have",
        expected=nearest(name, sorted(allowed)), remedy="correct the name",
    )  # fmt: skip
