"""Generated parts of the book: files received, rows set aside, calendar, colophon, banner.

They are fragments of ``generes/`` that the chapters of ``report/`` include. Texts are in French.
"""

from __future__ import annotations

import html
import json
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from obsante.book import codebook
from obsante.book.provenance import Provenance
from obsante.collect.dictionary import tables
from obsante.collect.sources import Source, read_sheet
from obsante.collect.store import FileEntry, read_index
from obsante.collect.wording import RULES
from obsante.edition import Edition, known_editions, load_edition
from obsante.errors import BookError
from obsante.files import write_atomic
from obsante.paths import Project
from obsante.results import french
from obsante.results.display import pipe_table

FOLDER = "generes"
BANNER_HTML = f"{FOLDER}/banniere.html"
BANNER_TYPST = f"{FOLDER}/banniere.typ"
NO_CAMPAIGN = "**Aucune campagne** : aucun fichier d'enquête n'a été reçu pour cette édition."
_QUARANTINE = (
    "Le tableau porte sur l'édition du rapport. Une ligne qui enfreint plusieurs règles compte une "
    "fois dans chacune. Le détail, ligne par ligne, reste dans le dossier de quarantaine."
)
_ENGINES = {"quarto": "Quarto", "embedded": "moteur intégré au dépôt (Pandoc et Typst)"}


@dataclass(frozen=True)
class Received:
    """A raw file: its sheet, and the numbers of its rows (none if it is not a table's)."""

    path: str
    year: int | None
    source: Source
    balance: FileEntry | None

    @property
    def name(self) -> str:
        return self.path.rsplit("/", 1)[-1]


def write_pages(project: Project, edition: Edition, provenance: Provenance, book: Path) -> None:
    """Write every generated fragment of one edition into its assembled book.

    Raises:
        BookError: the edition was not ingested, or a source sheet changed since.
    """
    fragments = {
        "sources.md": sources(received(project, edition)),
        "quarantaine.md": quarantine(violations(project, edition)),
        "calendrier.md": calendar(edition, following(project, edition)),
        "colophon.md": colophon(edition, provenance),
        "dictionnaire.md": codebook.dictionary(project, edition),
    }
    for name, text in fragments.items():
        write_atomic(book / FOLDER / name, text + "\n")


def write_banner(book: Path, text: str) -> None:
    """Write the demonstration banner as a real Quarto includes it, in pages and in the PDF."""
    page = f'<div class="banniere-demonstration" role="note">{html.escape(text)}</div>\n'
    write_atomic(book / BANNER_HTML, page)
    label = json.dumps(text, ensure_ascii=False)
    write_atomic(
        book / BANNER_TYPST,
        "#set page(foreground: place(top + center, dy: 5mm, block(width: 90%, inset: 3pt,\n"
        '  fill: rgb("#7a2e00"), align(center, text(size: 7.5pt, weight: "bold", fill: white,\n'
        f"  {label})))))\n",
    )


def received(project: Project, edition: Edition) -> list[Received]:
    """Campaign files of the edition and of those that it compares with, then reference files."""
    years = [edition.edition, *sorted(edition.compare_with, reverse=True)]
    campaigns = [_files(project, year, project.raw(year), year) for year in years]
    reference = _files(project, None, project.reference, edition.edition)
    return [file for files in [*campaigns, reference] for file in files]


def _files(project: Project, year: int | None, folder: Path, ingested: int) -> list[Received]:
    index = read_index(project, ingested)
    if not index:
        raise BookError(
            f"edition {ingested}", found="no ingested table", expected="the edition's tables",
            remedy=f"obsante ingest --edition {ingested}",
        )  # fmt: skip
    listed = {project.relative(folder / n): s for n, s in read_sheet(project, folder).items()}
    parent = project.relative(folder)
    entries = {path: file for entry in index.values() for path, file in entry.received.items()
               if path.rpartition("/")[0] == parent}  # fmt: skip
    for path, entry in entries.items():
        _same_file(path, entry, listed.get(path), ingested)
    return [Received(path, year, listed[path], entries.get(path)) for path in sorted(listed)]


def _same_file(path: str, entry: FileEntry, source: Source | None, ingested: int) -> None:
    """The page shows the sheet's fingerprint: it must be that of the file that was ingested."""
    if source is None or source.sha256 != entry.sha256:
        now = f"SHA-256 {source.sha256[:12]}…" if source else "no entry"
        raise BookError(
            f"{path}, in its folder's sources.yml",
            found=f"{now}; the table of edition {ingested} comes from {entry.sha256[:12]}…",
            expected="the file that was ingested",
            remedy="obsante build, with the --edition of the report",
        )


def sources(files: list[Received]) -> str:
    """Origin, rows and fingerprint of each file, public files apart from the campaign's."""
    campaign = [file for file in files if file.year is not None]
    reference = [file for file in files if file.year is None]
    parts = [
        "## Quels fichiers d'enquête ? {#sec-fichiers-campagne}",
        _origins(campaign, "Fichiers d'enquête {#tbl-fichiers-campagne}") or NO_CAMPAIGN,
        "## Quels fichiers publics ? {#sec-fichiers-publics}",
        _origins(reference, "Fichiers de chiffres publics {#tbl-fichiers-publics}"),
        "## Combien de lignes ? {#sec-lignes}",
        _rows(files),
        "## Ces fichiers sont-ils les bons ? {#sec-empreintes}",
        "Les empreintes SHA-256 ci-dessous, enregistrées dans un fichier `empreintes.txt` à la "
        "racine du dépôt, se vérifient par `sha256sum --check empreintes.txt`.",
        _fingerprints(files),
    ]
    return "\n\n".join(parts)


