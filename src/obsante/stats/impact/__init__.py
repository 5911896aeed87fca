"""Impact: interrupted series, rates, durations, difference-in-differences with few clusters.

Rates of an exhaustive register: :func:`rates`, :func:`rate_model`, and :func:`reported_rate` where
a survey tells how many units report; of a sample, which has weights
and a design: :func:`obsante.stats.ratio`, :func:`obsante.stats.models.glm`.
"""

from __future__ import annotations

from obsante.stats.impact.autocorrelation import residual_autocorrelation
from obsante.stats.impact.cohorts import CohortPanel, cohort_panel, first_treatment
from obsante.stats.impact.count_models import overdispersion_test, rate_model
from obsante.stats.impact.cox import hazard_ratios, proportional_hazards_test
from obsante.stats.impact.durations import kaplan_meier, log_rank, median_duration
from obsante.stats.impact.extension import extended_effect
from obsante.stats.impact.incidence import rate_ratio, rates
from obsante.stats.impact.panel import (
    LinearFit,
    coefficients,
    difference_in_differences,
    ols_fit,
    two_way_fixed_effects,
)
from obsante.stats.impact.placebo import placebo_dates, placebo_units, pre_trend_test
from obsante.stats.impact.reported import reported_rate
from obsante.stats.impact.series import (
    SegmentedFit,
    counterfactual,
    interrupted_series,
    intervention_effect,
)
from obsante.stats.impact.series_checks import (
    controlled_interrupted_series,
    interrupted_series_by_column,
    placebo_interruptions,
)
from obsante.stats.impact.staggered import (
    average_effect,
    cohort_effects,
    event_study,
    group_effects,
)
from obsante.stats.impact.truncated import delay_distribution, delay_quantile
from obsante.stats.impact.wild import wild_cluster_bootstrap

__all__ = [
    "CohortPanel", "LinearFit", "SegmentedFit", "average_effect", "coefficients",
    "cohort_effects", "cohort_panel", "controlled_interrupted_series", "counterfactual",
    "delay_distribution", "delay_quantile", "difference_in_differences", "event_study",
    "extended_effect", "first_treatment", "group_effects", "hazard_ratios",
    "interrupted_series", "interrupted_series_by_column", "intervention_effect", "kaplan_meier",
    "log_rank", "median_duration", "ols_fit", "overdispersion_test", "placebo_dates",
    "placebo_interruptions", "placebo_units", "pre_trend_test", "proportional_hazards_test",
    "rate_model", "rate_ratio", "rates", "reported_rate", "residual_autocorrelation",
    "two_way_fixed_effects", "wild_cluster_bootstrap",
]  # fmt: skip
