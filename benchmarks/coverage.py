"""How often the intervals of a proportion hold the truth, in samples drawn as the campaign's.

    python benchmarks/coverage.py [--replications 2000] [--output FILE]

A finite population is built for each domain and each proportion, samples are drawn from it again
and again, and each interval of `obsante.stats.proportion` is asked whether it holds the truth.
Without an interval, it does not.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import NamedTuple

if __name__ == "__main__":
    # The folder of this file holds names of the standard library: its parent is searched instead.
    sys.path[0] = str(Path(__file__).resolve().parents[1])

import numpy as np

from benchmarks import draws, facilities
from benchmarks.tables import markdown
from obsante.stats.survey import intervals

SEED = 20261126
LEVEL = 0.95
SHARES = (0.01, 0.03, 0.05, 0.1, 0.2, 0.3, 0.5)
# What is asked of the published interval.
LEAST, MOST, RARE = 0.93, 0.99, 0.05
# Respondents, on average, of the cells that are summed up apart.
ENOUGH = 50
# Rounding must not push the truth out of an interval that ends on it.
SLACK = 1e-12


class Result(NamedTuple):
    """Of all replications: share holding the truth, mean width, share without an interval."""

    coverage: float
    width: float
    none: float


class Cell(NamedTuple):
    """One domain and one proportion, with the result of each interval."""

    stages: int
    domain: str
    truth: float
    yes: int
    n: float
    results: dict[str, Result]


def _plain(function):
    """An interval that knows nothing of the finite population."""
    return lambda p, variance, n, df, level, fraction: function(p, variance, n, df, level)


PUBLISHED = "korn-graubard"
INTERVALS = {
    PUBLISHED: intervals.korn_graubard,
    "korn-graubard, n* ≤ n": _plain(intervals.korn_graubard),
    "logit": _plain(intervals.logit_interval),
    "beta": _plain(intervals.beta),
    "wilson": _plain(intervals.wilson),
    "wald": lambda p, variance, n, df, level, fraction: intervals.student(p, variance, df, level),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--replications", type=int, default=2000)
    parser.add_argument("--output", type=Path, help="write the tables there too, in Markdown")
    options = parser.parse_args()
    cells = [cell(1, domain, share, options.replications)
             for domain in facilities.DOMAINS for share in SHARES]  # fmt: skip
    cells += [cell(2, domain, share, options.replications)
              for domain in facilities.STAFF_DOMAINS for share in SHARES]  # fmt: skip
    text = report(cells, options.replications)
    print(text)
    if options.output:
        options.output.write_text(text + "\n", encoding="utf-8")


def cell(stages: int, domain: str, share: float, replications: int) -> Cell:
    """Draw from one population; the seed depends on the arguments alone."""
    place = list(facilities.DOMAINS).index(domain)
    rng = np.random.default_rng([SEED, stages, place, SHARES.index(share)])
    if stages == 1:
        population = facilities.facilities(domain, share)
        sample = draws.one_stage(population, replications, rng)
    else:
        population = facilities.staff(domain, share, rng)
        sample = draws.two_stages(population, replications, rng)
    truth, yes = population.truth, int(population.yes.sum())
    return Cell(stages, domain, truth, yes, sample.n.mean(), measured(sample, truth))


def measured(sample: draws.Estimates, truth: float) -> dict[str, Result]:
    """Coverage, width and lack of each interval."""
    results = {}
    for name, interval in INTERVALS.items():
        low, high = interval(
            sample.value, sample.variance, sample.n, sample.df, LEVEL, sample.fraction
        )
        known = np.isfinite(low) & np.isfinite(high)
        holds = known & (low <= truth + SLACK) & (high >= truth - SLACK)
        width = float((high - low)[known].mean()) if known.any() else np.nan
        results[name] = Result(float(holds.mean()), width, float(1 - known.mean()))
    return results


def report(cells: list[Cell], replications: int) -> str:
    """Summaries, the cells where the published interval misses its aim, then all of them."""
    parts = [
        f"{replications} replications for each cell, seed {SEED}, level {LEVEL:.0%}.",
        "## All cells", markdown(["interval", *SUMMARY], summary(cells)),
        f"## Cells of {ENOUGH} respondents or more",
        markdown(["interval", *SUMMARY], summary([c for c in cells if c.n >= ENOUGH])),
        f"## Cells where {PUBLISHED} misses its aim", misses(cells),
        "## Facilities, one stage", detail([c for c in cells if c.stages == 1]),
        "## Staff, two stages", detail([c for c in cells if c.stages == 2]),
    ]  # fmt: skip
    return "\n\n".join(parts)


SUMMARY = (
    "lowest coverage %", f"cells under {LEAST:.0%}",
    f"cells of p ≥ {RARE} over {MOST:.0%}", "mean width, points", "most without interval %",
)  # fmt: skip


def summary(cells: list[Cell]) -> list[list[str]]:
    """One line for each interval."""
    rows = []
    for name in INTERVALS:
        results = [c.results[name] for c in cells]
        low = sum(r.coverage < LEAST for r in results)
        high = sum(c.results[name].coverage > MOST and c.truth >= RARE for c in cells)
        rows.append([
            name, f"{100 * min(r.coverage for r in results):.1f}", f"{low} of {len(cells)}",
            str(high), f"{100 * np.nanmean([r.width for r in results]):.2f}",
            f"{100 * max(r.none for r in results):.1f}",
        ])  # fmt: skip
    return rows


def misses(cells: list[Cell]) -> str:
    """Cells under the least coverage, or over the most where p is not rare."""
    rows = []
    for c in cells:
        coverage = c.results[PUBLISHED].coverage
        if coverage < LEAST or (coverage > MOST and c.truth >= RARE):
            rows.append([
                c.domain, str(c.stages), f"{c.truth:.4f}", str(c.yes), f"{c.n:.0f}",
                f"{100 * coverage:.1f}",
            ])  # fmt: skip
    head = ["domain", "stages", "p", "yes in the population", "mean n", "coverage %"]
    return markdown(head, rows) if rows else "None."


def detail(cells: list[Cell]) -> str:
    """Coverage, width in points and share without interval, in percent, of every interval."""
    rows = [
        [c.domain, f"{c.truth:.4f}", str(c.yes), f"{c.n:.0f}",
         *(f"{100 * r.coverage:.1f} / {100 * r.width:.2f} / {100 * r.none:.1f}"
           for r in c.results.values())]
        for c in cells
    ]  # fmt: skip
    head = ["domain", "p", "yes", "mean n", *(f"{name}: % / points / none %" for name in INTERVALS)]
    return markdown(head, rows)


if __name__ == "__main__":
    main()
