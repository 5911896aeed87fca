"""The worker table as collected: design, then answers with their non-response."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from obsante.collect.demo.answers import Answers
from obsante.collect.demo.draws import bell, choose, stream
from obsante.collect.demo.facilities import (
    UNKNOWN,
    WEIGHT_DECIMALS,
    category,
    identifiers,
    nullable,
    yes_no,
)
from obsante.collect.demo.frame import SECTORS, Frame
from obsante.collect.demo.settings import Settings
from obsante.collect.demo.workers import Workforce, Year, has, passed, profession_names
from obsante.edition import Edition

_AUTONOMY = ["debutant", "accompagne", "autonome", "referent"]


@dataclass(frozen=True)
class Interviews:
    """What is needed to turn the workers' truth into answers; ``sample`` as drawn."""

    frame: Frame
    workforce: Workforce
    truth: Answers
    year: Year
    sample: pd.DataFrame
    settings: Settings
    seed: int

    @property
    def drawn(self) -> np.ndarray:
        return self.sample.index.to_numpy()

    @property
    def facility(self) -> np.ndarray:
        return self.sample["facility"].to_numpy()

    def empty(self, name: str, share: float) -> np.ndarray:
        """Workers that leave a question empty, non-respondents included."""
        uniform = stream(self.seed, "worker silence", name).random(len(self.sample))
        return (uniform < share) | ~self.sample["answers"].to_numpy()

    def noise(self, name: str) -> np.ndarray:
        return bell(stream(self.seed, "worker noise", name), len(self.sample))


def worker_table(
    interviews: Interviews, items: dict[str, np.ndarray], edition: Edition
) -> pd.DataFrame:
    """One row per worker drawn, sorted by identifier, columns of the dictionary in any order.

    Args:
        items: answers of the workers drawn to each Likert item.
    """
    share = interviews.settings.workers.missing["likert"]
    scales = {
        name: nullable(values, interviews.empty(name, share)) for name, values in items.items()
    }
    return pd.DataFrame(
        _design(interviews, edition.edition)
        | _person(interviews)
        | _training(interviews)
        | scales
        | _uses(interviews)
    )


def _design(interviews: Interviews, year: int) -> dict:
    frame, sample, facility = interviews.frame, interviews.sample, interviews.facility
    names = identifiers(frame, facility)
    ranks = sample["rank"].tolist()
    columns = {
        "id_professionnel": [f"{name}-{rank:05d}" for name, rank in zip(names, ranks, strict=True)],
        "id_etablissement": names,
        "edition": np.full(len(sample), year),
    }
    for name in ("region", "milieu", "type", "secteur"):
        columns[name] = category(frame, name, facility)
    return columns | {
        "strate": pd.Categorical(sample["strate"]),
        "taille_strate": sample["taille_strate"].to_numpy(),
        "upe_strate": sample["upe_strate"].to_numpy(),
        "n_professionnels": frame.rows["n_professionnels"].to_numpy()[facility],
        "tires_etablissement": sample["tires"].to_numpy(),
        "repondants_etablissement": sample["repondants"].to_numpy(),
        "poids_sondage": np.round(sample["poids_sondage"].to_numpy(), WEIGHT_DECIMALS),
        "repondant": yes_no(sample["answers"].to_numpy()),
        "poids": np.round(sample["poids"].to_numpy(), WEIGHT_DECIMALS),
    }


def _person(interviews: Interviews) -> dict:
    workforce, settings, drawn = interviews.workforce, interviews.settings, interviews.drawn
    known = {
        "profession": (workforce.profession, profession_names(settings)),
        "tranche_age": (workforce.age, list(settings.workers.ages)),
        "sexe": (1 - workforce.woman, ["femme", "homme"]),
    }
    return {
        name: _category(interviews, name, codes[drawn], labels)
        for name, (codes, labels) in known.items()
    }


def _category(
    interviews: Interviews, name: str, codes: np.ndarray, labels: list[str]
) -> pd.Categorical:
    empty = interviews.empty(name, interviews.settings.workers.missing[name])
    return pd.Categorical.from_codes(np.where(empty, -1, codes), labels)


def _training(interviews: Interviews) -> dict:
    """Training received; its hours only where the answer is known, 0 where it is no."""
    settings = interviews.settings.workers
    trained = interviews.year.trained[interviews.drawn]
    uniform = stream(interviews.seed, "unsure of training").random(len(interviews.sample))
    unsure = uniform < settings.unknown_training
    answer = _category(
        interviews, "formation_12m", np.where(unsure, 2, trained), ["non", "oui", UNKNOWN]
    )
    forgotten = interviews.empty("heures_formation_12m", settings.missing["heures_formation_12m"])
    hidden = np.where(answer == "oui", forgotten, answer != "non")
    hours = np.where(hidden, np.nan, interviews.year.hours[interviews.drawn])
    return {"formation_12m": answer, "heures_formation_12m": hours}


def _uses(interviews: Interviews) -> dict:
    settings = interviews.settings.workers
    competence = interviews.year.competence[interviews.drawn]
    level = passed(competence + interviews.noise("autonomie"), settings.autonomy)
    columns = {"autonomie": _category(interviews, "autonomie", level, _AUTONOMY)}
    for name, tool in settings.tools.items():
        used = competence + interviews.noise(name) > tool.cut
        used &= has(interviews.truth, tool.requires, interviews.facility)
        columns[name] = yes_no(used, interviews.empty(name, settings.missing["tools"]))
    columns["besoin_prioritaire"] = _need(interviews)
    return columns


def _need(interviews: Interviews) -> pd.Categorical:
    needs = interviews.settings.workers.needs
    shares = np.array([list(needs[sector].values()) for sector in SECTORS])
    uniform = stream(interviews.seed, "need").random(len(interviews.sample))
    codes = choose(uniform, shares, interviews.frame.codes("secteur")[interviews.facility])
    return _category(interviews, "besoin_prioritaire", codes, list(needs[SECTORS[0]]))
