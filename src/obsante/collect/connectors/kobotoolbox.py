"""KoboToolbox: the submissions of one form, through the API version 2.

https://support.kobotoolbox.org/api.html and https://kf.kobotoolbox.org/api/v2/docs/ (``data``:
``start``, ``limit`` of at most 1000 since 2026, ``query``; submissions come by ``_id``). The token
goes in the header ``Authorization: Token``.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from typing import Any, ClassVar, Literal

from pydantic import Field

from obsante.collect.connectors.answers import Json
from obsante.collect.connectors.declared import Answer, Call, Declared, Listing, Query, Row

_ROWS = "1000"
# What the service adds to each submission and its own exports leave out: links to attachments,
# position of the telephone, remarks of the staff.
_ADDED = ("_attachments", "_geolocation", "_notes", "_tags", "_validation_status",
          "_supplementalDetails", "_xform_id_string", "formhub/uuid", "meta/")  # fmt: skip
_OF_THE_SUBMISSION = ("_id", "_uuid", "_submission_time")


class Kobo(Declared):
    """``form``: identifier of the form (``asset``); ``repeat``: path of a repeat group, whose rows
    are then those of this source, tied to the submission by ``_parent_index``.
    """

    connector: Literal["kobotoolbox"]
    form: str = Field(pattern=r"^[A-Za-z0-9]+$")
    repeat: str | None = None

    documentation: ClassVar[str] = "https://kf.kobotoolbox.org/api/v2/docs/ (API version 2)"
    token_scheme: ClassVar[str | None] = "Token"
    token_help: ClassVar[str] = "the API key of Account Settings > Security"
    secret: ClassVar[Literal["none", "optional", "required"]] = "required"

    @property
    def private(self) -> bool:
        """Submissions name people."""
        return True

    def calls(self, query: Query) -> list[Call]:
        """The submissions from the first."""
        params = [("limit", _ROWS), ("start", "0")]
        received = {}
        if self.since:
            received["$gte"] = self.since.isoformat()
        if self.until:
            received["$lt"] = (self.until + dt.timedelta(days=1)).isoformat()
        if received:
            params.append(("query", json.dumps({"_submission_time": received})))
        return [Call(f"/api/v2/assets/{self.form}/data.json", tuple(params), self.form)]

    def read(self, call: Call, content: Json) -> Answer:
        """``results`` holds the submissions; the server may give fewer than were asked for."""
        items, start = content.at("results").list(), int(dict(call.params)["start"])
        more = content.at("next").value is not None and items
        following = call.having([("start", str(start + len(items)))]) if more else None
        rows, left_out = [], set()
        for rank, item in enumerate(items, start=start + 1):
            row, repeats = _flat(item)
            rows.extend(self._rows(item, row, rank))
            left_out |= repeats - {self.repeat}
        # Rows of a repeat group have no announced number.
        total = None if self.repeat else content.at("count").integer()
        return Answer(rows, total, following, left_out=frozenset(left_out))

    def listing(self, answers: Sequence[Answer]) -> Listing:
        """The rows numbered as in the service's own exports."""
        listing = super().listing(answers)
        rows = [row | {"_index": str(rank)} for rank, row in enumerate(listing.rows, start=1)]
        return Listing(list(dict.fromkeys([*listing.columns, "_index"])), rows)

    def _rows(self, item: Json, row: Row, rank: int) -> list[Row]:
        if self.repeat is None:
            return [row]
        repeated = item.optional(self.repeat)
        parent = {f"_submission_{key}": item.at(key).cell() for key in _OF_THE_SUBMISSION}
        parent["_parent_index"] = str(rank)
        return [_flat(part)[0] | parent for part in repeated.list()] if repeated else []


def _flat(item: Json) -> tuple[Row, set[str]]:
    """Cells of a submission, and the repeat groups that it holds."""
    row, repeats = {}, set()
    for key, value in item.object().items():
        if key.startswith(_ADDED):
            continue
        if _is_repeat(value):
            repeats.add(key)
        else:
            row[key] = item.at(key).cell()
    return row, repeats


def _is_repeat(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(part, dict) for part in value)
