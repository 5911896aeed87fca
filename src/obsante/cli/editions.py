"""A new edition for real data: configuration, folder, source sheet, checklist."""

from __future__ import annotations

from obsante.collect.corrections import MODEL
from obsante.edition import known_editions, latest_edition, load_edition
from obsante.errors import EditionError
from obsante.files import fresh_folder, write_atomic
from obsante.paths import Project

_CONFIGURATION = """\
# Typed parameters of the {year} edition; an unknown key is an error (src/obsante/edition.py).
edition: {year}
status: real
reference_period:
  start: {year}-01-01
  end: {year}-12-31
# Earlier editions of the same status only: real and synthetic figures never mix.
compare_with: {compare_with}
seed: {year}0101
confidence_level: {confidence_level}
publication_date: {next_year}-06-30
precision:
{precision}
# Share of a campaign table's rows that may be set aside before the table is refused.
quarantine_max_share: {quarantine_max_share}
# Law 09-08 (CNDP): to fill before the first campaign file is ingested.
# authorisation:
#   number: ""
#   purpose: ""
#   retention_until: {retention}-12-31
#   host_country: ""
#   transfer_basis: ""
"""
_SOURCES = """\
# One entry per file of this folder; a file that is not listed here is an error.
# Compute sha256 with: sha256sum FILE (Linux), shasum -a 256 FILE (macOS).
files: {}
"""
_CHECKLIST = """\
# Edition {year}: what to do before `obsante build --edition {year}`

Before the field work:

- [ ] `config/editions/{year}.yml`: reference period, publication date, seed.
- [ ] `authorisation` in that file: CNDP number, purpose, retention, host country, transfer basis.
- [ ] `contact` in `config/instruments/commun.yml`: where people can use their rights.
- [ ] The list of all facilities, `base_sondage.csv`, in this folder and in `sources.yml`, then
      `obsante ingest --edition {year}`: the sample is drawn in it, weights are calibrated on it.
- [ ] `obsante sample --edition {year}`: the sample, its reserve, the precision to expect. Keep the
      folder `data/samples/{year}`, which git does not: weights need it.
- [ ] `obsante forms --edition {year} --output FOLDER`: the questionnaires, for KoboToolbox or ODK.
      Join to each form the sample's file, copied under the name that the command shows.
- [ ] `OBSANTE_PSEUDONYM_KEY` in the environment (or the keyring), the same for all the editions of a
      panel, and a copy in a safe: without it, nobody can be followed from one edition to the next.

When the files come:

- [ ] `obsante returns --edition {year} --sample FILE --answers EXPORT --profile kobo`: the answers
      of a survey (`--table`; `--wave` for `etablissements` only), joined to its sample, with their
      weights; it writes the file here and lists it. Keep the export itself elsewhere, under lock: it
      holds identifiers.
- [ ] The other files: put them here unchanged, each under the name that its table's dictionary
      gives, or with its table named in `sources.yml`. Another form than `config/dictionary/`
      (French Excel, Kobo, ODK): name its profile of `config/imports/` there. Empty = missing, `sans_objet` = not asked.
- [ ] One entry per file in `sources.yml`: producer, title, licence, received, period (or
      published), url if there is one, sha256, `synthetic: false`.
- [ ] `obsante ingest --edition {year}`: read `data/processed/{year}/quarantine/`, have the rows
      corrected at the source, or declare the corrections in `corrections.yml`.
- [ ] `obsante run --edition {year}`: read the executed notebooks.
- [ ] `obsante book --edition {year}`: read the report before anyone else does.
- [ ] `obsante scan --edition {year}`: no direct identifier in what is published.

At the end of the retention:

- [ ] `obsante purge --edition {year}`: destroys the identifiers of these files.
"""


def create(project: Project, year: int | None) -> list[str]:
    """Write the files of a new real edition; return the lines to show.

    Raises:
        EditionError: no year, a year out of range, or an edition that exists already.
    """
    year = _check(project, year)
    folder, configuration = project.raw(year), project.edition_file(year)
    checklist = _CHECKLIST.format(year=year)
    notes = {"sources.yml": _SOURCES, "corrections.yml": MODEL, "CHECKLIST.md": checklist}
    # All or nothing: half an edition would be the default one, and could not be created again.
    with fresh_folder(folder) as building:
        for name, text in notes.items():
            write_atomic(building / name, text)
        write_atomic(configuration, _configuration(project, year))
    written = [configuration, *(folder / name for name in notes)]
    load_edition(project, year)
    lines = [f"Written: {project.relative(path)}" for path in written]
    return [*lines, f"Next: follow {project.relative(folder / 'CHECKLIST.md')}"]


def _check(project: Project, year: int | None) -> int:
    known = known_editions(project)
    if year is None or not 2000 <= year <= 2100:
        raise EditionError(
            "obsante new-edition", found=f"{'no year' if year is None else year}",
            expected="a year between 2000 and 2100",
            remedy=f"obsante new-edition {latest_edition(project) + 1}",
        )  # fmt: skip
    if year in known or project.raw(year).exists():
        raise EditionError(
            f"edition {year}", found="it exists already",
            expected=f"a new year; known editions: {', '.join(map(str, known))}",
            remedy="choose another year, or remove its configuration and folder first",
        )  # fmt: skip
    return year


def _configuration(project: Project, year: int) -> str:
    """The precision rules of the latest edition carry over, so that editions compare."""
    known = known_editions(project)
    model = load_edition(project, latest_edition(project))
    real = [y for y in known if y < year and not load_edition(project, y).demonstration]
    rules = model.precision.model_dump().items()
    return _CONFIGURATION.format(
        year=year,
        next_year=year + 1,
        retention=year + 5,
        compare_with=real,
        confidence_level=model.confidence_level,
        quarantine_max_share=model.quarantine_max_share,
        precision="\n".join(f"  {name}: {value}" for name, value in rules),
    )
