"""From a formula to the numbers of a regression: outcome, design matrix, rows that can be used.

The formula is Wilkinson and Rogers' (*Applied Statistics* 22 (1973), 392-399), read by
``formulaic``. A categorical variable is coded 0/1 against a reference level that the caller names:
the alphabet must not choose what everything is compared with.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from formulaic import Formula, ModelSpec
from formulaic.errors import FormulaicError

from obsante.errors import DataError, NotEstimable, nearest
from obsante.stats import checks
from obsante.stats.models.rows import categories, numbers

CONSTANT = "constante"


@dataclass(frozen=True, eq=False)
class Terms:
    """What a formula makes of a table, on the m rows that can be used out of n.

    Attributes:
        formula: as the caller wrote it.
        outcome: name of the column on its left.
        used: (n,), the rows inside the domain where no variable of the model is missing.
        y: (m,), the outcome.
        x: (m, k), the design matrix, the constant first.
        names: the k columns: ``constante``, ``age``, ``milieu[urbain]``, ``age:milieu[urbain]``.
        groups: the formula's term to which each column belongs: ``milieu``, ``age:milieu``.
        offset: (m,), logarithm of the exposure, 0 without exposure.
        data: the m rows of the explanatory variables, categories with their reference first.
    """

    formula: str
    outcome: str
    used: np.ndarray
    y: np.ndarray
    x: np.ndarray
    names: tuple[str, ...]
    groups: tuple[str, ...]
    offset: np.ndarray
    data: pd.DataFrame
    spec: ModelSpec

    def matrix(self, data: pd.DataFrame) -> np.ndarray:
        """The design matrix of other values of the explanatory variables, (rows, k)."""
        return _finite(_built(self.spec, data, self.formula), self.names, data)


def model_terms(
    formula: str,
    frame: pd.DataFrame,
    *,
    reference: Mapping[str, object],
    inside: np.ndarray,
    exposure: str | None = None,
) -> Terms:
    """Outcome and design matrix of a formula.

    Args:
        formula: ``"dme ~ milieu + type"``. ``a:b`` is an interaction, ``a*b`` adds both main
            effects, ``log(lits)`` and ``I(age**2)`` transform; ``- 1`` removes the constant.
        frame: n rows, with a column for each variable of the formula.
        reference: level with which the others are compared, for each categorical variable. A
            numeric variable named here is taken as categories.
        inside: (n,) true or false, the rows of the domain.
        exposure: column of the exposure (person-years, visits), all positive.

    Raises:
        DataError: the formula cannot be read, a variable is unknown, of an unfit type or has one
            level only, a reference is absent or unknown, no row is complete, a value is infinite,
            a column is a combination of others.

    >>> table = pd.DataFrame({"dme": [1, 0, 1], "type": ["HOP", "ESSP", None], "lits": [30, 2, 4]})
    >>> everyone = np.ones(3, dtype=bool)
    >>> terms = model_terms("dme ~ type", table, reference={"type": "ESSP"}, inside=everyone)
    >>> terms.names, terms.x.tolist()
    (('constante', 'type[HOP]'), [[1.0, 1.0], [1.0, 0.0]])
    """
    outcome, explanatory = _parsed(formula)
    columns = _variables(formula, frame, outcome, explanatory, reference, exposure)
    used = _complete(formula, columns, inside)
    kept = columns[used]
    variables = sorted(explanatory.required_variables)
    data = pd.DataFrame(
        {name: _coded(kept[name], name, reference) for name in variables}, index=kept.index
    )
    built = _built(explanatory, data, formula)
    spec = built.model_spec
    names = tuple(_label(name) for name in spec.column_names)
    if not names:
        raise _unreadable(formula, "no term on the right of '~'")
    x = _finite(built, names, data)
    groups = np.empty(len(names), dtype=object)
    for term, positions in spec.term_indices.items():
        groups[positions] = CONSTANT if str(term) == "1" else str(term)
    offset = np.zeros(len(kept)) if exposure is None else _log_exposure(columns[exposure], used)
    y = kept[outcome].to_numpy()
    return Terms(formula, outcome, used, y, x, names, tuple(groups), offset, data, spec)


def _parsed(formula: str) -> tuple[str, Formula]:
    """Name of the outcome and right-hand side."""
    if re.search(r"\bC\(", formula):
        raise _unreadable(formula, "C(...), which hides the reference level")
    try:
        parsed = Formula(formula)
    except FormulaicError as error:
        raise _unreadable(formula, str(error).splitlines()[0]) from error
    left, right = getattr(parsed, "lhs", None), getattr(parsed, "rhs", parsed)
    if left is None or len(left) != 1 or str(left[0]) not in left.required_variables:
        raise _unreadable(formula, "no single column on the left of '~'")
    if not hasattr(right, "required_variables"):
        raise _unreadable(formula, "several parts on the right of '~'")
    return str(left[0]), right


def _unreadable(formula: str, found: str) -> DataError:
    return DataError(
        f"formula '{formula}'",
        found=found,
        expected="outcome ~ term + term, such as 'dme ~ milieu + type'",
        remedy="correct the formula; name categorical variables in reference={'type': 'ESSP'}",
    )


def _variables(formula, frame, outcome, explanatory, reference, exposure) -> pd.DataFrame:
    """The columns of the model: floats, but for the categorical ones."""
    names = sorted(explanatory.required_variables)
    for name in reference:
        if name not in names:
            raise DataError(
                f"reference of '{name}'",
                found=f"no such variable in '{formula}'",
                expected=nearest(name, names),
                remedy="correct the name, or take the reference out",
            )
    measured = [outcome] if exposure is None else [outcome, exposure]
    columns = {name: numbers(frame, name) for name in measured}
    for name in names:
        if name in reference:
            columns[name] = checks.column(frame, name)
        else:
            hint = f"; for categories, name one: reference={{'{name}': ...}}"
            columns[name] = numbers(frame, name, hint)
    return pd.DataFrame(columns, index=frame.index)


def _complete(formula: str, columns: pd.DataFrame, inside: np.ndarray) -> np.ndarray:
    """Rows inside the domain with every variable known."""
    missing = columns.isna()
    used = inside & ~missing.any(axis=1).to_numpy()
    if not used.any():
        absent = missing[inside].sum()
        raise NotEstimable(
            f"model '{formula}'",
            reason="no_data",
            found=f"none of the domain's {inside.sum()} row(s) has all the variables; "
            f"'{absent.idxmax()}' is missing on {absent.max()}",
            expected="some rows with the outcome and every variable known",
            remedy="check the domain and the coding, or leave out the variable that is missing",
        )
    return used


def _coded(values: pd.Series, name: str, reference: Mapping[str, object]) -> pd.Series:
    """Categories present, the reference first; numbers as they are."""
    if name not in reference:
        return values
    coded = categories(values)
    levels, base = list(coded.categories), reference[name]
    if base not in levels:
        raise NotEstimable(
            f"reference '{base}' of '{name}'", reason="no_comparison",
            found="no row of the model has this level",
            expected=nearest(base, levels),
            remedy="choose a level that is observed in the domain",
        )  # fmt: skip
    order = [base, *[level for level in levels if level != base]]
    return pd.Series(coded.reorder_categories(order).as_unordered(), index=values.index)


def _built(recipe: Formula | ModelSpec, data: pd.DataFrame, formula: str) -> pd.DataFrame:
    try:
        # Without a context the formula sees the table's columns, none of the caller's variables.
        # The logarithm of 0 is reported with its row, once the matrix is built.
        with np.errstate(all="ignore"):
            return recipe.get_model_matrix(data, context={}, na_action="ignore")
    except FormulaicError as error:
        raise _unreadable(formula, str(error).splitlines()[0]) from error


def _finite(matrix: pd.DataFrame, names: tuple[str, ...], data: pd.DataFrame) -> np.ndarray:
    x = matrix.to_numpy(dtype=float)
    rows, columns = np.nonzero(~np.isfinite(x))
    if rows.size:
        raise DataError(
            f"term '{names[columns[0]]}', row {data.index[rows[0]]}",
            found=f"{rows.size} infinite or undefined value(s)",
            expected="a finite number on each row",
            remedy="correct the value, or change the transformation (log of 0, division by 0)",
        )
    return x


def _log_exposure(values: pd.Series, used: np.ndarray) -> np.ndarray:
    # Other rows are set aside, but keep their place in the message.
    checks.positive(np.where(used, values, 1.0), str(values.name))
    return np.log(values.to_numpy()[used])


def _label(name: str) -> str:
    return CONSTANT if name == "Intercept" else name.replace("[T.", "[")
