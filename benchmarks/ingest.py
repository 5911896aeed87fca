"""Speed and memory of an ingest: one table of 41 columns, in a project of its own.

    python benchmarks/ingest.py [--rows 10000 100000 1000000] [--files 1] [--output FILE]

The facilities of the 2025 demonstration, faulty rows included, repeated under new identifiers; the
sizes of the strata grow with them, so that the sampling plan still holds. Each ingest has a process
of its own, whose time includes the reference tables.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import resource
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter, process_time

# The folder of this file holds names of the standard library: its parent is searched instead.
sys.path[0] = str(Path(__file__).resolve().parents[1])

import pandas as pd  # noqa: E402
import yaml  # noqa: E402

from benchmarks.tables import markdown  # noqa: E402
from obsante.collect import ingest  # noqa: E402
from obsante.edition import load_edition  # noqa: E402
from obsante.paths import Project, find_project  # noqa: E402

YEAR = 2025
TABLE = "etablissements"
# Columns that count the units of a stratum.
COUNTS = ["taille_strate", "tires_strate"]
# Kilobytes, but bytes on a Mac.
UNIT = 1e6 if sys.platform == "darwin" else 1e3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--files", type=int, default=1, help="number of files of each table")
    parser.add_argument("--output", type=Path, help="write the table there too, in Markdown")
    parser.add_argument("--ingest", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.ingest:
        print(json.dumps(measured(Project(options.ingest))))
        return
    lines = [line(rows, options.files) for rows in options.rows]
    head = ["rows", "rows kept", "rows aside", "seconds", "of processor", "rows per second",
            "peak MB"]  # fmt: skip
    text = markdown(head, lines)
    print(text)
    if options.output:
        options.output.write_text(text + "\n", encoding="utf-8")


def line(rows: int, files: int) -> list[str]:
    """One line of the table, from an ingest in a new process."""
    print(f"{rows:,} rows in {files} file(s)", file=sys.stderr)
    with tempfile.TemporaryDirectory() as folder:
        made = project(Path(folder), rows, files)
        command = [sys.executable, __file__, "--ingest", str(made.root)]
        told = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    one = json.loads(told)
    return [
        f"{one['rows']:,}", f"{one['kept']:,}", f"{one['aside']:,}", f"{one['seconds']:.1f}",
        f"{one['processor']:.1f}", f"{one['rows'] / one['seconds']:,.0f}",
        f"{one['megabytes']:,.0f}",
    ]  # fmt: skip


def measured(made: Project) -> dict[str, float]:
    """Ingest, and what it took."""
    start, worked = perf_counter(), process_time()
    balance = ingest(made, load_edition(made, YEAR)).campaign[TABLE]
    return {
        "rows": balance.rows_in, "kept": balance.rows_kept, "aside": balance.rows_aside,
        "seconds": perf_counter() - start, "processor": process_time() - worked,
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / UNIT,
    }  # fmt: skip


def project(root: Path, rows: int, files: int) -> Project:
    """A project whose one campaign table has about that many rows."""
    source = find_project(Path(__file__))
    made = Project(root)
    shutil.copytree(source.config, made.config)
    shutil.copytree(source.reference, made.reference)
    made.raw(YEAR).mkdir()
    table = pd.read_csv(source.raw(YEAR) / f"{TABLE}.csv", dtype="str", keep_default_na=False)
    repeats = max(files, round(rows / len(table)))
    names = {}
    for number in range(files):
        name = f"{TABLE}-{number}.csv"
        write(made.raw(YEAR) / name, table, repeats, range(number, repeats, files))
        names[name] = entry(made.raw(YEAR) / name)
    sheet = yaml.safe_dump({"files": names}, allow_unicode=True)
    (made.raw(YEAR) / "sources.yml").write_text(sheet, encoding="utf-8")
    return made


def write(path: Path, table: pd.DataFrame, repeats: int, ranks: range) -> None:
    """Some of the repetitions of the table, of which there are ``repeats`` in all."""
    rank, known = pd.factorize(table["id_etablissement"])
    counts = {name: scaled(table[name], repeats) for name in COUNTS}
    for first in ranks:
        names = [f"E{number:07d}" for number in rank + first * len(known)]
        part = table.assign(id_etablissement=names, **counts)
        part.to_csv(path, mode="a", header=first == ranks[0], index=False, lineterminator="\n")


def scaled(column: pd.Series, repeats: int) -> pd.Series:
    """Numbers multiplied; what is not a number stays as it is."""
    return column.map(lambda text: str(int(text) * repeats) if text.isdigit() else text)


def entry(path: Path) -> dict[str, object]:
    """Entry of a source sheet."""
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return {
        "producer": "obsante", "title": "Essai de vitesse", "licence": "CC0-1.0", "table": TABLE,
        "received": pd.Timestamp(YEAR, 1, 1).date(), "period": YEAR, "synthetic": True,
        "sha256": digest,
    }  # fmt: skip


if __name__ == "__main__":
    main()