def _origins(files: list[Received], caption: str) -> str:
    if not files:
        return ""
    frame = pd.DataFrame(
        {
            "Fichier": [_file(file) for file in files],
            "Contenu": [french.spaced(file.source.title) for file in files],
            "Producteur": [french.spaced(file.source.producer) for file in files],
            "Licence": [french.spaced(file.source.licence) for file in files],
            "Reçu le": [french.day(file.source.received) for file in files],
            "Nature": ["synthétique" if file.source.synthetic else "réel" for file in files],
        }
    )
    return f"{pipe_table(frame, widths=[5, 6, 4, 6, 3, 3]).text}\n\n: {caption}"


def _file(file: Received) -> str:
    name = f"`{file.name}`"
    return name if file.year is None else f"{name} ({file.year})"


def _rows(files: list[Received]) -> str:
    counted = [(file, file.balance) for file in files if file.balance]
    numbers = {
        "Reçues": [french.number(balance.rows_in) for _, balance in counted],
        "Retenues": [french.number(balance.rows_kept) for _, balance in counted],
        "Mises de côté": [french.number(balance.rows_aside) for _, balance in counted],
    }
    frame = pd.DataFrame({"Fichier": [_file(file) for file, _ in counted]} | numbers)
    caption = "Lignes reçues, retenues et mises de côté {#tbl-lignes}"
    return f"{pipe_table(frame, right=list(numbers)).text}\n\n: {caption}"


def _fingerprints(files: list[Received]) -> str:
    """In the form that ``sha256sum --check`` reads."""
    lines = [f"{file.source.sha256}  {file.path}" for file in files]
    return "\n".join(["```", *lines, "```"])


def violations(project: Project, edition: Edition) -> pd.DataFrame:
    """Faulty cells of the edition: table, rule in words, column, file and line.

    Neither the value nor the unit's identifier: a report says nothing of one facility.
    """
    columns = {"table": "Table", "regle": "Règle", "colonne": "Colonne", "fichier": "fichier",
               "ligne": "ligne"}  # fmt: skip
    paths = sorted(project.quarantine(edition.edition).glob("*.csv"))
    frames = [
        pd.read_csv(path, dtype="str", keep_default_na=False, usecols=list(columns))
        for path in paths
    ]
    faults = pd.concat([pd.DataFrame(columns=list(columns)), *frames], ignore_index=True)
    own = {(name, rule.name): rule.message
           for name, table in tables(project).items() for rule in table.rules}  # fmt: skip
    keys = zip(faults["table"], faults["regle"], strict=True)
    faults["regle"] = [own.get(key, RULES.get(key[1], key[1])) for key in keys]
    return faults.rename(columns=columns)[list(columns.values())]


def quarantine(faults: pd.DataFrame) -> str:
    """Lines set aside for each rule, most frequent first within a table."""
    if faults.empty:
        return "Aucune ligne n'a été mise de côté."
    by = ["Table", "Règle", "Colonne"]
    lines = faults.drop_duplicates([*by, "fichier", "ligne"])
    counts = lines.groupby(by).size().rename("Lignes").reset_index()
    order = ["Table", "Lignes", "Règle", "Colonne"]
    ranked = counts.sort_values(order, ascending=[True, False, True, True])
    for column in ("Table", "Colonne"):
        ranked[column] = [f"`{code}`" for code in ranked[column]]
    ranked["Lignes"] = [french.number(count) for count in ranked["Lignes"]]
    table = pipe_table(ranked, right=["Lignes"], widths=[4, 8, 5, 2]).text
    return f"{_QUARANTINE}\n\n{table}\n\n: Lignes mises de côté, par règle {{#tbl-quarantaine}}"


def following(project: Project, edition: Edition) -> Edition | None:
    """The edition of the next year, if it is already configured."""
    year = edition.edition + 1
    return load_edition(project, year) if year in known_editions(project) else None


def calendar(edition: Edition, following: Edition | None) -> str:
    """Publication date of the edition, and of the next one only if it is known."""
    own = f"Édition {edition.edition}, publiée le {french.day(edition.publication_date)}."
    if following is None:
        return f"{own} Le rapport est annuel ; la date de l'édition suivante n'est pas fixée."
    date = french.day(following.publication_date)
    return f"{own} L'édition suivante, {following.edition}, est publiée le {date}."


def colophon(edition: Edition, provenance: Provenance) -> str:
    """Commit, engine and versions of the tools: nothing that changes between two builds."""
    lines = {
        "Édition": str(edition.edition),
        "Statut": "démonstration : résultats d'enquête synthétiques" if edition.demonstration
        else "réelle",
        "État du dépôt": provenance.commit,
        "Moteur de rendu": _ENGINES.get(provenance.engine, provenance.engine),
        **provenance.tools,
    }  # fmt: skip
    frame = pd.DataFrame({"Élément": list(lines), "Valeur": list(lines.values())})
    return f"{pipe_table(frame).text}\n\n: Ce qui a produit ce rapport {{#tbl-colophon}}"
