"""How units spread over categories: shares that add up to one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from obsante.errors import DataError
from obsante.stats import checks
from obsante.stats.answers import NOT_APPLICABLE, placed, states
from obsante.stats.survey import linear
from obsante.stats.survey.design import SurveyDesign
from obsante.stats.survey.domains import group, same_rows, whole
from obsante.stats.survey.estimates import (
    COLUMNS,
    answered,
    block,
    limits_of,
    name_of,
    proportion,
)

GRADED = "produit de deux proportions pondérées, intervalle de Korn-Graubard"


def distribution(
    answers: pd.Series,
    categories: Sequence[str],
    design: SurveyDesign,
    *,
    dimension: str,
    level: float,
    unknown: Sequence[str] = (),
) -> pd.DataFrame:
    """Share of each category among the valid answers; the shares add up to 1.

    Args:
        answers: one code for each row of the design, missing where there is none; « sans objet »
            is counted apart.
        categories: every code that counts, in the order wanted.
        dimension: name given to the categories in the result.
        unknown: codes that count as missing (« ne sait pas »).

    Returns:
        One row for each category, columns :data:`COLUMNS`.

    Raises:
        DataError: an answer is in neither list; others as :func:`obsante.stats.proportion`.
    """
    _distinct(categories, dimension)
    codes = placed(answers, [*categories, *unknown])
    valid = codes.isin(list(categories))
    state = states(codes, valid)
    rows = []
    for category in categories:
        y = (codes == category).astype("float64").where(valid)
        frame = pd.DataFrame({"y": y, "state": state}).rename_axis(columns=answers.name)
        row = proportion(frame, design, frame[[]], level=level)
        rows.append(row.assign(dimension=dimension, modalite=str(category)))
    return pd.concat(rows, ignore_index=True)


def graded_distribution(
    adopted: pd.DataFrame,
    grades: pd.Series,
    categories: Sequence[str],
    design: SurveyDesign,
    *,
    dimension: str,
    level: float,
) -> pd.DataFrame:
    """Share of each grade when only adopters are asked for one, and some do not give it.

    With a the proportion of adopters and c_k the share of grade k among the adopters who gave
    theirs, the share of the first category (no adoption) is 1 - a and that of the others a c_k:
    an adopter without a grade stays an adopter. Linearised as a product, Korn and Graubard's
    interval; the shares add up to 1.

    Args:
        adopted: answers (1, 0 or NaN) to the question on adoption.
        grades: grade of each row of the design, missing where there is none.
        categories: the grades in order, first the one that means no adoption.
        dimension: name given to the grades in the result.

    Returns:
        One row for each grade, columns :data:`COLUMNS`; an adopter without a grade is missing there
        and counted in the first row only.

    Raises:
        DataError: a grade is in none of the categories or contradicts adoption, or no adopter gave
            one; others as :func:`obsante.stats.proportion`.
    """
    checks.probability(level, "level")
    _distinct(categories, dimension)
    question = answered(adopted, design)
    checks.binary_values(question.y, name_of(adopted))
    same_rows(design, grades, dimension)
    codes = placed(grades, categories)
    _consistent(question.y == 1, question.y == 0, codes, categories[0], dimension)
    graded = (question.y == 1) & codes.isin(list(categories[1:])).to_numpy()
    known = graded | (question.y == 0)
    parts = _products(design, question, codes.rename(dimension), categories[1:], graded)
    state = adopted["state"].where(known | (adopted["state"] != "valid"), "missing")
    limits = limits_of("korn-graubard", level)
    blocks = [
        block(part, whole(design.size), design, adopted["state"] if i == 0 else state, level, limits)
        for i, part in enumerate(parts)
    ]
    names = {"dimension": dimension, "modalite": list(map(str, categories)), "methode": GRADED}
    return pd.concat(blocks, ignore_index=True).assign(**names)[COLUMNS]


def _products(
    design: SurveyDesign, question: linear.Question, codes: pd.Series, grades: Sequence[str],
    graded: np.ndarray,
) -> list[linear.Linear]:  # fmt: skip
    """One minus adoption, then adoption times the share of each grade among those who gave one."""
    domain = whole(design.size)
    if (question.y == 1).any():
        # Without any adopter the shares are zero; with some, one of them has to give a grade.
        group(graded, graded, str(codes.name))
    silent = (question.y == 1) & ~graded
    asked = [
        linear.Question(np.where(graded, (codes == one).to_numpy(bool, na_value=False), np.nan), silent)
        for one in grades
    ]
    products = [linear.product(design, question, what, domain) for what in asked]
    return [linear.complement(linear.ratio(design, question, domain)), *products]


def _distinct(categories: Sequence[str], dimension: str) -> None:
    if not categories or len(set(categories)) < len(categories):
        raise DataError(
            f"categories of '{dimension}'",
            found=f"{list(categories)}",
            expected="at least one category, each of them once",
            remedy="correct the list in config/indicators",
        )


def _consistent(adopter, other, codes: pd.Series, none: str, dimension: str) -> None:
    """Adopters have a grade above ``none`` or no answer; the others have ``none`` or no answer."""
    given = codes.notna().to_numpy() & (codes != NOT_APPLICABLE).to_numpy(dtype=bool)
    first = (codes == none).to_numpy(dtype=bool, na_value=False)
    wrong = np.flatnonzero(given & ((adopter & first) | (other & ~first)))
    if wrong.size:
        raise DataError(
            f"'{dimension}', row {codes.index[wrong[0]]}",
            found=f"the grade {codes.iloc[wrong[0]]!r} of a unit that "
            + ("adopted" if adopter[wrong[0]] else "did not adopt"),
            expected=f"{none!r} for those who did not adopt, another grade for those who did",
            remedy="correct the row, or add the rule to config/dictionary so that it is set aside",
        )
