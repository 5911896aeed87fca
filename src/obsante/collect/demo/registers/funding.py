"""Simulated register of the observatory's funding: lines of one or several years."""

from __future__ import annotations

import numpy as np
import pandas as pd
from pydantic import Field

from obsante.collect.demo.facilities import NOT_APPLICABLE
from obsante.collect.demo.registers.lots import (
    Lot,
    Register,
    Shares,
    register,
    shares_of,
    silence,
    totals,
)
from obsante.collect.demo.scene import Part, Scene
from obsante.collect.demo.tally import Domains
from obsante.collect.demo.topics import load_topic
from obsante.edition import Strict

TABLE = "financements"
_ROUND = 5000
_IN_KIND = "nature"


class Origin(Strict):
    """An origin of money: share of the lines, names, least and most MAD a year, types."""

    share: float = Field(ge=0, le=1)
    names: list[str] = Field(min_length=1)
    least: int = Field(ge=1)
    most: int = Field(ge=1)
    types: Shares


class FundingSettings(Register):
    """The whole of ``config/demo/financements.yml``.

    ``lines``: that begin in a year; ``lasts``: shares of those that last 1, 2... years;
    ``unvalued``: share of the contributions in kind whose value nobody has worked out.
    """

    lines: int = Field(ge=1, le=99)
    lasts: list[float] = Field(min_length=1)
    origins: dict[str, Origin]
    partners: list[str] = Field(min_length=1)
    alone: float = Field(ge=0, le=1)
    uses: Shares
    unvalued: float = Field(ge=0, le=1)


def funding_register(scene: Scene) -> Part:
    """One row per line paid in the year."""
    settings = load_topic(FundingSettings, scene.world.project, TABLE)
    lines = _lines(scene, settings)
    names = {"origine": list(settings.origins), "objet": list(settings.uses)}
    domains = Domains({name: lines[name].to_numpy() for name in names}, names)
    money = lines["montant"].to_numpy()
    origins = np.bincount(lines["origine"], money, len(settings.origins))
    return register(
        scene, TABLE, _table(scene, settings, lines), faults={}, share=settings.dirt,
        indicators={"gou.financement_mad": totals(domains, money)},
        effects={"financements_part_par_origine":
                 shares_of(dict(zip(settings.origins, origins, strict=True)))},
    )  # fmt: skip


def _lines(scene: Scene, settings: FundingSettings) -> pd.DataFrame:
    """Lines begun in the last years that are still paid; ``montant`` counts all of them."""
    year = scene.edition.edition
    starts = range(year - len(settings.lasts) + 1, year + 1)
    begun = pd.concat([_cohort(scene, settings, start) for start in starts], ignore_index=True)
    return begun[begun["start"] + begun["lasts"] > year].reset_index(drop=True)


def _cohort(scene: Scene, settings: FundingSettings, start: int) -> pd.DataFrame:
    lot = Lot(scene.world.settings.seed, f"{TABLE} {start}", settings.lines)
    origins = list(settings.origins.values())
    origin = lot.pick({name: o.share for name, o in settings.origins.items()}, "origin")
    lasts = {str(years): share for years, share in enumerate(settings.lasts, start=1)}
    low, high = np.array([(o.least, o.most) for o in origins])[origin].T
    money = low + (high - low) * lot.product(2, "money")
    return pd.DataFrame({
        "start": start,
        "rank": np.arange(1, lot.size + 1),
        "lasts": 1 + lot.pick(lasts, "lasts"),
        "origine": origin,
        "nom": [origins[k].names[int(u * len(origins[k].names))]
                for k, u in zip(origin, lot.one("name"), strict=True)],
        "type": lot.code_by([o.types for o in origins], origin, "type"),
        "objet": lot.pick(settings.uses, "use"),
        "montant": (_ROUND * np.floor(money / _ROUND + 1)).astype("int64"),
        "partner": np.floor(len(settings.partners) * lot.one("partner")).astype(int),
        "alone": lot.one("alone") < settings.alone,
        "unvalued": lot.one("unvalued") < settings.unvalued,
    })  # fmt: skip


def _table(scene: Scene, settings: FundingSettings, lines: pd.DataFrame) -> pd.DataFrame:
    cells, year = silence(scene, TABLE, settings, len(lines)), scene.edition.edition
    numbers = zip(lines["start"], lines["rank"], strict=True)
    partners = [NOT_APPLICABLE if alone else settings.partners[k]
                for alone, k in zip(lines["alone"], lines["partner"], strict=True)]  # fmt: skip
    unvalued = lines["unvalued"] & (lines["type"] == _IN_KIND)
    return pd.DataFrame({
        "id_financement": [f"FIN{start}-{rank:02d}" for start, rank in numbers],
        "edition": year,
        "origine": cells.coded("origine", lines["origine"].to_numpy(), list(settings.origins)),
        "bailleur": lines["nom"],
        "type": lines["type"],
        "montant_mad": cells.whole("montant_mad", lines["montant"].to_numpy()).mask(unvalued),
        "annee": year,
        "partenaire": cells.text("partenaire", partners),
        "objet": cells.coded("objet", lines["objet"].to_numpy(), list(settings.uses)),
    })  # fmt: skip
