"""Models and tests on a survey: regressions, margins, t and chi-squared tests, decomposition."""

from obsante.stats.models.chisquare import TableTest, goodness_of_fit_test, independence_test
from obsante.stats.models.coefficients import ratios, wald
from obsante.stats.models.decomposition import Comparison, threefold, twofold
from obsante.stats.models.effects import marginal_effects
from obsante.stats.models.glm import FAMILIES, Fit, glm
from obsante.stats.models.margins import average_marginal_effects, predictive_margins
from obsante.stats.models.terms import Terms, model_terms
from obsante.stats.models.ttest import one_sample_t_test, two_sample_t_test

__all__ = [
    "FAMILIES", "Comparison", "Fit", "TableTest", "Terms", "average_marginal_effects", "glm",
    "goodness_of_fit_test", "independence_test", "marginal_effects", "model_terms", "one_sample_t_test",
    "predictive_margins", "ratios", "threefold", "twofold", "two_sample_t_test", "wald",
]  # fmt: skip
