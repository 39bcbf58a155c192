"""Retry storms: model calls that were tried again and again. Pure."""

from collections import Counter

from runs.findings.case import Case
from runs.findings.found import Found, Severity, Signature
from runs.findings.retried import RetriedCall, RetryOutcome, retried_calls
from runs.words import duration, plural, tokens

_ENDS = {
    RetryOutcome.ANSWERED: "before it answered",
    RetryOutcome.FAILED: "and failed in the end",
    RetryOutcome.GAVE_UP: "and never answered",
    RetryOutcome.WAITING: "and has not answered yet",
}


def find_retry_storms(case: Case) -> list[Found]:
    """Find calls tried again at least `retries_per_call` times, and much back-off over many calls."""
    calls = case.once(retried_calls)
    least, seconds = int(case.limits["retries_per_call"]), case.limits["backoff_seconds"]
    storms = [call for call in calls if len(call.attempts) >= least]
    small = [call for call in calls if len(call.attempts) < least]
    found = [_storm(call, least) for call in storms]
    return [*found, _drizzle(small, seconds)] if _waited(small) >= seconds * 1_000 else found


def _waited(calls: list[RetriedCall]) -> int:
    return sum(sum(call.waits) for call in calls)


def _storm(call: RetriedCall, least: int) -> Found:
    cause, times = Counter(call.causes).most_common(1)[0]
    most = f" of {call.most}" if call.most else ""
    often = f" ({times} times)" if times < len(call.causes) else ""
    burnt = f" and {tokens(call.wasted_tokens)} tokens" if call.wasted_tokens else ""
    ends = _ENDS[call.outcome]
    return Found(
        key=str(call.attempts[0]),
        sentence=f"A model call failed {plural(len(call.attempts), 'time')}{most} {ends}: {cause}{often}; "
        f"{duration(call.wasted_ms)}{burnt} wasted.",
        steps=[*call.attempts, *([call.call] if call.call is not None else [])],
        at=call.attempts[least - 1],
        numbers={
            "retries": len(call.attempts), "wasted_ms": call.wasted_ms, "wasted_tokens": call.wasted_tokens,
            "wait_ms": sum(call.waits), "outcome": call.outcome,
        },
        used={"retries_per_call": least},
        severity=None if call.outcome in (RetryOutcome.ANSWERED, RetryOutcome.WAITING) else Severity.ERROR,
    )  # fmt: skip


def _drizzle(calls: list[RetriedCall], seconds: float) -> Found:
    """Tell of back-off spread over calls of which none alone is a storm."""
    attempts = [attempt for call in calls for attempt in call.attempts]
    waits = [wait for call in calls for wait in call.waits]
    at = next(place for place in range(len(waits)) if sum(waits[: place + 1]) >= seconds * 1_000)
    wasted = sum(call.wasted_ms for call in calls)
    return Found(
        key="all",
        sentence=f"{plural(len(calls), 'model call')} had to be tried again, and waited "
        f"{duration(sum(waits))} in all; {duration(wasted)} wasted.",
        steps=attempts,
        at=attempts[at],
        numbers={"retries": len(attempts), "wasted_ms": wasted, "wait_ms": sum(waits)},
        used={"backoff_seconds": seconds},
    )


SIGNATURES = (
    Signature(
        slug="retry-storm",
        name="Retry storm",
        severity=Severity.WARNING,
        about="Calls of the model that failed and were tried again and again.",
        helps="Look at the cause: run fewer agents at once under one rate limit, ask for a higher one, or "
        "give the agent a second model for when the first is overloaded.",
        rule=find_retry_storms,
        thresholds=("retries_per_call", "backoff_seconds"),
    ),
)
