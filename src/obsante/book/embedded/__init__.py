"""The renderer of a machine without Quarto: Pandoc for the pages, Typst for the PDF.

It reads an ordinary Quarto book and understands the subset that the chapters are written in;
whatever lies outside stops the rendering, naming the chapter and the line.
"""

from obsante.book.embedded.render import render, versions

__all__ = ["render", "versions"]
