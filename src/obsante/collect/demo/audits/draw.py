"""Audits drawn in the frame, by type of facility and zone, and their weights."""

from __future__ import annotations

import numpy as np
import pandas as pd

from obsante.collect.demo.audits.settings import Draw
from obsante.collect.demo.draws import rank_within, respond, stream
from obsante.collect.demo.frame import TYPES, Frame
from obsante.collect.demo.sample import RESPONDENTS_AT_LEAST

ZONES = ("interieur", "axe")
_WHOLE = "ensemble"


def strata(frame: Frame, draw: Draw, scale: int) -> tuple[pd.DataFrame, np.ndarray]:
    """Strata (``strate``, ``taille``, ``tires``) and that of each facility, -1 if out of field.

    A frame ``scale`` times as large has as many times more audits.
    """
    inside = np.isin(frame.codes("region"), [frame.names("region").index(r) for r in draw.inside])
    rows, of_facility = [], np.full(len(frame), -1)
    for name, wanted in draw.drawn.items():
        mine = frame.codes("type") == TYPES.index(name)
        zones = [(_WHOLE, mine)] if wanted is None else [
            (zone, mine & (inside == bool(k))) for k, zone in enumerate(ZONES)
        ]  # fmt: skip
        for zone, members in zones:
            of_facility[members] = len(rows)
            size = int(members.sum())
            part = 0.5 * size / max(1, int(mine.sum())) + 0.25
            target = size if wanted is None else int(wanted * scale * part + 0.5)
            rows.append((f"{name}-{zone}", size, min(size, max(target, draw.minimum))))
    return pd.DataFrame(rows, columns=["strate", "taille", "tires"]), of_facility


def draw_audits(frame: Frame, draw: Draw, *, scale: int, seed: int) -> pd.DataFrame:
    """Facilities drawn in one edition, sorted by identifier.

    Returns:
        One row per facility, indexed by its position in the frame: stratum, strate,
        taille_strate, tires_strate, poids_sondage, answers (the audit was accepted), poids.
    """
    table, of_facility = strata(frame, draw, scale)
    field = np.flatnonzero(of_facility >= 0)
    luck = stream(seed, "audits").random(len(field))
    size, drawn = (table[name].to_numpy() for name in ("taille", "tires"))
    chosen = field[rank_within(of_facility[field], luck) < drawn[of_facility[field]]]
    chosen = chosen[np.argsort(frame.rows["number"].to_numpy()[chosen], kind="stable")]
    stratum = of_facility[chosen]
    accepted = 1.0 - frame.effect("type", draw.refusal)[chosen]
    uniform = stream(seed, "audit response").random(len(chosen))
    answers = respond(uniform, accepted, stratum, RESPONDENTS_AT_LEAST)[0]
    heard = np.bincount(stratum[answers], minlength=len(table))[stratum]
    columns = {
        "stratum": stratum,
        "strate": table["strate"].to_numpy()[stratum],
        "taille_strate": size[stratum],
        "tires_strate": drawn[stratum],
        "poids_sondage": size[stratum] / drawn[stratum],
        "answers": answers,
        "poids": np.where(answers, size[stratum] / heard, np.nan),
    }
    return pd.DataFrame(columns, index=chosen)
