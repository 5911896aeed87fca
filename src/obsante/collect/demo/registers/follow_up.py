"""Simulated follow-up of earlier recommendations, until each is done or given up."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from pydantic import Field, model_validator

from obsante.collect.demo.draws import rank_within
from obsante.collect.demo.facilities import NOT_APPLICABLE
from obsante.collect.demo.registers.lots import (
    Lot,
    Register,
    Shares,
    register,
    silence,
    totals,
)
from obsante.collect.demo.scene import Part, Scene, World
from obsante.collect.demo.tally import Domains
from obsante.collect.demo.topics import load_topic
from obsante.collect.demo.truth import rounded
from obsante.edition import Strict

TABLE = "suivi_recommandations"
STATES = ("non_commencee", "en_cours", "realisee", "abandonnee")
_NOT_BEGUN, _GOING, _DONE, _GIVEN_UP = range(4)
AXES = range(1, 6)
# Progress is told in twentieths, 5 % each.
_STEPS = 20


class Text(Strict):
    """A recommendation that may be made: its axis, who acts, the indicator that follows it."""

    axis: int = Field(ge=1, le=5)
    title: str = Field(min_length=1)
    actor: str
    indicator: str


class FollowUpSettings(Register):
    """The whole of ``config/demo/suivi_recommandations.yml``.

    ``each``: recommendations of an edition by axis; ``horizons``: shares of those due after 1, 2...
    years; ``asleep``: share that does not begin in the first year; ``pace``: most progress in a
    year, and ``steady``: part of it that every one makes; ``given_up``: share given up each year;
    ``effects``: what is seen of one that has ``begun``, of one that is ``done``.
    """

    each: int = Field(ge=1, le=9)
    texts: list[Text] = Field(min_length=1)
    horizons: list[float] = Field(min_length=1)
    asleep: float = Field(ge=0, le=1)
    pace: float = Field(gt=0)
    steady: float = Field(ge=0, le=1)
    given_up: float = Field(ge=0, lt=1)
    effects: dict[str, Shares]

    @model_validator(mode="after")
    def _enough_texts(self) -> FollowUpSettings:
        for axis in AXES:
            if sum(text.axis == axis for text in self.texts) < self.each:
                raise ValueError(f"texts: at least {self.each} for axis {axis}")
        return self

    @property
    def made(self) -> int:
        """Recommendations of an edition."""
        return self.each * len(AXES)


@dataclass(frozen=True)
class State:
    """State and progress (in twentieths) of each recommendation at the end of a year."""

    state: np.ndarray
    steps: np.ndarray

    @property
    def closed(self) -> np.ndarray:
        """Done, or given up: nothing more to follow."""
        return np.isin(self.state, (_DONE, _GIVEN_UP))


def recommendation_follow_up(scene: Scene) -> Part:
    """One row per recommendation to follow; no file in the first edition."""
    settings = load_topic(FollowUpSettings, scene.world.project, TABLE)
    year, first = scene.edition.edition, scene.world.settings.first_edition
    if year <= first:
        return Part(b"")
    rows = pd.concat(
        [_followed(scene.world, settings, made, year) for made in range(first, year)],
        ignore_index=True,
    )
    domains = Domains(
        {"statut": rows["state"].to_numpy(), "axe": rows["axis"].to_numpy() - 1},
        {"statut": list(STATES), "axe": [str(axis) for axis in AXES]},
    )
    progress = rows["steps"].mean() / _STEPS
    return register(
        scene, TABLE, _table(scene, settings, rows), faults={}, share=settings.dirt,
        indicators={"gou.recommandations": totals(domains, np.ones(len(rows)))},
        effects={"recommandations_avancement_moyen": rounded(progress)},
    )  # fmt: skip


def _followed(world: World, settings: FollowUpSettings, made: int, year: int) -> pd.DataFrame:
    """Recommendations of the edition ``made`` that were still open a year before."""
    rows = _made(world, settings, made)
    now = _state(world, settings, made, year)
    before = _state(world, settings, made, year - 1)
    lot = Lot(world.settings.seed, f"{TABLE} {made} {year}", settings.made)
    begun, done = (settings.effects[name] for name in ("begun", "done"))
    effect = lot.pick_by([begun, done], (now.state == _DONE).astype(int), "effect")
    seen = [NOT_APPLICABLE if s == _NOT_BEGUN else list(begun)[k]
            for s, k in zip(now.state, effect, strict=True)]  # fmt: skip
    rows = rows.assign(state=now.state, steps=now.steps, effect=seen)
    return rows[~before.closed]


def _made(world: World, settings: FollowUpSettings, made: int) -> pd.DataFrame:
    """Recommendations of an edition; the texts of an axis come in turn."""
    axis = np.array([text.axis for text in settings.texts])
    order = Lot(world.settings.seed, f"{TABLE} texts", len(axis)).one("order")
    turn = rank_within(axis, order) - settings.each * (made - world.settings.first_edition)
    due = turn % np.bincount(axis)[axis] < settings.each
    chosen = [text for text, now in zip(settings.texts, due, strict=True) if now]
    lot = Lot(world.settings.seed, f"{TABLE} {made}", len(chosen))
    horizons = {str(years): share for years, share in enumerate(settings.horizons, start=1)}
    return pd.DataFrame({
        "made": made,
        "rank": np.arange(1, len(chosen) + 1),
        "axis": [text.axis for text in chosen],
        "title": [text.title for text in chosen],
        "actor": [text.actor for text in chosen],
        "indicator": [text.indicator for text in chosen],
        "due": made + 1 + lot.pick(horizons, "horizon"),
    })  # fmt: skip


def _state(world: World, settings: FollowUpSettings, made: int, year: int) -> State:
    """States at the end of a year; those of the year in which they are made have not begun."""
    lot = Lot(world.settings.seed, f"{TABLE} {made}", settings.made)
    late = lot.one("asleep") < settings.asleep
    pace = settings.pace * (settings.steady + (1 - settings.steady) * lot.one("pace"))
    steps = np.zeros(settings.made, dtype="int64")
    given_up = np.zeros(settings.made, dtype=bool)
    for candidate in range(made + 1, year + 1):
        worked = candidate - made - late
        reached = np.floor(_STEPS * pace * worked).astype("int64").clip(max=_STEPS)
        steps = np.where(given_up, steps, np.maximum(steps, np.where(worked > 0, reached, 0)))
        given_up |= (lot.one("given up", str(candidate)) < settings.given_up) & (steps < _STEPS)
    state = np.where(steps == 0, _NOT_BEGUN, np.where(steps == _STEPS, _DONE, _GOING))
    return State(np.where(given_up, _GIVEN_UP, state), steps)


def _table(scene: Scene, settings: FollowUpSettings, rows: pd.DataFrame) -> pd.DataFrame:
    cells = silence(scene, TABLE, settings, len(rows))
    numbers = zip(rows["made"], rows["rank"], strict=True)
    progress = rows["steps"].to_numpy() / _STEPS
    return pd.DataFrame({
        "id_recommandation": [f"REC{made}-{rank:02d}" for made, rank in numbers],
        "edition": scene.edition.edition,
        "edition_recommandation": rows["made"],
        "axe": rows["axis"],
        "intitule": rows["title"],
        "acteur": rows["actor"],
        "echeance": [f"{year}-12-31" for year in rows["due"]],
        "statut": pd.Categorical.from_codes(rows["state"], list(STATES)),
        "avancement": np.where(cells.empty("avancement"), np.nan, progress),
        "effet_observe": rows["effect"],
        "indicateur": rows["indicator"],
    })  # fmt: skip
