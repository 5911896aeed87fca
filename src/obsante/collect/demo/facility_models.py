"""Models of the use of an electronic record, fitted on the whole frame: what a sample estimates.

Each is the model of the notebook on infrastructures, with every facility and its true answers. Its
average marginal effects are values of the frame, not parameters of the simulation: no logistic model
made the answers.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from obsante.collect.demo.answers import Answers
from obsante.collect.demo.frame import Frame
from obsante.collect.demo.truth import NATIONAL, Values
from obsante.stats import SurveyDesign, survey_design
from obsante.stats.models import glm, marginal_effects

# A fit stops within 1e-10 of its solution, on any machine: six decimals are the same everywhere.
_DECIMALS = 6
_LEVEL = 0.95
_TYPES = {
    "chu": "hopital_public", "chr_chp": "hopital_public", "hopital_proximite": "hopital_public",
    "centre_sante_urbain": "centre_sante", "centre_sante_rural": "centre_sante",
}  # fmt: skip
_FACTORS = ["milieu", "type", "haut_debit", "continuite", "taille"]
_REFERENCE = {"milieu": "urbain", "type": "centre_sante", "zone": "rural"}
_GAPS = {
    NATIONAL: "dme ~ zone + type + haut_debit + continuite + taille",
    "modele=structure": "dme ~ zone + type + taille",
}


def indicators(frame: Frame, answers: Answers) -> dict[str, Values]:
    """Gaps of adoption, raw and with the other characteristics equal, on the whole frame."""
    table = _table(frame, answers)
    design = survey_design(table, weights="poids")
    formula = f"dme ~ {' + '.join(_FACTORS)}"
    raw: Values = {}
    for name in _FACTORS:
        raw |= _effects(design, f"dme ~ {name}", table, [name], family="gaussian")
    gaps = {domain: next(iter(_effects(design, formula, table, ["zone"]).values()))
            for domain, formula in _GAPS.items()}  # fmt: skip
    return {
        "inf.ecart_brut_dme": raw,
        "inf.effet_dme": _effects(design, formula, table, _FACTORS),
        "inf.ecart_dme_ajuste": gaps,
    }


def _effects(
    design: SurveyDesign,
    formula: str,
    table: pd.DataFrame,
    variables: list[str],
    family: str = "binomial",
) -> Values:
    terms = formula.split()
    reference = {name: level for name, level in _REFERENCE.items() if name in terms}
    fit = glm(design, formula, table, family=family, level=_LEVEL, reference=reference)
    rows = marginal_effects(fit, variables, dimension="facteur")
    return {
        f"facteur={code}": round(float(value), _DECIMALS)
        for code, value in zip(rows["modalite"], rows["estimation"], strict=True)
    }


def _table(frame: Frame, answers: Answers) -> pd.DataFrame:
    """The variables of the models, one row per facility of the frame."""
    names = {name: np.array(frame.names(name), dtype=object)[frame.codes(name)]
             for name in ("milieu", "type")}  # fmt: skip
    reached = {"dme": "dme", "haut_debit": "haut_debit", "continuite": "continuite_electrique"}
    table = pd.DataFrame(
        {name: (answers.reached[item] > 0).astype("float64") for name, item in reached.items()}
    )
    return table.assign(
        poids=1.0,
        milieu=names["milieu"],
        zone=np.where(names["milieu"] == "urbain", "urbain", "rural"),
        type=pd.Series(names["type"]).replace(_TYPES),
        taille=np.log2(frame.rows["n_professionnels"].to_numpy(dtype="float64")),
    )
