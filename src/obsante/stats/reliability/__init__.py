"""Reliability of scales (alpha, omega) and of coders (kappa, agreement), with intervals."""

from obsante.stats.reliability.agreement import percent_agreement
from obsante.stats.reliability.alpha import cronbach_alpha, item_statistics
from obsante.stats.reliability.kappa import cohen_kappa, fleiss_kappa
from obsante.stats.reliability.omega import mcdonald_omega

__all__ = [
    "cohen_kappa", "cronbach_alpha", "fleiss_kappa", "item_statistics", "mcdonald_omega",
    "percent_agreement",
]  # fmt: skip
