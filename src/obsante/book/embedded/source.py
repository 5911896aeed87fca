"""A chapter's text once its shortcodes are resolved, each line knowing where it comes from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

_FENCE = re.compile(r"^[\s>]*(?:[-*+]\s+|\d+[.)]\s+)?(`{3,}|~{3,})\s*(.*)$")


@dataclass(frozen=True)
class Origin:
    """Line ``line`` (from 1) of the file ``path``, seen from the book's folder."""

    path: str
    line: int

    def __str__(self) -> str:
        return f"{self.path}, line {self.line}"


@dataclass(frozen=True)
class Line:
    """A line of text and where it was written."""

    text: str
    origin: Origin


@dataclass
class Source:
    """A chapter ready for Pandoc; ``metadata`` is its front matter."""

    path: str
    lines: list[Line] = field(default_factory=list)
    metadata: dict[str, Any] = field(default_factory=dict)

    @property
    def text(self) -> str:
        return "\n".join(line.text for line in self.lines) + "\n"

    def locate(self, token: str, occurrence: int = 1) -> str:
        """Where ``token`` is written outside code: ``file, line N``, or the file alone."""
        if not token:
            return str(self.lines[0].origin) if self.lines else self.path
        end = r"(?![\w-])" if token[-1].isalnum() else ""
        pattern = re.compile(re.escape(token) + end)
        found = [line.origin for line, code in with_code(self.lines)
                 if not code for _ in pattern.finditer(line.text)]  # fmt: skip
        return str(found[occurrence - 1]) if len(found) >= occurrence else self.path


def fence(line: str) -> tuple[str, str] | None:
    """Marks and info string of a line that opens a fenced code block.

    >>> fence("```{python}")
    ('```', '{python}')
    """
    found = _FENCE.match(line)
    if not found or (found[1][0] == "`" and "`" in found[2]):
        return None
    return found[1], found[2].strip()


def with_code(lines: Iterable[Line]) -> Iterator[tuple[Line, str]]:
    """Each line with its place in fenced code: ``open`` for the first one, ``in``, or nothing."""
    opened = ""
    for line in lines:
        marks = fence(line.text)
        if opened:
            yield line, "in"
            closes = marks and marks[0][0] == opened[0] and len(marks[0]) >= len(opened)
            opened = "" if closes and not marks[1] else opened
        else:
            opened = marks[0] if marks else ""
            yield line, "open" if opened else ""
