"""Simulated Delphi panel: the same experts from year to year, two rounds, some who drop out.

An expert's first score of a technology is the true one, a lean of the expert's own and a noise; at
the second round it is drawn towards the median of the first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from pydantic import Field

from obsante.collect.demo.draws import bell, stream
from obsante.collect.demo.registers.lots import (
    Lot,
    Register,
    Shares,
    arrivals,
    held,
    register,
    silence,
)
from obsante.collect.demo.registers.technologies import (
    SCORES,
    Technologies,
    load_technologies,
)
from obsante.collect.demo.scene import Part, Scene
from obsante.collect.demo.topics import load_topic
from obsante.collect.demo.truth import NATIONAL, Values, rounded

TABLE = "avis_experts"
# What each kind of error writes, cells as in the file; an empty mapping repeats the row.
FAULTS: dict[str, Mapping[str, str]] = {
    "hors_bornes": {"pertinence": "10"},
    "doublon": {},
    "code_inconnu": {"technologie": "IA"},
    "virgule_decimale": {"faisabilite": '"7,5"'},
    "tour_inconnu": {"tour": "3"},
}
ROUNDS = (1, 2)
_LOWEST, _HIGHEST = 1, 9


class PanelSettings(Register):
    """The whole of ``config/demo/avis_experts.yml``.

    ``lean`` and ``noise``: sizes, on the scale of the scores; ``pull``: part of the way to the
    median gone at the second round, with a noise of size ``hesitation``; ``absent``: share of the
    experts away from the first round, then of the others from the second.
    """

    experts: int = Field(ge=5, le=99)
    turnover: float = Field(ge=0, le=1)
    profiles: Shares
    lean: float = Field(ge=0)
    noise: float = Field(gt=0)
    pull: float = Field(ge=0, le=1)
    hesitation: float = Field(ge=0)
    absent: list[float] = Field(min_length=2, max_length=2)


@dataclass(frozen=True)
class Panel:
    """Scores of every expert invited, (experts, technologies, SCORES) in each round.

    ``present``: who takes part in each round.
    """

    experts: pd.DataFrame
    present: list[np.ndarray]
    scores: list[np.ndarray]


def expert_panel(scene: Scene) -> Part:
    """One row per expert, technology and round."""
    settings = load_topic(PanelSettings, scene.world.project, TABLE)
    technologies = load_technologies(scene.world)
    truth = technologies.scores(scene.edition.edition - scene.world.settings.reference_year)
    panel = invited(scene, settings, truth)
    return register(
        scene, TABLE, _table(scene, settings, technologies, panel),
        faults=FAULTS, share=settings.dirt,
        indicators=_indicators(technologies, panel),
        effects=_effects(technologies, truth, panel),
    )  # fmt: skip


def invited(scene: Scene, settings: PanelSettings, truth: np.ndarray) -> Panel:
    """The panel of an edition, given the true scores (technologies, SCORES)."""
    seed, first = scene.world.settings.seed, scene.world.settings.first_edition
    places = Lot(seed, TABLE, settings.experts)
    arrival = arrivals(places, settings.turnover, first, scene.edition.edition)
    experts = held(arrival, lambda year: _cohort(seed, settings, year))
    year = Lot(scene.edition.seed, TABLE, settings.experts)
    there = year.one("first round") >= settings.absent[0]
    stays = there & (year.one("second round") >= settings.absent[1])
    lean = settings.lean * experts[list(SCORES)].to_numpy()
    shape = (settings.experts, *truth.shape)
    noise = bell(stream(scene.edition.seed, TABLE, "noise"), int(np.prod(shape))).reshape(shape)
    before = _scores(truth + lean[:, None, :] + settings.noise * noise)
    doubt = bell(stream(scene.edition.seed, TABLE, "doubt"), int(np.prod(shape))).reshape(shape)
    way = settings.pull * (np.median(before[there], axis=0) - before)
    after = _scores(before + way + settings.hesitation * doubt)
    return Panel(experts, [there, stays], [before, after])


def _cohort(seed: int, settings: PanelSettings, arrival: int) -> pd.DataFrame:
    lot = Lot(seed, f"{TABLE} {arrival}", settings.experts)
    leans = {name: lot.noise("lean", name) for name in SCORES}
    return pd.DataFrame({"profile": lot.pick(settings.profiles, "profile"), **leans})


def _scores(values: np.ndarray) -> np.ndarray:
    return np.clip(np.floor(values + 0.5), _LOWEST, _HIGHEST).astype("int64")


def _table(
    scene: Scene, settings: PanelSettings, technologies: Technologies, panel: Panel
) -> pd.DataFrame:
    parts = [_round(technologies, panel, position) for position in range(len(ROUNDS))]
    rows = pd.concat(parts, ignore_index=True)
    cells = silence(scene, TABLE, settings, len(rows))
    experts = panel.experts.loc[rows["expert"]]
    numbers = zip(experts["arrivee"], experts["place"], strict=True)
    columns = {name: cells.whole(name, rows[name].to_numpy()) for name in SCORES}
    return pd.DataFrame(columns | {
        "edition": scene.edition.edition,
        "expert": [f"expert.{year}{place:02d}@exemple.invalid" for year, place in numbers],
        "profil": cells.coded("profil", experts["profile"].to_numpy(), list(settings.profiles)),
        "tour": rows["tour"],
        "technologie": cells.coded(
            "technologie", rows["technologie"].to_numpy(), technologies.names
        ),
    })  # fmt: skip


def _round(technologies: Technologies, panel: Panel, position: int) -> pd.DataFrame:
    """Scores given in a round: expert after expert, technology after technology."""
    there, size = np.flatnonzero(panel.present[position]), len(technologies.names)
    scores = panel.scores[position][there].reshape(-1, len(SCORES))
    return pd.DataFrame(scores, columns=list(SCORES)).assign(
        expert=np.repeat(there, size),
        technologie=np.tile(np.arange(size), len(there)),
        tour=ROUNDS[position],
    )


def _indicators(technologies: Technologies, panel: Panel) -> dict[str, Values]:
    """Scores of all the experts invited, absent or not: means and priority at the second round,
    distance to the median at each."""
    means = panel.scores[-1].mean(axis=0)
    priority = np.exp(np.log(means).mean(axis=1))
    spread = [_spread(scores) for scores in panel.scores]
    turns = {f"tour={turn}": rounded(value) for turn, value in zip(ROUNDS, spread, strict=True)}
    return {
        f"inn.veille_{name}": _by_technology(technologies, means[:, k])
        for k, name in enumerate(SCORES)
    } | {
        "vei.priorite": _by_technology(technologies, priority),
        "vei.ecart_mediane": {NATIONAL: rounded(spread[-1])} | turns,
        "vei.convergence": {NATIONAL: rounded(spread[-1] - spread[0])},
    }  # fmt: skip


def _by_technology(technologies: Technologies, values: np.ndarray) -> Values:
    """Mean of the technologies' values, then each."""
    named = zip(technologies.names, values, strict=True)
    return {NATIONAL: rounded(values.mean())} | {f"technologie={c}": rounded(v) for c, v in named}


def _spread(scores: np.ndarray) -> float:
    """Mean distance of a score to the median of its technology."""
    return float(np.abs(scores - np.median(scores, axis=0)).mean())


def _effects(
    technologies: Technologies, truth: np.ndarray, panel: Panel
) -> dict[str, object]:
    spread = [_spread(scores) for scores in panel.scores]
    return {
        "avis_parametres": {
            code: {name: rounded(value) for name, value in zip(SCORES, values, strict=True)}
            for code, values in zip(technologies.names, truth, strict=True)
        },
        "avis_ecart_a_la_mediane": {
            f"tour={turn}": rounded(value) for turn, value in zip(ROUNDS, spread, strict=True)
        },
    }
