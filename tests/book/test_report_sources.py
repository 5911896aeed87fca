"""The report's sources: everything they name exists, and no number is typed in prose.

Each check runs on the three forms of an edition: demonstration, real, and without campaign.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest
import yaml

from obsante.book import proofs
from obsante.book.assemble import VARIANTS, variants_of
from obsante.book.generated import FOLDER
from obsante.edition import Authorisation, Edition, load_edition
from obsante.paths import Project, find_project
from obsante.results import french
from obsante.results.registry import load_registry
from obsante.results.values import load_values
from obsante.results.variables import variables

PROJECT = find_project(Path(__file__))
REPORT = PROJECT.report
CONFIGURATION = yaml.safe_load((REPORT / "_quarto.yml").read_text("utf-8"))
CHAPTERS = CONFIGURATION["book"]["chapters"]
# Chapters whose notebooks need a campaign.
AXES = (
    "collecte-et-qualite.qmd", "infrastructures.qmd", "competences.qmd", "donnees-securite.qmd",
    "innovations.qmd", "ethique-droit.qmd", "efficience.qmd", "veille.qmd", "entretiens.qmd",
    "plan-de-sondage.qmd",
)  # fmt: skip
FORMS = ("demonstration", "reelle", "sans-campagne")

_SHORTCODE = re.compile(r"\{\{<\s*(\w+)\s+(.*?)\s*>\}\}")
_INCLUDE = re.compile(r"\{\{<\s*include\s+(\S+)\s*>\}\}")
_FENCE = re.compile(r"^```.*?^```\n?", re.MULTILINE | re.DOTALL)
_MATHS = re.compile(r"\$\$.*?\$\$|\$[^$]+\$", re.DOTALL)
_CODE = re.compile(r"`[^`]*`")
_ATTRIBUTES = re.compile(r"\{[#.:\w][^{}]*\}")
_TARGET = re.compile(r"\]\([^)]*\)")
_CROSS = re.compile(r"@((?:fig|tbl|sec)-[\w-]+)")
_CITATION = re.compile(r"@((?!fig-|tbl-|sec-)[a-z]\w+)")
# Not measures of the report: the white paper's statements, years, licence, ages of definition.
_ALLOWED = re.compile(
    r"70\xa0% des|30\xa0% des|CC BY 4\.0|\b20\d\d\b|chap\. 5|de 15 ans et plus|^\d\. ", re.MULTILINE
)


@dataclass(frozen=True)
class Form:
    """One form of an edition: the chapters it keeps and the variants it takes."""

    edition: Edition
    variants: frozenset[str]
    chapters: tuple[str, ...]

    def texts(self) -> Iterator[tuple[str, str]]:
        for chapter in self.chapters:
            yield chapter, self.expanded(REPORT / chapter)

    def expanded(self, path: Path) -> str:
        """Text of a source with its fragments; generated ones are tested apart."""
        return _INCLUDE.sub(lambda found: self._fragment(found[1]), path.read_text("utf-8"))

    def _fragment(self, name: str) -> str:
        if name.startswith(f"{FOLDER}/"):
            return ""
        stem = REPORT / name.removesuffix(".md")
        found = [stem.with_name(f"{stem.name}.{v}.md") for v in sorted(self.variants)]
        existing = [path for path in found if path.is_file()]
        assert len(existing) == 1, f"{name}: {len(existing)} fragments for {sorted(self.variants)}"
        return self.expanded(existing[0])


@pytest.fixture(params=FORMS)
def form(request) -> Form:
    edition = load_edition(PROJECT, 2025)
    if request.param == "reelle":
        permit = Authorisation(
            number="D-1", purpose="statistique", retention_until=dt.date(2031, 12, 31),
            host_country="Maroc", transfer_basis="sans transfert",
        )  # fmt: skip
        edition = edition.model_copy(update={"status": "real", "authorisation": permit})
    campaign = request.param != "sans-campagne"
    kept = [c for c in CHAPTERS if campaign or c not in AXES]
    return Form(edition, frozenset(variants_of(edition, campaign=campaign)), tuple(kept))


def _labels(project: Project) -> dict[str, set[str]]:
    """Notebook -> labels of its cells."""
    return {
        path.stem: {proofs.label_of(cell) for cell in nbformat.read(path, as_version=4).cells}
        for path in sorted(project.notebooks.glob("*.ipynb"))
    }


def _shortcodes(text: str, name: str) -> list[str]:
    return [found[2] for found in _SHORTCODE.finditer(text) if found[1] == name]


def _prose(text: str) -> str:
    for pattern in (_FENCE, _MATHS, _SHORTCODE, _CODE, _ATTRIBUTES, _TARGET):
        text = pattern.sub("", text)
    return text


def _typed_numbers(text: str) -> list[str]:
    plain = _ALLOWED.sub("", re.sub(r"@[\w-]+", "", _prose(text)))
    return [line for line in plain.splitlines() if re.search(r"\d", line)]


def test_every_embedded_cell_exists(form):
    labels = _labels(PROJECT)
    for chapter, text in form.texts():
        for target in _shortcodes(text, "embed"):
            path, _, label = target.partition("#")
            assert label in labels[Path(path).stem], f"{chapter}: {target}"


def test_no_cell_is_embedded_twice(form):
    targets = [t for _, text in form.texts() for t in _shortcodes(text, "embed")]
    assert sorted(targets) == sorted(set(targets))


def test_every_variable_is_published(form, executed):
    values = load_values(executed, 2025)
    if "sans-campagne" in form.variants:
        values = values[values["nature"] == "reference"]
    known = variables(values, load_registry(PROJECT), form.edition)
    known["edition"]["titre"] = known["fichiers"] = "written by the assembly"
    for chapter, text in form.texts():
        for name in _shortcodes(text, "var"):
            node = known
            for key in name.split("."):
                if name.startswith("fichiers."):
                    break
                assert isinstance(node, dict) and key in node, f"{chapter}: {name}"
                node = node[key]


def test_every_cross_reference_has_a_target(form):
    texts = dict(form.texts())
    written = {found for text in texts.values() for found in re.findall(r"\{#([\w-]+)", text)}
    embedded = {t.partition("#")[2] for x in texts.values() for t in _shortcodes(x, "embed")}
    for chapter, text in texts.items():
        for target in _CROSS.findall(text):
            assert target in written | embedded, f"{chapter}: @{target}"


def test_every_link_between_chapters_has_a_target(form):
    sheets = {item.anchor for item in load_registry(PROJECT).values()} | {"sec-preuves"}
    written = {a for _, text in form.texts() for a in re.findall(r"\{#([\w-]+)", text)}
    notebooks = {f"carnets/{path.name}" for path in PROJECT.notebooks.glob("*.ipynb")}
    pages = {*form.chapters, "preuves.qmd", *(n.replace(".ipynb", ".qmd") for n in notebooks)}
    for chapter, text in form.texts():
        for page, anchor in re.findall(r"\]\(([\w/.-]+\.qmd)(?:#([\w-]+))?\)", text):
            assert page in pages, f"{chapter}: {page}"
            if page == "preuves.qmd":
                assert anchor in sheets, f"{chapter}: {page}#{anchor}"
            elif not page.startswith("carnets/"):
                # Without an anchor the link would be dead in the PDF of a real Quarto.
                assert anchor in written, f"{chapter}: {page}#{anchor}"


def test_every_citation_is_in_the_bibliography_and_every_entry_is_cited():
    entries = re.findall(r"^@\w+\{(\w+),", (REPORT / "assets/references.bib").read_text(), re.M)
    sources = "".join(path.read_text("utf-8") for path in _all_sources())
    assert set(_CITATION.findall(_prose(sources))) == set(entries)


def test_no_number_is_typed_in_prose(form):
    for chapter, text in form.texts():
        assert not _typed_numbers(text), f"{chapter}: {_typed_numbers(text)}"


def test_no_direction_is_typed_in_the_results():
    directions = re.compile(r"\b(augment|progress|recul|hausse|baisse|diminu|devanc)", re.I)
    for name in ("infrastructures.qmd", "fragments/constats.campagne.md"):
        prose = _prose((REPORT / name).read_text("utf-8"))
        assert not directions.findall(prose), name


def test_every_survey_indicator_has_its_place_in_the_chapter():
    text = (REPORT / "infrastructures.qmd").read_text("utf-8")
    axis = [i for i in load_registry(PROJECT).values() if i.axis == "infrastructures"]
    named = text + "#phrase-evolution -> p-inf-evolution-dme" * ("#phrase-evolution" in text)
    missing = [i.id for i in axis if i.anchor not in named and f"var {i.id}." not in named]
    assert axis and not missing


def test_figures_of_the_chapter_are_followed_by_their_reading():
    text = (REPORT / "infrastructures.qmd").read_text("utf-8")
    labels = _labels(PROJECT)["01-infrastructures"]
    for label in re.findall(r"#fig-([\w-]+) >\}\}", text):
        if f"lecture-{label}" in labels:
            assert f"#lecture-{label} >}}}}\n:::" in text, label


def test_an_edition_without_campaign_says_so():
    edition = load_edition(PROJECT, 2025)
    form = Form(edition, frozenset(variants_of(edition, campaign=False)), ("index.qmd",))
    assert "aucune campagne" in form.expanded(REPORT / "index.qmd")


def test_only_a_demonstration_calls_its_results_synthetic(form):
    index = form.expanded(REPORT / "index.qmd")
    assert ("synthétiques" in index) == ("demonstration" in form.variants)


def test_marks_are_decoded_on_the_first_page():
    index = (REPORT / "index.qmd").read_text("utf-8")
    for mark in [french.LOW_PRECISION, *french.MARKS.values()]:
        assert f"| {mark} |" in index


def test_french_punctuation_is_preceded_by_a_narrow_or_no_break_space():
    faults = re.compile(r"\S (?:[;!?%]|:(?=\s|$))|« |(?<=\S) »")
    for path in _all_sources():
        if re.search(r"(-en|-ar)[.]", path.name):
            continue
        prose = re.sub(r"^:::.*$", "", _prose(path.read_text("utf-8")), flags=re.M)
        assert not faults.findall(prose), f"{path.name}: {faults.findall(prose)}"


def test_arabic_numbers_are_isolated():
    paths = [path for path in _all_sources() if "-ar." in path.name]
    assert paths
    for path in paths:
        for line in path.read_text("utf-8").splitlines():
            for found in _SHORTCODE.finditer(line):
                if found[1] == "var":
                    isolated = f"[{found[0]}]{{dir=\"ltr\"}}"
                    assert isolated in line, f"{path.name}: {found[0]}"


def test_a_chapter_is_masculine_and_a_section_feminine():
    chapters = {"methode", "sources", "infrastructures", "contexte"}
    article_and_name = re.compile(r"\b(la|le|du|de la) @sec-([\w-]+)")
    for path in _all_sources():
        for article, name in article_and_name.findall(path.read_text("utf-8")):
            assert (article in ("le", "du")) == (name in chapters), f"{path.name}: {article} {name}"


def test_every_fragment_is_included_somewhere():
    texts = [path.read_text("utf-8") for path in _all_sources()]
    included = {name for text in texts for name in _INCLUDE.findall(text)}
    ending = re.compile(rf"\.({'|'.join(VARIANTS)})\.md$")
    written = {ending.sub(".md", p.relative_to(REPORT).as_posix()) for p in _fragments()}
    assert written == {name for name in included if not name.startswith(FOLDER)}


def _fragments() -> list[Path]:
    return sorted((REPORT / "fragments").glob("*.md"))


def _all_sources() -> list[Path]:
    return [*sorted(REPORT.glob("*.qmd")), *_fragments()]
