"""Simulated register of committees: seats whose mandates last a few years, then are renewed."""

from __future__ import annotations

import numpy as np
import pandas as pd
from pydantic import Field, model_validator

from obsante.collect.demo.registers.lots import (
    Lot,
    Register,
    Shares,
    held,
    register,
    silence,
    totals,
)
from obsante.collect.demo.scene import Part, Scene
from obsante.collect.demo.tally import Domains
from obsante.collect.demo.topics import load_topic
from obsante.collect.demo.truth import Values

TABLE = "comites"
# Roles of the first seats of a committee, the others' being the last.
_ROLES = ("presidence", "secretariat", "membre")


class CommitteeSettings(Register):
    """The whole of ``config/demo/comites.yml``.

    ``seats``: committee -> nature of body -> number of seats, the presidency being the first;
    ``bodies``: names, by nature; ``years``: length of a mandate.
    """

    seats: dict[str, dict[str, int]]
    bodies: dict[str, list[str]]
    years: int = Field(ge=1, le=10)
    declarations: Shares

    @model_validator(mode="after")
    def _named_bodies(self) -> CommitteeSettings:
        for nature in sorted({nature for own in self.seats.values() for nature in own}):
            if not self.bodies.get(nature):
                raise ValueError(f"bodies: at least one of nature '{nature}'")
        return self


def committee_register(scene: Scene) -> Part:
    """One row per mandate that runs on the last day of the reference period."""
    settings = load_topic(CommitteeSettings, scene.world.project, TABLE)
    mandates = _mandates(scene, settings)
    return register(
        scene, TABLE, _table(scene, settings, mandates), faults={}, share=settings.dirt,
        indicators={"gou.mandats": _counts(settings, mandates)}, effects={},
    )  # fmt: skip


def _mandates(scene: Scene, settings: CommitteeSettings) -> pd.DataFrame:
    """One row per seat: what it is, and the mandate that runs (``arrivee``: its first year)."""
    seed, year = scene.world.settings.seed, scene.edition.edition
    seats = _seats(settings)
    lot = Lot(seed, TABLE, len(seats))
    turn = np.floor(settings.years * lot.one("turn")).astype(int)
    bodies = [settings.bodies[nature] for nature in seats["nature"]]
    chosen = np.floor(lot.one("body") * [len(names) for names in bodies]).astype(int)
    seats["body"] = [names[k] for names, k in zip(bodies, chosen, strict=True)]

    def begun(start: int) -> pd.DataFrame:
        own = Lot(seed, f"{TABLE} {start}", len(seats))
        return pd.DataFrame({"declared": own.pick(settings.declarations, "declared")})

    return seats.join(held(year - (year - turn) % settings.years, begun))


def _seats(settings: CommitteeSettings) -> pd.DataFrame:
    rows = []
    for committee, own in settings.seats.items():
        natures = [nature for nature, count in own.items() for _ in range(count)]
        rows += [(committee, nature, _ROLES[min(rank, len(_ROLES) - 1)])
                 for rank, nature in enumerate(natures)]  # fmt: skip
    return pd.DataFrame(rows, columns=["committee", "nature", "role"])


def _table(scene: Scene, settings: CommitteeSettings, mandates: pd.DataFrame) -> pd.DataFrame:
    cells = silence(scene, TABLE, settings, len(mandates))
    numbers = list(zip(mandates["arrivee"], mandates["place"], strict=True))
    last = mandates["arrivee"] + settings.years - 1
    return pd.DataFrame({
        "id_mandat": [f"MAN{year}-{place:02d}" for year, place in numbers],
        "edition": scene.edition.edition,
        "comite": mandates["committee"],
        "role": mandates["role"],
        "nom": [f"Membre Fictif {year % 100:02d}{place:02d}" for year, place in numbers],
        "organisme": mandates["body"],
        "categorie": mandates["nature"],
        "mandat_debut": [f"{year}-01-01" for year in mandates["arrivee"]],
        "mandat_fin": [f"{year}-12-31" for year in last],
        "declaration_interets": cells.coded(
            "declaration_interets", mandates["declared"].to_numpy(), list(settings.declarations)
        ),
    })  # fmt: skip


def _counts(settings: CommitteeSettings, mandates: pd.DataFrame) -> Values:
    committees, declarations = list(settings.seats), list(settings.declarations)
    domains = Domains(
        {"comite": mandates["committee"].map(committees.index).to_numpy(),
         "declaration_interets": mandates["declared"].to_numpy()},
        {"comite": committees, "declaration_interets": declarations},
    )  # fmt: skip
    return totals(domains, np.ones(len(mandates)))
