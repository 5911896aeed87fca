"""The Technology Achievement Index worked through in the OECD and JRC's Handbook.

Source: OECD & JRC, *Handbook on Constructing Composite Indicators: Methodology and User Guide*
(2008), ISBN 978-92-64-04345-9. Data: table A.2, the first 23 countries (telephones and electricity
as logarithms, already rounded). Normalised values: table 15 (mean years of schooling). Eigenvalues:
table 16. Rotated loadings: table 17. Weights by principal components: table 18.

Tolerance: half a unit of the last printed digit where the printed data suffice; 0.02 for loadings
and 0.006 for weights, as the Handbook rotated unrounded logarithms.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from obsante.stats import composite

DATA = Path(__file__).parent / "data" / "oecd_2008_tai.csv"


@pytest.fixture(scope="module")
def tai() -> pd.DataFrame:
    return pd.read_csv(DATA, index_col="pays").astype(float)


# Country: z-score, min-max, ratio to the best (12 years), rank (23 is the best).
SCHOOLING = {
    "Finlande": (0.26, 0.59, 0.83, 15), "États-Unis": (1.52, 1.00, 1.00, 23),
    "Suède": (1.14, 0.88, 0.95, 19), "Corée": (0.76, 0.76, 0.90, 17),
    "Canada": (1.27, 0.92, 0.97, 20), "Australie": (0.83, 0.78, 0.91, 18),
    "Norvège": (1.46, 0.98, 0.99, 22), "Belgique": (-0.19, 0.45, 0.78, 8),
    "Autriche": (-0.76, 0.27, 0.70, 6), "France": (-1.08, 0.16, 0.66, 5),
    "Espagne": (-1.46, 0.04, 0.61, 4), "Italie": (-1.52, 0.02, 0.60, 3),
    "Hongrie": (-0.31, 0.41, 0.76, 7),
}  # fmt: skip


@pytest.mark.parametrize("country", SCHOOLING)
def test_schooling_is_normalised_as_in_table_15(tai, country):
    schooling = tai[["scolarite"]]
    z, position, ratio, rank = SCHOOLING[country]
    up = {"scolarite": "up"}
    goalposts = {"scolarite": composite.Goalpost(7.1, 12.0, "up")}
    target = {"scolarite": composite.Target(12.0, "up")}
    found = [
        composite.z_score(schooling, up),
        composite.min_max(schooling, goalposts)[0],
        composite.distance_to_target(schooling, target),
    ]
    for table, expected in zip(found, (z, position, ratio), strict=True):
        assert table.loc[country, "scolarite"] == pytest.approx(expected, abs=0.0051)
    ranks = 1 + 22 * composite.rank_score(schooling, up)
    assert ranks.loc[country, "scolarite"] == pytest.approx(rank)


def test_the_components_explain_what_table_16_prints(tai):
    found = composite.principal_components(tai)
    printed = [41.9, 21.8, 12.3, 11.1, 6.0, 3.7, 2.2, 0.9]
    np.testing.assert_allclose(100 * found["part"], printed, atol=0.15)
    assert found["part_cumulee"].iloc[3] == pytest.approx(0.872, abs=0.001)


def test_the_rotated_loadings_are_those_of_table_17(tai):
    found = composite.pca_loadings(tai, factors=4)
    printed = pd.DataFrame(
        [[0.07, 0.97, 0.06, 0.06], [0.13, 0.07, -0.07, 0.93], [0.79, -0.21, 0.21, 0.42],
         [-0.64, 0.56, -0.04, 0.36], [0.37, 0.17, 0.38, 0.68], [0.82, -0.04, 0.25, 0.35],
         [0.88, 0.23, -0.09, 0.09], [0.08, 0.04, 0.96, 0.04]],
        index=tai.columns,
    ).to_numpy()  # fmt: skip
    np.testing.assert_allclose(found, printed, atol=0.02)
    np.testing.assert_allclose((found**2).sum(), [2.64, 1.39, 1.19, 1.76], atol=0.03)


def test_the_weights_are_those_of_table_18(tai):
    found = composite.pca_weights(tai, factors=4)
    printed = [0.17, 0.15, 0.11, 0.07, 0.08, 0.12, 0.14, 0.16]
    np.testing.assert_allclose(found, printed, atol=0.006)
    assert found.sum() == pytest.approx(1, abs=1e-12)
