"""A register of acts at a distance of any size, one row per act, written in bounded memory.

For tests of volume: the columns and codes are those of the table ``teleconsultations``, without any
fault. Acts are spread over the places in proportion to their population and to the shares of
``config/demo/teleconsultations.yml``, key ``stream``, and evenly over the days of the year.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from obsante.collect.demo.draws import apportion, stream
from obsante.collect.demo.frame import MILIEUX, read_reference
from obsante.collect.demo.panels.access import inhabited
from obsante.collect.demo.panels.acts_settings import TABLE, ActsSettings, Stream
from obsante.collect.demo.topics import load_topic
from obsante.errors import DataError
from obsante.files import writing
from obsante.paths import Project, find_project

# Columns of the table, in the order in which a row is written.
COLUMNS = (
    "id_enregistrement", "date", "region", "province", "milieu", "specialite", "mode", "actes",
    "km_evites",
)  # fmt: skip
# Rows made together: about 50 MB.
_BLOCK = 1 << 18
_DIGITS, _LOW_DIGITS = 9, 4
_LARGEST = 10**_DIGITS - 1
# A choice is a table of this many outcomes, each as frequent as its share asks for, to 1 / 65,536.
_OUTCOMES = 1 << 16
_PRECISION = 10**9


@dataclass(frozen=True)
class _Plan:
    """Texts that rows are made of, as fixed-width bytes.

    ``head`` and ``tail`` of identifiers by number, ``km`` by kilometre (the first one empty);
    ``day``, ``place`` (position in ``places``) and ``act`` by outcome; ``reach``: number of
    distances of each place; ``unknown``: outcomes without distance.
    """

    head: np.ndarray
    tail: np.ndarray
    day: np.ndarray
    places: np.ndarray
    place: np.ndarray
    act: np.ndarray
    km: np.ndarray
    reach: np.ndarray
    unknown: int

    @property
    def row(self) -> np.dtype:
        """A row, each part as wide as its longest text."""
        parts = {"head": self.head, "tail": self.tail, "day": self.day, "place": self.places,
                 "act": self.act, "km": self.km}  # fmt: skip
        return np.dtype([(name, texts.dtype) for name, texts in parts.items()])


def write_acts(path: Path, rows: int, seed: int, *, project: Project | None = None) -> None:
    """Write a CSV of ``rows`` acts, the same bytes for the same ``seed``.

    Args:
        path: of the file, replaced at the end.
        rows: from 1 to 999,999,999.
        project: whose reference figures are used, by default the one found from here.

    Raises:
        DataError: a number of rows out of range, or a reference file that is missing.
        EditionError: ``config/demo/teleconsultations.yml`` is wrong.
        ObsanteError: the file can't be written.
    """
    if not 1 <= rows <= _LARGEST:
        raise DataError(
            f"{rows} acts to write", found="out of range",
            expected=f"a number from 1 to {_LARGEST:,}: identifiers have {_DIGITS} digits",
            remedy="choose another number of rows",
        )  # fmt: skip
    project = project or find_project()
    plan = _plan(project, load_topic(ActsSettings, project, TABLE).stream)
    unfinished = path.with_name(f".{path.name}.partial")
    rng = stream(seed, "acts stream")
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with unfinished.open("wb") as file:
                file.write((",".join(COLUMNS) + "\n").encode("ascii"))
                for first in range(1, rows + 1, _BLOCK):
                    file.write(_block(plan, rng, first, min(_BLOCK, rows + 1 - first)))
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)


def _block(plan: _Plan, rng: np.random.Generator, first: int, count: int) -> bytes:
    """Consecutive rows, the first of which has the number ``first``."""
    high, low = np.divmod(np.arange(first, first + count), 10**_LOW_DIGITS)
    day, where, act, far = rng.integers(0, _OUTCOMES, (4, count), dtype=np.uint16)
    place = plan.place[where]
    written = np.zeros(count, plan.row)
    written["head"], written["tail"] = plan.head[high], plan.tail[low]
    written["day"], written["act"] = plan.day[day], plan.act[act]
    written["place"] = plan.places[place]
    beyond = far.astype("int64") - plan.unknown
    reached = 1 + beyond * plan.reach[place] // (_OUTCOMES - plan.unknown)
    written["km"] = plan.km[np.where(beyond < 0, 0, reached)]
    # Fixed-width texts are filled with zero bytes, which no cell holds.
    return written.tobytes().translate(None, b"\0")


def _plan(project: Project, settings: Stream) -> _Plan:
    reference = read_reference(project)
    where = inhabited(reference)
    names = where["milieu"].map(MILIEUX.__getitem__)
    codes = reference.provinces["code"].to_numpy()[where["province"]]
    texts = [f",{reference.regions[region]},{code},{name}"
             for region, code, name in zip(where["region"], codes, names, strict=True)]  # fmt: skip
    acts = {f",{specialty},{mode},1,": part * other
            for specialty, part in settings.specialties.items()
            for mode, other in settings.modes.items()}  # fmt: skip
    days = _days(settings.year)
    reach = names.map(settings.km).to_numpy()
    high = range(10 ** (_DIGITS - _LOW_DIGITS))
    return _Plan(
        head=_texts([f"T{settings.year}-{part:0{_DIGITS - _LOW_DIGITS}d}" for part in high]),
        tail=_texts([f"{part:0{_LOW_DIGITS}d}" for part in range(10**_LOW_DIGITS)]),
        day=_texts(days)[_outcomes(np.ones(len(days)))],
        places=_texts(texts),
        place=_outcomes(names.map(settings.milieu).to_numpy() * where["population"].to_numpy()),
        act=_texts(list(acts))[_outcomes(np.array(list(acts.values())))],
        km=_texts(["\n", *(f"{number}\n" for number in range(1, int(reach.max()) + 1))]),
        reach=reach,
        unknown=round(settings.missing * _OUTCOMES),
    )


def _days(year: int) -> list[str]:
    first = dt.date(year, 1, 1)
    count = (dt.date(year + 1, 1, 1) - first).days
    return [f",{(first + dt.timedelta(days=day)).isoformat()}" for day in range(count)]


def _texts(values: list[str]) -> np.ndarray:
    return np.array(values, dtype="S")


def _outcomes(weights: np.ndarray) -> np.ndarray:
    """Position of each outcome, as many for each position as its weight asks for."""
    whole = np.floor(weights / weights.max() * _PRECISION).astype("int64")
    return np.repeat(np.arange(len(weights)), apportion(_OUTCOMES, whole))
