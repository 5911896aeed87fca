"""The Human Development Index: fixed goalposts, nested means, clipping.

Sources: UNDP, *Human Development Report 2015*, statistical table 1 (2014 values; life expectancy,
expected and mean years of schooling, GNI per head in 2011 PPP dollars, HDI); the worked example
of *Human Development Report 2020*, Technical note 1 (GNI 3,829: index 0.5506; 0.6971, 0.3447 and
0.5506: HDI 0.510). Goalposts of both: 20-85 years, 0-18, 0-15, 100-75,000 dollars in logarithms.

The inputs were typed by hand: that they give back the published index of 11 countries is the check
that they were typed right. Tolerance: 0.001 on the published three decimals, the table's inputs
being rounded.
"""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd
import pytest

from obsante.stats import composite

GOALPOSTS = {
    "vie": composite.Goalpost(20, 85, "up"),
    "attendues": composite.Goalpost(0, 18, "up"),
    "moyennes": composite.Goalpost(0, 15, "up"),
    "log_revenu": composite.Goalpost(np.log(100), np.log(75_000), "up"),
}
COUNTRIES = {
    "Norvège": (81.6, 17.5, 12.6, 64_992, 0.944),
    "Australie": (82.4, 20.2, 13.0, 42_261, 0.935),
    "Suisse": (83.0, 15.8, 12.8, 56_431, 0.930),
    "Danemark": (80.2, 18.7, 12.7, 44_025, 0.923),
    "Allemagne": (80.9, 16.5, 13.1, 43_919, 0.916),
    "États-Unis": (79.1, 16.5, 12.9, 52_947, 0.915),
    "Singapour": (83.0, 15.4, 10.6, 76_628, 0.912),
    "Liechtenstein": (80.0, 15.0, 11.8, 79_851, 0.908),
    "Islande": (82.6, 19.0, 10.6, 35_182, 0.899),
    "Japon": (83.5, 15.3, 11.5, 36_927, 0.891),
    "France": (82.2, 16.0, 11.1, 38_056, 0.888),
}


@pytest.fixture(scope="module")
def development() -> tuple[pd.DataFrame, pd.DataFrame]:
    """The index by country, and the counts of clipped values."""
    columns = ["vie", "attendues", "moyennes", "revenu", "publie"]
    table = pd.DataFrame.from_dict(COUNTRIES, orient="index", columns=columns)
    inputs = table[["vie", "attendues", "moyennes"]].assign(log_revenu=np.log(table["revenu"]))
    scores, clipped = composite.min_max(inputs, GOALPOSTS)
    dimensions = {
        "sante": composite.equal_weights(["vie"]),
        "education": composite.equal_weights(["attendues", "moyennes"]),
        "revenu": composite.equal_weights(["log_revenu"]),
    }
    index, _ = composite.nested(
        scores, dimensions, composite.equal_weights(list(dimensions)),
        within=partial(composite.arithmetic, minimum_share=1.0),
        between=partial(composite.geometric, minimum_share=1.0),
    )  # fmt: skip
    return index.assign(publie=table["publie"]), clipped


@pytest.mark.parametrize("country", COUNTRIES)
def test_the_index_is_the_published_one(development, country):
    row = development[0].loc[country]
    assert row["estimation"] == pytest.approx(row["publie"], abs=0.001)


def test_values_beyond_a_goalpost_are_clipped_and_counted(development):
    clipped = development[1]
    assert clipped["n_au_dessus"].to_dict() == {
        "vie": 0, "attendues": 3, "moyennes": 0, "log_revenu": 2,
    }  # fmt: skip
    assert clipped["n_sous"].sum() == 0


def test_the_worked_example_of_the_technical_note_is_reproduced():
    income = pd.DataFrame({"log_revenu": [np.log(3_829)]})
    score, _ = composite.min_max(income, {"log_revenu": GOALPOSTS["log_revenu"]})
    assert score.iloc[0, 0] == pytest.approx(0.5506, abs=0.00005)
    parts = pd.DataFrame({"sante": [0.6971], "education": [0.3447], "revenu": [0.5506]})
    index = composite.geometric(parts, composite.equal_weights(list(parts)), minimum_share=1.0)
    assert index["estimation"].iloc[0] == pytest.approx(0.510, abs=0.0005)
