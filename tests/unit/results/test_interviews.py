"""Counts and tones of interviews, by hand."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from obsante.collect import labels
from obsante.errors import ResultError
from obsante.results import interviews
from obsante.results.charts_interviews import by_edition, diverging, heat
from obsante.results.concordance import Rule
from obsante.results.tables_interviews import (
    all_themes,
    confusion,
    disagreements,
    editions,
    followed,
)

AXES = {theme: str(1 + place // 4) for place, theme in enumerate(labels("entretiens", "theme"))}


def passages(*rows: tuple) -> pd.DataFrame:
    """Interview, theme, tone, then the second coder's, where there are."""
    names = ["id_entretien", "theme", "valence", "theme_codeur_2", "valence_codeur_2"]
    frame = pd.DataFrame([(*row, None, None)[:5] for row in rows], columns=names)
    return frame.assign(axe=frame["theme"].map(AXES).astype(int), role="medecin", milieu="rural",
                        id_passage=[f"P{n}" for n in range(len(frame))])  # fmt: skip


# Two persons: the first comes back three times on one theme.
FEW = passages(("A", "connexion", "negatif"), ("A", "connexion", "negatif"),
               ("A", "connexion", "positif"), ("A", "ia", "neutre"), ("B", "connexion", "neutre"),
               ("C", "ia", "positif"), ("D", "ia", "positif"))  # fmt: skip


def value(rows: pd.DataFrame, modality: str, column: str = "estimation"):
    return rows.set_index("modalite").loc[modality, column]


def test_a_theme_repeated_by_one_person_counts_one_interview():
    sizes = interviews.counts(FEW, ["theme"])
    people = interviews.counts(FEW, ["theme"], interviews=True)
    assert [value(sizes, name) for name in ("national", "connexion", "ia")] == [7, 4, 3]
    assert [value(people, name) for name in ("national", "connexion", "ia")] == [4, 2, 3]
    assert value(people, "connexion", "n") == 4
    assert value(sizes, "equite") == value(people, "equite") == 0


def test_a_tone_is_a_share_of_the_passages():
    found = interviews.tones(FEW, ["theme"], "negatif", minimum=1, groups=AXES)
    assert value(found, "national") == 2 / 7
    assert value(found, "connexion") == 2 / 4
    assert value(found, "ia") == 0
    assert math.isnan(value(found, "equite"))
    assert value(found, "equite", "motif") == "aucun passage"


def test_a_tone_of_too_few_interviews_is_withheld_alone_where_nothing_gives_it_back():
    found = interviews.tones(FEW, ["theme"], "negatif", minimum=3, groups=AXES)
    hidden = found[found["secret"]]
    assert hidden["modalite"].tolist() == ["connexion"]
    assert hidden["estimation"].isna().all()
    assert "moins de 3 entretiens" in hidden["motif"].iloc[0]


def test_the_smallest_other_theme_of_the_axis_is_withheld_with_it():
    more = [("A", "echanges", "neutre")]
    more += [(person, theme, "neutre") for theme in ("equipement", "logiciels") for person in "ABC"]
    frame = passages(*more, ("D", "logiciels", "neutre"), ("A", "ia", "neutre"), ("B", "ia", "neutre"),
                     ("C", "ia", "positif"))  # fmt: skip
    found = interviews.tones(frame, ["theme"], "neutre", minimum=3, groups=AXES)
    assert found.loc[found["secret"], "modalite"].tolist() == ["equipement", "echanges"]


def test_no_subtraction_gives_back_an_axis_that_is_withheld():
    themes = {axis: [t for t in AXES if AXES[t] == axis] for axis in "123"}
    rows = [("A", themes["1"][0], "negatif")]
    rows += [(person, theme, "negatif") for theme in themes["2"] for person in "ABC"]
    rows += [(person, theme, "neutre") for theme in themes["3"] for person in "ABCDE"]
    found = interviews.tones(passages(*rows), ["axe", "theme"], "negatif", minimum=3, groups=AXES)
    hidden = found[found["secret"]].reset_index(drop=True)
    cells = [*zip(hidden["dimension"], hidden["modalite"], strict=True)]
    assert ("axe", "1") in cells
    # One equation for the whole, one for each axis: its themes add up to it.
    equations = [[float(d == "axe") for d, _ in cells]]
    for axis in "123":
        equations.append([float(d == "theme" and AXES[m] == axis) - float((d, m) == ("axe", axis))
                          for d, m in cells])  # fmt: skip
    matrix = np.array(equations)
    for place, cell in enumerate(cells):
        alone = np.eye(len(cells))[place]
        found_back = np.linalg.matrix_rank(np.vstack([matrix, alone])) == np.linalg.matrix_rank(matrix)
        assert not found_back or (cell[0] == "theme" and AXES[cell[1]] == "1"), cell


