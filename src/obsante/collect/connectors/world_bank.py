"""World Bank indicators, API version 2, without account.

https://datahelpdesk.worldbank.org/knowledgebase/articles/898581 (calls, paging by ``page`` and
``pages``) and .../898620-api-error-codes. A wrong code is answered with status 200 and a list whose
first element holds ``message``.
"""

from __future__ import annotations

from typing import ClassVar, Literal

from obsante.collect.connectors.answers import Json
from obsante.collect.connectors.declared import Answer, Call, Indicators, Query, Row
from obsante.errors import DataError

_ROWS = "1000"
# The first year of the World Development Indicators.
_FIRST_YEAR = 1960


class WorldBank(Indicators):
    """``language``: of the indicators' titles; one that is not translated is in English."""

    connector: Literal["world_bank"]
    language: Literal["en", "fr", "ar"] = "fr"

    documentation: ClassVar[str] = (
        "https://datahelpdesk.worldbank.org/knowledgebase/articles/898581 (API version 2)"
    )

    def calls(self, query: Query) -> list[Call]:
        """One sequence for each indicator; years are asked for as a range with both ends."""
        first = self.since.year if self.since else _FIRST_YEAR
        last = (self.until or query.day).year
        prefix = "/v2" if self.language == "en" else f"/v2/{self.language}"
        params = (("format", "json"), ("per_page", _ROWS),
                  ("date", f"{first}:{last}"), ("page", "1"))  # fmt: skip
        countries = ";".join(self.countries)
        return [
            Call(f"{prefix}/country/{countries}/indicator/{code}", params, code)
            for code in self.indicators
        ]

    def read(self, call: Call, content: Json) -> Answer:
        """A list: the paging, then the rows; without rows, the second element is null or absent."""
        parts = content.list()
        if not parts:
            raise content.origin.changed("", "an empty list", "a list of two elements")
        self._check_refusal(call, parts[0])
        total, page = parts[0].at("total").integer(), parts[0].at("page").integer()
        empty = total == 0 and (len(parts) == 1 or parts[1].value is None)
        if len(parts) != 2 and not empty:
            raise content.origin.changed("", f"a list of {len(parts)}", "a list of two elements")
        rows = [] if empty else [self._row(item) for item in parts[1].list()]
        more = page < parts[0].at("pages").integer()
        return Answer(rows, total, call.having([("page", str(page + 1))]) if more else None)

    def _check_refusal(self, call: Call, first: Json) -> None:
        if first.optional("message") is None:
            return
        said = "; ".join(f"{m.at('key').cell()}: {m.at('value').cell()}"
                         for m in first.at("message").list())  # fmt: skip
        raise DataError(
            f"{first.origin.where}, indicator {call.label}", found=f"the service answers: {said}",
            expected="indicator and country codes of the World Development Indicators",
            remedy="correct indicators or countries of the source in config/fetch.yml",
        )  # fmt: skip

    def _row(self, item: Json) -> Row:
        indicator, unit = item.at("indicator"), item.optional("unit")
        code, status = indicator.at("id").text(), item.optional("obs_status")
        status_text = status.cell() if status else ""
        return {
            "source": self.producer,
            "indicateur": indicator.at("value").cell(),
            "code_indicateur": code,
            "pays": item.at("countryiso3code").text(),
            "annee": item.at("date").text(),
            "valeur": item.at("value").cell(),
            "unite": (unit.cell() if unit else "") or self.indicators.get(code, ""),
            "note": f"obs_status={status_text}" if status_text else "",
        }
