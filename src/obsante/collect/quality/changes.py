"""Answers of one edition beside those of others, judged with the survey's own error."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
from scipy.stats import t as student_law

from obsante.collect import dictionary
from obsante.collect.table_schema import Table
from obsante.collect.weighting import respondents
from obsante.stats import SurveyDesign, Wave, benjamini_hochberg, binary, change

_NONE = pd.DataFrame(columns=["question", "p_ajustee", "p_a_part"], dtype="float64")
_YES, _NO = "oui", "non"


def questions(table: Table) -> list[str]:
    """Columns of a table that are asked, and answered by yes or no."""
    return [field.name for field in table.fields
            if field.question and {_YES, _NO} <= {str(code) for code in field.codes}]  # fmt: skip


def edition_changes(
    years: Sequence[int], main: str, *, unknown: Sequence[str], level: float
) -> pd.DataFrame:
    """Changes of the main survey since the edition before (:func:`compared`).

    No row where there is a single edition.

    Args:
        years: editions, in any order; the two latest are compared.
        main: the survey's table.
    """
    if len(years) < 2:
        return _NONE
    editions = {year: respondents(main, edition=year) for year in sorted(years)[-2:]}
    columns = questions(dictionary.load(main))
    return compared(editions, columns, unknown=unknown, level=level)


def compared(
    editions: Mapping[int, tuple[pd.DataFrame, SurveyDesign]],
    columns: Sequence[str],
    *,
    unknown: Sequence[str],
    level: float,
) -> pd.DataFrame:
    """Change of the share of yes to each question, between the latest edition and each earlier one.

    Args:
        editions: year -> respondents and their design.
        columns: yes-or-no questions.
        unknown: codes that are no answer.

    A question that nobody answered in one of the editions, for want of anyone concerned, has no row.

    Returns:
        ``question``, then columns of :func:`obsante.stats.change`, among them ``edition_reference``;
        ``p_ajustee``: Benjamini-Hochberg's over all the rows; ``p_a_part``: the same of the test
        that the change is the median one of all questions since that edition, which tells a
        question that goes its own way from a country that changes.

    Raises:
        DataError: fewer than two editions.
    """
    parts = []
    for column in columns:
        waves = {
            year: Wave(design, binary(rows[column], yes=[_YES], no=[_NO], unknown=unknown))
            for year, (rows, design) in editions.items()
        }
        if all(wave.answers["y"].notna().any() for wave in waves.values()):
            parts.append(change(waves, level=level).assign(question=column))
    if not parts:
        return _NONE
    table = pd.concat(parts, ignore_index=True)
    median = table.groupby("edition_reference")["estimation"].transform("median")
    error = table["erreur_type"].where(table["erreur_type"] > 0)
    apart = 2 * student_law.sf(((table["estimation"] - median) / error).abs(), table["ddl"])
    return table.assign(p_ajustee=benjamini_hochberg(table["p_valeur"]),
                        p_a_part=benjamini_hochberg(pd.Series(apart, table.index)))  # fmt: skip

