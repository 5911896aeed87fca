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


def variants(identifier: str, estimates: Mapping[str, pd.Series]) -> Markdown:
    """One effect under several conventions, side by side; nothing is published.

    Args:
        estimates: French name of the convention -> row with ``estimation``, ``borne_inf``,
            ``borne_sup`` and ``n``, in unit-periods.
    """
    unit = indicator(identifier).unit
    if not estimates:
        return Markdown("Aucune variante n'a pu être estimée.")
    rows = [dict(row, unite=unit) for row in estimates.values()]
    frame = pd.DataFrame({
        "Convention": list(estimates),
        "Effet": [french.quantity(row["estimation"], unit, signed=True) for row in rows],
        f"IC {french.level(current().level)}":
            [french.interval(row["borne_inf"], row["borne_sup"], unit) or "–" for row in rows],
        "Zéro exclu": [_EXCLUDED[wording.significant(row)] for row in rows],
        "Mois-établissements": [french.number(row["n"]) for row in rows],
    })  # fmt: skip
    return pipe_table(frame, right=list(frame.columns[1:]))


def described(identifier: str, row: pd.Series, value: str = "estimation") -> dict[str, str]:
    """Title of an effect, its value and its interval, as texts of a table's row.

    Args:
        value: column of the row that holds the value.
    """
    item = indicator(identifier)
    return {
        "Effet étudié": item.title,
        "Effet": french.quantity(row[value], item.unit, signed=True),
        "Intervalle": french.interval(row["borne_inf"], row["borne_sup"], item.unit) or "–",
    }


def listed(rows: Sequence[Mapping[str, str]]) -> Markdown:
    """Rows of :func:`described`, with or without other columns, as a table; no row is said."""
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


def trend_sentence(tests: Mapping[str, pd.Series]) -> Markdown:
    """What the tests of earlier trends found, in one sentence.

    Args:
        tests: as :func:`earlier_trends`.
    """
    found = [indicator(name).title for name, test in tests.items()
             if test["p_valeur"] < 1 - current().level]  # fmt: skip
    if not tests:
        return Markdown("Aucun test de tendance antérieure n'a pu être fait.")
    size, colon = french.number(len(tests)), f"{french.NBSP}:"
    if not found:
        lowest = probability(min(test["p_valeur"] for test in tests.values()))
        return Markdown(
            f"Aucun des {size} tests ne décèle de tendance antérieure propre aux établissements qui "
            f"s'équipent (plus petite valeur p{colon} {lowest}){french.THIN}; ne rien déceler ne "
            "prouve pas que les tendances étaient parallèles."
        )
    return Markdown(
        f"Une tendance antérieure est décelée pour {french.number(len(found))} des {size} effets "
        f"({', '.join(found)}){colon} leur estimation est à lire avec réserve."
    )
