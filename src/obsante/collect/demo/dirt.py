"""Rows spoilt after the fact, as typing and merging errors do: the checks must find them all."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from obsante.collect.demo.draws import stream

# What each kind of error writes, cells as in the file; an empty mapping repeats the row.
FACILITIES: dict[str, Mapping[str, str]] = {
    "region_mal_ecrite": {"region": "Fez"},
    "doublon": {},
    "nombre_negatif": {"postes_travail": "-3"},
    "virgule_decimale": {"professionnels_etp": '"1,5"'},
    "stade_incoherent": {"dme": "oui", "dme_stade": "0"},
    "code_inconnu": {"sih": "en_cours"},
    "hors_bornes": {"dme_stade": "9"},
    "casse": {"haut_debit": "OUI"},
}
WORKERS: dict[str, Mapping[str, str]] = {
    "hors_bornes": {"lik_sec_1": "7"},
    "doublon": {},
    "nombre_negatif": {"heures_formation_12m": "-4"},
    "virgule_decimale": {"heures_formation_12m": '"7,5"'},
    "code_inconnu": {"profession": "docteur"},
    "heures_incoherentes": {"formation_12m": "non", "heures_formation_12m": "14"},
    "texte_libre": {"tranche_age": "35 ans"},
    "casse": {"sexe": "F"},
}


def spoil(
    table: bytes,
    candidates: np.ndarray,
    faults: Mapping[str, Mapping[str, str]],
    *,
    share: float,
    seed: int,
    name: str,
) -> tuple[bytes, dict[str, int]]:
    """Spoil a ``share`` of the rows of a CSV file, each kind of error in turn.

    Args:
        table: header and rows, without quotes.
        candidates: rows, from 0, that may be spoilt.
        faults: kind of error -> what it writes, by column.
        seed, name: of the draw.

    Returns:
        The file, and how many rows of each kind it holds.
    """
    header, *lines = table.decode("utf-8").rstrip("\n").split("\n")
    columns = header.split(",")
    count = min(len(candidates), int(share * len(lines) + 0.5))
    rows = stream(seed, "dirt", name).permutation(candidates)[:count]
    names = list(faults)
    spoilt = {kind: len(range(start, count, len(names))) for start, kind in enumerate(names)}
    for turn, row in enumerate(rows.tolist()):
        lines[row] = _spoilt(lines[row], columns, faults[names[turn % len(names)]])
    return ("\n".join([header, *lines]) + "\n").encode("utf-8"), spoilt


def _spoilt(line: str, columns: list[str], cells: Mapping[str, str]) -> str:
    if not cells:
        return f"{line}\n{line}"
    values = dict(zip(columns, line.split(","), strict=True)) | cells
    return ",".join(values.values())
