"""Weights and frame in the quality notebook: tables and charts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from obsante.collect.dictionary import load
from obsante.collect.weighting import STAGES
from obsante.results import french
from obsante.results.charts import BLUE, GREY, ORANGE, canvas
from obsante.results.columns import count, probability, share, shown, text, two
from obsante.results.display import Markdown, pipe_table
from obsante.results.publication import current

_WEIGHTS = {
    "Poids": ("nom", text), "Min.": ("minimum", two), "Q1": ("quartile_1", two),
    "Médiane": ("mediane", two), "Q3": ("quartile_3", two), "Max.": ("maximum", two),
    "Somme": ("somme", count), "CV": ("coefficient_variation", two),
    "Effet de plan": ("effet_plan", two), "Taille effective": ("taille_effective", count),
}  # fmt: skip


def beside_frame(shares: pd.DataFrame, columns: Sequence[str], tables: Sequence[str]) -> Markdown:
    """Shares in the frame and in the sample, unweighted and weighted.

    Args:
        columns: those to show.
        tables: tables whose dictionaries name the codes, the first that knows a column.
    """
    own = shares[shares["colonne"].isin(columns)]
    named = own.assign(titre=[_title(name, tables) for name in own["colonne"]],
                       nom=[_code(*pair, tables) for pair in
                            zip(own["colonne"], own["modalite"], strict=True)])  # fmt: skip
    return shown(named, {
        "Variable": ("titre", text), "Modalité": ("nom", text), "Base": ("base", share),
        "Tirés": ("tires", share), "Répondants": ("repondants", share),
        "Pondérés": ("ponderes", share), "Calés": ("cales", share),
    })  # fmt: skip


def fits(found: pd.DataFrame, tables: Sequence[str]) -> Markdown:
    """Tests that the respondents have the frame's shares."""
    frame = found.assign(
        titre=[_title(name, tables) for name in found["colonne"]],
        poids=np.where(found["strates"], "de tirage, non corrigés", "corrigés de la non-réponse"),
    )  # fmt: skip
    return shown(frame, {
        "Variable": ("titre", text), "Poids": ("poids", text), "Réponses": ("n", count),
        "F": ("statistique", two), "p": ("p_valeur", probability),
    })  # fmt: skip


def verdict(found: pd.DataFrame, tables: Sequence[str], level: float) -> Markdown:
    """One sentence: how many of the variables tested differ from the frame, and which.

    Args:
        found: as :func:`fits`.
        level: confidence level; a test is told at what it leaves.
    """
    tested = found[found["p_valeur"].notna()]
    far = [_title(name, tables) for name in tested.loc[tested["p_valeur"] < 1 - level, "colonne"]]
    verb = "s'écartent" if len(far) > 1 else "s'écarte"
    told = f"variables testées, {count(len(far))} {verb} de la base" if far else (
        "variables testées, aucune ne s'écarte de la base")  # fmt: skip
    names = f"{french.NBSP}: {', '.join(far)}" if far else ""
    edge = french.level(round(1 - level, 9))
    return Markdown(f"Au seuil de {edge}, sur {count(len(tested))} {told}{names}.")


def differences(shares: pd.DataFrame, threshold: float, tables: Sequence[str]) -> Figure:
    """Standardised difference of each code from the frame, before and after weighting.

    Args:
        threshold: size beyond which a difference counts, drawn as two lines.
    """
    names = [f"{_title(c, tables)}{french.NBSP}: {_code(c, m, tables)}" for c, m in
             zip(shares["colonne"], shares["modalite"], strict=True)]  # fmt: skip
    places = np.arange(len(shares))[::-1]
    series = {"Répondants, sans poids": ("ecart_repondants", ORANGE, "s", "white"),
              "Pondérés": ("ecart_ponderes", BLUE, "o", BLUE)}  # fmt: skip
    with canvas(len(shares)) as (fig, ax):
        for name, (column, colour, shape, fill) in series.items():
            ax.plot(shares[column], places, shape, color=colour, label=name, markersize=5,
                    markerfacecolor=fill)  # fmt: skip
        for edge in (-threshold, threshold):
            ax.axvline(edge, color=GREY, linewidth=1, linestyle="--", zorder=0)
        ax.axvline(0, color=GREY, linewidth=0.8, zorder=0)
        ax.set_yticks(places, names, fontsize=8)
        ax.set_ylim(-0.7, len(shares) - 0.3)
        ax.set_xlabel("Différence standardisée avec la base")
        ax.xaxis.set_major_formatter(lambda value, _: french.number(value, 1))
        ax.legend(frameon=False, loc="lower left", bbox_to_anchor=(0, 1), ncols=2)
    return fig


