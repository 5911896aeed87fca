"""What the user reads of a notebook that failed: one error, and the place of the failure."""

from __future__ import annotations

import re
from pathlib import Path

from papermill.exceptions import PapermillExecutionError

from obsante.errors import RunError
from obsante.paths import Project
from obsante.run.plan import Execution

# The form of ObsanteError: only its text comes back from the kernel.
_OWN = re.compile(
    r"(?P<looked_at>.+?)\n  found:    (?P<found>.+?)\n"
    r"  expected: (?P<expected>.+?)\n  to do:    (?P<remedy>.+)",
    re.DOTALL,
)
_LABEL = re.compile(r"^#\|\s*label:\s*([\w-]+)\s*$", re.MULTILINE)


def cell_failed(
    project: Project, execution: Execution, error: PapermillExecutionError, copy: Path
) -> RunError:
    """An error of the project's own as it was raised, or any other with its type; and where."""
    label = _LABEL.search(error.source)
    cell = f"'{label[1]}'" if label else f"[{error.exec_count}]"
    kept = project.relative(copy)
    place = f"notebook '{execution.notebook.name}', cell {cell}, executed copy in {kept}"
    own = _OWN.fullmatch(error.evalue)
    if own:
        fields = own.groupdict()
        looked_at = fields.pop("looked_at")
        return RunError(f"{looked_at}\n  in:       {place}", **fields)
    return RunError(
        place,
        found=f"{error.ename}: {error.evalue}",
        expected="a notebook that runs to its end",
        remedy="open that copy, which stops at that cell",
    )


def kernel_failed(execution: Execution, error: Exception) -> RunError:
    """A kernel that did not start, died, or took too long for a cell."""
    return RunError(
        f"notebook '{execution.notebook.name}'",
        found=f"{type(error).__name__}: {str(error).strip().splitlines()[0]}",
        expected="a kernel that lives until the last cell",
        remedy="check the memory and the installation with: obsante doctor",
    )


def together(failures: list[RunError]) -> RunError:
    """The first failure in full, then one line for each other."""
    first, *others = failures
    lines = [" ".join(f"{error.looked_at}: {error.found}".split()) for error in others]
    return RunError(
        first.looked_at,
        found=first.found,
        expected=first.expected,
        remedy="\n  also:     ".join([first.remedy, *lines]),
    )
