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
from obsante.collect.weighting.completion import Completed, complete, direct_plan
from obsante.collect.weighting.settings import Weighting, load_settings

__all__ = [
    "STAGES", "Calibrated", "Completed", "Weighting", "all_calibrated", "calibrate_rows", "calibrated",
    "complete", "design_of", "direct_plan", "load_settings", "respondents",
]  # fmt: skip
