"""Refusals of the operating system, as clear errors."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from obsante.errors import DataError


@contextlib.contextmanager
def readable(where: str) -> Iterator[None]:
    """Turn the operating system's refusals to read a file into one clear error."""
    try:
        yield
    except OSError as error:
        raise DataError(
            where,
            found=f"could not be read: {error.strerror or error}",
            expected="a file that you may read",
            remedy="check the file and its permissions",
        ) from error