def _title(column: str, tables: Sequence[str]) -> str:
    return next(load(t).field(column).title for t in tables if column in load(t).columns)


def _code(column: str, modality: str, tables: Sequence[str]) -> str:
    known = next(load(t).field(column) for t in tables if column in load(t).columns)
    names = {str(category.value): category.label for category in known.categories}
    return names.get(modality, modality.replace("-", " à ").replace("+", " et plus"))


def stages(table: pd.DataFrame) -> Markdown:
    """Weights of a survey at each stage."""
    return shown(table.assign(nom=[STAGES[name] for name in table["etape"]]), _WEIGHTS)


def stages_by(table: pd.DataFrame) -> Markdown:
    """As :func:`stages`, of several surveys one after the other, named in ``enquete``."""
    columns = {"Enquête": ("titre", text), **_WEIGHTS}
    if table.empty:
        return shown(table, columns, "Aucune autre enquête n'est calée.")
    named = table.assign(nom=[STAGES[name] for name in table["etape"]],
                         titre=[load(name).title for name in table["enquete"]])  # fmt: skip
    return shown(named, columns)


def long_weights(respondents: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Weights of all stages one after the other, and the French name of the stage of each."""
    parts = [respondents[name].astype("float64") for name in STAGES]
    stage = np.repeat(list(STAGES.values()), len(respondents))
    return pd.concat(parts, ignore_index=True), pd.Series(stage)


def totals(found: pd.DataFrame, table: str) -> Markdown:
    """Known totals, and what weights give before and after calibration."""
    dictionary = load(table)
    frame = found.assign(
        somme=[dictionary.field(name).title if name else "Unités" for name in found["grandeur"]],
        titre=[_title(name, [table]) for name in found["marge"]],
        nom=[_code(*pair, [table]) for pair in zip(found["marge"], found["modalite"], strict=True)],
        ecart=found["avant"] / found["connu"] - 1,
    )  # fmt: skip
    return shown(frame, {
        "Total": ("somme", text), "Marge": ("titre", text), "Modalité": ("nom", text),
        "Connu": ("connu", count), "Avant": ("avant", count), "Écart": ("ecart", share),
        "Après": ("apres", count),
    })  # fmt: skip


def reproduced(found: pd.DataFrame, tolerance: float) -> pd.Series:
    """Whether each known total is that of the calibrated weights, to a relative tolerance."""
    return (found["apres"] / found["connu"] - 1).abs() <= tolerance


def effects(found: Mapping[str, pd.DataFrame]) -> Markdown:
    """Main estimates before and after calibration.

    Args:
        found: survey -> its main estimate before, then after
            (:attr:`obsante.collect.weighting.Calibrated.effect`).
    """
    rows = []
    for name, own in found.items():
        table = load(name)
        row = {"Enquête": table.title, "Question": table.field(own["question"].iloc[0]).title}
        for one, when in zip(own.to_dict("records"), ("avant", "après"), strict=True):
            bounds = french.interval(one["borne_inf"], one["borne_sup"], "percent")
            row[f"Part, {when}"] = share(one["estimation"])
            row[f"IC {french.level(current().level)}, {when}"] = bounds
            row[f"Erreur-type, {when}"] = french.quantity(one["erreur_type"], "points")
        rows.append(row)
    frame = pd.DataFrame(rows)
    return pipe_table(frame, right=list(frame.columns[2:]))
