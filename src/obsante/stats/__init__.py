"""Pure functions on frames: survey estimates here, the other statistics in sub-packages.

``from obsante.stats import composite, disclosure, equity, impact, models, reliability, replicates,
sampling, weighting`` for these. Nothing here opens a file or knows an edition.
"""

from obsante.stats.answers import (
    applicable_score,
    at_least,
    binary,
    components,
    everyone,
    graded,
    numeric,
    score,
)
from obsante.stats.multiple import benjamini_hochberg
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
    independent_difference,
    mean,
    mean_amount,
    nested_proportion,
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
    "COLUMNS", "NATIONAL", "SurveyDesign", "Wave", "applicable_score", "at_least",
    "benjamini_hochberg", "binary", "change", "components", "contrast", "covariance",
    "difference", "distribution", "everyone", "graded", "graded_distribution", "imputed",
    "independent_difference", "mean", "mean_amount", "nested_proportion", "numeric",
    "proportion", "quantile", "ratio", "score", "survey_design", "total", "trend", "unweighted",
    "wave_covariance",
]  # fmt: skip
