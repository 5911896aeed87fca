"""The text of any output: tables, notebooks, pages, figures, PDF."""

from __future__ import annotations

import html
import importlib.util
import json
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from obsante.collect.privacy.protection import coded
from obsante.collect.reading import readable
from obsante.collect.table_schema import Field, Table
from obsante.errors import DataError

# Place in the file, text.
Part = tuple[str, str]
Parts = Iterator[Part]
_BINARY = {".png", ".jpg", ".jpeg", ".gif", ".webp", ".ico", ".woff", ".woff2", ".ttf", ".otf"}
_EMBEDDED = re.compile(r"data:[\w/+.;=-]*;base64,[A-Za-z0-9+/=\s]+")
# Drawings are made of numbers that say nothing.
_GEOMETRY = re.compile(r"\s(?:d|points|transform|viewBox|values|style)=(?:\"[^\"]*\"|'[^']*')")
_INLINE = re.compile(r"</?(?:a|abbr|b|code|em|i|mark|small|span|strong|sub|sup|tspan|u)\b[^<>]*>")
_TAG = re.compile(r"<[^<>]*>")
_VALUE = re.compile(r"=\"([^\"]*)\"|='([^']*)'")
_LONG = 4096
_PATH_DEPTH = 2


class Unread(Exception):
    """A file whose text can't be had; its message says why."""


def parts(path: Path, where: str, tables: Mapping[str, Table]) -> list[Part]:
    """Every text of a file, with its place there.

    Of a validated table, the codes that the dictionary itself allows are left out.

    Args:
        tables: dictionaries after ingest, by name.

    Raises:
        Unread: an image, a font, or a PDF without pypdf.
        DataError: a file that should be readable is not.
    """
    with readable(where):
        try:
            return list(_reader(path)(path, tables))
        except (ValueError, pa.ArrowException, zipfile.BadZipFile) as error:
            raise DataError(
                where, found=f"can't be read: {type(error).__name__}",
                expected="a file as the build wrote it", remedy="build the edition again",
            ) from error  # fmt: skip


def _reader(path: Path) -> Callable[[Path, Mapping[str, Table]], Parts]:
    suffix = path.suffix.lower()
    if suffix in _BINARY:
        raise Unread("an image or a font")
    return _READERS.get(suffix, _plain)


def _plain(path: Path, tables: Mapping[str, Table]) -> Parts:
    data = path.read_bytes()
    try:
        yield "", data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Unread("a binary file") from None


def _parquet(path: Path, tables: Mapping[str, Table]) -> Parts:
    table, file = tables.get(path.stem), pq.ParquetFile(path)
    for field in file.schema_arrow:
        kind = field.type.value_type if pa.types.is_dictionary(field.type) else field.type
        if pa.types.is_string(kind) or pa.types.is_large_string(kind):
            known = table.field(field.name) if table and field.name in table.columns else None
            values: set[str] = set()
            for batch in file.iter_batches(columns=[field.name], batch_size=1 << 20):
                values.update(_uncoded(batch.column(0), known))
            yield f"column '{field.name}'", "\n".join(sorted(values))


def columns(path: Path) -> list[str]:
    """Names of a table's columns."""
    return pq.read_schema(path).names


def _uncoded(column: pa.Array, field: Field | None) -> list[str]:
    """Different values of a column, but those that its dictionary lists or describes."""
    different = pc.unique(column.cast(pa.large_string())).drop_null()
    if field is None or not len(different):
        return different.to_pylist()
    if field.codes:
        codes = pa.array([str(code) for code in field.codes], pa.large_string())
        return different.filter(pc.invert(pc.is_in(different, codes))).to_pylist()
    texts = different.to_pandas().astype("str")
    return texts[~texts.str.fullmatch(field.constraints.pattern)].tolist() if coded(field) else (
        different.to_pylist())  # fmt: skip


def _csv(path: Path, tables: Mapping[str, Table]) -> Parts:
    try:
        frame = pd.read_csv(path, dtype="str", keep_default_na=False)
    except (ValueError, pd.errors.ParserError):
        yield from _plain(path, tables)
        return
    for name in frame.columns:
        yield f"column '{name}'", "\n".join([str(name), *frame[name].unique()])


def _json(path: Path, tables: Mapping[str, Table]) -> Parts:
    found: dict[str, list[str]] = {}
    for place, text in _strings(json.loads(path.read_text(encoding="utf-8")), ()):
        found.setdefault(".".join(place[:_PATH_DEPTH]), []).append(text)
    for place, texts in found.items():
        yield place, "\n".join(texts)


def _strings(content: object, place: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(content, str):
        # A notebook's images are in base64, its HTML and SVG are markup.
        if len(content) < _LONG or not re.fullmatch(r"[A-Za-z0-9+/=\s]+", content):
            yield place, _words_of_markup(content) if "<" in content else content
    elif isinstance(content, dict):
        for key, value in content.items():
            yield (*place, key), key
            yield from _strings(value, (*place, key))
    elif isinstance(content, list) and all(isinstance(line, str) for line in content):
        yield from _strings("".join(content), place)
    elif isinstance(content, list):
        for rank, value in enumerate(content):
            yield from _strings(value, (*place, str(rank)))


def _markup(path: Path, tables: Mapping[str, Table]) -> Parts:
    yield "", _words_of_markup(path.read_text(encoding="utf-8"))


def _words_of_markup(text: str) -> str:
    """Text of a page or a drawing, then the values of its attributes."""
    text = _GEOMETRY.sub("", _EMBEDDED.sub(" ", text))
    said = [a or b for tag in _TAG.findall(text) for a, b in _VALUE.findall(tag)]
    content = _TAG.sub("\n", _INLINE.sub("", text))
    return html.unescape("\n".join([content, *said]))


def _pdf(path: Path, tables: Mapping[str, Table]) -> Parts:
    if importlib.util.find_spec("pypdf") is None:
        raise Unread("a PDF, and the package pypdf is not installed")
    from pypdf import PdfReader

    reader = PdfReader(path)
    yield "metadata", "\n".join(str(value) for value in (reader.metadata or {}).values())
    for number, page in enumerate(reader.pages, start=1):
        yield f"page {number}", page.extract_text()


def _archive(path: Path, tables: Mapping[str, Table]) -> Parts:
    """A workbook, a document or a ZIP: the texts of its members."""
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            yield name, _words_of_markup(archive.read(name).decode("utf-8", errors="ignore"))


_READERS: dict[str, Callable[[Path, Mapping[str, Table]], Parts]] = {
    ".parquet": _parquet, ".csv": _csv, ".json": _json, ".ipynb": _json, ".html": _markup,
    ".svg": _markup, ".xml": _markup, ".pdf": _pdf, ".xlsx": _archive, ".docx": _archive,
    ".zip": _archive,
}  # fmt: skip
