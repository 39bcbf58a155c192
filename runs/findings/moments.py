"""The moment a run went sideways: the first step after which no check went green again. Pure.

It is argued from checks where there are any, else from findings that reach to the end. `sure` says how far
the evidence carries: a check that was green and stayed red is strong, a run that only ended badly is thin.
"""

from collections.abc import Sequence
from enum import StrEnum

from msgspec import Struct

from runs.findings.case import Case
from runs.findings.clues import Clue, Outcome
from runs.findings.judge import Judged
from runs.findings.series import Streak
from runs.findings.suspects import Suspect, suspects_between
from runs.findings.words import named_call
from runs.kinds import Kind, RunStatus

#: Findings that say that a run no longer moves, when nothing but them follows.
_STUCK = frozenset(
    {"tool-loop", "near-loop", "cycle", "retry-storm", "max-iterations", "avalanche", "format-error"}
)
#: Reds in a row after which a run that goes on counts as gone wrong: agents see red and mend it all the time.
REDS_OF_RUNNING = 3
#: Calls that worked after the last failure, above which that failure is not why the run ended badly.
WORKED_AFTER = 3


class Sure(StrEnum):
    """How far the evidence carries."""

    STRONG = "strong"
    LIKELY = "likely"
    THIN = "thin"


class After(Struct, frozen=True, kw_only=True):
    """What the run spent after a step. `cost` counts calls with a known price only."""

    turns: int = 0
    calls: int = 0
    ms: int = 0
    tokens: int = 0
    cost: float = 0.0
    unpriced: int = 0


class Moment(Struct, frozen=True, kw_only=True):
    """Where it went sideways, and what speaks for it."""

    step: int
    why: str
    sure: Sure
    suspects: tuple[Suspect, ...] = ()
    last_green: int | None = None
    first_red: int | None = None
    check: str = ""  #: the check that stayed red
    reds: int = 0  #: how often it was red since
    after: After = After()


def moment_of(case: Case, judged: Sequence[Judged]) -> Moment | None:
    """Find the moment; None where nothing says that the run went wrong."""
    return _by_checks(case) or _by_findings(case, judged)


def _by_checks(case: Case) -> Moment | None:
    name, open_streak = _red_streak(case)
    if open_streak is None or not _lasts(case, streak := [case.by_seq[seq] for seq in open_streak.reds]):
        return None
    red, place = streak[0], case.places[streak[0].seq]
    own = None if open_streak.green is None else case.by_seq[open_streak.green]
    green = own or next(
        (call for call in reversed(_checks(case)) if _is_green_before(case, call, place)), None
    )
    since = case.places[green.seq] if green else -1
    suspects = suspects_between(case, since, place, named=red.named) or suspects_between(
        case, -1, place, named=red.named
    )
    at = suspects[0].step if suspects else red.seq
    return Moment(
        step=at,
        why=_why(name, green, suspects, len(streak)),
        sure=_sure(case, streak, suspects, own=own, other=green),
        suspects=suspects,
        last_green=green.seq if green else None,
        first_red=red.seq,
        check=name,
        reds=len(streak),
        after=spent_after(case, at),
    )


def _checks(case: Case) -> list[Clue]:
    return [call for call in case.calls if call.outcome]


def _red_streak(case: Case) -> tuple[str, Streak | None]:
    """Find the check that has been red the longest at the end of the run: its name, and its reds.

    A green of a wider check ends it, and so does a run of it that does not say how it ended.
    """
    open_ones = [
        (series.name, streak) for series in case.red_series for streak in series.streaks if streak.is_open
    ]
    return min(open_ones, key=lambda each: case.places[each[1].reds[0]], default=("", None))


def _is_green_before(case: Case, call: Clue, place: int) -> bool:
    return call.outcome == Outcome.GREEN and case.places[call.seq] < place


