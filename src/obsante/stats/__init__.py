"""Pure functions on frames: survey estimates here, the other statistics in sub-packages.

``from obsante.stats import composite, disclosure, equity, impact, models, reliability, replicates,
sampling, weighting`` for these. Nothing here opens a file or knows an edition.
"""

from obsante.stats.answers import binary, components, everyone, numeric, score
from obsante.stats.survey import (
    COLUMNS,
    NATIONAL,
    SurveyDesign,
    Wave,
    change,
    contrast,
    covariance,
    difference,
    distribution,
    graded_distribution,
    mean,
    proportion,
    quantile,
    ratio,
    survey_design,
    total,
    trend,
    wave_covariance,
)
from obsante.stats.variants import imputed, unweighted

__all__ = [
    "COLUMNS", "NATIONAL", "SurveyDesign", "Wave", "binary", "change", "components", "contrast",
    "covariance", "difference", "distribution", "everyone", "graded_distribution", "imputed",
    "mean", "numeric", "proportion", "quantile", "ratio", "score", "survey_design", "total",
    "trend", "unweighted", "wave_covariance",
]  # fmt: skip
