"""A row that breaks a rule of the three dictionaries is set aside by that rule, and no other row."""

from __future__ import annotations

import itertools

import pandas as pd
import pytest

from obsante.collect.chunks import LINE

OPEN = {
    "mois": "2025-04-01", "telemedecine": "oui", "ouverture": "2024-07-01", "demandes": "100",
    "demandes_distance": "10", "attente_jours": "46", "attente_presentiel_jours": "50",
    "attente_distance_jours": "10", "renoncements": "9", "region": "05", "distance_km": "61.5",
}  # fmt: skip
CLOSED = OPEN | {
    "telemedecine": "non", "ouverture": None, "demandes_distance": "0", "attente_jours": "50",
    "attente_distance_jours": None,
}  # fmt: skip
HOSPITAL = {
    "mois": "2025-04-01", "region": "05", "type": "chr_chp", "dme_statut": "oui",
    "mois_dme": "2024-07-01", "actes": "900", "cout_par_acte_mad": "310.5", "heures_admin": "190",
    "papier_mad": "2100", "examens": "500", "examens_repetes": "40", "sejours": "60",
    "sejour_moyen_jours": "4.2",
}  # fmt: skip
ACT = {
    "date": "2025-04-17", "region": "05", "province": "05.081", "milieu": "rural",
    "specialite": "cardiologie", "mode": "teleexpertise", "actes": "1", "km_evites": None,
}  # fmt: skip
BROKEN = {
    "acces": [
        ("premier_du_mois", OPEN | {"mois": "2025-04-02"}),
        ("premier_du_mois", OPEN | {"ouverture": "2024-07-15"}),
        ("province_et_region", OPEN | {"region": "06"}),
        ("telemedecine_et_specialite", OPEN | {"specialite": "chirurgie"}),
        ("telemedecine_et_ouverture", OPEN | {"ouverture": "2025-05-01"}),
        ("telemedecine_et_ouverture", CLOSED | {"ouverture": "2025-04-01"}),
        ("distance_et_telemedecine", OPEN | {"telemedecine": "non", "ouverture": None}),
        ("distance_et_demandes", OPEN | {"demandes_distance": "101"}),
        ("renoncements_et_demandes", OPEN | {"renoncements": "101"}),
        ("attente_distance_et_demandes", CLOSED | {"attente_distance_jours": "50"}),
        ("attente_sans_distance", CLOSED | {"attente_jours": "49.9"}),
        ("attente_moyenne", OPEN | {"attente_jours": "51"}),
    ],
    "couts": [
        ("premier_du_mois", HOSPITAL | {"mois_dme": "2024-07-31"}),
        ("statut_et_mois", HOSPITAL | {"mois_dme": "2025-05-01"}),
        ("statut_et_mois", HOSPITAL | {"dme_statut": "non"}),
        ("repetes_et_examens", HOSPITAL | {"examens_repetes": "501"}),
    ],
    "teleconsultations": [("province_et_region", ACT | {"region": "06"})],
}
GOOD = {
    "acces": [OPEN, CLOSED, OPEN | {"demandes": None, "attente_jours": None},
              OPEN | {"attente_distance_jours": None}],
    "couts": [HOSPITAL, HOSPITAL | {"mois_dme": None},
              HOSPITAL | {"dme_statut": "non", "mois_dme": None}, HOSPITAL | {"examens": None}],
    "teleconsultations": [ACT],
}  # fmt: skip
SPECIALTIES = ("cardiologie", "dermatologie", "psychiatrie")
PLACES = itertools.product(SPECIALTIES, ("05.081", "05.091"), ("urbain", "rural", "rural_montagne"))
KEYS = {
    "acces": [dict(zip(("specialite", "province", "milieu"), key, strict=True)) for key in PLACES],
    "couts": [{"id_etablissement": f"E{number:07d}"} for number in range(20)],
    "teleconsultations": [{"id_enregistrement": f"T2025-{n:08d}"} for n in range(20)],
}


def written(name: str, rows: list[dict], parts) -> bytes:
    """Rows as a file, each with a key of its own."""
    header = parts[name, 2025].content.split(b"\n", 1)[0].decode().split(",")
    keyed = [key | row for key, row in zip(KEYS[name], rows, strict=False)]
    return pd.DataFrame(keyed)[header].to_csv(index=False).encode("utf-8")


@pytest.mark.parametrize("name", BROKEN)
def test_each_rule_sets_its_row_aside(examine, parts, name):
    rules, rows = zip(*BROKEN[name], strict=True)
    good = GOOD[name]
    content = written(name, [*good, *rows], parts)
    found = examine(name, 2025, content).violations.groupby(LINE)["regle"].unique()
    first = 2 + len(good)
    assert {line: list(names) for line, names in found.items()} == {
        first + position: [rule] for position, rule in enumerate(rules)
    }


def test_a_rule_says_in_french_what_is_expected(examine, parts):
    content = written("acces", [OPEN | {"renoncements": "101"}], parts)
    message = examine("acces", 2025, content).violations["message"].iloc[0]
    assert message.startswith("Les renoncements ne peuvent pas dépasser les demandes")


@pytest.mark.parametrize("year", [2023, 2024, 2025])
@pytest.mark.parametrize("name", ["acces", "couts"])
def test_the_spoilt_rows_and_no_other_are_set_aside(parts, checked, name, year):
    balance = checked(name, year).balance
    assert balance.rows_aside == sum(parts[name, year].spoilt.values())
    assert 0.005 < balance.rows_aside / balance.rows_in < 0.01
