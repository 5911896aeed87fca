"""Tables of effects: other conventions side by side, and what tests of earlier trends can say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from obsante.results import french, wording
from obsante.results.columns import probability, two
from obsante.results.display import Markdown, pipe_table
from obsante.results.publication import current, indicator

_FOUND = {True: "tendance décelée", False: "rien de décelé"}
_EXCLUDED = {True: "oui", False: "non"}


def variants(
    identifier: str, estimates: Mapping[str, pd.Series], *, heading: str = "Effet"
) -> Markdown:
    """One effect under several conventions, side by side; nothing is published.

    Args:
        estimates: French name of the convention -> row with ``estimation``, ``borne_inf``,
            ``borne_sup`` and ``n``, in unit-periods.
        heading: of the column of values, in French.
    """
    unit = indicator(identifier).unit
    if not estimates:
        return Markdown("Aucune variante n'a pu être estimée.")
    rows = [dict(row, unite=unit) for row in estimates.values()]
    frame = pd.DataFrame({
        "Convention": list(estimates),
        heading: [french.quantity(row["estimation"], unit, signed=True) for row in rows],
        f"IC {french.level(current().level)}":
            [french.interval(row["borne_inf"], row["borne_sup"], unit) or "–" for row in rows],
        "Zéro exclu": [_EXCLUDED[wording.significant(row)] for row in rows],
        "Mois-établissements": [french.number(row["n"]) for row in rows],
    })  # fmt: skip
    return pipe_table(frame, right=list(frame.columns[1:]))


def opposite(estimate: pd.Series) -> pd.Series:
    """An estimate with the other sign: what an effect on a cost saves, its limits exchanged."""
    low, high = -estimate["borne_sup"], -estimate["borne_inf"]
    changed = {"estimation": -estimate["estimation"], "borne_inf": low, "borne_sup": high}
    return pd.Series(dict(estimate) | changed)


def described(identifier: str, row: pd.Series) -> dict[str, str]:
    """Title of an effect, its value and its confidence interval, as texts of a table's row."""
    item = indicator(identifier)
    return {
        "Effet étudié": item.title,
        "Effet": french.quantity(row["estimation"], item.unit, signed=True),
        f"IC {french.level(current().level)}": _bounds(row, item.unit),
    }


def false_entries(identifier: str, row: pd.Series) -> dict[str, str]:
    """Effects of false entries drawn at random, and the effect observed, as a table's row.

    Args:
        row: of :func:`obsante.stats.impact.placebo_units`.
    """
    item = indicator(identifier)
    return {
        "Effet étudié": item.title,
        "Effet fictif moyen": french.quantity(row["estimation"], item.unit, signed=True),
        "Intervalle des effets fictifs": _bounds(row, item.unit),
        "Effet observé": french.quantity(row["effet_observe"], item.unit, signed=True),
        "p": probability(row["p_valeur"]),
        "Jamais équipés": french.number(row["n"]),
    }


def _bounds(row: pd.Series, unit: str) -> str:
    return french.interval(row["borne_inf"], row["borne_sup"], unit) or "–"


def listed(rows: Sequence[Mapping[str, str]]) -> Markdown:
    """Rows of :func:`described` or :func:`false_entries` as a table; no row is said."""
    if not rows:
        return Markdown("Aucun de ces contrôles n'a pu être fait.")
    frame = pd.DataFrame(rows)
    return pipe_table(frame, right=list(frame.columns[1:]))


def earlier_trends(
    tests: Mapping[str, pd.Series], effects: Mapping[str, float], *, months: int
) -> Markdown:
    """Tests of earlier trends, with the trend that each one would have found.

    A test that finds nothing is informative only if it would have found a trend that matters: the
    detectable slope, over ``months``, is set beside the effect.

    Args:
        tests: indicator -> row of :func:`obsante.stats.impact.pre_trend_test`.
        effects: indicator -> average effect, in the indicator's unit.
        months: length over which the detectable slope is added up.
    """
    if not tests:
        return Markdown("Aucun test de tendance antérieure n'a pu être fait.")
    rows = []
    for identifier, test in tests.items():
        item, drift = indicator(identifier), months * test["pente_detectable"]
        informative = drift < abs(effects[identifier])
        rows.append({
            "Effet étudié": item.title,
            "F": two(test["statistique"]),
            "p": probability(test["p_valeur"]),
            "Résultat": _FOUND[bool(test["p_valeur"] < 1 - current().level)],
            f"Dérive décelable en {months} mois": french.quantity(drift, item.unit),
            "Effet moyen": french.quantity(effects[identifier], item.unit, signed=True),
            "Plus petite que l'effet": _EXCLUDED[bool(informative)],
        })  # fmt: skip
    frame = pd.DataFrame(rows)
    return pipe_table(frame, right=["F", "p", *frame.columns[4:6]])


def trend_sentence(
    tests: Mapping[str, pd.Series], effects: Mapping[str, float], *, months: int
) -> Markdown:
    """What the tests of earlier trends found, and which ones could not have found much.

    Args:
        tests, effects, months: as :func:`earlier_trends`.
    """
    if not tests:
        return Markdown("Aucun test de tendance antérieure n'a pu être fait.")
    found = [name for name, test in tests.items() if test["p_valeur"] < 1 - current().level]
    blind = [name for name, test in tests.items()
             if name not in found and months * test["pente_detectable"] >= abs(effects[name])]  # fmt: skip
    size, colon = french.number(len(tests)), f"{french.NBSP}:"
    if found:
        text = (
            f"Une tendance antérieure est décelée pour {french.number(len(found))} des {size} effets "
            f"({_titles(found)}){colon} leur estimation est à lire avec réserve."
        )
    else:
        lowest = probability(min(test["p_valeur"] for test in tests.values()))
        text = (
            f"Aucun des {size} tests ne décèle de tendance antérieure propre aux établissements qui "
            f"s'équipent (plus petite valeur p{colon} {lowest}){french.THIN}; ne rien déceler ne "
            "prouve pas que les tendances étaient parallèles."
        )
    if blind:
        text += (
            f" Le test n'aurait pas vu une dérive de la taille de l'effet{colon} {_titles(blind)}"
            f"{french.THIN}; son silence n'y apprend rien."
        )
    return Markdown(text)


def _titles(names: Sequence[str]) -> str:
    return ", ".join(indicator(name).title for name in names)


def placebo_sentence(draws: int) -> Markdown:
    """What the probabilities and the intervals of false entries drawn at random can say.

    Args:
        draws: false entries drawn for each effect.
    """
    lowest = probability(1 / (1 + draws))
    return Markdown(
        f"Avec {french.number(draws)} tirages, la plus petite valeur p possible est {lowest}"
        f"{french.NBSP}: elle dit qu'aucun effet fictif n'atteint, en valeur absolue, l'effet "
        "observé, et rien de plus. L'intervalle est celui des effets fictifs, non un intervalle de "
        "confiance de l'effet."
    )
