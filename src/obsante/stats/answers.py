"""From coded answers to numbers, keeping missing and not applicable apart."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

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
