"""The facility table as collected: design, then answers with their non-response."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from obsante.collect.demo.answers import Answers, asked
from obsante.collect.demo.draws import stream
from obsante.collect.demo.frame import SECTORS, Frame
from obsante.collect.demo.settings import Choice, Item, Settings
from obsante.edition import Edition

UNKNOWN, NOT_APPLICABLE = "ne_sait_pas", "sans_objet"
WEIGHT_DECIMALS = 6
# Not a column: the depth of the record is collected as its stage.
_DEPTH = "dme_profondeur"


@dataclass(frozen=True)
class Collection:
    """What is needed to turn the truth into answers: one element per facility drawn."""

    frame: Frame
    truth: Answers
    sample: pd.DataFrame
    settings: Settings
    seed: int

    @property
    def drawn(self) -> np.ndarray:
        return self.sample.index.to_numpy()

    def silence(self, name: str, missing: float, unknown: float) -> tuple[np.ndarray, np.ndarray]:
        """Facilities that leave a question empty, and those that do not know."""
        uniform = stream(self.seed, "silence", name).random(len(self.sample))
        empty = uniform < missing
        return empty | ~self.sample["answers"].to_numpy(), ~empty & (uniform < missing + unknown)


def facility_table(collection: Collection, edition: Edition) -> pd.DataFrame:
    """One row per facility drawn, sorted by identifier, columns of the dictionary in any order."""
    columns = _design(collection, edition.edition) | _quantities(collection)
    for name in collection.settings.items:
        if name != _DEPTH:
            columns[name] = _item(collection, name, columns)
    columns["dme_stade"] = _stage(collection, columns["dme"])
    for name in collection.settings.choices:
        columns[name] = _choice(collection, name, columns)
    return pd.DataFrame(columns | _contact(collection))


def identifiers(frame: Frame, positions: np.ndarray) -> list[str]:
    """``E0000001``: identifiers of facilities given by their positions in the frame."""
    return [f"E{number:07d}" for number in frame.rows["number"].to_numpy()[positions]]


def category(frame: Frame, dimension: str, positions: np.ndarray) -> pd.Categorical:
    """A dimension of the frame, for the facilities at these positions."""
    return pd.Categorical.from_codes(frame.codes(dimension)[positions], frame.names(dimension))


def yes_no(flags: np.ndarray, empty: np.ndarray | None = None) -> pd.Categorical:
    """``oui`` or ``non``; missing where ``empty``."""
    codes = flags.astype(np.int8)
    if empty is not None:
        codes = np.where(empty, -1, codes)
    return pd.Categorical.from_codes(codes, ["non", "oui"])


def nullable(values: np.ndarray, empty: np.ndarray) -> pd.Series:
    """Whole numbers, missing where ``empty``."""
    return pd.Series(np.asarray(values), dtype="Int64").mask(pd.Series(empty))


def _design(collection: Collection, year: int) -> dict:
    frame, sample, drawn = collection.frame, collection.sample, collection.drawn
    columns = {
        "id_etablissement": identifiers(frame, drawn),
        "edition": np.full(len(sample), year),
    }
    for name in ("region", "province", "milieu", "type", "secteur"):
        columns[name] = category(frame, name, drawn)
    answers = sample["answers"].to_numpy()
    return columns | {
        "strate": pd.Categorical(sample["strate"]),
        "taille_strate": sample["taille_strate"].to_numpy(),
        "tires_strate": sample["tires_strate"].to_numpy(),
        "poids_sondage": np.round(sample["poids_sondage"].to_numpy(), WEIGHT_DECIMALS),
        "repondant": yes_no(answers),
        "vague": nullable(sample["vague"].to_numpy(), ~answers),
        "poids": np.round(sample["poids"].to_numpy(), WEIGHT_DECIMALS),
        "n_professionnels": frame.rows["n_professionnels"].to_numpy()[drawn],
    }


def _contact(collection: Collection) -> dict:
    """An address that can be nobody's, a place where there is only the sea."""
    number = collection.frame.rows["number"].to_numpy()[collection.drawn]
    settings = collection.settings.contact
    no_address, _ = collection.silence("contact_courriel", settings.address_missing, 0.0)
    no_place, _ = collection.silence("position", settings.place_missing, 0.0)
    addresses = pd.Series([f"repondant.{n}@exemple.invalid" for n in number], dtype="object")
    places = pd.Series([f"0.{n % 9973:04d} -0.{n % 9967:04d}" for n in number], dtype="object")
    return {"contact_courriel": addresses.mask(no_address), "position": places.mask(no_place)}


def _quantities(collection: Collection) -> dict:
    truth, drawn, settings = collection.truth, collection.drawn, collection.settings
    no_staff, _ = collection.silence("professionnels_etp", settings.full_time.missing, 0.0)
    no_posts, _ = collection.silence("postes_travail", settings.workstations.missing, 0.0)
    return {
        "professionnels_etp": np.where(no_staff, np.nan, truth.full_time[drawn]),
        "postes_travail": nullable(truth.workstations[drawn], no_posts),
    }


def _item(collection: Collection, name: str, columns: dict) -> pd.Categorical:
    item = collection.settings.items[name]
    return _coded(
        collection, name, item, item.codes,
        position=collection.truth.reached[name][collection.drawn],
        outside=~asked(collection.frame, item)[collection.drawn],
        parent=columns.get(item.asked_if),
    )  # fmt: skip


def _choice(collection: Collection, name: str, columns: dict) -> pd.Categorical:
    choice = collection.settings.choices[name]
    return _coded(
        collection, name, choice, list(choice.shares[SECTORS[0]]),
        position=collection.truth.chosen[name][collection.drawn],
        outside=np.zeros(len(collection.sample), dtype=bool),
        parent=columns[choice.asked_if],
    )  # fmt: skip


def _coded(
    collection: Collection,
    name: str,
    question: Item | Choice,
    names: list[str],
    *,
    position: np.ndarray,
    outside: np.ndarray,
    parent: pd.Categorical | None,
) -> pd.Categorical:
    """Codes as collected: a question that depends on ``parent`` is asked if that one is a yes."""
    empty, unknown = collection.silence(name, question.missing, question.unknown)
    unanswered = ~collection.sample["answers"].to_numpy()
    if parent is not None:
        outside = outside | (parent == "non")
        unanswered = unanswered | ~np.isin(parent, ["oui", "non"])
    codes = np.where(unknown, len(names), position)
    codes = np.where(empty, -1, codes)
    codes = np.where(outside, len(names) + 1, codes)
    return pd.Categorical.from_codes(
        np.where(unanswered, -1, codes), [*names, UNKNOWN, NOT_APPLICABLE]
    )


def _stage(collection: Collection, dme: pd.Categorical) -> pd.Series:
    """Stage of those that said whether they have a record: 0 is an answer, that of no record."""
    item = collection.settings.items[_DEPTH]
    empty, _ = collection.silence("dme_stade", item.missing, 0.0)
    hidden = np.where(dme == "oui", empty, dme != "non")
    return nullable(collection.truth.stage[collection.drawn], hidden)
