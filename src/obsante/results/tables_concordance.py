"""Tables and sentences of the confrontation of interviews with figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd

from obsante.collect import labels
from obsante.results import concordance, french, wording
from obsante.results.columns import DASH, count
from obsante.results.concordance import VERDICTS, Rule
from obsante.results.display import Markdown, pipe_table
from obsante.results.interviews import TABLE
from obsante.results.publication import current
from obsante.results.units import UNITS


def rule(own: Rule) -> Markdown:
    """The declared rule in words, and the themes that it leaves aside."""
    margin = french.level(own.margin)
    names = labels(TABLE, "theme")
    alone = ", ".join(names[theme] for theme in names if theme not in own.indicators)
    return Markdown(
        f"Ton{french.NBSP}: négatif si les passages négatifs dépassent les positifs d'au moins "
        f"{margin} des passages du thème, positif dans le cas inverse, partagé sinon{french.THIN}; "
        f"il faut au moins {own.minimum} entretiens. Niveau{french.NBSP}: favorable ou défavorable "
        "si tout l'intervalle de la valeur nationale est au-delà du seuil, intermédiaire ou "
        "incertain sinon. Un ton et un niveau nets sont comparés, rien d'autre.\n\n"
        f"Sans indicateur qui les mesure et qui ait un sens de progrès{french.NBSP}: {alone}."
    )


def thresholds(own: Rule) -> Markdown:
    """The indicator and the thresholds of each theme that the rule confronts."""
    names = labels(TABLE, "theme")
    frame = pd.DataFrame({
        "Thème": [names[theme] for theme in own.indicators],
        "Indicateur": [_title(name) for name in own.indicators.values()],
        "Défavorable": [_limit(name, own, own.unfavourable) for name in own.indicators.values()],
        "Favorable": [_limit(name, own, own.favourable) for name in own.indicators.values()],
    })  # fmt: skip
    return pipe_table(frame, right=["Défavorable", "Favorable"])


def _title(name: str) -> str:
    known = current().registry.get(name)
    return known.title if known else f"`{name}`"


def _limit(name: str, own: Rule, limits: Mapping[str, float]) -> str:
    """A threshold with the side on which a level is clear."""
    known, value = current().registry.get(name), limits[name]
    other = own.favourable if limits is own.unfavourable else own.unfavourable
    text = french.quantity(value, known.unit) if known else french.number(value, 2)
    return f"{'≥' if value > other[name] else '≤'}{french.NBSP}{text}"


def verdicts(found: pd.DataFrame) -> Markdown:
    """Tone, level and verdict of every theme that an indicator measures."""
    own = found[found["indicateur"] != ""]
    named = zip(own["indicateur"].map(_title), own["chiffre"], strict=True)
    frame = pd.DataFrame({
        "Thème": own["libelle"], "Ton": own["ton"],
        "Indicateur": [f"{name}{french.NBSP}: {_value(row)}" for name, row in named],
        "Niveau": [level or DASH for level in own["niveau"]],
        "Verdict": own["verdict"].map(VERDICTS),
    })  # fmt: skip
    return pipe_table(frame, widths=[4, 2, 7, 3, 3])


def _value(row: Mapping | None) -> str:
    if not isinstance(row, Mapping):
        return french.MARKS["missing"]
    bounds = french.interval(row["borne_inf"], row["borne_sup"], row["unite"])
    suffix = f" {UNITS[row['unite']].label}" if row["unite"].startswith("per_") else ""
    return f"{wording.value(row)}{suffix}{f' {bounds}' if bounds else ''}"


def sentences(found: pd.DataFrame, code: str) -> Markdown:
    """For each measured theme of an axis, what the interviews say beside the figure."""
    own = found[(found["axe"] == code) & (found["indicateur"] != "")]
    if own.empty:
        return Markdown("Aucun indicateur ne mesure les thèmes de cet axe.")
    return Markdown("\n".join(f"- {_sentence(row)}" for row in own.to_dict("records")))


def _sentence(row: Mapping) -> str:
    colon = f"{french.NBSP}:"
    persons = f"{count(row['entretiens'])} entretien{'s' if row['entretiens'] > 1 else ''}"
    tone = row["ton"] if row["ton"] == concordance.FEW else f"ton {row['ton']}"
    told = f"{tone}, {persons}" if pd.isna(row["negatif"]) else (
        f"{tone}, {count(row['negatif'])} passages négatifs et {count(row['positif'])} positifs sur "
        f"{count(row['n'])}, dans {persons}")  # fmt: skip
    figure = f"{_title(row['indicateur'])}{colon} {_value(row['chiffre'])}"
    level = f", niveau {row['niveau']}" if row["niveau"] else ""
    verdict = f"{'entretiens et chiffre ' if row['indicateur'] else ''}{VERDICTS[row['verdict']]}"
    if row["verdict"] == concordance.UNAVAILABLE:
        verdict = VERDICTS[row["verdict"]]
    return f"**{row['libelle']}**{colon} {told}. {figure}{level}. Verdict{colon} *{verdict}*."


def margins(
    themes: pd.DataFrame, figures: pd.DataFrame, own: Rule, axes: Mapping[str, str]
) -> Markdown:
    """Themes of each verdict with half, once and twice the declared margin."""
    lines = []
    for factor, name in ((0.5, "la moitié"), (1.0, "publiée"), (2.0, "le double")):
        wider = replace(own, margin=factor * own.margin)
        found = concordance.confronted(themes, figures, wider, axes)["verdict"].value_counts()
        lines.append({"Marge": f"{french.level(wider.margin)} ({name})"} | {
            words.capitalize(): count(found.get(code, 0)) for code, words in VERDICTS.items()
        })  # fmt: skip
    frame = pd.DataFrame(lines)
    return pipe_table(frame, right=list(frame.columns[1:]))
