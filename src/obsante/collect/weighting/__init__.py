"""Weights of the surveys: answers of the field joined to the sample, calibration on known totals."""

from obsante.collect.weighting.calibration import (
    STAGES,
    Calibrated,
    all_calibrated,
    calibrate_rows,
    calibrated,
    design_of,
    respondents,
)
from obsante.collect.weighting.completion import Completed, complete
from obsante.collect.weighting.plan import Plan, plan_of
from obsante.collect.weighting.settings import Weighting, load_settings

__all__ = [
    "STAGES", "Calibrated", "Completed", "Plan", "Weighting", "all_calibrated", "calibrate_rows",
    "calibrated", "complete", "design_of", "load_settings", "plan_of", "respondents",
]  # fmt: skip
