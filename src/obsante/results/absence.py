"""Values that could not be estimated: published as not available, with the reason in French."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import pandas as pd

from obsante.errors import NotEstimable
from obsante.results.display import Markdown, reasons
from obsante.results.publication import indicator, publish, published
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
    the notebook. What the block had published before stays.

    Args:
        identifiers: indicators that the block publishes.
    """
    try:
        yield
    except NotEstimable as error:
        for identifier in identifiers:
            if published(identifier).empty:
                unavailable(identifier, error.reason)


def unavailable(identifier: str, reason: str) -> pd.DataFrame:
    """Publish one indicator as not available.

    Args:
        reason: a key of :data:`REASONS`.

    Returns:
        The published row: ``national``, or ``ecart`` where the indicator is a difference.
    """
    dimension = "ecart" if "ecart" in indicator(identifier).dimensions else NATIONAL
    row = {"dimension": dimension, "modalite": dimension, "estimation": float("nan"),
           "libelle": "Ensemble", "motif": REASONS[reason], "n_manquant": 1}  # fmt: skip
    return publish(identifier, pd.DataFrame([row]))


def explained(*identifiers: str) -> Markdown:
    """The reasons why indicators are not available; that they all are, where none is missing."""
    rows = pd.concat([published(identifier) for identifier in identifiers], ignore_index=True)
    missing = reasons(rows)
    return Markdown("\n\n".join(missing) or "Toutes ces valeurs ont pu être estimées.")
