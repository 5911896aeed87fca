"""When rows are set aside: how many are tolerated, and the error that says what is wrong."""

from __future__ import annotations

import pandas as pd

from obsante.collect.checks import Checked
from obsante.collect.chunks import LINE
from obsante.edition import Edition
from obsante.errors import DataError

_MOST_FREQUENT = 3


def tolerate(checked: Checked, edition: Edition, where: str) -> None:
    """Accept the rows set aside, if they are few enough.

    Args:
        where: the raw file's name in messages.

    Raises:
        DataError: a reference table with any violation; a campaign table with more than
            ``quarantine_max_share`` of its rows aside, or with no row kept.
    """
    balance = checked.balance
    if checked.table.scope == "reference" and balance.rows_aside:
        raise _faulty_reference(checked.violations, where)
    share = balance.rows_aside / balance.rows_in
    if share > edition.quarantine_max_share:
        raise _too_many(checked, edition, share, where)


def csv(violations: pd.DataFrame) -> str:
    """Content of a quarantine file: comma, line feed, header always."""
    return violations.to_csv(index=False, lineterminator="\n")


def _faulty_reference(violations: pd.DataFrame, where: str) -> DataError:
    first = violations.iloc[0]
    return DataError(
        f"{where}, line {first[LINE]}, column {first['colonne']}",
        found=f"{first['valeur']!r}: {first['message']}{_others(len(violations) - 1)}",
        expected="a reference table without any faulty row",
        remedy="correct the file from its source, and update its sha256 in sources.yml",
    )


def _others(count: int) -> str:
    return f" (and {count} more)" if count else ""


def _too_many(checked: Checked, edition: Edition, share: float, where: str) -> DataError:
    balance, limit = checked.balance, edition.quarantine_max_share
    return DataError(
        where,
        found=(
            f"{balance.rows_aside} of {balance.rows_in} rows ({share:.1%}) fail the checks; "
            f"most often {_frequent(checked.violations)}"
        ),
        expected=f"at most {limit:.1%} (quarantine_max_share of edition {edition.edition})",
        remedy="have the file corrected at the source; quarantine_max_share, raised for one run, "
        "gives the whole list in quarantine",
    )


def _frequent(violations: pd.DataFrame) -> str:
    """The most frequent rules with their count, and an example of each."""
    groups = violations.groupby(["regle", "colonne"], sort=False)
    largest = groups.size().sort_values(ascending=False, kind="stable").head(_MOST_FREQUENT)
    parts = []
    for (rule, column), count in largest.items():
        first = groups.get_group((rule, column)).iloc[0]
        example = f"line {first[LINE]}, {first['valeur']!r}"
        parts.append(f"{rule} in {column} ({count} times; {example}: {first['message']})")
    return "; ".join(parts)
