"""Whether a run succeeded."""

import pytest

from runs.comparing.outcomes import result_in_words, result_of, success_of
from runs.findings.clues import Outcome
from runs.kinds import Result

PASSED, FAILED, UNKNOWN = Result.PASSED, Result.FAILED, Result.UNKNOWN


@pytest.mark.parametrize(
    ("words", "result"),
    [
        ("resolved", PASSED),
        ("tests green", PASSED),
        ("PASSED", PASSED),
        ("0 failed, 12 passed", PASSED),
        ("1", PASSED),
        ("1.0", PASSED),
        ("not resolved", FAILED),
        ("isn't resolved", FAILED),
        ("unresolved", FAILED),
        ("11 passed, 1 failed", FAILED),
        ("build red", FAILED),
        ("timeout", FAILED),
        ("0", FAILED),
        ("0.0", FAILED),
        ("", UNKNOWN),
        ("0.5", UNKNOWN),
        ("handed over", UNKNOWN),
        ("answered", UNKNOWN),
    ],
)
def test_word_of_the_source(words: str, result: Result) -> None:
    assert result_in_words(words) == result


def test_word_counts_before_checks_and_status() -> None:
    assert result_of(outcome="resolved", checks=[Outcome.RED], status="failed") == PASSED


def test_one_red_check_at_the_end_is_a_failure() -> None:
    assert result_of(outcome="", checks=[Outcome.GREEN, Outcome.RED], status="done") == FAILED


def test_green_checks_count_before_the_status() -> None:
    assert result_of(outcome="", checks=[Outcome.GREEN, Outcome.UNKNOWN], status="interrupted") == PASSED


def test_checks_of_a_run_that_goes_on_say_nothing_yet() -> None:
    assert result_of(outcome="", checks=[Outcome.RED], status="running") == UNKNOWN


def test_end_alone_is_no_success_but_may_be_a_failure() -> None:
    assert result_of(outcome="", checks=[], status="done") == UNKNOWN
    assert result_of(outcome="", checks=[], status="failed") == FAILED


def test_verdict_of_a_person_counts_first() -> None:
    assert success_of("good", "failed") == PASSED
    assert success_of("bad", "passed") == FAILED
    assert success_of("unsure", "passed") == UNKNOWN
    assert success_of("", "passed") == PASSED
