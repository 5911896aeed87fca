"""Simulated feed of the technology watch: the signals of the reference period."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from pydantic import Field

from obsante.collect.demo.registers.lots import (
    Lot,
    Register,
    Shares,
    days,
    register,
    silence,
    totals,
)
from obsante.collect.demo.registers.technologies import Technologies, load_technologies
from obsante.collect.demo.scene import Part, Scene
from obsante.collect.demo.tally import Domains
from obsante.collect.demo.topics import load_topic
from obsante.collect.demo.truth import NATIONAL, Values, rounded
from obsante.edition import Strict

TABLE = "signaux"
# What each kind of error writes, cells as in the file; an empty mapping repeats the row.
FAULTS: dict[str, Mapping[str, str]] = {
    "date_francaise": {"date": "31/12/2025"},
    "doublon": {},
    "type_hors_source": {"source": "brevet", "type": "article"},
    "pays_en_toutes_lettres": {"pays": "Maroc"},
    "lien_coupe": {"lien": "exemple.invalid"},
}
_HOME = "MAR"
_ADDRESS = "https://exemple.invalid/veille"


class Origin(Strict):
    """A source of signals: its share, what it calls them, their types."""

    share: float = Field(ge=0, le=1)
    title: str = Field(min_length=1)
    types: Shares


class SignalSettings(Register):
    """The whole of ``config/demo/signaux.yml``."""

    signals: int = Field(ge=10, le=9000)
    yearly: int
    sources: dict[str, Origin]
    countries: Shares

    def number(self, years: int) -> int:
        """Signals of a year, ``years`` after the reference year."""
        return max(1, self.signals + self.yearly * years)


def signal_feed(scene: Scene) -> Part:
    """One row per signal of the reference period, in the order of their dates."""
    settings = load_topic(SignalSettings, scene.world.project, TABLE)
    technologies = load_technologies(scene.world)
    signals = _signals(scene, settings, technologies)
    names = {"technologie": technologies.names, "source": list(settings.sources)}
    domains = Domains({name: signals[name].to_numpy() for name in names}, names)
    everyone = np.ones(len(signals))
    shares = technologies.signal_shares(_years(scene))
    return register(
        scene, TABLE, _table(scene, settings, technologies, signals),
        faults=FAULTS, share=settings.dirt,
        indicators={"inn.signaux": totals(domains, everyone),
                    "vei.part_maroc": _home_share(settings, technologies, signals)},
        effects={"signaux_part_attendue": {name: rounded(share) for name, share in shares.items()}},
    )  # fmt: skip


def _home_share(
    settings: SignalSettings, technologies: Technologies, signals: pd.DataFrame
) -> Values:
    """Share of the signals that come from Morocco, in all and by technology."""
    home = signals["country"] == list(settings.countries).index(_HOME)
    shares = home.groupby(signals["technologie"]).mean()
    return {NATIONAL: rounded(home.mean())} | {
        f"technologie={technologies.names[code]}": rounded(value) for code, value in shares.items()
    }


def _years(scene: Scene) -> int:
    return scene.edition.edition - scene.world.settings.reference_year


def _signals(
    scene: Scene, settings: SignalSettings, technologies: Technologies
) -> pd.DataFrame:
    years, period = _years(scene), scene.edition.reference_period
    lot = Lot(scene.edition.seed, TABLE, settings.number(years))
    source = lot.pick({name: o.share for name, o in settings.sources.items()}, "source")
    length = (period.end - period.start).days + 1
    rows = pd.DataFrame({
        "day": np.floor(length * lot.one("day")).astype(int),
        "technologie": lot.pick(technologies.signal_shares(years), "technology"),
        "source": source,
        "type": lot.code_by([o.types for o in settings.sources.values()], source, "type"),
        "country": lot.pick(settings.countries, "country"),
    })  # fmt: skip
    return rows.sort_values("day", kind="stable", ignore_index=True)


def _table(
    scene: Scene, settings: SignalSettings, technologies: Technologies, signals: pd.DataFrame
) -> pd.DataFrame:
    cells, year = silence(scene, TABLE, settings, len(signals)), scene.edition.edition
    names = [f"S{year}-{number:04d}" for number in range(1, len(signals) + 1)]
    origins = list(settings.sources.values())
    labels = [technology.name for technology in technologies.technologies.values()]
    titles = [f"{labels[k]}\u00a0: {origins[s].title} {number}" for number, (k, s) in enumerate(
        zip(signals["technologie"], signals["source"], strict=True), start=1)]  # fmt: skip
    coded = {"technologie": technologies.names, "source": list(settings.sources)}
    columns = {
        name: cells.coded(name, signals[name].to_numpy(), known) for name, known in coded.items()
    }
    return pd.DataFrame(columns | {
        "id_signal": names,
        "date": cells.text("date", days(scene, signals["day"].to_numpy())),
        "type": cells.text("type", signals["type"].tolist()),
        "titre": cells.text("titre", titles),
        "lien": [f"{_ADDRESS}/{name}" for name in names],
        "pays": cells.coded("pays", signals["country"].to_numpy(), list(settings.countries)),
    })  # fmt: skip
