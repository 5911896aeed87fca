"""Survey designs drawn at random, and what it means for two results to be the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from obsante import stats
from obsante.stats.survey import intervals, linear
from obsante.stats.survey.domains import Partition, partition

LEVEL = 0.9
INTERVALS = tuple(intervals.PROPORTION_INTERVALS)
LIMITS = ["borne_inf", "borne_sup"]
PRECISION = ["estimation", "erreur_type", *LIMITS, "ddl"]


@dataclass(frozen=True)
class Sample:
    """A table of respondents and how it was drawn: ``none``, ``one`` or ``two`` stages of FPC."""

    frame: pd.DataFrame
    fpc: str
    lonely: str
    degrees: str = "design"

    @cached_property
    def design(self) -> stats.SurveyDesign:
        columns = {"weights": "w", "strata": "h", "psu": "j", "lonely": self.lonely,
                   "degrees": self.degrees}
        if self.fpc != "none":
            columns |= {"psu_population": "N", "whole_psu": self.fpc == "one"}
        if self.fpc == "two":
            columns |= {"ssu": "i", "ssu_population": "M"}
        return stats.survey_design(self.frame, **columns)

    @cached_property
    def domains(self) -> Partition:
        return partition(self.frame["d"], "d")

    def changed(self, **columns: object) -> Sample:
        return replace(self, frame=self.frame.assign(**columns))

    def drawn(self, fpc: str) -> Sample:
        return replace(self, fpc=fpc)

    def freely(self) -> Sample:
        """With the degrees of freedom that the parts of the variance leave."""
        return replace(self, degrees="welch")

    def shuffled(self) -> Sample:
        order = np.random.default_rng(len(self.frame)).permutation(len(self.frame))
        return replace(self, frame=self.frame.iloc[order])

    def values(self, name: str = "y") -> np.ndarray:
        return self.frame[name].to_numpy(dtype=float)

    def answers(self, name: str = "y") -> pd.DataFrame:
        return stats.numeric(self.frame[name])

    def weighted(self) -> np.ndarray:
        """Weight times answer, 0 where there is none."""
        return self.design.weights * np.nan_to_num(self.values())

    def question(self, name: str = "y") -> linear.Question:
        """The answers, units without one being taken as not concerned."""
        return asked(self.values(name))

    def means(self, name: str = "y", silent: bool = False) -> linear.Linear:
        """Means by domain; units without an answer left it out if ``silent``."""
        question = self.question(name)
        if silent:
            question = replace(question, missing=np.isnan(question.y))
        return linear.ratio(self.design, question, self.domains)

    def table(self, statistic: Callable[..., pd.DataFrame], *first: object) -> pd.DataFrame:
        return statistic(*first, self.design, self.frame, by=["d"], level=LEVEL)

    def wave(self, name: str = "y") -> stats.Wave:
        return stats.Wave(self.design, self.answers(name))


def asked(y: np.ndarray, x: np.ndarray | None = None) -> linear.Question:
    return linear.Question(y, np.zeros(len(y), dtype=bool), x)


@st.composite
def samples(draw: st.DrawFn) -> Sample:
    """Strata of 1 to 4 PSUs of 1 to 3 units, some observed whole; domains straddle them."""
    sizes = draw(st.lists(st.tuples(st.integers(1, 4), st.integers(0, 3)), min_size=1, max_size=4))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    drawn, left = np.transpose(sizes)
    stratum = np.repeat(np.arange(len(sizes)), drawn)
    units = rng.integers(1, 4, len(stratum))
    psu = np.repeat(np.arange(len(stratum)), units)
    n = len(psu)
    # The first unit answers, for a question without any answer is an error.
    silent = (rng.random(n) < draw(st.sampled_from([0.0, 0.3]))) & (np.arange(n) > 0)
    domains = pd.CategoricalDtype(["est", "nord", "sud", "vide"])
    frame = pd.DataFrame({
        "h": stratum[psu], "j": psu, "N": (drawn + left)[stratum[psu]],
        "i": np.arange(n), "M": (units + rng.integers(0, 3, len(stratum)))[psu],
        "w": rng.uniform(0.5, 5, n),
        "d": pd.Categorical.from_codes(rng.integers(-1, 3, n), dtype=domains),
        "b": np.where(silent, np.nan, rng.random(n) < rng.random()),
        "y": np.where(silent, np.nan, rng.normal(2, 3, n).round(2)),
    })  # fmt: skip
    fpc = draw(st.sampled_from(["none", "one", "two"]))
    return Sample(frame, fpc, draw(st.sampled_from(["adjust", "certainty"])))


def holds(claim: Callable[[Sample], None]) -> Callable[[int], None]:
    """A test of ``claim`` on random samples, the same ones at each run."""

    @pytest.mark.parametrize("examples", [15, pytest.param(100, marks=pytest.mark.slow)])
    def test(examples: int) -> None:
        options = settings(
            max_examples=examples, deadline=None, derandomize=True, database=None,
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        options(given(samples())(claim))()

    test.__name__, test.__doc__ = claim.__name__, claim.__doc__
    return test


def same(found: object, expected: object) -> None:
    """Equal up to rounding of the largest; missing where the other is."""
    one, other = (np.asarray(values, dtype=float) for values in (found, expected))
    assert one.shape == other.shape
    assert np.array_equal(np.isnan(one), np.isnan(other))
    one, other = np.nan_to_num(one), np.nan_to_num(other)
    assert np.abs(one - other).max(initial=0) <= 1e-9 * max(1.0, np.abs(other).max(initial=0))


def alike(found: linear.Linear, expected: linear.Linear) -> None:
    """Same estimates, covariances and degrees of freedom."""
    same(found.value, expected.value)
    same(found.covariance, expected.covariance)
    assert found.df.tolist() == expected.df.tolist()


def limits(part: linear.Linear, interval: str, level: float = LEVEL) -> np.ndarray:
    """Lower and upper limits (2, K) of proportions, as in a table."""
    n = np.bincount(part.codes[part.codes >= 0], minlength=len(part.value))
    share = {"fraction": part.fraction} if interval == "korn-graubard" else {}
    function = intervals.proportion_interval(interval)
    ends = np.array(function(part.value, part.variance, n, part.df, level, **share))
    return np.where(part.exact, part.value, ends)
