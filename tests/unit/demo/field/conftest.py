"""Files of users, audits and incidents: read as text, and checked by their dictionaries."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pandas as pd
import pytest

from obsante.collect import dictionary
from obsante.collect.checks import Held, check
from obsante.collect.chunks import LINE, Chunk
from obsante.collect.demo.answers import true_answers
from obsante.collect.demo.scene import Scene
from obsante.collect.demo.topics import load_topic
from obsante.collect.privacy import load_key, protect


@pytest.fixture(scope="session")
def raw(generated) -> Callable[[str, int], pd.DataFrame]:
    """A file of an edition as text, indexed by line."""

    def read(name: str, year: int) -> pd.DataFrame:
        text = pd.read_csv(generated / str(year) / f"{name}.csv", dtype="str",
                           keep_default_na=False, na_values=[""])  # fmt: skip
        text.index = pd.RangeIndex(2, len(text) + 2, name=LINE)
        return text

    return read


@pytest.fixture(scope="session")
def checked(checkout, editions, raw) -> Callable[[str, int], Held]:
    """A file of an edition after its checks; all facilities of the survey are known to it."""

    @cache
    def run(name: str, year: int) -> Held:
        table = dictionary.load(name, checkout)
        known = {
            resource: pd.read_csv(checkout.reference / f"{resource}.csv", dtype="str")
            for resource in set(table.neighbours) - {"etablissements"}
        }
        if "etablissements" in table.neighbours:
            known |= {"etablissements": raw("etablissements", year)}
        key = load_key(checkout, editions[year])
        chunk = protect(Chunk(f"{name}.csv", raw(name, year)), table, key)
        assert chunk.notes.empty
        return check(table.protected, chunk.text, year=year, ingested=known)

    return run


@pytest.fixture(scope="session")
def sound(raw, checked) -> Callable[[str, int], pd.DataFrame]:
    """Rows of a file that the checks keep, as text."""
    return lambda name, year: raw(name, year).drop(
        index=checked(name, year).violations[LINE].unique()
    )


@pytest.fixture(scope="session")
def scenes(world, editions) -> Callable[[int], Scene]:
    """What is true of all facilities in an edition; nothing is drawn."""

    @cache
    def build(year: int) -> Scene:
        edition = editions[year]
        answers = true_answers(world.frame, world.settings, year=year, seed=edition.seed)
        return Scene(world, edition, answers, pd.DataFrame(), pd.DataFrame())

    return build


@pytest.fixture
def altered(small) -> Callable[[type, str, str, str], object]:
    """Load a topic's settings once a text of its file is replaced by another."""

    def load(model: type, topic: str, old: str, new: str) -> object:
        path = small.demo / f"{topic}.yml"
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        return load_topic(model, small, topic)

    return load
