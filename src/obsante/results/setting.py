"""What a notebook says of its setting: period, data read, coverage, versions."""

from __future__ import annotations

import platform
from importlib.metadata import version

import pandas as pd

from obsante.collect import inputs_read, labels
from obsante.results import french
from obsante.results.columns import share
from obsante.results.display import Markdown, pipe_table
from obsante.results.publication import current

_LIBRARIES = ("pandas", "numpy", "scipy", "statsmodels", "matplotlib", "seaborn", "pyarrow")


def period() -> str:
    """Reference period of the edition, in words."""
    dates = current().edition.reference_period
    return f"du {french.day(dates.start)} au {french.day(dates.end)}"


def status() -> str:
    """Nature of the edition's data, in words."""
    return "démonstration (synthétiques)" if current().edition.demonstration else "réelles"


def count(value: float) -> str:
    """A whole number, French style."""
    return french.number(value)


def provenance() -> Markdown:
    """The tables read so far: edition, rows kept, fingerprint of the raw file."""
    frame = pd.DataFrame(
        {
            "Table": [item.table for item in inputs_read()],
            "Édition": [str(item.edition) for item in inputs_read()],
            "Lignes": [french.number(item.rows) for item in inputs_read()],
            "Empreinte du fichier brut (SHA-256)": [
                item.sha256[:16] or "aucun fichier reçu" for item in inputs_read()
            ],
        }
    )
    return pipe_table(frame, right=["Lignes"])


def coverage(base: pd.DataFrame, *, answered: pd.Series, by: str) -> Markdown:
    """Units selected, answering, and response rate, by category and in all.

    Args:
        base: one row per selected unit of ``etablissements``.
        answered: True where the unit answered.
    """
    names = labels("etablissements", by)
    counts = answered.groupby(base[by], observed=True).agg(["size", "sum"])
    counts.loc["ensemble"] = [len(answered), int(answered.sum())]
    frame = pd.DataFrame(
        {
            "Domaine": [names.get(code, "Ensemble") for code in counts.index.astype(str)],
            "Tirés": [french.number(n) for n in counts["size"]],
            "Répondants": [french.number(n) for n in counts["sum"]],
            "Taux de réponse": [share(r) for r in counts["sum"] / counts["size"]],
        }
    )
    return pipe_table(frame, right=["Tirés", "Répondants", "Taux de réponse"])


def environment() -> Markdown:
    """Versions of Python and of the libraries that computed the values."""
    names = ["Python", *_LIBRARIES]
    versions = [platform.python_version(), *(version(name) for name in _LIBRARIES)]
    return pipe_table(pd.DataFrame({"Bibliothèque": names, "Version": versions}))
