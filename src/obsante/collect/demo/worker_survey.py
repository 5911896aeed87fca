"""The file of the health-worker survey, its truth and its spoilt rows."""

from __future__ import annotations

import numpy as np

from obsante.collect.demo import dirt, truth, worker_truth
from obsante.collect.demo.scene import Part, Scene, spare, spoilt_file
from obsante.collect.demo.worker_table import Interviews, worker_table
from obsante.collect.demo.workers import likert, workers_in


def worker_survey(scene: Scene) -> Part:
    """One row per worker drawn."""
    world, edition, sample = scene.world, scene.edition, scene.workers
    settings, frame, workforce = world.settings, world.frame, world.workforce
    year = workers_in(workforce, frame, settings, year=edition.edition, seed=edition.seed)
    items = {name: values[sample.index] for name, values in likert(year, settings, seed=edition.seed)}
    found = worker_truth.scores(year, scene, seed=edition.seed)
    interviews = Interviews(frame, workforce, scene.answers, year, sample, settings, edition.seed)
    free = spare(sample["answers"].to_numpy(), sample["facility"].to_numpy())
    content, spoilt = spoilt_file(
        scene, "professionnels", worker_table(interviews, items, edition), dirt.WORKERS,
        share=settings.workers.dirt, rows=np.flatnonzero(free),
    )  # fmt: skip
    effects = truth.worker_effects(frame, workforce, year, found.whole, settings)
    known = worker_truth.worker_indicators(scene, year, found)
    return Part(content, known, effects, spoilt)
