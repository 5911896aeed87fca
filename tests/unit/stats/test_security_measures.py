"""Points of an audit, nested traits, independent samples, several tests, rates of a register."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from obsante import stats
from obsante.errors import DataError, NotEstimable
from obsante.stats import impact

WEIGHTS = {"oui": 1, "partiel": 0.5, "non": 0}


def graded(*codes) -> pd.DataFrame:
    return stats.graded(pd.Series(codes, name="c"), weights=WEIGHTS)


def answers(*values) -> pd.DataFrame:
    y = pd.Series(values, dtype=float)
    return pd.DataFrame({"y": y, "state": pd.Series("valid", y.index).where(y.notna(), "missing")})


def design(size: int, population: int | None = None) -> stats.SurveyDesign:
    frame = pd.DataFrame({"w": (population or size * 10) / size, "h": "a", "N": population}, range(size))
    extra = {"strata": "h", "psu_population": "N"} if population else {}
    return stats.survey_design(frame, weights="w", **extra)


def test_points_keep_missing_and_not_applicable_apart():
    found = graded("oui", "partiel", "non", None, "sans_objet")
    assert found["y"].tolist()[:3] == [1.0, 0.5, 0.0]
    assert found["state"].tolist() == ["valid"] * 3 + ["missing", "not_applicable"]


def test_points_refuse_an_unknown_code_and_a_weight_out_of_range():
    with pytest.raises(DataError, match="'peut-être'"):
        graded("peut-être")
    with pytest.raises(DataError, match="points of 'oui'"):
        stats.graded(pd.Series(["oui"]), weights={"oui": 2})


def test_a_score_counts_the_items_that_apply_and_needs_enough_answers():
    items = {
        "a": graded("oui", "oui", None, "sans_objet"),
        "b": graded("non", "sans_objet", "oui", "sans_objet"),
        "c": graded("partiel", "sans_objet", None, "sans_objet"),
    }
    found = stats.applicable_score(items, minimum=0.5)
    assert found["y"].tolist()[:2] == [50.0, 100.0]
    assert found["state"].tolist() == ["valid", "valid", "missing", "not_applicable"]
    assert stats.applicable_score(items, minimum=0.3)["y"].iloc[2] == 100.0


def test_a_score_without_item_is_refused():
    with pytest.raises(DataError, match="items of the score"):
        stats.applicable_score({}, minimum=0.8)


def test_a_threshold_is_reached_at_equality_and_missing_stays_missing():
    found = stats.at_least(answers(50.0, 49.9, np.nan), 50)
    assert found["y"].tolist()[:2] == [1.0, 0.0]
    assert np.isnan(found["y"].iloc[2])
    assert found["state"].tolist() == ["valid", "valid", "missing"]


def test_a_nested_share_is_the_product_and_its_error_that_of_the_delta_method():
    first = answers(1, 1, 1, 1, 0, 0, 0, 0)
    second = answers(1, 0, np.nan, 1, 0, 0, 0, 0)
    plan = design(8)
    table = stats.nested_proportion(first, second, plan, first[[]], level=0.95)
    assert table["estimation"].iloc[0] == pytest.approx(0.5 * 2 / 3)
    assert table[["n", "n_manquant"]].iloc[0].tolist() == [7, 1]
    z = 2 / 3 * (first["y"] - 0.5) / 8
    z = z + (0.5 * (second["y"] - 2 / 3) / 3).where((first["y"] == 1) & second["y"].notna(), 0)
    assert table["erreur_type"].iloc[0] == pytest.approx(np.sqrt(8 / 7 * (z**2).sum()))


def test_a_nested_share_of_a_trait_that_nobody_has_is_zero_with_an_interval():
    table = stats.nested_proportion(answers(0, 0, 0), answers(*[np.nan] * 3), design(3),
                                    answers(0, 0, 0)[[]], level=0.95)  # fmt: skip
    assert table["estimation"].iloc[0] == 0
    assert table["borne_inf"].iloc[0] == 0 < table["borne_sup"].iloc[0]


def test_a_nested_share_by_domain_is_unknown_where_nobody_answered_the_second_question():
    domains = pd.DataFrame({"d": list("aabb")})
    table = stats.nested_proportion(answers(1, 0, 1, 0), answers(1, np.nan, np.nan, np.nan),
                                    design(4), domains, by="d", level=0.95)  # fmt: skip
    found = table.set_index("modalite")["estimation"]
    assert found["a"] == pytest.approx(0.5)
    assert np.isnan(found["b"])


def test_a_nested_share_equals_a_proportion_where_a_question_is_its_own_filter():
    y = answers(1, 0, 1, 1, 0, 1)
    one = stats.nested_proportion(y, y, design(6), y[[]], level=0.95)
    other = stats.proportion(y, design(6), y[[]], level=0.95)
    columns = ["estimation", "erreur_type", "borne_inf", "borne_sup", "ddl", "n"]
    assert one[columns].iloc[0].tolist() == pytest.approx(other[columns].iloc[0].tolist())


def test_independent_samples_add_their_variances_and_keep_the_order_of_the_first():
    row = {"dimension": "d", "ddl": 40, "n": 50, "effectif": 1.0, "n_manquant": 0, "n_sans_objet": 0}
    one = pd.DataFrame([row | {"modalite": m, "estimation": e, "erreur_type": 0.03}
                        for m, e in (("x", 0.5), ("y", 0.2))])  # fmt: skip
    two = pd.DataFrame([row | {"modalite": m, "estimation": e, "erreur_type": 0.04}
                        for m, e in (("y", 0.1), ("x", 0.2))])  # fmt: skip
    gap = stats.independent_difference(one, two, level=0.95)
    assert gap["modalite"].tolist() == ["x", "y"]
    assert gap["estimation"].tolist() == pytest.approx([0.3, 0.1])
    assert gap["erreur_type"].tolist() == pytest.approx([0.05, 0.05])
    expected = 0.05**4 / (0.03**4 / 42 + 0.04**4 / 42) - 2
    assert gap["ddl"].tolist() == pytest.approx([expected] * 2)
    with pytest.raises(DataError, match="difference of two tables"):
        stats.independent_difference(one, two.iloc[:1], level=0.95)


def test_adjusted_p_values_ignore_the_missing_ones():
    found = stats.benjamini_hochberg(pd.Series([0.04, np.nan, 0.01, 0.03]))
    assert found.iloc[[0, 2, 3]].tolist() == pytest.approx([0.04, 0.03, 0.04])
    assert np.isnan(found.iloc[1])
    assert stats.benjamini_hochberg(pd.Series([np.nan])).isna().all()


def survey(says: list[float], kinds: list[str]) -> dict:
    """Share that reports by type, of units of weight 10, with the frame they stand for."""
    y, plan = answers(*says), design(len(says))
    units = pd.DataFrame({"type": kinds, "id": [str(i) for i in range(len(says))]})
    call = {"design": plan, "domains": units[["type"]], "by": "type", "level": 0.95}
    more = [units.assign(id=units["id"] + f"-{i}") for i in range(1, 10)]
    return {"reporting": stats.proportion(y, **call), "frame": pd.concat([units, *more]),
            "observed": units[y["y"] == 1], "unit": "id"}  # fmt: skip


def register(**events: list[str]) -> pd.DataFrame:
    """One event for each unit named under its type."""
    rows = [(kind, unit) for kind, units in events.items() for unit in units]
    return pd.DataFrame(rows, columns=["type", "id"], dtype="str")


def rated(events: pd.DataFrame, tables: dict, **other) -> pd.DataFrame:
    rate = impact.reported_rate(events, **tables, scale=100, level=0.95, **other)
    return rate.set_index("modalite")


def test_a_rate_divides_the_register_by_the_estimated_number_of_units_that_report():
    tables = survey([1, 1, 0, 0, 1, 0, 0, 0], list("aaaabbbb"))
    rate = rated(register(a=["0"] * 12, b=["4"] * 3), tables)
    assert rate["estimation"].tolist() == pytest.approx([100 * 15 / 30, 100 * 12 / 20, 100 * 3 / 10])
    assert rate["declarants"].tolist() == rate["connus"].tolist() == [3, 2, 1]
    share = tables["reporting"].set_index("modalite")
    assert rate.loc["a", "borne_inf"] == pytest.approx(100 * 12 / (40 * share.loc["a", "borne_sup"]))
    width = np.log(rate.loc["a", "borne_sup"] / rate.loc["a", "borne_inf"])
    assert rate.loc["a", "cv"] == pytest.approx(width / (2 * norm.ppf(0.975)))


def test_as_many_units_report_as_are_known_to():
    tables = survey([1, 1, 0, 0, 1, 0, 0, 0], list("aaaabbbb"))
    # Of type b: respondent 4, and eleven others, of which the register holds one event each.
    others = [f"5-{i}" for i in range(1, 10)] + ["6", "7"]
    rate = rated(register(a=["0", "0", "9"], b=["4", *others]), tables)
    # Type a: 0, 1 and 9 are known; the lower limit of the share stands for fewer than these 3.
    assert rate["connus"].tolist() == [15, 3, 12]
    assert rate.loc["a", "borne_sup"] == pytest.approx(100 * 3 / 3)
    # Type b: 12 known, more than the 10 estimated.
    assert rate.loc["b", "estimation"] == rate.loc["b", "borne_sup"] == pytest.approx(100 * 12 / 12)


def test_a_rate_needs_a_minimum_of_observed_reporting_units_unless_all_were_observed():
    tables = survey([1, 1, 0, 0, 1, 0, 0, 0], list("aaaabbbb"))
    events = register(a=["0", "1"], b=["4"])
    rate = rated(events, tables, minimum=2)
    assert rate["estimation"].isna().tolist() == [False, False, True]
    assert rate.loc["b", ["erreur_type", "borne_inf", "borne_sup", "cv"]].isna().all()
    assert rate.loc["b", "n"] == 4
    ends = tables["reporting"]["estimation"]
    tables["reporting"] = tables["reporting"].assign(borne_inf=ends, borne_sup=ends)
    whole = rated(events, tables, minimum=2)
    assert whole.loc["b", "estimation"] == whole.loc["b", "borne_sup"] == pytest.approx(10)


def test_a_rate_is_unknown_where_nobody_reports_and_has_no_interval_without_events():
    tables = survey([1, 1, 0, 0, 0, 0, 0, 0], list("aaaabbbb"))
    rate = rated(register(b=["5"]), tables)
    assert np.isnan(rate.loc["b", "estimation"])
    assert rate.loc["a", "estimation"] == 0
    assert np.isnan(rate.loc["a", "borne_sup"])


def test_a_rate_refuses_repeated_domains_and_tables_without_a_dimension():
    tables = survey([1, 0, 1, 0], list("aabb"))
    events = register(a=["0"])
    twice = pd.concat([tables["reporting"]] * 2)
    with pytest.raises(DataError, match="rate of a register"):
        rated(events, tables | {"reporting": twice})
    with pytest.raises(DataError, match="dimension 'type'"):
        rated(events[["id"]], tables)
    with pytest.raises(DataError, match="dimension 'id'"):
        rated(events[["type"]], tables)
    with pytest.raises(DataError, match="frame"):
        rated(events, tables | {"frame": tables["frame"].query("type == 'a'")})


def test_a_nested_share_without_any_answer_is_not_estimable():
    y = answers(np.nan, np.nan)
    with pytest.raises(NotEstimable):
        stats.nested_proportion(y, y, design(2), y[[]], level=0.95)
