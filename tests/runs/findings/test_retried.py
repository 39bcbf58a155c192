"""Retried calls are objects: attempts, causes, waits, outcome, waste."""

from runs.findings.case import Case, RunFacts
from runs.findings.clues import Clue
from runs.findings.retried import RetriedCall, RetryOutcome, retried_calls
from runs.kinds import Kind, RunStatus, StepStatus


def retry(seq: int, attempt: int, *, at: int, wait: int, **fields: object) -> Clue:
    told = {"status": StepStatus.OK, "error": "# overloaded", "ms": 500, "most": 3, **fields}
    return Clue(seq=seq, kind=Kind.RETRY, attempt=attempt, at=at, wait_ms=wait, **told)


def test_attempts_without_a_name_belong_to_the_next_call() -> None:
    clues = [
        retry(1, 1, at=0, wait=1_000),
        retry(2, 2, at=4_000, wait=2_000, sent=300, out=20),
        Clue(seq=3, kind=Kind.LLM, at=7_000),
        retry(4, 1, at=9_000, wait=1_000),
    ]
    assert retried_calls(Case(RunFacts(status=RunStatus.RUNNING), clues)) == [
        RetriedCall(
            call=3, attempts=(1, 2), most=3, causes=("overloaded", "overloaded"), waits=(1_000, 2_000),
            outcome=RetryOutcome.ANSWERED, wasted_ms=4_000 + 2_500, wasted_tokens=320,
        ),
        RetriedCall(
            call=None, attempts=(4,), most=3, causes=("overloaded",), waits=(1_000,),
            outcome=RetryOutcome.WAITING, wasted_ms=1_500, wasted_tokens=0,
        ),
    ]  # fmt: skip


def test_attempts_that_name_their_calls_are_told_apart() -> None:
    clues = [
        retry(1, 1, at=0, wait=10, of="a"),
        retry(2, 1, at=1, wait=10, of="b"),
        retry(3, 2, at=2, wait=10, of="a"),
        Clue(seq=4, kind=Kind.LLM, key="b", at=5, status=StepStatus.FAILED),
        Clue(seq=5, kind=Kind.LLM, key="a", at=6),
    ]
    found = retried_calls(Case(RunFacts(status=RunStatus.DONE), clues))
    assert [(call.call, call.attempts, call.outcome) for call in found] == [
        (5, (1, 3), RetryOutcome.ANSWERED),
        (4, (2,), RetryOutcome.FAILED),
    ]


def test_last_attempt_without_an_answer_gave_up() -> None:
    clues = [retry(1, 3, at=0, wait=10), Clue(seq=2, kind=Kind.PROMPT, at=90)]
    [call] = retried_calls(Case(RunFacts(status=RunStatus.RUNNING), clues))
    assert (call.call, call.outcome) == (None, RetryOutcome.GAVE_UP)
