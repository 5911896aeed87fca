"""From coded answers to numbers, keeping missing and not applicable apart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from obsante.errors import DataError, nearest
from obsante.stats import checks

NOT_APPLICABLE = "sans_objet"


def placed(answers: pd.Series, declared: Iterable[object]) -> pd.Series:
    """The codes as objects, each one declared, missing or « sans objet ».

    Raises:
        DataError: a code is in none of the lists.
    """
    codes = answers.astype("object")
    known = {*declared, NOT_APPLICABLE}
    stray = sorted(set(codes.dropna().unique()) - known, key=str)
    if stray:
        raise DataError(
            f"answers of '{answers.name}'",
            found=f"{stray[0]!r}, which the calculation does not place",
            expected=nearest(stray[0], sorted(known, key=str)),
            remedy="list the code in the notebook, as text or as a number like the answers",
        )
    return codes


def states(answers: pd.Series, valid: pd.Series) -> pd.Series:
    """``valid``, ``not_applicable`` (« sans objet ») or ``missing`` for each unit."""
    state = pd.Series("missing", index=answers.index)
    state[valid] = "valid"
    state[(answers == NOT_APPLICABLE).fillna(False).astype(bool)] = "not_applicable"
    return state


def binary(
    answers: pd.Series, *, yes: Sequence[str], no: Sequence[str], unknown: Sequence[str] = ()
) -> pd.DataFrame:
    """Answers as 1 (``yes``), 0 (``no``) or missing, with the reason why there is no number.

    Args:
        answers: coded answers, one per unit.
        yes, no: the codes counted as 1 and as 0; both are spelt out so that none slips in.
        unknown: codes that count as missing (« ne sait pas »).

    Returns:
        One row per unit, same index: ``y`` (1.0, 0.0 or NaN) and ``state`` (``valid``,
        ``missing`` or ``not_applicable``).

    Raises:
        DataError: an answer is in none of the lists.

    >>> binary(pd.Series(["oui", None, "sans_objet"]), yes=["oui"], no=["non"])["state"].tolist()
    ['valid', 'missing', 'not_applicable']
    """
    codes = placed(answers, [*yes, *no, *unknown])
    y = pd.Series(float("nan"), index=answers.index, dtype="float64")
    y[codes.isin(list(yes))] = 1.0
    y[codes.isin(list(no))] = 0.0
    return _frame(y, states(codes, y.notna()), answers.name)


def score(components: pd.DataFrame, *, minimum: int) -> pd.DataFrame:
    """Mean of 0/1 components on a 0-100 scale, for units that answered enough of them.

    Args:
        components: one column per component, 1.0, 0.0 or NaN.
        minimum: number of answered components under which the score is missing.

    Returns:
        ``y`` (0 to 100 or NaN) and ``state``, as :func:`binary`.

    >>> score(pd.DataFrame({"a": [1.0, 1.0], "b": [0.0, None]}), minimum=2)["y"].tolist()
    [50.0, nan]
    """
    answered = components.notna().sum(axis=1)
    y = (100 * components.mean(axis=1)).where(answered >= minimum)
    state = pd.Series("valid", index=components.index).where(y.notna(), "missing")
    return _frame(y, state, None)


def graded(
    answers: pd.Series, *, weights: Mapping[str, float], unknown: Sequence[str] = ()
) -> pd.DataFrame:
    """Answers as points, from 0 to 1: one control of an audit, met, met in part or not met.

    Args:
        answers: coded answers, one per unit; « sans objet » is not applicable.
        weights: points of each code, such as ``{"oui": 1, "partiel": 0.5, "non": 0}``.
        unknown: codes that count as missing.

    Returns:
        ``y`` (points or NaN) and ``state``, as :func:`binary`.

    Raises:
        DataError: an answer has no points, or points are not between 0 and 1.

    >>> answers = pd.Series(["partiel", "sans_objet"])
    >>> graded(answers, weights={"oui": 1, "partiel": 0.5, "non": 0})["y"].tolist()
    [0.5, nan]
    """
    if wrong := [code for code, points in weights.items() if not 0 <= points <= 1]:
        raise DataError(
            f"points of '{wrong[0]}'",
            found=f"{weights[wrong[0]]}",
            expected="a number from 0 (not met) to 1 (met)",
            remedy="correct the weights in config/indicators",
        )
    codes = placed(answers, [*weights, *unknown])
    y = codes.map(dict(weights)).astype("float64")
    return _frame(y, states(codes, y.notna()), answers.name)


def applicable_score(items: Mapping[str, pd.DataFrame], *, minimum: float) -> pd.DataFrame:
    """Mean points of the items that apply to each unit, on a 0-100 scale.

    Args:
        items: name -> answers in points, from :func:`graded` or :func:`binary`; all on one index.
        minimum: share, 0 to 1, of the items that apply under which the score is missing.

    Returns:
        ``y`` (0 to 100 or NaN) and ``state``, as :func:`binary`: ``not_applicable`` where no item
        applies, ``missing`` where too few of them were answered.

    Raises:
        DataError: no item, or a minimum out of 0 to 1.

    >>> first = graded(pd.Series(["oui", "non"]), weights={"oui": 1, "non": 0})
    >>> second = graded(pd.Series(["sans_objet", "oui"]), weights={"oui": 1, "non": 0})
    >>> applicable_score({"a": first, "b": second}, minimum=0.8)["y"].tolist()
    [100.0, 50.0]
    """
    checks.probability(minimum, "minimum")
    if not items:
        raise DataError(
            "items of the score",
            found="none",
            expected="at least one item",
            remedy="name the items in config/indicators",
        )
    points = pd.DataFrame({name: frame["y"] for name, frame in items.items()})
    outside = pd.DataFrame({n: frame["state"] == "not_applicable" for n, frame in items.items()})
    apply = (~outside).sum(axis=1)
    enough = points.notna().sum(axis=1) >= minimum * apply
    y = (100 * points.mean(axis=1)).where(enough & (apply > 0))
    state = pd.Series("valid", index=points.index).where(y.notna(), "missing")
    return _frame(y, state.where(apply > 0, "not_applicable"), "score")


def at_least(answers: pd.DataFrame, threshold: float) -> pd.DataFrame:
    """1 where a number reaches the threshold, 0 under it, with the same states.

    >>> scores = numeric(pd.Series([60.0, 40.0, None]))
    >>> at_least(scores, 50)["y"].tolist()
    [1.0, 0.0, nan]
    """
    reached = (answers["y"] >= threshold).astype("float64").where(answers["y"].notna())
    return answers.assign(y=reached)


def numeric(answers: pd.Series, *, scale: float = 1.0) -> pd.DataFrame:
    """Numbers times ``scale``, with their state, as :func:`binary`; zero is an answer.

    Raises:
        DataError: an answer is not a number.
    """
    values = checks.vector(answers, str(answers.name), len(answers))
    y = pd.Series(values * scale, index=answers.index)
    return _frame(y, pd.Series("valid", y.index).where(y.notna(), "missing"), answers.name)


def everyone(units: pd.DataFrame | pd.Series) -> pd.DataFrame:
    """One for every unit, to count them with :func:`obsante.stats.total`."""
    return _frame(pd.Series(1.0, units.index), pd.Series("valid", units.index), "unit")


def _frame(y: pd.Series, state: pd.Series, name: object) -> pd.DataFrame:
    """Values and states; the name of the question names the answers in errors."""
    return pd.DataFrame({"y": y, "state": state}).rename_axis(columns=name)


def components(**answers: pd.DataFrame) -> pd.DataFrame:
    """The ``y`` of several answers side by side, one named column for each."""
    return pd.DataFrame({name: frame["y"] for name, frame in answers.items()})
