"""The PDF: one Typst document, tagged (PDF/UA-1) and archivable (PDF/A-2a)."""

from __future__ import annotations

import re
from importlib.metadata import version as package_version
from pathlib import Path

import typst

from obsante.errors import BookError

STANDARDS = ["ua-1", "a-2a"]
_LINE = re.compile(r":(\d+):\d+")
_CHAPTER = re.compile(r"^// chapter: (.+)$")


def version() -> str:
    """Version of Typst."""
    return package_version("typst")


def compile_pdf(source: str, root: Path, fonts: Path, epoch: int) -> bytes:
    """Bytes of the PDF of a Typst source.

    Args:
        root: folder that the absolute paths of the images start from.
        fonts: folder of the TrueType fonts; those of the machine are never used.
        epoch: the document's date, in seconds: the same source gives the same bytes.

    Raises:
        BookError: Typst fails, or warns (a missing font or glyph, say), naming the chapter.
    """
    try:
        document, warnings = typst.compile_with_warnings(
            source.encode("utf-8"),
            root=str(root),
            font_paths=typst.Fonts(include_system_fonts=False, font_paths=[str(fonts)]),
            pdf_standards=STANDARDS,
            timestamp=epoch,
        )
    except typst.TypstError as error:
        raise _failure(source, error.message, error.diagnostic) from error
    if warnings:
        raise _failure(source, warnings[0].message, warnings[0].diagnostic)
    return document


def _failure(source: str, message: str, diagnostic: str) -> BookError:
    return BookError(
        f"PDF of the book{_chapter(source, diagnostic)}",
        found=message,
        expected="a document without error nor warning",
        remedy="change what the chapter holds at that place",
    )


def _chapter(source: str, diagnostic: str) -> str:
    """The chapter announced before the line of a diagnostic, and the text of that line."""
    found = _LINE.search(diagnostic or "")
    if not found:
        return ""
    lines = source.splitlines()[: int(found[1])]
    names = [match[1] for line in lines if (match := _CHAPTER.match(line))]
    if not names:
        return ", layout"
    return f", chapter {names[-1]}, near: {lines[-1].strip()[:100]}"
