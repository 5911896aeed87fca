"""What a model says on the scale of the outcome: predictive margins and average marginal effects.

The population is the one that the model's rows stand for: each keeps its other characteristics, one
variable is set. The variance counts that these characteristics were sampled too.

References: Graubard & Korn, *Biometrics* 55 (1999), 652-659; Korn & Graubard, *Analysis of Health
Surveys* (1999), section 3.7; Bartus, *Stata Journal* 5 (2005), 309-329 (marginal effects).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from obsante.errors import DataError, nearest
from obsante.stats import checks
from obsante.stats.models.glm import Fit, inference, method, predicted

# Step of the numerical derivative of a term, in standard deviations of the variable. Central
# differences are exact for linear and squared terms; for others the error is of its square.
_STEP = 1e-4


def predictive_margins(
    fit: Fit, variable: str, *, values: Sequence[float] | None = None
) -> pd.DataFrame:
    """Mean outcome of the population if all its units had one value of a variable.

    m(v) = sum_i w_i mu(x_i with variable = v) / sum_i w_i: a proportion, a mean or a count (at the
    observed exposure). The linearised variance adds the influence of each row on the mean of the
    predictions to its influence on the coefficients. The Student limits may cross 0 or 1.

    Args:
        fit: a model.
        variable: a variable of its formula.
        values: the values to set; by default all the levels of a categorical variable, and 0 and 1
            of one that takes no other value.

    Returns:
        One row for each value: ``terme`` (``milieu[urbain]``), ``estimation``, ``erreur_type``,
        ``statistique`` (of a mean of 0), ``p_valeur``, ``borne_inf``, ``borne_sup``, ``ddl`` (the
        model's), ``n``, ``methode``.

    Raises:
        DataError: the variable or a value is not in the model, or a numeric variable has no values.

    >>> from obsante.stats.models.glm import glm
    >>> from obsante.stats.survey import survey_design
    >>> data = pd.DataFrame({"w": 1.0, "y": [0, 1, 1, 1, 0, 1], "milieu": list("rruuur")})
    >>> fit = glm(survey_design(data, weights="w"), "y ~ milieu", data, family="binomial",
    ...           reference={"milieu": "r"}, level=0.95)
    >>> predictive_margins(fit, "milieu")["estimation"].round(6).tolist()
    [0.666667, 0.666667]
    """
    levels = _values(fit, variable, values)
    pieces = [_set_to(fit, variable, value) for value in levels]
    table = _averages(fit, pieces, np.eye(len(levels)), "marge prédictive")
    table.insert(0, "terme", [f"{variable}[{value}]" for value in levels])
    return table


def average_marginal_effects(fit: Fit, variable: str) -> pd.DataFrame:
    """Mean effect of a variable on the outcome, other characteristics as they are.

    For a categorical variable, the difference between the predictive margin of each level and the
    reference's; for a variable that is only 0 or 1, the difference between 1 and 0; for any other,
    the mean derivative sum_i w_i d mu_i / d x_i / sum_i w_i, in units of the outcome for one unit
    of the variable. It compares units of the population; it is an effect only if the model makes
    it one.

    Args:
        fit: a model.
        variable: a variable of its formula; its squares and interactions move with it.

    Returns:
        The columns of :func:`predictive_margins`, one row for each level but the reference.

    Raises:
        DataError: the variable is not in the model.

    >>> from obsante.stats.models.glm import glm
    >>> from obsante.stats.survey import survey_design
    >>> data = pd.DataFrame({"w": 1.0, "y": [0, 1, 1, 1, 1, 1, 0], "milieu": list("rruuuur")})
    >>> fit = glm(survey_design(data, weights="w"), "y ~ milieu", data, family="gaussian",
    ...           reference={"milieu": "r"}, level=0.95)
    >>> average_marginal_effects(fit, "milieu")["estimation"].round(6).tolist()
    [0.666667]
    """
    column = _variable(fit, variable)
    if _levels(column) is None:
        pieces = [_derivative(fit, variable)]
        table = _averages(fit, pieces, np.eye(1), "effet marginal moyen (dérivée)")
        table.insert(0, "terme", [variable])
        return table
    base, *others = _levels(column)
    pieces = [_set_to(fit, variable, value) for value in (base, *others)]
    contrasts = np.column_stack([-np.ones(len(others)), np.eye(len(others))])
    text = f"effet marginal moyen (différence avec « {base} »)"
    table = _averages(fit, pieces, contrasts, text)
    table.insert(0, "terme", [f"{variable}[{value}]" for value in others])
    return table


def _variable(fit: Fit, name: str) -> pd.Series:
    data = fit.terms.data
    if name not in data.columns:
        raise DataError(
            f"variable '{name}'",
            found=f"it does not explain the outcome in '{fit.terms.formula}'",
            expected=nearest(name, data.columns),
            remedy="correct the name; give the variable, not one of its levels",
        )
    return data[name]


def _levels(column: pd.Series) -> list | None:
    """Levels, the reference first; 0 and 1 of an indicator; None for another number."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        return list(column.cat.categories)
    return [0, 1] if column.isin([0, 1]).all() else None


def _values(fit: Fit, variable: str, values: Sequence[float] | None) -> list:
    column = _variable(fit, variable)
    levels = _levels(column)
    chosen = levels if values is None else list(values)
    if not chosen:
        raise DataError(
            f"margins of '{variable}'",
            found="no value at which to predict",
            expected="values=[...]",
            remedy="choose a few values inside the observed range",
        )
    if isinstance(column.dtype, pd.CategoricalDtype):
        for value in chosen:
            if value not in levels:
                raise DataError(
                    f"margin of '{variable}' at '{value}'",
                    found="no such level in the model",
                    expected=nearest(value, levels),
                    remedy="choose among the levels of the model",
                )
        return chosen
    checks.vector(chosen, "values", len(chosen))
    return chosen


def _set_to(fit: Fit, variable: str, value: object) -> tuple[np.ndarray, np.ndarray]:
    """Prediction of each row with the variable set to a value, and its gradient (m, k)."""
    column = fit.terms.data[variable]
    changed = pd.Series([value] * len(column), index=column.index).astype(column.dtype)
    x = fit.terms.matrix(fit.terms.data.assign(**{variable: changed}))
    mean, slope, _ = predicted(fit.family, x @ fit.coefficients + fit.terms.offset)
    return mean, slope[:, None] * x


def _derivative(fit: Fit, variable: str) -> tuple[np.ndarray, np.ndarray]:
    """Derivative of each row's prediction with respect to the variable, and its gradient (m, k)."""
    terms, data = fit.terms, fit.terms.data
    step = _STEP * data[variable].std()
    moved = [data.assign(**{variable: data[variable] + h}) for h in (step, -step)]
    change = (terms.matrix(moved[0]) - terms.matrix(moved[1])) / (2 * step)
    b = fit.coefficients
    _, slope, curvature = predicted(fit.family, terms.x @ b + terms.offset)
    gradient = (curvature * (change @ b))[:, None] * terms.x + slope[:, None] * change
    return slope * (change @ b), gradient


def _averages(fit: Fit, pieces: list[tuple], contrasts: np.ndarray, text: str) -> pd.DataFrame:
    """Contrasts of weighted means of predictions, with both parts of their influence."""
    weights = fit.design.weights[fit.terms.used]
    share = weights / weights.sum()
    values = np.column_stack([value for value, _ in pieces]) @ contrasts.T
    gradient = contrasts @ np.vstack([share @ one for _, one in pieces])
    estimate = share @ values
    influence = fit.influence @ gradient.T
    influence[fit.terms.used] += share[:, None] * (values - estimate)
    variance = np.diag(fit.design.covariance(influence))
    table = inference(estimate, variance, fit.df, fit.level)
    return table.assign(n=fit.n, methode=method(f"{text}, variance linéarisée", fit.df))
