"""Simulated interviews, cut into coded passages: what is said of each theme, in which tone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from obsante.collect.demo.draws import apportion
from obsante.collect.demo.frame import MILIEUX
from obsante.collect.demo.registers.coding import VALENCES, Codes, agreement, coded
from obsante.collect.demo.registers.interview_settings import InterviewSettings, Role
from obsante.collect.demo.registers.lots import (
    Lot,
    Shares,
    arrivals,
    days,
    held,
    register,
    silence,
    totals,
)
from obsante.collect.demo.scene import Part, Scene, World
from obsante.collect.demo.tally import Domains, Tally
from obsante.collect.demo.topics import load_topic
from obsante.collect.demo.truth import NATIONAL, Values, rounded

TABLE = "entretiens"
# What each kind of error writes, cells as in the file; an empty mapping repeats the row.
FAULTS: dict[str, Mapping[str, str]] = {
    "theme_hors_axe": {"axe": "1", "theme": "equite"},
    "doublon": {},
    "second_codage_incomplet": {"theme_codeur_2": "ia", "valence_codeur_2": ""},
    "casse": {"valence": "Positif"},
    "passage_mal_numerote": {"id_entretien": "ENT1999-001"},
}


@dataclass(frozen=True)
class Passages:
    """Passages of an edition: their ``interviews``, their own columns, their codes.

    ``second``: passages that the second coder codes too.
    """

    interviews: pd.DataFrame
    rows: pd.DataFrame
    codes: list[Codes]
    second: np.ndarray

    def of_interview(self, column: str) -> np.ndarray:
        """A column of the interviews, one element per passage."""
        return self.interviews[column].to_numpy()[self.rows["interview"].to_numpy()]


def interview_passages(scene: Scene) -> Part:
    """One row per passage."""
    settings = load_topic(InterviewSettings, scene.world.project, TABLE)
    passages = told(scene, settings)
    return register(
        scene, TABLE, _table(scene, settings, passages), faults=FAULTS, share=settings.dirt,
        indicators=_indicators(settings, passages), effects=_effects(settings, passages),
    )  # fmt: skip


def told(scene: Scene, settings: InterviewSettings) -> Passages:
    """Everything that is said in an edition, and the codes that both coders would give."""
    interviews = _interviews(scene, settings)
    lot = Lot(scene.edition.seed, TABLE, len(interviews))
    count = settings.fewest + np.floor((settings.spread + 1) * lot.one("count")).astype(int)
    interview = np.repeat(np.arange(len(interviews)), count)
    starts = np.repeat(np.cumsum(count) - count, count)
    said = Lot(scene.edition.seed, f"{TABLE} passages", len(interview))
    role = interviews["role"].to_numpy()[interview]
    theme = said.pick_by([_chances(settings, r) for r in settings.roles.values()], role, "theme")
    tone = _tone(scene, settings, interviews)[interview] + said.noise("tone")
    tone = tone + np.array([t.tone for t in settings.themes.values()])[theme]
    low, high = settings.tone.cuts
    true = Codes(theme, (tone >= low).astype(int) + (tone >= high))
    codes = [coded(said, str(n), coder, settings.axes, true)
             for n, coder in enumerate(settings.coders, start=1)]  # fmt: skip
    rows = pd.DataFrame({
        "interview": interview,
        "rank": np.arange(len(interview)) - starts + 1,
        "words": said.one("words"),
    })  # fmt: skip
    return Passages(interviews, rows, codes, said.one("second") < settings.second)


def _interviews(scene: Scene, settings: InterviewSettings) -> pd.DataFrame:
    """One row per interview: role, place, person, day; some persons are met again later."""
    world, roles = scene.world, list(settings.roles.values())
    role = np.repeat(np.arange(len(roles)), [r.interviews for r in roles])
    places = Lot(world.settings.seed, TABLE, len(role))
    arrival = arrivals(
        places, settings.turnover, world.settings.first_edition, scene.edition.edition
    )
    people = held(arrival, lambda year: _people(world, settings, role, year))
    period = scene.edition.reference_period
    now = Lot(scene.edition.seed, TABLE, len(role))
    day = np.sort(now.one("day"))
    length = (period.end - period.start).days + 1
    order = np.argsort(now.one("order"), kind="stable")
    met = people.iloc[order].reset_index(drop=True)
    return met.assign(day=np.floor(length * day).astype(int))


def _people(
    world: World, settings: InterviewSettings, role: np.ndarray, arrival: int
) -> pd.DataFrame:
    """Persons first met in a year: most at a facility drawn in their milieu."""
    lot, frame = Lot(world.settings.seed, f"{TABLE} {arrival}", len(role)), world.frame
    quota = apportion(len(role), [round(1000 * s) for s in settings.milieux.values()])
    milieu = np.repeat([MILIEUX.index(name) for name in settings.milieux], quota)
    milieu = milieu[np.argsort(lot.one("milieu"), kind="stable")]
    facilities = [np.flatnonzero(frame.codes("milieu") == code) for code in range(len(MILIEUX))]
    luck = lot.one("facility")
    among = [facilities[code] for code in milieu]
    chosen = np.array([own[int(len(own) * u)] for own, u in zip(among, luck, strict=True)])
    region = frame.codes("region")[chosen]
    homes = [r.region for r in settings.roles.values()]
    fixed = np.array([-1 if home is None else frame.names("region").index(home) for home in homes])
    central = fixed[role] >= 0
    return pd.DataFrame({
        "role": role,
        "milieu": np.where(central, MILIEUX.index("urbain"), milieu),
        "region": np.where(central, fixed[role], region),
        "mood": lot.noise("mood"),
    })  # fmt: skip


def _chances(settings: InterviewSettings, role: Role) -> Shares:
    weights = {name: theme.weight * role.axes[theme.axis - 1]
               for name, theme in settings.themes.items()}  # fmt: skip
    whole = sum(weights.values())
    return {name: weight / whole for name, weight in weights.items()}


def _tone(scene: Scene, settings: InterviewSettings, interviews: pd.DataFrame) -> np.ndarray:
    tone, years = settings.tone, scene.edition.edition - scene.world.settings.reference_year
    milieu = np.array([tone.milieu[name] for name in MILIEUX])[interviews["milieu"]]
    role = np.array([r.tone for r in settings.roles.values()])[interviews["role"]]
    return milieu + role + tone.yearly * years + tone.person * interviews["mood"].to_numpy()


def _table(scene: Scene, settings: InterviewSettings, passages: Passages) -> pd.DataFrame:
    rows, year, regions = passages.rows, scene.edition.edition, scene.world.frame.names("region")
    cells = silence(scene, TABLE, settings, len(rows))
    names = [f"ENT{year}-{k + 1:03d}" for k in rows["interview"]]
    people = zip(passages.of_interview("arrivee"), passages.of_interview("place"), strict=True)
    lists = {"role": list(settings.roles), "region": regions, "milieu": MILIEUX}
    columns = {
        name: cells.coded(name, passages.of_interview(name), known) for name, known in lists.items()
    }
    first, second = passages.codes
    columns |= _codes(settings, first, np.ones(len(rows), dtype=bool), "")
    columns |= _codes(settings, second, passages.second, "_codeur_2")
    ranks = zip(names, rows["rank"], strict=True)
    return pd.DataFrame(columns | {
        "id_passage": [f"{name}-{rank:02d}" for name, rank in ranks],
        "id_entretien": names,
        "edition": year,
        "date_entretien": _dates(scene, settings, passages),
        "interlocuteur": [f"Prénom Fictif {when % 100:02d}{place:02d}" for when, place in people],
        "axe": settings.axes[passages.codes[0].theme],
        "passage": cells.text("passage", _phrases(settings, passages)),
    })  # fmt: skip


def _codes(
    settings: InterviewSettings, codes: Codes, shown: np.ndarray, suffix: str
) -> dict[str, pd.Categorical]:
    """Codes of one coder, where they are ``shown``."""
    given = {"theme": (codes.theme, list(settings.themes)), "valence": (codes.valence, VALENCES)}
    return {
        name + suffix: pd.Categorical.from_codes(np.where(shown, positions, -1), list(known))
        for name, (positions, known) in given.items()
    }


def _dates(scene: Scene, settings: InterviewSettings, passages: Passages) -> np.ndarray:
    """Day of each passage's interview: if it is missing, it is in all of its passages."""
    cells = silence(scene, f"{TABLE} dates", settings, len(passages.interviews))
    known = cells.text("date_entretien", days(scene, passages.interviews["day"].to_numpy()))
    return known.to_numpy()[passages.rows["interview"].to_numpy()]


