"""Charts and tables of the notebook on skills."""

from __future__ import annotations

import pandas as pd
import pytest

from obsante.errors import ResultError
from obsante.results import charts, tables_competences
from obsante.results import charts_competences as graphs


def rows(values: dict[str, float], unit: str = "percent", **more) -> pd.DataFrame:
    frame = pd.DataFrame({"modalite": list(values), "estimation": list(values.values())})
    known = frame["estimation"].notna()
    frame = frame.assign(
        indicateur="com.x", dimension="d", libelle=frame["modalite"].str.capitalize(), unite=unit,
        borne_inf=frame["estimation"] - 0.05, borne_sup=frame["estimation"] + 0.05, n=40,
        n_manquant=0, n_sans_objet=0, motif="", etat=known.map({True: "published", False: "missing"}),
    )  # fmt: skip
    return frame.assign(**more)


def texts(fig) -> list[str]:
    return [text.get_text() for ax in fig.axes for text in ax.texts]


def test_the_steps_of_a_gap_start_where_the_one_before_ends():
    gap, one, two = (rows({name: v}, "score_points") for name, v in
                     (("gap", 10.0), ("one", 4.0), ("two", 6.0)))  # fmt: skip
    fig = graphs.decomposition(gap, [one, two], rows({"a": 3.0, "b": 1.0}, "score_points"))
    bars = [(patch.get_x(), patch.get_width()) for patch in fig.axes[0].patches]
    assert bars == [(0, 10), (0, 4), (4, 6)]
    assert "+4,0\u00a0points" in texts(fig)


def test_without_a_value_a_figure_says_why():
    absent = rows({"a": float("nan")}, motif="trop peu d'unités")
    for fig in (charts.ranked(absent), graphs.decomposition(absent.iloc[:0], [absent], absent),
                graphs.heat(absent, {}, {}), graphs.quartiles(*[absent] * 4),
                graphs.functions(absent, absent, ("A", "B"), smallest=5, dots=30)):  # fmt: skip
        assert "trop peu d'unités" in " ".join(texts(fig)).replace("\n", " ")


def test_boxes_go_from_quartile_to_quartile():
    parts = [rows(dict(zip("ab", pair, strict=True)), "score") for pair in
             ((20, 30), (50, 40), (70, 60), (48, 45))]  # fmt: skip
    ax = graphs.quartiles(*parts).axes[0]
    assert [(box.get_x(), box.get_width()) for box in ax.patches] == [(30, 30), (20, 50)]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["B", "A"]


def test_cells_are_written_and_fragile_ones_bracketed():
    cells = rows({"x__u": 0.2, "x__v": 0.8, "y__u": 0.4, "y__v": float("nan")})
    cells.loc[2, "etat"] = "low_precision"
    fig = graphs.heat(cells, {"x": "X", "y": "Y", "z": "Z"}, {"u": "Une colonne", "v": "V"})
    assert texts(fig) == ["20,0", "80,0", "(40,0)", "[n.d.]"]
    assert len(fig.axes[0].get_yticklabels()) == 2


def test_few_people_are_a_count_and_very_few_are_not_shown():
    first = rows({"a": 0.5, "b": 0.8, "c": 0.5}, n=[40, 5, 2], oui=[20.0, 4.0, 1.0])
    second = rows({"a": 0.3}, oui=12.0)
    written = texts(graphs.functions(first, second, ("A", "B"), smallest=5, dots=30))
    assert sorted(written) == sorted(["4 sur 5", "aucun répondant", "moins de 5 répondants",
                                      "aucun répondant"])  # fmt: skip


def test_parts_that_do_not_make_the_gap_stop():
    gap = rows({"gap": 10.0}, "score_points")
    parts = {"une": rows({"a": 4.0}, "score_points"), "deux": rows({"b": 6.0}, "score_points")}
    assert "4,0" in tables_competences.parts_make(gap, parts).text
    parts["deux"] = rows({"b": 6.0 + 1e-9}, "score_points")
    with pytest.raises(ResultError, match="adding up"):
        tables_competences.parts_make(gap, parts)


def test_the_sentence_follows_the_intervals():
    def made(value: float, low: float, high: float) -> pd.DataFrame:
        return rows({"x": value}, "score_points", borne_inf=low, borne_sup=high)

    text = tables_competences.unexplained(made(10, 5, 15), made(1, -2, 4), made(9, 4, 14)).text
    first, rest = text.split(", le reste")
    assert "part non établie" in first
    assert "part non établie" not in rest


def test_needs_are_sorted_by_what_their_intervals_say():
    gaps = rows({"x": 0.1, "y": -0.1, "z": 0.01}, "points")
    text = tables_competences.against_need(gaps).text
    assert "supérieure à celle des demandes\u00a0: x (+10,0\u00a0points)" in text
    assert "inférieure à celle des demandes\u00a0: y (−10,0\u00a0points)" in text
    assert text.endswith("écart non significatif pour 1 besoin.")


def test_a_lost_person_stops_each_check():
    people = pd.DataFrame({"d": ["a", "a", "b", None]})
    whole = rows({"a": 0.5, "b": 0.5}, n=[2, 1])
    assert "d 1" in tables_competences.profile_balance(whole, people).text
    with pytest.raises(ResultError, match="3 people"):
        tables_competences.profile_balance(rows({"a": 0.5, "b": 0.5}, n=[1, 1]), people)
    with pytest.raises(ResultError, match="40 people"):
        tables_competences.each_answer(whole.assign(n=40), total=41)
    with pytest.raises(ResultError, match="line 'x'"):
        tables_competences.each_line_adds_up(rows({"x__u": 0.5, "x__v": 0.4}))
