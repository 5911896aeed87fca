"""Weights of a survey brought to known totals, and what that changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from obsante.collect import dictionary
from obsante.collect.reader import available, load
from obsante.collect.weighting.margins import Known, independent, known_totals
from obsante.collect.weighting.settings import (
    FRAME,
    POSTSTRATIFICATION,
    Calibration,
    Main,
    Survey,
    Trimming,
    load_settings,
)
from obsante.edition import load_edition
from obsante.errors import DataError
from obsante.paths import find_project
from obsante.stats import SurveyDesign, binary, proportion, survey_design
from obsante.stats.weighting import calibrate, poststratify, trim, weight_table

# Columns of the weights at each stage, in order, and their French names.
STAGES = {"poids_sondage": "Tirage", "poids_reponse": "Corrigé de la non-réponse",
          "poids_tronque": "Tronqué", "poids_cale": "Calé"}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Calibrated:
    """A survey whose weights reproduce known totals.

    Attributes:
        respondents: rows of the table that carry a weight, and :data:`STAGES`, the weights at each
            stage: of the draw, corrected for non-response, trimmed, calibrated.
        before: the design with the weights corrected for non-response.
        design: the design with the calibrated weights; its variances use residuals.
        totals: one row for each known total: ``grandeur`` (empty for a count), ``marge``,
            ``modalite``, ``connu``, ``avant`` (corrected weights), ``apres`` and ``source``.
        weights: :func:`obsante.stats.weighting.weight_table` of the stages.
        tolerance: greatest relative gap between ``connu`` and ``apres`` that was allowed.
        trimmed: number of weights that were lowered.
        effect: the main estimate before, then after: columns :data:`obsante.stats.COLUMNS`,
            ``etape`` (``avant``, ``apres``) and ``question``, its column.
    """

    respondents: pd.DataFrame
    before: SurveyDesign
    design: SurveyDesign
    totals: pd.DataFrame
    weights: pd.DataFrame
    tolerance: float
    trimmed: int
    effect: pd.DataFrame


def respondents(table: str, *, edition: int) -> tuple[pd.DataFrame, SurveyDesign]:
    """Rows of a survey that answered, and their design with the weights of the file.

    Raises:
        DataError: the table is no survey of ``config/weighting.yml``, or was not ingested.
        EditionError: ``config/weighting.yml`` is wrong.
    """
    survey = load_settings(find_project()).survey(table)
    return _respondents(table, survey, edition)


def calibrated(table: str, *, edition: int, level: float | None = None) -> Calibrated:
    """The calibration that ``config/weighting.yml`` declares for a survey.

    Weights are trimmed first, if it says so, then calibrated: the known totals hold in the end.

    Args:
        level: confidence level of the main estimate; the edition's own by default.

    Raises:
        DataError: no calibration for that table, a table not ingested, an empty cell, contradictory
            margins, bounds that no weights satisfy, a trimming bound under the mean weight.
        EditionError: ``config/weighting.yml`` is wrong.
    """
    project = find_project()
    survey = load_settings(project).survey(table)
    if survey.calibration is None:
        raise DataError(
            f"table '{table}'", found="no calibration in config/weighting.yml",
            expected="its margins, method and main estimate",
            remedy=f"declare surveys.{table}.calibration, or use the weights of the file",
        )  # fmt: skip
    rows, before = _respondents(table, survey, edition)
    frame = load(FRAME, edition=edition)
    chosen = load_edition(project, edition).confidence_level if level is None else level
    return calibrate_rows(rows, before, frame, survey, where=table, level=chosen)


def all_calibrated(*, edition: int, level: float | None = None) -> dict[str, Calibrated]:
    """Every calibration that is declared, of the surveys that the edition has, by table.

    Arguments and errors as :func:`calibrated`.
    """
    project = find_project()
    present = set(available(project, edition))
    declared = load_settings(project).surveys
    return {name: calibrated(name, edition=edition, level=level)
            for name, survey in declared.items() if survey.calibration and name in present}  # fmt: skip


def calibrate_rows(
    rows: pd.DataFrame,
    before: SurveyDesign,
    frame: pd.DataFrame,
    survey: Survey,
    *,
    where: str,
    level: float,
) -> Calibrated:
    """Calibrate respondents; pure.

    Args:
        rows: those of the survey that carry a weight.
        before: their design.
        frame: the sampling frame.
        survey: whose calibration is declared.
        where: the survey, in messages.

    Raises:
        DataError: as :func:`calibrated`.
    """
    calibration = survey.calibration
    weights = pd.Series(before.weights, rows.index)
    lowered = trimmed(weights, rows, calibration.trimming)
    start = design_of(rows.assign(**{survey.design.weights: lowered}), survey)
    known = known_totals(calibration.margins, rows, frame, where)
    try:
        design = _calibrate(start, known, calibration, where)
    except DataError as error:
        untrimmed = bool((lowered < weights).any()) and _holds(
            lambda: _calibrate(before, known, calibration, where)
        )
        raise _placed(error, where, untrimmed) from error
    sampling = rows[survey.sampling].astype("float64")
    final = pd.Series(design.weights, rows.index)
    stages = dict(zip(STAGES, (sampling, weights, lowered, final), strict=True))
    totals = known.table.assign(
        avant=known.weighted(before.weights), apres=known.weighted(design.weights)
    )
    _require_reproduced(totals, calibration.tolerance, where)
    return Calibrated(
        rows.assign(**stages), before, design, totals, weight_table(stages),
        calibration.tolerance, int((lowered < weights).sum()),
        effect_on(calibration.main, rows, {"avant": before, "apres": design}, level),
    )  # fmt: skip


def _holds(calibration: Callable[[], SurveyDesign]) -> bool:
    try:
        calibration()
    except DataError:
        return False
    return True


def _placed(error: DataError, where: str, untrimmed: bool) -> DataError:
    """The error of a calibration, with the survey and the keys that mend it.

    ``untrimmed``: whether the weights reach the totals when none is trimmed.
    """
    place = f"config/weighting.yml, surveys.{where}.calibration"
    remedy = f"{place}: widen bounds, leave margins out, or group the smallest cells"
    if untrimmed:
        remedy = (f"{place}: raise trimming.multiple_of_median, or remove trimming; without it "
                  "these totals are reached")  # fmt: skip
    return DataError(f"calibration of {where}, {error.looked_at}", found=error.found,
                     expected=error.expected, remedy=remedy)  # fmt: skip


def _require_reproduced(totals: pd.DataFrame, tolerance: float, where: str) -> None:
    gaps = (totals["apres"] / totals["connu"] - 1).abs()
    if not gaps.max() <= tolerance:
        worst = totals.loc[gaps.idxmax()]
        raise DataError(
            f"{where}, margin {worst['marge']}, '{worst['modalite']}'",
            found=f"a calibrated total of {worst['apres']:.12g}, {gaps.max():.1e} away",
            expected=f"the known total, {worst['connu']:.12g}, to {tolerance:g}",
            remedy="widen the tolerance in config/weighting.yml, or group its cells",
        )


def trimmed(weights: pd.Series, rows: pd.DataFrame, rule: Trimming | None) -> pd.Series:
    """Weights of which none passes its group's bound, each group keeping its sum.

    Raises:
        DataError: a bound under the mean weight of its group.
    """
    if rule is None:
        return weights
    names = rows[rule.by].astype("str").agg(", ".join, axis=1) if rule.by else "all weights"
    groups = pd.Series(names, rows.index)
    lowered = [trim(group, upper=_bound(group, rule), by=groups[group.index])
               for _, group in weights.groupby(groups)]  # fmt: skip
    return pd.concat(lowered).loc[weights.index]


def effect_on(
    main: Main, rows: pd.DataFrame, designs: Mapping[str, SurveyDesign], level: float
) -> pd.DataFrame:
    """The main estimate under several designs of the same rows, one row for each."""
    answers = binary(rows[main.column], yes=main.one, no=main.zero, unknown=main.unknown)
    found = [proportion(answers, design, rows[[]], level=level).assign(etape=stage, question=main.column)
             for stage, design in designs.items()]  # fmt: skip
    return pd.concat(found, ignore_index=True)


def design_of(rows: pd.DataFrame, survey: Survey) -> SurveyDesign:
    """The design of respondents with the weights that their rows carry."""
    return survey_design(rows, **survey.design.model_dump(exclude_none=True))


def _respondents(table: str, survey: Survey, edition: int) -> tuple[pd.DataFrame, SurveyDesign]:
    rows = load(table, edition=edition)
    answered = dictionary.load(table).sample[0].answered
    rows = rows[rows[answered.column] == answered.code]
    return rows, design_of(rows, survey)


def _bound(group: pd.Series, rule: Trimming) -> float:
    if rule.percentile is not None:
        return float(group.quantile(rule.percentile))
    return rule.multiple_of_median * float(group.median())


def _calibrate(
    start: SurveyDesign, known: Known, calibration: Calibration, where: str
) -> SurveyDesign:
    totals = known.table["connu"].to_numpy()
    if calibration.method == POSTSTRATIFICATION:
        cell = known.variables.to_numpy().argmax(axis=1)
        names = known.table["modalite"]
        cells = pd.Series(names.to_numpy()[cell], start.index, name=known.table["marge"].iloc[0])
        return poststratify(start, cells, dict(zip(names, totals, strict=True)))
    kept = independent(known, start.weights, where)
    labels = [" ".join(part for part in name if part) for name in known.variables.columns[kept]]
    variables = known.variables.iloc[:, kept].set_axis(labels, axis=1)
    bounds = tuple(calibration.bounds) if calibration.bounds else None
    found = pd.Series(np.asarray(totals)[kept], labels)
    return calibrate(start, variables, found, method=calibration.method, bounds=bounds)
