"""How units spread over categories: shares that add up to one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from obsante.stats import checks
from obsante.stats.survey import linear
from obsante.stats.survey.design import SurveyDesign
from obsante.stats.survey.domains import group, whole
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
    not_applicable: pd.Series | None = None,
) -> pd.DataFrame:
    """Share of each category among the valid answers; the shares add up to 1.

    Args:
        answers: one code for each row of the design, missing where there is none.
        categories: every code that counts, in the order wanted.
        dimension: name given to the categories in the result.
        not_applicable: True where the question does not apply to the unit.
    """
    outside = pd.Series(False, index=answers.index) if not_applicable is None else not_applicable
    valid = answers.isin(list(categories)) & ~outside
    state = pd.Series("missing", index=answers.index).where(~valid, "valid")
    state = state.where(~outside, "not_applicable")
    rows = []
    for category in categories:
        y = (answers == category).astype("float64").where(valid)
        frame = pd.DataFrame({"y": y, "state": state})
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
        One row for each grade, columns :data:`COLUMNS`; n and missing answers are adoption's.

    Raises:
        DataError: as :func:`proportion`; or no adopter gave a grade.
    """
    y = answered(adopted, design)
    checks.binary_values(y, name_of(adopted))
    everyone = whole(design.size)
    adoption = linear.ratio(design, y, None, everyone)
    known = group(design, grades.isin(list(categories[1:])), dimension, y == 1)
    parts = [linear.complement(adoption)]
    for grade in categories[1:]:
        chosen = np.where(known, (grades == grade).to_numpy(dtype=bool, na_value=False), np.nan)
        share = linear.ratio(design, chosen, None, everyone)
        parts.append(linear.product(design, adoption, share))
    limits = limits_of("korn-graubard", level)
    blocks = [block(part, everyone, design, adopted["state"], level, limits) for part in parts]
    names = {"dimension": dimension, "modalite": list(map(str, categories)), "methode": GRADED}
    return pd.concat(blocks, ignore_index=True).assign(**names)[COLUMNS]
