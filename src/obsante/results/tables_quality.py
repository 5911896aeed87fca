"""Tables of the quality notebook: files, answers, rows set aside, changes, coders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from obsante.collect import labels
from obsante.collect.dictionary import load
from obsante.results import french
from obsante.results.columns import (
    DASH,
    Column,
    code,
    count,
    points,
    probability,
    share,
    short_day,
    shown,
    text,
    three,
    two,
)
from obsante.results.display import Markdown, pipe_table
from obsante.results.publication import current, indicator

# Last part of a stratum's name where several regions were put together.
_SEVERAL = {"00": "plusieurs régions"}
_MEASURES = {"kappa": "Kappa de Cohen", "kappa_lineaire": "Kappa à poids linéaires",
             "accord": "Part d'accords"}  # fmt: skip
_ITEMS: dict[str, Column] = {
    "Question": ("titre", text), "Réponses": ("reponse", count),
    "Ne sait pas": ("ne_sait_pas", count), "Vide": ("vide", count),
    "Sans objet": ("sans_objet", count), "Sans réponse": ("taux", share),
}  # fmt: skip


def files(received: pd.DataFrame) -> Markdown:
    """Files received, and their rows."""
    return shown(received, {
        "Table": ("titre", text), "Fichier": ("fichier", code), "Reçu le": ("recu", short_day),
        "Lignes reçues": ("lignes", count), "Retenues": ("retenues", count),
        "Mises de côté": ("ecartees", count),
    })  # fmt: skip


def estimates(rows: pd.DataFrame, domain: str, answers: str) -> Markdown:
    """Published shares with their intervals.

    Args:
        domain, answers: headings of the domains and of what ``n`` counts, in French.
    """
    level = french.level(current().level)
    bounds = zip(rows["borne_inf"], rows["borne_sup"], strict=True)
    named = rows.assign(intervalle=[french.interval(*pair, "percent") or DASH for pair in bounds])
    return shown(named, {
        domain: ("libelle", text), "Part": ("estimation", share),
        f"IC {level}": ("intervalle", str), answers: ("n", count),
    })  # fmt: skip


def reading(
    identifier: str, sentence: str, n: float, units: str, *, source: str = ""
) -> Markdown:
    """Lines under a figure whose numbers are not answers to a question.

    Args:
        sentence: French sentence, already filled.
        n: units behind the figure; ``units`` names them, in French.
        source: that of the figure, where it is narrower than the indicator's.
    """
    item, colon = indicator(identifier), f"{french.NBSP}:"
    synthetic = ", données de démonstration" if current().edition.demonstration else ""
    return Markdown(
        f"**Lecture**{colon} {sentence} **Champ**{colon} {item.population}{french.THIN}; "
        f"{count(n)} {units}. **Source**{colon} {source or item.source}{synthetic}."
    )


def response(rates: pd.DataFrame, name: str) -> Markdown:
    """Response rates, by the column ``name``, which holds French names."""
    return shown(rates, {
        name: (name, text), "Tirés": ("tires", count), "Répondants": ("repondants", count),
        "Taux de réponse": ("taux", share), "Taux pondéré": ("taux_pondere", share),
    })  # fmt: skip


def crossed(rates: pd.DataFrame, table: str, rows: str, columns: str) -> Markdown:
    """Response rates of two columns crossed, with respondents over units drawn."""
    across, down = labels(table, columns), labels(table, rows)
    cells = {
        (str(one[rows]), str(one[columns])): f"{share(one['taux'])} "
        f"({count(one['repondants'])}/{count(one['tires'])})"
        for one in rates.to_dict("records")
    }
    title = load(table).field(rows).title
    frame = pd.DataFrame({title: list(down.values())} | {
        name: [cells.get((row, code), DASH) for row in down] for code, name in across.items()
    })  # fmt: skip
    return pipe_table(frame, right=list(across.values()))


def strata(rates: pd.DataFrame, table: str, most: int) -> Markdown:
    """The strata that answered least."""
    names = [labels(table, column) for column in ("type", "milieu", "region")]
    worst = rates.nsmallest(most, "taux", keep="first")
    return shown(worst.assign(nom=[_stratum(stratum, names) for stratum in worst["strate"]]), {
        "Strate": ("nom", text), "Tirés": ("tires", count), "Répondants": ("repondants", count),
        "Taux de réponse": ("taux", share),
    })  # fmt: skip


def _stratum(name: str, names: Sequence[Mapping[str, str]]) -> str:
    parts = zip(name.split("-"), names, strict=False)
    return ", ".join((known | _SEVERAL).get(part, part) for part, known in parts)


def waves(answers: pd.DataFrame, table: str, column: str, drawn: int) -> Markdown:
    """Answers of each wave, their running share of the units drawn, and a proportion among them.

    Args:
        answers: estimates by wave (dimension ``column``), as ``stats.proportion`` gives them, and
            ``repondants``.
        drawn: units drawn.
    """
    own = answers[answers["dimension"] == column]
    names = labels(table, column)
    frame = own.assign(
        vague=[names[code] for code in own["modalite"]],
        cumul=own["repondants"].cumsum() / drawn,
        intervalle=[french.interval(low, high, "percent") for low, high in
                    zip(own["borne_inf"], own["borne_sup"], strict=True)],
    )  # fmt: skip
    return shown(frame, {
        "Moment": ("vague", text), "Répondants": ("repondants", count),
        "Taux de réponse cumulé": ("cumul", share), "Adoption": ("estimation", share),
        f"IC {french.level(current().level)}": ("intervalle", str),
    })  # fmt: skip


def items(counts: pd.DataFrame) -> Markdown:
    """What became of each question, the four states apart."""
    return shown(counts, _ITEMS)


def items_by(counts: pd.DataFrame, group: str) -> Markdown:
    """As :func:`items`, of several groups, named in the column ``group``."""
    return shown(counts, {group: (group, text), **_ITEMS}, "Aucune autre enquête dans cette édition.")


def reasons(found: pd.DataFrame) -> Markdown:
    """Rules broken by rows set aside, the most frequent first within a table."""
    ordered = found.sort_values(["table", "lignes"], ascending=[True, False], kind="stable")
    return shown(ordered, {
        "Table": ("table", code), "Règle": ("demande", text), "Colonnes": ("colonne", code),
        "Lignes": ("lignes", count), "Poids": ("poids", count),
    }, "Aucune ligne n'a été mise de côté.")  # fmt: skip


def corrections(found: pd.DataFrame) -> Markdown:
    """Cells corrected, without their values or the unit: only what was done, why and by whom."""
    places = zip(found["fichier"], found["ligne"], strict=True)
    decided = zip(found["qui"], found["date"], strict=True)
    frame = found.assign(
        place=[f"{code(file)}, {line}" for file, line in places],
        decision=[f"{text(who)}, le {short_day(date)}" for who, date in decided],
    )  # fmt: skip
    return shown(frame, {
        "Fichier, ligne": ("place", str), "Colonne": ("colonne", code), "Motif": ("motif", text),
        "Décision": ("decision", str), "Fin de validité": ("expire", short_day),
    }, "Aucune correction n'est déclarée pour cette édition.", widths=[4, 4, 6, 4, 3])  # fmt: skip


def duplicates(found: pd.DataFrame) -> Markdown:
    """Copies and conflicting keys, of the tables that have some."""
    some = found[found[["copies", "cles"]].sum(axis=1) > 0]
    return shown(some.assign(titre=[load(name).title for name in some["table"]]), {
        "Table": ("titre", text), "Lignes reçues": ("lignes", count), "Copies": ("copies", count),
        "Clés en conflit": ("cles", count),
    }, "Aucune ligne n'est venue deux fois.")  # fmt: skip


def extremes(found: pd.DataFrame) -> Markdown:
    """Values judged and signalled, for each quantity."""
    if not found.empty:
        found = found.assign(nom=[load(name).title for name in found["table"]])
    return shown(found, {
        "Table": ("nom", text), "Quantité": ("titre", text), "Groupes": ("groupes", text),
        "Valeurs": ("valeurs", count), "Nulles": ("nuls", count), "Jugées": ("jugees", count),
        "Trop basses": ("basses", count), "Trop hautes": ("hautes", count),
    }, "Aucune quantité à juger dans cette édition.")  # fmt: skip


def changes(found: pd.DataFrame, table: str, rate: float) -> Markdown:
    """Questions whose answers changed more than the survey's error explains, the surest first."""
    level, dictionary = french.level(current().level), load(table)
    columns = {
        "Question": ("titre", text), "Depuis": ("depuis", str), "Écart": ("estimation", points),
        f"IC {level}": ("intervalle", str), "p ajustée": ("p_ajustee", probability),
        "À part des autres": ("a_part", str),
    }  # fmt: skip
    if found.empty:
        return shown(found, columns, "Aucune édition antérieure n'est comparée.")
    beyond = found[found["p_ajustee"] <= rate].sort_values("p_ajustee", kind="stable")
    bounds = zip(beyond["borne_inf"], beyond["borne_sup"], strict=True)
    frame = beyond.assign(
        titre=[dictionary.field(name).title for name in beyond["question"]],
        depuis=beyond["edition_reference"].astype("str"),
        a_part=np.where(beyond["p_a_part"] <= rate, "oui", "non"),
        intervalle=[french.interval(*pair, "points") for pair in bounds],
    )
    return shown(frame, columns, "Aucun écart ne dépasse l'erreur d'échantillonnage.")


