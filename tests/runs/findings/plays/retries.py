"""Runs whose model calls had to be tried again: often, long, or just as it happens."""

from runs.kinds import RunStatus, StepStatus
from runs.records import Batch
from tests.runs.findings.labelled import label
from tests.runs.findings.pieces import final, llm, pause, prompt, read, recording, retry, tool


def attempts(times: int, *, wait: float = 2.0, of: str = "") -> list:
    return [
        piece
        for number in range(1, times + 1)
        for piece in (retry(of, attempt=number, wait=wait), pause(wait))
    ]


@label("retry-storm")
def overloaded_four_times_then_answered() -> Batch:
    return recording(prompt(), *attempts(4), llm(), read("a.py"), final())


@label("retry-storm")
def gave_up_after_ten() -> Batch:
    return recording(prompt(), *attempts(10, wait=5), status=RunStatus.FAILED)


@label("retry-storm")
def storm_in_a_sub_agent() -> Batch:
    storm = [piece.by("a1") if hasattr(piece, "by") else piece for piece in attempts(3)]
    return recording(prompt(), llm(), *storm, llm().by("a1"), read("a.py").by("a1"), final())


@label("retry-storm")
def named_by_their_call() -> Batch:
    return recording(prompt(), *attempts(3, of="m1"), llm(key="m1"), final())


@label("retry-storm")
def minute_of_waiting_in_small_pieces() -> Batch:
    rounds = [piece for _ in range(4) for piece in (*attempts(1, wait=20), llm(), read("a.py"))]
    return recording(prompt(), *rounds, final())


@label("retry-storm", positive=False)
def two_retries_then_answered() -> Batch:
    return recording(prompt(), *attempts(2, wait=4), llm(), final())


@label("retry-storm", positive=False)
def one_retry_each_of_six_calls() -> Batch:
    """Six retries, but none of them hurt."""
    rounds = [piece for _ in range(6) for piece in (*attempts(1, wait=1), llm(), read("a.py"))]
    return recording(prompt(), *rounds, final())


@label("retry-storm", positive=False)
def one_retry_in_each_of_four_agents() -> Batch:
    rounds = [retry(attempt=1).by(f"a{number}") for number in range(4)]
    return recording(prompt(), llm(), *rounds, final())


@label("retry-storm", positive=False)
def failed_tool_calls_are_no_retries() -> Batch:
    calls = [tool("WebFetch", error="Request failed with status code 529", url=f"u{n}") for n in range(4)]
    return recording(prompt(), *calls, final())


@label("retry-storm", positive=False)
def slow_answers_without_a_retry() -> Batch:
    slow = llm().taking(90).but(status=StepStatus.OK)
    return recording(prompt(), slow, read("a.py"), slow, final())


@label("retry-storm", positive=False)
def tried_twice_before_and_after_the_human() -> Batch:
    return recording(prompt(), *attempts(2), prompt("Try again."), *attempts(2), llm(), final())
