"""Addresses of engines: which one is meant, where it listens, and what a message may show."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import Literal
from urllib.parse import unquote

from obsante.errors import ObsanteError, nearest

VARIABLE = "OBSANTE_BACKEND"
FORMS = ("duckdb", "local[2]", "spark://host:7077", "sc://host:15002")
_LOCAL = re.compile(r"local(\[([1-9][0-9]*|\*)\])?")
_REMOTE = re.compile(r"(?P<scheme>spark|sc)://(?:(?P<user>[^@/]*)@)?(?P<servers>[^@/;]+)"
                     r"(?:/(?P<rest>.*))?")  # fmt: skip
_SERVER = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]+\]|[\w.-]+)(?::(?P<port>[0-9]{1,5}))?")
_PLAIN = re.compile(r"[\w\[\]*.-]+")
_CONNECT_PORT = 15002
# Settings of a Spark Connect address that say nothing of who asks.
_OPEN = ("use_ssl",)
_HIDDEN = "***"


@dataclass(frozen=True)
class Address:
    """An engine.

    ``engine``: ``duckdb``, ``local`` (Spark on this machine), ``cluster`` (its master) or
    ``connect``. ``url``: as given, never to be shown. ``servers``: host and port of each.
    ``secrets``: parts of the address that say who asks.
    """

    engine: Literal["duckdb", "local", "cluster", "connect"]
    url: str
    servers: tuple[tuple[str, int], ...] = ()
    secrets: tuple[str, ...] = ()

    @property
    def shown(self) -> str:
        """The address as messages write it."""
        if not self.servers:
            return self.url
        scheme = self.url.partition("://")[0]
        return f"{scheme}://{','.join(f'{host}:{port}' for host, port in self.servers)}"

    def without_secrets(self, text: str) -> str:
        """``text``, of an engine's error for example, with the secrets masked."""
        for secret in sorted(self.secrets, key=len, reverse=True):
            text = text.replace(secret, _HIDDEN)
        return text


def find(asked: str | None) -> Address:
    """The engine asked for, else that of ``OBSANTE_BACKEND``, else DuckDB.

    Raises:
        ObsanteError: an address of no known form.
    """
    if asked:
        return parse(asked, "backend")
    return parse(os.environ.get(VARIABLE) or "duckdb", f"variable {VARIABLE}")


def parse(url: str, looked_at: str) -> Address:
    """Read an address.

    Args:
        looked_at: where it was given, for the message.

    Raises:
        ObsanteError: of no known form.
    """
    if url == "duckdb":
        return Address("duckdb", url)
    if _LOCAL.fullmatch(url):
        return Address("local", url)
    remote = _REMOTE.fullmatch(url)
    servers = _servers(remote) if remote else None
    if remote is None or servers is None:
        raise _unknown(url, looked_at)
    engine = "connect" if remote["scheme"] == "sc" else "cluster"
    return Address(engine, url, servers, _secrets(remote["user"] or "", remote["rest"] or ""))


def _servers(remote: re.Match[str]) -> tuple[tuple[str, int], ...] | None:
    """Host and port of each server, None if one is not well written."""
    connect = remote["scheme"] == "sc"
    found = [_SERVER.fullmatch(text) for text in remote["servers"].split(",")]
    if None in found or (connect and len(found) > 1) or (remote["rest"] and not connect):
        return None
    if not connect and not all(server["port"] for server in found):
        return None
    return tuple((server["host"], int(server["port"] or _CONNECT_PORT)) for server in found)


def _secrets(user: str, rest: str) -> tuple[str, ...]:
    settings = dict(part.partition("=")[::2] for part in rest.split(";") if "=" in part)
    values = [value for name, value in settings.items() if name not in _OPEN]
    values += [user, *user.split(":")]
    return tuple({form for value in values for form in (value, unquote(value)) if form})


def _unknown(url: str, looked_at: str) -> ObsanteError:
    """The message shows no more than the beginning: the rest may hold a password."""
    scheme, separator, _ = url.partition("://")
    shown = f"{scheme}://…" if separator else url if _PLAIN.fullmatch(url) else "…"
    return ObsanteError(
        looked_at, found=f"'{shown}', of no known form",
        expected=nearest(shown, FORMS), remedy=f"correct the address, or unset {VARIABLE} "
        "to work on this machine",
    )  # fmt: skip
