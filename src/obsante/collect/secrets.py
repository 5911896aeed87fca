"""Secrets of the system's keyring, for those who have the optional package ``keyring``."""

from __future__ import annotations

import importlib
import importlib.util

from obsante.errors import DataError

SERVICE = "obsante"


def from_keyring(entry: str) -> str | None:
    """What the keyring holds under that entry of the service ``obsante``.

    Returns:
        None without the package, without a keyring behind it, or without the entry.

    Raises:
        DataError: the keyring can't be read, because it is locked for instance.
    """
    if importlib.util.find_spec("keyring") is None:
        return None
    keyring = importlib.import_module("keyring")
    errors = importlib.import_module("keyring.errors")
    try:
        return keyring.get_password(SERVICE, entry)
    except errors.NoKeyringError:
        return None
    except errors.KeyringError as error:
        # The cause could quote what the keyring holds.
        raise DataError(
            f"keyring, entry {entry} of service {SERVICE}",
            found=f"can't be read: {type(error).__name__}",
            expected="a keyring that is open",
            remedy="unlock the keyring, or give the secret in the environment",
        ) from None
