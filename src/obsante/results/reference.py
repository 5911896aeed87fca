"""Figures that others publish: rows of reference tables as estimates, citations and tables."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

import pandas as pd
from babel.dates import format_date

from obsante.collect import labels
from obsante.results import french
from obsante.results.display import Markdown, pipe_table
from obsante.stats import NATIONAL

_SEPARATOR = " ; "
_UNREAD = {"a_verifier": "à vérifier", "sans_date": "non lue"}


def known(
    total: float | None = None,
    *,
    names: Mapping[str, str] | None = None,
    **dimensions: pd.Series,
) -> pd.DataFrame:
    """Exact figures as estimates ready for ``publish``.

    Args:
        total: value of the whole country, if there is one.
        names: modality -> French name; without it, the indicator's table names its own codes.
        dimensions: dimension -> its values, indexed by modality, in the order of publication.

    Returns:
        Columns ``dimension``, ``modalite``, ``estimation`` and, with ``names``, ``libelle``.
    """
    rows = [] if total is None else [(NATIONAL, NATIONAL, total)]
    for dimension, values in dimensions.items():
        rows += [(dimension, str(code), value) for code, value in values.items()]
    frame = pd.DataFrame(rows, columns=["dimension", "modalite", "estimation"])
    frame["estimation"] = frame["estimation"].astype(float)
    if names is None:
        return frame
    labelled = {NATIONAL: "Ensemble"} | dict(names)
    return frame.assign(libelle=[labelled[code] for code in frame["modalite"]])


def cited(rows: pd.DataFrame) -> str:
    """Source of reference rows: the producers, then the sites where they were read.

    >>> cited(pd.DataFrame({"producteur": ["HCP"], "lu_dans": ["https://www.hcp.ma/x"]}))
    'HCP, lu dans hcp.ma'
    """
    addresses = _SEPARATOR.join(rows["lu_dans"]).split(_SEPARATOR)
    sites = ", ".join(_unique(_site(address) for address in addresses))
    producers = f"{french.THIN}; ".join(_unique(rows["producteur"]))
    return f"{producers}, lu dans {sites}"


def trust(tables: Mapping[str, pd.DataFrame]) -> Markdown:
    """Rows of each table by kind of page where they were read.

    Args:
        tables: name of a reference table -> its rows.
    """
    kinds = labels(next(iter(tables)), "confiance")
    # A kind of page that no row comes from is a true zero.
    counts = {
        name: rows["confiance"].astype("str").value_counts().reindex(list(kinds), fill_value=0)
        for name, rows in tables.items()
    }
    frame = pd.DataFrame(counts).T.rename(columns=kinds)
    shown = frame.map(french.number).rename_axis("Table").reset_index()
    return pipe_table(shown, right=list(kinds.values()))


def quoted(table: str, rows: pd.DataFrame) -> Markdown:
    """Rows of a reference table as their producers published them, with what to beware of.

    Args:
        table: table that the rows come from, with columns ``indicateur``, ``valeur``, ``unite``.
    """
    names = labels(table, "indicateur")
    frame = pd.DataFrame(
        {
            "Mesure": [names[code] for code in rows["indicateur"]],
            "Valeur": [_plain(value) for value in rows["valeur"]],
            "Unité": rows["unite"],
            "Année": rows["annee"].astype(str),
            "Source": [cited(rows.loc[[index]]) for index in rows.index],
            "Précaution": rows["note"].fillna("–"),
        }
    )
    return pipe_table(frame, right=["Valeur"], widths=[5, 2, 2, 2, 5, 6])


def texts(rows: pd.DataFrame) -> Markdown:
    """Legal and strategic texts: title, content, date, page read.

    A date that was not read is never shown: ``à vérifier`` where it is only remembered, ``non lue``
    where nothing is known of it.
    """
    records = rows.to_dict("records")
    frame = pd.DataFrame(
        {
            "Texte": [_titled(record) for record in records],
            "Ce qu'il apporte": [_explained(record) for record in records],
            "Date": [_date(record) for record in records],
            "Lu dans": [_links(record["lu_dans"]) for record in records],
        }
    )
    return pipe_table(frame, widths=[6, 10, 3, 4])


def _unique(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(values))


def _site(address: str) -> str:
    """``hcp.ma``, or owner and name for a repository of GitHub."""
    parts = urlsplit(address)
    host = parts.netloc.removeprefix("www.")
    return "/".join([host, *parts.path.split("/")[1:3]]) if host == "github.com" else host


def _links(addresses: str) -> str:
    return ", ".join(f"[{_site(address)}]({address})" for address in addresses.split(_SEPARATOR))


def _plain(value: float) -> str:
    return french.number(value, 0 if float(value).is_integer() else 1)


def _titled(record: dict) -> str:
    number = record["numero"]
    # Texts known by a name alone already carry it in their title.
    official = not pd.isna(number) and number[0].isdigit()
    return f"{record['titre']} (n°{french.NBSP}{number})" if official else record["titre"]


def _explained(record: dict) -> str:
    note = record["note"]
    return record["contenu"] if pd.isna(note) else f"{record['contenu']} *{note}*"


def _date(record: dict) -> str:
    """A date as precise as the page read: a day, a month or a year."""
    if record["date_statut"] in _UNREAD:
        return _UNREAD[record["date_statut"]]
    year, *rest = (int(part) for part in record["date"].split("-"))
    if not rest:
        return str(year)
    date = dt.date(year, rest[0], rest[1] if len(rest) > 1 else 1)
    return french.day(date) if len(rest) > 1 else format_date(date, "MMMM y", locale="fr")
