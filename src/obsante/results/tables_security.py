"""Tables and sentences of axis 3: rates and who reports, declared and found, delays, concentration."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from obsante.collect import labels
from obsante.results import french, wording
from obsante.results.absence import REASONS
from obsante.results.columns import DASH, count, share
from obsante.results.display import Markdown, heading, pipe_table, reasons, side_by_side
from obsante.results.publication import current

# Delays are in whole days: limits that fall on the same day are not an exact value.
SAME_DAY, WITHIN_A_DAY, NO_INTERVAL = "même jour", "moins d'un jour", "sans intervalle"
_PERCENT = "percent"


def withheld(rates: pd.DataFrame) -> pd.DataFrame:
    """Rates with the reason, ``motif``, of the domains that have none: too few units report."""
    return rates.assign(motif=rates["estimation"].isna().map({True: REASONS["too_few"], False: ""}))


def rates(rows: pd.DataFrame, observed: pd.DataFrame, *, domain: str) -> Markdown:
    """Published rates with the respondents that report, on which each denominator rests.

    Args:
        rows: published rows, in the order wanted.
        observed: ``dimension``, ``modalite`` and ``declarants``, from
            :func:`obsante.stats.impact.reported_rate`; no row where there is no rate.
        domain: heading of the first column, in French.
    """
    reporters = {(r["dimension"], r["modalite"]): r["declarants"] for r in observed.to_dict("records")}
    records = rows.to_dict("records")
    frame = pd.DataFrame({
        domain: [row["libelle"] for row in records],
        heading(rows): [wording.value(row) for row in records],
        f"IC {french.level(current().level)}": [wording.interval(row) for row in records],
        "Déclarants observés":
            [count(reporters.get((r["dimension"], r["modalite"]), float("nan"))) for r in records],
        "Réponses": [wording.sample(row) for row in records],
    })  # fmt: skip
    shown = pipe_table(frame, right=list(frame.columns[1:]))
    return Markdown("\n\n".join([shown.text, *_unavailable(records), *_decoded([rows])]))


def _unavailable(records: list[dict]) -> list[str]:
    """One sentence for each reason, naming the domains that it concerns."""
    named: dict[str, list[str]] = {}
    for row in records:
        if row["motif"]:
            named.setdefault(row["motif"], []).append(row["libelle"])
    return [f"*{', '.join(own)}{french.NBSP}: {reason}.*" for reason, own in named.items()]


def measures(columns: Mapping[str, pd.DataFrame], *, domain: str) -> Markdown:
    """Measures of the same domains side by side: value, interval and answers in each cell.

    Args:
        columns, domain: as :func:`obsante.results.side_by_side`.
    """
    shown = side_by_side(columns, domain=domain, cell=wording.with_answers)
    note = (f"Entre crochets, l'intervalle de confiance à {french.level(current().level)}"
            f"{french.THIN}; entre parenthèses, le nombre de réponses.")  # fmt: skip
    return Markdown("\n\n".join([shown.text, note, *reasons(pd.concat(columns.values()))]))


def crossed(said: pd.DataFrame, partly: pd.DataFrame, others: pd.DataFrame) -> Markdown:
    """What audits found where a measure is declared, and where it is not, with both numbers.

    Args:
        said: published rows, share fully met among those that declare the measure.
        partly: share met in part among the same; ``modalite``, ``estimation``.
        others: rows as published, share fully met among those that say no.
    """
    in_part = partly.set_index("modalite")["estimation"] if len(partly) else {}
    no = {row["modalite"]: row for row in others.to_dict("records")}
    records = said.to_dict("records")
    frame = pd.DataFrame({
        "Mesure": [row["libelle"] for row in records],
        "Déclarée et satisfaite": [wording.with_answers(row) for row in records],
        "Déclarée, satisfaite en partie":
            [share(in_part.get(row["modalite"], float("nan"))) for row in records],
        "Non déclarée mais satisfaite": [
            wording.with_answers(no[row["modalite"]]) if row["modalite"] in no
            else french.MARKS["missing"] for row in records],
    })  # fmt: skip
    shown = pipe_table(frame, right=list(frame.columns[1:]), widths=[3, 4, 3, 4])
    tables = [said, others] if len(others) else [said]
    return Markdown("\n\n".join([shown.text, _found(others), *reasons(said), *_decoded(tables)]))


def _found(others: pd.DataFrame) -> str:
    """How many measures are met without being declared, all measures together."""
    if others.empty:
        return french.spaced("Aucune réponse « non » n'a pu être vérifiée.")
    met = french.number((others["estimation"] * others["n"]).sum().round())
    return french.spaced(
        "Entre parenthèses, le nombre d'établissements vérifiés. Réponses « non » vérifiées par "
        f"l'audit, toutes mesures réunies : {french.number(others['n'].sum())} ; mesures trouvées "
        f"pleinement satisfaites parmi elles : {met}."
    )


def unverified(
    published: pd.DataFrame, counts: pd.DataFrame, bounds: Mapping[str, pd.DataFrame]
) -> Markdown:
    """Audited units with a control that could not be verified, and what it could do to the score.

    Args:
        published: rows of the score, the whole and one dimension.
        counts: ``audites`` and ``touches``, units audited and units concerned, by modality.
        bounds: French name of an extreme assumption -> estimates of the same domains.
    """
    records = published.to_dict("records")
    own = counts.reindex(published["modalite"])
    frame = pd.DataFrame({
        "Domaine": [row["libelle"] for row in records],
        "Audités": [count(value) for value in own["audites"]],
        "Avec un contrôle non vérifié": [count(value) for value in own["touches"]],
        "Score publié": [wording.value(row) for row in records],
    })  # fmt: skip
    for name, rows in bounds.items():
        values = rows.set_index("modalite")["estimation"]
        shown = values.reindex(published["modalite"])
        frame[name] = [DASH if pd.isna(v) else french.magnitude(v, "score") for v in shown]
    return pipe_table(frame, right=list(frame.columns[1:]))


def delays(rows: pd.DataFrame, *, domain: str) -> Markdown:
    """Median delays in whole days: limits of the same day are said, and so is a missing interval.

    Args:
        rows: rows as published, in the order wanted.
        domain: heading of the first column, in French.
    """
    records = rows.to_dict("records")
    frame = pd.DataFrame({
        domain: [row["libelle"] for row in records],
        "Délai médian": [_delay(row) for row in records],
        f"IC {french.level(current().level)}": [_days(row) for row in records],
        "Enregistrements": [wording.sample(row) for row in records],
    })  # fmt: skip
    shown = pipe_table(frame, right=list(frame.columns[1:]))
    return Markdown("\n\n".join([shown.text, *reasons(rows)]))


def _delay(row: dict) -> str:
    return WITHIN_A_DAY if 0 <= row["estimation"] < 1 else wording.value(row)


def _days(row: dict) -> str:
    if row["etat"] in french.MARKS:
        return wording.interval(row)
    if row["borne_inf"] == row["borne_sup"]:
        return SAME_DAY
    bounds = wording.interval(row)
    return NO_INTERVAL if bounds == DASH else bounds


def concentration(values: pd.Series, largest: int) -> Markdown:
    """Share of a total that the largest values carry, in one sentence.

    Args:
        values: patients of each incident, missing ones left out.
        largest: how many incidents are added up.
    """
    known = values.dropna().astype("float64")
    if not known.sum() > 0:
        return Markdown("Aucun patient concerné n'est compté.")
    top = known.nlargest(largest)
    part = french.quantity(top.sum() / known.sum(), _PERCENT)
    return Markdown(
        f"Les {french.number(len(top))} incidents qui touchent le plus de patients en portent {part}."
    )


def _decoded(tables: list[pd.DataFrame]) -> list[str]:
    """The marks used in these tables, decoded; nothing where none is."""
    words = wording.marks([state for rows in tables for state in rows["etat"]])
    return [words] if words else []


def large(types: pd.Series, groups: Mapping[str, str], group: str) -> str:
    """How many units are of a group of types, with the names of its types: ``78 (CHU, CHR ou CHP)``."""
    own = [code for code, name in groups.items() if name == group]
    names = labels("etablissements", "type")
    size = french.number(types.astype("str").isin(own).sum())
    return f"{size} ({', '.join(names[code] for code in own)})"
