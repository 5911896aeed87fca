"""What a plan rests on: the frame by stratum and domain, and what is expected of each stratum."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from obsante.collect import dictionary
from obsante.collect.plan.frame import TABLE
from obsante.collect.plan.settings import DIMENSIONS, Settings
from obsante.errors import DataError, nearest
from obsante.paths import Project
from obsante.stats.sampling import Domains, collapse, domains

_CELL = ["type", "milieu", "region"]


@dataclass(frozen=True, eq=False)
class Basis:
    """A frame ready to be sampled.

    ``frame``: one row per facility, sorted by identifier, with its ``strate``; ``domains``: its
    counts by stratum, in the whole and by type, milieu, sector and region. Arrays have one element
    per stratum, in the order of ``domains.strata``. ``level``: confidence level of the precision.
    """

    frame: pd.DataFrame
    domains: Domains
    settings: Settings
    level: float

    @cached_property
    def census(self) -> np.ndarray:
        """Whether each stratum is taken whole, its type being one of those that are (H,)."""
        return self._mean(self.frame["type"].isin(self.settings.census)) == 1

    @cached_property
    def response(self) -> np.ndarray:
        """Share of the facilities drawn that should answer (H,)."""
        rates = self.settings.response
        by_type = by_code(self.frame["type"], rates.type, "response.type")
        by_milieu = self.frame["milieu"].astype("str").map(rates.milieu).fillna(0.0)
        return self._mean((by_type + by_milieu).clip(0.01, 1.0))

    @cached_property
    def costs(self) -> np.ndarray:
        """Cost of surveying one facility (H,)."""
        return self._mean(self.frame["type"].astype("str").map(self.settings.costs).fillna(1.0))

    @cached_property
    def deviations(self) -> np.ndarray:
        """Standard deviation of the variable that guides Neyman's allocation (H,).

        That of a share p, sqrt(p (1 - p)), among the facilities where it is known; a stratum where
        it is known of none takes the share of the whole frame.

        Raises:
            DataError: the frame has no such variable, or it is known nowhere.
        """
        neyman = self.settings.neyman
        if neyman.variable not in self.frame or self.frame[neyman.variable].isna().all():
            raise DataError(
                f"frame, column '{neyman.variable}'", found="no value known",
                expected="a variable known before the survey, for Neyman's allocation",
                remedy="choose another --allocation, or neyman.variable in config/sampling.yml",
            )  # fmt: skip
        known = self.frame[neyman.variable]
        yes = (known == neyman.code).astype("float64").where(known.notna())
        share = yes.groupby(self.frame["strate"]).mean().reindex(self.domains.strata)
        share = share.fillna(yes.mean()).clip(neyman.least_share, 1 - neyman.least_share)
        return np.sqrt(share * (1 - share)).to_numpy()

    @cached_property
    def taken_whole(self) -> np.ndarray:
        """Domains that the census covers, whatever the allocation (D,)."""
        return (self.domains.counts[:, ~self.census] == 0).all(axis=1)

    def _mean(self, values: pd.Series) -> np.ndarray:
        means = values.astype("float64").groupby(self.frame["strate"]).mean()
        return means.reindex(self.domains.strata).to_numpy()


def by_code(codes: pd.Series, values: Mapping[str, float], key: str) -> pd.Series:
    """The value of each code, which ``config/sampling.yml`` gives under ``key``.

    Raises:
        DataError: a code has none.

    >>> by_code(pd.Series(["chu", "chu"]), {"chu": 0.5}, "costs").tolist()
    [0.5, 0.5]
    """
    names = codes.astype("str")
    missing = sorted(set(names) - set(values))
    if missing:
        raise DataError(
            f"config/sampling.yml, key {key}", found=f"nothing for '{missing[0]}'",
            expected="a value for each type of facility of the frame", remedy="add it",
        )  # fmt: skip
    return names.map(values).astype("float64")


def make_basis(
    project: Project, rows: pd.DataFrame, settings: Settings, *, level: float
) -> Basis:
    """Strata and domains of a frame.

    Raises:
        DataError: an empty frame, a code of the settings that the dictionary does not have, or a
            stratum of a single facility that no census takes.
    """
    table = dictionary.load(TABLE, project)
    milieux = [str(code) for code in table.field("milieu").codes]
    _require_known(settings, [str(code) for code in table.field("type").codes], milieux)
    if rows.empty:
        raise DataError(
            "the sampling frame", found="no facility", expected="the list of all facilities",
            remedy="check the file, and the rows that ingest set aside",
        )  # fmt: skip
    frame = rows.sort_values("id_etablissement", ignore_index=True)
    cells = frame.groupby(_CELL, observed=True).size().rename("taille").reset_index()
    cells["strate"] = collapse(cells, order=milieux, minimum=settings.minimum)
    keys = pd.MultiIndex.from_frame(frame[_CELL].astype("str"))
    names = cells.set_index(pd.MultiIndex.from_frame(cells[_CELL].astype("str")))["strate"]
    frame["strate"] = names.reindex(keys).to_numpy()
    counts = domains(frame, strata="strate", by=DIMENSIONS)
    basis = Basis(frame, counts, settings, level)
    _require_pairs(basis)
    return basis


def _require_known(settings: Settings, types: list[str], milieux: list[str]) -> None:
    """Every type and milieu that the settings name is one of the dictionary's."""
    workers = settings.workers
    named = {
        "census": settings.census, "costs": settings.costs, "response.type": settings.response.type,
        "workers.facilities": workers.facilities, "workers.drawn": workers.drawn,
        "workers.response": workers.response,
    }  # fmt: skip
    places = [(key, code, types) for key, codes in named.items() for code in codes]
    places += [("response.milieu", code, milieux) for code in settings.response.milieu]
    for key, code, allowed in places:
        if code not in allowed:
            raise DataError(
                f"config/sampling.yml, key {key}", found=f"'{code}'",
                expected=nearest(code, allowed), remedy="correct the code",
            )  # fmt: skip


def _require_pairs(basis: Basis) -> None:
    alone = np.flatnonzero((basis.domains.sizes == 1) & ~basis.census)
    if alone.size:
        name = basis.domains.strata[alone[0]]
        raise DataError(
            f"stratum '{name}'" + (f" and {alone.size - 1} more" if alone.size > 1 else ""),
            found="a single facility, that no rule joins to another stratum: it is the only one of "
            "its type",
            expected="at least two, for a sampling error to exist, or a type taken whole",
            remedy="correct its type if it is misclassified, or add that type to census in "
            "config/sampling.yml",
        )
