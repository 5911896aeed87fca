"""First stage: how many facilities in each stratum, which ones, and what precision to expect."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from obsante.collect.plan.basis import Basis
from obsante.collect.plan.settings import TARGET, Settings
from obsante.edition import validate
from obsante.errors import DataError
from obsante.stats.sampling import (
    RESERVE,
    allocate,
    draw,
    expected_precision,
    permanent_numbers,
    smallest_allocation,
)

WEIGHT_DECIMALS = 6
_PLACE = ["id_etablissement", "region", "province", "milieu", "type", "secteur"]


def overridden(settings: Settings, options: dict[str, Any]) -> Settings:
    """The settings with some replaced for one draw.

    Args:
        options: ``allocation``, ``size``, ``margin``, ``by``, ``minimum``, ``reserve``, ``seed``;
            None keeps the setting. A margin or its dimensions ask for allocation ``target``.

    Raises:
        DataError: a size with a target, or a target with another allocation.
        EditionError: a value of the wrong type or out of range.
    """
    given = {name: value for name, value in options.items() if value is not None}
    margin = {name: given.pop(name) for name in ("margin", "by") if name in given}
    chosen = given.get("allocation", TARGET if margin else settings.allocation)
    if margin and chosen != TARGET:
        raise _opposed("--target-margin or --by", chosen, "drop one of the two options")
    if "size" in given and chosen == TARGET:
        raise _opposed("--size", chosen, "add another --allocation (mixed, say), or drop --size")
    target = settings.target.model_dump() | margin
    values = settings.model_dump() | given | {"allocation": chosen, "target": target}
    return validate(Settings, values, "options of obsante sample")


def allocation(
    basis: Basis,
    method: str | None = None,
    *,
    size: int | None = None,
    margin: float | None = None,
) -> np.ndarray:
    """Facilities to draw in each stratum (H,).

    Args:
        method: ``target`` or one of :data:`obsante.stats.sampling.METHODS`; the settings' own by
            default.
        size: facilities in all, for the others than ``target``; the settings' own by default.
        margin: half-width of ``target``, in proportion; the settings' own by default. Domains taken
            whole have no target: nothing more can be drawn there.

    Raises:
        DataError: a method, a size or a target that is not possible on this frame.
    """
    settings, counts = basis.settings, basis.domains
    method = settings.allocation if method is None else method
    common = {"minimum": settings.minimum, "census": basis.census, "costs": basis.costs}
    if method != TARGET:
        spread = basis.deviations if method == "neyman" else None
        total = settings.size if size is None else size
        return allocate(counts.sizes, total, method, deviations=spread, **common)
    asked = counts.where(settings.target.by) & ~basis.taken_whole
    wanted = settings.target.margin if margin is None else margin
    margins = np.where(asked, wanted, np.inf)
    return smallest_allocation(counts, margins, **_hopes(basis), **common).drawn


def precision(basis: Basis, drawn: np.ndarray) -> pd.DataFrame:
    """Precision expected in each domain of the settings, as
    :func:`obsante.stats.sampling.expected_precision`."""
    table = expected_precision(basis.domains, drawn, **_hopes(basis))
    shown = ["national", *basis.settings.domains]
    return table[table["dimension"].isin(shown)].reset_index(drop=True)


def sample(basis: Basis, drawn: np.ndarray, year: int) -> pd.DataFrame:
    """The sample file: facilities drawn and in reserve, by stratum then by rank.

    Each edition after the first moves the starting point of a stratum by ``rotation`` times its
    sampling rate, which replaces that part of its sample.

    Returns:
        The design columns of ``config/dictionary/etablissements.yml``, then ``statut`` and
        ``rang``. A facility in reserve carries the weight of the one that it would replace.
    """
    settings, strata = basis.settings, basis.domains.strata
    frame = basis.frame.set_index("id_etablissement", drop=False)
    count, size = (pd.Series(values, index=strata) for values in (drawn, basis.domains.sizes))
    years = year - settings.first_edition
    chosen = draw(
        frame["strate"], count, permanent_numbers(frame.index, settings.seed),
        start=(settings.rotation * years * count / size) % 1.0, reserve=settings.reserve,
    )  # fmt: skip
    rows = frame.loc[chosen.index, _PLACE]
    rows.insert(1, "edition", year)
    rows["strate"] = frame.loc[chosen.index, "strate"]
    rows["taille_strate"] = rows["strate"].map(size).astype("int64")
    rows["tires_strate"] = rows["strate"].map(count).astype("int64")
    rows["poids_sondage"] = (rows["taille_strate"] / rows["tires_strate"]).round(WEIGHT_DECIMALS)
    rows["n_professionnels"] = frame.loc[chosen.index, "n_professionnels"]
    return rows.assign(**chosen).sort_values(["strate", "rang"], ignore_index=True)


def by_stratum(basis: Basis, drawn: np.ndarray, rows: pd.DataFrame) -> pd.DataFrame:
    """One row for each stratum: size, units drawn and in reserve, rate, weight, answers expected.

    Args:
        rows: the sample file, from :func:`sample`.
    """
    size = basis.domains.sizes
    spare = rows["strate"][rows["statut"] == RESERVE].value_counts()
    return pd.DataFrame(
        {
            "strate": basis.domains.strata,
            "taille_strate": size.astype("int64"),
            "tires_strate": drawn,
            "reserve": spare.reindex(basis.domains.strata, fill_value=0).to_numpy(),
            "taux_sondage": np.round(drawn / size, WEIGHT_DECIMALS),
            "poids_sondage": np.round(size / drawn, WEIGHT_DECIMALS),
            "reponses_attendues": np.round(drawn * basis.response, 1),
        }
    )


def _hopes(basis: Basis) -> dict[str, Any]:
    return {"level": basis.level, "response": basis.response, "share": basis.settings.share}


def _opposed(option: str, chosen: str, remedy: str) -> DataError:
    return DataError(
        f"option {option}", found=f"allocation '{chosen}'",
        expected="a number of facilities, or a margin that says how many are needed, not both",
        remedy=remedy,
    )  # fmt: skip
