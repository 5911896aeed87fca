"""An XLSForm as a workbook whose bytes depend on its content only."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from obsante.collect.forms.survey import Form

# The first day that a zip archive can hold.
_DAY = (1980, 1, 1, 0, 0, 0)
_MODIFIED = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*(?=<)")
_WIDE, _NARROW = 60, 24
_TEXT = re.compile(r"label|hint|message|constraint|relevant|calculation|instance")


def workbook(form: Form) -> bytes:
    """The workbook of a form: sheets ``survey``, ``choices``, ``settings``.

    The same content gives the same bytes: no date of writing, files in order, no compression
    (libraries compress differently).
    """
    book = Workbook()
    book.remove(book.active)
    sheets = {"survey": form.survey, "choices": form.choices, "settings": [form.settings]}
    for name, lines in sheets.items():
        _fill(book.create_sheet(name), lines)
    raw = io.BytesIO()
    book.save(raw)
    return _fixed(raw)


def _fill(sheet: Worksheet, lines: list[dict[str, str]]) -> None:
    """Columns in the order of the rows' keys, but those that are empty everywhere."""
    columns = [name for name in dict.fromkeys(key for line in lines for key in line)
               if any(line.get(name) for line in lines)]  # fmt: skip
    sheet.append(columns)
    for line in lines:
        # None leaves no cell: an empty text would be one.
        sheet.append([line.get(name) or None for name in columns])
    for place, name in enumerate(columns, start=1):
        sheet.cell(1, place).font = Font(bold=True)
        width = _WIDE if _TEXT.search(name) else _NARROW
        sheet.column_dimensions[get_column_letter(place)].width = width
    sheet.freeze_panes = "A2"


def _fixed(raw: io.BytesIO) -> bytes:
    day = dt.datetime(*_DAY).strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    target = io.BytesIO()
    with zipfile.ZipFile(raw) as source, zipfile.ZipFile(target, "w") as fixed:
        for name in sorted(source.namelist()):
            content = source.read(name)
            if name == "docProps/core.xml":
                content = _MODIFIED.sub(rb"\g<1>" + day, content)
            entry = zipfile.ZipInfo(name, date_time=_DAY)
            entry.external_attr = 0o600 << 16
            # Otherwise the system that wrote it would be in the bytes.
            entry.create_system = 3
            fixed.writestr(entry, content)
    return target.getvalue()
