"""Publishing: only declared indicators, once, in range, each traced to its cell."""

from __future__ import annotations

import pandas as pd
import pytest

from obsante import results
from obsante.errors import ObsanteError, ResultError
from obsante.results import publication
from obsante.results.values import read_values


@pytest.fixture
def opened(project, monkeypatch, tmp_path):
    """A publication open on a copy of the project, in a cell labelled ``calcul-essai``."""
    monkeypatch.setenv("OBSANTE_ROOT", str(project.root))
    monkeypatch.setenv("OBSANTE_RUN_DIRECTORY", str(tmp_path / "run"))
    monkeypatch.setattr(publication, "cell_label", lambda: "calcul-essai")
    yield results.start("essai", edition=2025)
    monkeypatch.setattr(publication, "_current", None)


def estimate(value: float, **changes) -> pd.DataFrame:
    base = {"dimension": "national", "modalite": "national", "estimation": value,
            "erreur_type": 0.01, "borne_inf": value - 0.02, "borne_sup": value + 0.02,
            "n": 900, "effectif": 15000.0, "n_manquant": 20, "n_sans_objet": 0}  # fmt: skip
    return pd.DataFrame([base | changes])


def test_a_published_value_says_what_it_is_and_where_it_was_computed(opened):
    row = results.publish("inf.dme", estimate(0.36)).iloc[0]
    assert row[["indicateur", "carnet", "cellule", "etat", "precision", "unite"]].tolist() == [
        "inf.dme", "essai", "calcul-essai", "published", "bonne", "percent",
    ]  # fmt: skip
    assert row["demonstration"]
    assert row["annee"] == 2025
    assert row["libelle"] == "Ensemble"


def test_handing_over_writes_what_can_be_read_back(opened):
    published = results.publish("inf.dme", estimate(1 / 3))
    results.hand_over()
    back = read_values(opened.folder / "valeurs.csv")
    assert back["estimation"][0] == published["estimation"][0] == 1 / 3
    assert back["n"][0] == 900


def test_a_value_withheld_for_confidentiality_is_suppressed_and_not_missing(opened):
    hidden = estimate(float("nan"), secret=True, motif="trop peu de personnes")
    rows = results.publish("inf.dme", pd.concat([hidden, estimate(0.3, dimension="milieu",
                           modalite="rural", libelle="Rural", secret=False, motif="")]))  # fmt: skip
    assert rows["etat"].tolist() == ["suppressed", "published"]
    assert rows["motif"].tolist() == ["trop peu de personnes", ""]


def test_an_unknown_indicator_names_the_nearest(opened):
    with pytest.raises(ResultError, match="'inf.dme' \\(nearest\\)"):
        results.publish("inf.dmee", estimate(0.3))


def test_an_undeclared_dimension_is_refused(opened):
    with pytest.raises(ResultError, match="dimension 'stade'"):
        results.publish("inf.dme", estimate(0.3, dimension="stade", modalite="1"))


@pytest.mark.parametrize("value", [1.2, -0.1, 36.0])
def test_a_share_is_a_proportion(opened, value):
    with pytest.raises(ResultError, match="between 0 and 1"):
        results.publish("inf.dme", estimate(value))


def test_a_domain_is_published_once(opened):
    results.publish("inf.dme", estimate(0.3))
    with pytest.raises(ResultError, match="published twice"):
        results.publish("inf.dme", estimate(0.3))


def test_handing_over_nothing_is_an_error(opened):
    with pytest.raises(ResultError, match="nothing published"):
        results.hand_over()


def test_publishing_before_starting_is_an_error(monkeypatch):
    monkeypatch.setattr(publication, "_current", None)
    with pytest.raises(ResultError, match="no open publication"):
        results.publish("inf.dme", estimate(0.3))


def test_an_unknown_edition_is_an_error(project, monkeypatch):
    monkeypatch.setenv("OBSANTE_ROOT", str(project.root))
    with pytest.raises(ObsanteError, match="edition 2031"):
        results.start("essai", edition=2031)
