"""What is true of all users: indicators by domain, inequalities, effects."""

from __future__ import annotations

import numpy as np

from obsante.collect.demo.patients.experience import People, reasons
from obsante.collect.demo.patients.settings import PatientSettings
from obsante.collect.demo.tally import Domains, Tally
from obsante.collect.demo.truth import NATIONAL, Values, rounded
from obsante.stats.equity import weighted_concentration, weighted_rank

_DIMENSIONS = ("sexe", "tranche_age", "milieu", "langue", "quintile", "handicap", "type", "secteur")
_ACCESS = ("acces_distance", "recours_distance")
_RURAL = ["milieu=rural", "milieu=rural_montagne"]
# Measures that are indicators, and their identifiers.
_INDICATORS = {
    "informe": "eth.informes",
    "accord_donne": "eth.consentement",
    "accord_demande": "eth.accord_demande",
    "accord_parmi_demandes": "eth.accord_parmi_demandes",
    "confiance": "eth.confiance",
    "acces_distance": "eth.acces_distance",
    "recours_distance": "inn.recours_distance",
    "satisfaction_presentiel": "inn.satisfaction_presentiel",
    "satisfaction_distance": "inn.satisfaction_distance",
    "examens_repetes": "eff.examens_repetes",
    "renoncement": "eth.renoncement",
    "qualite_percue": "eth.qualite_percue",
}


