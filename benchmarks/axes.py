"""How often the axes' published intervals hold the demonstration's known truth.

    python benchmarks/axes.py [--draws 500] [--notebooks NAME ...] [--keep FOLDER] [--output FILE]

The whole demonstration is drawn again with other seeds, and the computing cells of the committed
notebooks run on each draw. For each published value whose truth is known, its interval either holds
that truth or not; a true effect of zero is either rejected or not. Seeds are 1, 2, 3... Reference
tables are the checkout's, ingested beforehand (``make report`` does). With ``--keep``, draws are kept
in a folder, and those that it holds are not made again: the command can be stopped and resumed, as
long as nothing that it measures has changed.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

if __name__ == "__main__":
    # The folder of this file holds names of the standard library: its parent is searched instead.
    sys.path[0] = str(Path(__file__).resolve().parents[1])

import pandas as pd
from scipy.stats import binom

from benchmarks import redraw, replay
from benchmarks.tables import markdown
from obsante.errors import ObsanteError
from obsante.files import write_atomic
from obsante.paths import ROOT_VARIABLE, Project, find_project
from obsante.results.values import WHOLE
from obsante.run.plan import catalogue

YEAR = 2025
LEVEL = 0.95
# Probability of lying within the band if the true coverage is the nominal one.
ACCEPTANCE = 0.999
HEAD = ["indicator", "draws", "coverage of the whole", "band", "verdict", "domains",
        "their mean coverage", "their lowest", "unmarked", "marked [f]"]  # fmt: skip
_ROOT = find_project(Path(__file__))


def measured_notebooks() -> list[str]:
    """Notebooks that need a campaign of which some truth is known."""
    return [name for name in catalogue(_ROOT) if name[0].isdigit() and name[:2] not in ("00", "08")]


def one_draw(seed: int, names: Sequence[str], root: Path) -> pd.DataFrame:
    """What the notebooks of a project publish from one draw, against what is known of it."""
    os.environ[ROOT_VARIABLE] = str(root)
    known = catalogue(Project(root))
    needed = {t for n in names for t in known[n].declaration.campaign + known[n].declaration.optional}
    with tempfile.TemporaryDirectory(prefix="obsante-draw-") as folder:
        project = redraw.workspace(Project(root), Path(folder) / "projet")
        tables = [name for name in redraw.TABLES if name in needed]
        drawn = redraw.redraw(project, tables, YEAR, seed)
    parts = [replay.against(replay.replay(known[n].path, drawn), drawn.known).assign(carnet=n)
             for n in names]  # fmt: skip
    return pd.concat(parts, ignore_index=True).assign(tirage=seed)


def kept_draw(seed: int, names: Sequence[str], root: Path, folder: Path | None) -> pd.DataFrame:
    """:func:`one_draw`, read from the folder where it was kept, if it was."""
    if folder is None:
        return one_draw(seed, names, root)
    path = folder / f"{seed:04d}.parquet"
    if not path.is_file():
        buffer = io.BytesIO()
        one_draw(seed, names, root).to_parquet(buffer, index=False)
        write_atomic(path, buffer.getvalue())
    return pd.read_parquet(path)


def all_draws(
    draws: int, names: Sequence[str], *, root: Path = _ROOT.root, folder: Path | None = None
) -> pd.DataFrame:
    """:func:`kept_draw` for seeds 1 to ``draws``, one process per core.

    Args:
        root: of the project, whose editions are ingested: reference tables are read there.
    """
    parts = []
    # One thread for each of them, as many processes as cores.
    os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
    # New processes: a copy of one whose libraries have threads may stop without a word.
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        rest = ([value] * draws for value in (names, root, folder))
        for part in pool.map(kept_draw, range(1, draws + 1), *rest):
            parts.append(part)
            print(f"\rdraw {len(parts)} of {draws}", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return pd.concat(parts, ignore_index=True)


def band(draws: int, share: float = LEVEL) -> tuple[float, float]:
    """Shares of ``draws`` between which a true coverage of ``share`` falls almost always.

    >>> tuple(round(share, 3) for share in band(500))
    (0.916, 0.978)
    """
    low, high = binom.interval(ACCEPTANCE, draws, share)
    return float(low / draws), float(high / draws)


def summary(results: pd.DataFrame) -> pd.DataFrame:
    """Coverage of each indicator: of its whole, and of its domains.

    Returns:
        Index ``carnet``, ``indicateur``; columns ``tirages``, ``ensemble`` (coverage of the
        national value or gap, missing where it has no interval), ``domaines`` (their number),
        ``moyenne`` and ``minimum`` (of domains measured in at least half of the draws),
        ``sans_marque`` and ``marques`` (of intervals of domains published as such, and as of low
        precision).
    """
    whole = results["dimension"].isin(WHOLE)
    keys = ["carnet", "indicateur"]
    of_whole = results[whole].groupby(keys)["couvert"].agg(ensemble="mean", tirages="size")
    cells = results[~whole].groupby([*keys, "dimension", "modalite"])["couvert"].agg(["mean", "size"])
    cells = cells[cells["size"] >= results["tirage"].nunique() / 2]
    of_domains = cells.groupby(keys)["mean"].agg(domaines="size", moyenne="mean", minimum="min")
    return of_whole.join(of_domains, how="outer").join(_by_state(results[~whole], keys))


def _by_state(domains: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Coverage of the intervals of domains, by the precision that they are published with."""
    names = {"published": "sans_marque", "low_precision": "marques"}
    found = domains.groupby([*keys, "etat"])["couvert"].mean().unstack()
    return found.reindex(columns=list(names)).rename(columns=names)


