"""Data that do not suffice are told from wrong ones, each with a reason that notebooks can word."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from obsante import stats
from obsante.errors import DataError, NotEstimable
from obsante.results.absence import REASONS
from obsante.stats import equity, impact, models, reliability

SOURCES = Path(stats.__file__).parent
NAMES = "abcdefgh"


def sample(**columns) -> tuple[pd.DataFrame, stats.SurveyDesign]:
    rows = len(next(iter(columns.values())))
    frame = pd.DataFrame({"w": 1.0, "h": "h", "p": [f"p{i}" for i in range(rows)]} | columns)
    return frame, stats.survey_design(frame, weights="w", strata="h", psu="p")


def test_every_reason_of_the_statistics_has_words_and_every_word_a_use():
    used = {reason for path in SOURCES.rglob("*.py")
            for reason in re.findall(r'reason="(\w+)"', path.read_text("utf-8"))}  # fmt: skip
    used |= set(re.findall(r'reason="(\w+)" if found else', (SOURCES / "models/glm.py").read_text()))
    assert used == set(REASONS)


def test_an_empty_table_has_no_data():
    with pytest.raises(NotEstimable) as caught:
        sample(y=np.array([], dtype=float))
    assert caught.value.reason == "no_data"


def test_answers_that_are_all_missing_have_no_model():
    frame, design = sample(y=[np.nan] * 8, x=list(range(8)))
    with pytest.raises(NotEstimable) as caught:
        models.glm(design, "y ~ x", frame, family="binomial", level=0.95)
    assert caught.value.reason == "no_data"


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_answers_that_are_all_equal_have_no_logistic_model(value):
    frame, design = sample(y=[value] * 8, x=list(range(8)))
    with pytest.raises(NotEstimable) as caught:
        models.glm(design, "y ~ x", frame, family="binomial", level=0.95)
    assert caught.value.reason == "no_variation"


def test_a_variable_that_separates_the_answers_is_named():
    frame, design = sample(y=[0.0] * 4 + [1.0] * 4, x=[0.0] * 4 + [1.0] * 4)
    with pytest.raises(NotEstimable, match="x separate") as caught:
        models.glm(design, "y ~ x", frame, family="binomial", level=0.95)
    assert caught.value.reason == "separated"


def test_a_proportion_of_all_zeros_or_ones_is_a_value_with_an_interval():
    frame, design = sample(y=[1.0] * 8)
    row = stats.proportion(stats.numeric(frame["y"]), design, frame[[]], level=0.95).iloc[0]
    assert row["estimation"] == 1.0
    assert 0.3 < row["borne_inf"] < 1.0
    assert row["borne_sup"] == 1.0


def test_an_empty_domain_has_no_value_and_does_not_stop_the_others():
    frame, design = sample(y=[0.0, 1.0] * 4)
    region = pd.Categorical(list("aabbaabb"), categories=["a", "b", "c"])
    rows = stats.proportion(stats.numeric(frame["y"]), design, pd.DataFrame({"region": region}),
                            by=["region"], level=0.95).set_index("modalite")  # fmt: skip
    assert np.isnan(rows.loc["c", "estimation"])
    assert rows.loc[["a", "b"], "estimation"].notna().all()


def test_a_panel_without_treated_unit_has_no_effect():
    panel = pd.DataFrame({"u": np.repeat(list(NAMES), 6), "t": list(range(6)) * 8, "y": 1.0,
                          "g": np.repeat(list(NAMES), 6), "d": np.nan})  # fmt: skip
    with pytest.raises(NotEstimable) as caught:
        impact.cohort_panel(panel, "y", unit="u", time="t", cohort="d", cluster="g")
    assert caught.value.reason == "no_comparison"


def test_a_scale_without_variation_has_no_reliability():
    items = pd.DataFrame({name: [3.0] * 20 for name in NAMES})
    with pytest.raises(NotEstimable) as caught:
        reliability.cronbach_alpha(items, level=0.95)
    assert caught.value.reason == "no_variation"


def test_a_wrong_column_stays_an_error_of_the_notebook():
    frame, design = sample(y=[0.0, 1.0] * 4)
    with pytest.raises(DataError) as caught:
        models.glm(design, "y ~ z", frame, family="binomial", level=0.95)
    assert not isinstance(caught.value, NotEstimable)


def test_a_ranking_without_order_has_no_concentration():
    frame, design = sample(y=[0.0, 1.0] * 4, q=[3.0] * 8)
    with pytest.raises(NotEstimable) as caught:
        equity.concentration_index(design, frame["y"], frame["q"], level=0.95)
    assert caught.value.reason == "no_variation"
