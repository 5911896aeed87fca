"""When rows are set aside: how many are tolerated, the file that lists them, the error."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from obsante.collect.checks import Checked
from obsante.collect.chunks import LINE
from obsante.collect.codes import RESERVED
from obsante.collect.violations import COLUMNS
from obsante.edition import Edition
from obsante.errors import DataError
from obsante.files import writing

_MOST_FREQUENT = 3


def tolerate(checked: Checked, edition: Edition, where: str) -> None:
    """Accept the rows set aside, if they are few enough.

    Args:
        where: the raw files in messages.

    Raises:
        DataError: a reference table with any violation; a campaign table with more than
            ``quarantine_max_share`` of its rows aside, or with no row kept.
    """
    balance = checked.balance
    if checked.table.scope == "reference" and balance.rows_aside:
        raise _faulty_reference(checked, where)
    share = balance.rows_aside / balance.rows_in
    if share > edition.quarantine_max_share:
        raise _too_many(checked, edition, share, where)


def write_csv(checked: Checked, path: Path) -> None:
    """Write a quarantine file: comma, line feed, header always; one line for each violation.

    Raises:
        ObsanteError: the disk is full.
    """
    with writing(path.parent), path.open("w", encoding="utf-8", newline="") as stream:
        pd.DataFrame(columns=COLUMNS).to_csv(stream, index=False, lineterminator="\n")
        for found in checked.findings.frames():
            found[COLUMNS].to_csv(stream, index=False, header=False, lineterminator="\n")


def _faulty_reference(checked: Checked, where: str) -> DataError:
    violations = checked.violations()
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
            f"most often {_frequent(checked)}"
        ),
        expected=f"at most {limit:.1%} (quarantine_max_share of edition {edition.edition})",
        remedy="have the file corrected at the source; quarantine_max_share, raised for one run, "
        "gives the whole list in quarantine",
    )


def _frequent(checked: Checked) -> str:
    """The most frequent rules with their count, and where each is first broken."""
    counts: dict[tuple[str, str], int] = {}
    firsts: dict[tuple[str, str], pd.Series] = {}
    for found in checked.findings.frames():
        for pair, group in found.groupby(["regle", "colonne"], sort=False):
            counts[pair] = counts.get(pair, 0) + len(group)
            firsts.setdefault(pair, group.iloc[0])
    parts = []
    for pair in sorted(counts, key=counts.get, reverse=True)[:_MOST_FREQUENT]:
        rule, column = pair
        where = said(checked, firsts[pair])
        parts.append(f"{rule} in {column} ({counts[pair]} times; first at {where})")
    return "; ".join(parts)


def said(checked: Checked, violation: pd.Series) -> str:
    """Where a rule is broken and, for a rule of the dictionary, what it asks.

    The messages of the other rules quote the cell: where columns were swapped, someone's name.
    """
    asked = violation["message"]
    if violation["regle"] in RESERVED:
        asked = f"{violation['regle']} in {violation['colonne']}"
    return f"{checked.where(violation)}: {asked}"
