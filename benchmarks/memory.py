"""Peak memory of one estimate in a process of its own: ``memory.py LIBRARY STATISTIC FILE``."""

from __future__ import annotations

import ctypes
import gc
import resource
import subprocess
import sys
from pathlib import Path

# The folder of this file holds names of the standard library: its parent is searched instead.
sys.path[0] = str(Path(__file__).resolve().parents[1])

from benchmarks import libraries, samples  # noqa: E402

WARM_UP = 10_000
STATUS, RESET = Path("/proc/self/status"), Path("/proc/self/clear_refs")


def peak(library: str, statistic: str, file: Path) -> float:
    """Megabytes taken above those of the loaded table, design and estimates together."""
    command = [sys.executable, __file__, library, statistic, str(file)]
    answer = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return float(answer.stdout)


def main() -> None:
    name, statistic, file = sys.argv[1:]
    library = {item.__name__: item for item in libraries.installed()}[name]
    table = library.read(file)
    # The modules that a first call loads are not the estimate's.
    small = library.table(samples.sample(WARM_UP, 2 if "psu" in table.columns else 1))
    library.estimate(small, library.design(small), statistic)
    before = _settled()
    result = library.estimate(table, library.design(table), statistic)
    after = _highest()
    print(f"{after - before:.1f}")
    del result


def _settled() -> float:
    """Memory held now, the highest reached so far being forgotten where the system allows it."""
    import pyarrow

    gc.collect()
    pyarrow.default_memory_pool().release_unused()
    if not RESET.exists():
        return _highest()
    ctypes.CDLL(None).malloc_trim(0)
    RESET.write_text("5")
    return _status("VmRSS")


def _highest() -> float:
    if RESET.exists():
        return _status("VmHWM")
    # Kilobytes, but bytes on a Mac.
    unit = 1024**2 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def _status(key: str) -> float:
    line = next(line for line in STATUS.read_text().splitlines() if line.startswith(key))
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    main()
