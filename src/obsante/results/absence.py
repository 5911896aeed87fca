"""Values that could not be estimated: published as not available, with the reason in French."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import pandas as pd

from obsante.errors import NotEstimable
from obsante.results.display import Markdown, reasons
from obsante.results.french import NBSP
from obsante.results.publication import current, indicator, publish, published
from obsante.stats import NATIONAL

REASONS: dict[str, str] = {
    "no_data": "aucune donnée exploitable n'a été reçue pour cette édition",
    "no_variation": "toutes les réponses sont identiques, le calcul n'a pas de sens",
    "too_few": "trop peu d'unités pour estimer une valeur et son intervalle",
    "not_converged": "le modèle n'a pas convergé",
    "separated": "une variable du modèle sépare parfaitement les réponses",
    "collinear": "deux variables du modèle disent la même chose",
    "no_comparison": "aucun groupe de comparaison n'est disponible",
}


@contextlib.contextmanager
def or_missing(*identifiers: str) -> Iterator[None]:
    """Publish the indicators that the block could not estimate as not available, with the reason.

    Only :class:`obsante.errors.NotEstimable` is caught: a wrong column or a wrong code still stops
    the notebook. What the block had published before stays, and :func:`explained` says that a part
    is lacking.

    Args:
        identifiers: indicators that the block publishes.
    """
    try:
        yield
    except NotEstimable as error:
        for identifier in identifiers:
            if published(identifier).empty:
                unavailable(identifier, error.reason)
            else:
                current().partial.setdefault(identifier, []).append(REASONS[error.reason])


def unavailable(identifier: str, reason: str) -> pd.DataFrame:
    """Publish one indicator as not available.

    Args:
        reason: a key of :data:`REASONS`.

    Returns:
        The published row: ``national``, or ``ecart`` where the indicator is a difference.
    """
    dimension = "ecart" if "ecart" in indicator(identifier).dimensions else NATIONAL
    row = {"dimension": dimension, "modalite": dimension, "estimation": float("nan"),
           "libelle": "Ensemble", "motif": REASONS[reason]}
    return publish(identifier, pd.DataFrame([row]))


def explained(*identifiers: str) -> Markdown:
    """The reasons why indicators are not available, wholly or in part; that they all are, if so."""
    tables = [published(identifier) for identifier in identifiers]
    said = reasons(pd.concat(tables, ignore_index=True))
    partial = current().partial
    lacking = dict.fromkeys(text for name in identifiers for text in partial.get(name, []))
    if lacking:
        said.append(f"Une partie de ces valeurs n'a pas pu être estimée{NBSP}: {', '.join(lacking)}.")
    if any(table.empty for table in tables):
        said.append("Un de ces indicateurs n'a aucune valeur publiée.")
    known = all(table["estimation"].notna().all() for table in tables)
    whole = "Toutes ces valeurs ont pu être estimées." if known else "Des valeurs sont retenues."
    return Markdown("\n\n".join(said) or whole)
