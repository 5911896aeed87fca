"""The project's one family of errors.

Whatever the user can get wrong ends as an :class:`ObsanteError`: what was looked at, what was
found, what was expected and what to do. The CLI prints it without a traceback and exits non-zero.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable

_LISTED = 12


class ObsanteError(Exception):
    """A problem that the user can understand and mend.

    Args:
        looked_at: the file, table, column, notebook or key that was examined.
        found: what is there.
        expected: what should be there.
        remedy: the action, or the command, that mends it.
    """

    exit_code = 1

    def __init__(self, looked_at: str, *, found: str, expected: str, remedy: str) -> None:
        super().__init__(looked_at)
        self.looked_at = str(looked_at)
        self.found = found
        self.expected = expected
        self.remedy = remedy

    def __reduce__(self) -> tuple:
        """As it is, from one process to another: its arguments are named, which pickle forgets."""
        return _restored, (type(self), self.looked_at, self.__dict__)

    def __str__(self) -> str:
        return (
            f"{self.looked_at}\n  found:    {self.found}\n"
            f"  expected: {self.expected}\n  to do:    {self.remedy}"
        )


def _restored(kind: type[ObsanteError], looked_at: str, state: dict[str, object]) -> ObsanteError:
    error = kind.__new__(kind, looked_at)
    error.__dict__.update(state)
    return error


class EditionError(ObsanteError):
    """An edition, or one of its typed parameters, is wrong."""


class DataError(ObsanteError):
    """A raw file, a dictionary or a table is wrong."""


class NotEstimable(DataError):
    """The data are in order, but a value can't be estimated from them.

    A notebook publishes that value as not available and goes on (``results.or_missing``).

    Args:
        reason: a key of :data:`obsante.results.absence.REASONS`.
    """

    def __init__(
        self, looked_at: str, *, reason: str, found: str, expected: str, remedy: str
    ) -> None:
        super().__init__(looked_at, found=found, expected=expected, remedy=remedy)
        self.reason = reason


class ResultError(ObsanteError):
    """A value, an indicator or a published result is wrong."""


class RunError(ObsanteError):
    """A notebook could not be executed."""


class BookError(ObsanteError):
    """The book's sources, or their rendering, are wrong."""


def nearest(name: object, allowed: Iterable[object]) -> str:
    """Sentence naming the allowed values, the nearest first.

    >>> nearest("editon", ["edition", "seed"])
    "'edition' (nearest), or 'seed'"
    >>> nearest("x", [2024, 2025])
    "'2024' or '2025'"
    """
    choices = [str(value) for value in allowed]
    close = difflib.get_close_matches(str(name), choices, n=1, cutoff=0.75)
    others = [value for value in choices if value not in close]
    if len(others) > _LISTED:
        likely = difflib.get_close_matches(str(name), others, n=3, cutoff=0.0)
        rest = f"{', '.join(map(repr, likely))} ({len(choices)} in all)"
    else:
        rest = _alternatives(others)
    if close:
        return f"'{close[0]}' (nearest)" + (f", or {rest}" if others else "")
    return rest or "nothing"


def _alternatives(values: list[str]) -> str:
    quoted = [f"'{value}'" for value in values]
    return " or ".join([", ".join(quoted[:-1]), quoted[-1]]) if len(quoted) > 1 else "".join(quoted)
