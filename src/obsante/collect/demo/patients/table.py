"""The user table as collected: design, then answers with their non-response."""

from __future__ import annotations

import numpy as np
import pandas as pd

from obsante.collect.demo.cells import Silence, design_cells
from obsante.collect.demo.facilities import WEIGHT_DECIMALS, category, identifiers
from obsante.collect.demo.frame import Frame
from obsante.collect.demo.patients.experience import People, modes, reasons
from obsante.collect.demo.patients.settings import PatientSettings
from obsante.collect.demo.scene import Scene

_YES = ["non", "oui"]
_CONSENT = ["non_demande", "refuse", "donne"]
_SCALE = ["1", "2", "3", "4", "5"]
# Questions to every user.
_ASKED = ("recours_presentiel", "examens_12m", "renoncement", "acces_distance",
          "recours_distance", "informe")  # fmt: skip
_OPINIONS = ("qualite_percue", "confiance")
_WAYS = ("presentiel", "distance")


def drawn(people: People, rows: np.ndarray) -> dict[str, np.ndarray]:
    """What is true of some users of a block, one array per variable."""
    columns = {"mode": people.mode, "reason": people.reason}
    columns |= people.codes | people.levels | people.yes
    return {name: values[rows] for name, values in columns.items()}


def patient_table(
    scene: Scene, settings: PatientSettings, sample: pd.DataFrame, truth: dict[str, np.ndarray],
    sizes: np.ndarray,
) -> pd.DataFrame:  # fmt: skip
    """One row per user drawn, in the order of the sample, columns of the dictionary in any order.

    Args:
        sample: users drawn (:func:`obsante.collect.demo.clusters.draw_units`).
        truth: what is true of each of them (:func:`drawn`).
        sizes: users of each facility of the frame.
    """
    answers = sample["answers"].to_numpy()
    silence = Silence(
        answers, settings.missing, settings.unknown, scene.edition.seed, "patients"
    )
    frame = scene.world.frame
    return pd.DataFrame(
        _design(frame, sample, sizes, scene.edition.edition)
        | _person(frame, settings, silence, truth)
        | _difficulties(settings, silence, truth)
        | _care(settings, silence, truth)
        | _data(silence, truth)
        | _contact(silence)
    )


def _design(frame: Frame, sample: pd.DataFrame, sizes: np.ndarray, year: int) -> dict:
    facility = sample["facility"].to_numpy()
    names = identifiers(frame, facility)
    ranks = sample["rank"].tolist()
    columns = {
        "id_usager": [f"{name}-{rank:04d}" for name, rank in zip(names, ranks, strict=True)],
        "id_etablissement": names,
        "edition": np.full(len(sample), year),
        "type": category(frame, "type", facility),
        "secteur": category(frame, "secteur", facility),
        "strate": pd.Categorical(sample["strate"]),
    }
    for name in ("taille_strate", "upe_strate"):
        columns[name] = sample[name].to_numpy()
    columns["n_usagers"] = sizes[facility]
    for name in ("tires", "repondants"):
        columns[f"{name}_etablissement"] = sample[name].to_numpy()
    return columns | design_cells(sample, WEIGHT_DECIMALS)


def _person(
    frame: Frame, settings: PatientSettings, silence: Silence, truth: dict[str, np.ndarray]
) -> dict:
    names = settings.modalities | {name: frame.names(name) for name in ("region", "province")}
    known = ("sexe", "tranche_age", "langue", "region", "province", "milieu")
    columns = {name: silence.coded(name, truth[name], names[name]) for name in known}
    columns["score_biens"] = silence.whole("score_biens", truth["biens"])
    hidden = columns["score_biens"].isna()
    columns["quintile"] = pd.Series(truth["quintile"] + 1, dtype="Int64").mask(hidden)
    return columns


def _difficulties(
    settings: PatientSettings, silence: Silence, truth: dict[str, np.ndarray]
) -> dict:
    """The six items, and the disability that the answers given tell of."""
    difficulty = settings.disability
    columns = {name: silence.whole(name, truth[name]) for name in difficulty.items}
    items = pd.DataFrame(columns).astype("float64")
    severe = (items >= difficulty.from_level).any(axis=1).to_numpy()
    told = severe | items.notna().all(axis=1).to_numpy()
    columns["handicap"] = pd.Categorical.from_codes(np.where(told, severe, -1), _YES)
    return columns


def _care(settings: PatientSettings, silence: Silence, truth: dict[str, np.ndarray]) -> dict:
    columns: dict[str, object] = {
        "mode_visite": silence.coded("mode_visite", truth["mode"], modes(settings))
    }
    for name in _ASKED:
        columns[name] = silence.coded(name, truth[name].astype(np.int8), _YES)
    depending = [(f"satisfaction_{way}", truth[f"satisfaction_{way}"] - 1, _SCALE,
                  f"recours_{way}") for way in _WAYS]  # fmt: skip
    depending += [
        ("examens_repetes", truth["examens_repetes"].astype(np.int8), _YES, "examens_12m"),
        ("motif_renoncement", truth["reason"], reasons(settings), "renoncement"),
    ]
    for name, positions, names, parent in depending:
        columns[name] = silence.coded(name, positions, names, asked=(columns[parent], "oui"))
    return columns


def _data(silence: Silence, truth: dict[str, np.ndarray]) -> dict:
    consent = truth["accord_demande"].astype(np.int8) + truth["accord_donne"]
    opinions = {name: silence.whole(name, truth[name]) for name in _OPINIONS}
    return opinions | {"consentement": silence.coded("consentement", consent, _CONSENT)}


def _contact(silence: Silence) -> dict:
    """Names and numbers that can be nobody's."""
    count = range(len(silence.answers))
    return {
        "nom": silence.text("nom", [f"Usager Fictif {k:04d}" for k in count]),
        "telephone": silence.text(
            "telephone", [f"+212 000 00 {k // 100 % 100:02d} {k % 100:02d}" for k in count]
        ),
    }
