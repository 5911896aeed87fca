"""Building a sample design from the columns of a table, with every contradiction refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from obsante.errors import DataError, NotEstimable
from obsante.stats import checks
from obsante.stats.survey.design import SecondStage, SurveyDesign

LONELY = ("error", "adjust", "certainty")
DEGREES = ("welch", "design")


def survey_design(
    frame: pd.DataFrame,
    *,
    weights: str,
    strata: str | None = None,
    psu: str | None = None,
    psu_population: str | None = None,
    ssu: str | None = None,
    ssu_population: str | None = None,
    lonely: str = "error",
    whole_psu: bool = False,
    degrees: str = "welch",
) -> SurveyDesign:
    """The design of a sample, from the columns that describe how it was drawn.

    Args:
        frame: one row for each responding unit of the last stage.
        weights: column of the sampling weights.
        strata, psu: columns; one stratum, and each row a PSU by default. PSUs are named within it.
        psu_population: column of N_h, the PSUs of the stratum in the frame, for the FPC.
        ssu, ssu_population: columns of the SSUs, each row by default, and of M_j, those of the PSU.
        lonely: for a stratum with one PSU of several, ``error``; ``adjust`` centres it on the mean
            of all PSUs (wide); ``certainty`` gives it no variance (narrow). A PSU with one SSU of
            several never stops: it is centred on all of them, or left out with ``certainty``.
        whole_psu: PSUs of several rows were observed whole, or the rows repeat one unit in time.
        degrees: of freedom of estimates: ``welch`` (:mod:`obsante.stats.survey.freedom`), or PSUs
            minus strata, ``design``, as R. Gaps have Welch's of both groups; models and tests R's.

    Raises:
        DataError: a column is unknown, a weight is not positive, a label or a size is missing, a
            size is below the sample's or varies, a stratum is lonely, the FPC of a stage is missing.

    >>> d = survey_design(pd.DataFrame({"w": [2.0, 2.0], "N": [4, 4]}), weights="w", psu_population="N")
    >>> float(d.covariance(d.weights * [1.0, 3.0])[0, 0])
    8.0
    """
    _known_rules(lonely, degrees)
    _some_row(frame)
    w = checks.vector(checks.column(frame, weights), weights, len(frame))
    checks.positive(w, weights)
    design, strata_labels = _without_correction(frame, w, strata, psu, lonely)
    if psu_population is not None:
        sizes = _sizes(frame, psu_population, design.stratum, strata_labels, strata or "the sample")
        _enough(sizes, design.sampled_psu, strata_labels, psu_population, "PSU(s)")
        design = replace(design, psu_population=sizes)
        design = _second_stage(design, frame, ssu, ssu_population, whole_psu)
    else:
        _no_second_stage(ssu_population or ssu)
    _no_lonely(design, strata_labels)
    return replace(design, degrees=degrees)


def _known_rules(lonely: str, degrees: str) -> None:
    checks.choice(lonely, "rule for a stratum with a single PSU", LONELY)
    checks.choice(degrees, "degrees of freedom", DEGREES)


def _no_second_stage(column: str | None) -> None:
    if column is not None:
        raise DataError(
            f"second stage, column '{column}'",
            found="no size of the first stage",
            expected="the sizes of both stages, or of none",
            remedy="name psu_population; without correction the first stage carries all the variance",
        )


def _without_correction(frame, weights, strata, psu, lonely) -> tuple[SurveyDesign, pd.Index]:
    """The design before any population size, and the labels of its strata."""
    stratum, labels = _labels(frame, strata)
    nested, first, psu_labels = _nested(frame, psu, stratum)
    infinite = np.full(len(labels), np.inf)
    design = SurveyDesign(
        frame.index, weights, stratum, nested, labels, psu_labels, stratum[first], infinite,
        psu is not None, lonely,
    )  # fmt: skip
    return design, labels


def _some_row(frame: pd.DataFrame) -> None:
    if frame.empty:
        raise NotEstimable(
            "the sample",
            reason="no_data",
            found="no row",
            expected="at least one respondent",
            remedy="check the edition's file and its quarantine",
        )


def _labels(frame: pd.DataFrame, name: str | None) -> tuple[np.ndarray, pd.Index]:
    """Codes, in order of appearance, and labels of a column; without one, a label for all."""
    if name is None:
        return np.zeros(len(frame), dtype=np.int64), pd.Index(["all"])
    codes, labels = pd.factorize(checks.column(frame, name))
    if (codes < 0).any():
        raise DataError(
            f"column '{name}', row {frame.index[codes < 0][0]}",
            found=f"{int((codes < 0).sum())} missing label(s)",
            expected="the stratum or the unit of each respondent",
            remedy="complete the sample file",
        )
    return codes, pd.Index(labels)


def _nested(frame: pd.DataFrame, name: str | None, group: np.ndarray) -> tuple:
    """Unit of each row, named within its group; first row and label of each unit."""
    rows = np.arange(len(frame))
    codes, labels = (rows, frame.index) if name is None else _labels(frame, name)
    if len(labels) == len(rows):
        return rows, rows, labels
    units, unique = pd.factorize(group.astype(np.int64) * len(labels) + codes)
    first = np.empty(len(unique), dtype=np.int64)
    first[units[::-1]] = rows[::-1]
    return units, first, labels[codes[first]]


def _sizes(
    frame: pd.DataFrame, name: str, group: np.ndarray, labels: pd.Index, level: str
) -> np.ndarray:
    """One size for each group, the same on all its rows."""
    values = checks.vector(checks.column(frame, name), name, len(frame))
    checks.positive(values, name)
    sizes = np.zeros(len(labels))
    sizes[group] = values
    varying = sizes[group] != values
    if varying.any():
        row = int(np.flatnonzero(varying)[0])
        raise DataError(
            f"column '{name}', {level} {labels[group[row]]}",
            found=f"two sizes, {values[row]:g} and {sizes[group[row]]:g}",
            expected="one population size for the whole group",
            remedy="correct the sample file: the size is the frame's, before non-response",
        )
    return sizes


def _enough(sizes, sampled, labels, name: str, unit: str) -> None:
    short = np.flatnonzero(sizes < sampled)
    if short.size:
        raise DataError(
            f"column '{name}', {labels[short[0]]}",
            found=f"a population of {sizes[short[0]]:g} for {sampled[short[0]]} sampled {unit}",
            expected="a population at least as large as the sample",
            remedy="correct the size in the sample file, or remove duplicated units",
        )


def _second_stage(design, frame, ssu, ssu_population, whole_psu) -> SurveyDesign:
    if ssu_population is None:
        if not whole_psu and len(design.psu_stratum) < design.size:
            raise DataError(
                "finite-population correction",
                found="the size of the first stage only, for PSUs of several rows",
                expected="the sizes of both stages, or of none",
                remedy="name ssu_population, or say whole_psu=True if each PSU was observed whole",
            )
        return design
    labels = design.psu_labels
    sizes = _sizes(frame, ssu_population, design.psu, labels, "PSU")
    codes, first, _ = _nested(frame, ssu, design.psu)
    ssu_psu = design.psu[first]
    sampled = np.bincount(ssu_psu, minlength=len(labels))
    _enough(sizes, sampled, labels, ssu_population, "SSU(s)")
    return replace(design, second=SecondStage(codes, ssu_psu, sampled, sizes))


def _no_lonely(design: SurveyDesign, labels: pd.Index) -> None:
    lonely = np.flatnonzero(design.lonely_strata)
    if lonely.size and design.lonely == "error":
        raise DataError(
            f"stratum '{labels[lonely[0]]}'",
            found=f"a single PSU in {lonely.size} stratum(s) that are no census",
            expected="at least two PSUs in each stratum, to measure how they differ",
            remedy="collapse strata in the sample file, or declare lonely='adjust' and say so",
        )
