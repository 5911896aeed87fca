"""``obsante sample``: what it writes and prints, and what it refuses to write over."""

from __future__ import annotations

import re
from typing import get_type_hints

import pandas as pd
import pytest
import yaml

from obsante.cli import collection
from obsante.cli import sample as cli
from obsante.collect.plan import ALLOCATIONS, output
from obsante.errors import ObsanteError

NONE = dict.fromkeys(("allocation", "size", "margin", "by", "minimum", "reserve", "seed"))
MIXED = NONE | {"allocation": "mixed", "size": 60}


@pytest.fixture
def target(tmp_path):
    return tmp_path / "essai" / "sample.csv"


def names(target) -> list[str]:
    return sorted(path.name for path in target.parent.iterdir())


def test_four_files_say_what_was_drawn_and_how(rooted, target, capsys):
    cli.run(2025, "facilities", MIXED, cli.Files(output=target))
    assert names(target) == [
        "sample-plan.yml", "sample-precision.csv", "sample-strates.csv", "sample.csv",
    ]  # fmt: skip
    rows = pd.read_csv(target, dtype={"region": "str"})
    assert rows.columns[0] == "demonstration"
    assert rows["demonstration"].all()
    assert (rows["statut"] == "tire").sum() == 60
    strata = pd.read_csv(target.with_name("sample-strates.csv"))
    assert strata["tires_strate"].sum() == 60
    record = yaml.safe_load(target.with_name("sample-plan.yml").read_text(encoding="utf-8"))
    assert record["settings"]["allocation"] == "mixed"
    assert record["frame"]["rows"] == 141
    shown = capsys.readouterr().out
    assert "141 facilities" in shown
    assert "60 facilities drawn in 5 strata" in shown
    assert "cabinet_prive-urbain-04" in shown
    assert "demi_largeur" in shown


def test_the_same_command_gives_the_same_bytes(rooted, target, tmp_path):
    cli.run(2025, "facilities", MIXED, cli.Files(output=target))
    cli.run(None, "facilities", MIXED, cli.Files(output=tmp_path / "sample.csv"))
    for name in names(target):
        assert (target.parent / name).read_bytes() == (tmp_path / name).read_bytes()


def test_the_help_names_every_allocation():
    parameter = get_type_hints(collection.sample, include_extras=True)["allocation"]
    (option,) = parameter.__metadata__
    assert re.findall(r"[a-z_]{3,}", option.help) == list(ALLOCATIONS)


def test_another_seed_draws_another_sample(rooted, target):
    cli.run(2025, "facilities", MIXED, cli.Files(output=target))
    before = target.read_bytes()
    cli.run(2025, "facilities", MIXED | {"seed": 1}, cli.Files(output=target, replace=True))
    assert target.read_bytes() != before


def test_a_sample_already_drawn_is_never_replaced_unasked(rooted, target):
    cli.run(2025, "facilities", MIXED, cli.Files(output=target))
    before = target.read_bytes()
    with pytest.raises(ObsanteError, match="already drawn"):
        cli.run(2025, "facilities", MIXED | {"seed": 1}, cli.Files(output=target))
    assert target.read_bytes() == before


def test_a_refused_plan_writes_nothing(rooted, target):
    with pytest.raises(ObsanteError, match="target of 0.01"):
        cli.run(2025, "facilities", NONE | {"margin": 0.01}, cli.Files(output=target))
    assert not target.parent.exists()


def test_without_output_the_sample_goes_to_the_folder_of_its_edition(rooted):
    cli.run(2025, "facilities", MIXED, cli.Files(replace=True))
    folder = rooted.root / "data" / "samples" / "2025"
    assert (folder / "etablissements-demonstration.csv").is_file()


def test_what_the_target_leaves_out_is_said(rooted, target, capsys):
    cli.run(2025, "facilities", NONE | {"margin": 0.2, "by": ["type"]}, cli.Files(output=target))
    shown = capsys.readouterr().out
    assert "Taken whole, hence without target: chu" in shown


def test_a_real_edition_has_no_mark(rooted, target, edition):
    real = edition.model_copy(update={"status": "real"})
    output.write_tables(real, {target: pd.DataFrame({"a": [1]})})
    assert target.read_text(encoding="utf-8") == "a\n1\n"
    assert output.default_file(rooted, real, "etablissements").name == "etablissements.csv"


def test_workers_are_drawn_in_the_facilities_of_the_sample(rooted, target, write_csv, capsys):
    cli.run(2025, "facilities", MIXED, cli.Files(output=target))
    drawn = pd.read_csv(target).query("statut == 'tire'")
    counts = drawn[["id_etablissement", "n_professionnels"]]
    staff = write_csv(target.with_name("staff.csv"), counts)
    workers = target.with_name("workers.csv")
    cli.run(2025, "workers", NONE, cli.Files(sample=target, staff=staff, output=workers))
    rows = pd.read_csv(workers)
    assert rows["demonstration"].all()
    assert {"poids_upe", "poids_dans_upe", "poids_sondage"} <= set(rows)
    assert "workers drawn" in capsys.readouterr().out
    with pytest.raises(ObsanteError, match="already drawn"):
        cli.run(2025, "workers", NONE, cli.Files(sample=target, staff=staff, output=workers))


@pytest.mark.parametrize(
    ("stage", "options", "files", "said"),
    [
        ("workers", NONE, {}, "option --staff"),
        ("workers", NONE | {"margin": 0.1}, {"staff": "s"}, "option --target-margin"),
        ("workers", NONE, {"staff": "s", "frame": "f"}, "option --frame"),
        ("facilities", NONE, {"staff": "s"}, "option --staff"),
        ("facilities", NONE, {"sample": "s"}, "option --sample"),
    ],
)
def test_options_of_the_other_stage_are_refused(rooted, stage, options, files, said):
    with pytest.raises(ObsanteError, match=said):
        cli.run(2025, stage, options, cli.Files(**files))