def _lasts(case: Case, streak: Sequence[Clue]) -> bool:
    """Say whether a check stayed red: agents see red and mend it all the time."""
    last = case.places[streak[-1].seq]
    if case.run.status == RunStatus.RUNNING:
        return len(streak) >= REDS_OF_RUNNING
    greener = any(case.places[call.seq] > last and call.outcome == Outcome.GREEN for call in _checks(case))
    return len(streak) > 1 or case.run.status != RunStatus.DONE or not greener


def _sure(
    case: Case, streak: Sequence[Clue], suspects: Sequence[Suspect], *, own: Clue | None, other: Clue | None
) -> Sure:
    """Weigh a change and a red: was the same check green before, or does its output name the file?"""
    last = case.places[streak[-1].seq]
    changed_later = any(case.touches_of(clue) for clue in case.clues[last + 1 :])
    if not suspects or changed_later:
        return Sure.THIN
    named = suspects[0].named
    if own or (other and named):
        return Sure.STRONG
    return Sure.LIKELY if other or named else Sure.THIN


def _why(check: str, green: Clue | None, suspects: Sequence[Suspect], reds: int) -> str:
    if not suspects:
        times = f"red {reds} times" if reds > 1 else "red"
        return f"`{check}` was {times}, and not green since; no change of a file before it is on record."
    times = f"red {reds} times, and never green again" if reds > 1 else "red, and never green again"
    first = suspects[0]
    name = first.path.rsplit("/", 1)[-1]
    how = "changed without being declared" if first.hidden else "changed"
    if green is None:
        return (
            f"{name} was {how}, then `{check}` was {times}. No check was green before: it may have been red "
            "all along."
        )
    return f"After `{green.check}` was green, {name} was {how}; from then on `{check}` was {times}."


def _by_findings(case: Case, judged: Sequence[Judged]) -> Moment | None:
    """Take the earliest finding of a standstill that lasts to the end of a run that did not end well."""
    if case.run.status not in (RunStatus.FAILED, RunStatus.UNFINISHED, RunStatus.INTERRUPTED):
        return None
    last_change = max((case.places[clue.seq] for clue in case.clues if case.touches_of(clue)), default=-1)
    stuck = [each for each in judged if each.signature.slug in _STUCK and _place(case, each) > last_change]
    if stuck:
        first = min(stuck, key=lambda each: _place(case, each))
        at = first.found.steps[0] if first.found.steps else first.found.at
        return Moment(
            step=at, why=f"no file changed any more. {first.found.sentence}", sure=Sure.LIKELY,
            after=spent_after(case, at),
        )  # fmt: skip
    return None if case.run.status == RunStatus.INTERRUPTED else _by_the_end(case)


def _place(case: Case, judged: Judged) -> int:
    return case.places.get(judged.found.at, -1)


def _by_the_end(case: Case) -> Moment | None:
    """Fall back on the last failure, where hardly anything worked after it."""
    failed = [clue for clue in case.clues if clue.failed or clue.kind == Kind.ERROR]
    if not failed:
        return None
    last = failed[-1]
    worked = sum(clue.is_tool and not clue.failed for clue in case.clues[case.places[last.seq] + 1 :])
    if worked > WORKED_AFTER:
        return None
    what = f"“{last.error}”" if last.kind == Kind.ERROR and last.error else f"{named_call(last)} failed"
    why = f"{what}, and hardly anything worked after it."
    return Moment(step=last.seq, why=why, sure=Sure.THIN, after=spent_after(case, last.seq))


def spent_after(case: Case, step: int) -> After:
    """Add up what came after a step."""
    place = case.places[step]
    later = case.clues[place + 1 :]
    models = [clue for clue in later if clue.kind == Kind.LLM]
    start = case.clues[place].until or case.clues[place].at
    ends = [time for clue in later if (time := clue.until or clue.at) is not None]
    return After(
        turns=sum(not clue.lane for clue in models),
        calls=sum(clue.is_tool for clue in later),
        ms=max(0, max(ends) - start) if ends and start is not None else 0,
        tokens=sum((clue.sent or 0) + clue.out for clue in models),
        cost=round(sum(clue.cost or 0.0 for clue in models), 6),
        unpriced=sum(clue.cost is None and bool(clue.sent or clue.out) for clue in models),
    )
