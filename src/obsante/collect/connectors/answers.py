"""An answer in JSON whose parts know their place: what changed in a service is named."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from obsante.errors import DataError

_KINDS = {dict: "an object", list: "a list", str: "a text", bool: "true or false",
          int: "a number", float: "a number", type(None): "null"}  # fmt: skip
_LISTED = 12


@dataclass(frozen=True)
class Origin:
    """Where an answer comes from, as the user names it, and the page that documents it."""

    where: str
    documentation: str

    def changed(self, place: str, found: str, expected: str) -> DataError:
        """The error for an answer that is not as documented; values are never shown."""
        return DataError(
            f"{self.where}, {place or 'the whole answer'}",
            found=found,
            expected=f"{expected}, as in {self.documentation}",
            remedy="check that url is that of the API; if the service has changed, its connector "
            "must follow. Nothing was written",
        )


@dataclass(frozen=True)
class Json:
    """A part of an answer: ``place`` is its path, as in ``results[3].id``, empty for the whole.

    Every method raises a DataError naming the key, what was found and what was expected.
    """

    value: Any
    origin: Origin
    place: str = ""

    def at(self, key: str) -> Json:
        """The value of a key that must be there."""
        content = self.object()
        place = f"{self.place}.{key}" if self.place else key
        if key not in content:
            keys = ", ".join(list(content)[:_LISTED]) or "none"
            raise self.origin.changed(f"key '{place}'", f"no such key; keys: {keys}", "the key")
        return Json(content[key], self.origin, place)

    def optional(self, key: str) -> Json | None:
        """The value of a key that may be absent or null."""
        return self.at(key) if self.object().get(key) is not None else None

    def list(self) -> list[Json]:
        """The elements of a list."""
        self._require(list)
        return [
            Json(value, self.origin, f"{self.place}[{rank}]")
            for rank, value in enumerate(self.value)
        ]

    def object(self) -> dict[str, Any]:
        """The keys and values of an object."""
        return self._require(dict)

    def text(self) -> str:
        """A text."""
        return self._require(str)

    def integer(self) -> int:
        """A whole number; some services write it as a text."""
        if isinstance(self.value, str) and self.value.isdecimal():
            return int(self.value)
        return self._require(int)

    def cell(self) -> str:
        """A text, a number or a boolean as a cell of CSV; null is an empty cell."""
        if self.value is None:
            return ""
        if isinstance(self.value, bool):
            return str(self.value).lower()
        text = str(self._require(str, int, float))
        if any("\ud800" <= character <= "\udfff" for character in text):
            raise self._changed("half of a character", "a text")
        return text

    def _require(self, *kinds: type) -> Any:
        # A boolean is an integer for Python, not for a service.
        wrong = isinstance(self.value, bool) and bool not in kinds
        if isinstance(self.value, kinds) and not wrong:
            return self.value
        expected = " or ".join(dict.fromkeys(_KINDS[kind] for kind in kinds))
        raise self._changed(_KINDS[type(self.value)], expected)

    def _changed(self, found: str, expected: str) -> DataError:
        place = f"key '{self.place}'" if self.place else ""
        return self.origin.changed(place, found, expected)
