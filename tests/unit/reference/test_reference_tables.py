"""Reference rows in a notebook: estimates, citations, tables and checks, worked by hand."""

from __future__ import annotations

import pandas as pd
import pytest

from obsante.errors import ResultError
from obsante.results import agree, between, cited, known, quoted, side_by_side, texts, trust

THIN, NBSP = "\u202f", "\u00a0"


def row(**changes) -> pd.DataFrame:
    base = {
        "titre": "Loi sur les données", "numero": "09-08", "contenu": "Protège.", "note": None,
        "date": "2009-02-01", "date_statut": "lue", "lu_dans": "https://www.exemple.ma/page",
        "producteur": "HCP", "confiance": "presse", "annee": 2024, "unite": "millions",
        "indicateur": "abonnements_internet", "valeur": 42.1,
    }  # fmt: skip
    return pd.DataFrame([base | changes])


def published(*rows: tuple[str, str, float]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["dimension", "modalite", "estimation"])
    return frame.assign(libelle=frame["modalite"], unite="percent", etat="published",
                        indicateur="ctx.internet")  # fmt: skip


def test_the_whole_comes_before_the_domains_in_their_order():
    frame = known(10, region=pd.Series({"02": 6, "01": 4}), names={"01": "Nord", "02": "Sud"})
    assert frame["dimension"].tolist() == ["national", "region", "region"]
    assert frame["libelle"].tolist() == ["Ensemble", "Sud", "Nord"]
    assert frame["estimation"].tolist() == [10.0, 6.0, 4.0]


def test_without_a_whole_there_is_no_national_row():
    frame = known(categorie=pd.Series({"chu": 3}))
    assert frame["dimension"].tolist() == ["categorie"]
    assert "libelle" not in frame


def test_the_producer_is_cited_first_and_each_site_once():
    rows = pd.concat([row(), row(lu_dans="https://exemple.ma/b ; https://github.com/a/b/c.csv")])
    assert cited(rows) == "HCP, lu dans exemple.ma, github.com/a/b"


def test_two_producers_are_both_cited():
    assert cited(pd.concat([row(), row(producteur="ANRT")])) == (
        f"HCP{THIN}; ANRT, lu dans exemple.ma"
    )


@pytest.mark.parametrize(
    ("date", "shown"),
    [("2009-02-01", "1er février 2009"), ("2026-03", "mars 2026"), ("2014", "2014")],
)
def test_a_date_is_as_precise_as_the_page_read(date, shown):
    assert f"| {shown} |" in texts(row(date=date)).text


@pytest.mark.parametrize(
    ("status", "shown"), [("a_verifier", "à vérifier"), ("sans_date", "non lue")]
)
def test_a_date_that_was_not_read_is_never_shown(status, shown):
    text = texts(row(date="2018-07-25", date_statut=status)).text
    assert f"| {shown} |" in text
    assert "2018" not in text


def test_a_text_shows_its_number_and_links_the_page_read():
    text = texts(row()).text
    assert f"Loi sur les données (n°{NBSP}09-08)" in text
    assert "[exemple.ma](https://www.exemple.ma/page)" in text


def test_a_text_known_by_a_name_alone_does_not_repeat_it():
    assert "(n°" not in texts(row(numero="DATA-TIKA")).text


def test_a_quoted_figure_keeps_its_unit_and_its_caution():
    text = quoted("usage_numerique", row(note="Une personne peut en avoir plusieurs")).text
    assert "| Abonnements à internet | 42,1 | millions | 2024 |" in text
    assert "Une personne peut en avoir plusieurs" in text


def test_rows_are_counted_by_kind_of_page():
    rows = pd.concat([row(), row(), row(confiance="depot")])
    line = trust({"offre_sante": rows}).text.splitlines()[-1]
    assert line == "| offre_sante | 0 | 2 | 1 | 0 | 0 |"


def test_a_domain_that_an_indicator_lacks_is_marked_not_available():
    first = published(("national", "national", 0.5), ("profil", "rural", 0.25))
    second = published(("national", "national", 0.1))
    lines = side_by_side({"Internet": first, "Ordinateur": second}, domain="Profil").text
    assert lines.splitlines()[-1] == f"| rural | 25,0{NBSP}% | [n.d.] |"


def test_two_figures_that_differ_stop_the_notebook():
    assert agree("{valeur} habitants", 1200, 1200).text == f"Contrôle{NBSP}: 1{THIN}200 habitants."
    with pytest.raises(ResultError, match="established separately"):
        agree("{valeur} habitants", 1200, 1201)


def test_a_whole_outside_its_parts_stops_the_notebook():
    parts = [("profil", "rural", 0.4), ("profil", "urbain", 0.7)]
    inside = published(("national", "national", 0.6), *parts)
    assert "entre 40,0" in between(inside, "rural", "urbain").text
    with pytest.raises(ResultError, match="between 0.4 and 0.7"):
        between(published(("national", "national", 0.8), *parts), "rural", "urbain")
