"""Sobol indices against closed forms and against scipy.

Ishigami & Homma (1990), f = sin x1 + a sin^2 x2 + b x3^4 sin x1 on [-pi, pi]^3, a = 7, b = 0.1:
V1 = (1 + b pi^4 / 5)^2 / 2, V2 = a^2 / 8, V13 = 8 b^2 pi^8 / 225, the others 0.
Linear function: a_i^2 / sum a^2. Choices among options: exact, by enumeration.
SALib 1.6, tolerance 0.02 with 4,096 base points.
"""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
from scipy.stats import sobol_indices as scipy_sobol
from scipy.stats import uniform

from obsante.stats import composite


def ishigami(u: np.ndarray) -> np.ndarray:
    x = np.pi * (2 * u - 1)
    return np.sin(x[:, 0]) * (1 + 0.1 * x[:, 2] ** 4) + 7 * np.sin(x[:, 1]) ** 2


V1, V2, V13 = (1 + 0.1 * np.pi**4 / 5) ** 2 / 2, 49 / 8, 8 * 0.01 * np.pi**8 / 225
FIRST = np.array([V1, V2, 0]) / (V1 + V2 + V13)
TOTAL = np.array([V1 + V13, V2, V13]) / (V1 + V2 + V13)


def test_ishigamis_indices_are_the_analytic_ones():
    found = composite.sobol_indices(ishigami, ["x1", "x2", "x3"], samples=4096, level=0.95, seed=3)
    np.testing.assert_allclose(found["indice_premier"], FIRST, atol=0.02)
    np.testing.assert_allclose(found["indice_total"], TOTAL, atol=0.02)


def test_scipys_estimate_of_the_same_indices_agrees():
    found = composite.sobol_indices(ishigami, ["x1", "x2", "x3"], samples=4096, level=0.95, seed=3)
    other = scipy_sobol(
        func=lambda u: ishigami(u.T), n=4096, dists=[uniform()] * 3, rng=np.random.default_rng(4)
    )
    np.testing.assert_allclose(found["indice_premier"], other.first_order, atol=0.03)
    np.testing.assert_allclose(found["indice_total"], other.total_order, atol=0.03)


def test_a_linear_functions_indices_are_its_shares_of_variance():
    slopes = np.array([1.0, 2.0, 3.0])
    found = composite.sobol_indices(
        lambda u: u @ slopes, ["a", "b", "c"], samples=4096, level=0.95, seed=5
    )
    shares = slopes**2 / (slopes**2).sum()
    np.testing.assert_allclose(found["indice_premier"], shares, atol=0.01)
    np.testing.assert_allclose(found["indice_total"], shares, atol=0.01)


def enumerated(outputs: np.ndarray) -> tuple[list[float], list[float]]:
    """First-order and total indices of equally likely options, one axis per convention."""
    axes = range(outputs.ndim)
    first = [outputs.mean(axis=tuple(set(axes) - {k})).var() / outputs.var() for k in axes]
    total = [outputs.var(axis=k).mean() / outputs.var() for k in axes]
    return first, total


def test_the_indices_of_options_are_those_of_their_enumeration():
    table = pd.DataFrame(
        {"a": [0.9, 0.5, 0.2, 0.4], "b": [0.3, 0.8, 0.4, 0.1], "c": [0.1, 0.4, 0.9, 0.5]},
        index=["N", "S", "E", "O"],
    )
    choices = {
        "poids": {"egaux": [1, 1, 1], "acces": [4, 1, 1], "usage": [1, 4, 1]},
        "agregation": {"arithmetique": 1.0, "harmonique": -1.0},
        "echelle": {"brute": lambda t: t, "rangs": lambda t: t.rank() / 4},
    }

    def score(poids, agregation, echelle):
        weights = np.array(poids) / np.sum(poids)
        return (echelle(table) ** agregation @ weights) ** (1 / agregation)

    names = [list(options) for options in choices.values()]
    ranks = [
        score(*(options[name] for options, name in zip(choices.values(), picked, strict=True)))
        .round(12).rank(ascending=False, method="min")
        for picked in product(*names)
    ]  # fmt: skip
    outputs = np.array([(found - ranks[0]).abs().mean() for found in ranks])
    first, total = enumerated(outputs.reshape([len(options) for options in names]))
    baseline = {convention: next(iter(options)) for convention, options in choices.items()}
    found = composite.sobol_rank_shift(
        score, choices, baseline, samples=4096, level=0.95, seed=6
    )
    np.testing.assert_allclose(found["indice_premier"], first, atol=0.02)
    np.testing.assert_allclose(found["indice_total"], total, atol=0.02)
