"""The description of a sample, and what it refuses."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from obsante import stats
from obsante.errors import DataError

DRAWN = {"weights": "w", "strata": "h", "psu": "j", "psu_population": "N"}


def people(**changes: list) -> pd.DataFrame:
    """Two strata of two PSUs, two people in each."""
    columns = {"w": [2.0] * 8, "h": [*"aaaabbbb"], "j": [1, 1, 2, 2, 1, 1, 2, 2], "N": [4] * 8,
               "i": [1, 2] * 4, "M": [6] * 8}  # fmt: skip
    return pd.DataFrame(columns | changes)


def design(frame: pd.DataFrame, **changes: object) -> stats.SurveyDesign:
    return stats.survey_design(frame, **(DRAWN | {"ssu_population": "M"} | changes))


def test_labels_of_primary_units_are_read_within_their_stratum():
    d = design(people())
    assert len(d.psu_stratum) == 4
    assert d.sampled_psu.tolist() == [2, 2]
    assert d.first_fraction.tolist() == [0.5, 0.5]
    assert d.degrees_of_freedom(np.ones(8, dtype=bool)) == 2
    assert d.degrees_of_freedom(np.arange(8) < 2) == 0


def test_the_order_of_the_rows_changes_nothing():
    frame = people()
    z = np.arange(8.0)
    order = np.random.default_rng(1).permutation(8)
    straight, shuffled = design(frame), design(frame.iloc[order])
    assert shuffled.covariance(z[order])[0, 0] == pytest.approx(straight.covariance(z)[0, 0])


def test_a_named_secondary_unit_gathers_its_rows():
    # Each person counted by two rows: same variance as one row with their sum.
    once = people()
    twice = pd.concat([once, once], ignore_index=True)
    z = np.arange(1.0, 9.0)
    halves = np.concatenate([z * 0.3, z * 0.7])
    single = design(once, ssu="i").covariance(z)
    assert design(twice, ssu="i").covariance(halves) == pytest.approx(single)


def test_a_census_stratum_is_not_lonely():
    frame = pd.DataFrame({"w": [1.0, 2, 2], "h": [*"abb"], "N": [1, 4, 4]})
    d = stats.survey_design(frame, weights="w", strata="h", psu_population="N")
    assert d.lonely_strata.tolist() == [False, False]
    assert d.covariance(np.array([9.0, 0, 0]))[0, 0] == 0


def test_a_lonely_stratum_stops_unless_a_rule_is_declared():
    frame = pd.DataFrame({"w": [4.0, 2, 2], "h": [*"abb"], "N": [4, 4, 4]})
    with pytest.raises(DataError, match="stratum 'a'\n.*a single PSU in 1 stratum"):
        stats.survey_design(frame, weights="w", strata="h", psu_population="N")
    z = np.array([9.0, 2.0, 4.0])
    by_rule = {
        rule: stats.survey_design(
            frame, weights="w", strata="h", psu_population="N", lonely=rule
        ).covariance(z)[0, 0]
        for rule in ("certainty", "adjust")
    }
    assert by_rule["certainty"] == pytest.approx(0.5 * 2 * 2)
    # Centred on the mean of the three PSUs, 5, with 1 - f = 3/4.
    assert by_rule["adjust"] == pytest.approx(0.5 * 2 * 2 + 0.75 * 16)


def test_a_primary_unit_with_one_person_of_several_is_centred_on_all_of_them():
    frame = people().iloc[[0, 1, 2, 4, 5, 6, 7]]
    z = np.array([1.0, 3, 5, 0, 0, 0, 0])
    found = design(frame).covariance(z)[0, 0]
    first = 0.5 * 2 * ((4 - 4.5) ** 2 + (5 - 4.5) ** 2)
    mean = 9 / 7
    second = 0.5 * (1 - 2 / 6) * 2 * 2 + 0.5 * (1 - 1 / 6) * (5 - mean) ** 2
    assert found == pytest.approx(first + second)


def test_domains_by_code_give_what_columns_give():
    d = design(people())
    z, codes = np.arange(8.0), np.array([0, 1, 2, 0, 1, 2, 0, 1])
    wide = np.zeros((8, 3))
    wide[np.arange(8), codes] = z
    assert d.covariance(z, codes, 3) == pytest.approx(d.covariance(wide))


def test_a_large_mean_does_not_drown_the_variance():
    # Two-pass centring: with 1e8 added to every unit total the variance is the same.
    frame = pd.DataFrame({"w": [1.0] * 6})
    d = stats.survey_design(frame, weights="w")
    small = np.array([1.0, 2, 3, 4, 5, 6])
    assert d.covariance(small + 1e8) == pytest.approx(d.covariance(small), rel=1e-7)


@pytest.mark.parametrize("bad", [0.0, -1.0, float("nan"), float("inf")])
def test_a_weight_that_is_not_positive_is_an_error(bad):
    with pytest.raises(DataError, match="'w', row 7\n.*1 missing, zero, negative or infinite"):
        design(people(w=[2.0] * 7 + [bad]))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"N": [4] * 7 + [5]}, "column 'N', h b\n.*two sizes, 4 and 5"),
        ({"N": [1] * 8}, r"column 'N', a\n.*a population of 1 for 2 sampled PSU"),
        ({"M": [6] * 7 + [7]}, "column 'M', PSU .*2.*\n.*two sizes"),
        ({"M": [1] * 8}, r"column 'M', .*\n.*a population of 1 for 2 sampled SSU"),
        ({"h": [*"aaaabbb", None]}, r"column 'h', row 7\n.*1 missing label"),
        ({"j": [1, 1, 2, 2, 1, 1, 2, None]}, r"column 'j', row 7\n.*1 missing label"),
        ({"N": [4] * 7 + [None]}, "'N', row 7"),
    ],
)
def test_a_sample_file_that_contradicts_itself_is_an_error(changes, message):
    with pytest.raises(DataError, match=message):
        design(people(**changes))


def test_one_stage_of_correction_for_two_stages_of_draw_is_an_error():
    with pytest.raises(DataError, match="the size of the first stage only"):
        stats.survey_design(people(), **DRAWN)
    whole = stats.survey_design(people(), **DRAWN, whole_psu=True)
    assert whole.second is None


def test_a_second_stage_without_the_size_of_the_first_is_an_error():
    with pytest.raises(DataError, match="second stage, column 'M'"):
        design(people(), psu_population=None)


def test_an_unknown_column_names_the_nearest():
    with pytest.raises(DataError, match=r"column 'W'(.|\n)*'w'"):
        design(people(), weights="W")


def test_an_unknown_rule_and_an_empty_sample_are_errors():
    with pytest.raises(DataError, match="single PSU 'average'"):
        design(people(), lonely="average")
    with pytest.raises(DataError, match="the sample\n.*no row"):
        design(people().head(0))


def test_calibration_leaves_only_what_the_auxiliaries_do_not_explain():
    frame = pd.DataFrame({"w": [2.0] * 6})
    d = stats.survey_design(frame, weights="w")
    x = np.array([1.0, 2, 3, 4, 5, 6])
    calibrated = d.calibrated(d.weights * 1.5, np.column_stack([np.ones(6), x]))
    assert calibrated.covariance(calibrated.weights * (3 + 2 * x))[0, 0] == pytest.approx(0, abs=1e-9)
    noise = np.array([1.0, -1, 0, 0, -1, 1])
    assert calibrated.covariance(calibrated.weights * noise)[0, 0] > 1
