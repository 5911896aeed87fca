"""Units of published values: scale, decimals, names, and the values that they allow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

NBSP = "\u00a0"


@dataclass(frozen=True)
class Unit:
    """How the values of a unit are written and bounded.

    ``label`` is the French name under an axis and in a sheet; ``suffix``, plural, follows a value,
    ``english`` in the summary in English. A ``signed`` unit is that of a difference: its values
    carry their sign, and its interval alone says whether it differs from zero. ``lowest`` and
    ``highest`` bound the values, in the scale of publication (before ``scale``).
    """

    label: str
    decimals: int
    suffix: str = ""
    english: str = ""
    scale: float = 1.0
    signed: bool = False
    lowest: float | None = None
    highest: float | None = None
    heading: str = "Valeur"


    @property
    def title(self) -> str:
        """The label at the start of a line; the case of what follows is kept: ``Dirhams (MAD)``."""
        return self.label[:1].upper() + self.label[1:]


def _difference(label: str, decimals: int, suffix: str, english: str, **bounds: float) -> Unit:
    return Unit(label, decimals, f"{NBSP}{suffix}", f" {english}", signed=True, heading="Écart",
                **bounds)  # fmt: skip


def _measure(label: str, decimals: int, suffix: str, english: str, **bounds: float) -> Unit:
    return Unit(label, decimals, f"{NBSP}{suffix}", f" {english}", **({"lowest": 0.0} | bounds))


Name = Literal[
    "percent", "points", "per_10", "per_100", "per_1000", "score", "score_points", "count", "ratio",
    "coefficient", "rate_ratio", "index", "rating", "rating_points", "level", "level_points",
    "hours", "hours_change", "days", "days_change", "km", "km_change", "mad", "mad_change",
    "hours_per_100_change", "mad_detail", "mad_detail_change",
    "days_detail_change", "million_mad_change", "thousand_hours_change",
]  # fmt: skip
UNITS: dict[Name, Unit] = {
    "percent": Unit("%", 1, f"{NBSP}%", "%", 100.0, lowest=0.0, highest=1.0, heading="Part"),
    "points": Unit("points de pourcentage", 1, f"{NBSP}points", " points", 100.0, signed=True,
                   lowest=-1.0, highest=1.0, heading="Écart"),
    "per_10": Unit("postes pour 10 professionnels", 1, lowest=0.0),
    "per_100": Unit("pour 100", 1, lowest=0.0, heading="Pour 100"),
    "per_1000": Unit("pour 1\u202f000 habitants", 1, lowest=0.0, heading="Pour 1\u202f000"),
    "score": Unit("points sur 100", 1, lowest=0.0, highest=100.0),
    "score_points": _difference("points, sur une échelle de 0 à 100", 1, "points", "points",
                                lowest=-100.0, highest=100.0),
    "count": Unit("nombre", 0, lowest=0.0, heading="Effectif"),
    "ratio": Unit("habitants par médecin", 0, lowest=0.0),
    "coefficient": Unit("coefficient, sans unité", 2),
    "rate_ratio": Unit("rapport, sans unité", 2, lowest=0.0, heading="Rapport"),
    "index": Unit("indice de −1 à 1", 3, signed=True, lowest=-1.0, highest=1.0, heading="Indice"),
    "rating": Unit("note de 1 à 5", 2, lowest=1.0, highest=5.0, heading="Note"),
    "rating_points": _difference("points, sur une échelle de 1 à 5", 2, "points", "points",
                                 lowest=-4.0, highest=4.0),
    "level": Unit("niveau de 1 à 9", 1, lowest=1.0, highest=9.0, heading="Niveau"),
    "level_points": _difference("points, sur une échelle de 1 à 9", 2, "points", "points",
                                lowest=-8.0, highest=8.0),
    "hours": _measure("heures", 1, "h", "h"),
    "hours_change": _difference("heures", 1, "h", "h"),
    "days": _measure("jours", 1, "jours", "days"),
    "days_change": _difference("jours", 1, "jours", "days"),
    "days_detail_change": _difference("jours", 2, "jours", "days"),
    "km": _measure("kilomètres", 1, "km", "km"),
    "km_change": _difference("kilomètres", 1, "km", "km"),
    "mad": _measure("dirhams (MAD)", 0, "MAD", "MAD"),
    "mad_detail": _measure("dirhams (MAD)", 2, "MAD", "MAD"),
    "mad_detail_change": _difference("dirhams (MAD)", 2, "MAD", "MAD"),
    "mad_change": _difference("dirhams (MAD)", 1, "MAD", "MAD"),
    "hours_per_100_change": _difference("heures pour 100 actes", 1, "h pour 100 actes",
                                        "h per 100 acts"),
    "million_mad_change": Unit("millions de dirhams (MAD)", 1, f"{NBSP}millions de MAD",
                               " million MAD", 1e-6, signed=True),
    "thousand_hours_change": Unit("milliers d'heures", 1, f"{NBSP}milliers d'heures",
                                  " thousand hours", 1e-3, signed=True),
}  # fmt: skip
