"""What engines raise, turned into one clear error without any secret."""

from __future__ import annotations

import contextlib
import re
import sys
from collections.abc import Iterator

from obsante.collect.registers.address import Address
from obsante.errors import DataError, ObsanteError

# Classes of modules that are loaded only where their engine is used.
_ERRORS = (
    ("duckdb", "Error"),
    ("ibis.common.exceptions", "IbisError"),
    ("pyspark.errors", "PySparkException"),
    ("py4j.protocol", "Py4JError"),
    ("grpc", "RpcError"),
)  # fmt: skip
_LENGTH = 300
# Written by the bridge to Java before the message.
_CALL = "An error occurred while calling"


def engine_errors() -> tuple[type[Exception], ...]:
    """Classes of the errors of the engines that are loaded."""
    loaded = [(sys.modules[module], name) for module, name in _ERRORS if module in sys.modules]
    return (OSError, *(getattr(module, name) for module, name in loaded))


@contextlib.contextmanager
def reading(source: str, engine: str) -> Iterator[None]:
    """Turn an engine's failure to read and add up ``source`` into one clear error."""
    try:
        yield
    except engine_errors() as error:
        # The original error may hold the address: it is not chained.
        raise DataError(
            without_user(source),
            found=f"{engine} could not add it up: {without_user(first_line(error))}",
            expected="Parquet that the engine can read, with memory and disk enough",
            remedy="check the file, and that the engine sees it under this name; then run again",
        ) from None


def without_user(text: str) -> str:
    """``text`` without the user and password of the addresses in it.

    >>> without_user("hdfs://who:secret@host/acts")
    'hdfs://host/acts'
    """
    return re.sub(r"//[^/@\s]*@", "//", text)


@contextlib.contextmanager
def connecting(address: Address) -> Iterator[None]:
    """Turn an engine's failure to start, or to be reached, into one clear error."""
    try:
        yield
    except (*engine_errors(), RuntimeError) as error:
        # The original error may hold the address: it is not chained.
        raise ObsanteError(
            f"backend {address.shown}",
            found=f"no session: {address.without_secrets(first_line(error))}",
            expected="a Spark 4.0 that accepts this session",
            remedy="check the server, its version, and who may connect to it",
        ) from None


def first_line(error: Exception) -> str:
    """The beginning of an error's message, which engines follow by their own stack.

    >>> first_line(RuntimeError("An error occurred while calling o7.start.\\n: no such host"))
    'no such host'
    """
    lines = [line.strip(": ") for line in str(error).splitlines()]
    told = [line for line in lines if line and not line.startswith(_CALL)]
    return (told[0] if told else type(error).__name__)[:_LENGTH]
