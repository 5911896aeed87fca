"""Panels and register of the demonstration: generated once, as text, and after the checks."""

from __future__ import annotations

import functools
import io
from collections.abc import Callable

import pandas as pd
import pytest

from obsante.collect import checks, dictionary
from obsante.collect.chunks import LINE
from obsante.collect.demo.answers import true_answers
from obsante.collect.demo.panels.access_file import access_panel
from obsante.collect.demo.panels.acts_file import acts_register
from obsante.collect.demo.panels.costs_file import cost_panel
from obsante.collect.demo.scene import Part, Scene

YEARS = (2023, 2024, 2025)
GENERATORS = {"acces": access_panel, "couts": cost_panel, "teleconsultations": acts_register}


@pytest.fixture(scope="session")
def scenes(world, editions) -> dict[int, Scene]:
    """What the panels need of each edition: they draw no sample."""
    nobody = pd.DataFrame()
    answers = {
        year: true_answers(world.frame, world.settings, year=year, seed=edition.seed)
        for year, edition in editions.items()
    }
    return {y: Scene(world, e, answers[y], nobody, nobody) for y, e in editions.items()}


@pytest.fixture(scope="session")
def parts(scenes) -> dict[tuple[str, int], Part]:
    return {(name, year): GENERATORS[name](scenes[year]) for name in GENERATORS for year in YEARS}


def as_text(content: bytes) -> pd.DataFrame:
    """Cells as text, by line of the file."""
    text = pd.read_csv(io.BytesIO(content), dtype="str")
    return text.set_axis(pd.RangeIndex(2, len(text) + 2, name=LINE))


@pytest.fixture(scope="session")
def examine(checkout) -> Callable:
    """Checks of a file's bytes, as ingest makes them."""
    reference = {
        name: pd.read_csv(checkout.reference / f"{name}.csv", dtype="str")
        for name in ("regions", "provinces")
    }

    def check(name: str, year: int, content: bytes):
        table = dictionary.load(name, checkout).protected
        return checks.check(table, as_text(content), year=year, ingested=reference)

    return check


@pytest.fixture(scope="session")
def checked(parts, examine) -> Callable:
    """A generated table after its checks, done once."""
    return functools.cache(lambda name, year: examine(name, year, parts[name, year].content))


@pytest.fixture(scope="session")
def rows(checked) -> Callable:
    """Rows kept of a panel's three editions, whole numbers as floats, with their period."""

    def read(name: str) -> pd.DataFrame:
        table = pd.concat([checked(name, year).kept for year in YEARS], ignore_index=True)
        counts = table.select_dtypes("Int64").columns
        codes = table.select_dtypes("category").columns
        table = table.astype(dict.fromkeys(counts, "float64") | dict.fromkeys(codes, "str"))
        return table.assign(periode=table["mois"].dt.to_period("M"))

    return read


@pytest.fixture(scope="session")
def complete() -> Callable:
    """The series observed in every month, as an honest analysis keeps them."""

    def keep(table: pd.DataFrame, unit: str, outcome: str) -> pd.DataFrame:
        known = table.dropna(subset=[outcome])
        months = known["periode"].nunique()
        return known[known.groupby(unit)["periode"].transform("nunique") == months]

    return keep
