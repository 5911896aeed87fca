"""DHIS2: aggregated data, through the analytics resource.

https://docs.dhis2.org/en/develop/using-the-api/dhis-core-version-master/analytics.html (dimensions
``dx``, ``pe``, ``ou``; ``headers``, ``rows`` and ``metaData`` of the answer; 409 with an
``errorCode``; no paging, hence one request for each period) and .../introduction.html (personal
access tokens, header ``Authorization: ApiToken``).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal

from pydantic import Field, model_validator

from obsante.collect.connectors.answers import Json
from obsante.collect.connectors.declared import Answer, Call, Declared, Query, Row

_VALUE = "value"


class Dhis2(Declared):
    """``data``, ``organisation_units``: identifiers of the dimensions dx and ou; ``periods``: those
    of pe, or since and until for one aggregate. ``public``: whether the figures may be published.

    Each dimension gives a column of identifiers (``dx``) and one of names (``dx_nom``); the figure
    is in ``valeur``.
    """

    connector: Literal["dhis2"]
    data: list[str] = Field(min_length=1)
    organisation_units: list[str] = Field(min_length=1)
    periods: list[str] = Field(default_factory=list)
    public: bool

    documentation: ClassVar[str] = (
        "https://docs.dhis2.org/en/develop/using-the-api/dhis-core-version-master/analytics.html"
        " (read in 2026)"
    )
    token_scheme: ClassVar[str | None] = "ApiToken"
    token_help: ClassVar[str] = "a personal access token, or a user and password"
    password: ClassVar[bool] = True
    secret: ClassVar[Literal["none", "optional", "required"]] = "required"

    @model_validator(mode="after")
    def _one_kind_of_dates(self) -> Dhis2:
        if bool(self.periods) == bool(self.since or self.until):
            raise ValueError("periods, or since and until (also from --since): one of the two")
        if (self.since is None) != (self.until is None):
            raise ValueError("since and until together")
        return self

    @property
    def private(self) -> bool:
        """Figures that the ministry has not published."""
        return not self.public

    def calls(self, query: Query) -> list[Call]:
        """One call for each period, or one for the dates."""
        dimensions = (
            ("dimension", f"dx:{';'.join(self.data)}"),
            ("dimension", f"ou:{';'.join(self.organisation_units)}"),
        )
        path = "/api/analytics.json"
        if not self.periods:
            dates = (("startDate", str(self.since)), ("endDate", str(self.until)))
            return [Call(path, (*dimensions, *dates), f"{self.since}/{self.until}")]
        return [Call(path, (*dimensions, ("dimension", f"pe:{p}")), p) for p in self.periods]

    def read(self, call: Call, content: Json) -> Answer:
        """``headers`` name the columns of ``rows``; ``metaData`` names the identifiers."""
        headers = [header.at("name").text() for header in content.at("headers").list()]
        if _VALUE not in headers:
            raise content.origin.changed("key 'headers'", ", ".join(headers), "a header 'value'")
        names = _names(content.optional("metaData"))
        rows = [_row(headers, row.list(), row, names) for row in content.at("rows").list()]
        height = content.optional("height")
        return Answer(rows, height.integer() if height else None)


def _row(headers: Sequence[str], cells: list[Json], row: Json, names: dict[str, str]) -> Row:
    if len(cells) != len(headers):
        raise row.origin.changed(
            f"key '{row.place}'", f"{len(cells)} cells", f"{len(headers)}, as in headers"
        )
    result: Row = {}
    for header, cell in zip(headers, cells, strict=True):
        if header == _VALUE:
            result["valeur"] = cell.cell()
        else:
            result[header] = cell.cell()
            result[f"{header}_nom"] = names.get(cell.cell(), "")
    return result


def _names(metadata: Json | None) -> dict[str, str]:
    """Names by identifier: under ``items`` in recent versions, under ``names`` in the oldest."""
    if metadata is None:
        return {}
    items, names = metadata.optional("items"), metadata.optional("names")
    if items:
        return {key: items.at(key).at("name").text() for key in items.object()}
    return {key: names.at(key).text() for key in names.object()} if names else {}
