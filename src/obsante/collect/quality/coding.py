"""How far two coders of the interviews agree."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from obsante.collect import dictionary
from obsante.collect.quality.settings import Coding, Pair
from obsante.collect.reader import available, load
from obsante.collect.table_schema import Table
from obsante.paths import find_project
from obsante.stats import NATIONAL
from obsante.stats.reliability import cohen_kappa, percent_agreement

_COLUMNS = ["colonne", "titre", "mesure", "estimation", "erreur_type", "borne_inf", "borne_sup",
            "n", "methode"]  # fmt: skip
NOMINAL, LINEAR, SHARE = "kappa", "kappa_lineaire", "accord"


def coding(edition: int, settings: Coding, *, level: float) -> pd.DataFrame:
    """Agreement of the two coders of an edition's interviews (:func:`agreements`).

    No row where the edition has no interviews, or fewer than two passages coded twice.
    """
    project = find_project()
    table = dictionary.load(settings.table, project)
    none = pd.DataFrame(columns=_COLUMNS)
    if settings.table not in available(project, edition):
        return none
    rows = load(settings.table, edition=edition)
    twice = [pair for pair in settings.pairs if rows[pair.second].notna().sum() > 1]
    return agreements(rows, table, twice, level=level) if twice else none


def agreements(
    rows: pd.DataFrame, table: Table, pairs: Sequence[Pair], *, level: float
) -> pd.DataFrame:
    """Agreement of the two coders on the rows that both coded.

    Args:
        rows: coded passages.
        pairs: columns of both coders; ``ordered`` codes also have the kappa of linear weights.

    Returns:
        ``colonne``, ``titre``, ``mesure`` (``kappa``, ``kappa_lineaire``, ``accord``),
        ``estimation``, ``erreur_type``, ``borne_inf``, ``borne_sup``, ``n`` and ``methode``.

    Raises:
        DataError: fewer than two rows that both coded, or a coder who uses one code only.
    """
    parts = []
    for pair in pairs:
        field = table.field(pair.column)
        codes = rows[[pair.column, pair.second]].dropna().astype("str")
        categories = [str(code) for code in field.codes]
        measures = {
            NOMINAL: cohen_kappa(codes, categories=categories, weighting="none", level=level),
            SHARE: percent_agreement(codes, categories=categories, level=level),
        }
        if pair.ordered:
            measures[LINEAR] = cohen_kappa(
                codes, categories=categories, weighting="linear", level=level
            )
        parts += [own.assign(colonne=pair.column, titre=field.title, mesure=name)
                  for name, own in measures.items()]  # fmt: skip
    return pd.concat(parts, ignore_index=True)[_COLUMNS]


def kappa_estimates(found: pd.DataFrame, column: str) -> pd.DataFrame:
    """Cohen's kappa of a column as an estimate ready for ``publish``; missing without coding."""
    own = found[(found["colonne"] == column) & (found["mesure"] == NOMINAL)]
    names = {"dimension": NATIONAL, "modalite": NATIONAL, "libelle": "Ensemble"}
    if own.empty:
        return pd.DataFrame([names | {"estimation": float("nan")}])
    kept = ["estimation", "erreur_type", "borne_inf", "borne_sup", "n", "methode"]
    return own[kept].assign(**names)
