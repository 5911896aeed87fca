"""Configuration files of the demonstration, ``config/demo/<topic>.yml``, and what they refer to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, TypeVar

from pydantic import BaseModel

from obsante.edition import read_yaml, validate
from obsante.errors import EditionError, nearest
from obsante.paths import Project

if TYPE_CHECKING:
    from obsante.collect.demo.settings import Settings

Model = TypeVar("Model", bound=BaseModel)


def load_topic(model: type[Model], project: Project, topic: str) -> Model:
    """The file of a topic, checked strictly.

    Raises:
        EditionError: the file is missing or unreadable, or a key is unknown, missing or mistyped.
    """
    path = project.demo / f"{topic}.yml"
    return validate(model, read_yaml(project, path), project.relative(path))


def check_items(settings: Settings, used: Iterable[str], topic: str) -> None:
    """Refuse an answer of facilities that is not simulated.

    Args:
        used: names of items that the file of ``topic`` refers to.

    Raises:
        EditionError: naming the nearest item.
    """
    for name in sorted(set(used) - set(settings.items)):
        raise EditionError(
            f"config/demo/{topic}.yml, '{name}'",
            found="no such item in config/demo/etablissements.yml",
            expected=nearest(name, list(settings.items)),
            remedy="correct the name, or add the item to config/demo/etablissements.yml",
        )


def each_of(what: str, given: Mapping[str, object], names: Iterable[str]) -> None:
    """Raise a ValueError unless a mapping has a value for each of the names, and no other.

    >>> each_of("users", {"chu": 1}, ["chu"])
    """
    names = list(names)
    for name in sorted(set(given) ^ set(names)):
        found = "one too many" if name in given else "missing"
        raise ValueError(f"{what}: a value for each of {', '.join(names)} ('{name}' is {found})")
