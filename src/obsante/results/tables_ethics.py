"""Tables and sentences of axis 5: gaps with corrected tests, legal texts by axis and state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from obsante.collect import dictionary, labels
from obsante.results import french, wording
from obsante.results.absence import explained
from obsante.results.charts_equity import few_answers
from obsante.results.columns import DASH, probability
from obsante.results.display import Markdown, heading, pipe_table, reasons, sheet, table
from obsante.results.publication import current, indicator
from obsante.results.values import WHOLE
from obsante.stats import NATIONAL, benjamini_hochberg

_SEPARATOR = " ; "


def titled(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of several dimensions, each domain named with its variable: ``Sexe : Femme``.

    The whole keeps its name. Titles are those of the dictionary of the indicator's table.
    """
    names = []
    for row in rows.to_dict("records"):
        fields = dictionary.load(indicator(row["indicateur"]).table)
        title = "" if row["dimension"] == NATIONAL else fields.field(row["dimension"]).title
        names.append(f"{title}{french.NBSP}: {row['libelle']}" if title else row["libelle"])
    return rows.assign(libelle=names)


def gaps(rows: pd.DataFrame, p_values: Mapping[str, float]) -> Markdown:
    """Differences with their intervals and tests, as they are and corrected for their number.

    Args:
        rows: published rows of a difference.
        p_values: modality -> p-value of the test of a zero difference. Those that are known are
            corrected together, by the procedure of Benjamini and Hochberg (*J. R. Statist. Soc. B*
            57 (1995), 289-300).
    """
    raw, corrected = (tests.reindex(rows["modalite"]) for tests in _corrected(p_values))
    records = rows.to_dict("records")
    level = french.level(current().level)
    frame = pd.DataFrame({
        "Écart": [row["libelle"] for row in records],
        "Valeur": [wording.value(row) for row in records],
        f"IC {level}": [wording.interval(row) for row in records],
        "p": [probability(value) for value in raw],
        "p corrigée": [probability(value) for value in corrected],
        "Réponses": [wording.sample(row) for row in records],
    })  # fmt: skip
    shown = pipe_table(frame, right=list(frame.columns[1:]), widths=[5, 3, 4, 2, 2, 2])
    return Markdown("\n\n".join([shown.text, *reasons(rows)]))


def _corrected(p_values: Mapping[str, float]) -> tuple[pd.Series, pd.Series]:
    """The p-values that are known, and the same corrected for their number."""
    known = pd.Series(dict(p_values), dtype="float64").dropna()
    return known, benjamini_hochberg(known)


def matrix(texts: pd.DataFrame, axes: Mapping[str, str]) -> Markdown:
    """Legal texts by axis that they touch, with the last step of adoption that was read.

    Args:
        texts: rows of the reference table ``textes``.
        axes: code of an axis in column ``axe`` -> heading.
    """
    states = labels("textes", "etat")
    touched = [set(codes.split(_SEPARATOR)) for codes in texts["axe"]]
    columns = {"Texte": [_short(row) for row in texts.to_dict("records")]}
    for code, title in axes.items():
        columns[title] = ["oui" if code in own else DASH for own in touched]
    columns["État lu"] = [states[state] for state in texts["etat"].astype(str)]
    return pipe_table(pd.DataFrame(columns), widths=[10, *[2] * len(axes), 5])


def pending(texts: pd.DataFrame, states: Sequence[str]) -> Markdown:
    """Texts whose adoption or publication was not read, and what is left to verify.

    Args:
        texts: rows of the reference table ``textes``.
        states: states of column ``etat`` that leave something to wait for.
    """
    own = texts[texts["etat"].astype(str).isin(states)]
    if own.empty:
        return Markdown("Aucun texte de l'inventaire n'est en attente.")
    names = labels("textes", "etat")
    records = own.sort_values("etat", kind="stable").to_dict("records")
    return pipe_table(pd.DataFrame({
        "Texte": [_short(row) for row in records],
        "État lu": [names[str(row["etat"])] for row in records],
        "Étape lue": [_or_dash(row["reference"]) for row in records],
        "Ce qui reste à vérifier": [_or_dash(row["note"]) for row in records],
    }), widths=[6, 5, 4, 6])  # fmt: skip


def by_axis(texts: pd.DataFrame, axes: Sequence[str]) -> pd.Series:
    """Number of texts that touch each axis, zero included; a text counts in each of its own."""
    touched = texts["axe"].str.split(_SEPARATOR).explode()
    return touched.value_counts().reindex(list(axes), fill_value=0)


