"""Engines opened for the time of a computation: nothing of them stays on disk afterwards."""

from __future__ import annotations

import contextlib
import importlib.util
import re
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import ibis

from obsante.collect.registers import java
from obsante.collect.registers.address import VARIABLE, Address, find
from obsante.collect.registers.failures import connecting
from obsante.errors import ObsanteError

if TYPE_CHECKING:
    from ibis.backends import BaseBackend
    from pyspark.sql import SparkSession

# MiB.
MOST_MEMORY, LEAST_MEMORY = 2048, 256
PACKAGES = "requirements-spark.txt"
_UNITS = {"KiB": 1 / 1024, "MiB": 1, "GiB": 1024, "TiB": 1024**2}
_SECONDS = 5
_SETTINGS = {
    "spark.log.level": "ERROR",
    "spark.sql.session.timeZone": "UTC",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}
_IN_THIS_MACHINE = {
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.sql.shuffle.partitions": "8",
}


@contextlib.contextmanager
def connect(url: str | None = None, *, memory: int | None = None) -> Iterator[BaseBackend]:
    """An Ibis backend, closed at the end of the block.

    Args:
        url: as the package says; None for ``OBSANTE_BACKEND``, else DuckDB.
        memory: MiB that the engine takes on this machine at most. By default half of what DuckDB
            would take, which is 80 % of the machine's or container's memory, and never more than
            2 GiB; beyond it DuckDB goes on in a temporary folder (``TMPDIR``), removed at the end.

    Raises:
        ObsanteError: an address of no known form; Spark's packages or Java absent; a server that
            does not answer or refuses. Secrets of the address are in none of them.
    """
    address = find(url)
    with tempfile.TemporaryDirectory(prefix="obsante-registers-") as folder:
        if address.engine == "duckdb":
            opening = _duckdb(folder, memory)
        else:
            opening = _spark(address, folder, memory)
        with opening as backend:
            yield backend


def default_memory() -> int:
    """MiB for DuckDB: half of its own choice, which knows containers."""
    with duckdb.connect() as database:
        (own,) = database.execute("SELECT current_setting('memory_limit')").fetchone()
    number, unit = re.fullmatch(r"([0-9.]+) (\w+)", own).groups()
    return int(min(MOST_MEMORY, max(LEAST_MEMORY, float(number) * _UNITS[unit] / 2)))


@contextlib.contextmanager
def _duckdb(folder: str, memory: int | None) -> Iterator[BaseBackend]:
    backend = ibis.duckdb.connect(
        ":memory:", memory_limit=f"{memory or default_memory()}MiB",
        temp_directory=str(Path(folder) / "spill"), preserve_insertion_order=False,
        # Parquet is built in; nothing is fetched.
        autoinstall_known_extensions=False, autoload_known_extensions=False,
    )  # fmt: skip
    try:
        yield backend
    finally:
        backend.disconnect()


@contextlib.contextmanager
def _spark(address: Address, folder: str, memory: int | None) -> Iterator[BaseBackend]:
    _require_packages(address)
    if address.engine != "connect":
        _require_java(address)
    _require_answer(address)
    with connecting(address):
        session = _session(address, folder, memory)
        backend = ibis.pyspark.connect(session)
    try:
        yield backend
    finally:
        session.stop()


def _session(address: Address, folder: str, memory: int | None) -> SparkSession:
    from pyspark.sql import SparkSession

    if SparkSession.getActiveSession() is not None:
        raise ObsanteError(
            f"backend {address.shown}", found="a Spark session that is open already",
            expected="none, since a process has only one",
            remedy="stop it, or give ibis.pyspark.connect(session) as backend",
        )  # fmt: skip
    builder = SparkSession.builder.appName("obsante")
    if address.engine == "connect":
        _require_connect(address)
        return builder.remote(address.url).getOrCreate()
    settings = dict(_SETTINGS)
    if address.engine == "local":
        settings |= _IN_THIS_MACHINE | {
            "spark.driver.memory": f"{memory or MOST_MEMORY}m",
            "spark.local.dir": folder,
            "spark.sql.warehouse.dir": str(Path(folder) / "warehouse"),
        }
    return builder.master(address.url).config(map=settings).getOrCreate()


def _require_packages(address: Address) -> None:
    needed = ["pyspark", *(["grpc", "grpc_status"] if address.engine == "connect" else [])]
    absent = [name for name in needed if importlib.util.find_spec(name) is None]
    if absent:
        raise ObsanteError(
            f"backend {address.shown}", found=f"Python package not installed: {', '.join(absent)}",
            expected=f"the packages of {PACKAGES}, as Spark is asked for",
            remedy=f".venv/bin/python setup/spark.py, or unset {VARIABLE} to work with DuckDB",
        )  # fmt: skip


def _require_java(address: Address) -> None:
    found = java.find_java()
    if found is None or not found.suits:
        raise ObsanteError(
            f"backend {address.shown}", found=found.told if found else "no Java on this machine",
            expected=f"{java.EXPECTED}, which Spark runs on, on the path or in JAVA_HOME",
            remedy=f"install it (Debian, Ubuntu: apt install openjdk-17-jre-headless), or unset "
            f"{VARIABLE} to work with DuckDB",
        )  # fmt: skip


def _require_answer(address: Address) -> None:
    """Refuse servers of which none listens: Spark itself would try for minutes."""
    told = []
    for host, port in address.servers:
        try:
            socket.create_connection((host.strip("[]"), port), timeout=_SECONDS).close()
            return
        except OSError as error:
            told.append(f"{host}:{port} {error.strerror or error}")
    if told:
        raise ObsanteError(
            f"backend {address.shown}", found=f"no answer: {'; '.join(told)}",
            expected="a Spark that listens at this address",
            remedy=f"start it, correct the address, or unset {VARIABLE} to work with DuckDB",
        )  # fmt: skip


def _require_connect(address: Address) -> None:
    """Refuse a server that speaks otherwise: the client would try for ten minutes."""
    import grpc
    from pyspark.sql.connect.client import DefaultChannelBuilder

    channel = DefaultChannelBuilder(address.url).toChannel()
    try:
        grpc.channel_ready_future(channel).result(timeout=_SECONDS)
    except grpc.FutureTimeoutError:
        raise ObsanteError(
            f"backend {address.shown}", found="a server that is not understood",
            expected="Spark Connect, under TLS if the address has a token or use_ssl=true",
            remedy="correct the port or the settings of the address",
        ) from None
    finally:
        channel.close()
