"""``config/fetch.yml``: the sources that can be fetched, read strictly, without any secret."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from obsante.collect.connectors.declared import Declared, Limits
from obsante.collect.connectors.dhis2 import Dhis2
from obsante.collect.connectors.gho import Gho
from obsante.collect.connectors.kobotoolbox import Kobo
from obsante.collect.connectors.odk_central import OdkCentral
from obsante.collect.connectors.openalex import OpenAlex
from obsante.collect.connectors.world_bank import WorldBank
from obsante.edition import Strict, read_yaml, validate
from obsante.errors import DataError, nearest
from obsante.paths import Project

CONNECTORS: dict[str, type[Declared]] = {
    "dhis2": Dhis2,
    "gho": Gho,
    "kobotoolbox": Kobo,
    "odk_central": OdkCentral,
    "openalex": OpenAlex,
    "world_bank": WorldBank,
}
_NAME = re.compile(r"[a-z][a-z0-9-]*")
# Forms of secrets: marked tokens, headers, parameters of an address, user and password in one, and
# any long run of letters and digits.
_SECRETS = (
    re.compile(r"d2pat_\w+"),
    re.compile(r"\b(?:Bearer|Basic|Token|ApiToken)[ :=]+[A-Za-z0-9+/=_!$.-]{8,}"),
    re.compile(r"(?i)\b(?:(?:api|access)[_-]?key|token|passw(?:or)?d|secret)\b\s*[:=]\s*\S{6,}"),
    re.compile(r"https?://[^\s/@]+:[^\s/@]+@"),
    re.compile(r"(?=[A-Za-z!$+=]*\d)(?=[\d!$+=]*[A-Za-z])[A-Za-z0-9!$+=]{32,}"),
)  # fmt: skip
_SHORTEST = 6


class _File(Strict):
    limits: Limits
    sources: dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Settings:
    """The limits, and the sources by name."""

    limits: Limits
    sources: dict[str, Declared]

    def source(self, name: str) -> Declared:
        """A declared source.

        Raises:
            DataError: no source has that name.
        """
        if name not in self.sources:
            raise DataError(
                f"source '{name}'", found="not declared in config/fetch.yml",
                expected=nearest(name, self.sources), remedy="choose one of: obsante fetch --list",
            )  # fmt: skip
        return self.sources[name]


def load_settings(project: Project, environ: Mapping[str, str]) -> Settings:
    """The declared sources.

    Raises:
        DataError: the file holds something like a secret.
        EditionError: no such file, or a key is unknown, missing or mistyped.
    """
    path = project.fetch
    where = project.relative(path)
    raw = read_yaml(project, path)
    _refuse_secrets(path, where, environ)
    content = validate(_File, raw, where)
    sources = {name: _source(name, entry, where) for name, entry in content.sources.items()}
    return Settings(content.limits, sources)


def since(source: Declared, name: str, day: dt.date) -> Declared:
    """The source asked for what is dated from ``day``, or from its own ``since`` if that is later.

    Raises:
        EditionError: the source is asked by named periods, or ends before that day.
    """
    later = max(day, source.since) if source.since else day
    content = source.model_dump() | {"since": later}
    return validate(type(source), content, f"source '{name}' with --since {day}")


def _source(name: str, entry: dict[str, Any], where: str) -> Declared:
    if not _NAME.fullmatch(name):
        raise DataError(
            f"{where}, source '{name}'", found="a name with other characters",
            expected="small letters, digits and hyphens, a letter first",
            remedy="rename the source: its name is that of a folder and of its secrets",
        )  # fmt: skip
    connector = entry.get("connector")
    if connector not in CONNECTORS:
        raise DataError(
            f"{where}, source '{name}', key connector", found=repr(connector),
            expected=nearest(connector, CONNECTORS), remedy="correct the key",
        )  # fmt: skip
    return validate(CONNECTORS[connector], entry, f"{where}, source '{name}'")


def _refuse_secrets(path: Path, where: str, environ: Mapping[str, str]) -> None:
    known = [value.strip() for name, value in environ.items()
             if re.fullmatch(r"OBSANTE_\w+_(TOKEN|PASSWORD)", name)
             and len(value.strip()) >= _SHORTEST]  # fmt: skip
    text = path.read_bytes().decode("utf-8", errors="replace")
    for number, line in enumerate(text.splitlines(), start=1):
        like = any(pattern.search(line) for pattern in _SECRETS)
        if like or any(value in line for value in known):
            raise DataError(
                f"{where}, line {number}",
                found="something like a token or a password (not shown)",
                expected="no secret in a file: they come from the environment or the keyring",
                remedy="remove it, renew it at the service as it may have been seen, then set "
                "the variable that obsante fetch --list names",
            )
