"""What a panel says now against what it said in an earlier edition.

Reference: Benjamini & Hochberg, *J. R. Stat. Soc. B* 57 (1995), 289-300.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from obsante.errors import NotEstimable
from obsante.stats import checks
from obsante.stats.answers import numeric
from obsante.stats.foresight.panel import panel_design
from obsante.stats.multiple import benjamini_hochberg
from obsante.stats.survey import Wave, change
from obsante.stats.survey.domains import NATIONAL


def comparable(
    latest: pd.DataFrame, earlier: pd.DataFrame, criterion: str, *, expert: str, item: str
) -> bool:
    """Whether :func:`changes` can compare them: a technology scored in both, by two experts each."""
    both = [rows.dropna(subset=[criterion]) for rows in (latest, earlier)]
    common = set(both[0][item]) & set(both[1][item])
    return bool(common) and min(rows.loc[rows[item].isin(common), expert].nunique()
                                for rows in both) > 1  # fmt: skip


def changes(
    latest: pd.DataFrame,
    earlier: pd.DataFrame,
    criterion: str,
    *,
    expert: str,
    item: str,
    linked: bool,
    level: float,
) -> pd.DataFrame:
    """Mean of a criterion minus that of an earlier edition, in all and by technology.

    Experts of both editions are recognised, which makes the change more precise
    (:func:`obsante.stats.change`), unless ``linked`` is False: the two panels are then taken as
    independent. Only technologies scored in both editions are compared.

    Args:
        latest, earlier: one row per expert and technology, of one round of each edition.
        criterion: column of scores.
        expert, item: columns of experts and technologies.
        linked: whether one name is one expert in both editions.
        level: confidence level, in proportion.

    Returns:
        As :func:`obsante.stats.change`, with ``p_ajustee`` (Benjamini-Hochberg's over the
        technologies; the whole is not adjusted) and ``mouvement``: ``up`` or ``down`` where the
        interval excludes zero and ``p_ajustee`` is at most 1 - level, ``same`` elsewhere.

    Raises:
        NotEstimable: no technology scored in both, or fewer than two experts in one.
    """
    common = _scored(latest, criterion, item) & _scored(earlier, criterion, item)
    if not common:
        raise NotEstimable(
            f"change of '{criterion}'", reason="no_comparison",
            found="no technology with a score in both editions", expected="at least one",
            remedy="name an edition that scored the same technologies",
        )  # fmt: skip
    earlier = earlier if linked else earlier.assign(**{expert: "avant " + earlier[expert].astype(str)})
    waves = {year: _wave(rows[rows[item].isin(common)], criterion, expert, item)
             for year, rows in enumerate((earlier, latest))}  # fmt: skip
    table = change(waves, by=item, level=level)
    whole = table["dimension"] == NATIONAL
    table["p_ajustee"] = table["p_valeur"].where(whole, benjamini_hochberg(table["p_valeur"].mask(whole)))
    excluded = (table["borne_inf"] > 0) | (table["borne_sup"] < 0)
    moved = excluded & (table["p_ajustee"] <= 1 - level)
    direction = np.where(table["estimation"] > 0, "up", "down")
    return table.assign(mouvement=np.where(moved, direction, "same"))


def confirmed(last: pd.DataFrame, first: pd.DataFrame) -> pd.DataFrame:
    """Movements of the last round that the first round shows too.

    At the last round experts know the median of the first: their scores are drawn together, and
    intervals then are too narrow for what independent opinions would say. A movement is kept only
    if the interval of the first round also excludes zero, on the same side.

    Args:
        last, first: changes of each round, from :func:`changes`.

    Returns:
        ``last``, its other movements turned into ``same``.

    >>> row = pd.DataFrame({"dimension": ["t"], "modalite": ["x"], "mouvement": ["up"]})
    >>> confirmed(row, row.assign(borne_inf=-0.1, borne_sup=0.9))["mouvement"].tolist()
    ['same']
    """
    key = ["dimension", "modalite"]
    sides = first.assign(cote=np.select([first["borne_inf"] > 0, first["borne_sup"] < 0],
                                        ["up", "down"], "same"))  # fmt: skip
    side = last[key].merge(sides[[*key, "cote"]], on=key, how="left")["cote"].to_numpy()
    return last.assign(mouvement=last["mouvement"].where(last["mouvement"] == side, "same"))


def _scored(frame: pd.DataFrame, criterion: str, item: str) -> set[str]:
    return set(frame.loc[checks.column(frame, criterion).notna(), item].astype(str))


def _wave(frame: pd.DataFrame, criterion: str, expert: str, item: str) -> Wave:
    kept = frame.reset_index(drop=True)
    domains = pd.DataFrame({item: pd.Categorical(kept[item].astype(str))})
    return Wave(panel_design(kept, expert=expert), numeric(kept[criterion]), domains)
