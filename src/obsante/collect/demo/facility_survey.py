"""The file of the facility survey, its truth and its spoilt rows."""

from __future__ import annotations

import numpy as np

from obsante.collect.demo import dirt, truth
from obsante.collect.demo.answers import adopters
from obsante.collect.demo.facilities import Collection, facility_table
from obsante.collect.demo.scene import Part, Scene, spare, spoilt_file


def facility_survey(scene: Scene) -> Part:
    """One row per facility drawn."""
    world, edition, sample = scene.world, scene.edition, scene.sample
    collection = Collection(world.frame, scene.answers, sample, world.settings, edition.seed)
    # Neither the first answers of a stratum, which its variance needs, nor a facility of workers.
    free = spare(sample["answers"].to_numpy(), sample["stratum"].to_numpy())
    free &= ~sample.index.isin(scene.workers["facility"])
    content, spoilt = spoilt_file(
        scene, "etablissements", facility_table(collection, edition), dirt.FACILITIES,
        share=world.settings.sample.dirt, rows=np.flatnonzero(free),
    )  # fmt: skip
    effects = truth.facility_effects(world.frame, scene.answers)
    return Part(content, _indicators(scene), effects, spoilt)


def _indicators(scene: Scene) -> dict[str, truth.Values]:
    frame, settings = scene.world.frame, scene.world.settings
    earlier = {year: adopters(frame, settings, year) for year in scene.edition.compare_with}
    return truth.indicators(frame, scene.answers, settings, earlier)
