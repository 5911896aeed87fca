"""Generated fragments: what they say for a campaign, without one, and for real data."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import shutil
from pathlib import Path

import pandas as pd
import pytest
import yaml

from obsante.book import generated
from obsante.book.generated import Received
from obsante.book.provenance import Provenance
from obsante.collect import codes
from obsante.collect.checks import Balance
from obsante.collect.dictionary import tables
from obsante.collect.sources import Source
from obsante.collect.store import Entry
from obsante.edition import Edition, load_edition
from obsante.errors import BookError
from obsante.paths import Project, find_project

PROVENANCE = Provenance("commit 0123456789ab", "embedded", {"Pandoc": "3.9", "Python": "3.12.1"})
DIGEST = hashlib.sha256(b"code\n").hexdigest()


@pytest.fixture
def bare(tmp_path: Path) -> Project:
    """The project's configuration, with two reference tables and no campaign."""
    source = find_project(Path(__file__))
    shutil.copytree(source.config, tmp_path / "config")
    project = Project(tmp_path)
    _raw(project, project.reference, ["regions.csv", "textes.csv"], synthetic=False)
    _index(project, 2023, {"reference/regions.csv": (12, 12, 0)})
    return project


def _raw(project: Project, folder: Path, names: list[str], *, synthetic: bool) -> None:
    folder.mkdir(parents=True)
    files = {}
    for name in names:
        (folder / name).write_text("code\n", encoding="utf-8")
        files[name] = {
            "producer": "HCP", "title": f"Contenu de {name}", "licence": "CC BY 4.0",
            "received": dt.date(2026, 1, 1), "period": "2025", "synthetic": synthetic,
            "sha256": DIGEST,
        }  # fmt: skip
    (folder / "sources.yml").write_text(yaml.safe_dump({"files": files}), encoding="utf-8")


def _index(project: Project, year: int, rows: dict[str, tuple[int, int, int]]) -> None:
    entries = {}
    for file, (received, kept, aside) in rows.items():
        entry = Entry(
            file=f"data/raw/{file}", sha256=DIGEST, rows_in=received, rows_kept=kept,
            rows_aside=aside, weight_aside=0.0, dictionary="",
        )  # fmt: skip
        entries[Path(file).stem] = entry.model_dump()
    project.tables(year).mkdir(parents=True, exist_ok=True)
    (project.tables(year) / "index.json").write_text(json.dumps(entries), encoding="utf-8")


def _quarantine(project: Project, year: int, rows: list[tuple]) -> None:
    columns = ["table", "fichier", "ligne", "identifiant", "regle", "colonne", "valeur", "message"]
    project.quarantine(year).mkdir(parents=True)
    path = project.quarantine(year) / "etablissements.csv"
    pd.DataFrame(rows, columns=columns).to_csv(path, index=False)


def _written(project: Project, edition: Edition, book: Path) -> dict[str, str]:
    generated.write_pages(project, edition, PROVENANCE, book)
    return {path.name: path.read_text("utf-8") for path in sorted(book.rglob("*.md"))}


def test_an_edition_without_campaign_says_so_and_lists_its_public_files(bare, tmp_path):
    pages = _written(bare, load_edition(bare, 2023), tmp_path / "book")
    assert "**Aucune campagne**" in pages["sources.md"]
    assert "tbl-fichiers-campagne" not in pages["sources.md"]
    assert "`regions.csv` | Contenu de regions.csv | HCP | CC BY 4.0 | 1er janvier 2026 | réel" in (
        pages["sources.md"]
    )
    assert pages["quarantaine.md"] == "Aucune ligne n'a été mise de côté.\n"


def test_a_campaign_file_shows_its_year_its_nature_and_its_rows(bare, tmp_path):
    _raw(bare, bare.raw(2023), ["etablissements.csv", "verite.json"], synthetic=True)
    _index(bare, 2023, {"2023/etablissements.csv": (1200, 1190, 10)})
    text = _written(bare, load_edition(bare, 2023), tmp_path / "book")["sources.md"]
    assert "| `etablissements.csv` (2023) | 1\u202f200 | 1\u202f190 | 10 |" in text
    assert "synthétique" in text
    # The known truth is a file, not a table: it has a fingerprint and no count.
    assert "`verite.json` (2023) | Contenu" in text
    assert "`verite.json` (2023) | 1" not in text


def test_fingerprints_are_in_the_form_that_sha256sum_checks(bare, tmp_path):
    text = _written(bare, load_edition(bare, 2023), tmp_path / "book")["sources.md"]
    lines = text.split("```")[1].strip().splitlines()
    for line in lines:
        digest, path = line.split("  ")
        assert hashlib.sha256((bare.root / path).read_bytes()).hexdigest() == digest
    assert len(lines) == 2


def test_a_file_listed_anew_without_being_ingested_is_refused(bare):
    sheet = bare.reference / "sources.yml"
    sheet.write_text(sheet.read_text("utf-8").replace(DIGEST, "a" * 64), encoding="utf-8")
    with pytest.raises(BookError, match="reference/regions.csv") as caught:
        generated.received(bare, load_edition(bare, 2023))
    assert f"SHA-256 {'a' * 12}…" in caught.value.found
    assert f"comes from {DIGEST[:12]}…" in caught.value.found


