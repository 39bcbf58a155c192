"""Calls that took long, held against those of the project before, else of the run before. Pure."""

from bisect import insort

from msgspec import Struct

from runs.findings.case import Case
from runs.findings.clues import Clue
from runs.findings.found import Found, Severity, Signature
from runs.findings.habits import Habit
from runs.findings.limits import TOOL_NAME_CHARS
from runs.findings.words import named_call
from runs.tools import EDITING, Family
from runs.words import duration, plural

LIKE_LEAST = 4  # calls of a run before it is known how long they take
#: Calls whose time is that of a human, of a sub-agent, or of something that runs by itself.
_NOT_TIMED = EDITING | {Family.ASK, Family.PLAN, Family.AGENT, Family.CONSOLE, Family.TODO, Family.SKILL}

#: Agents whose recordings do not tell permissions apart: a human's wait is in the time of the call.
_SILENT_ASKERS = frozenset({"claude-code"})


class _Late(Struct, frozen=True):
    """A long call, and what calls like it took before in the run."""

    call: Clue
    usual: int | None
    like: int  #: how many


def find_slow_tools(case: Case) -> list[Found]:
    """Find calls that took many times what their tool takes in the project, or, where the project has too
    few of them, what calls like them took before in this run."""
    late = _late_calls(case)
    habits = case.habits({_tool(each.call) for each in late}) if late else {}
    enough = case.limits["slow_history"]
    against_project: dict[str, list[Clue]] = {}
    found = []
    for each in late:
        habit = habits.get(_tool(each.call), Habit())
        if habit.calls < enough:
            found += _against_run(case, each, habit)
        elif (each.call.ms or 0) >= case.limits["slow_p95_times"] * habit.p95_ms:
            against_project.setdefault(_kind_of(each.call), []).append(each.call)
    slow = [
        _against_project(case, kind, calls, habits[_tool(calls[0])])
        for kind, calls in against_project.items()
    ]
    return [*found, *slow]


def _late_calls(case: Case) -> list[_Late]:
    if case.run.agent in _SILENT_ASKERS:
        return []
    late, least = [], case.limits["slow_ms"]
    history: dict[str, list[int]] = {}
    for call in case.calls:
        if call.ms is None or call.failed or call.family in _NOT_TIMED:
            continue
        before = history.setdefault(_kind_of(call), [])
        if call.ms > least:
            usual = before[len(before) // 2] if len(before) >= LIKE_LEAST else None
            late.append(_Late(call, usual, len(before)))
        insort(before, call.ms)
    return late


def _kind_of(call: Clue) -> str:
    """Name what a call can be compared with: commands by their program and its verb."""
    return call.verb or call.check if call.family == Family.SHELL else call.tool


def _tool(call: Clue) -> str:
    """Name a tool as the sums do."""
    return call.tool[:TOOL_NAME_CHARS]


def _against_run(case: Case, late: _Late, habit: Habit) -> list[Found]:
    times, least, ms = case.limits["slow_times"], case.limits["slow_ms"], late.call.ms or 0
    if late.usual is None or ms < times * late.usual:
        return []
    known = f"only {plural(habit.calls, 'call')}" if habit.calls else "no call"
    return [
        Found(
            key=str(late.call.seq),
            sentence=f"{named_call(late.call)} took {duration(ms)}; the median of the {late.like} calls like "
            f"it before in this run was {duration(late.usual)}. The project has {known} of {late.call.tool} "
            f"from the days before to compare with.",
            steps=[late.call.seq],
            at=late.call.seq,
            numbers={"ms": ms, "usual_ms": late.usual, "history_calls": habit.calls},
            used={"slow_times": times, "slow_ms": least, "slow_history": case.limits["slow_history"]},
        )
    ]


def _against_project(case: Case, kind: str, calls: list[Clue], habit: Habit) -> Found:
    longest = max(calls, key=lambda call: call.ms or 0)
    more = f", the longest of {len(calls)} such calls" if len(calls) > 1 else ""
    return Found(
        key=f"project:{kind}",
        sentence=f"{named_call(longest)} took {duration(longest.ms)}{more}; of {habit.calls:,} calls of "
        f"{longest.tool} in this project in the 30 days before, 95 % took no longer than about "
        f"{duration(habit.p95_ms)}.",
        steps=[call.seq for call in calls],
        at=calls[0].seq,
        numbers={"ms": longest.ms or 0, "p95_ms": habit.p95_ms, "history_calls": habit.calls},
        used={name: case.limits[name] for name in ("slow_p95_times", "slow_ms", "slow_history")},
    )


SIGNATURES = (
    Signature(
        slug="slow-tool",
        name="Slow tool",
        severity=Severity.HINT,
        about="A call took more than `slow_ms`, and `slow_p95_times` the 95th percentile of its tool in this "
        "project; where that has fewer than `slow_history` calls, `slow_times` what calls like it took "
        "before in the run. Recordings with a human's wait in the times of calls are left out.",
        helps="See what was different: a cold cache, a lock, a network, or a human who was asked.",
        rule=find_slow_tools,
        version=2,
        thresholds=("slow_ms", "slow_p95_times", "slow_history", "slow_times"),
    ),
)
