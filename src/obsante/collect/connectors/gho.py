"""WHO Global Health Observatory, OData API, without account.

https://www.who.int/data/gho/info/gho-odata-api: ``/Indicator`` gives the titles, ``/<code>`` the
values, ``$filter`` takes ``SpatialDim`` and ``date(TimeDimensionBegin)``. The values carry up to
three dimensions (sex, age...), kept in ``note`` with the interval; some are texts (Yes, No).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar, Literal

from obsante.collect.connectors.answers import Json
from obsante.collect.connectors.declared import Answer, Call, Indicators, Listing, Query, Row
from obsante.errors import DataError, nearest

_TITLES = "titres"


class Gho(Indicators):
    """Indicators of the Global Health Observatory."""

    connector: Literal["gho"]

    documentation: ClassVar[str] = (
        "https://www.who.int/data/gho/info/gho-odata-api (OData version 4)"
    )

    def calls(self, query: Query) -> list[Call]:
        """The titles, then one sequence for each indicator."""
        codes = _any("IndicatorCode", list(self.indicators))
        dates = self.conditions("date(TimeDimensionBegin)")
        conditions = [_any("SpatialDim", self.countries), *dates]
        params = (("$filter", " and ".join(conditions)),)
        values = [Call(f"/{code}", params, code) for code in self.indicators]
        return [Call("/Indicator", (("$filter", codes),), _TITLES), *values]

    def read(self, call: Call, content: Json) -> Answer:
        """``value`` holds the rows; a link is there only if the service cuts its answer."""
        items, link = content.at("value").list(), content.optional("@odata.nextLink")
        following = call.following(link.text()) if link else None
        if call.label == _TITLES:
            titles = {i.at("IndicatorCode").text(): i.at("IndicatorName").text() for i in items}
            return Answer([], None, following, titles)
        return Answer([self._row(item) for item in items], None, following)

    def listing(self, answers: Sequence[Answer]) -> Listing:
        """The long table, with the titles that other pages gave."""
        titles = {code: title for answer in answers for code, title in answer.names.items()}
        for code in self.indicators:
            if code not in titles:
                raise DataError(
                    f"config/fetch.yml, indicators of '{self.title}'",
                    found=f"'{code}', which the service doesn't know",
                    expected=nearest(code, titles) if titles else "a code of /Indicator",
                    remedy=f"look the code up in {self.url}/Indicator and correct it",
                )
        titled = [
            replace(answer, rows=[row | {"indicateur": titles[row["code_indicateur"]]}
                                  for row in answer.rows])
            for answer in answers
        ]  # fmt: skip
        return super().listing(titled)

    def _row(self, item: Json) -> Row:
        code, number = item.at("IndicatorCode").text(), item.at("NumericValue")
        return {
            "source": self.producer,
            "code_indicateur": code,
            "pays": item.at("SpatialDim").text(),
            "annee": item.at("TimeDim").cell(),
            "valeur": number.cell(),
            "unite": self.indicators.get(code, ""),
            "note": _note(item, with_text=number.value is None),
        }


def _any(field: str, values: list[str]) -> str:
    joined = " or ".join(f"{field} eq '{value}'" for value in values)
    return f"({joined})" if len(values) > 1 else joined


def _note(item: Json, with_text: bool) -> str:
    """Dimensions, interval and comment of a value; its text if it is no number."""
    notes = []
    for rank in (1, 2, 3):
        if item.optional(f"Dim{rank}"):
            notes.append(f"{item.at(f'Dim{rank}Type').cell()}={item.at(f'Dim{rank}').cell()}")
    texts = {"bas": "Low", "haut": "High", "commentaire": "Comments"}
    if with_text:
        texts["texte"] = "Value"
    for name, key in texts.items():
        part = item.optional(key)
        if part and part.cell():
            notes.append(f"{name}={part.cell()}")
    return "; ".join(notes)
