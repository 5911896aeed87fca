"""What ``config/fetch.yml`` declares, its limits and a source, and what a connector must do."""

from __future__ import annotations

import datetime as dt
from abc import abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar, Literal
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from pydantic import Field, ValidationInfo, field_validator, model_validator

from obsante.collect.connectors.answers import Json
from obsante.edition import Strict

Row = dict[str, str]
# Characters of a query that the services' own examples leave as they are.
_PLAIN = "$:;,*()'/"


@dataclass(frozen=True)
class Call:
    """One request: ``path`` after the source's url, parameters in order, none of them secret.

    ``label`` is what the calls of one sequence of pages have in common (an indicator, a form).
    """

    path: str
    params: tuple[tuple[str, str], ...]
    label: str

    def having(self, params: Iterable[tuple[str, str]]) -> Call:
        """The same call with other values of some parameters."""
        changed = dict(params)
        kept = [(key, changed.pop(key, value)) for key, value in self.params]
        return replace(self, params=(*kept, *changed.items()))

    def following(self, link: str) -> Call:
        """The same call with the parameters of a link to the next page.

        Only the link's parameters are used: whatever host it names, the request goes to the
        source's own.
        """
        return self.having(parse_qsl(urlsplit(link).query))

    def url(self, base: str) -> str:
        """The address of the request; spaces are %20, which every service reads as a space."""
        query = urlencode(self.params, quote_via=quote, safe=_PLAIN)
        return f"{base}{self.path}?{query}" if query else f"{base}{self.path}"


@dataclass(frozen=True)
class Query:
    """What the connectors are asked: the day of the fetch, and whether a secret is at hand."""

    day: dt.date
    identified: bool


@dataclass(frozen=True)
class Answer:
    """One page: its rows as cells of text, the number of rows of all the pages, the next call.

    ``names``: titles of codes that other pages use. ``left_out``: parts of the rows that are no
    cells and have a source of their own.
    """

    rows: Sequence[Row]
    total: int | None = None
    following: Call | None = None
    names: dict[str, str] = field(default_factory=dict)
    left_out: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Listing:
    """The table made from the pages: columns in order, rows whose absent cells are empty."""

    columns: Sequence[str]
    rows: Sequence[Row]


class Limits(Strict):
    """``timeout_seconds``: to connect, and between two pieces of an answer; ``answer_seconds``: for
    a whole answer; ``longest_wait_seconds``: the most that a service may ask to wait between two
    attempts; ``pages``, ``megabytes``: of one source.
    """

    timeout_seconds: float = Field(gt=0)
    answer_seconds: float = Field(gt=0)
    attempts: int = Field(ge=1, le=10)
    longest_wait_seconds: float = Field(gt=0)
    pages: int = Field(ge=1)
    megabytes: float = Field(gt=0)


class Declared(Strict):
    """A source: where it is, what it is, whose it is, and what may be done with it.

    ``since`` and ``until``: first and last day asked for, where the service can filter by date.
    ``table`` and ``profile``: as in a ``sources.yml``, for a file that enters an edition.

    A connector is a subclass. ``documentation``: the page of its API and the version read.
    ``token_scheme``: the word before a token in the Authorization header, None without tokens.
    """

    connector: str
    url: str
    title: str = Field(min_length=1)
    producer: str = Field(min_length=1)
    licence: str = Field(min_length=1)
    since: dt.date | None = None
    until: dt.date | None = None
    table: str | None = None
    profile: str | None = None

    documentation: ClassVar[str]
    token_scheme: ClassVar[str | None] = None
    token_help: ClassVar[str] = ""
    password: ClassVar[bool] = False
    secret: ClassVar[Literal["none", "optional", "required"]] = "none"
    exact_total: ClassVar[bool] = True
    columns: ClassVar[Sequence[str]] = ()

    @field_validator("url")
    @classmethod
    def _an_address(cls, url: str) -> str:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("an address that starts with https:// (or http://)")
        if "@" in parts.netloc or parts.query or parts.fragment:
            raise ValueError("an address without user, password, '?' or '#'")
        return url.rstrip("/")

    @field_validator("until")
    @classmethod
    def _in_order(cls, until: dt.date | None, info: ValidationInfo) -> dt.date | None:
        since = info.data.get("since")
        if until and since and until < since:
            raise ValueError(f"a day that is not before since, {since}")
        return until

    @model_validator(mode="after")
    def _enters_an_edition(self) -> Declared:
        if self.private and self.table is None:
            raise ValueError("table: data that are not public go to an edition's raw folder")
        return self

    @property
    def private(self) -> bool:
        """Whether the data may not enter the folder of public snapshots."""
        return False

    def conditions(self, moment: str) -> list[str]:
        """``since`` and ``until`` as OData conditions on ``moment``, whole days included."""
        found = [f"{moment} ge {self.since}"] if self.since else []
        if self.until:
            found.append(f"{moment} lt {self.until + dt.timedelta(days=1)}")
        return found

    @abstractmethod
    def calls(self, query: Query) -> list[Call]:
        """First call of each sequence of pages."""

    @abstractmethod
    def read(self, call: Call, content: Json) -> Answer:
        """What a page holds.

        Raises:
            DataError: the page is not as documented, or the service refuses in its own words.
        """

    def listing(self, answers: Sequence[Answer]) -> Listing:
        """The table made from all the pages; by default their rows one after the other."""
        rows = [row for answer in answers for row in answer.rows]
        columns = self.columns or list(dict.fromkeys(name for row in rows for name in row))
        return Listing(columns, rows)


class Indicators(Declared):
    """Indicators of countries by year, as one long table: World Bank, WHO.

    ``countries``: ISO 3166-1 alpha-3 codes. ``indicators``: code -> unit in French, which the
    services don't give in a form that can be read.
    """

    countries: list[str] = Field(min_length=1)
    indicators: dict[str, str] = Field(min_length=1)

    columns: ClassVar[Sequence[str]] = (
        "source", "indicateur", "code_indicateur", "pays", "annee", "valeur", "unite", "note"
    )  # fmt: skip

    @field_validator("countries")
    @classmethod
    def _codes(cls, countries: list[str]) -> list[str]:
        if any(not (len(code) == 3 and code.isascii() and code.isupper()) for code in countries):
            raise ValueError("ISO 3166-1 alpha-3 codes, as in [MAR, TUN]")
        return countries

    def listing(self, answers: Sequence[Answer]) -> Listing:
        """Rows in the order of the codes declared, then country, year and note."""
        order = list(self.indicators)
        rows = [row for answer in answers for row in answer.rows]
        rows.sort(key=lambda row: (order.index(row["code_indicateur"]), row["pays"],
                                   row["annee"], row["note"], row["valeur"]))  # fmt: skip
        return Listing(self.columns, rows)