def _short(row: dict) -> str:
    number, title = row["numero"], french.spaced(row["titre"])
    # Texts known by a name alone already carry it in their title.
    official = isinstance(number, str) and number[:1].isdigit()
    return f"{title} (n°{french.NBSP}{number})" if official else title


def _or_dash(text: object) -> str:
    return french.spaced(str(text)) if isinstance(text, str) and text else DASH


def sheets(*identifiers: str) -> Markdown:
    """Definitions of several indicators, one after the other, each under its title."""
    parts = [f"**{indicator(name).title}**\n\n{sheet(name).text}" for name in identifiers]
    return Markdown("\n\n".join(parts))


def measures(rows: pd.DataFrame) -> Markdown:
    """Values of several indicators of one unit as a table, each named by its indicator.

    A row of a domain keeps its own name between brackets.
    """
    names = []
    for row in rows.to_dict("records"):
        title = indicator(row["indicateur"]).title
        own = "" if row["dimension"] in WHOLE else row["libelle"]
        names.append(f"{title} ({french.in_sentence(own)})" if own else title)
    return table(rows.assign(libelle=names), domain="Mesure")


def yes(rows: pd.DataFrame, answers: pd.Series, domains: pd.DataFrame) -> pd.DataFrame:
    """Published shares with the column ``oui``: answers « yes » of each domain, unweighted.

    Args:
        answers: 1, 0 or missing for each unit.
        domains: columns of the dimensions, for the same units.
    """
    inside = [domains[row["dimension"]].eq(row["modalite"]) if row["dimension"] in domains
              else pd.Series(True, domains.index) for row in rows.to_dict("records")]  # fmt: skip
    return rows.assign(oui=[int(answers[own.fillna(False)].sum()) for own in inside])


def few(rows: pd.DataFrame, *, smallest: int, domain: str) -> Markdown:
    """Table of shares where a domain of few answers has its count, not a share.

    Args:
        rows: published shares of survey answers, with the column ``oui`` (:func:`yes`).
        smallest: under so many answers a domain has its count (« 1 sur 2 »).
        domain: heading of the first column, in French.
    """
    under = (rows["dimension"] != NATIONAL) & rows["n"].gt(0) & rows["n"].lt(smallest)
    frame = pd.DataFrame({
        domain: rows["libelle"],
        heading(rows): [count if short else wording.value(row)
                        for count, short, row in zip(few_answers(rows), under, _records(rows), strict=True)],
        f"IC {french.level(current().level)}": [
            DASH if short else wording.interval(row)
            for short, row in zip(under, _records(rows), strict=True)],
        "Réponses": [wording.sample(row) for row in _records(rows)],
        "Sans réponse": rows["n_manquant"].map(french.number),
        "Sans objet": rows["n_sans_objet"].map(french.number),
    })  # fmt: skip
    shown = pipe_table(frame, right=list(frame.columns[1:]))
    parts = [shown.text, *reasons(rows[~under])]
    if under.any():
        colon = f"{french.NBSP}:"
        parts.append(
            f"Moins de {french.number(smallest)} réponses{colon} le compte des «{french.NBSP}oui"
            f"{french.NBSP}» sans pondération remplace la part, et il n'y a pas d'intervalle "
            f"({DASH}), qu'on ne peut tirer de si peu de réponses."
        )
    return Markdown("\n\n".join(parts))


def _records(rows: pd.DataFrame) -> list[dict]:
    return rows.to_dict("records")


def shares(rows: pd.DataFrame, subject: str) -> Markdown:
    """One sentence: the parts of a distribution with their intervals, from the largest.

    Args:
        rows: published rows of a distribution.
        subject: what the parts are of, in French, at the start of the sentence.
    """
    known = rows[rows["estimation"].notna()]
    if known.empty:
        return explained(rows["indicateur"].iloc[0])
    parts = [
        f"{french.in_sentence(row['libelle'])}, {wording.value(row)} "
        f"(IC {french.level(current().level)}{french.NBSP}: {wording.interval(row)})"
        for row in _records(known.sort_values("estimation", ascending=False, kind="stable"))
    ]
    return Markdown(f"{subject}{french.NBSP}: {f'{french.THIN}; '.join(parts)}.")


def steps(rows: pd.DataFrame, subject: str) -> Markdown:
    """One sentence: how many texts are in each state, in the order of the rows, none left out.

    Args:
        rows: published counts by state.
        subject: what is counted, in French, at the start of the sentence.
    """
    parts = [f"{french.in_sentence(row['libelle'])} ({wording.value(row)})"
             for row in _records(rows)]  # fmt: skip
    return Markdown(f"{subject}{french.NBSP}: {f'{french.THIN}; '.join(parts)}.")
