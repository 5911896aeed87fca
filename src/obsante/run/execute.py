"""Execution of a plan: one kernel for each notebook, whole results or none."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import matplotlib
import nbformat
import papermill
from jupyter_client.kernelspec import NoSuchKernel
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from papermill.engines import NBClientEngine, papermill_engines
from papermill.exceptions import PapermillExecutionError
from traitlets.config import Config

from obsante.edition import Edition
from obsante.errors import RunError
from obsante.files import fresh_folder, write_atomic
from obsante.paths import ROOT_VARIABLE, Project
from obsante.results.inputs import write_inputs
from obsante.results.publication import RUN_DIRECTORY_VARIABLE
from obsante.results.values import combine, parts_folder
from obsante.run.failures import cell_failed, kernel_failed, together
from obsante.run.normalise import normalise
from obsante.run.plan import Execution, Plan

_ENGINE = "obsante"
CELL_TIMEOUT_SECONDS = 1800
CellDone = Callable[[Execution], None]
# Messages between this process and the kernel carry data: encrypted where the kernel can.
_KERNEL = Config({"KernelManager": {"transport_encryption": "auto"}})


class _ObservedEngine(NBClientEngine):
    """Papermill's own engine, telling an observer after each cell and keeping the notebook."""

    @classmethod
    def execute_managed_notebook(cls, nb_man, kernel_name, *, observer, **kwargs):
        observer.notebook = nb_man.nb
        complete = nb_man.cell_complete

        def cell_complete(cell, *args, **kw):
            complete(cell, *args, **kw)
            if cell.cell_type == "code":
                observer.cell_done()

        nb_man.cell_complete = cell_complete
        super().execute_managed_notebook(nb_man, kernel_name, config=_KERNEL, **kwargs)


papermill_engines.register(_ENGINE, _ObservedEngine)


class _Observer:
    def __init__(self, cell_done: Callable[[], None]) -> None:
        self.cell_done = cell_done
        self.notebook: NotebookNode | None = None


def run_plan(
    project: Project, edition: Edition, plan: Plan, cell_done: CellDone = lambda execution: None
) -> None:
    """Execute every notebook of the plan, then gather the published values.

    A notebook that fails keeps its executed copy as ``<name>.failed.ipynb`` and changes none of
    its earlier results; the others still run.

    Raises:
        RunError: at least one notebook failed; it names each and its failing cell.
    """
    failures = []
    for execution in plan.executions:
        try:
            _run_one(project, edition, execution, cell_done)
        except RunError as error:
            failures.append(error)
    if failures:
        raise together(failures)
    if any(not execution.trial for execution in plan.executions):
        _forget_left_out(project, edition, plan)
        combine(project, edition.edition)


def _run_one(
    project: Project, edition: Edition, execution: Execution, cell_done: CellDone
) -> None:
    failed_copy = execution.copy.with_suffix(".failed.ipynb")
    with fresh_folder(execution.folder) as building:
        write_inputs(project, edition, building)
        observer = _Observer(lambda: cell_done(execution))
        try:
            with _environment(project, edition, building):
                _papermill(execution, observer)
        except PapermillExecutionError as error:
            _keep_copy(observer, failed_copy)
            raise cell_failed(project, execution, error, failed_copy) from error
        except (DeadKernelError, CellTimeoutError, NoSuchKernel) as error:
            _keep_copy(observer, failed_copy)
            raise kernel_failed(execution, error) from error
        # A trial keeps its copy in the folder that is being built.
        copy = building / execution.copy.name if execution.trial else execution.copy
        _keep_copy(observer, copy)
    failed_copy.unlink(missing_ok=True)


def _papermill(execution: Execution, observer: _Observer) -> None:
    papermill.execute_notebook(
        str(execution.notebook.path),
        None,
        parameters=execution.parameters,
        engine_name=_ENGINE,
        kernel_name="python3",
        progress_bar=False,
        execution_timeout=CELL_TIMEOUT_SECONDS,
        shutdown_kernel="immediate",
        observer=observer,
    )


@contextlib.contextmanager
def _environment(project: Project, edition: Edition, folder: Path) -> Iterator[None]:
    """What a kernel inherits so that two executions give the same bytes.

    The user's own start-up files and chart styles stay out.
    """
    with tempfile.TemporaryDirectory(prefix="obsante-ipython-") as profile:
        with _variables(_wanted(project, edition, folder) | {"IPYTHONDIR": profile}):
            yield


def _wanted(project: Project, edition: Edition, folder: Path) -> dict[str, str]:
    return {
        ROOT_VARIABLE: str(project.root),
        RUN_DIRECTORY_VARIABLE: str(folder),
        "SOURCE_DATE_EPOCH": str(edition.source_date_epoch),
        "PYTHONHASHSEED": "0",
        "PYTHONUTF8": "1",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "MATPLOTLIBRC": str(Path(matplotlib.get_data_path()) / "matplotlibrc"),
    }


@contextlib.contextmanager
def _variables(wanted: dict[str, str]) -> Iterator[None]:
    """Environment variables for the time of the block."""
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _keep_copy(observer: _Observer, path: Path) -> None:
    if observer.notebook is not None:
        write_atomic(path, nbformat.writes(normalise(observer.notebook)) + "\n")


def _forget_left_out(project: Project, edition: Edition, plan: Plan) -> None:
    """Remove what notebooks that no longer run for this edition, or are gone, had published."""
    parts = parts_folder(project, edition.edition)
    known = {path.stem for path in project.notebooks.glob("*.ipynb")}
    gone = {folder.name for folder in parts.iterdir()} - known
    for name in gone | {notebook.name for notebook in plan.left_out}:
        shutil.rmtree(parts / name, ignore_errors=True)
        (project.executed(edition.edition) / f"{name}.ipynb").unlink(missing_ok=True)
