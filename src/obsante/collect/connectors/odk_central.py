"""ODK Central: one table of the submissions of a form, through OData.

https://docs.getodk.org/central-api-odata-endpoints/ (``$top``, ``@odata.nextLink`` with
``$skiptoken`` since v2023.4, ``$filter`` on ``__system/submissionDate``, ``$wkt``) and
https://docs.getodk.org/central-api-authentication/ (a session's token, or user and password, which
the server accepts over HTTPS only). Columns are named as in the server's own CSV export.
"""

from __future__ import annotations

from typing import ClassVar, Literal
from urllib.parse import quote

from pydantic import Field

from obsante.collect.connectors.answers import Json
from obsante.collect.connectors.declared import Answer, Call, Declared, Query, Row

_ROWS = "1000"
_LINK, _SYSTEM = "@odata.navigationLink", "__system"
# Names that the CSV export gives to the fields of __system.
_EXPORTED = {"submissionDate": "SubmissionDate", "submitterId": "SubmitterID",
             "submitterName": "SubmitterName", "attachmentsPresent": "AttachmentsPresent",
             "attachmentsExpected": "AttachmentsExpected", "status": "Status",
             "reviewState": "ReviewState", "deviceId": "DeviceID", "edits": "Edits",
             "formVersion": "FormVersion"}  # fmt: skip


class OdkCentral(Declared):
    """``project``: its number; ``form``: its ``xmlFormId``; ``repeat``: a repeat group of the form,
    whose rows are then those of this source, tied to the submission by ``PARENT_KEY``.
    """

    connector: Literal["odk_central"]
    project: int = Field(ge=1)
    form: str = Field(min_length=1)
    repeat: str | None = None

    documentation: ClassVar[str] = (
        "https://docs.getodk.org/central-api-odata-endpoints/ (ODK Central v2026.3)"
    )
    token_scheme: ClassVar[str | None] = "Bearer"
    token_help: ClassVar[str] = "a session token, or the e-mail and password of a web user"
    password: ClassVar[bool] = True
    secret: ClassVar[Literal["none", "optional", "required"]] = "required"

    @property
    def private(self) -> bool:
        """Submissions name people."""
        return True

    def calls(self, query: Query) -> list[Call]:
        """The table from its first row, with the number of all its rows."""
        table = f"Submissions.{self.repeat}" if self.repeat else "Submissions"
        params = [("$top", _ROWS), ("$count", "true"), ("$wkt", "true")]
        root = "$root/Submissions/" if self.repeat else ""
        conditions = self.conditions(f"{root}{_SYSTEM}/submissionDate")
        if conditions:
            params.append(("$filter", " and ".join(conditions)))
        form = quote(self.form, safe="")
        path = f"/v1/projects/{self.project}/forms/{form}.svc/{quote(table)}"
        return [Call(path, tuple(params), self.form)]

    def read(self, call: Call, content: Json) -> Answer:
        """``value`` holds the rows; the link to the next page is absent from the last one."""
        link, left_out, rows = content.optional("@odata.nextLink"), set(), []
        for item in content.at("value").list():
            item.at("__id").text()
            rows.append(_flat(item, "", left_out))
        total = content.optional("@odata.count")
        return Answer(
            rows,
            total.integer() if total else None,
            call.following(link.text()) if link else None,
            left_out=frozenset(left_out),
        )


def _flat(item: Json, prefix: str, left_out: set[str]) -> Row:
    """Cells of a row, groups joined by '-'; the repeat groups met are added to ``left_out``."""
    row: Row = {}
    for key, value in item.object().items():
        name = f"{prefix}{key}"
        if key.endswith(_LINK):
            # Tables are named with dots; names of fields hold no hyphen in OData.
            left_out.add(name.removesuffix(_LINK).replace("-", "."))
        elif key == _SYSTEM:
            row |= _system(item.at(key))
        elif key == "__id":
            row["KEY"] = item.at(key).text()
        elif key.startswith("__") and key.endswith("-id"):
            row["PARENT_KEY"] = item.at(key).text()
        elif isinstance(value, dict):
            row |= _flat(item.at(key), f"{name}-", left_out)
        else:
            row[name] = item.at(key).cell()
    return row


def _system(system: Json) -> Row:
    present = system.object()
    return {name: system.at(key).cell() for key, name in _EXPORTED.items() if key in present}
