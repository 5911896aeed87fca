"""A sample file against its sampling plan: answers in every stratum, weights that add up.

Without two units in a stratum there is no sampling error; without any, its part of the population
is lost; and weights that add up to more than the frame count units that do not exist. None of
these is a faulty row, so the quarantine can't show them: they stop the ingest.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from obsante.collect import codes
from obsante.collect.checks import Checked
from obsante.collect.duplicates import POSITION
from obsante.collect.expressions import names
from obsante.collect.quarantine import said
from obsante.collect.sample_schema import SamplePart, Units, Weights
from obsante.errors import DataError

# A variance within a stratum needs two units.
_LEAST = 2
# Half a unit: no unit of the frame can be added or forgotten unseen in a small group. A thousandth:
# in a large one, what weights rounded to two decimals may lose, far below any sampling error.
_UNITS, _SHARE = 0.5, 1e-3
_NAMED = 4
_LINES = 3


def check_sample(checked: Checked, year: int, where: str) -> None:
    """What the dictionary's ``sample`` says of the groups of a campaign table.

    Args:
        where: the raw file's name in messages.

    Raises:
        DataError: a group with too few units, with more than one size, or whose weights do not add
            up; names every kind of group (the first few), and the lines set aside.
    """
    violations = checked.violations() if checked.table.sample else None
    for part in checked.table.sample:
        rows = _rows(checked, violations, part)
        place = f"{where}, edition {year}, {part.by}"
        if part.units is not None:
            _require_one_value(rows, part.units.drawn, place)
            _require_one_value(rows, part.units.size, place)
            _require_units(rows, part.units, checked, violations, place)
        if part.weights is not None:
            _require_one_value(rows, part.weights.total, place)
            _require_weights(rows, part.weights, place)


def _rows(checked: Checked, found: pd.DataFrame, part: SamplePart) -> pd.DataFrame:
    """Rows by position as received, copies apart: group, unit, answers, numbers, what is in doubt.

    ``aside``: the row is not retained. ``doubtful``: a violation bears on a column that the part
    uses, or on the key; ``adrift``: on its group; ``unweighted``: on its weight.
    """
    copies = found.loc[found["regle"] == codes.COPY, POSITION]
    rows = checked.received[~checked.received.index.isin(copies)]
    rows = rows.astype(dict.fromkeys(part.numbers, "float64"))
    bearing = found.assign(colonne=found["colonne"].str.split(", ")).explode("colonne")

    def touched(columns: set[str]) -> np.ndarray:
        return rows.index.isin(bearing.loc[bearing["colonne"].isin(columns), POSITION])

    answer = rows[part.answered.column]
    weight = {part.weights.column} if part.weights else set()
    unit = part.units.column if part.units else None
    return rows[sorted(part.numbers)].assign(
        group=rows[part.by],
        unit=rows[unit] if unit else rows.index,
        # An answer that can't be read may be one: its row is aside, and named.
        answered=(answer == part.answered.code) | answer.isna(),
        aside=rows.index.isin(found[POSITION]),
        doubtful=touched(part.columns | set(checked.table.primaryKey)),
        adrift=touched({part.by}),
        unweighted=touched(weight),
    )


def _require_one_value(rows: pd.DataFrame, expression: str, place: str) -> None:
    """``expression`` is the same on all retained rows of a group."""
    retained = rows[~rows["aside"]]
    values = _computed(retained, expression).groupby(retained["group"]).agg(["min", "max"])
    several = values[~np.isclose(values["min"], values["max"], rtol=1e-9, atol=0)]
    if len(several):
        said = {label: f"{expression} is {_number(low)} and {_number(high)}"
                for label, low, high in several.itertuples()}  # fmt: skip
        raise DataError(
            _place(place, several.index),
            found=_listed(said),
            expected="one value on all rows of the group: it counts the group, not the row",
            remedy="correct these columns at the source, and update the sha256 in sources.yml",
        )


def _require_units(
    rows: pd.DataFrame, units: Units, checked: Checked, violations: pd.DataFrame, place: str
) -> None:
    # The sizes from a retained row, if there is one.
    first = rows.sort_values("aside", kind="stable").drop_duplicates("group").set_index("group")
    short = _short(rows, first[units.size])
    few: dict[str, str] = {}
    lost = False
    for label, group in rows[rows["group"].isin(short)].groupby("group"):
        answered = group[group["answered"]]
        kept = answered.loc[~answered["aside"], "unit"].unique()
        gone = answered[~answered["unit"].isin(kept)]
        drawn = _number(first.loc[label, units.drawn])
        text = f"{drawn} drawn, {answered['unit'].nunique()} answered"
        few[label] = text + (_aside(gone, checked, violations) if len(gone) else "")
        lost |= bool(len(gone))
    if few:
        raise _too_few(few, units, checked, place, lost)


def _short(rows: pd.DataFrame, sizes: pd.Series) -> list[object]:
    """Groups that retain fewer answering units than they need."""
    kept = rows[rows["answered"] & ~rows["aside"]].drop_duplicates(["group", "unit"])
    counts = _by_label(kept.groupby("group").size()).reindex(_by_label(sizes).index, fill_value=0)
    return counts.index[(counts < _LEAST) & (counts != _by_label(sizes))].tolist()


def _aside(gone: pd.DataFrame, checked: Checked, violations: pd.DataFrame) -> str:
    """The units lost to quarantine, with their lines and why."""
    reasons = violations.drop_duplicates(POSITION).set_index(POSITION)
    shown = (reasons.loc[position] for position in gone.index[:_LINES])
    parts = [said(checked, reason) for reason in shown]
    more = len(gone) - len(parts)
    parts += [f"and {more} more lines"] if more else []
    return f", {gone['unit'].nunique()} set aside ({'; '.join(parts)})"


def _too_few(
    few: dict[str, str], units: Units, checked: Checked, place: str, lost: bool
) -> DataError:
    name = checked.table.name
    correct = "correct these lines at the source, or " if lost else ""
    return DataError(
        _place(place, few),
        found=_listed(few),
        expected=f"at least {_LEAST} units that answered and are retained, or all those of the "
        f"frame ({units.size}): fewer have no sampling error, and none loses part of the frame",
        remedy=f"{correct}regroup the stratum by the rule of the sampling plan "
        f"(config/dictionary/{name}.yml, description) and name the new one in the file, with its "
        "sizes and weights; then update the sha256 in sources.yml",
    )


def _require_weights(rows: pd.DataFrame, weights: Weights, place: str) -> None:
    sums = _sums(rows, weights)
    margin = np.maximum(_UNITS, _SHARE * sums["total"])
    right = (sums["least"] <= sums["total"] + margin) & (sums["most"] >= sums["total"] - margin)
    wrong = sums[~right]
    if len(wrong):
        raise DataError(
            _place(place, wrong.index),
            found=_listed({label: _sum(row, weights) for label, row in wrong.iterrows()}),
            expected=f"{weights.column} of the respondents adding up to {weights.total}, within "
            f"{_UNITS} or {_SHARE:.1%}, over the rows as received",
            remedy="correct the weights, the sizes or the missing rows at the source, and update "
            "the sha256 in sources.yml",
        )


def _sums(rows: pd.DataFrame, weights: Weights) -> pd.DataFrame:
    """By group: ``total`` expected, ``n`` respondents, ``least`` and ``most`` that they weigh.

    A doubtful row may weigh what it says or nothing, in its own group or, adrift, in any; one
    whose weight is unknown may weigh anything. A group of doubtful rows only is not judged.
    """
    certain = rows[~rows["doubtful"]]
    known = certain[certain["answered"]].groupby("group")[weights.column]
    total = _computed(certain, weights.total).groupby(certain["group"]).first()
    doubtful = rows[rows["doubtful"] & (rows["answered"] | rows[weights.column].notna())]
    weight = doubtful[weights.column].mask(doubtful["unweighted"]).fillna(np.inf)
    adrift = doubtful["adrift"] | doubtful["group"].isna()
    own = _by_label(weight[~adrift].groupby(doubtful["group"]).sum())
    sums = pd.DataFrame({
        "total": _by_label(total), "n": _by_label(known.size()), "least": _by_label(known.sum())
    })  # fmt: skip
    sums = sums.loc[_by_label(total).index].fillna({"n": 0, "least": 0.0})
    most = sums["least"] + own.reindex(sums.index, fill_value=0.0) + weight[adrift].sum()
    return sums.assign(most=most)


def _by_label(sums: pd.Series) -> pd.Series:
    """Sums whose labels are those of the groups, as alignment needs them."""
    return sums.set_axis(sums.index.astype("object"))


def _sum(row: pd.Series, weights: Weights) -> str:
    weighed = f"{weights.column} of {_number(row['n'])} respondents adds up to"
    least = _number(row["least"])
    # Too little, even with the rows in doubt, that are then of a known weight.
    short = row["least"] < row["most"] < row["total"]
    doubt = f" (at most {_number(row['most'])} with rows set aside)" if short else ""
    return f"{weighed} {least}{doubt}, {weights.total} is {_number(row['total'])}"


def _computed(rows: pd.DataFrame, expression: str) -> pd.Series:
    return rows[sorted(names(expression))].eval(expression, engine="python")


def _place(place: str, labels: Iterable[str]) -> str:
    first, *others = labels
    return f"{place} '{first}'" + (f" and {len(others)} more" if others else "")


def _listed(sentences: dict[str, str]) -> str:
    """What is said of each group: the first few, and how many more."""
    if len(sentences) == 1:
        return "".join(sentences.values())
    said = [f"'{label}': {text}" for label, text in sentences.items()]
    rest = [f"and {len(said) - _NAMED} more"] if len(said) > _NAMED else []
    return "; ".join([*said[:_NAMED], *rest])


def _number(value: float) -> str:
    return f"{value:.10g}"
