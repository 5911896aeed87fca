"""``config/privacy.yml``: the published key of the demonstration, and what a scan may find."""

from __future__ import annotations

from pydantic import Field

from obsante.edition import Strict, read_yaml, validate
from obsante.paths import Project


class Allowed(Strict):
    """A text that looks like an identifier, or holds one, and may be published."""

    value: str = Field(min_length=1)
    reason: str = Field(min_length=1)


class Privacy(Strict):
    """``demonstration_key``: of the pseudonyms of demonstration editions only; it is public."""

    demonstration_key: str = Field(min_length=32)
    allowed: list[Allowed] = Field(default_factory=list)


def load_privacy(project: Project) -> Privacy:
    """Read and check ``config/privacy.yml``.

    Raises:
        EditionError: no such file, or an unknown, missing or mistyped key.
    """
    path = project.privacy
    return validate(Privacy, read_yaml(project, path), project.relative(path))
