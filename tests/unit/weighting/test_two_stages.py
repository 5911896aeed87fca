"""Units drawn in facilities of strata: weights by hand, facilities where nobody answered."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from obsante.cli.returns import summary
from obsante.collect import dictionary
from obsante.collect.checks import check_chunks
from obsante.collect.chunks import Chunk
from obsante.collect.plan.settings import load_settings
from obsante.collect.plan.workers import draw_workers
from obsante.collect.sampling import check_sample
from obsante.collect.table_schema import Table
from obsante.collect.weighting import complete, plan_of, returns
from obsante.edition import load_edition
from obsante.errors import DataError
from obsante.paths import find_project

# Stratum, its size, facility, its people, those drawn.
PLACES = [
    ("a-u-01", 12, "A1", 10, 4), ("a-u-01", 12, "A2", 6, 2), ("a-u-01", 12, "A3", 4, 2),
    ("a-u-02", 9, "B1", 5, 2), ("a-u-02", 9, "B2", 2, 2),
    ("c-u-00", 2, "C1", 1, 1), ("c-u-00", 2, "C2", 2, 1),
]  # fmt: skip
# Half of A1 and of A3, all of the others.
HEARD = ("A1-1", "A1-3", "A2-1", "A2-2", "A3-1", "B1-1", "B1-2", "B2-1", "B2-2", "C1-1", "C2-1")
COUNTS = ("taille", "upe", "effectif", "tires_etablissement", "repondants_etablissement")


@pytest.fixture(scope="module")
def people(table) -> Table:
    """People of sites: one question, and the sample that both stages need."""
    fields = {field.name: field for field in table.fields}
    counts = [fields["taille"].model_copy(update={"name": name}) for name in COUNTS]
    kept = [fields[name] for name in ("id", "strate", "poids_sondage", "repondant", "poids", "dme")]
    site = fields["strate"].model_copy(update={"name": "site"})
    answered = {"column": "repondant", "code": "oui"}
    draw = {"column": "site", "drawn": "upe", "size": "taille"}
    weights = {"column": "poids", "total": "effectif * taille / upe"}
    described = table.model_dump(exclude={"fields", "sample"}, exclude_unset=True)
    return Table.model_validate(described | {
        "name": "gens", "fields": [*kept, site, *counts],
        "sample": [{"by": "strate", "answered": answered, "units": draw},
                   {"by": "site", "answered": answered, "weights": weights}],
    })  # fmt: skip


@pytest.fixture
def drawn() -> pd.DataFrame:
    names = ["strate", "taille", "site", "effectif", "tires_etablissement"]
    rows = pd.DataFrame(PLACES, columns=names)
    rows["upe"] = rows["strate"].map(rows["strate"].value_counts())
    rows = rows.loc[rows.index.repeat(rows["tires_etablissement"])].reset_index(drop=True)
    rank = (rows.groupby("site").cumcount() + 1).astype("str")
    return rows.assign(id=rows["site"] + "-" + rank, poids_sondage="", statut="tire", rang=rank
                       ).astype("str")  # fmt: skip


@pytest.fixture
def given(answers):
    """Answers of those of ``HEARD`` that are in no facility ``without``, and of ``more``."""

    def make(without: str = "-", *more: str) -> pd.DataFrame:
        names = [name for name in HEARD if not name.startswith(without)]
        return answers(*names, *more).drop(columns="stade")

    return make


def by_site(found, *columns: str) -> dict[str, list[float]]:
    """Values of each facility, one for all its rows; the weight, of its respondents."""
    rows = found.rows.set_index("site")[list(columns)].astype("float64")
    assert (rows.groupby(level=0).nunique() == 1).all().all()
    return {name: values.tolist() for name, values in rows.groupby(level=0).first().iterrows()}


def test_weights_are_the_product_of_both_stages(people, drawn, given):
    found = complete(drawn, given(), people)
    assert by_site(found, "poids_sondage", "poids") == {
        "A1": [4 * 10 / 4, 4 * 10 / 2], "A2": [12, 12], "A3": [8, 16],
        "B1": [11.25, 11.25], "B2": [4.5, 4.5], "C1": [1, 1], "C2": [2, 2],
    }  # fmt: skip
    assert found.rows.columns.tolist() == people.columns
    assert by_site(found, "repondants_etablissement")["A1"] == [2]
    silent = found.rows.set_index("id").loc["A1-2"]
    assert silent["repondant"] == "non"
    assert silent[["poids", "dme"]].isna().all()
    assert found.lost.empty
    assert len(list(summary(found, people))) == 1


def test_a_facility_where_nobody_answered_leaves_its_stratum(people, drawn, given):
    found = complete(drawn, given("A3"), people)
    assert found.lost.to_dict() == {"A3": 2}
    weights = by_site(found, "upe", "poids_sondage", "poids")
    assert weights["A1"] == [2, 6 * 10 / 4, 6 * 10 / 2]
    assert weights["A2"] == [2, 18, 18]
    assert weights["B1"] == [2, 11.25, 11.25]
    assert "A3" not in weights
    assert list(summary(found, people)) == [
        "gens: 14 drawn, 10 answered (71.4%)",
        "  facilities where nobody answered, left out with the 2 units drawn there: 1 ('A3')",
        "  stratum a-u-01: 2 facilities of 3 kept, weights of a-u-01 multiplied by 1.5",
    ]


def test_a_stratum_left_with_one_facility_joins_another(people, drawn, given):
    found = complete(drawn, given("B2"), people)
    # 21 facilities, five drawn, four kept.
    weights = by_site(found, "taille", "upe", "poids_sondage", "poids")
    assert weights["A1"] == [21, 4, 5.25 * 10 / 4, 5.25 * 10 / 2]
    assert weights["B1"] == [21, 4, 5.25 * 5 / 2, 5.25 * 5 / 2]
    assert set(found.rows["strate"]) == {"a-u-01", "c-u-00"}
    assert list(summary(found, people))[-1] == (
        "  stratum a-u-02: 1 facilities with an answer of 2 drawn, joins a-u-01"
    )


def test_a_stratum_without_another_of_its_type_stops(people, drawn, given):
    with pytest.raises(DataError, match=r"(?s)stratum 'c-u-00'.*1 respondent\(s\) of 2 drawn"):
        complete(drawn, given("C2"), people)


def test_the_reserve_of_a_facility_counts_in_it_up_to_the_last_that_answered(people, drawn, given):
    third = drawn[drawn["id"] == "A2-2"].assign(id="A2-3", statut="reserve", rang="3")
    spare = pd.concat([third, third.assign(id="A2-4", rang="4")])
    found = complete(pd.concat([drawn, spare]), given("-", "A2-3"), people)
    assert by_site(found, "tires_etablissement", "poids_sondage", "poids")["A2"] == [3, 8, 8]
    assert found.called == 1
    assert "A2-4" not in set(found.rows["id"])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda s: s.iloc[1:], "site 'A1'.*3 units drawn, where tires_etablissement says 4"),
        (lambda s: s[s["site"] != "A3"], "strate 'a-u-01'.*2 units drawn, where upe says 3"),
        (lambda s: s.assign(strate=["c-u-00", *s["strate"][1:]]), "3 units drawn, where upe says 2"),
        (lambda s: s.assign(effectif=["3", *s["effectif"][1:]]), "site 'A1', column effectif"),
        (lambda s: s.drop(columns="upe"), "no column 'upe'"),
    ],
)  # fmt: skip
def test_a_sample_that_is_not_as_drawn_stops(people, drawn, given, change, message):
    with pytest.raises(DataError, match=f"(?s){message}"):
        complete(change(drawn), given(), people)


@pytest.mark.parametrize("sample", [
    lambda parts: parts[:1],
    lambda parts: [parts[0], parts[1].model_copy(update={"weights": None})],
    lambda parts: [],
])  # fmt: skip
def test_a_sample_of_no_known_form_is_refused(people, sample):
    with pytest.raises(DataError, match=r"(?s)table 'gens'.*outside obsante"):
        plan_of(people.model_copy(update={"sample": sample(people.sample)}))


@pytest.mark.parametrize("name", ["professionnels", "patients"])
def test_the_demonstration_s_own_file_is_found_again(name):
    project = find_project()
    table = dictionary.load(name, project)
    raw = pd.read_csv(project.raw(2025) / table.file, dtype="str", na_values=[""],
                      keep_default_na=False).drop_duplicates(table.primaryKey)  # fmt: skip
    asked = [field.name for field in table.fields if field.question and field.name in raw]
    computed = ["poids", "repondant", "repondants_etablissement"]
    own = raw.drop(columns=[*asked, *computed]).assign(poids_sondage=None)
    given = raw.loc[raw["repondant"] == "oui", [*table.primaryKey, *asked]]
    found = complete(own, given, table).rows
    expected = raw.sort_values(table.primaryKey, ignore_index=True)
    numbers = ["poids", "poids_sondage"]
    text = [column for column in raw if column not in numbers]
    pd.testing.assert_frame_equal(found[text], expected[text].astype("str"), check_dtype=False)
    # Six decimals in the files.
    np.testing.assert_allclose(found[numbers].astype(float), expected[numbers].astype(float),
                               rtol=0, atol=5.1e-7)  # fmt: skip


def test_from_the_draw_of_workers_to_the_checks_of_ingest(tmp_path):
    project = find_project()
    table = dictionary.load("professionnels", project)
    ids = [f"E{number:07d}" for number in range(1, 9)]
    facilities = pd.DataFrame({
        "id_etablissement": ids, "edition": 2025, "region": "04", "milieu": "urbain",
        "type": "clinique_privee", "secteur": "prive", "taille_strate": [30] * 6 + [11] * 2,
        "strate": ["clinique_privee-urbain-04"] * 6 + ["clinique_privee-urbain-05"] * 2,
    })  # fmt: skip
    staff = pd.DataFrame({"id_etablissement": np.repeat(ids, 9)})
    rank = staff.groupby("id_etablissement").cumcount().add(1).astype("str").str.zfill(5)
    staff["id_professionnel"] = staff["id_etablissement"] + "-" + rank
    file = tmp_path / "sample.csv"
    rows = draw_workers(facilities, staff, load_settings(project))
    rows.assign(demonstration="true").to_csv(file, index=False)
    sample = returns.read_sample(file, table, load_edition(project, 2025))
    # The last facility is silent; elsewhere, every second worker, of the reserve too.
    heard = sample[sample["id_etablissement"] != ids[-1]].iloc[::2]
    found = complete(sample, heard[["id_professionnel"]].assign(sexe="femme"), table)
    assert found.lost.index.tolist() == ids[-1:]
    assert found.called > 0
    text = found.rows.set_index(found.rows.index + 2)
    known = {"etablissements": facilities, "regions": pd.DataFrame({"code": ["04"]})}
    checked = check_chunks(
        table, [Chunk(table.file, text)], year=2025, ingested=known,
        path=tmp_path / "table.parquet", work=tmp_path,
    )  # fmt: skip
    assert checked.violations().empty
    check_sample(checked, 2025, table.file)
    assert found.rows["poids"].astype(float).sum() == pytest.approx(41 * 9)
