"""All the pages of a source, in order; those of an interrupted fetch are not asked for again."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from obsante.collect.connectors.answers import Json, Origin
from obsante.collect.connectors.client import Client, decode
from obsante.collect.connectors.declared import Answer, Call, Declared, Query
from obsante.errors import DataError
from obsante.files import write_atomic

Progress = Callable[[str], None]
_INDEX = "index.json"


@dataclass(frozen=True)
class Page:
    """A page as received, and the address that gave it."""

    url: str
    body: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.body).hexdigest()


class Kept:
    """Pages of a fetch under way, in ``folder``; those of another query are forgotten.

    ``query``: a text that changes with whatever would change the pages.
    """

    def __init__(self, folder: Path, query: str) -> None:
        self._folder = folder
        self._query = hashlib.sha256(query.encode("utf-8")).hexdigest()
        self._pages = self._read()

    def page(self, number: int, url: str) -> Page | None:
        """The page of that number (from 1), if it was kept whole and comes from ``url``."""
        if number > len(self._pages) or self._pages[number - 1]["url"] != url:
            return None
        file = self._file(number)
        page = Page(url, file.read_bytes()) if file.is_file() else None
        return page if page and page.sha256 == self._pages[number - 1]["sha256"] else None

    def keep(self, number: int, page: Page) -> None:
        """Keep a page; those that followed another one of that number are forgotten."""
        write_atomic(self._file(number), page.body)
        entry = {"url": page.url, "sha256": page.sha256}
        self._pages = [*self._pages[: number - 1], entry]
        index = {"query": self._query, "pages": self._pages}
        write_atomic(self._folder / _INDEX, json.dumps(index, indent=1) + "\n")

    def clear(self) -> None:
        """Forget everything."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def _file(self, number: int) -> Path:
        return self._folder / f"{number:04d}.json"

    def _read(self) -> list[dict[str, str]]:
        index = self._folder / _INDEX
        if not index.is_file():
            return []
        content = json.loads(index.read_text(encoding="utf-8"))
        if content["query"] == self._query:
            return content["pages"]
        self.clear()
        return []


def all_pages(
    name: str,
    source: Declared,
    query: Query,
    client: Client,
    kept: Kept,
    most: int,
    progress: Progress,
) -> tuple[list[Page], list[Answer]]:
    """Every page of a source and what it holds, the sequences one after the other.

    Args:
        most: number of pages above which the fetch stops.
        progress: receives a line for each page.

    Raises:
        DataError: a request fails, an answer is not as documented, or the pages never end.
    """
    pages: list[Page] = []
    answers: list[Answer] = []
    for first in source.calls(query):
        call: Call | None = first
        received, total = 0, None
        while call is not None:
            number, url = len(pages) + 1, call.url(source.url)
            if number > most or url in (page.url for page in pages):
                raise _endless(name, number, most)
            earlier = kept.page(number, url)
            page = earlier or Page(url, client.get(url))
            where = f"source '{name}', page {number} ({call.label})"
            answer = source.read(call, Json(decode(page.body), Origin(where, source.documentation)))
            if earlier is None:
                kept.keep(number, page)
            pages.append(page)
            answers.append(answer)
            received, total = received + len(answer.rows), answer.total or total
            progress(f"  {name}, {call.label}: page {number}, {_rows(received, total)}")
            call = answer.following
        _check_complete(name, source, first.label, received, total)
    return pages, answers


def _rows(received: int, total: int | None) -> str:
    return f"{received} rows of {total}" if total is not None else f"{received} rows"


def _endless(name: str, number: int, most: int) -> DataError:
    over = number > most
    return DataError(
        f"source '{name}', page {number}",
        found="one page more than the limit" if over else "the address of an earlier page",
        expected=f"at most {most} pages (limits.pages of config/fetch.yml), each asked for once",
        remedy="ask for less (since, until, fewer codes), or raise the limit" if over
        else "the service's paging has changed: its connector must follow",
    )  # fmt: skip


def _check_complete(
    name: str, source: Declared, label: str, received: int, total: int | None
) -> None:
    if source.exact_total and total is not None and received != total:
        raise DataError(
            f"source '{name}', {label}", found=f"{received} rows received",
            expected=f"{total}, as the service announces",
            remedy="the data changed while they were read: run the command again",
        )  # fmt: skip


def no_row(name: str, source: Declared, answers: Sequence[Answer]) -> DataError:
    """The error for pages that hold nothing."""
    return DataError(
        f"source '{name}'", found=f"no row in {len(answers)} page{'s' if len(answers) > 1 else ''}",
        expected="at least one row",
        remedy=f"widen since, until or the codes of the source; {source.documentation}",
    )  # fmt: skip
