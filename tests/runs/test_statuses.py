"""How a run stands, as its row and its page say it."""

import pytest

from runs.models import Run
from runs.shown.runs import status_of


@pytest.mark.parametrize(
    ("status", "outcome", "word", "tone"),
    [
        ("done", "", "Done", "is-ok"),
        ("done", "resolved", "Done · resolved", "is-ok"),
        ("done", "unresolved", "Done · unresolved", "is-fail"),
        ("done", "2 tests failed", "Done · 2 tests failed", "is-fail"),
        ("done", "nothing found", "Done · nothing found", "is-ok"),
        ("running", "failed", "Running · failed", "is-run"),
        ("interrupted", "failed", "Interrupted · failed", "is-warn"),
    ],
)
def test_run_that_ended_well_with_work_undone_is_not_green(status, outcome, word, tone) -> None:
    found = status_of(Run(status=status, outcome=outcome))
    assert (found.word, found.tone) == (word, tone)
