"""The file of the facility survey, its truth and its spoilt rows."""

from __future__ import annotations

import numpy as np

from obsante.collect.demo import dirt, facility_models, truth
from obsante.collect.demo.answers import true_answers
from obsante.collect.demo.facilities import Collection, facility_table
from obsante.collect.demo.scene import Part, Scene, spare, spoilt_file
from obsante.edition import load_edition


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
    world, frame, settings = scene.world, scene.world.frame, scene.world.settings
    earlier = {
        year: true_answers(frame, settings, year=year, seed=load_edition(world.project, year).seed)
        for year in scene.edition.compare_with
    }
    known = truth.indicators(frame, scene.answers, settings, earlier)
    return known | facility_models.indicators(frame, scene.answers)