def test_an_ingested_file_that_is_no_longer_listed_is_refused(bare):
    _raw(bare, bare.raw(2023), ["verite.json"], synthetic=True)
    _index(bare, 2023, {"2023/etablissements.csv": (5, 5, 0)})
    with pytest.raises(BookError, match="2023/etablissements.csv") as caught:
        generated.received(bare, load_edition(bare, 2023))
    assert caught.value.found.startswith("no entry")


def test_compared_editions_are_listed_after_the_edition_itself(bare):
    for year in (2023, 2024):
        _raw(bare, bare.raw(year), ["etablissements.csv"], synthetic=True)
    _index(bare, 2024, {"2024/etablissements.csv": (5, 5, 0)})
    files = generated.received(bare, load_edition(bare, 2024))
    assert [file.year for file in files] == [2024, 2023, None, None]


def test_a_line_that_breaks_two_rules_counts_once_in_each(bare):
    _quarantine(
        bare, 2023,
        [("etablissements", "a.csv", 4, "E1", "modalite", "dme", "peut-être", "…"),
         ("etablissements", "a.csv", 9, "E2", "modalite", "dme", "x", "…"),
         ("etablissements", "a.csv", 9, "E2", "minimum", "postes_travail", "-1", "…")],
    )  # fmt: skip
    text = generated.quarantine(generated.violations(bare, load_edition(bare, 2023)))
    rows = [line for line in text.splitlines() if line.startswith("| `")]
    assert rows == [
        "| `etablissements` | La valeur doit être dans la liste des codes | `dme` | 2 |",
        "| `etablissements` | La valeur ne doit pas être inférieure au minimum "
        "| `postes_travail` | 1 |",
    ]


def test_a_rule_of_the_dictionary_is_given_in_its_own_words(bare):
    rule = tables(bare)["etablissements"].rules[0]
    _quarantine(bare, 2023, [("etablissements", "a.csv", 4, "E1", rule.name, "dme", "oui", "…")])
    text = generated.quarantine(generated.violations(bare, load_edition(bare, 2023)))
    assert f"| {rule.message} |" in text


def test_every_built_in_rule_has_words():
    assert set(generated.RULES) == codes.RESERVED


def test_the_report_repeats_neither_a_faulty_value_nor_an_identifier(bare):
    row = ("etablissements", "a.csv", 4, "E0000042", "type", "dme", "secret", "«secret»")
    _quarantine(bare, 2023, [row])
    text = generated.quarantine(generated.violations(bare, load_edition(bare, 2023)))
    assert "secret" not in text
    assert "E0000042" not in text


def test_the_next_edition_has_a_date_only_if_it_is_configured(bare):
    first, last = load_edition(bare, 2023), load_edition(bare, 2025)
    known = generated.calendar(first, generated.following(bare, first))
    unknown = generated.calendar(last, generated.following(bare, last))
    assert "2024, est publiée le 30 juin 2025" in known
    assert "n'est pas fixée" in unknown
    assert "2026" not in unknown.replace("30 juin 2026", "")


def test_the_colophon_names_commit_engine_and_versions_and_the_status(bare):
    text = generated.colophon(load_edition(bare, 2023), PROVENANCE)
    assert "| État du dépôt | commit 0123456789ab |" in text
    assert "| Pandoc | 3.9 |" in text
    assert "synthétiques" in text


def test_a_real_edition_is_not_called_a_demonstration(bare):
    real = load_edition(bare, 2023).model_copy(update={"status": "real"})
    text = generated.colophon(real, PROVENANCE)
    assert "| Statut | réelle |" in text
    assert "synthétiques" not in text


def test_a_real_file_is_marked_real():
    source = Source(
        producer="P", title="T", licence="L", received=dt.date(2027, 3, 2), period="2026",
        sha256="0" * 64, synthetic=False,
    )  # fmt: skip
    file = Received("data/raw/2026/etablissements.csv", 2026, source, Balance(3, 2, 1, 0.0))
    text = generated.sources([file])
    assert "2 mars 2027 | réel |" in text


def test_an_edition_that_was_not_ingested_is_an_error_that_names_the_command(bare):
    with pytest.raises(BookError) as error:
        generated.received(bare, load_edition(bare, 2025))
    assert error.value.remedy == "obsante ingest --edition 2025"


def test_two_generations_are_identical(bare, tmp_path):
    edition = load_edition(bare, 2023)
    assert _written(bare, edition, tmp_path / "a") == _written(bare, edition, tmp_path / "b")


def test_the_banner_is_escaped_in_both_formats(tmp_path):
    generated.write_banner(tmp_path, 'Données "<fictives>"')
    page = (tmp_path / generated.BANNER_HTML).read_text("utf-8")
    typst = (tmp_path / generated.BANNER_TYPST).read_text("utf-8")
    assert "&lt;fictives&gt;" in page
    assert '"Données \\"<fictives>\\""' in typst
