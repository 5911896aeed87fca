"""``obsante sample``: facilities to survey, then workers within those that answered."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from obsante.cli.console import say
from obsante.cli.options import opened
from obsante.collect.plan import facilities, frame, output, settings, workers
from obsante.collect.plan.basis import make_basis
from obsante.collect.reader import available
from obsante.edition import Edition
from obsante.errors import ObsanteError
from obsante.paths import Project

_PRECISION = [
    "dimension", "modalite", "effectif", "tires", "reponses", "demi_largeur", "effet_plan",
    "taille_effective",
]  # fmt: skip
_STAGES = {
    "facilities": "--frame, --allocation, --size, --target-margin, --by, --minimum, --reserve, "
    "--seed",
    "workers": "--staff, --sample, --seed",
}


@dataclass(frozen=True)
class Files:
    """Files named on the command line; None for those of the edition."""

    frame: Path | None = None
    sample: Path | None = None
    staff: Path | None = None
    output: Path | None = None
    replace: bool = False


def run(year: int | None, stage: str, options: dict[str, Any], files: Files) -> None:
    """Draw one stage of one edition's sample.

    Args:
        options: as :func:`obsante.collect.plan.facilities.overridden`.

    Raises:
        ObsanteError: whatever is wrong with the frame, the options or the files; nothing is
            written then.
    """
    project, edition = opened(year)
    _check_options(stage, options, files)
    if stage == "workers":
        _workers(project, edition, options, files)
    else:
        _facilities(project, edition, options, files)


def _check_options(stage: str, options: dict[str, Any], files: Files) -> None:
    """Options that the stage does not take."""
    first = {"frame": files.frame, **{k: v for k, v in options.items() if k != "seed"}}
    other = first if stage == "workers" else {"staff": files.staff, "sample": files.sample}
    given = [name for name, value in other.items() if value is not None]
    if given:
        name = {"margin": "target-margin"}.get(given[0], given[0])
        raise ObsanteError(
            f"option --{name}", found=f"--stage {stage}",
            expected=f"options of that stage: {_STAGES[stage]}",
            remedy="drop the option, or choose the other --stage",
        )  # fmt: skip
    if stage == "workers" and files.staff is None:
        raise ObsanteError(
            "option --staff", found="nothing", expected="the list of workers of each facility, or "
            "their number", remedy="add --staff FILE (columns id_etablissement and "
            "id_professionnel, or id_etablissement and n_professionnels)",
        )  # fmt: skip


def _facilities(
    project: Project, edition: Edition, options: dict[str, Any], files: Files
) -> None:
    path = files.output or output.default_file(project, edition, "etablissements")
    parts = [path, output.beside(path, "strates"), output.beside(path, "precision"),
             output.beside(path, "plan", ".yml")]  # fmt: skip
    chosen = facilities.overridden(settings.load_settings(project), options)
    output.require_absent(project, parts, replace=files.replace)
    source = _frame(project, edition, files.frame)
    basis = make_basis(project, source.rows, chosen, level=edition.confidence_level)
    drawn = facilities.allocation(basis)
    rows = facilities.sample(basis, drawn, edition.edition)
    strata = facilities.by_stratum(basis, drawn, rows)
    promised = facilities.precision(basis, drawn)
    output.write_record(parts[3], edition, source, chosen)
    tables = {parts[1]: strata, parts[2]: promised, parts[0]: rows}
    output.write_tables(edition, tables)
    _say_plan(source, chosen, strata, promised)
    _say_written(project, parts)


def _frame(project: Project, edition: Edition, path: Path | None) -> frame.SamplingFrame:
    if path is None and frame.TABLE not in available(project, edition.edition):
        raise ObsanteError(
            "option --frame", found=f"nothing, and table {frame.TABLE} of edition "
            f"{edition.edition} is not ingested",
            expected="the list of all facilities, as config/dictionary/base_sondage.yml describes it",
            remedy=f"add --frame FILE, or: obsante ingest --edition {edition.edition}",
        )  # fmt: skip
    return frame.read_frame(project, edition, path)


def _say_plan(
    source: frame.SamplingFrame, chosen: settings.Settings, strata: pd.DataFrame,
    promised: pd.DataFrame,
) -> None:  # fmt: skip
    drawn, held = int(strata["tires_strate"].sum()), int(strata["reserve"].sum())
    say(f"Frame: {len(source.rows):,} facilities ({source.file})")
    if source.lost:
        say(f"  {source.lost:,} more were set aside by its checks and can't be drawn: "
            "correct them, then draw")  # fmt: skip
    say(f"Allocation {chosen.allocation}, seed {chosen.seed}: {drawn:,} facilities drawn in "
        f"{len(strata)} strata, {held:,} in reserve")  # fmt: skip
    for line in output.console_table(strata):
        say(line)
    if chosen.allocation == settings.TARGET and chosen.census:
        say(f"Taken whole, hence without target: {', '.join(chosen.census)}")
    say(f"Expected for a proportion of {chosen.share:g} (half-width in proportion):")
    for line in output.console_table(promised[_PRECISION]):
        say(line)


def _workers(project: Project, edition: Edition, options: dict[str, Any], files: Files) -> None:
    path = files.output or output.default_file(project, edition, "professionnels")
    chosen = facilities.overridden(settings.load_settings(project), options)
    output.require_absent(project, [path], replace=files.replace)
    first = files.sample or output.default_file(project, edition, "etablissements")
    units = workers.read_sample(first, project.relative(first), edition.edition)
    staff = workers.read_staff(files.staff, str(files.staff), units[workers.FACILITY])
    rows = workers.draw_workers(units, staff, chosen)
    output.write_tables(edition, {path: rows})
    drawn = rows["statut"].eq("tire")
    say(f"{rows[workers.FACILITY].nunique():,} facilities, {int(drawn.sum()):,} workers drawn, "
        f"{int((~drawn).sum()):,} in reserve")  # fmt: skip
    _say_written(project, [path])


def _say_written(project: Project, paths: list[Path]) -> None:
    for path in paths:
        say(f"Written: {project.relative(path)}")
