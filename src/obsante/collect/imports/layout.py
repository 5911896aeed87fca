"""What openpyxl's reading by rows does not say of a sheet: its merged cells, if it has formulas."""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

from openpyxl.utils.cell import range_boundaries

_PIECE = 1 << 20
# Longer than either of the two elements looked for.
_OVERLAP = 256
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\b[^>]*?\bref=["\']([A-Z]+[0-9]+:[A-Z]+[0-9]+)')
_FORMULA = re.compile(rb"<(?:\w+:)?f[ />]")
MAIN = "xl/workbook.xml"
_RELATIONS = "xl/_rels/workbook.xml.rels"


class Area(NamedTuple):
    """Merged cells; rows and columns from 1, both ends included."""

    left: int
    top: int
    right: int
    bottom: int


@dataclass
class Layout:
    """Merged cells of a sheet, and whether some cell is computed."""

    merged: list[Area] = field(default_factory=list)
    formulas: bool = False


def layout(path: Path, title: str) -> Layout:
    """The layout of the sheet of that title; the sheet is read piece by piece, not parsed."""
    found, areas = Layout(), set()
    with zipfile.ZipFile(path) as archive, archive.open(_part(archive, title)) as stream:
        end = b""
        while piece := stream.read(_PIECE):
            text = end + piece
            areas.update(_MERGED.findall(text))
            found.formulas = found.formulas or _FORMULA.search(text) is not None
            end = text[-_OVERLAP:]
    found.merged = sorted(Area(*range_boundaries(area.decode("ascii"))) for area in areas)
    return found


def _part(archive: zipfile.ZipFile, title: str) -> str:
    """Name of the file, in the archive, of the sheet of that title."""
    for element in ElementTree.fromstring(archive.read(MAIN)).iter():
        if element.tag.endswith("}sheet") and element.get("name") == title:
            relation = next(value for key, value in element.items() if key.endswith("}id"))
            targets = ElementTree.fromstring(archive.read(_RELATIONS)).iter()
            target = next(one.get("Target") for one in targets if one.get("Id") == relation)
            return target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    raise KeyError(title)