def test_nothing_is_withheld_twice_where_two_are_already():
    two = [("A", "echanges", "neutre"), ("A", "equipement", "neutre")]
    frame = passages(*two, *((person, "logiciels", "neutre") for person in "ABC"))
    found = interviews.tones(frame, ["theme"], "neutre", minimum=3, groups=AXES)
    assert found.loc[found["secret"], "modalite"].tolist() == ["equipement", "echanges"]


def published(rows: pd.DataFrame) -> pd.DataFrame:
    state = rows.get("secret", pd.Series(False, rows.index)).map({True: "suppressed", False: "published"})
    return rows.assign(libelle=rows["modalite"], etat=state)


def themes(frame: pd.DataFrame, minimum: int = 1) -> pd.DataFrame:
    shares = {tone: published(interviews.tones(frame, ["theme"], tone, minimum=minimum, groups=AXES))
              for tone in interviews.TONES}  # fmt: skip
    people = published(interviews.counts(frame, ["theme"], interviews=True))
    return interviews.by_domain(shares, people, "theme")


def test_shares_are_turned_back_into_the_counts_that_made_them():
    found = themes(FEW)
    assert found.loc["connexion", ["n", "entretiens", *interviews.TONES]].tolist() == [4, 2, 2, 1, 1]
    assert found.loc["equite", ["n", "entretiens", *interviews.TONES]].tolist() == [0, 0, 0, 0, 0]


def test_a_withheld_tone_gives_no_count():
    found = themes(FEW, minimum=3)
    assert found.loc["connexion", "etat"] == "suppressed"
    assert found.loc["connexion", list(interviews.TONES)].isna().all()


def test_the_tone_of_a_theme_is_that_of_the_rule_of_the_confrontation(opened):
    found = themes(FEW)
    whole = found.loc[["connexion", "ia"]].set_axis(["1", "4"])
    shown = repr(all_themes(found, whole, AXES, Rule({}, {}, {}, margin=0.2, minimum=1)))
    assert "| connexion | 4 | 2 | 2 | 1 | 1 | négatif |" in shown
    assert "| ia | 3 | 3 | 0 | 1 | 2 | positif |" in shown
    assert "| equipement | 0 | 0 | 0 | 0 | 0 | trop peu d'entretiens |" in shown
    wide = Rule({}, {}, {}, margin=0.5, minimum=1)
    assert "| 2 | 1 | 1 | partagé |" in repr(all_themes(found, whole, AXES, wide))


def test_tones_that_do_not_make_a_whole_are_refused():
    shares = {tone: published(interviews.tones(FEW, [], tone, minimum=1, groups=AXES))
              for tone in interviews.TONES}  # fmt: skip
    assert "font le tout" in repr(interviews.partition(shares))
    shares["neutre"]["estimation"] += 0.01
    with pytest.raises(ResultError, match="three shares that make one"):
        interviews.partition(shares)


def test_a_passage_in_another_axis_than_its_theme_is_refused():
    assert "7 passages" in repr(interviews.of_axes(FEW, AXES))
    with pytest.raises(ResultError, match="passage P5 in another axis"):
        interviews.of_axes(FEW.assign(axe=[1, 1, 1, 4, 1, 2, 4]), AXES)
    with pytest.raises(ResultError, match="'textes' on one side only"):
        interviews.of_axes(FEW, {k: v for k, v in AXES.items() if k != "textes"})


def test_a_table_that_holds_the_words_of_persons_is_refused():
    assert "supprimé à l'entrée" in repr(interviews.without_words(FEW))
    with pytest.raises(ResultError, match="column 'passage'"):
        interviews.without_words(FEW.assign(passage="Ici rien ne marche."))


