"""Every way to end: one clear message, its exit code, no traceback."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.abc import MetaPathFinder

import pytest
import typer

from obsante import __main__ as entry
from obsante.cli import INTERRUPTION, console, main, steps
from obsante.errors import ObsanteError


@pytest.fixture
def ended(monkeypatch, capsys):
    """Runs ``obsante`` with ``build`` replaced by a failure; gives exit code and messages."""

    def run(*arguments: str, failure: BaseException | None = None):
        def build(edition, engine):
            if failure is not None:
                raise failure

        monkeypatch.setattr(steps, "build", build)
        monkeypatch.setattr(console, "debug", False)
        monkeypatch.setattr(sys, "argv", ["obsante", *arguments])
        # Streams that pytest replaces can't change their error handling.
        monkeypatch.setattr(main, "sys", _Streams())
        with pytest.raises(SystemExit) as end:
            main.run_command()
        return end.value.code, capsys.readouterr()

    return run


class _Streams:
    exit = staticmethod(sys.exit)

    class stdout:  # noqa: N801 - the name of what it stands for
        reconfigure = staticmethod(lambda **options: None)

    stderr = stdout


# Libraries of questionnaires, registers, services, charts and notebooks.
ELSEWHERE = ("duckdb", "httpx", "ibis", "jupyter_client", "matplotlib", "openpyxl", "pyxform")
PROBLEM = ObsanteError("edition 2031", found="no file", expected="2025", remedy="choose it")


def test_a_command_that_ends_well_exits_with_zero(ended):
    code, shown = ended("build")
    assert code == 0
    assert shown.err == ""


def test_a_problem_of_the_user_exits_with_one_and_its_message(ended):
    code, shown = ended("build", failure=PROBLEM)
    assert code == 1
    assert shown.err == f"Error: {PROBLEM}\n"


def test_debug_adds_the_traceback(ended):
    code, shown = ended("--debug", "build", failure=PROBLEM)
    assert code == 1
    assert "Traceback" in shown.err


@pytest.mark.parametrize("interruption", [KeyboardInterrupt(), typer.Abort()])
def test_an_interruption_exits_with_130_and_says_that_nothing_is_lost(ended, interruption):
    code, shown = ended("build", failure=interruption)
    assert code == 130
    assert "The last good results and report are unchanged" in shown.out


def test_an_internal_failure_exits_with_70_without_traceback(ended):
    code, shown = ended("build", failure=ZeroDivisionError("division by zero"))
    assert code == 70
    assert "ZeroDivisionError: division by zero" in shown.err
    assert "Traceback" not in shown.err


@pytest.mark.parametrize(
    ("words", "named"),
    [(["biuld"], "biuld"), (["build", "--edtion", "2025"], "--edtion"),
     (["build", "--engine", "latex"], "latex"), (["build", "--edition", "x"], "valid integer")],
)  # fmt: skip
def test_a_mistyped_command_or_option_is_named(ended, words, named):
    code, shown = ended(*words)
    assert code == 2
    assert named in shown.err
    assert "Traceback" not in shown.err


def test_missing_packages_are_one_clear_message(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "obsante.cli.main", None)
    with pytest.raises(SystemExit) as end:
        entry.main()
    assert "expected: the packages of requirements.lock" in str(end.value.code)
    assert "make setup" in str(end.value.code)


def test_a_package_that_a_command_alone_needs_is_the_same_message(monkeypatch):
    def build(edition, engine):
        raise ModuleNotFoundError("No module named 'papermill'")

    monkeypatch.setattr(steps, "build", build)
    monkeypatch.setattr(sys, "argv", ["obsante", "build"])
    monkeypatch.setattr(main, "sys", _Streams())
    with pytest.raises(SystemExit) as end:
        entry.main()
    assert "No module named 'papermill'" in str(end.value.code)
    assert "make setup" in str(end.value.code)


def loaded(module: str, names: tuple[str, ...]) -> str:
    """Those of the names that are loaded with a module, in a process of its own."""
    code = f"import sys, {module}; print(*[name for name in {names} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    return done.stdout.strip()


def test_the_list_of_commands_loads_no_library_of_theirs():
    assert loaded("obsante.cli.main", ("pandas", "papermill", "scipy", *ELSEWHERE)) == ""


@pytest.mark.slow
def test_an_ingest_loads_neither_clients_nor_engines():
    assert loaded("obsante.collect", ELSEWHERE) == ""


def test_an_interruption_of_the_imports_says_the_same(monkeypatch, capsys):
    class Interrupting(MetaPathFinder):
        def find_spec(self, name, path, target=None):
            if name == "obsante.cli.main":
                raise KeyboardInterrupt

    monkeypatch.delitem(sys.modules, "obsante.cli.main")
    monkeypatch.setattr(sys, "meta_path", [Interrupting(), *sys.meta_path])
    with pytest.raises(SystemExit) as end:
        entry.main()
    assert end.value.code == 130
    assert capsys.readouterr().out == f"{INTERRUPTION}\n"


def test_an_interpreter_that_is_not_in_utf8_starts_again_in_utf8(monkeypatch):
    called = {}
    monkeypatch.setattr(entry.sys, "getfilesystemencoding", lambda: "iso8859-1")
    monkeypatch.setattr(entry, "UTF8_MODE", False)
    monkeypatch.setattr(entry.sys, "argv", ["obsante", "build", "--edition", "2024"])

    def call(command, env):
        called.update(command=command, utf8=env["PYTHONUTF8"])
        return 3

    monkeypatch.setattr(entry.subprocess, "call", call)
    with pytest.raises(SystemExit) as end:
        entry.main()
    assert end.value.code == 3
    assert called["utf8"] == "1"
    assert called["command"][1:] == ["-X", "utf8", "-m", "obsante", "build", "--edition", "2024"]


def test_the_command_works_in_the_plain_c_locale():
    environment = os.environ | {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    done = subprocess.run([sys.executable, "-m", "obsante", "build", "--edition", "1912"],
                          env=environment, capture_output=True, text=True, encoding="utf-8",
                          check=False)  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.startswith("Error: edition 1912\n")
