"""Values far from the others of their group: signalled, never removed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from obsante.collect import dictionary
from obsante.collect.quality.settings import Outliers
from obsante.collect.reader import available, load
from obsante.paths import find_project

# Standard deviation of a normal law over its median absolute deviation, inverted.
_NORMAL = 0.6745


def modified_scores(values: pd.Series, groups: Sequence[pd.Series], *, least: int) -> pd.Series:
    """Modified z-score of the logarithm of each value within its group.

    0.6745 (log x - m) / MAD, with m the group's median of log x and MAD the median of
    abs(log x - m): a few extreme values don't hide one another, and large units are not extreme for
    being large.

    Args:
        values: numbers; zero, negative and missing ones have no score.
        groups: labels of the group of each value, one Series for each column.
        least: values that a group needs; the others have no score. Nor has a group where half the
            values or more are the same, MAD being zero.

    Returns:
        Scores, same index, missing where there is none.

    Reference: Iglewicz & Hoaglin, *How to Detect and Handle Outliers* (1993), ASQC, section 3.3.

    >>> scores = modified_scores(pd.Series([1.0, 1.1, 0.9, 1.2, 50.0]), [pd.Series(["a"] * 5)], least=3)
    >>> bool(scores.iloc[-1] > 3.5)
    True
    """
    numbers = values.astype("float64")
    logs = np.log(numbers.where(numbers > 0))
    keys = [group.astype("str") for group in groups]
    centred = logs - logs.groupby(keys).transform("median")
    spread = centred.abs().groupby(keys).transform("median")
    count = logs.groupby(keys).transform("count")
    return _NORMAL * centred / spread.where((spread > 0) & (count >= least))


def summary(values: pd.Series, scores: pd.Series, *, threshold: float) -> dict[str, float]:
    """How many values were judged, and how many are beyond the threshold on either side.

    Returns:
        ``valeurs`` (present), ``nuls`` (zero, without logarithm), ``jugees``, ``basses``,
        ``hautes``, and ``extreme``, the value of the largest score in size.
    """
    far = scores.abs()
    beyond = far > threshold
    return {
        "valeurs": int(values.notna().sum()),
        "nuls": int((values == 0).sum()),
        "jugees": int(scores.notna().sum()),
        "basses": int((beyond & (scores < 0)).sum()),
        "hautes": int((beyond & (scores > 0)).sum()),
        "extreme": float(values[far.idxmax()]) if beyond.any() else float("nan"),
    }


def extremes(edition: int, rule: Outliers) -> pd.DataFrame:
    """Values far from the others of their group, for the quantities of ``config/quality.yml``.

    Returns:
        One row for each quantity whose table the edition has: ``table``, ``colonne``, ``titre``,
        ``unite``, ``groupes`` (titles of the columns of the groups), and :func:`summary`.
    """
    project = find_project()
    present = set(available(project, edition))
    rows = []
    for one in rule.quantities:
        if one.table not in present:
            continue
        table, values = dictionary.load(one.table, project), load(one.table, edition=edition)
        groups = [values[name] for name in one.by]
        scores = modified_scores(values[one.column], groups, least=rule.least)
        field = table.field(one.column)
        rows.append({
            "table": one.table, "colonne": one.column, "titre": field.title, "unite": field.unit,
            "groupes": ", ".join(table.field(name).title for name in one.by),
            **summary(values[one.column], scores, threshold=rule.threshold),
        })  # fmt: skip
    return pd.DataFrame(rows)
