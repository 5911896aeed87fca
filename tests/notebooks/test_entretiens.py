"""The notebook of interviews: its values recomputed from the table, and awkward data."""

from __future__ import annotations

import ast
import json
from collections import Counter
from pathlib import Path

import matplotlib
import nbformat
import pandas as pd
import pytest

from obsante import collect
from obsante.paths import find_project
from obsante.results import publication
from obsante.results.registry import load_registry
from obsante.results.values import load_values

YEAR = 2025
NAME = "08-entretiens"
PROJECT = find_project(Path(__file__))
NOTEBOOK = PROJECT.notebooks / f"{NAME}.ipynb"
TONES = ("negatif", "neutre", "positif")
BY = ("theme", "axe", "role", "milieu")
AXES = "12345"


@pytest.fixture(scope="module")
def table(executed) -> pd.DataFrame:
    """The table of passages, read otherwise than the notebook reads it."""
    frame = pd.read_parquet(executed.tables(YEAR) / "entretiens.parquet")
    return frame.astype({name: "str" for name in ("axe", "theme", "role", "milieu", "valence")})


@pytest.fixture(scope="module")
def values(executed) -> pd.DataFrame:
    return load_values(executed, YEAR).set_index(["indicateur", "dimension", "modalite"])


def domains(table: pd.DataFrame):
    yield "national", "national", table
    for column in BY:
        for code in table[column].unique():
            yield column, code, table[table[column] == code]


def test_passages_and_interviews_are_counted_in_every_domain(values, table):
    for dimension, code, own in domains(table):
        key = (dimension, code)
        assert values.loc[("ent.passages", *key), "estimation"] == len(own)
        persons = len(set(own["id_entretien"]))
        assert values.loc[("ent.entretiens", *key), "estimation"] == persons
        assert values.loc[("ent.entretiens", *key), "n"] == len(own)


def test_each_tone_is_the_share_of_its_passages_in_every_domain(values, table):
    for dimension, code, own in domains(table):
        sizes = Counter(own["valence"])
        for tone in TONES:
            row = values.loc[(f"ent.part_{tone}", dimension, code)]
            assert row["estimation"] == pytest.approx(sizes[tone] / len(own), abs=1e-12)
            assert row["n"] == len(own)


def test_no_interval_is_claimed_for_persons_who_were_not_drawn(values):
    own = values[values["carnet"] == NAME]
    assert len(own) > 150
    assert own[["borne_inf", "borne_sup", "erreur_type"]].isna().all(axis=None)
    assert set(own["etat"]) == {"published"}


def test_verdicts_are_those_of_the_declared_rule(values, table):
    registry = load_registry(PROJECT)
    rule = registry["ent.concordance"].parameters
    found = Counter()
    for theme in table["theme"].unique():
        own = table[table["theme"] == theme]
        net = ((own["valence"] == "negatif").sum() - (own["valence"] == "positif").sum()) / len(own)
        clear = abs(net) >= rule["margin"]
        clear &= own["id_entretien"].nunique() >= rule["minimum_interviews"]
        name = rule["indicators"].get(theme)
        assert name is None or registry[name].direction != "none", theme
        key = (name, "national", "national")
        if name and (key not in values.index or values.loc[key, "estimation"] != values.loc[key, "estimation"]):  # fmt: skip
            found["indisponible"] += 1
            continue
        side = _side(values.loc[key], rule, name) if name else 0
        agree = (net > 0) == (side < 0)
        verdict = ("meme_sens" if agree else "divergent") if clear and side else "non_comparable"
        found[verdict] += 1
    for verdict in rule["categories"]:
        row = values.loc[("ent.concordance", "verdict", verdict)]
        assert row["estimation"] == found[verdict], verdict
    whole = values.loc[("ent.concordance", "national", "national"), "estimation"]
    by_axis = values.loc["ent.concordance"].loc["axe", "estimation"]
    assert whole == found["meme_sens"] == by_axis.sum()
    assert set(by_axis.index) == set(AXES)


def _side(row: pd.Series, rule: dict, name: str) -> int:
    """1: favourable, -1: unfavourable, 0: between, or an interval across a threshold."""
    good, bad = rule["favourable"][name], rule["unfavourable"][name]
    bounds = [row["borne_inf"], row["borne_sup"]]
    if row[["borne_inf", "borne_sup"]].isna().any():
        bounds = [row["estimation"]]
    if good > bad:
        return int(min(bounds) >= good) - int(max(bounds) <= bad)
    return int(max(bounds) <= good) - int(min(bounds) >= bad)


def test_published_values_are_those_known_beforehand_up_to_the_rows_set_aside(values, rooted):
    truth = json.loads((rooted.raw(YEAR) / "verite.json").read_text(encoding="utf-8"))
    aside = sum(truth["lignes_sales"]["entretiens"].values())
    known = truth["indicateurs"]
    assert truth["effets"]["entretiens"] == known["ent.entretiens"]["national"]
    for identifier in ("ent.passages", "ent.entretiens"):
        for name, value in known[identifier].items():
            dimension, _, code = name.partition("=") if "=" in name else (name, "", name)
            found = values.loc[(identifier, dimension, code), "estimation"]
            assert 0 <= value - found <= aside, name


# Execution of the notebook's cells on other data.


