"""Design-based estimation: the sample, its variance, estimates by domain and their intervals."""

from obsante.stats.survey.amounts import mean_amount
from obsante.stats.survey.comparisons import contrast, difference
from obsante.stats.survey.construction import survey_design
from obsante.stats.survey.design import SurveyDesign
from obsante.stats.survey.domains import NATIONAL
from obsante.stats.survey.estimates import (
    COLUMNS,
    covariance,
    mean,
    proportion,
    ratio,
    total,
)
from obsante.stats.survey.independent import independent_difference
from obsante.stats.survey.nested import nested_proportion
from obsante.stats.survey.quantiles import quantile
from obsante.stats.survey.shares import distribution, graded_distribution
from obsante.stats.survey.waves import Wave, change, trend, wave_covariance

__all__ = [
    "COLUMNS", "NATIONAL", "SurveyDesign", "Wave", "change", "contrast", "covariance",
    "difference", "distribution", "graded_distribution", "independent_difference", "mean",
    "mean_amount", "nested_proportion", "proportion", "quantile", "ratio", "survey_design",
    "total", "trend", "wave_covariance",
]  # fmt: skip
