"""What interviews say of a theme beside the figure that measures it: a declared, computed verdict.

The rule has two sides. The tone of a theme is negative or positive where one of the two outnumbers
the other by a margin; the level of its indicator is favourable or not where the whole interval is
beyond a threshold. Only two clear sides are compared.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import pandas as pd

from obsante.collect import labels
from obsante.errors import ResultError
from obsante.results import french
from obsante.results.interviews import TABLE
from obsante.results.registry import Indicator
from obsante.stats import NATIONAL

AGREE, DIVERGE, NOT_COMPARABLE, UNAVAILABLE = (
    "meme_sens", "divergent", "non_comparable", "indisponible",
)  # fmt: skip
VERDICTS = {
    AGREE: "vont dans le même sens", DIVERGE: "divergent", NOT_COMPARABLE: "non comparables",
    UNAVAILABLE: "chiffre non disponible",
}  # fmt: skip
NEGATIVE, POSITIVE, SHARED, FEW = "négatif", "positif", "partagé", "trop peu d'entretiens"
FAVOURABLE, UNFAVOURABLE, BETWEEN = "favorable", "défavorable", "intermédiaire ou incertain"
_SIDES = {(NEGATIVE, UNFAVOURABLE): AGREE, (POSITIVE, FAVOURABLE): AGREE,
          (NEGATIVE, FAVOURABLE): DIVERGE, (POSITIVE, UNFAVOURABLE): DIVERGE}  # fmt: skip


@dataclass(frozen=True)
class Rule:
    """Parameters of ``ent.concordance``.

    ``indicators``: theme -> the indicator that measures it. ``unfavourable``, ``favourable``:
    indicator -> threshold, in its own scale; the favourable one is the lower one where less is
    better. ``margin``: in proportion of the passages. ``minimum``: fewest interviews.
    """

    indicators: dict[str, str]
    unfavourable: dict[str, float]
    favourable: dict[str, float]
    margin: float
    minimum: int

    @classmethod
    def of(cls, item: Indicator) -> Self:
        """The rule that an indicator's parameters declare.

        Raises:
            ResultError: an indicator without its two thresholds, or with equal ones.
        """
        own = item.parameters
        rule = cls(own["indicators"], own["unfavourable"], own["favourable"], own["margin"],
                   own["minimum_interviews"])  # fmt: skip
        for name in rule.indicators.values():
            limits = rule.unfavourable.get(name), rule.favourable.get(name)
            if None in limits or limits[0] == limits[1]:
                raise ResultError(
                    f"indicator '{item.id}', thresholds of '{name}'", found=f"{limits}",
                    expected="two different numbers, one under unfavourable, one under favourable",
                    remedy="declare both in its parameters",
                )  # fmt: skip
        return rule

    def tone(self, theme: Mapping[str, Any]) -> str:
        """Tone of a theme, as :func:`obsante.results.interviews.by_domain` counts it.

        >>> rule = Rule({}, {}, {}, margin=0.2, minimum=5)
        >>> rule.tone({"n": 26, "entretiens": 20, "negatif": 17, "positif": 2})
        'négatif'
        >>> rule.tone({"n": 26, "entretiens": 20, "negatif": 8, "positif": 6})
        'partagé'
        """
        if theme["entretiens"] < self.minimum or pd.isna(theme["negatif"]):
            return FEW
        net = (theme["negatif"] - theme["positif"]) / theme["n"]
        if abs(net) < self.margin:
            return SHARED
        return NEGATIVE if net > 0 else POSITIVE

    def level(self, row: Mapping[str, Any]) -> str:
        """Level of a published value: clear only if its whole interval is beyond a threshold."""
        name, bounds = row["indicateur"], [row["borne_inf"], row["borne_sup"]]
        low, high = [row["estimation"]] * 2 if pd.isna(bounds).any() else bounds
        good, bad = self.favourable[name], self.unfavourable[name]
        if good < bad:
            low, high, good, bad = -high, -low, -good, -bad
        if low >= good:
            return FAVOURABLE
        return UNFAVOURABLE if high <= bad else BETWEEN


def confronted(
    themes: pd.DataFrame, figures: pd.DataFrame, rule: Rule, axes: Mapping[str, str]
) -> pd.DataFrame:
    """Each theme beside its figure, and the verdict.

    Args:
        themes: as :func:`obsante.results.interviews.by_domain`.
        figures: published rows of the indicators of the rule.
        axes: theme -> its axis.

    Returns:
        ``themes`` with ``axe``, ``indicateur`` (empty where none measures the theme), ``chiffre``
        (the published national row, or None), ``ton``, ``niveau`` and ``verdict``.
    """
    national = figures[figures["dimension"] == NATIONAL].to_dict("records")
    rows = {row["indicateur"]: row for row in national if row["etat"] not in french.MARKS}
    lines = []
    for name, theme in themes.to_dict("index").items():
        indicator = rule.indicators.get(name, "")
        figure = rows.get(indicator)
        tone, level = rule.tone(theme), rule.level(figure) if figure else ""
        lines.append(theme | {
            "theme": name, "axe": axes[name], "indicateur": indicator, "chiffre": figure,
            "ton": tone, "niveau": level, "verdict": _verdict(tone, level, indicator),
        })  # fmt: skip
    return pd.DataFrame(lines).set_index("theme")


def _verdict(tone: str, level: str, indicator: str) -> str:
    if indicator and not level:
        return UNAVAILABLE
    return _SIDES.get((tone, level), NOT_COMPARABLE)


def estimates(found: pd.DataFrame) -> pd.DataFrame:
    """Themes where both go the same way, in all and by axis, then themes of each verdict.

    Returns:
        Rows ready for ``publish``; ``n`` counts the themes of the domain.
    """
    names = labels(TABLE, "axe")
    rows = [_row(NATIONAL, NATIONAL, "Ensemble", found["verdict"], AGREE)]
    rows += [_row("axe", axis, names[axis], own["verdict"], AGREE)
             for axis, own in found.groupby("axe")]  # fmt: skip
    rows += [_row("verdict", name, french.spaced(words.capitalize()), found["verdict"], name)
             for name, words in VERDICTS.items()]  # fmt: skip
    return pd.DataFrame(rows)


def _row(
    dimension: str, modality: str, label: str, verdicts: pd.Series, wanted: str
) -> dict[str, Any]:
    return {"dimension": dimension, "modalite": modality, "libelle": label,
            "estimation": float((verdicts == wanted).sum()), "n": len(verdicts)}  # fmt: skip
