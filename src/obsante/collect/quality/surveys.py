"""The surveys of an edition with what quality is judged on, and estimates ready to be published."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from obsante.collect import dictionary
from obsante.collect.quality.responses import answer_states, item_counts, rates, unanswered
from obsante.collect.quality.settings import load_settings
from obsante.collect.reader import available, load
from obsante.collect.table_schema import Table
from obsante.collect.weighting import STAGES, Calibrated, design_of
from obsante.collect.weighting import load_settings as load_weighting
from obsante.paths import find_project
from obsante.stats import NATIONAL, SurveyDesign, mean

WHOLE = "Ensemble"
SURVEY = "enquete"


@dataclass(frozen=True, eq=False)
class Survey:
    """A survey table of an edition.

    ``table``: its dictionary, after ingest; ``rows``: units drawn; ``answered``: True for those
    that answered; ``design``: of these; ``sampling``: column of the sampling weights; ``unknown``:
    codes that are no answer.
    """

    table: Table
    rows: pd.DataFrame
    answered: pd.Series
    design: SurveyDesign
    sampling: str
    unknown: Sequence[str]

    @property
    def respondents(self) -> pd.DataFrame:
        """Rows of the units that answered."""
        return self.rows[self.answered]

    @cached_property
    def states(self) -> dict[str, pd.Series]:
        """What became of each question, for each respondent (:func:`answer_states`)."""
        return answer_states(self.respondents, self.table, self.unknown)

    def response(self, *by: str) -> pd.DataFrame:
        """Response rates (:func:`obsante.collect.quality.responses.rates`)."""
        return rates(self.rows, self.answered, by, weights=self.sampling)

    def items(self) -> pd.DataFrame:
        """Questions and what became of them, the one most left without answer first."""
        found = item_counts(self.states, self.table)
        return found.sort_values("taux", ascending=False, kind="stable", ignore_index=True)


def surveys(edition: int) -> dict[str, Survey]:
    """The surveys of ``config/weighting.yml`` that the edition has, in its order.

    Raises:
        DataError: a table that can't be read, or whose design is impossible.
        EditionError: ``config/weighting.yml`` or ``config/quality.yml`` is wrong.
    """
    project = find_project()
    unknown = load_settings(project).unknown
    present = set(available(project, edition))
    found = {}
    for name, declared in load_weighting(project).surveys.items():
        if name not in present:
            continue
        table = dictionary.load(name, project).protected
        rows = load(name, edition=edition)
        told = table.sample[0].answered
        answered = (rows[told.column] == told.code).fillna(False).astype("bool")
        design = design_of(rows[answered], declared)
        found[name] = Survey(table, rows, answered, design, declared.sampling, unknown)
    return found


def response_estimates(
    found: Mapping[str, Survey], main: str, dimensions: Sequence[str]
) -> pd.DataFrame:
    """Response rates as estimates ready for ``publish``.

    Args:
        main: the survey of the national value and of the dimensions of its own table.
        dimensions: columns of that table, and ``enquete``, each survey.

    Returns:
        ``dimension``, ``modalite``, ``libelle``, ``estimation`` (share of the units drawn), ``n``
        (units drawn).
    """
    parts = [_rows(found[main].response(), NATIONAL, [NATIONAL], [WHOLE])]
    for name in dimensions:
        if name == SURVEY:
            parts += [_rows(survey.response(), SURVEY, [key], [survey.table.title])
                      for key, survey in found.items()]  # fmt: skip
            continue
        own = found[main].response(name)
        codes = own[name].astype("str").tolist()
        names = dictionary.labels(main, name)
        parts.append(_rows(own, name, codes, [names[code] for code in codes]))
    return pd.concat(parts, ignore_index=True)


def _rows(table: pd.DataFrame, dimension: str, codes: list[str], names: list[str]) -> pd.DataFrame:
    return pd.DataFrame({
        "dimension": dimension, "modalite": codes, "libelle": names,
        "estimation": table["taux"].to_numpy(), "n": table["tires"].to_numpy(),
    })  # fmt: skip


def unanswered_estimates(
    found: Mapping[str, Survey], main: str, dimensions: Sequence[str], *, level: float
) -> pd.DataFrame:
    """Mean share of the questions asked that stay without answer, weighted, with its interval.

    Arguments as :func:`response_estimates`; columns of :data:`obsante.stats.COLUMNS` and
    ``libelle``.
    """
    parts = []
    for key, survey in found.items():
        by = [name for name in dimensions if name != SURVEY] if key == main else []
        shares = unanswered(survey.states)
        own = mean(shares, survey.design, survey.respondents[by], by=by, level=level, bounds=(0, 1))
        names = {(NATIONAL, NATIONAL): WHOLE} | {
            (name, code): label for name in by
            for code, label in dictionary.labels(main, name).items()
        }  # fmt: skip
        keys = zip(own["dimension"], own["modalite"], strict=True)
        parts.append(own.assign(libelle=[names[key] for key in keys]) if key == main else None)
        if SURVEY in dimensions:
            whole = {"dimension": SURVEY, "modalite": key, "libelle": survey.table.title}
            parts.append(own.head(1).assign(**whole))
    ordered = pd.concat([part for part in parts if part is not None], ignore_index=True)
    return ordered.sort_values("dimension", key=lambda d: d != NATIONAL, kind="stable",
                               ignore_index=True)  # fmt: skip


def item_estimates(survey: Survey) -> pd.DataFrame:
    """Questions of a survey as estimates ready for ``publish``, without interval.

    Returns:
        ``dimension`` (``question``), ``modalite`` (its column), ``libelle`` (its title),
        ``estimation`` (share without answer of those asked), ``n`` (asked), ``n_manquant``,
        ``n_sans_objet``.
    """
    items = survey.items()
    asked = items["reponse"] + items["ne_sait_pas"] + items["vide"]
    return pd.DataFrame({
        "dimension": "question", "modalite": items["colonne"], "libelle": items["titre"],
        "estimation": items["taux"], "n": asked,
        "n_manquant": items["ne_sait_pas"] + items["vide"], "n_sans_objet": items["sans_objet"],
    })  # fmt: skip


def set_aside_estimates(files: pd.DataFrame) -> pd.DataFrame:
    """Share of the rows received that were set aside: in all, then in each table.

    Args:
        files: from :func:`obsante.collect.quality.received`.
    """
    sums = files.groupby(["table", "titre"], sort=False)[["lignes", "ecartees"]].sum().reset_index()
    rows = [(NATIONAL, NATIONAL, WHOLE, sums["ecartees"].sum(), sums["lignes"].sum())]
    rows += [("table", one.table, one.titre, one.ecartees, one.lignes) for one in sums.itertuples()]
    columns = ["dimension", "modalite", "libelle", "ecartees", "n"]
    table = pd.DataFrame(rows, columns=columns)
    return table.assign(estimation=table["ecartees"] / table["n"]).drop(columns="ecartees")


def effect_estimates(found: Mapping[str, Calibrated], main: str) -> pd.DataFrame:
    """Kish's design effect of the weights as estimates ready for ``publish``.

    Args:
        found: calibrated surveys, by table.
        main: the survey of the national value, after calibration, and of the stages.

    Returns:
        ``dimension`` (national, ``etape``, ``enquete``), ``modalite``, ``libelle``, ``estimation``,
        ``n``.
    """
    own = found[main].weights
    rows = [(NATIONAL, NATIONAL, WHOLE, own["effet_plan"].iloc[-1], own["n"].iloc[-1])]
    rows += [("etape", one.etape, STAGES[one.etape], one.effet_plan, one.n)
             for one in own.itertuples()]  # fmt: skip
    for name, survey in found.items():
        last = survey.weights.iloc[-1]
        title = dictionary.load(name).title
        rows.append((SURVEY, name, title, last["effet_plan"], last["n"]))
    return pd.DataFrame(rows, columns=["dimension", "modalite", "libelle", "estimation", "n"])