def nulls(results: pd.DataFrame) -> pd.DataFrame:
    """Share of draws whose interval excludes zero, where the true difference is exactly zero.

    Returns:
        Index ``carnet``, ``indicateur``; columns ``rejet`` and ``cas``.
    """
    null = results[(results["connu"] == 0) & results["signe"]]
    return null.groupby(["carnet", "indicateur"])["exclut_zero"].agg(rejet="mean", cas="size")


def verdict(coverage: float, draws: int) -> str:
    """Where a coverage lies: ``within`` the band, ``under`` it, or ``over`` (too wide)."""
    low, high = band(draws)
    return "under" if coverage < low else "over" if coverage > high else "within"


def report(results: pd.DataFrame) -> str:
    """The tables of coverage and of true nulls, in Markdown."""
    rows = [_line(name, row) for (_, name), row in summary(results).iterrows()]
    false = [[name, f"{row['cas']:.0f}", f"{row['rejet']:.1%}"]
             for (_, name), row in nulls(results).iterrows()]  # fmt: skip
    parts = [totals(results), "", markdown(HEAD, rows)]
    if false:
        parts += ["", "True effects of zero:", "",
                  markdown(["indicator", "intervals", "excluding zero"], false)]  # fmt: skip
    return "\n".join(parts)


def _line(name: str, row: pd.Series) -> list[str]:
    whole, domains = row["ensemble"] == row["ensemble"], row["domaines"] == row["domaines"]
    low, high = band(int(row["tirages"])) if whole else (0.0, 0.0)
    first = [f"{row['tirages']:.0f}", f"{row['ensemble']:.1%}", f"{low:.1%} to {high:.1%}",
             verdict(row["ensemble"], int(row["tirages"]))] if whole else ["–"] * 4  # fmt: skip
    shares = [row[name] for name in ("moyenne", "minimum", "sans_marque", "marques")]
    last = [f"{row['domaines']:.0f}", *("–" if pd.isna(s) else f"{s:.1%}" for s in shares)]
    return [name, *first, *(last if domains else ["–"] * 5)]


def totals(results: pd.DataFrame) -> str:
    """Share of all the intervals that hold the truth: of the whole, of domains by precision."""
    whole = results["dimension"].isin(WHOLE)
    groups = {"the whole": whole, "domains, unmarked": ~whole & (results["etat"] == "published"),
              "domains, marked [f]": ~whole & (results["etat"] == "low_precision")}  # fmt: skip
    rows = [[name, str(int(mask.sum())), f"{results.loc[mask, 'couvert'].mean():.1%}"]
            for name, mask in groups.items() if mask.any()]  # fmt: skip
    return markdown(["intervals of", "number", "holding the truth"], rows)


def main() -> None:
    """Draw, run the notebooks' cells, print the coverage."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--draws", type=int, default=500)
    parser.add_argument("--notebooks", nargs="+", default=measured_notebooks())
    parser.add_argument("--keep", type=Path, help="folder of the draws already made")
    parser.add_argument("--output", type=Path)
    asked = parser.parse_args()
    if asked.keep:
        asked.keep.mkdir(parents=True, exist_ok=True)
    try:
        text = report(all_draws(asked.draws, asked.notebooks, folder=asked.keep))
    except ObsanteError as error:
        sys.exit(f"\nError: {error}")
    print(text)
    if asked.output:
        asked.output.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
