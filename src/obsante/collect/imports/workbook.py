"""An XLSX workbook as rows of text: real dates and numbers, merged cells, formulas' results."""

from __future__ import annotations

import contextlib
import datetime as dt
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from obsante.collect.imports.blocks import OLE, ZIP
from obsante.collect.imports.document import Row
from obsante.collect.imports.doubts import Exact, not_computed
from obsante.collect.imports.layout import MAIN, Layout, layout
from obsante.errors import DataError

_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
# What zipfile, the XML parsers and openpyxl raise on files that spreadsheets did not write well.
_DAMAGED = (zipfile.BadZipFile, InvalidFileException, KeyError, EOFError, zlib.error, SyntaxError,
            ValueError, TypeError, RuntimeError)  # fmt: skip


class Workbook:
    """Visible sheets, read row by row."""

    unit = "row"

    def __init__(self, path: Path, where: str, values: openpyxl.Workbook) -> None:
        self._path, self.where, self._values = path, where, values
        self._layouts: dict[str, Layout] = {}
        self.epoch: dt.date = values.epoch.date()
        self.pages = {
            sheet.title: f"{where}, sheet '{sheet.title}'"
            for sheet in values.worksheets
            if sheet.sheet_state == "visible"
        }

    def rows(self, page: str) -> Iterator[Row]:
        """Row number and cells of each row that is not blank.

        Raises:
            DataError: the workbook is damaged.
        """
        with _readable(self.where):
            if page not in self._layouts:
                self._layouts[page] = layout(self._path, page)
            plan = self._layouts[page]
            covered = _Merged(plan)
            for number, cells in enumerate(self._cells(page, plan), start=1):
                texts = covered.filled(number, cells)
                if any(map(str.strip, texts)):
                    yield number, texts

    def _cells(self, page: str, plan: Layout) -> Iterator[list[str]]:
        sheet = self._values[page]
        sheet.reset_dimensions()
        rows = sheet.iter_rows(values_only=True)
        if not plan.formulas:
            yield from ([_text(value) for value in row] for row in rows)
            return
        with _loaded(self._path, results=False) as book:
            book[page].reset_dimensions()
            for row, written in zip(rows, book[page].iter_rows(), strict=True):
                yield [
                    not_computed(cell.value) if value is None and cell.data_type == "f"
                    else _text(value) for value, cell in zip(row, written, strict=True)
                ]  # fmt: skip


@contextlib.contextmanager
def opened(path: Path, where: str) -> Iterator[Workbook]:
    """The workbook at ``path``.

    Raises:
        DataError: not an XLSX workbook, of an old format, with a password, or damaged.
    """
    _check_kind(path, where)
    with contextlib.ExitStack() as stack:
        with _readable(where):
            book = stack.enter_context(_loaded(path, results=True))
        yield Workbook(path, where, book)


@contextlib.contextmanager
def _loaded(path: Path, *, results: bool) -> Iterator[openpyxl.Workbook]:
    with warnings.catch_warnings():
        # Styles and validations that openpyxl does not know don't change the cells.
        warnings.simplefilter("ignore", UserWarning)
        # From a stream: openpyxl refuses a path that ends in .csv.
        with path.open("rb") as stream:
            book = openpyxl.load_workbook(
                stream, read_only=True, data_only=results, keep_links=False
            )
            with contextlib.closing(book):
                yield book


@contextlib.contextmanager
def _readable(where: str) -> Iterator[None]:
    try:
        yield
    except _DAMAGED as error:
        raise DataError(
            where, found=f"a damaged or truncated workbook: {' '.join(str(error).split())}",
            expected="an XLSX workbook that a spreadsheet opens",
            remedy="ask for the file again, or save it again from a spreadsheet",
        ) from error  # fmt: skip


def _check_kind(path: Path, where: str) -> None:
    with path.open("rb") as stream:
        start = stream.read(4)
    found = "text or another kind of file" if start else "an empty file"
    if start == ZIP:
        with _readable(where), zipfile.ZipFile(path) as archive:
            if MAIN in archive.namelist():
                return
        found = "an archive that is no XLSX workbook"
    elif start == OLE:
        locked = _ENCRYPTED in path.read_bytes()
        found = "a workbook with a password" if locked else "a workbook of Excel 97-2003 (.xls)"
    raise DataError(
        where, found=found, expected="an XLSX workbook without password",
        remedy="save it as XLSX without password, and update its sha256 in sources.yml",
    )  # fmt: skip


def _text(value: object) -> str:
    """A cell's value as the dictionary writes it."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return Exact(str(value).upper())
    if isinstance(value, float):
        # Fifteen digits, as spreadsheets show: 0.1 + 0.2 is 0.3.
        return Exact(format(Decimal(f"{value:.15g}"), "f"))
    if isinstance(value, dt.datetime):
        midnight = value.time() == dt.time()
        return Exact(value.date().isoformat() if midnight else value.isoformat(timespec="seconds"))
    return Exact(str(value))


class _Merged:
    """Repeats the value of a merged cell in all the cells that it covers."""

    def __init__(self, plan: Layout) -> None:
        self._begin = {}
        for area in plan.merged:
            self._begin.setdefault(area.top, []).append(area)
        self._open: list[tuple] = []

    def filled(self, number: int, cells: list[str]) -> list[str]:
        """The cells of row ``number``; rows are asked in order."""
        for area in self._begin.get(number, ()):
            value = cells[area.left - 1] if area.left <= len(cells) else ""
            self._open.append((area, value))
        for area, value in self._open:
            cells = cells + [""] * (area.right - len(cells))
            width = area.right - area.left + 1
            cells[area.left - 1 : area.right] = [value] * width
        self._open = [(area, value) for area, value in self._open if area.bottom > number]
        return cells
