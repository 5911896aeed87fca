"""A variable of a declared domain that nothing published is « not available »; a misspelt one fails."""

from __future__ import annotations

from pathlib import Path

import pytest

from obsante.book import absent
from obsante.book.named import named
from obsante.paths import find_project
from obsante.results.registry import load_registry


@pytest.fixture
def filled(monkeypatch):
    """Variables after a chapter that names some; ``tree`` is what was published."""
    project = find_project(Path(__file__))
    monkeypatch.setenv("OBSANTE_ROOT", str(project.root))
    registry = load_registry(project)

    def fill(*names: str, tree: dict | None = None) -> dict:
        found = {} if tree is None else tree
        absent.fill(found, list(names), registry)
        return found

    return fill


def test_a_domain_that_did_not_answer_is_marked_as_not_available(filled):
    region = filled("inf.dme.region.m12.valeur")["inf"]["dme"]["region"]
    assert region == {"m12": {"valeur": "[n.d.]"}}


def test_an_indicator_that_was_not_published_is_marked_and_linked_to_its_sheet(filled):
    found = filled("inf.dme.preuve", "inf.dme.ic", "inf.dme.en")["inf"]["dme"]
    assert found["preuve"] == "[\\[n.d.\\]](preuves.qmd#p-inf-dme){.preuve}"
    assert found["ic"] == "–"
    assert found["en"] == "not available"


def test_a_gap_that_was_not_published_is_not_called_insignificant(filled):
    assert filled("inf.ecart_dme.mots")["inf"]["ecart_dme"]["mots"] == "non disponible"


def test_a_modality_declared_in_the_parameters_counts(filled):
    found = filled("inf.effet_dme.facteur.haut_debit_1.valeur", "inf.dme_stade.stade.m5.valeur")
    assert found["inf"]["effet_dme"]["facteur"]["haut_debit_1"]["valeur"] == "[n.d.]"
    assert found["inf"]["dme_stade"]["stade"]["m5"]["valeur"] == "[n.d.]"


def test_every_domain_that_the_report_names_may_be_without_a_value(filled):
    """Otherwise a campaign where it is not measured could not be rendered."""
    project = find_project(Path(__file__))
    registry = load_registry(project)
    names = [name for name in named(project.report) + named(project.notebooks)
             if (item := registry.get(".".join(name.split(".")[:2]))) and item.collected]  # fmt: skip
    assert len(names) > 100
    assert [name for name in names if not filled(name)] == []


def test_what_was_published_is_left_as_it_is(filled):
    tree = {"inf": {"dme": {"valeur": "35,4\xa0%"}}}
    assert filled("inf.dme.valeur", "inf.dme.n", tree=tree)["inf"]["dme"] == {
        "valeur": "35,4\xa0%", "n": "–",
    }  # fmt: skip


@pytest.mark.parametrize(
    "misspelt",
    [
        "inf.dmee.valeur",
        "inf.dme.valleur",
        "inf.dme.region.m13.valeur",
        "inf.dme.regions.m12.valeur",
        "inf.dme.type.clinique.valeur",
        "inf.dme.type.valeur",
        "inf.effet_dme.facteur.haut_debit.valeur",
        "inf.evolution_dme.edition.abc.valeur",
        "edition.anne",
    ],
)
def test_a_misspelt_variable_is_left_to_fail(filled, misspelt):
    assert filled(misspelt) == {}
