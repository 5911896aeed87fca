"""Impact: interrupted series, rates, durations, difference-in-differences with few clusters."""

from __future__ import annotations

from obsante.stats.impact.autocorrelation import residual_autocorrelation
from obsante.stats.impact.cohorts import CohortPanel, cohort_panel, first_treatment
from obsante.stats.impact.count_models import overdispersion_test, rate_model
from obsante.stats.impact.cox import hazard_ratios, proportional_hazards_test
from obsante.stats.impact.durations import log_rank, median_duration, kaplan_meier
from obsante.stats.impact.incidence import rate_ratio, rates
from obsante.stats.impact.panel import LinearFit, coefficients, ols_fit, difference_in_differences, two_way_fixed_effects
from obsante.stats.impact.placebo import placebo_dates, placebo_units, pre_trend_test
from obsante.stats.impact.series import SegmentedFit, counterfactual, intervention_effect, interrupted_series
from obsante.stats.impact.series_checks import (
    controlled_interrupted_series,
    interrupted_series_by_column,
    placebo_interruptions,
)
from obsante.stats.impact.staggered import (
    cohort_effects,
    event_study,
    group_effects,
    average_effect,
)
from obsante.stats.impact.truncated import delay_distribution, delay_quantile
from obsante.stats.impact.wild import wild_cluster_bootstrap

__all__ = [
    "CohortPanel", "LinearFit", "SegmentedFit", "coefficients",
    "cohort_effects", "cohort_panel", "controlled_interrupted_series", "counterfactual", "delay_distribution",
    "delay_quantile", "intervention_effect", "event_study", "first_treatment", "group_effects", "hazard_ratios",
    "interrupted_series_by_column", "interrupted_series", "log_rank", "median_duration", "ols_fit",
    "average_effect", "overdispersion_test", "placebo_dates", "placebo_interruptions", "placebo_units",
    "pre_trend_test", "proportional_hazards_test", "rate_model", "rate_ratio", "rates",
    "residual_autocorrelation", "kaplan_meier", "difference_in_differences", "two_way_fixed_effects", "wild_cluster_bootstrap",
]  # fmt: skip
