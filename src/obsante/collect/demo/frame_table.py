"""The sampling frame as a file: every facility, with what is known of it before the survey."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from pydantic import Field

from obsante.collect.demo.answers import adopters
from obsante.collect.demo.draws import stream
from obsante.collect.demo.facilities import category, identifiers, yes_no
from obsante.collect.demo.frame import SECTORS
from obsante.collect.demo.scene import Part, Scene, spoilt_file
from obsante.collect.demo.topics import load_topic
from obsante.edition import Strict

TABLE = "base_sondage"
_FAULTS: dict[str, Mapping[str, str]] = {"doublon": {}}


class FrameTableSettings(Strict):
    """The whole of ``config/demo/base_sondage.yml``; shares from 0 to 1."""

    known: dict[str, float]
    late: float = Field(ge=0, le=1)
    dirt: float = Field(ge=0, lt=0.05)


def frame_table(scene: Scene) -> Part:
    """One row per facility of the frame, sorted by identifier.

    Its truth: the share of the frame that has a record the year before, and among those whose use
    is known, the share of right ones.
    """
    settings = load_topic(FrameTableSettings, scene.world.project, TABLE)
    frame = scene.world.frame
    order = np.argsort(frame.rows["number"].to_numpy(), kind="stable")
    adopted, said, known = _records(scene, settings)
    columns = {"id_etablissement": identifiers(frame, order)}
    for name in ("region", "province", "milieu", "type", "secteur"):
        columns[name] = category(frame, name, order)
    columns["n_professionnels"] = frame.rows["n_professionnels"].to_numpy()[order]
    columns["dme_connu"] = yes_no(said[order], ~known[order])
    content, spoilt = spoilt_file(
        scene, TABLE, pd.DataFrame(columns), _FAULTS, share=settings.dirt
    )
    right = float((said == adopted)[known].mean())
    effects = {"dme_connu": {"adoption_annee_precedente": float(adopted.mean()), "exacts": right}}
    return Part(content, effects=effects, spoilt=spoilt)


def _records(
    scene: Scene, settings: FrameTableSettings
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Who had a record the year before, who is said to have one, of whom it is known."""
    world, year = scene.world, scene.edition.edition
    frame = world.frame
    before, earlier = (adopters(frame, world.settings, y) > 0 for y in (year - 1, year - 2))
    seed = scene.edition.seed
    late = stream(seed, "late declaration").random(len(frame)) < settings.late
    chance = np.array([settings.known[sector] for sector in SECTORS])[frame.codes("secteur")]
    known = stream(seed, "known record").random(len(frame)) < chance
    return before, before & ~(late & ~earlier), known
