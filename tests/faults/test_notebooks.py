"""A notebook that can't run says so, keeps its failed copy and changes no earlier result."""

from __future__ import annotations

import json
import shutil

import nbformat
import pytest

from obsante.edition import load_edition
from obsante.errors import ObsanteError, RunError
from obsante.run import make_plan, run_plan
from obsante.run.failures import together
from obsante.run.plan import catalogue


@pytest.fixture
def ready(executed, tmp_path):
    """The executed copy; its notebooks and results are put back afterwards."""
    path = executed.notebooks / "contexte.ipynb"
    before = path.read_bytes()
    yield executed
    path.write_bytes(before)
    (executed.executed(2025) / "contexte.failed.ipynb").unlink(missing_ok=True)


def snapshot(project):
    return {p: p.read_bytes() for p in project.results(2025).rglob("*") if p.is_file()}


def insert(project, source: str) -> None:
    path = project.notebooks / "contexte.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.insert(4, nbformat.v4.new_code_cell(source, id="panne"))
    nbformat.write(notebook, path)


def run(project):
    edition = load_edition(project, 2025)
    run_plan(project, edition, make_plan(project, edition, ["contexte"]))


def test_a_failing_cell_is_named_and_kept(ready):
    before = snapshot(ready)
    insert(ready, "#| label: panne\n1 / 0")
    with pytest.raises(RunError) as caught:
        run(ready)
    assert caught.value.looked_at.startswith("notebook 'contexte', cell 'panne', executed copy in ")
    assert "ZeroDivisionError: division by zero" in str(caught.value)
    assert "contexte.failed.ipynb" in str(caught.value)
    copy = json.loads((ready.executed(2025) / "contexte.failed.ipynb").read_text(encoding="utf-8"))
    errors = [o for c in copy["cells"] for o in c.get("outputs", []) if o["output_type"] == "error"]
    assert [error["ename"] for error in errors] == ["ZeroDivisionError"]
    assert snapshot(ready) == before


def test_an_error_of_the_projects_own_keeps_what_to_do(ready):
    insert(ready, '#| label: panne\nresults.indicator("ctx.populatoin")')
    with pytest.raises(RunError) as caught:
        run(ready)
    said = str(caught.value).splitlines()
    assert said[:2] == [
        "indicator 'ctx.populatoin'",
        "  in:       notebook 'contexte', cell 'panne', executed copy in "
        "data/processed/2025/notebooks/contexte.failed.ipynb",
    ]
    assert [line.split(":")[0].strip() for line in said[2:]] == ["found", "expected", "to do"]
    assert caught.value.expected.startswith("'ctx.population' (nearest)")


def test_several_failures_are_one_error_and_a_line_for_each_other():
    first = RunError("indicator 'a'\n  in:       notebook 'x'", found="1", expected="2", remedy="3")
    second = RunError("notebook 'y', cell 'c'", found="KeyError:\n'z'", expected="4", remedy="5")
    assert str(together([first])) == str(first)
    line = "\n  also:     notebook 'y', cell 'c': KeyError: 'z'"
    assert str(together([first, second])) == f"{first}{line}"


def test_a_dying_kernel_is_one_clear_error(ready):
    before = snapshot(ready)
    insert(ready, "#| label: panne\nimport os, signal\nos.kill(os.getpid(), signal.SIGKILL)")
    with pytest.raises(RunError, match="a kernel that lives until the last cell"):
        run(ready)
    assert snapshot(ready) == before


def test_an_unknown_notebook_names_the_nearest(ready):
    with pytest.raises(RunError, match="'contexte' \\(nearest\\)"):
        make_plan(ready, load_edition(ready, 2025), ["context"])


def test_a_table_that_is_not_ingested_says_which_command_to_run(project):
    with pytest.raises(ObsanteError, match="obsante ingest --edition 2025"):
        make_plan(project, load_edition(project, 2025), ["contexte"])


def test_a_compared_edition_without_its_tables_stops_before_any_notebook(ready, tmp_path):
    edition = load_edition(ready, 2025)
    aside = ready.tables(2023).rename(tmp_path / "tables")
    try:
        with pytest.raises(RunError) as caught:
            make_plan(ready, edition)
    finally:
        aside.rename(ready.tables(2023))
    assert caught.value.found == "table 'base_sondage' of 2023 is not ingested"
    assert "obsante ingest --edition 2023" in caught.value.remedy
    assert "remove 2023 from compare_with in config/editions/2025.yml" in caught.value.remedy


def test_a_notebook_that_is_gone_takes_its_results_along(ready):
    part = ready.results(2025) / "carnets" / "retire"
    shutil.copytree(part.with_name("contexte"), part)
    copy = ready.executed(2025) / "retire.ipynb"
    copy.write_bytes(b"{}")
    run(ready)
    assert not part.exists()
    assert not copy.exists()


def test_a_file_that_is_no_notebook_is_one_clear_error(ready):
    (ready.notebooks / "contexte.ipynb").write_text("not json")
    with pytest.raises(RunError, match="not a readable notebook"):
        catalogue(ready)
