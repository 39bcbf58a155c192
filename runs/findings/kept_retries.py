"""What a story keeps of calls that were tried again, and what all of them wasted. Pure."""

from msgspec import Struct

from runs.findings.case import Case
from runs.findings.limits import ATTEMPTS_KEPT, RETRIED_KEPT
from runs.findings.retried import RetriedCall, RetryOutcome, retried_calls


class Attempt(Struct, frozen=True, array_like=True):
    """One failed attempt."""

    step: int
    cause: str
    wait_ms: int


class RetryLine(Struct, frozen=True, kw_only=True):
    """One call that was tried again."""

    call: int | None  #: the step that it became
    attempts: tuple[Attempt, ...]  #: the first ones
    failed: int  #: all of them
    most: int | None
    outcome: RetryOutcome
    waited_ms: int
    wasted_ms: int
    wasted_tokens: int


class Retries(Struct, frozen=True, kw_only=True):
    """The retried calls of a run, the first ones; the sums are those of all."""

    calls: tuple[RetryLine, ...] = ()
    more: int = 0
    ms: int = 0
    tokens: int = 0
    cost: float = 0.0  #: dollars, of attempts with a known price
    unpriced: int = 0  #: attempts that used tokens at an unknown price


def retries_of(case: Case) -> Retries:
    """Gather the retried calls of a run."""
    calls = case.once(retried_calls)
    if not calls:
        return Retries()
    attempts = [case.by_seq[seq] for call in calls for seq in call.attempts]
    return Retries(
        calls=tuple(map(_line, calls[:RETRIED_KEPT])),
        more=max(0, len(calls) - RETRIED_KEPT),
        ms=sum(call.wasted_ms for call in calls),
        tokens=sum(call.wasted_tokens for call in calls),
        cost=round(sum(each.cost or 0.0 for each in attempts), 6),
        unpriced=sum(each.cost is None and bool(each.sent or each.out) for each in attempts),
    )


def _line(call: RetriedCall) -> RetryLine:
    told = list(zip(call.attempts, call.causes, call.waits, strict=True))[:ATTEMPTS_KEPT]
    return RetryLine(
        call=call.call,
        attempts=tuple(Attempt(*each) for each in told),
        failed=len(call.attempts),
        most=call.most,
        outcome=call.outcome,
        waited_ms=sum(call.waits),
        wasted_ms=call.wasted_ms,
        wasted_tokens=call.wasted_tokens,
    )
