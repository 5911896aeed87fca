"""Weights of respondents: non-response, calibration on known totals, trimming, what they cost."""

from obsante.stats.weighting.calibration import calibrate
from obsante.stats.weighting.nonresponse import nonresponse_cells
from obsante.stats.weighting.quality import effective_size, kish_design_effect, weight_table
from obsante.stats.weighting.raking import poststratify, rake
from obsante.stats.weighting.trimming import trim

__all__ = [
    "calibrate",
    "effective_size",
    "nonresponse_cells",
    "poststratify",
    "rake",
    "trim",
    "weight_table",
    "kish_design_effect",
]
