"""The sample beside the frame that it was drawn from, before and after weighting."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from obsante.collect.quality.settings import FrameComparison
from obsante.collect.quality.surveys import Survey
from obsante.errors import DataError
from obsante.stats import SurveyDesign, survey_design
from obsante.stats.models import goodness_of_fit_test


@dataclass(frozen=True, eq=False)
class Comparison:
    """A survey beside its frame: :func:`shares` and :func:`fit` of each column."""

    shares: pd.DataFrame
    fits: pd.DataFrame


def against_frame(
    survey: Survey, frame: pd.DataFrame, final: pd.Series, settings: FrameComparison
) -> Comparison:
    """Compare the units drawn, the respondents and their weights with the frame.

    Samples: ``tires`` (drawn, each counting one), ``repondants`` (same), ``ponderes`` (their
    weights, corrected for non-response), ``cales`` (calibrated). What the strata cross is tested on
    the respondents with their sampling weights, as if they were independent draws: whether
    non-response alone distorts the sample, for the corrected weights nearly reproduce it. Other
    columns are tested with the design itself.

    Args:
        frame: the sampling frame, whose key is the survey's.
        final: calibrated weight of each respondent.
        settings: columns, classes of numbers.
    """
    key = survey.table.primaryKey[0]
    known = frame.set_index(key)
    respondents = survey.respondents
    apart = survey_design(respondents, weights=survey.sampling)
    tables, fits = [], []
    for column in [*settings.strata, *settings.others]:
        codes = known[column]
        if pd.api.types.is_numeric_dtype(codes):
            codes = classes(codes, settings.classes)
        drawn = pd.Series(codes.reindex(survey.rows[key]).array, survey.rows.index)
        answered = drawn[survey.answered]
        one = pd.Series(1.0, survey.rows.index)
        weights = pd.Series(survey.design.weights, respondents.index)
        tables.append(shares(column, codes, {
            "tires": (drawn, one), "repondants": (answered, one[survey.answered]),
            "ponderes": (answered, weights), "cales": (answered, final),
        }))  # fmt: skip
        strata = column in settings.strata
        tested = fit(column, codes, respondents, answered, apart if strata else survey.design)
        fits.append(tested | {"strates": strata})
    return Comparison(pd.concat(tables, ignore_index=True), pd.DataFrame(fits))


def classes(values: pd.Series, first: Sequence[int]) -> pd.Series:
    """Class of each number: its first number, and the last one, as text (``2-9``, ``50+``).

    >>> classes(pd.Series([1, 4, 60]), [1, 2, 10, 50]).tolist()
    ['1', '2-9', '50+']
    """
    edges = [*first, np.inf]
    names = [str(low) if high - low == 1 else f"{low}+" if high == np.inf else f"{low}-{high - 1}"
             for low, high in zip(edges, edges[1:], strict=False)]  # fmt: skip
    cut = pd.cut(values.astype("float64"), edges, right=False, labels=names)
    return cut.rename(values.name)


def shares(
    column: str, frame: pd.Series, samples: Mapping[str, tuple[pd.Series, pd.Series]]
) -> pd.DataFrame:
    """Shares of a column's codes in the frame and in samples, and how far the latter are.

    The standardised difference of a share p from that of the frame, p0, is
    (p - p0) / sqrt((p (1 - p) + p0 (1 - p0)) / 2); it does not grow with the sample.

    Args:
        column: name of the column.
        frame: its codes in the frame; missing ones are left out, there and in the samples.
        samples: name of a sample -> codes of its units, and their weights.

    Returns:
        ``colonne``, ``modalite``, ``base`` and, for each sample, ``<name>`` and ``ecart_<name>``;
        shares in proportion; codes in the frame's order.
    """
    table = _shares(frame, pd.Series(1.0, frame.index)).rename("base").to_frame()
    for name, (codes, weights) in samples.items():
        table[name] = _shares(codes, weights).reindex(table.index).fillna(0.0)
        spread = (table[name] * (1 - table[name]) + table["base"] * (1 - table["base"])) / 2
        table[f"ecart_{name}"] = (table[name] - table["base"]) / np.sqrt(spread)
    table.insert(0, "colonne", column)
    return table.reset_index(names="modalite")


def fit(
    column: str, frame: pd.Series, rows: pd.DataFrame, codes: pd.Series, design: SurveyDesign
) -> dict[str, object]:
    """Rao-Scott's test that the population sampled has the frame's shares.

    Args:
        codes: of the respondents, the design's rows.

    Returns:
        ``colonne``, ``statistique`` (F), ``ddl``, ``ddl_residuel``, ``p_valeur`` and ``n``; missing
        where the design gives these shares whatever the sample.
    """
    expected = _shares(frame, pd.Series(1.0, frame.index))
    present = codes.notna().to_numpy()
    told = rows[[]].assign(**{column: codes.astype("object")})
    try:
        test = goodness_of_fit_test(design, told, column, expected.to_dict(), inside=present).test
    except DataError as error:
        if "no variance" not in error.found:
            raise
        return {"colonne": column, "n": int(present.sum())}
    kept = ["statistique", "ddl", "ddl_residuel", "p_valeur", "n"]
    return {"colonne": column, **test.loc[0, kept].to_dict()}


def _shares(codes: pd.Series, weights: pd.Series) -> pd.Series:
    """Share of each code, by its text; those that nobody has are left out."""
    known = codes.notna()
    totals = weights[known].astype("float64").groupby(codes[known], observed=True).sum()
    return (totals / totals.sum()).set_axis(totals.index.astype("str"))
