"""The sums of the register of acts, written once: Ibis translates them for each engine."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING

import ibis

if TYPE_CHECKING:
    import ibis.expr.types as ir

# The table of the dictionary.
REGISTER = "teleconsultations"
# Groups made from the date, and what Ibis calls them.
PERIODS = {"mois": "M", "trimestre": "Q"}
GROUPS = (*PERIODS, "region", "province", "milieu", "specialite", "mode")
COUNTS = ("actes", "lignes", "lignes_sans_km")
METRES, INCOMPLETE = "metres", "lignes_incompletes"
_METRES = 1000


def columns(by: Sequence[str]) -> list[str]:
    """Columns of the register that sums by these groups use."""
    return ["date", "actes", "km_evites", *(name for name in by if name not in PERIODS)]


def acts_by(register: ir.Table, by: Sequence[str], year: int) -> ir.Table:
    """Acts of one year by group, in no order.

    Args:
        register: with the columns that :func:`columns` says; any engine's, or none's.
        by: among :data:`GROUPS`; none for the whole year.

    Returns:
        The groups (``mois`` and ``trimestre`` as their first day); ``actes``; ``lignes``;
        ``lignes_sans_km``; ``metres``, kilometres avoided in whole metres, each row rounded, over
        the rows that say them, null if none does; ``lignes_incompletes``, rows without date, acts
        or group, which a checked table does not have.
    """
    day = register.date.cast("date")
    km = register.km_evites.cast("float64")
    keys = {name: day.truncate(PERIODS[name]) if name in PERIODS else register[name] for name in by}
    rows = register.filter(
        day.between(dt.date(year, 1, 1), dt.date(year, 12, 31)) | day.isnull()
    ).select(
        **keys,
        actes=register.actes,
        # Some engines keep "not a number" apart from null.
        metres=km.isnan().ifelse(None, km * _METRES).round().cast("int64"),
        incomplete=ibis.or_(*(value.isnull() for value in (day, register.actes, *keys.values()))),
    )
    sums = {
        "actes": rows.actes.sum(),
        "lignes": rows.count(),
        "lignes_sans_km": rows.metres.isnull().sum(),
        METRES: rows.metres.sum(),
        INCOMPLETE: rows.incomplete.sum(),
    }
    return rows.group_by(list(by)).aggregate(**sums) if by else rows.aggregate(**sums)


def years(register: ir.Table) -> ir.Table:
    """First and last year of a register, null without any date."""
    year = register.date.cast("date").year()
    return register.aggregate(first=year.min(), last=year.max())
