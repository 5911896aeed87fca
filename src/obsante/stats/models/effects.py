"""Average marginal effects of several variables, as rows of estimates beside those of the survey."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from obsante.stats.models.glm import Fit
from obsante.stats.models.margins import average_marginal_effects
from obsante.stats.survey.estimates import COLUMNS


def marginal_effects(fit: Fit, variables: Sequence[str], *, dimension: str) -> pd.DataFrame:
    """Average marginal effects of variables, in the order given, one row for each level compared.

    Args:
        fit: a model.
        variables: variables of its formula.
        dimension: name given to the effects in the result.

    Returns:
        Columns :data:`obsante.stats.COLUMNS` (design effect and coefficient of variation unknown:
        an effect around zero has none that means anything), ``statistique`` and ``p_valeur`` of an
        effect of 0. ``modalite`` is ``milieu_rural`` for the term ``milieu[rural]``, or the
        variable for a derivative. ``n_manquant`` counts the rows of the sample that are not in the
        model, for a missing variable or outside its domain.

    Raises:
        DataError: as :func:`average_marginal_effects`.

    >>> from obsante.stats.models.glm import glm
    >>> from obsante.stats.survey import survey_design
    >>> data = pd.DataFrame({"w": 1.0, "y": [0, 1, 1, 1, 1, 1, 0], "milieu": list("rruuuur")})
    >>> fit = glm(survey_design(data, weights="w"), "y ~ milieu", data, family="gaussian",
    ...           reference={"milieu": "r"}, level=0.95)
    >>> marginal_effects(fit, ["milieu"], dimension="facteur")["modalite"].tolist()
    ['milieu_u']
    """
    rows = pd.concat([average_marginal_effects(fit, name) for name in variables], ignore_index=True)
    codes = rows["terme"].str.replace("[", "_", regex=False).str.removesuffix("]")
    weights = fit.design.weights[fit.terms.used]
    described = rows.assign(
        dimension=dimension, modalite=codes, effet_plan=float("nan"), cv=float("nan"),
        effectif=float(weights.sum()), n_manquant=fit.design.size - fit.n, n_sans_objet=0,
    )  # fmt: skip
    return described[[*COLUMNS, "statistique", "p_valeur"]]
