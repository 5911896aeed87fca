"""How far two coders of the interviews agree."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import pandas as pd

from obsante.collect import dictionary
from obsante.collect.quality.settings import Coding, Pair
from obsante.collect.reader import available, load
from obsante.collect.table_schema import Table
from obsante.paths import find_project
from obsante.stats import NATIONAL
from obsante.stats.reliability import cohen_kappa, percent_agreement

_COLUMNS = ["colonne", "titre", "mesure", "estimation", "erreur_type", "erreur_grappes",
            "borne_inf", "borne_sup", "n", "methode"]  # fmt: skip
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
    return agreements(rows, table, twice, cluster=settings.cluster, level=level) if twice else none


def agreements(
    rows: pd.DataFrame, table: Table, pairs: Sequence[Pair], *, cluster: str, level: float
) -> pd.DataFrame:
    """Agreement of the two coders on the rows that both coded.

    Args:
        rows: coded passages.
        pairs: columns of both coders; ``ordered`` codes also have the kappa of linear weights.
        cluster: column of the interview that a passage comes from.

    Returns:
        ``colonne``, ``titre``, ``mesure`` (``kappa``, ``kappa_lineaire``, ``accord``),
        ``estimation``, ``erreur_type`` (passages taken as independent), ``erreur_grappes``
        (:func:`clustered_error`), ``borne_inf``, ``borne_sup``, ``n`` and ``methode``.

    Raises:
        DataError: fewer than two rows that both coded, or a coder who uses one code only.
    """
    parts = []
    for pair in pairs:
        field = table.field(pair.column)
        both = rows[[pair.column, pair.second]].dropna().astype("str")
        for name, measure in _measures([str(code) for code in field.codes], pair, level).items():
            error = clustered_error(both, rows.loc[both.index, cluster], measure)
            parts.append(measure(both).assign(colonne=field.name, titre=field.title, mesure=name,
                                              erreur_grappes=error))  # fmt: skip
    return pd.concat(parts, ignore_index=True)[_COLUMNS]


def _measures(
    categories: list[str], pair: Pair, level: float
) -> dict[str, Callable[[pd.DataFrame], pd.DataFrame]]:
    kappa = partial(cohen_kappa, categories=categories, level=level)
    found = {NOMINAL: partial(kappa, weighting="none"),
             SHARE: partial(percent_agreement, categories=categories, level=level)}  # fmt: skip
    return found | ({LINEAR: partial(kappa, weighting="linear")} if pair.ordered else {})


def clustered_error(
    codes: pd.DataFrame, interviews: pd.Series, measure: Callable[[pd.DataFrame], pd.DataFrame]
) -> float:
    """Standard error of an agreement by leaving out one interview at a time (jackknife).

    sqrt((G - 1) / G x sum of the squared distances to the whole), for G interviews: unlike that of
    independent passages, it counts what the passages of an interview have in common.

    Returns:
        The error; missing with fewer than two interviews, or where a coder is left with one code.
    """
    names = interviews.astype("str")
    left = [codes[names != name] for name in names.unique()]
    if len(left) < 2 or any((part.nunique() < 2).any() for part in left):
        return float("nan")
    whole = measure(codes)["estimation"].iloc[0]
    gaps = np.array([measure(part)["estimation"].iloc[0] for part in left]) - whole
    return float(np.sqrt((len(left) - 1) / len(left) * (gaps @ gaps)))


def kappa_estimates(found: pd.DataFrame, column: str) -> pd.DataFrame:
    """Cohen's kappa of a column as an estimate ready for ``publish``; missing without coding."""
    own = found[(found["colonne"] == column) & (found["mesure"] == NOMINAL)]
    names = {"dimension": NATIONAL, "modalite": NATIONAL, "libelle": "Ensemble"}
    if own.empty:
        return pd.DataFrame([names | {"estimation": float("nan")}])
    kept = ["estimation", "erreur_type", "borne_inf", "borne_sup", "n", "methode"]
    return own[kept].assign(**names)
