"""What the demonstration knows beforehand: the indicators on the whole frame, and its effects.

Definitions are those of the notebooks; proportions and points are in proportion (0 to 1).
"""

from __future__ import annotations

import numpy as np

from obsante.collect.demo.answers import Answers, asked
from obsante.collect.demo.frame import MILIEUX, TYPES, Frame
from obsante.collect.demo.settings import Settings
from obsante.collect.demo.workers import Workforce, Year

NATIONAL = "national"
_DIMENSIONS = ("milieu", "type", "secteur", "region")
_DECIMALS = 10
_STAGES = 6
_OPERATIONAL = 2  # level of the item sih: none, partial, operational
# Components of the index of infrastructure, beside an operational information system.
_COMPONENTS = (
    "haut_debit", "continuite_electrique", "dme", "interoperabilite", "notification_electronique",
)  # fmt: skip
# Items whose growth over the editions is an indicator.
_FOLLOWED = ("dme", "haut_debit", "interoperabilite")
_SAFE_COPIES = ("sauvegarde", "sauvegarde_testee", "chiffrement")
Values = dict[str, float]


def rounded(value: float) -> float:
    """Ten decimals: the last bit of a sum may depend on the machine.

    >>> rounded(1 / 3)
    0.3333333333
    """
    return round(float(value), _DECIMALS)


def indicators(
    frame: Frame, answers: Answers, settings: Settings, earlier: dict[int, Answers]
) -> dict[str, Values]:
    """Indicator -> ``{"national": value, "milieu=urbain": value, ...}``.

    Args:
        earlier: answers in each edition compared with.
    """
    dme = answers.reached["dme"] > 0
    shares = _shares(frame, answers, settings)
    values = {
        "inf.etablissements": _counts(frame),
        "inf.postes": by_domain(frame, 10.0 * answers.workstations, answers.full_time),
        "inf.dme_stade": _distribution("stade", answers.stage, [str(s) for s in range(_STAGES)]),
        "inf.hebergement": _chosen(answers, settings, "hebergement", "dme"),
        "inf.norme_echange": _chosen(answers, settings, "norme_echange", "interoperabilite"),
        "inf.ecart_dme": {NATIONAL: rounded(_gap(frame, dme))},
        "inf.dme_couverture_professionnels": _covered(frame, dme),
        "inf.indice": by_domain(frame, _index(answers), np.ones(len(frame))),
    }
    values |= {f"inf.evolution_{name}": _growth(answers, earlier, name) for name in _FOLLOWED}
    return values | {name: by_domain(frame, *parts) for name, parts in shares.items()}


def _growth(answers: Answers, earlier: dict[int, Answers], name: str) -> Values:
    """Share of yes now, less that in each earlier edition."""
    now = (answers.reached[name] > 0).mean()
    return {f"edition={year}": rounded(now - (before.reached[name] > 0).mean())
            for year, before in earlier.items()}  # fmt: skip


def _covered(frame: Frame, dme: np.ndarray) -> Values:
    """Share of workers whose facility uses an electronic record."""
    staff = frame.rows["n_professionnels"].to_numpy().astype("float64")
    return by_domain(frame, staff * dme, staff)


def _shares(frame: Frame, answers: Answers, settings: Settings) -> dict[str, tuple]:
    """Numerator and denominator of each proportion, one element per facility."""
    everyone = np.ones(len(frame))
    reached = answers.reached
    private_access, asked_about_ethics = (
        asked(frame, settings.items[name]).astype("float64")
        for name in ("acces_liberaux", "comite_ethique")
    )
    return {
        "inf.haut_debit": (reached["haut_debit"], everyone),
        "inf.continuite": (reached["continuite_electrique"], everyone),
        "inf.sih": (_operational(answers), everyone),
        "inf.dme": (reached["dme"], everyone),
        "inf.interoperabilite": (reached["interoperabilite"], everyone),
        "inf.acces_liberaux": (reached["acces_liberaux"], private_access),
        "inf.notification": (reached["notification_electronique"], everyone),
        "sec.dpo": (reached["dpo"], everyone),
        "sec.declaration_cndp": (reached["declaration_cndp"], everyone),
        "sec.controle_acces": (reached["controle_acces"], everyone),
        "sec.sauvegardes": (_safe_copies(answers), everyone),
        "sec.signalement": (reached["signalement_incidents"], everyone),
        "eth.procedure_consentement": (reached["consentement_eclaire"], everyone),
        "eth.comite_ethique": (reached["comite_ethique"], asked_about_ethics),
        "eth.gouvernance_ia": (reached["gouvernance_ia"], (reached["ia"] > 0).astype("float64")),
        "inn.etablissements_telemedecine": (reached["telemedecine"], everyone),
        "inn.applications_mobiles": (reached["applications_mobiles"], everyone),
        "inn.ia": (reached["ia"], everyone),
        "inn.objets_connectes": (reached["objets_connectes"], everyone),
    }


