"""Parameters of a notebook are typed; what Papermill only warns of is an error here."""

from __future__ import annotations

import pytest

from obsante.edition import load_edition
from obsante.errors import RunError
from obsante.run.parameters import declared_types, resolve


@pytest.fixture
def notebook(ingested):
    return ingested.notebooks / "01-infrastructures.ipynb"


def test_types_are_those_of_the_parameters_cell(notebook):
    assert declared_types(notebook) == {"edition": "int", "confidence_level": "float"}


def test_the_edition_gives_the_values(ingested, notebook):
    edition = load_edition(ingested, 2025)
    assert resolve(notebook, edition, {}) == {"edition": 2025, "confidence_level": 0.95}
    assert resolve(notebook, edition, {"confidence_level": "0.9"})["confidence_level"] == 0.9


def test_an_unknown_parameter_names_the_nearest(ingested, notebook):
    with pytest.raises(RunError, match="'confidence_level' \\(nearest\\)"):
        resolve(notebook, load_edition(ingested, 2025), {"confidence_levle": "0.9"})


def test_a_mistyped_parameter_is_an_error(ingested, notebook):
    with pytest.raises(RunError, match="a value of type float"):
        resolve(notebook, load_edition(ingested, 2025), {"confidence_level": "haut"})


def test_the_edition_is_chosen_by_its_option(ingested, notebook):
    with pytest.raises(RunError, match="use --edition 2024"):
        resolve(notebook, load_edition(ingested, 2025), {"edition": "2024"})
