"""Which state a value is published in: quality and confidentiality are apart."""

from __future__ import annotations

import math

from obsante.edition import Precision

GOOD, FAIR, POOR = "bonne", "moyenne", "faible"
# What is read of an estimate to judge it.
READ = ["estimation", "erreur_type", "borne_inf", "borne_sup", "n", "n_manquant", "n_sans_objet",
        "secret"]  # fmt: skip


def grade(row: dict, precision: str, thresholds: Precision) -> str:
    """Precision of one estimate: ``bonne``, ``moyenne`` or ``faible``.

    Args:
        row: values of :data:`READ`.
        precision: how the indicator is judged (``Indicator.precision``).
    """
    if precision == "exact":
        return GOOD
    if math.isnan(row["borne_inf"]) or math.isnan(row["borne_sup"]):
        return POOR
    if precision == "interval" or row["borne_inf"] == row["borne_sup"]:
        # Equal limits: every unit was observed, however few they are.
        return GOOD
    if row["n"] < thresholds.minimum_n:
        return POOR
    if precision == "proportion":
        return _by_width(row, thresholds)
    return _by_variation(row, thresholds)


def state(row: dict, precision: str, thresholds: Precision) -> str:
    """One of the five states; a value without any answer is never shown as zero.

    Where nobody was asked the value is ``not_applicable``; where nobody answered, ``missing``; where
    it would tell of a person (``secret``), ``suppressed``.
    """
    if math.isnan(row["estimation"]):
        if row.get("secret"):
            return "suppressed"
        nobody_asked = row["n_sans_objet"] > 0 and row["n_manquant"] == 0
        return "not_applicable" if nobody_asked else "missing"
    low = grade(row, precision, thresholds) == POOR
    return "low_precision" if low else "published"


def _by_width(row: dict, thresholds: Precision) -> str:
    width = row["borne_sup"] - row["borne_inf"]
    if width <= thresholds.reliable_width:
        return GOOD
    relative = width / row["estimation"] if row["estimation"] > 0 else math.inf
    wide = width > thresholds.proportion_width
    return POOR if wide or relative > thresholds.proportion_relative_width else FAIR


def _by_variation(row: dict, thresholds: Precision) -> str:
    if row["estimation"] == 0:
        return POOR
    variation = row["erreur_type"] / abs(row["estimation"])
    if variation > thresholds.cv_low:
        return POOR
    return FAIR if variation > thresholds.cv_flagged else GOOD