def _phrases(settings: InterviewSettings, passages: Passages) -> list[str]:
    """A short invented sentence for each passage."""
    subjects = [theme.subject for theme in settings.themes.values()]
    openings, ends = settings.phrases.openings, list(settings.phrases.ends.values())
    codes, found = passages.codes[0], []
    words = passages.rows["words"]
    for theme, valence, word in zip(codes.theme, codes.valence, words, strict=True):
        turn = int(word * len(openings) * len(ends[valence]))
        opening, end = divmod(turn, len(ends[valence]))
        found.append(f"{openings[opening]} {subjects[theme]} {ends[valence][end]}.")
    return found


def _indicators(settings: InterviewSettings, passages: Passages) -> dict[str, Values]:
    """Passages and interviews by domain, share in each tone, and agreement on all the passages."""
    themes, first, second = list(settings.themes), *passages.codes
    domains = Domains(
        {"theme": first.theme, "axe": settings.axes[first.theme] - 1,
         "role": passages.of_interview("role"), "milieu": passages.of_interview("milieu")},
        {"theme": themes, "axe": [str(axis) for axis in range(1, 6)],
         "role": list(settings.roles), "milieu": MILIEUX},
    )  # fmt: skip
    tally = Tally()
    for position, name in enumerate(VALENCES):
        tally.add(name, domains, first.valence == position)
    tones = {f"ent.part_{name}": tally.values(name) for name in VALENCES}
    both = {"theme": (first.theme, second.theme, len(themes)),
            "valence": (first.valence, second.valence, len(VALENCES))}  # fmt: skip
    kappas = {f"col.kappa_{name}": {NATIONAL: agreement(*given)["kappa"]}
              for name, given in both.items()}  # fmt: skip
    sizes = {"ent.passages": totals(domains, np.ones(len(passages.rows))),
             "ent.entretiens": _interviewed(domains, passages)}  # fmt: skip
    return sizes | tones | kappas


def _interviewed(domains: Domains, passages: Passages) -> Values:
    """Distinct interviews with a passage in each domain."""
    interview = passages.rows["interview"].to_numpy()
    found = {NATIONAL: rounded(len(np.unique(interview)))}
    for dimension, names in domains.names.items():
        pairs = np.unique(np.column_stack([domains.codes[dimension], interview]), axis=0)
        sizes = zip(names, np.bincount(pairs[:, 0], minlength=len(names)), strict=True)
        found |= {f"{dimension}={name}": rounded(size) for name, size in sizes}
    return found


def _effects(settings: InterviewSettings, passages: Passages) -> dict[str, object]:
    first, second = passages.codes
    theme = agreement(first.theme, second.theme, len(settings.themes))
    del theme["kappa_lineaire"]
    return {
        "entretiens": len(passages.interviews),
        "entretiens_accord_theme": theme,
        "entretiens_accord_valence": agreement(first.valence, second.valence, len(VALENCES)),
    }
