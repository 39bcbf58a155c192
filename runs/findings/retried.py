"""Model calls that had to be tried again, each as one thing: attempts, causes, waits, outcome, waste. Pure.

A retry that names its call belongs to it. Others of one lane that follow each other with rising numbers are
one call: the one that the lane makes next.
"""

from bisect import bisect_right
from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from msgspec import Struct

from runs.findings.case import Case
from runs.findings.clues import Clue
from runs.kinds import Kind, StepStatus

_RETRY = Kind.RETRY
_ACTS = Kind.LLM, Kind.TOOL, Kind.PROMPT, Kind.AGENT, Kind.FINAL, Kind.ERROR


class RetryOutcome(StrEnum):
    """What became of a call that was tried again."""

    ANSWERED = "answered"
    FAILED = "failed"  #: the last attempt failed, too
    GAVE_UP = "gave up"  #: no further attempt, and no answer
    WAITING = "waiting"  #: the run goes on, and neither has come yet


class RetriedCall(Struct, frozen=True, kw_only=True):
    """One call of a model and its failed attempts. `waits` are back-offs in milliseconds."""

    call: int | None  #: number of the step that it became
    attempts: tuple[int, ...]  #: numbers of the failed attempts' steps
    most: int | None  #: attempts that there may be
    causes: tuple[str, ...]
    waits: tuple[int, ...]
    outcome: RetryOutcome
    wasted_ms: int  #: failed attempts and back-off
    wasted_tokens: int
    lane: str = ""


def retried_calls(case: Case) -> list[RetriedCall]:
    """List the calls that were tried again, in the order of their first attempts."""
    retries = [case.clues[place] for place in case.places_of(_RETRY)]
    if not retries:
        return []
    acts: dict[str, list[Clue]] = {}
    for place in case.places_of(*_ACTS):
        acts.setdefault(case.clues[place].lane, []).append(case.clues[place])
    lanes = {lane: _Acts(steps, [case.places[step.seq] for step in steps]) for lane, steps in acts.items()}
    by_key = {(clue := case.clues[place]).key: clue for place in case.places_of(Kind.LLM)}
    groups = _grouped(case, retries, lanes)
    return [_retried(case, group, by_key, lanes.get(group[0].lane, _NO_ACTS)) for group in groups]


class _Acts(NamedTuple):
    """What one lane did, besides waiting, with the places of these steps."""

    steps: Sequence[Clue]
    places: Sequence[int]

    def after(self, place: int) -> tuple[int, Clue] | None:
        """Find the first one after a place."""
        at = bisect_right(self.places, place)
        return (self.places[at], self.steps[at]) if at < len(self.steps) else None


_NO_ACTS = _Acts((), ())


def _grouped(case: Case, retries: Sequence[Clue], acts: dict[str, _Acts]) -> list[list[Clue]]:
    named: dict[str, list[Clue]] = {}
    last: dict[str, list[Clue]] = {}
    groups: list[list[Clue]] = []
    for retry in retries:
        group = named.get(retry.of) if retry.of else last.get(retry.lane)
        if group is None or not (
            retry.of or _follows(case, group[-1], retry, acts.get(retry.lane, _NO_ACTS))
        ):
            group = []
            groups.append(group)
        group.append(retry)
        if retry.of:
            named[retry.of] = group
        else:
            last[retry.lane] = group
    return groups


def _follows(case: Case, before: Clue, retry: Clue, acts: _Acts) -> bool:
    if retry.attempt is not None and before.attempt is not None and retry.attempt <= before.attempt:
        return False
    after = acts.after(case.places[before.seq])
    return after is None or after[0] > case.places[retry.seq]


def _retried(case: Case, group: Sequence[Clue], by_key: dict[str, Clue], acts: _Acts) -> RetriedCall:
    _, after = acts.after(case.places[group[-1].seq]) or (0, None)
    call = after if after and after.kind == Kind.LLM else None
    if group[0].of:
        call = by_key.get(group[0].of, call)
    return RetriedCall(
        call=call.seq if call else None,
        attempts=tuple(retry.seq for retry in group),
        most=next((retry.most for retry in group if retry.most is not None), None),
        causes=tuple(_cause(retry) for retry in group),
        waits=tuple(retry.wait_ms or 0 for retry in group),
        outcome=_outcome(case, group[-1], call, after),
        wasted_ms=sum(map(_spent, group, [*group[1:], None])),
        wasted_tokens=sum((retry.sent or 0) + retry.out for retry in group),
        lane=group[0].lane,
    )


def _cause(retry: Clue) -> str:
    return retry.error.strip("# .") or retry.error_kind or "no cause given"


def _outcome(case: Case, last: Clue, call: Clue | None, after: Clue | None) -> RetryOutcome:
    if call is not None and call.status == StepStatus.RUNNING and not case.run.is_over:
        return RetryOutcome.WAITING
    if call is not None:
        return RetryOutcome.ANSWERED if call.status == StepStatus.OK else RetryOutcome.FAILED
    if after is not None and after.kind in (Kind.TOOL, Kind.AGENT, Kind.FINAL):
        return RetryOutcome.ANSWERED
    if after is not None and after.kind == Kind.ERROR:
        return RetryOutcome.FAILED
    at_end = last.attempt is not None and last.attempt == last.most
    return RetryOutcome.GAVE_UP if after or at_end or case.run.is_over else RetryOutcome.WAITING


def _spent(retry: Clue, after: Clue | None) -> int:
    """Take what is measured until the next attempt, else what the attempt and its back-off say."""
    took = retry.ms or (retry.until - retry.at if retry.until is not None and retry.at is not None else 0)
    told = took + (retry.wait_ms or 0)
    gap = after.at - retry.at if after and after.at is not None and retry.at is not None else 0
    return max(told, gap)
