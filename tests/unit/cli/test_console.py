"""Messages on the right stream, tracebacks only on demand, a time for each step."""

from __future__ import annotations

import pytest

from obsante.cli import console
from obsante.errors import DataError


@pytest.fixture
def problem():
    return DataError("etablissements.csv, column region", found="'Fez'",
                     expected="'Fès-Meknès' (nearest)", remedy="correct [bold] the row")  # fmt: skip


@pytest.fixture(autouse=True)
def quiet(monkeypatch):
    monkeypatch.setattr(console, "debug", False)


def test_an_error_goes_to_the_error_stream_whole_and_without_markup(problem, capsys):
    console.fail(problem)
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err == f"Error: {problem}\n"
    assert "[bold]" in shown.err


def test_a_traceback_is_shown_only_with_debug(problem, capsys, monkeypatch):
    console.fail(problem)
    assert "Traceback" not in capsys.readouterr().err and "DataError" not in capsys.readouterr().err
    monkeypatch.setattr(console, "debug", True)
    try:
        raise problem
    except DataError as error:
        console.fail(error)
    assert "Traceback" in capsys.readouterr().err


def test_an_internal_failure_says_how_to_report_it(capsys):
    console.unexpected(KeyError("poids"))
    shown = capsys.readouterr().err
    assert "KeyError: 'poids'" in shown
    assert "--debug" in shown
    assert "Traceback" not in shown


def test_a_long_line_is_not_cut(capsys):
    text = "x" * 500
    console.say(text)
    assert capsys.readouterr().out == text + "\n"


def test_a_step_prints_its_time_when_it_ends(capsys):
    steps = console.Steps()
    with steps.step("Ingest", total=2) as advance:
        advance()
        advance()
    assert capsys.readouterr().out.splitlines()[-1].startswith("Ingest ")
    assert 0 <= steps.times["Ingest"] < 5


def test_a_step_that_fails_has_no_time(capsys):
    steps = console.Steps()
    with pytest.raises(ValueError), steps.step("Book", total=1):
        raise ValueError
    assert steps.times == {}
    assert " s\n" not in capsys.readouterr().out