@pytest.fixture
def replay(rooted, executed, monkeypatch, tmp_path):
    """Executes every cell on an altered table; gives what each shows and what is published."""
    monkeypatch.setenv(publication.RUN_DIRECTORY_VARIABLE, str(tmp_path / "run"))
    backend = matplotlib.get_backend()
    matplotlib.use("agg")
    real = collect.load

    def run(alter, *, figures: bool = False) -> tuple[dict[str, str], pd.DataFrame]:
        def load(table, *, edition, optional=False):
            frame = real(table, edition=edition, optional=optional)
            return alter(frame) if table == "entretiens" and edition == YEAR else frame

        monkeypatch.setattr(collect, "load", load)
        return _shown(monkeypatch, figures)

    yield run
    matplotlib.use(backend)
    publication._current = None


def _shown(monkeypatch, figures: bool) -> tuple[dict[str, str], pd.DataFrame]:
    names, shown = {}, {}
    for cell in nbformat.read(NOTEBOOK, as_version=4).cells:
        label = cell.source.partition("\n")[0].removeprefix("#| label: ")
        if cell.cell_type != "code" or label == "remise" or (label[:4] == "fig-" and not figures):
            continue
        monkeypatch.setitem(publication._running, "source", cell.source)
        *body, last = [ast.get_source_segment(cell.source, node)
                       for node in ast.parse(cell.source).body]  # fmt: skip
        exec("\n".join(body), names)
        if "parameters" in cell.metadata.get("tags", []):
            exec(last, names)
        else:
            shown[label] = repr(eval(last, names))
    return shown, pd.concat(publication.current().values, ignore_index=True)


def national(found: pd.DataFrame, identifier: str) -> pd.Series:
    own = found[(found["indicateur"] == identifier) & (found["dimension"] == "national")]
    return own.iloc[0]


def test_a_file_without_any_passage_left_publishes_true_zeros_and_no_tone(replay):
    shown, found = replay(lambda frame: frame.head(0))
    assert national(found, "ent.passages")["estimation"] == 0
    tone = national(found, "ent.part_negatif")
    assert (tone["etat"], tone["motif"]) == ("missing", "aucun passage")
    assert national(found, "ent.concordance")["estimation"] == 0
    assert "Aucun passage n'a été codé deux fois" in shown["tbl-confusion"]
    assert "trop peu d'entretiens, " in shown["phrase-axe-1"]


def test_one_tone_alone_and_no_second_coder(replay):
    def alter(frame):
        coded = frame.assign(valence=pd.Categorical(["negatif"] * len(frame), list(TONES)))
        return coded.assign(theme_codeur_2=None, valence_codeur_2=None)

    shown, found = replay(alter)
    assert [national(found, f"ent.part_{tone}")["estimation"] for tone in TONES] == [1, 0, 0]
    assert "partout le même thème" in shown["tbl-desaccords"]
    assert "| Ensemble | 0 |" in shown["tbl-accord-theme"]


def test_a_theme_of_which_nobody_speaks_is_a_true_zero(replay):
    shown, found = replay(lambda frame: frame[frame["theme"] != "connexion"])
    row = found[(found["indicateur"] == "ent.passages") & (found["modalite"] == "connexion")]
    assert row["estimation"].tolist() == [0]
    assert row["etat"].tolist() == ["published"]
    assert "| Connexion et courant | 0 | 0 | 0 | 0 | 0 |" in shown["tbl-axe-1"]


def test_the_tone_of_a_theme_told_by_one_person_is_withheld_with_another_of_its_axis(replay):
    def alter(frame):
        own = frame["theme"] == "ia"
        return frame[~own | (frame["id_entretien"] == frame.loc[own, "id_entretien"].iloc[0])]

    shown, found = replay(alter, figures=True)
    own = found[(found["indicateur"] == "ent.part_negatif") & (found["etat"] == "suppressed")]
    # The least cited of the other themes of the axis: else a subtraction would give the tone.
    assert own["modalite"].tolist() == ["ia", "projets"]
    assert own["estimation"].isna().all()
    line = next(x for x in shown["tbl-axe-4"].splitlines() if x.startswith("| Intelligence"))
    assert line.count("[c]") == 3
    assert "[c]\u00a0: secret statistique" in shown["tbl-axe-4"]


# The contract with the axis chapters.


def test_each_axis_has_its_table_and_its_sentences(executed):
    copy = nbformat.read(executed.executed(YEAR) / f"{NAME}.ipynb", as_version=4)
    cells = {c.source.partition("\n")[0].removeprefix("#| label: "): c for c in copy.cells}
    for axis in AXES:
        table = cells[f"tbl-axe-{axis}"]
        assert "#| tbl-cap:" in table.source
        shown = table.outputs[0].data["text/markdown"]
        assert shown.startswith("| Thème | Passages | Entretiens | Négatifs | Neutres | Positifs |")
        assert shown.count("\n") == 6
        assert cells[f"phrase-axe-{axis}"].outputs[0].data["text/markdown"].startswith("- **")


def test_the_chapter_of_interviews_leaves_these_cells_to_the_axes():
    chapter = (PROJECT.report / "entretiens.qmd").read_text(encoding="utf-8")
    assert f"notebooks/{NAME}.ipynb#tbl-roles" in chapter
    assert "-axe-" not in chapter


def test_no_word_of_a_person_is_shown_anywhere(executed):
    raw = pd.read_csv(executed.raw(YEAR) / "entretiens.csv", dtype="str")
    copy = (executed.executed(YEAR) / f"{NAME}.ipynb").read_text(encoding="utf-8")
    assert raw["passage"].notna().sum() > 400
    assert [words for words in raw["passage"].dropna().unique() if words in copy] == []