def test_disagreements_do_not_depend_on_the_order_of_the_coders():
    frame = passages(("A", "ia", "negatif", "projets", "neutre"),
                     ("A", "projets", "negatif", "ia", "negatif"),
                     ("B", "ia", "positif", "ia", "positif"),
                     ("B", "textes", "positif", "equite", "positif"))  # fmt: skip
    lines = repr(disagreements(frame, 10)).splitlines()[2:]
    assert lines == ["| Intelligence artificielle | Projets et financement | 2 |",
                     "| Égalité d'accès | Lois et règles | 1 |"]  # fmt: skip
    assert len(repr(disagreements(frame, 1)).splitlines()) == 3
    assert repr(confusion(frame)).splitlines()[2] == "| Négatif | 1 | 1 | 0 |"


def test_editions_are_described_side_by_side():
    shown = repr(editions({2024: FEW.head(4), 2025: FEW}))
    assert "| Connexion et courant | 3 (75,0\u00a0%) | 4 (57,1\u00a0%) |" in shown
    assert shown.endswith("| Ensemble | 4, 1 entretiens | 7, 4 entretiens |")


def test_persons_are_followed_only_with_one_key():
    tables = {2024: FEW.assign(interlocuteur=list("aaabbcc")),
              2025: FEW.assign(interlocuteur=list("cdcdcde"))}  # fmt: skip
    assert "Sur 3 personnes" in repr(followed(tables, linked=True))
    assert "1 l'avaient été" in repr(followed(tables, linked=True))
    assert "La clé des pseudonymes a changé" in repr(followed(tables, linked=False))
    assert "Aucune édition" in repr(followed({2025: tables[2025]}, linked=True))


def _texts(fig) -> list[str]:
    return [text.get_text() for ax in fig.axes for text in ax.texts]


def test_every_cell_of_the_heat_table_carries_its_number():
    crossed = interviews.crossed(FEW, "theme", "role")
    assert crossed.shape == (20, 7)
    fig = heat(crossed, dict.fromkeys(crossed.columns, 4), AXES)
    cells = [int(text) for text in _texts(fig) if text.isdecimal()]
    assert cells == crossed.to_numpy().ravel().tolist()
    shades = [patch.get_facecolor()[:3] for patch in fig.axes[0].patches]
    largest = crossed.to_numpy().ravel().argmax()
    assert sum(shades[largest]) == min(map(sum, shades))
    assert shades[crossed.to_numpy().ravel().argmin()] == (1.0, 1.0, 1.0)


def test_bars_go_left_for_negative_right_for_positive_and_differ_without_colour():
    fig = diverging(themes(FEW), AXES)
    widths = [bar.get_width() for bar in fig.axes[0].patches]
    hatches = {bar.get_hatch() for bar in fig.axes[0].patches if bar.get_width() < 0}
    assert (widths[0], widths[20]) == (-2, 1)
    assert hatches == {"////"}
    assert {bar.get_hatch() for bar in fig.axes[0].patches if bar.get_width() > 0} != hatches


def test_a_withheld_tone_is_marked_in_the_place_of_its_bars():
    fig = diverging(themes(FEW, minimum=3), AXES)
    assert _texts(fig).count("[c]") == 1
    assert fig.axes[0].patches[0].get_width() == 0


def test_charts_of_no_passage_are_drawn_empty():
    none = FEW.head(0)
    crossed = interviews.crossed(none, "theme", "role")
    empty = _texts(heat(crossed, dict.fromkeys(crossed.columns, 0), AXES))
    assert {text for text in empty if text.isdecimal()} == {"0"}
    fig = diverging(themes(none), AXES)
    assert {bar.get_width() for bar in fig.axes[0].patches} == {0}
    marks = by_edition({2024: none, 2025: none}, AXES).axes[0].lines
    assert all((line.get_xdata() == 0).all() for line in marks if len(line.get_xdata()) == 20)


def test_axes_are_named_once_beside_their_themes():
    names = list(labels("entretiens", "axe").values())
    crossed = interviews.crossed(FEW, "theme", "role")
    for fig in (heat(crossed, dict.fromkeys(crossed.columns, 4), AXES),
                diverging(themes(FEW), AXES), by_edition({2025: FEW}, AXES)):  # fmt: skip
        written = [text.replace("\n", " ") for text in _texts(fig)]
        assert [text for text in written if text in names] == names


def test_editions_have_marks_of_different_shapes():
    fig = by_edition({2023: FEW, 2024: FEW, 2025: FEW}, AXES)
    assert len({line.get_marker() for line in fig.axes[0].lines if len(line.get_xdata()) == 20}) == 3
