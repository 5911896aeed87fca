"""Speed and memory of survey estimates, this project's against svy's.

    python benchmarks/statistics.py [--rows 10000 100000 1000000] [--repeats 5] [--output FILE]

Mean and proportion of one variable, the country and fifty domains, with the finite-population
corrections of one stage or two. Both libraries run in one process, in turn, from their table in
memory; the numbers are compared before anything is timed.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

# The folder of this file holds names of the standard library: its parent is searched instead.
sys.path[0] = str(Path(__file__).resolve().parents[1])

import numpy as np  # noqa: E402

from benchmarks import libraries, memory, samples  # noqa: E402
from benchmarks.tables import markdown  # noqa: E402

TOLERANCE = 1e-8
STATISTICS = ("mean", "proportion")
STAGES = (1, 2)
FEWEST_ROWS = 5_000


@dataclass
class Line:
    """One line of the table: seconds (design, estimate) of each run and megabytes, by library."""

    statistic: str
    stages: int
    rows: int
    seconds: dict[str, np.ndarray]
    megabytes: dict[str, float]
    gap: tuple[float, float] | None

    def total(self, name: str) -> np.ndarray:
        """Seconds of each run, design and estimate together."""
        return self.seconds[name].sum(axis=1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=_rows, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--output", type=Path, help="write the tables there too, in Markdown")
    options = parser.parse_args()
    if len(libraries.installed()) == 1:
        print("svy is not installed: obsante only. pip install -e '.[benchmarks]' adds it.\n")
    lines = [
        measured(statistic, stages, rows, options.repeats)
        for stages in STAGES for statistic in STATISTICS for rows in options.rows
    ]  # fmt: skip
    text = "\n\n".join(filter(None, [times(lines), growth(lines), gaps(lines)]))
    print(text)
    if options.output:
        options.output.write_text(text + "\n", encoding="utf-8")


def _rows(text: str) -> int:
    """A number of rows that fills every stratum and domain."""
    if not text.isdigit() or int(text) < FEWEST_ROWS:
        raise argparse.ArgumentTypeError(f"{text}: give at least {FEWEST_ROWS:,} rows")
    return int(text)


def measured(statistic: str, stages: int, rows: int, repeats: int) -> Line:
    """Compare the numbers, then time the libraries in turn, then measure each one's memory."""
    print(f"{statistic}, {stages} stage(s), {rows:,} rows", file=sys.stderr)
    columns = samples.sample(rows, stages)
    tables = {item: item.table(columns) for item in libraries.installed()}
    del columns
    numbers = [
        item.numbers(item.estimate(table, item.design(table), statistic))
        for item, table in tables.items()
    ]
    seconds = {item.name: [] for item in tables}
    for _ in range(repeats):
        for item, table in tables.items():
            seconds[item.name].append(timed(item, table, statistic))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "sample.arrow"
        tables[libraries.Obsante].to_feather(file, compression="uncompressed")
        megabytes = {item.name: memory.peak(item.__name__, statistic, file) for item in tables}
    arrays = {name: np.array(runs) for name, runs in seconds.items()}
    return Line(statistic, stages, rows, arrays, megabytes, gap(numbers))


def timed(library, table, statistic: str) -> tuple[float, float]:
    """Seconds to describe the design, then to estimate."""
    start = perf_counter()
    design = library.design(table)
    middle = perf_counter()
    library.estimate(table, design, statistic)
    return middle - start, perf_counter() - middle


def gap(numbers: list[tuple[np.ndarray, np.ndarray]]) -> tuple[float, float] | None:
    """Largest relative difference of the estimates, then of the standard errors."""
    if len(numbers) == 1:
        return None
    first, second = numbers
    return tuple(float(np.max(np.abs(b / a - 1))) for a, b in zip(first, second, strict=True))


def times(lines: list[Line]) -> str:
    """Milliseconds and megabytes of each line; the ratio is svy's over ours, best and median."""
    head = ["estimate", "stages", "rows"]
    for name in lines[0].seconds:
        head += [f"{name} ms (design + estimate)", f"{name} MB"]
    head += ["times faster (best)", "times faster (median)", "memory"] * (len(lines[0].seconds) > 1)
    rows = []
    for line in lines:
        cells = [line.statistic, str(line.stages), f"{line.rows:,}"]
        for name in line.seconds:
            best = line.seconds[name][line.total(name).argmin()] * 1000
            cells.append(f"{best.sum():.1f} ({best[0]:.1f} + {best[1]:.1f})")
            cells.append(f"{line.megabytes[name]:.1f}")
        rows.append(cells + ratios(line))
    return markdown(head, rows)


def ratios(line: Line) -> list[str]:
    """svy over ours: best time, median of the runs made side by side, and our share of memory."""
    if len(line.seconds) == 1:
        return []
    ours, theirs = (line.total(name) for name in line.seconds)
    share = line.megabytes["obsante"] / max(line.megabytes["svy"], 0.1)
    return [
        f"{theirs.min() / ours.min():.2f}", f"{np.median(theirs / ours):.2f}", f"{share:.2f}",
    ]  # fmt: skip


def growth(lines: list[Line]) -> str:
    """How many times longer with the next number of rows; linear is the ratio of the rows."""
    rows = []
    for small, large in zip(lines, lines[1:], strict=False):
        if (small.statistic, small.stages) == (large.statistic, large.stages):
            times = [large.total(name).min() / small.total(name).min() for name in small.seconds]
            rows.append(
                [small.statistic, str(small.stages), f"{small.rows:,} to {large.rows:,}",
                 *(f"{value:.1f}" for value in times)]
            )  # fmt: skip
    head = ["estimate", "stages", "rows", *(f"{name}: time ×" for name in lines[0].seconds)]
    return markdown(head, rows) if rows else ""


def gaps(lines: list[Line]) -> str:
    """Where the two libraries do not give the same numbers."""
    wrong = [line for line in lines if line.gap and max(line.gap) > TOLERANCE]
    if lines[0].gap is None:
        return "Numbers compared with nothing."
    text = f"Estimates and standard errors equal within {TOLERANCE:g} on every line"
    if not wrong:
        return text + "."
    return "\n".join([text + " but:", ""] + [
        f"- {line.statistic}, {line.stages} stage(s), {line.rows:,} rows: estimates differ by up to"
        f" {line.gap[0]:.1e}, standard errors by up to {line.gap[1]:.1e} (relative)"
        for line in wrong
    ])  # fmt: skip


if __name__ == "__main__":
    main()