def _operational(answers: Answers) -> np.ndarray:
    return answers.reached["sih"] == _OPERATIONAL


def _safe_copies(answers: Answers) -> np.ndarray:
    """Backups that are made, restored as a test, and encrypted."""
    return np.minimum.reduce([answers.reached[name] for name in _SAFE_COPIES]) > 0


def _index(answers: Answers) -> np.ndarray:
    """Score of each facility, 0 to 100: components present out of six."""
    present = sum(answers.reached[name].astype("int64") for name in _COMPONENTS)
    present = present + _operational(answers)
    return 100.0 * present / (len(_COMPONENTS) + 1)


def by_domain(frame: Frame, numerator: np.ndarray, denominator: np.ndarray) -> Values:
    """Ratio of two totals, nationally and in each domain where the second is not zero."""
    values = {NATIONAL: rounded(numerator.sum() / denominator.sum())}
    for dimension in _DIMENSIONS:
        codes, names = frame.codes(dimension), frame.names(dimension)
        top = np.bincount(codes, weights=numerator, minlength=len(names))
        bottom = np.bincount(codes, weights=denominator, minlength=len(names))
        for name, above, below in zip(names, top, bottom, strict=True):
            if below > 0:
                values[f"{dimension}={name}"] = rounded(above / below)
    return values


def _counts(frame: Frame) -> Values:
    counts: Values = {NATIONAL: len(frame)}
    for dimension in _DIMENSIONS:
        names = frame.names(dimension)
        sizes = np.bincount(frame.codes(dimension), minlength=len(names)).tolist()
        counts |= {f"{dimension}={name}": size for name, size in zip(names, sizes, strict=True)}
    return counts


def _distribution(dimension: str, codes: np.ndarray, names: list[str]) -> Values:
    counts = np.bincount(codes, minlength=len(names))
    return {
        f"{dimension}={name}": rounded(count / counts.sum())
        for name, count in zip(names, counts, strict=True)
    }


def _chosen(answers: Answers, settings: Settings, choice: str, item: str) -> Values:
    """Distribution of a choice among the facilities that reached an item."""
    names = list(settings.choices[choice].shares["public"])
    return _distribution(choice, answers.chosen[choice][answers.reached[item] > 0], names)


def _gap(frame: Frame, yes: np.ndarray) -> float:
    urban = frame.codes("milieu") == MILIEUX.index("urbain")
    return yes[urban].mean() - yes[~urban].mean()


def facility_effects(frame: Frame, answers: Answers) -> dict[str, float]:
    """Known differences in the use of an electronic record, in proportion."""
    dme = answers.reached["dme"] > 0
    online = answers.reached["haut_debit"] > 0
    return {
        "dme_urbain_moins_rural": rounded(_gap(frame, dme)),
        "dme_chu_moins_centre_rural": rounded(_between_types(frame.codes("type"), dme)),
        "dme_avec_moins_sans_haut_debit": rounded(dme[online].mean() - dme[~online].mean()),
    }


def worker_effects(
    frame: Frame, workforce: Workforce, year: Year, score: np.ndarray, settings: Settings
) -> dict[str, object]:
    """Known values on every worker: competence score (0 to 100), training, and their gaps."""
    types = frame.codes("type")[workforce.facility]
    trained = year.trained
    return {
        "professionnels": len(types),
        "score_competence": _by_type(types, score),
        "formes_12m": _by_type(types, trained),
        "heures_formation_12m": _by_type(types, year.hours),
        "score_chu_moins_centre_rural": rounded(_between_types(types, score)),
        "score_formes_moins_non_formes": rounded(score[trained].mean() - score[~trained].mean()),
        "effet_latent_formation": settings.workers.competence.training,
    }


def _by_type(types: np.ndarray, values: np.ndarray) -> Values:
    count = np.bincount(types, minlength=len(TYPES))
    total = np.bincount(types, weights=values, minlength=len(TYPES))
    means = {
        f"type={name}": rounded(part / size)
        for name, part, size in zip(TYPES, total, count, strict=True)
        if size
    }
    return {NATIONAL: rounded(total.sum() / count.sum())} | means


def _between_types(types: np.ndarray, values: np.ndarray) -> float:
    first, second = (types == TYPES.index(name) for name in ("chu", "centre_sante_rural"))
    return values[first].mean() - values[second].mean()
