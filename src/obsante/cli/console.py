"""What the user sees: messages, progress, the time of each step."""

from __future__ import annotations

import contextlib
import time
import traceback
from collections.abc import Iterator
from dataclasses import dataclass

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)

from obsante.errors import ObsanteError

debug = False
_out = Console(highlight=False, soft_wrap=True)
_err = Console(stderr=True, highlight=False, soft_wrap=True)


def say(text: str) -> None:
    """One line on the standard output, as it is."""
    _out.print(text, markup=False)


def fail(error: ObsanteError) -> None:
    """The error's message; its traceback only with ``--debug``."""
    if debug:
        _err.print("".join(traceback.format_exception(error)), markup=False)
    _err.print("Error", style="bold red", end=": ")
    _err.print(str(error), markup=False)


def warn(text: str) -> None:
    """A doubt that does not stop the command, on the error stream."""
    _err.print("Warning", style="bold yellow", end=": ")
    _err.print(text, markup=False)


def unexpected(error: Exception) -> None:
    """A failure that is the program's fault, not the user's."""
    if debug:
        _err.print("".join(traceback.format_exception(error)), markup=False)
    problem = ObsanteError(
        "obsante itself",
        found=f"{type(error).__name__}: {error}",
        expected="no internal error",
        remedy="run the command again with --debug (obsante --debug COMMAND) and report the output",
    )
    _err.print("Error", style="bold red", end=": ")
    _err.print(str(problem), markup=False)


@dataclass
class Advance:
    """Ticks the bar of a step when called; ``rows`` counts beside its name what was read."""

    progress: Progress
    task: TaskID
    name: str
    read: int = 0

    def __call__(self) -> None:
        self.progress.advance(self.task)

    def rows(self, count: int) -> None:
        self.read += count
        told = f"{self.name}, {self.read:,} rows"
        self.progress.update(self.task, description=told)


class Steps:
    """Steps of a command: a progress bar for each while it runs, a line with its time after."""

    def __init__(self) -> None:
        self.times: dict[str, float] = {}

    @contextlib.contextmanager
    def step(self, name: str, total: int) -> Iterator[Advance]:
        """Show a bar of ``total`` ticks; the block receives the function that ticks."""
        start = time.perf_counter()
        columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(),
                   TextColumn("{task.completed}/{task.total}"), TimeElapsedColumn())  # fmt: skip
        with Progress(*columns, console=_out, transient=True) as progress:
            yield Advance(progress, progress.add_task(name, total=total), name)
        self.times[name] = time.perf_counter() - start
        say(f"{name:<34} {self.times[name]:6.1f} s")
