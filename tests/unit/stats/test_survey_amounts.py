"""Mean of an amount that only some have, part of which is not told."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from obsante import stats
from obsante.errors import DataError


def sample(seed: int = 1) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    rows = pd.DataFrame({"psu": np.repeat(np.arange(24), 5), "stratum": np.repeat([0, 1], 60)})
    rows["w"] = rng.uniform(1, 4, len(rows))
    rows["has"] = rng.random(len(rows)) < 0.4
    rows["amount"] = np.where(rows["has"], rng.gamma(2, 4, len(rows)), 0.0)
    rows["domain"] = rng.choice(["a", "b"], len(rows))
    return rows


def answers(rows: pd.DataFrame) -> tuple:
    has = pd.DataFrame({"y": rows["has"].astype(float), "state": "valid"}, index=rows.index)
    amount = stats.numeric(rows["amount"])
    return has, amount, stats.survey_design(rows, weights="w", strata="stratum", psu="psu")


def estimated(rows: pd.DataFrame, **changes) -> pd.DataFrame:
    has, amount, design = answers(rows)
    return stats.mean_amount(has, amount, design, rows, **({"by": "domain", "level": 0.95} | changes))


def test_where_all_tell_it_is_the_mean():
    rows = sample()
    _, amount, design = answers(rows)
    found, expected = estimated(rows), stats.mean(amount, design, rows, by="domain", level=0.95)
    for column in ("estimation", "erreur_type", "borne_inf", "borne_sup", "ddl", "n"):
        assert found[column].tolist() == pytest.approx(expected[column].tolist(), rel=1e-12)


def test_where_some_do_not_tell_the_mean_of_the_known_is_too_small():
    rows = sample()
    hidden = rows["has"] & (np.arange(len(rows)) % 3 == 0)
    rows["amount"] = rows["amount"].mask(hidden)
    known = rows[rows["has"] & ~hidden]
    share = np.average(rows["has"], weights=rows["w"])
    expected = share * np.average(known["amount"], weights=known["w"])
    found = estimated(rows).iloc[0]
    assert found["estimation"] == pytest.approx(expected)
    assert (found["n"], found["n_manquant"]) == (len(rows) - hidden.sum(), hidden.sum())
    _, amount, design = answers(rows)
    assert stats.mean(amount, design, rows, level=0.95)["estimation"].iloc[0] < expected


def test_its_error_is_that_of_the_jackknife():
    rows = sample(2)
    rows["amount"] = rows["amount"].mask(rows["has"] & (np.arange(len(rows)) % 4 == 0))
    found, variance = estimated(rows).iloc[0], 0.0
    for _, stratum in rows.groupby("stratum"):
        units = stratum["psu"].unique()
        for unit in units:
            kept = rows[rows["psu"] != unit].copy()
            kept.loc[kept["stratum"] == stratum["stratum"].iloc[0], "w"] *= len(units) / (len(units) - 1)
            told = kept[kept["has"] & kept["amount"].notna()]
            value = np.average(kept["has"], weights=kept["w"]) * np.average(told["amount"], weights=told["w"])
            variance += (len(units) - 1) / len(units) * (value - found["estimation"]) ** 2
    assert found["erreur_type"] == pytest.approx(variance**0.5, rel=0.05)


def test_where_nobody_has_any_it_is_zero_without_an_interval():
    rows = sample()
    alone = rows["domain"] == "a"
    rows.loc[alone, "has"], rows.loc[alone, "amount"] = False, 0.0
    found = estimated(rows).set_index("modalite").loc["a"]
    assert found["estimation"] == 0
    assert np.isnan(found["borne_inf"])


def test_where_none_of_those_who_have_some_tell_there_is_no_value():
    rows = sample()
    rows["amount"] = rows["amount"].mask(rows["has"] & (rows["domain"] == "a"))
    found = estimated(rows).set_index("modalite").loc["a"]
    assert np.isnan(found["estimation"])
    assert found["n"] > 0


def test_the_interval_does_not_go_under_zero():
    rows = sample()
    rows.loc[rows.index[3:], "has"] = False
    rows.loc[rows.index[[0, 5]], "has"] = True
    rows["amount"] = np.where(rows["has"], 3.0 + rows.index, 0.0)
    assert estimated(rows, by=()).iloc[0]["borne_inf"] == 0


def test_an_amount_of_one_who_has_none_is_refused():
    rows = sample()
    rows.loc[rows.index[~rows["has"]][0], "amount"] = 2.0
    with pytest.raises(DataError, match=r"amount 2"):
        estimated(rows)
