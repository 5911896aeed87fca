"""Strata with too few respondents, joined to others of their kind."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from obsante.errors import DataError

# Between the parts of a stratum's name, from the widest: type, milieu, region.
_PARTS = "-"


def joined(strata: pd.DataFrame, *, least: int) -> dict[str, str]:
    """Stratum that each stratum belongs to once those with too few respondents have joined another.

    A stratum with fewer than ``least`` respondents, unless all its facilities answered, joins the
    one of the same kind whose sampling weight is nearest, which keeps its name: the units of both
    then count as drawn at one rate, and this is the choice that makes it least untrue. Kinds are
    read from names: type and milieu in common (``chu-urbain-03`` and ``chu-urbain-04``), else the
    type. Of equal weights, the smaller stratum, then the first by name.

    Args:
        strata: indexed by name, ``taille``, ``tires`` and ``repondants``.

    Raises:
        DataError: a stratum without another of its kind.

    >>> table = pd.DataFrame({"taille": [8, 9, 40], "tires": [4, 4, 5], "repondants": [1, 3, 4]},
    ...                      index=["chu-urbain-01", "chu-urbain-02", "chu-urbain-03"])
    >>> joined(table, least=2)["chu-urbain-01"]
    'chu-urbain-02'
    """
    home = {name: name for name in strata.index}
    now = strata.sort_index()
    while (few := now[(now["repondants"] < least) & (now["repondants"] < now["taille"])]).size:
        name = few.index[0]
        target = _nearest(now, name, least)
        now = now.drop(index=name)
        now.loc[target] += strata_of(home, strata, name)
        home = {unit: target if place == name else place for unit, place in home.items()}
    return home


def strata_of(home: Mapping[str, str], strata: pd.DataFrame, name: str) -> pd.Series:
    """Sums over the strata that belong to ``name``."""
    return strata.loc[[unit for unit, place in home.items() if place == name]].sum()


def _nearest(strata: pd.DataFrame, name: str, least: int) -> str:
    weight = strata["taille"] / strata["tires"]
    others = weight.drop(index=name)
    parts = name.split(_PARTS)
    for length in range(len(parts) - 1, 0, -1):
        kind = _PARTS.join(parts[:length]) + _PARTS
        same = others[others.index.str.startswith(kind)]
        if len(same):
            ratio = (same / weight[name]).combine(weight[name] / same, max).round(9)
            order = pd.DataFrame({"ratio": ratio, "taille": strata["taille"], "nom": strata.index})
            return str(order.loc[same.index].sort_values(["ratio", "taille", "nom"]).index[0])
    own = strata.loc[name]
    raise DataError(
        f"stratum '{name}'",
        found=f"{own['repondants']:.0f} respondent(s) of {own['tires']:.0f} drawn, and no other "
        "stratum of its type",
        expected=f"at least {least}, or all its {own['taille']:.0f} facilities",
        remedy="visit more of its facilities: without two answers nothing is known of how they differ",
    )
