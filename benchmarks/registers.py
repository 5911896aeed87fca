"""Time and memory of a register of acts: written, ingested, added up out of core.

    python benchmarks/registers.py [--rows 1000000 10000000] [--folder DIR] [--output FILE]

One row per act. Each step has a process of its own: the register is written as CSV, ingested in a
project of its own, then added up by month, milieu and specialty on the engine that
OBSANTE_BACKEND names, DuckDB without it. The acts added up must be those written, to the last one.
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

# The folder of this file holds names of the standard library: its parent is searched instead.
sys.path[0] = str(Path(__file__).resolve().parents[1])

import yaml  # noqa: E402

from benchmarks.ingest import UNIT, YEAR, entry  # noqa: E402
from benchmarks.tables import markdown  # noqa: E402
from obsante.collect import ingest, store  # noqa: E402
from obsante.collect.demo.acts_stream import write_acts  # noqa: E402
from obsante.collect.registers import REGISTER, acts  # noqa: E402
from obsante.edition import load_edition  # noqa: E402
from obsante.paths import Project, find_project  # noqa: E402

SEED = 20250101
BY = ["mois", "milieu", "specialite"]
HEAD = ["rows", "step", "seconds", "rows per second", "peak MB", "file"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, nargs="+", default=[10**6, 10**7, 10**8])
    parser.add_argument("--folder", type=Path, help="where; 100,000,000 rows take 9 GB")
    parser.add_argument("--output", type=Path, help="write the table there too, in Markdown")
    parser.add_argument("--step", nargs=2, metavar=("NAME", "ROOT"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.step:
        name, root = options.step
        print(json.dumps(measured(name, Project(Path(root)), options.rows[0])))
        return
    lines = [line for rows in options.rows for line in steps(rows, options.folder)]
    text = markdown(HEAD, lines)
    print(text)
    if options.output:
        options.output.write_text(text + "\n", encoding="utf-8")


def steps(rows: int, folder: Path | None) -> list[list[str]]:
    """One line of the table for each step, in a project that is removed at the end."""
    with tempfile.TemporaryDirectory(dir=folder, prefix="obsante-") as root:
        project(Path(root))
        return [line(rows, name, root) for name in STEPS]


def line(rows: int, name: str, root: str) -> list[str]:
    """One step, in a new process."""
    print(f"{rows:,} rows, {name}", file=sys.stderr)
    command = [sys.executable, __file__, "--step", name, root, "--rows", str(rows)]
    one = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)
    return [f"{rows:,}", name, f"{one['seconds']:.1f}", f"{rows / one['seconds']:,.0f}",
            f"{one['megabytes']:,.0f}", one["file"]]  # fmt: skip


def measured(name: str, made: Project, rows: int) -> dict[str, object]:
    """A step, and what it took."""
    start = perf_counter()
    file = STEPS[name](made, rows)
    return {
        "seconds": perf_counter() - start,
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / UNIT,
        "file": file,
    }  # fmt: skip


def project(root: Path) -> None:
    """A project without any campaign file."""
    source, made = find_project(Path(__file__)), Project(root)
    shutil.copytree(source.config, made.config)
    shutil.copytree(source.reference, made.reference)
    made.raw(YEAR).mkdir()


def write(made: Project, rows: int) -> str:
    """The register as CSV, and its source sheet."""
    path = made.raw(YEAR) / f"{REGISTER}.csv"
    write_acts(path, rows, SEED, project=made)
    sheet = {"files": {path.name: {**entry(path), "table": REGISTER}}}
    (made.raw(YEAR) / "sources.yml").write_text(yaml.safe_dump(sheet), encoding="utf-8")
    return sized(path)


def check(made: Project, rows: int) -> str:
    """Ingest, whose every row must be kept."""
    balance = ingest(made, load_edition(made, YEAR)).campaign[REGISTER]
    require(rows, "rows kept", balance.rows_kept)
    return sized(store.table_path(made.tables(YEAR), REGISTER))


def add(made: Project, rows: int) -> str:
    """Add up; each row is one act."""
    found = acts(store.table_path(made.tables(YEAR), REGISTER), by=BY, year=YEAR)
    require(rows, "acts", int(found["actes"].sum()))
    require(rows, "rows added up", int(found["lignes"].sum()))
    return f"{len(found)} groups"


def require(rows: int, name: str, found: int) -> None:
    """End with an error if a count is not that of the rows written."""
    if found != rows:
        sys.exit(f"{name}: {found:,}, but {rows:,} rows were written")


def sized(path: Path) -> str:
    return f"{path.suffix[1:]}, {path.stat().st_size / 1e6:,.0f} MB"


STEPS = {"write": write, "ingest": check, "add up": add}


if __name__ == "__main__":
    main()