def agreements(found: pd.DataFrame) -> Markdown:
    """Agreement of two coders."""
    frame = found.assign(
        nom=[_MEASURES[name] for name in found["mesure"]],
        intervalle=[french.interval(low, high, "coefficient") for low, high in
                    zip(found["borne_inf"], found["borne_sup"], strict=True)],
    )  # fmt: skip
    return shown(frame, {
        "Code": ("titre", text), "Mesure": ("nom", text), "Valeur": ("estimation", two),
        f"IC {french.level(current().level)}": ("intervalle", str),
        "Erreur-type": ("erreur_type", three), "Par entretien": ("erreur_grappes", three),
        "Passages": ("n", count),
    }, "Aucun passage n'a été codé deux fois dans cette édition.")  # fmt: skip


def links(found: pd.DataFrame) -> Markdown:
    """Whether persons can be followed between editions, table by table."""
    said = {True: "oui, même clé", False: "**non, lien perdu** : la clé a changé"}
    frame = found.assign(dit=[french.spaced(said[bool(one)]) for one in found["suivi"]])
    return shown(frame, {
        "Table": ("titre", text), "Pseudonymes": ("colonnes", text), "Éditions": ("editions", text),
        "Personnes suivies": ("dit", str),
    }, "Aucune table de cette édition ne contient de pseudonyme.")  # fmt: skip
