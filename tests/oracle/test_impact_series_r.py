"""Interrupted series and clustered covariance against R.

R 4.2.2, survey 4.5, sandwich 3.0.2, lmtest not used. R calls: ``lm(y ~ t + post + tp)`` with
``NeweyWest(fit, lag = 3, prewhite = FALSE, adjust = FALSE / TRUE)``; ``lm`` and
``glm(family = quasibinomial)`` of ``y ~ treat * post`` with ``weights = w`` on the waves, with
``vcovCL(fit, cluster = ~fac_id / ~region, type = "HC0" / "HC1", cadjust = TRUE / FALSE)``.
Tolerance: 1e-9 relative, 1e-6 for the standard errors of the logistic model.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from r_values import frame, r
from statsmodels.genmod.families import Binomial
from statsmodels.genmod.generalized_linear_model import GLM
from statsmodels.regression.linear_model import WLS

from obsante.stats.impact.clustered import cluster_covariance
from obsante.stats.impact.series import interrupted_series

COVERS = [r"its/ols_nw3", r"vcovCL/.*"]


@pytest.fixture(scope="module")
def its() -> pd.Series:
    data = frame("its")
    return pd.Series(data["y"].to_numpy(), index=data["t"].to_numpy())


def test_newey_west_at_three_lags_agrees_with_r(its):
    fit = interrupted_series(its, 25, level=0.95, lags=3)
    expected = r("its/ols_nw3")
    table = fit.coefficients
    np.testing.assert_allclose(table["estimation"], expected["est"], rtol=1e-9)
    np.testing.assert_allclose(table["erreur_type"], expected["se_adj"], rtol=1e-9)
    plain = table["erreur_type"] * np.sqrt(44 / 48)
    np.testing.assert_allclose(plain, expected["se"], rtol=1e-9)


def waves_fit(outcome: str):
    data = frame("waves")
    treat, post = data["treat"], data["post"]
    x = np.column_stack([np.ones(len(data)), treat, post, treat * post])
    if outcome == "gauss":
        return WLS(data["score"], x, weights=data["w"]).fit(), data
    model = GLM(data["dpi"], x, family=Binomial(), var_weights=data["w"])
    return model.fit(tol=1e-14, maxiter=100), data


# The factor is G/(G-1) (n-1)/(n-k); "HC0" leaves out its second part, "nocadjust" both.
CASES = [
    ("did_gauss/HC0", "fac_id", False, True),
    ("did_gauss/HC1", "fac_id", True, True),
    ("did_gauss/HC0_nocadjust", "fac_id", False, False),
    ("did_gauss/region_HC1", "region", True, True),
    ("did_logit/HC0", "fac_id", False, True),
    ("did_logit/HC1", "fac_id", True, True),
]


@pytest.mark.parametrize(("key", "clusters", "residual", "between"), CASES)
def test_the_clustered_standard_error_agrees_with_sandwich(key, clusters, residual, between):
    fit, data = waves_fit(key.split("/")[0].removeprefix("did_"))
    expected = r(f"vcovCL/{key}")
    n, groups = len(data), data[clusters].nunique()
    covariance = cluster_covariance(fit, data[clusters], name=clusters)
    covariance /= 1.0 if residual else (n - 1) / (n - 4)
    covariance /= 1.0 if between else groups / (groups - 1)
    np.testing.assert_allclose(fit.params, expected["est"], rtol=1e-9)
    rtol = 1e-9 if "gauss" in key else 1e-6
    np.testing.assert_allclose(np.sqrt(np.diag(covariance)), expected["se"], rtol=rtol)
