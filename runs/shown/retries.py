"""The retried calls of a run as the page shows them."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from runs.findings.kept_retries import Retries, RetryLine
from runs.findings.retried import RetryOutcome
from runs.shown.steps import Place
from runs.shown.stories import BitShown, StepLink, step_url
from runs.words import duration, money, one_line, plural, tokens

_NUMBERS = re.compile(r"#(?:[,.]#)*")
CAUSE_CHARS = 80
_TONES = {RetryOutcome.ANSWERED: "ok", RetryOutcome.WAITING: "warn"}
_ENDS = {
    RetryOutcome.ANSWERED: "succeeded",
    RetryOutcome.FAILED: "failed for good",
    RetryOutcome.GAVE_UP: "gave up",
    RetryOutcome.WAITING: "has no answer yet",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class RetryShown:
    """One call that was tried again."""

    call: StepLink | None
    attempts: list[StepLink]
    failed: str  #: `2 failed of at most 10`
    cause: str
    waited: str
    tone: str
    outcome: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RetriesShown:
    """The retried calls of a run, and what they wasted."""

    title: str
    wasted: str
    calls: list[RetryShown]
    more: str


def retries_shown(retries: Retries, place: Place) -> RetriesShown | None:
    """Build the retried calls of a run; None where there are none."""
    if not retries.calls:
        return None
    return RetriesShown(
        title=f"{plural(len(retries.calls) + retries.more, 'call')} tried again",
        wasted=_wasted(retries),
        calls=[_shown(call, place) for call in retries.calls],
        more=f"and {plural(retries.more, 'more call')}" if retries.more else "",
    )


def _wasted(retries: Retries) -> str:
    """Sum up what failed attempts took; tokens without a known price are said to be so."""
    cost = ("at least " if retries.unpriced else "") + money(retries.cost) if retries.cost else ""
    unknown = "cost unknown" if retries.unpriced and not cost else ""
    used = f"{tokens(retries.tokens)} tokens" if retries.tokens else ""
    return " · ".join(filter(None, (duration(retries.ms) if retries.ms else "", used, cost or unknown)))


def _shown(call: RetryLine, place: Place) -> RetryShown:
    return RetryShown(
        call=_link(call.call, place) if call.call is not None else None,
        attempts=[_link(attempt.step, place) for attempt in call.attempts],
        failed=f"{call.failed} failed" + (f" of at most {call.most}" if call.most else ""),
        cause=_causes(call),
        waited=duration(call.waited_ms) if call.waited_ms else "–",
        tone=_TONES.get(call.outcome, "fail"),
        outcome=_ENDS[call.outcome],
    )


def _causes(call: RetryLine) -> str:
    """Name what was in the way: `overloaded ×3`. Numbers are not kept of errors: `#` stands for them."""
    told = (one_line(_NUMBERS.sub("…", attempt.cause), limit=CAUSE_CHARS) for attempt in call.attempts)
    counts = Counter(told)
    return ", ".join(f"{cause} ×{times}" if times > 1 else cause for cause, times in counts.items())


def _link(seq: int, place: Place) -> StepLink:
    return StepLink(seq=seq, url=step_url(place, seq))


def retry_standings(retries: Retries, seq: int, place: Place) -> list[list[BitShown]]:
    """Say of a failed attempt, or of the call that it became, which attempt it was and how it ended."""
    told = [list(_attempt(call, n, place)) for call in retries.calls
            for n, attempt in enumerate(call.attempts, 1) if attempt.step == seq]  # fmt: skip
    return told + [list(_answered(call, place)) for call in retries.calls if call.call == seq]


def _attempt(call: RetryLine, n: int, place: Place) -> Iterator[BitShown]:
    attempt = call.attempts[n - 1]
    most = f" of at most {call.most}" if call.most else ""
    waited = f"; waited {duration(attempt.wait_ms)}" if attempt.wait_ms else ""
    yield BitShown(text=f"Attempt {n}{most}{waited}; the call {_ENDS[call.outcome]}")
    if call.call is not None:
        yield BitShown(text=" at ")
        yield _bit(call.call, place)
    yield BitShown(text=".")


def _answered(call: RetryLine, place: Place) -> Iterator[BitShown]:
    yield BitShown(text=f"Tried {call.failed + 1} times; failed attempts: ")
    for number, attempt in enumerate(call.attempts):
        yield from [BitShown(text=", ")] if number else []
        yield _bit(attempt.step, place)
    yield BitShown(text=f"; {duration(call.wasted_ms)} wasted." if call.wasted_ms else ".")


def _bit(seq: int, place: Place) -> BitShown:
    return BitShown(text=f"step {seq}", url=step_url(place, seq))
