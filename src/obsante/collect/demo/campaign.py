"""One edition of the synthetic campaign, from the frame to the bytes of its files."""

from __future__ import annotations

import json
from dataclasses import dataclass

import numpy as np
import pandas as pd

from obsante.collect.demo import dirt, truth
from obsante.collect.demo.answers import Answers, adopters, true_answers
from obsante.collect.demo.draws import rank_within
from obsante.collect.demo.facilities import Collection, facility_table
from obsante.collect.demo.frame import Frame, Reference, build_frame, real_counts
from obsante.collect.demo.output import csv_bytes
from obsante.collect.demo.sample import RESPONDENTS_AT_LEAST, Strata, build_strata, draw_sample
from obsante.collect.demo.settings import Settings
from obsante.collect.demo.worker_table import Interviews, worker_table
from obsante.collect.demo.workers import (
    Workforce,
    build_workforce,
    draw_workers,
    likert,
    workers_in,
)
from obsante.collect.sources import TRUTH
from obsante.edition import Edition
from obsante.errors import DataError

_NOTE = (
    "Valeurs exactes de la base de sondage simulée, avant non-réponse et erreurs de saisie ; "
    "proportions et écarts de 0 à 1. Aucune n'a été observée."
)


@dataclass(frozen=True)
class World:
    """What all editions share."""

    settings: Settings
    frame: Frame
    strata: Strata
    workforce: Workforce
    columns: dict[str, list[str]]
    scale: int


def build_world(
    settings: Settings, reference: Reference, columns: dict[str, list[str]], scale: int
) -> World:
    """Frame, strata and workers; ``columns`` of each table in the dictionary's order."""
    frame = build_frame(reference, settings, scale)
    strata = build_strata(frame, settings.sample, scale)
    return World(settings, frame, strata, build_workforce(frame, settings), columns, scale)


def edition_files(world: World, edition: Edition) -> dict[str, bytes]:
    """Name and bytes of each file of an edition."""
    settings, frame = world.settings, world.frame
    when = {"year": edition.edition, "seed": edition.seed}
    answers = true_answers(frame, settings, **when)
    sample = draw_sample(frame, world.strata, settings, **when)
    workers = draw_workers(frame, world.workforce, sample, settings, seed=edition.seed)
    facilities, spoilt = _facilities(world, edition, answers, sample, workers)
    professionals, spoilt_workers, effects = _workers(world, edition, answers, workers)
    known = {
        "edition": edition.edition,
        "note": _NOTE,
        "base_de_sondage": _frame_sheet(world),
        "indicateurs": _indicators(world, edition, answers),
        "effets": truth.facility_effects(frame, answers) | effects,
        "lignes_sales": {"etablissements": spoilt, "professionnels": spoilt_workers},
    }
    text = json.dumps(known, ensure_ascii=False, indent=1) + "\n"
    return {
        "etablissements.csv": facilities,
        "professionnels.csv": professionals,
        TRUTH: text.encode("utf-8"),
    }


def _frame_sheet(world: World) -> dict[str, object]:
    return {
        "etablissements": len(world.frame),
        "echelle": world.scale,
        "comptes_reels": real_counts(world.frame.reference, world.settings.frame),
    }


def _indicators(world: World, edition: Edition, answers: Answers) -> dict[str, truth.Values]:
    earlier = {y: adopters(world.frame, world.settings, y) for y in edition.compare_with}
    return truth.indicators(world.frame, answers, world.settings, earlier)


def _facilities(
    world: World, edition: Edition, answers: Answers, sample: pd.DataFrame, workers: pd.DataFrame
) -> tuple[bytes, dict[str, int]]:
    collection = Collection(world.frame, answers, sample, world.settings, edition.seed)
    table = _ordered(world, "etablissements", facility_table(collection, edition))
    # Neither the first answers of a stratum, which its variance needs, nor a facility of workers.
    spare = _spare(sample["answers"].to_numpy(), sample["stratum"].to_numpy())
    spare &= ~sample.index.isin(workers["facility"])
    return dirt.spoil(
        csv_bytes(table), np.flatnonzero(spare), dirt.FACILITIES,
        share=world.settings.sample.dirt, seed=edition.seed, name="etablissements",
    )  # fmt: skip


def _workers(
    world: World, edition: Edition, answers: Answers, sample: pd.DataFrame
) -> tuple[bytes, dict[str, int], dict[str, object]]:
    settings, frame, workforce = world.settings, world.frame, world.workforce
    year = workers_in(workforce, frame, settings, year=edition.edition, seed=edition.seed)
    items, total = {}, np.zeros(len(workforce.facility), dtype=np.int16)
    for name, values in likert(year, settings, seed=edition.seed):
        items[name] = values[sample.index]
        total += values - 1
    score = total * (100 / (4 * len(items)))
    interviews = Interviews(frame, workforce, answers, year, sample, settings, edition.seed)
    table = _ordered(world, "professionnels", worker_table(interviews, items, edition))
    spare = _spare(sample["answers"].to_numpy(), sample["facility"].to_numpy())
    content, spoilt = dirt.spoil(
        csv_bytes(table), np.flatnonzero(spare), dirt.WORKERS,
        share=settings.workers.dirt, seed=edition.seed, name="professionnels",
    )  # fmt: skip
    return content, spoilt, truth.worker_effects(frame, workforce, year, score, settings)


def _ordered(world: World, name: str, table: pd.DataFrame) -> pd.DataFrame:
    """Columns in the dictionary's order.

    Raises:
        DataError: the generator and the dictionary do not have the same columns.
    """
    columns = world.columns[name]
    different = sorted(set(columns) ^ set(table.columns))
    if different:
        raise DataError(
            f"config/dictionary/{name}.yml", found=f"column '{different[0]}' on one side only",
            expected="the columns that the demonstration generates",
            remedy="add the column to config/demo.yml and obsante.collect.demo, or remove it",
        )  # fmt: skip
    return table[columns]


def _spare(answers: np.ndarray, group: np.ndarray) -> np.ndarray:
    """Respondents beyond the first two of their group, in the order of the file."""
    order = np.arange(len(group)) + len(group) * ~answers
    rank = rank_within(group, order)
    return answers & (rank >= RESPONDENTS_AT_LEAST)
