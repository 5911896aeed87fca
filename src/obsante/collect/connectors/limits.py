"""How much one fetch may take: time, attempts, pages, bytes."""

from __future__ import annotations

from pydantic import Field

from obsante.edition import Strict


class Limits(Strict):
    """``timeout_seconds``: to connect, and between two pieces of an answer; ``answer_seconds``: for
    a whole answer; ``longest_wait_seconds``: the most that a service may ask to wait between two
    attempts; ``pages``, ``megabytes``: of one source.
    """

    timeout_seconds: float = Field(gt=0)
    answer_seconds: float = Field(gt=0)
    attempts: int = Field(ge=1, le=10)
    longest_wait_seconds: float = Field(gt=0)
    pages: int = Field(ge=1)
    megabytes: float = Field(gt=0)
