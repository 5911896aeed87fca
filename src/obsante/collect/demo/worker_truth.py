"""What the demonstration knows of all its health workers: the indicators of axis 2.

Scores are those of every item, without any gap in the answers; definitions are the notebook's.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from obsante.collect.demo.frame import TYPES
from obsante.collect.demo.scene import Scene
from obsante.collect.demo.tally import Domains, Tally
from obsante.collect.demo.truth import NATIONAL, Values, rounded
from obsante.collect.demo.workers import Workforce, Year, likert, profession_names, workers_in
from obsante.edition import load_edition

_FACILITY = ("milieu", "type", "secteur", "region")
_LARGE, _SMALL = "chu", "centre_sante_rural"
_QUARTILES = {"com.score_q1": 0.25, "com.score_mediane": 0.5, "com.score_q3": 0.75}
# Families of professions that both groups of the decomposition have.
_FAMILIES = {
    "medecin_generaliste": 0, "medecin_specialiste": 0, "infirmier": 1, "sage_femme": 1,
    "technicien_sante": 1, "pharmacien": 2, "assistant_medical": 2,
}  # fmt: skip


@dataclass(frozen=True)
class Scores:
    """Competence of every worker, 0 to 100: the whole scale, then each of its areas."""

    whole: np.ndarray
    areas: dict[str, np.ndarray]


def scores(year: Year, scene: Scene, *, seed: int) -> Scores:
    """Scores from the answers of all workers to all items."""
    settings = scene.world.settings
    areas = {name: np.zeros(len(year.trained)) for name in settings.workers.areas}
    for item, values in likert(year, settings, seed=seed):
        areas[item.split("_")[1]] += 25.0 * (values - 1)
    counts = {name: len(items) for name, items in settings.workers.areas.items()}
    whole = sum(areas.values()) / sum(counts.values())
    return Scores(whole, {name: areas[name] / counts[name] for name in areas})


def worker_indicators(scene: Scene, year: Year, found: Scores) -> dict[str, Values]:
    """Indicator -> domain -> value, on every worker of the frame."""
    domains = _domains(scene)
    whole, trained = found.whole, year.trained.astype(float)
    tally = Tally()
    tally.add("com.professionnels", domains, np.ones(len(whole)))
    tally.add("com.formes", domains, trained)
    tally.add("com.heures", domains, year.hours)
    tally.add("com.heures_formes", domains, year.hours, trained)
    tally.add("com.score", domains, whole)
    names = ("com.formes", "com.heures", "com.heures_formes", "com.score")
    areas = {f"domaine={name}": rounded(own.mean()) for name, own in found.areas.items()}
    return {
        "com.professionnels": _counts(tally),
        **{name: tally.values(name) for name in names},
        "com.score_domaine": areas,
        **_quartiles(domains, whole),
        **_gaps(scene, year, whole),
        **_evolution(scene, year, whole),
    }


def _domains(scene: Scene) -> Domains:
    frame, workforce, settings = scene.world.frame, scene.world.workforce, scene.world.settings
    codes = {name: frame.codes(name)[workforce.facility] for name in _FACILITY}
    names = {name: list(frame.names(name)) for name in _FACILITY}
    codes |= {"profession": workforce.profession, "sexe": 1 - workforce.woman.astype(int),
              "tranche_age": workforce.age}  # fmt: skip
    names |= {"profession": profession_names(settings), "sexe": ["femme", "homme"],
              "tranche_age": list(settings.workers.ages)}  # fmt: skip
    return Domains(codes, names)


def _counts(tally: Tally) -> Values:
    keys = tally.values("com.professionnels")
    return {key: tally.sums("com.professionnels", key)[1] for key in keys}


def _quartiles(domains: Domains, whole: np.ndarray) -> dict[str, Values]:
    """Smallest score that a quarter, half and three quarters of workers do not pass, by type."""
    codes, names = domains.codes["type"], domains.names["type"]
    found = {}
    for identifier, share in _QUARTILES.items():
        values = {NATIONAL: _quantile(whole, share)}
        for place, name in enumerate(names):
            values[f"type={name}"] = _quantile(whole[codes == place], share)
        found[identifier] = values
    return found


def _quantile(values: np.ndarray, share: float) -> float:
    return rounded(np.quantile(values, share, method="inverted_cdf"))


def _gaps(scene: Scene, year: Year, whole: np.ndarray) -> dict[str, Values]:
    """Gaps between two groups, and the decomposition of the first."""
    workforce = scene.world.workforce
    types = scene.world.frame.codes("type")[workforce.facility]
    large, small = (types == TYPES.index(name) for name in (_LARGE, _SMALL))
    young, old = workforce.age == 0, workforce.age == workforce.age.max()
    woman, trained = workforce.woman.astype(bool), year.trained
    explained, unexplained, details = _decomposition(scene, year, whole, large, small)
    return {
        "com.ecart_brut": _gap(whole, large, small),
        "com.ecart_explique": {NATIONAL: rounded(explained)} | details,
        "com.ecart_inexplique": {NATIONAL: rounded(unexplained)},
        "com.ecart_score_formation": _gap(whole, trained, ~trained),
        "com.ecart_score_sexe": _gap(whole, woman, ~woman),
        "com.ecart_score_age": _gap(whole, young, old),
        "com.ecart_formes_sexe": _gap(trained, woman, ~woman),
        "com.ecart_formes_age": _gap(trained, young, old),
    }


def _gap(values: np.ndarray, first: np.ndarray, second: np.ndarray) -> Values:
    return {NATIONAL: rounded(values[first].mean() - values[second].mean())}


def _decomposition(
    scene: Scene, year: Year, whole: np.ndarray, large: np.ndarray, small: np.ndarray
) -> tuple[float, float, Values]:
    """Explained and unexplained parts of the gap, with coefficients common to both groups."""
    workforce = scene.world.workforce
    families = np.array([_FAMILIES[name] for name in profession_names(scene.world.settings)])
    coded = {"famille": families[workforce.profession], "tranche_age": workforce.age,
             "sexe": workforce.woman.astype(int), "formation": year.trained.astype(int)}  # fmt: skip
    columns = {name: _indicators(codes) for name, codes in coded.items()}
    both = large | small
    x = np.column_stack([np.ones(len(whole)), large, *columns.values()])[both]
    coefficients = np.linalg.lstsq(x, whole[both], rcond=None)[0][2:]
    details, start = {}, 0
    for name, own in columns.items():
        apart = own[large].mean(axis=0) - own[small].mean(axis=0)
        details[name] = float(apart @ coefficients[start : start + own.shape[1]])
        start += own.shape[1]
    explained = sum(details.values())
    raw = whole[large].mean() - whole[small].mean()
    return explained, raw - explained, {f"variable={n}": rounded(v) for n, v in details.items()}


def _indicators(codes: np.ndarray) -> np.ndarray:
    """One 0/1 column for each category but the first."""
    return (codes[:, None] == np.arange(1, int(codes.max()) + 1)).astype(float)


def _evolution(scene: Scene, year: Year, whole: np.ndarray) -> dict[str, Values]:
    """Latest level minus that of each edition compared with."""
    world = scene.world
    trained: Values = {}
    score: Values = {}
    for earlier in scene.edition.compare_with:
        seed = load_edition(world.project, earlier).seed
        before = _earlier(world.workforce, scene, earlier, seed)
        level = scores(before, scene, seed=seed).whole.mean()
        trained[f"edition={earlier}"] = rounded(year.trained.mean() - before.trained.mean())
        score[f"edition={earlier}"] = rounded(whole.mean() - level)
    return {"com.evolution_formes": trained, "com.evolution_score": score}


def _earlier(workforce: Workforce, scene: Scene, year: int, seed: int) -> Year:
    return workers_in(workforce, scene.world.frame, scene.world.settings, year=year, seed=seed)
