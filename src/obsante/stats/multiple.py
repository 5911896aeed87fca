"""Several comparisons at once: p values adjusted for the false discovery rate."""

from __future__ import annotations

import numpy as np
import pandas as pd
from statsmodels.stats.multitest import multipletests

from obsante.stats.checks import vector


def benjamini_hochberg(p_values: pd.Series) -> pd.Series:
    """p values adjusted so that a threshold of 5 % keeps 5 % of false discoveries at most.

    Missing p values (a comparison that could not be made) stay missing and count for none.
    Benjamini & Hochberg, *J. R. Stat. Soc. B* 57 (1995), 289-300.

    Args:
        p_values: one for each comparison, 0 to 1 or missing.

    Returns:
        Adjusted p values, same index.

    Raises:
        DataError: a value is not a number.

    >>> benjamini_hochberg(pd.Series([0.01, 0.04, None])).round(3).tolist()
    [0.02, 0.04, nan]
    """
    values = vector(p_values, str(p_values.name), len(p_values))
    known = np.isfinite(values)
    adjusted = np.full(len(values), np.nan)
    if known.any():
        adjusted[known] = multipletests(values[known], method="fdr_bh")[1]
    return pd.Series(adjusted, index=p_values.index)
