"""An edition of the report: a reference year and its few typed parameters.

``config/editions/<year>.yml`` is read once, checked strictly (an unknown or mistyped key is an
error that names the nearest allowed one) and never changed by a run.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any, Literal, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator

from obsante.errors import EditionError, nearest
from obsante.paths import Project


Model = TypeVar("Model", bound=BaseModel)
# libyaml's loader where the wheel has it: the same documents, ten times faster.
class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
    """PyYAML keeps the last of two equal keys without a word; here they are an error."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if key.tag != "tag:yaml.org,2002:merge" and str(key.value) in seen:
                raise yaml.constructor.ConstructorError(
                    problem=f"the key '{key.value}' is written twice", problem_mark=key.start_mark
                )
            seen.add(str(key.value))
        return super().construct_mapping(node, deep)


class Strict(BaseModel):
    """Base of every configuration model: unknown keys and silent conversions are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Period(Strict):
    """Reference period, first and last day included."""

    start: dt.date
    end: dt.date

    @field_validator("end")
    @classmethod
    def _not_before_the_start(cls, end: dt.date, info: ValidationInfo) -> dt.date:
        start = info.data.get("start")
        if start and end < start:
            raise ValueError(f"a day that is not before the start, {start}")
        return end


class Precision(Strict):
    """Thresholds under which a value is published as ``low_precision``.

    Proportions are judged by the width of their interval, absolute (in proportion, 0 to 1) or
    relative to the estimate, and by the number of answers; means, ratios and totals by their
    coefficient of variation (``cv_flagged``: to be read with caution, ``cv_low``: low precision).
    """

    reliable_width: float = Field(gt=0, le=1)
    proportion_width: float = Field(gt=0, le=1)
    proportion_relative_width: float = Field(gt=0)
    minimum_n: int = Field(ge=1)
    cv_flagged: float = Field(gt=0, lt=1)
    cv_low: float = Field(gt=0, lt=1)


class Authorisation(Strict):
    """What law 09-08 asks before real health-related data are processed (CNDP)."""

    number: str = Field(min_length=1)
    purpose: str = Field(min_length=1)
    retention_until: dt.date
    host_country: str = Field(min_length=1)
    transfer_basis: str = Field(min_length=1)


class Edition(Strict):
    """Parameters of one edition (``confidence_level`` in proportion, dates to the day).

    ``quarantine_max_share``: share of a campaign table's rows (0 to 1) that may be set aside;
    above it the table is refused as a whole.
    """

    edition: int = Field(ge=2000, le=2100)
    status: Literal["demonstration", "real"]
    reference_period: Period
    compare_with: list[int] = Field(default_factory=list)
    seed: int = Field(ge=0)
    confidence_level: float = Field(gt=0.5, lt=1)
    publication_date: dt.date
    precision: Precision
    quarantine_max_share: float = Field(ge=0, lt=1)
    authorisation: Authorisation | None = None

    @field_validator("compare_with")
    @classmethod
    def _earlier_and_different(cls, years: list[int], info: ValidationInfo) -> list[int]:
        edition = info.data.get("edition")
        if edition and any(year >= edition for year in years):
            raise ValueError(f"only earlier editions than {edition}")
        if len(set(years)) < len(years):
            raise ValueError("each edition once")
        return years

    @field_validator("publication_date")
    @classmethod
    def _after_the_period(cls, date: dt.date, info: ValidationInfo) -> dt.date:
        period = info.data.get("reference_period")
        if period and date <= period.end:
            raise ValueError(f"a day after the end of the reference period, {period.end}")
        return date

    @property
    def demonstration(self) -> bool:
        return self.status == "demonstration"

    @property
    def source_date_epoch(self) -> int:
        """Publication date, 00:00 UTC, in seconds: the one date of every generated file."""
        midnight = dt.datetime.combine(self.publication_date, dt.time(), dt.UTC)
        return int(midnight.timestamp())


def known_editions(project: Project) -> list[int]:
    """Years that have a file in ``config/editions``, in order."""
    return sorted(int(f.stem) for f in project.editions.glob("*.yml") if f.stem.isdigit())


def latest_edition(project: Project) -> int:
    """The most recent edition: the default of every command.

    Raises:
        EditionError: there is none.
    """
    years = known_editions(project)
    if not years:
        raise EditionError(
            project.relative(project.editions),
            found="no edition",
            expected="at least one file <year>.yml",
            remedy="create one with: obsante new-edition YEAR",
        )
    return years[-1]


def load_edition(project: Project, year: int) -> Edition:
    """Read and check one edition, and that its comparisons are of the same status.

    Raises:
        EditionError: unknown edition, unreadable file, unknown or mistyped key, or a comparison
            with an edition that has no file, or not the same status.
    """
    edition = _read(project, year)
    for other in edition.compare_with:
        _require_file(project, year, other)
        if _read(project, other).status != edition.status:
            raise EditionError(
                f"{project.relative(project.edition_file(year))}, key compare_with",
                found=f"edition {year} is '{edition.status}', edition {other} is not",
                expected="editions of the same status: synthetic and real figures never mix",
                remedy=f"remove {other} from compare_with",
            )
    return edition


def _require_file(project: Project, year: int, other: int) -> None:
    file = project.relative(project.edition_file(other))
    if not project.edition_file(other).is_file():
        earlier = [known for known in known_editions(project) if known < year]
        asking = project.relative(project.edition_file(year))
        raise EditionError(
            f"{asking}, key compare_with",
            found=f"{other}, but no file {file}",
            expected=f"earlier editions that have a file: {nearest(other, earlier)}",
            remedy=f"remove {other} from compare_with in {asking}, or restore {file}",
        )


def _read(project: Project, year: int) -> Edition:
    path = project.edition_file(year)
    if not path.is_file():
        raise EditionError(
            f"edition {year}",
            found=f"no file {project.relative(path)}",
            expected=nearest(year, known_editions(project)),
            remedy=f"choose one of them with --edition, or create it: obsante new-edition {year}",
        )
    edition = validate(Edition, read_yaml(project, path), project.relative(path))
    if edition.edition != year:
        raise EditionError(
            f"{project.relative(path)}, key edition",
            found=str(edition.edition),
            expected=f"{year}, as in the file's name",
            remedy="correct the key or rename the file",
        )
    return edition


def read_yaml(project: Project, path: Path) -> dict[str, Any]:
    """A YAML mapping, or one clear error naming the file and line."""
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)
    except FileNotFoundError as error:
        raise EditionError(
            project.relative(path), found="no such file", expected="a YAML file, keys and values",
            remedy="restore the file from the repository",
        ) from error  # fmt: skip
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise EditionError(
            project.relative(path),
            found=" ".join(str(error).split()),
            expected="a YAML file in UTF-8",
            remedy="correct the file at that place",
        ) from error
    if not isinstance(content, dict):
        raise EditionError(
            project.relative(path),
            found=f"{type(content).__name__} at the top level",
            expected="keys and values",
            remedy="correct the file; write it as keys and values, as in: key: value",
        )
    return content


def validate(model: type[Model], content: dict[str, Any], where: str) -> Model:
    """``content`` as ``model``; the first problem becomes one clear error.

    Raises:
        EditionError: unknown key (naming the nearest allowed one), missing key, wrong type or range.
    """
    try:
        return model.model_validate(content)
    except ValidationError as error:
        problems = error.errors()
        # An unknown key first: the missing one is often that key, misspelt.
        first = next((p for p in problems if p["type"] == "extra_forbidden"), problems[0])
        key = ".".join(str(part) for part in first["loc"]) or "(whole file)"
        if first["type"] == "extra_forbidden":
            expected = nearest(first["loc"][-1], _fields(model, first["loc"][:-1]))
            found, remedy = "unknown key", "rename or remove the key"
        elif first["type"] == "missing":
            found, expected, remedy = "nothing", "a value", "add the key"
        else:
            found = _shown(first["input"]) if first["loc"] else "values that disagree"
            # Pydantic puts a prefix before the message of a check of ours.
            own = first["type"] == "value_error"
            expected = str(first["ctx"]["error"]) if own else first["msg"]
            remedy = "correct the value"
        raise EditionError(f"{where}, key {key}", found=found, expected=expected, remedy=remedy) from error


def _shown(value: object) -> str:
    """A value as its file writes it; a text in quotes, which tells it from a number."""
    return str(value) if isinstance(value, dt.date) else repr(value)


def _fields(model: type[BaseModel], loc: tuple[int | str, ...]) -> list[str]:
    """Field names of the model reached by following ``loc``."""
    for part in loc:
        if part not in model.model_fields:
            continue  # A place in a list, or a key of a mapping.
        inner = model.model_fields[part].annotation
        candidates = [inner, *getattr(inner, "__args__", ())]
        found = [c for c in candidates if isinstance(c, type) and issubclass(c, BaseModel)]
        model = found[0] if found else model
    return list(model.model_fields)