class PatientTruth:
    """Sums over the users, block after block, and what comes of them."""

    def __init__(self) -> None:
        self.tally = Tally()

    def add(self, people: People) -> None:
        """Count the users of one block."""
        domains = _domains(people)
        for name in ("informe", "accord_donne", "accord_demande", "renoncement", *_ACCESS):
            self.tally.add(name, domains, people.yes[name])
        for name in ("confiance", "qualite_percue"):
            self.tally.add(name, domains, people.levels[name])
        yes, levels = people.yes, people.levels
        sought = yes["accord_demande"]
        self.tally.add("accord_parmi_demandes", domains, yes["accord_donne"], sought)
        asked = yes["examens_12m"]
        self.tally.add("examens_repetes", domains, yes["examens_repetes"], asked)
        for way in ("presentiel", "distance"):
            used = yes[f"recours_{way}"]
            name = f"satisfaction_{way}"
            self.tally.add(name, domains, levels[name] * used, used)
        self._add_effects(people)

    def _add_effects(self, people: People) -> None:
        yes, levels = people.yes, people.levels
        both = yes["recours_presentiel"] & yes["recours_distance"]
        pair = levels["satisfaction_distance"] - levels["satisfaction_presentiel"]
        record = people.crowd.scene.answers.reached["dme"][people.crowd.facility] > 0
        answers = {"informe": yes["informe"], "dme": record}
        domains = Domains(
            {name: flags.astype(np.int8) for name, flags in answers.items()},
            {name: ["non", "oui"] for name in answers},
        )
        self.tally.add("apparie", domains, pair * both, both)
        self.tally.add("confiance_selon", domains, levels["confiance"])
        asked = yes["examens_12m"]
        self.tally.add("examens_selon", domains, yes["examens_repetes"], asked)
        motives = reasons(people.crowd.settings)
        given_up = Domains({"motif_renoncement": people.reason}, {"motif_renoncement": motives})
        self.tally.add("motif", given_up, yes["renoncement"])

    def indicators(self) -> dict[str, Values]:
        """Indicator -> domain -> value: proportions, and means of scales from 1 to 5."""
        values = {known: self.tally.values(name) for name, known in _INDICATORS.items()}
        for name in _ACCESS:
            unequal = self._inequality(name)
            values[f"eth.concentration_{name}"] = {NATIONAL: unequal["indice_concentration"]}
            values[f"eth.erreygers_{name}"] = {NATIONAL: unequal["indice_erreygers"]}
            values[f"eth.pente_{name}"] = {NATIONAL: unequal["indice_pente"]}
        return values | {
            "eff.ecart_examens_repetes_dme": {NATIONAL: self._repeated_gap()},
            "inn.ecart_satisfaction": {NATIONAL: self.tally.values("apparie")[NATIONAL]},
            "eth.consentement_detail": self._consent(),
            "eth.ecart_confiance": {NATIONAL: self._trust()},
            "eth.motif_renoncement": self.tally.shares("motif"),
            "eth.usagers": {NATIONAL: int(self.tally.sums("informe", NATIONAL)[1])},
            "eth.ecart_acces": self._unequal_access(),
        }

    def _consent(self) -> Values:
        given, asked = (
            self.tally.values(name)[NATIONAL] for name in ("accord_donne", "accord_demande")
        )
        shares = {"donne": given, "refuse": asked - given, "non_demande": 1 - asked}
        return {f"consentement={name}": rounded(share) for name, share in shares.items()}

    def _unequal_access(self) -> Values:
        """Gaps that axis 5 publishes, each group less the one that it is compared with."""
        sides = {
            "sexe": (["sexe=femme"], ["sexe=homme"]),
            "residence": (_RURAL, ["milieu=urbain"]),
            "montagne": (["milieu=rural_montagne"], ["milieu=rural"]),
            "langue": (["langue=tamazight"], ["langue=darija"]),
            "handicap": (["handicap=oui"], ["handicap=non"]),
            "tranche_age": (["tranche_age=60_et_plus"], ["tranche_age=de_18_a_29"]),
            "quintile": (["quintile=1"], ["quintile=5"]),
        }
        return {f"ecart_par={by}": self.tally.gap("acces_distance", *pair)
                for by, pair in sides.items()}  # fmt: skip

    def _trust(self) -> float:
        return self.tally.gap("confiance_selon", ["informe=oui"], ["informe=non"])

    def _repeated_gap(self) -> float:
        """Users who had a test again: those of facilities with a record, minus the others."""
        return self.tally.gap("examens_selon", ["dme=oui"], ["dme=non"])

    def effects(self, settings: PatientSettings) -> dict[str, object]:
        """Known inequalities and effects, as config/demo/patients.yml lists them."""
        values = self.tally.values
        remote = values("satisfaction_distance")[NATIONAL]
        present = values("satisfaction_presentiel")[NATIONAL]
        return {
            "usagers": int(self.tally.sums("informe", NATIONAL)[1]),
            **{f"usagers_{name}": self._inequality(name) for name in _ACCESS},
            "usagers_satisfaction_distance_moins_presentiel": {
                "ensemble": rounded(remote - present),
                "apparie": values("apparie")[NATIONAL],
            },
            "usagers_confiance_informes_moins_non_informes": self._trust(),
            "usagers_examens_repetes_avec_moins_sans_dme": {
                "realise": self._repeated_gap(),
                "parametre": settings.outcomes["examens_repetes"].facility["dme"],
            },
        }

    def _inequality(self, name: str) -> dict[str, object]:
        above, below = np.array([self.tally.sums(name, f"quintile={k}") for k in range(1, 6)]).T
        fifth, mean = np.arange(1.0, 6.0), above / below
        index = weighted_concentration(mean, fifth, below)
        rank = weighted_rank(fifth, below) - 0.5
        slope = (below * rank * mean).sum() / (below * rank * rank).sum()
        share = above.sum() / below.sum()
        return {
            "taux": rounded(share),
            "indice_concentration": rounded(index),
            "indice_erreygers": rounded(4 * share * index),
            "indice_pente": rounded(slope),
            "ecarts": self._gaps(name),
        }

    def _gaps(self, name: str) -> dict[str, float]:
        pairs = {
            "femme_moins_homme": (["sexe=femme"], ["sexe=homme"]),
            "urbain_moins_rural": (["milieu=urbain"], _RURAL),
            "rural_moins_montagne": (["milieu=rural"], ["milieu=rural_montagne"]),
            "tamazight_moins_darija": (["langue=tamazight"], ["langue=darija"]),
            "handicap_oui_moins_non": (["handicap=oui"], ["handicap=non"]),
        }
        return {gap: self.tally.gap(name, *sides) for gap, sides in pairs.items()}


def _domains(people: People) -> Domains:
    names = people.crowd.settings.modalities
    codes = {name: people.codes[name] for name in _DIMENSIONS}
    return Domains(
        codes | {"region": people.codes["region"]},
        {name: names[name] for name in _DIMENSIONS}
        | {"region": people.crowd.frame.names("region")},
    )
