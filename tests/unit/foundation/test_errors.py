"""The family of errors."""

from __future__ import annotations

import pickle

import pytest

from obsante.errors import NotEstimable, ObsanteError, RunError

WORDS = {"found": "nothing", "expected": "a table", "remedy": "obsante ingest"}


@pytest.mark.parametrize(
    "error",
    [ObsanteError("table 't'", **WORDS), RunError("notebook 'n'", **WORDS),
     NotEstimable("column 'c'", reason="no_data", **WORDS)],
    ids=lambda error: type(error).__name__,
)  # fmt: skip
def test_an_error_goes_from_one_process_to_another_as_it_is(error):
    """A worker's error that can't be sent back would be seen as the worker's death."""
    back = pickle.loads(pickle.dumps(error))
    assert type(back) is type(error)
    assert str(back) == str(error)
    assert back.__dict__ == error.__dict__
    assert back.args == error.args
