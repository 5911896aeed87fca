"""``config/weighting.yml``: what it may say, and what each mistake is answered."""

from __future__ import annotations

import pytest
import yaml

from obsante.collect.weighting import calibrated, load_settings
from obsante.errors import DataError, EditionError
from obsante.paths import Project


def change(project: Project, path: str, value: object) -> None:
    """Set a key, its path in dots; None removes it."""
    file = project.config / "weighting.yml"
    content = yaml.safe_load(file.read_text(encoding="utf-8"))
    place, *names = content, *path.split(".")
    for name in names[:-1]:
        place = place[int(name) if name.isdigit() else name]
    if value is None:
        del place[names[-1]]
    else:
        place[names[-1]] = value
    file.write_text(yaml.safe_dump(content), encoding="utf-8")


def test_the_project_s_own_file_is_right(project):
    settings = load_settings(project)
    assert list(settings.surveys) == ["etablissements", "professionnels", "patients", "conformite"]
    assert settings.survey("etablissements").calibration.method == "logit"


SURVEY = "surveys.etablissements"
CALIBRATION = f"{SURVEY}.calibration"


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (f"{SURVEY}.design.weights", "poid", "'poid'.*'poids' \\(nearest\\)"),
        (f"{SURVEY}.samplin", "poids", "unknown key"),
        ("surveys.etablissement", {"design": {"weights": "poids", "strata": "strate",
         "psu": "id_etablissement", "psu_population": "taille_strate"}, "sampling": "poids"},
         "'etablissement'.*'etablissements' \\(nearest\\)"),
        (f"{CALIBRATION}.method", "racking", "'linear', 'raking', 'logit' or 'poststrat"),
        (f"{CALIBRATION}.bounds", None, "bounds: \\[L, U\\] with method logit"),
        (f"{CALIBRATION}.method", "poststratification", "bounds"),
        (f"{CALIBRATION}.main.column", "dmee", "'dmee'"),
        (f"{CALIBRATION}.trimming.by", ["typ"], "'typ'.*'type' \\(nearest\\)"),
        (f"{CALIBRATION}.trimming.percentile", 0.99, "one of the two"),
        (f"{CALIBRATION}.margins.0.by", ["regions"], "'regions'.*'region' \\(nearest\\)"),
        (f"{CALIBRATION}.margins.3.frame", "lits", "table base_sondage.*'lits'"),
        (f"{CALIBRATION}.margins.3.totals", {"chu": 1.0}, "without a column of the frame"),
        (f"{CALIBRATION}.margins.0.source", "", "at least 1 character"),
        (f"{CALIBRATION}.tolerance", 0.1, "less than or equal to 0.000001"),
        ("least", 1, "greater than or equal to 2"),
    ],
)  # fmt: skip
def test_each_mistake_names_its_place(project, path, value, message):
    change(project, path, value)
    with pytest.raises((DataError, EditionError), match=f"(?s)config/weighting.yml.*{message}"):
        load_settings(project)


def test_poststratification_takes_one_margin_of_counts(project):
    change(project, f"{CALIBRATION}.bounds", None)
    change(project, f"{CALIBRATION}.method", "poststratification")
    with pytest.raises(EditionError, match="one margin of counts"):
        load_settings(project)


def test_the_frame_is_no_survey(project):
    design = {"weights": "n_professionnels", "strata": "type", "psu": "id_etablissement",
              "psu_population": "n_professionnels"}  # fmt: skip
    change(project, "surveys.base_sondage", {"design": design, "sampling": "n_professionnels"})
    with pytest.raises(EditionError, match="not the sampling frame"):
        load_settings(project)


def test_a_survey_without_calibration_says_so(project):
    with pytest.raises(DataError, match="no calibration in config/weighting.yml"):
        calibrated("patients", edition=2025)
    with pytest.raises(DataError, match="'patients' \\(nearest\\)"):
        calibrated("patient", edition=2025)
