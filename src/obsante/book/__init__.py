"""The book: assembly of the Quarto project, and its two renderers."""

from obsante.book.assemble import pdf_name
from obsante.book.build import build_book
from obsante.book.preview import preview

__all__ = ["build_book", "pdf_name", "preview"]
