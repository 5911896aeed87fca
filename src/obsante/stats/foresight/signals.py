"""Counts of a feed of signals, their ratio between two years, and how old they are."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np
import pandas as pd

from obsante.errors import DataError, NotEstimable
from obsante.stats import checks
from obsante.stats.impact import rate_ratio
from obsante.stats.multiple import benjamini_hochberg
from obsante.stats.survey.domains import NATIONAL

UNKNOWN = "inconnu"
_COUNT = "dénombrement exhaustif des signaux reçus"
_RATIO = "rapport de deux effectifs de Poisson, intervalle conditionnel exact"
_NO_EARLIER = "aucun signal à l'édition précédente"
_AGE = "médiane des jours écoulés jusqu'à la fin de la période"


def tally(frame: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """Number of rows, in all then in each category of each dimension, zeros included.

    Args:
        frame: one row per signal.
        by: columns with categories, all listed even without a row. Rows without a code make the
            category ``inconnu``, listed only where there are some.

    Returns:
        One row per domain: ``dimension``, ``modalite``, ``estimation``, ``n``, ``methode``.

    Raises:
        DataError: a dimension is not a column, or has no categories.

    >>> signals = pd.DataFrame({"pays": pd.Categorical(["a", None], categories=["a", "b"])})
    >>> tally(signals, ["pays"])[["modalite", "n"]].to_numpy().tolist()
    [['national', 2], ['a', 1], ['b', 0], ['inconnu', 1]]
    """
    parts = [pd.Series([len(frame)], index=[NATIONAL], name=NATIONAL)]
    parts += [_counted(checks.column(frame, name)) for name in by]
    rows = [pd.DataFrame({"dimension": part.name, "modalite": part.index, "n": part.to_numpy()})
            for part in parts]  # fmt: skip
    table = pd.concat(rows, ignore_index=True)
    return table.assign(estimation=table["n"].astype(float), methode=_COUNT)


def _counted(codes: pd.Series) -> pd.Series:
    if not isinstance(codes.dtype, pd.CategoricalDtype):
        raise DataError(
            f"'{codes.name}'",
            found=f"values of type {codes.dtype}",
            expected="a column with categories, so that those without a signal count for zero",
            remedy="take a coded column of the dictionary, or pd.Categorical(..., categories=...)",
        )
    counts = codes.value_counts(sort=False).reindex(codes.cat.categories)
    unknown = int(codes.isna().sum())
    if unknown:
        counts = pd.concat([counts, pd.Series([unknown], index=[UNKNOWN])])
    return counts.rename(codes.name)


def count_ratios(latest: pd.DataFrame, earlier: pd.DataFrame, *, level: float) -> pd.DataFrame:
    """Counts of a period over those of an earlier one of the same length, by domain.

    Limits are exact for two Poisson counts (:func:`obsante.stats.impact.rate_ratio`): they say
    what chance alone would do if signals came one by one at a steady pace. They do not know
    whether the feed was watched as closely in both years.

    Args:
        latest, earlier: from :func:`tally`, the same dimensions.
        level: confidence level, in proportion.

    Returns:
        One row for each domain of ``latest``: ``dimension``, ``modalite``, ``estimation`` (NaN
        where the earlier count is zero), ``borne_inf``, ``borne_sup``, ``p_valeur``,
        ``p_ajustee`` (Benjamini-Hochberg's within each dimension), ``n`` (latest), ``n_avant``,
        ``motif`` (why there is no ratio), ``methode``.

    Raises:
        NotEstimable: no signal in either period.

    >>> before = pd.DataFrame({"dimension": ["national"], "modalite": ["national"], "n": [10]})
    >>> after = before.assign(n=20)
    >>> count_ratios(after, before, level=0.95)[["estimation", "borne_inf"]].round(3).values.tolist()
    [[2.0, 0.894]]
    """
    checks.probability(level, "level")
    key = ["dimension", "modalite"]
    pairs = latest[[*key, "n"]].merge(
        earlier[[*key, "n"]].rename(columns={"n": "n_avant"}), on=key, how="left"
    )
    pairs["n_avant"] = pairs["n_avant"].fillna(0).astype(int)
    if not pairs["n"].any() or not pairs["n_avant"].any():
        raise NotEstimable(
            "ratio of two counts of signals",
            reason="no_comparison",
            found=f"{pairs['n'].max()} signal(s) in a period, {pairs['n_avant'].max()} in the other",
            expected="some in each",
            remedy="compare with a period that was watched",
        )
    limits = [_ratio(n, before, level) for n, before in zip(pairs["n"], pairs["n_avant"])]
    names = ["estimation", "borne_inf", "borne_sup", "p_valeur"]
    table = pd.concat([pairs, pd.DataFrame(limits, columns=names)], axis=1)
    table["p_ajustee"] = table.groupby("dimension", sort=False)["p_valeur"].transform(benjamini_hochberg)
    known = table["estimation"].notna()
    return table.assign(motif=np.where(known, "", _NO_EARLIER), methode=_RATIO)


def _ratio(latest: int, earlier: int, level: float) -> tuple[float, float, float, float]:
    if earlier == 0:
        return (np.nan,) * 4
    row = rate_ratio([earlier, latest], [1.0, 1.0], level=level).iloc[0]
    return row["estimation"], row["borne_inf"], row["borne_sup"], row["p_valeur"]


def median_age(
    frame: pd.DataFrame, *, date: str, end: dt.date, by: str
) -> pd.DataFrame:
    """Median number of days between signals and the end of their period, in all and by category.

    Args:
        frame: one row per signal.
        date: column of dates; a signal without a date has no age.
        end: last day of the period.
        by: column with categories.

    Returns:
        One row per domain: ``dimension``, ``modalite``, ``estimation`` (days, NaN without a dated
        signal), ``n`` (dated signals), ``n_manquant``, ``dernier`` (date of the latest),
        ``methode``.

    Raises:
        NotEstimable: no signal has a date.
    """
    dates = checks.column(frame, date)
    if not dates.notna().any():
        raise NotEstimable(
            f"'{date}'", reason="no_data", found=f"{len(frame)} signal(s), none with a date",
            expected="at least one date", remedy="leave the age of the signals out",
        )  # fmt: skip
    ages = (pd.Timestamp(end) - dates).dt.days.astype(float)
    table = pd.DataFrame({"age": ages, "date": dates, "domain": checks.column(frame, by)})
    groups = table.groupby("domain", observed=False)
    domains = groups.agg(estimation=("age", "median"), n=("age", "count"), dernier=("date", "max"),
                         lignes=("age", "size"))  # fmt: skip
    domains = domains.reset_index(names="modalite").assign(dimension=by)
    domains["modalite"] = domains["modalite"].astype(str)
    whole = {"dimension": NATIONAL, "modalite": NATIONAL, "estimation": ages.median(),
             "n": int(ages.count()), "dernier": dates.max(), "lignes": len(frame)}  # fmt: skip
    rows = pd.concat([pd.DataFrame([whole]), domains], ignore_index=True)
    rows["n_manquant"] = rows.pop("lignes") - rows["n"]
    return rows.assign(methode=_AGE)
