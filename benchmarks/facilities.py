"""The finite populations that coverage is measured on: facilities in their strata, and their staff.

Sizes are those of the 2025 campaign (`strata.csv`: facilities of the frame by stratum and region,
respondents by stratum, facilities whose staff answered). Who says yes is decided here, once.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.optimize import brentq
from scipy.special import expit

STRATA = Path(__file__).with_name("strata.csv")
# Effects on the log-odds of a yes: as uneven as the digital propensity of the demonstration data.
EFFECTS = {
    "type": {
        "chu": 2.2, "chr_chp": 1.2, "hopital_proximite": 0.5, "centre_sante_urbain": 0.15,
        "centre_sante_rural": -0.45, "clinique_privee": 1.0, "cabinet_prive": 0.0,
    },
    "milieu": {"urbain": 0.2, "rural": -0.2, "rural_montagne": -0.55},
    "region": {
        "01": 0.05, "02": -0.05, "03": 0.0, "04": 0.2, "05": -0.2, "06": 0.2, "07": 0.0,
        "08": -0.3, "09": 0.05, "10": -0.15, "11": -0.1, "12": 0.0,
    },
}  # fmt: skip
# Staff of a facility, minimum + spread x product of two uniforms, and those who answer in each:
# config/demo/etablissements.yml, and the medians of the 2025 campaign.
STAFF = {
    "chu": (1100, 3600, 28), "chr_chp": (100, 560, 11), "hopital_proximite": (35, 260, 8),
    "centre_sante_urbain": (4, 22, 4), "centre_sante_rural": (2, 14, 3),
    "clinique_privee": (8, 60, 5), "cabinet_prive": (1, 5, 2),
}  # fmt: skip
# Standard deviation between facilities on the log-odds: an intra-facility correlation of 0.2.
BETWEEN = 0.9
# Share of each stratum, or of each staff, in a domain that the strata do not know.
CROSSING = 0.3
# Condition of each domain on the cells of `strata.csv`, and share of their units that are in it.
DOMAINS = {
    "national": (None, 1.0),
    **{f"region {code}": (f"region == '{code}'", 1.0) for code in EFFECTS["region"]},
    **{f"type {code}": (f"type == '{code}'", 1.0) for code in EFFECTS["type"] if code != "chu"},
    **{f"milieu {code}": (f"milieu == '{code}'", 1.0) for code in EFFECTS["milieu"]},
    "across strata": (None, CROSSING),
    "across strata, region 04": ("region == '04'", CROSSING),
}
STAFF_DOMAINS = (
    "national", "region 04", "region 06", "region 12", "type centre_sante_rural",
    "type clinique_privee", "type hopital_proximite", "across strata",
)  # fmt: skip


@dataclass(frozen=True)
class Facilities:
    """A domain by stratum (H,): facilities, respondents, and the domain's yes and no."""

    size: np.ndarray
    sample: np.ndarray
    yes: np.ndarray
    no: np.ndarray

    @property
    def truth(self) -> float:
        """The proportion of yes in the domain."""
        return self.yes.sum() / (self.yes.sum() + self.no.sum())


@dataclass(frozen=True)
class Staff(Facilities):
    """The same by facility (J,): its staff, those who answer if it is drawn, and its stratum.

    Attributes:
        stratum: of each facility (J,), in order.
        drawn: facilities drawn in each stratum (H,).
    """

    stratum: np.ndarray
    drawn: np.ndarray


def cells() -> pd.DataFrame:
    """Facilities of the frame by stratum, type, milieu and region, strata in order."""
    return pd.read_csv(STRATA, dtype={"region": str})


def facilities(domain: str, share: float) -> Facilities:
    """Facilities of which ``share`` of the domain says yes, at least one."""
    table = cells()
    inside, part = _domain(table, domain)
    units = np.round(table["population"].to_numpy() * part) * inside
    yes = _shared_out(units, _chances(units, _effects(table), share), share)
    stratum = table["strate"].factorize()[0]
    size, total, yes = (
        np.bincount(stratum, values).astype(int) for values in (table["population"], units, yes)
    )
    sample = table.drop_duplicates("strate")["repondants"].to_numpy()
    return Facilities(size, sample, yes, total - yes)


def staff(domain: str, share: float, rng: np.random.Generator) -> Staff:
    """Staff of which about ``share`` of the domain says yes, those of a facility alike."""
    table = cells()
    inside, part = _domain(table, domain)
    cell = np.repeat(np.arange(len(table)), table["population"])
    minimum, spread, quota = np.array([STAFF[kind] for kind in table["type"]])[cell].T
    size = minimum + np.floor(spread * rng.random(len(cell)) * rng.random(len(cell))).astype(int)
    members = rng.binomial(size, part * inside[cell])
    effect = _effects(table)[cell] + BETWEEN * rng.standard_normal(len(cell))
    yes = rng.binomial(members, _chances(members, effect, share))
    drawn = table.drop_duplicates("strate")["etablissements_agents"].to_numpy()
    return Staff(
        size, np.minimum(quota, size), yes, members - yes,
        table["strate"].factorize()[0][cell], drawn,
    )  # fmt: skip


def _domain(table: pd.DataFrame, name: str) -> tuple[np.ndarray, float]:
    condition, part = DOMAINS[name]
    inside = table.eval(condition).to_numpy() if condition else np.ones(len(table), dtype=bool)
    return inside, part


def _effects(table: pd.DataFrame) -> np.ndarray:
    return sum(table[name].map(values).to_numpy() for name, values in EFFECTS.items())


def _chances(units: np.ndarray, effect: np.ndarray, share: float) -> np.ndarray:
    """Probability of a yes in each group of units, ``share`` on average over the units."""

    def excess(constant: float) -> float:
        return units @ expit(constant + effect) - share * units.sum()

    return expit(brentq(excess, -30, 30) + effect)


def _shared_out(units: np.ndarray, chance: np.ndarray, share: float) -> np.ndarray:
    """Whole numbers of yes that add up to ``share`` of the units, largest remainders first."""
    expected = units * chance
    yes = np.floor(expected)
    wanted = max(round(share * units.sum()), 1)
    yes[np.argsort(yes - expected, kind="stable")[: int(wanted - yes.sum())]] += 1
    return yes
