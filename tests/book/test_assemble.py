"""Assembly of an edition's Quarto project: what each form of an edition keeps."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import nbformat
import pytest
import yaml

from obsante.book import assemble as assembly
from obsante.book.assemble import assemble, pdf_name, values_name, variants_of
from obsante.book.named import named
from obsante.book.provenance import Provenance
from obsante.collect import ingest
from obsante.edition import Edition, load_edition
from obsante.errors import BookError, ResultError
from obsante.files import sha256
from obsante.paths import Project
from obsante.results.inputs import write_inputs
from obsante.results.values import combine, read_values, write_values

YEAR = 2025
PROVENANCE = Provenance("commit inconnu", "embedded", {"Python": "3.12"})


@pytest.fixture
def copy(executed, tmp_path) -> Project:
    """A project with results, that a test may change."""
    shutil.copytree(executed.root, tmp_path / "copie", ignore=shutil.ignore_patterns("_book"))
    return Project(tmp_path / "copie")


@pytest.fixture
def edition(copy) -> Edition:
    return load_edition(copy, YEAR)


def _without_campaign(project: Project) -> None:
    """Results of the reference notebook alone, as when no campaign file was received."""
    for part in (project.results(YEAR) / "carnets").iterdir():
        if part.name != "contexte":
            shutil.rmtree(part)
            (project.executed(YEAR) / f"{part.name}.ipynb").unlink()
    combine(project, YEAR)
    for year in (2023, 2024, YEAR):
        shutil.rmtree(project.raw(year))
        ingest(project, load_edition(project, year))
    part = project.results(YEAR) / "carnets" / "contexte"
    write_inputs(project, load_edition(project, YEAR), part)


def _configuration(book: Path) -> dict:
    return yaml.safe_load((book / "_quarto.yml").read_text("utf-8"))


def _bytes(folder: Path) -> dict[str, bytes]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def test_a_demonstration_is_marked_in_title_banner_citation_and_file_names(copy, edition):
    book = assemble(copy, edition, PROVENANCE)
    configuration = _configuration(book)
    names = yaml.safe_load((book / "_variables.yml").read_text("utf-8"))
    assert configuration["book"]["title"].endswith("2025 (démonstration)")
    assert configuration["observatoire"]["banner"].startswith("DONNÉES DE DÉMONSTRATION")
    assert names["edition"]["titre"] == configuration["book"]["title"]
    assert names["fichiers"]["valeurs"] == (
        "[valeurs-2025-demonstration.csv](valeurs-2025-demonstration.csv)"
    )
    assert (book / "valeurs-2025-demonstration.csv").is_file()
    formats = configuration["format"]
    for name in (formats["html"]["include-before-body"], formats["typst"]["include-in-header"][-1]):
        assert "DONNÉES DE DÉMONSTRATION" in (book / name).read_text("utf-8")


def test_the_variables_are_those_that_the_book_names(copy, edition):
    book = assemble(copy, edition, PROVENANCE)
    names = yaml.safe_load((book / "_variables.yml").read_text("utf-8"))
    assert _leaves(names) == set(named(book))


def _leaves(tree: dict, prefix: str = "") -> set[str]:
    parts = ({f"{prefix}{key}"} if isinstance(value, str) else _leaves(value, f"{prefix}{key}.")
             for key, value in tree.items())  # fmt: skip
    return set().union(*parts)


def test_a_real_edition_carries_no_mark_of_demonstration(copy, edition):
    real = edition.model_copy(update={"status": "real"})
    book = assemble(copy, real, PROVENANCE)
    configuration = _configuration(book)
    assert configuration["book"]["title"].endswith("2025")
    assert "banner" not in configuration["observatoire"]
    assert "include-before-body" not in configuration["format"]["html"]
    assert "synthétiques" not in (book / "fragments/nature.md").read_text("utf-8")
    assert values_name(real) == "valeurs-2025.csv"


def test_an_edition_without_campaign_loses_the_axis_and_says_so(copy, edition):
    _without_campaign(copy)
    book = assemble(copy, edition, PROVENANCE)
    section = _configuration(book)["book"]
    assert not {"entretiens.qmd", "infrastructures.qmd", "plan-de-sondage.qmd"} & set(section["chapters"])
    assert {"index.qmd", "contexte.qmd", "sources.qmd"} <= set(section["chapters"])
    assert section["appendices"] == ["preuves.qmd", "carnets/contexte.qmd"]
    assert "aucune campagne" in (book / "fragments/constats.md").read_text("utf-8")
    assert "**Aucune campagne**" in (book / "generes/sources.md").read_text("utf-8")


def _without_interviews(project: Project) -> None:
    """Results as when no interviews were received: their notebook was left out."""
    shutil.rmtree(project.results(YEAR) / "carnets" / "08-entretiens")
    (project.executed(YEAR) / "08-entretiens.ipynb").unlink()
    combine(project, YEAR)


def test_without_interviews_an_axis_keeps_its_chapter_and_says_so(copy, edition):
    _without_interviews(copy)
    path = copy.report / "infrastructures.qmd"
    cells = ["tbl-axe-1", "phrase-axe-1"]
    borrowed = [f"{{{{< embed notebooks/08-entretiens.ipynb#{cell} >}}}}" for cell in cells]
    own = re.sub(r".*08-entretiens\.ipynb.*\n", "", path.read_text("utf-8"))
    path.write_text("\n\n".join([own, *borrowed, ""]), encoding="utf-8")
    book = assemble(copy, edition, PROVENANCE)
    chapters = _configuration(book)["book"]["chapters"]
    assert "infrastructures.qmd" in chapters
    assert "entretiens.qmd" not in chapters
    written = (book / "infrastructures.qmd").read_text("utf-8")
    assert written.count("Aucun entretien n'a été reçu pour cette édition.") == 1
    assert "08-entretiens" not in written
    assert "{{< embed notebooks/01-infrastructures.ipynb#fig-dme >}}" in written


def test_values_read_by_a_notebook_that_did_not_run_again_are_refused(copy, edition):
    part = copy.results(YEAR) / "carnets" / "01-infrastructures" / "valeurs.csv"
    write_values(part, read_values(part).assign(estimation=0.5))
    combine(copy, YEAR)
    with pytest.raises(ResultError, match="computed from other values of '01-infrastructures'"):
        assemble(copy, edition, PROVENANCE)


def _receive_again(project: Project, year: int) -> str:
    """Another version of a raw file, ingested; its hash."""
    path, sheet = project.raw(year) / "etablissements.csv", project.raw(year) / "sources.yml"
    before = sha256(path)
    path.write_bytes(path.read_bytes().replace(b"oui", b"non", 1))
    listed = sheet.read_text("utf-8")
    sheet.write_text(listed.replace(before, sha256(path)), encoding="utf-8")
    ingest(project, load_edition(project, year))
    return sha256(path)


@pytest.mark.parametrize("year", [2024, YEAR])
def test_results_of_tables_that_were_replaced_are_refused(copy, edition, year):
    before = sha256(copy.raw(year) / "etablissements.csv")
    after = _receive_again(copy, year)
    with pytest.raises(ResultError) as caught:
        assemble(copy, edition, PROVENANCE)
    file = f"from data/raw/{year}/etablissements.csv"
    assert caught.value.looked_at == "edition 2025, results of notebook '00-collecte-et-qualite'"
    assert caught.value.found == (
        f"computed {file} {before[:12]}…; the table is now {file} {after[:12]}…"
    )
    assert caught.value.remedy == "obsante run --edition 2025"


def test_a_table_ingested_again_unchanged_refuses_nothing(copy, edition):
    ingest(copy, edition)
    assemble(copy, edition, PROVENANCE)


def test_a_comparison_given_up_since_the_run_is_refused(copy, edition):
    fewer = edition.model_copy(update={"compare_with": [2024]})
    with pytest.raises(ResultError, match="the table is now without '2023 acces'"):
        assemble(copy, fewer, PROVENANCE)


def test_results_that_do_not_say_what_they_were_computed_from_are_refused(copy, edition):
    (copy.results(YEAR) / "carnets" / "contexte" / "tables.json").unlink()
    with pytest.raises(ResultError, match="no record of the tables"):
        assemble(copy, edition, PROVENANCE)


def test_values_older_than_the_notebooks_that_ran_are_refused(copy, edition):
    """As after a run in which one notebook succeeded and another failed."""
    part = copy.results(YEAR) / "carnets" / "contexte" / "valeurs.csv"
    write_values(part, read_values(part).iloc[1:])
    with pytest.raises(ResultError, match="other values than those that the notebooks published"):
        assemble(copy, edition, PROVENANCE)


def test_no_variant_is_left_in_the_assembled_book(copy, edition):
    book = assemble(copy, edition, PROVENANCE)
    assert not [path for v in assembly.VARIANTS for path in book.rglob(f"*.{v}.md")]


@pytest.mark.slow
def test_two_assemblies_are_identical(copy, edition):
    first = _bytes(assemble(copy, edition, PROVENANCE))
    assert _bytes(assemble(copy, edition, PROVENANCE)) == first


def test_a_chapter_that_does_not_exist_is_an_error_that_names_it(copy, edition):
    path = copy.report / "_quarto.yml"
    text = path.read_text("utf-8").replace("- sources.qmd", "- souces.qmd")
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BookError) as error:
        assemble(copy, edition, PROVENANCE)
    assert "souces.qmd" in error.value.found


def test_a_failed_assembly_leaves_the_former_book(copy, edition):
    before = _bytes(assemble(copy, edition, PROVENANCE))
    (copy.report / "sources.qmd").unlink()
    with pytest.raises(BookError):
        assemble(copy, edition, PROVENANCE)
    assert _bytes(copy.book_project(YEAR)) == before


def test_figures_are_vector_in_the_book(copy, edition):
    book = assemble(copy, edition, PROVENANCE)
    text = (book / "notebooks/01-infrastructures.ipynb").read_text("utf-8")
    assert "image/svg+xml" in text
    assert "image/png" not in text


def test_captions_end_with_a_link_to_the_cell_that_computed(copy, edition):
    book = assemble(copy, edition, PROVENANCE)
    cells = nbformat.read(book / "notebooks/01-infrastructures.ipynb", as_version=4).cells
    source = next(c.source for c in cells if "#| label: fig-dme\n" in c.source)
    caption = re.search(r"^#\| fig-cap: (.+)$", source, re.MULTILINE)[1]
    anchor = "c-01-infrastructures-fig-dme"
    assert yaml.safe_load(caption).endswith(
        "[Calcul\u00a0: carnet 01-infrastructures, cellule fig-dme]"
        f"(carnets/01-infrastructures.qmd#{anchor}){{.calcul}}"
    )
    assert f"{{#{anchor}}}" in (book / "carnets/01-infrastructures.qmd").read_text("utf-8")


def test_variants_and_names_follow_the_edition(edition):
    real = edition.model_copy(update={"status": "real"})
    assert variants_of(edition, campaign=True) == {"campagne", "demonstration"}
    assert variants_of(real, campaign=True) == {"campagne", "reelle"}
    assert variants_of(real, campaign=False) == {"sans-campagne"}
    assert pdf_name(edition) == "observatoire-sante-numerique-2025.pdf"
