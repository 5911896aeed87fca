"""OpenAlex, for the technology watch: works on a technology by authors of a country.

https://developers.openalex.org/guides/page-through-results, .../guides/searching,
.../api-reference/works. A free key goes in the Authorization header (.../guides/collections), never
in the address. Without a key only the first 10,000 results can be read, by page number.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import ClassVar, Literal

from babel.core import get_global
from pydantic import Field, field_validator

from obsante.collect.connectors.answers import Json
from obsante.collect.connectors.declared import Answer, Call, Declared, Listing, Query, Row
from obsante.errors import DataError

_ROWS, _WITHOUT_KEY = 100, 10_000
# Authors' names are personal data that the watch has no use for: they are not asked for.
_FIELDS = "id,doi,display_name,publication_date,type,primary_location"


class OpenAlex(Declared):
    """``technologies``: technology -> search (words, "phrases", AND, OR, NOT); ``country``: of at
    least one author's institution, ISO 3166-1 alpha-3.

    A work found for two technologies is two signals.
    """

    connector: Literal["openalex"]
    country: str = Field(pattern=r"^[A-Z]{3}$")
    technologies: dict[str, str] = Field(min_length=1)

    documentation: ClassVar[str] = (
        "https://developers.openalex.org/guides/page-through-results (API version 1.0.0)"
    )
    token_scheme: ClassVar[str | None] = "Bearer"
    token_help: ClassVar[str] = "a free key from openalex.org/settings/api"
    secret: ClassVar[Literal["none", "optional", "required"]] = "optional"
    # The index moves while it is read.
    exact_total: ClassVar[bool] = False
    # Columns of the table `signaux`; this is the only place that knows them.
    columns: ClassVar[Sequence[str]] = (
        "id_signal", "source", "date", "technologie", "type", "titre", "lien", "pays"
    )  # fmt: skip

    @field_validator("country")
    @classmethod
    def _known(cls, country: str) -> str:
        if country not in get_global("territory_aliases"):
            raise ValueError("the ISO 3166-1 alpha-3 code of a country, as in MAR")
        return country

    def calls(self, query: Query) -> list[Call]:
        """One sequence for each technology."""
        country = get_global("territory_aliases")[self.country][0].lower()
        filters = [f"institutions.country_code:{country}"]
        filters += [f"from_publication_date:{self.since}"] if self.since else []
        filters += [f"to_publication_date:{self.until}"] if self.until else []
        start = ("cursor", "*") if query.identified else ("page", "1")
        return [
            Call(
                "/works",
                (("search", search), ("filter", ",".join(filters)), ("select", _FIELDS),
                 ("per_page", str(_ROWS)), start),
                technology,
            )  # fmt: skip
            for technology, search in self.technologies.items()
        ]

    def read(self, call: Call, content: Json) -> Answer:
        """``results`` holds the works, ``meta`` the count and the cursor of the next page."""
        meta, items = content.at("meta"), content.at("results").list()
        total = meta.at("count").integer()
        rows = [self._row(item, call.label) for item in items]
        return Answer(rows, total, self._following(call, meta, total) if items else None)

    def listing(self, answers: Sequence[Answer]) -> Listing:
        """Signals by identifier, each once: an index that moves may show a work twice."""
        rows = {row["id_signal"]: row for answer in answers for row in answer.rows}
        return Listing(self.columns, [rows[key] for key in sorted(rows)])

    def _following(self, call: Call, meta: Json, total: int) -> Call | None:
        given = dict(call.params)
        if "cursor" in given:
            cursor = meta.optional("next_cursor")
            return call.having([("cursor", cursor.text())]) if cursor else None
        if total > _WITHOUT_KEY:
            raise DataError(
                f"{meta.origin.where}, technology {call.label}", found=f"{total} works",
                expected=f"at most {_WITHOUT_KEY} without a key",
                remedy=f"narrow the search or since, or set {self.token_help}",
            )  # fmt: skip
        page = int(given["page"])
        return call.having([("page", str(page + 1))]) if page * _ROWS < total else None

    def _row(self, item: Json, technology: str) -> Row:
        address = item.at("id").text()
        code = re.search(r"W\d+$", address)
        if code is None:
            place = f"key '{item.place}.id'"
            raise item.origin.changed(place, "no W and digits at its end", "W123")
        location = item.optional("primary_location")
        page = location.optional("landing_page_url") if location else None
        link = item.optional("doi") or page
        return {
            "id_signal": f"{code.group()}_{technology}",
            "source": "openalex",
            "date": item.at("publication_date").cell(),
            "technologie": technology,
            "type": item.at("type").cell(),
            "titre": " ".join(item.at("display_name").cell().split()),
            "lien": link.text() if link else address,
            "pays": self.country,
        }
