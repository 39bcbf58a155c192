"""Time limits, waits for humans, and budgets. Pure."""

import re

from runs.findings.case import Case
from runs.findings.clues import Clue, Outcome
from runs.findings.found import Found, Severity, Signature
from runs.findings.words import named_call
from runs.kinds import Kind
from runs.tools import Family
from runs.words import duration, money

_TIMED_OUT = re.compile(r"tim(?:ed|e)[ -]?out|deadline exceeded|etimedout")

#: Exit codes of what was ended by `timeout` or a signal.
_KILLED = frozenset({124, 137, 143})


def find_timeouts(case: Case) -> list[Found]:
    """Find calls that ran into a time limit; the same call once."""
    groups: dict[tuple[str, bytes], list[Clue]] = {}
    for clue in case.failures:
        if clue.error_kind == "timeout" or (_TIMED_OUT.search(clue.error) and not _is_told_by_test(clue)):
            groups.setdefault((clue.tool or clue.kind, clue.args), []).append(clue)
    return [_timeout(calls) for calls in groups.values()]


def _is_told_by_test(clue: Clue) -> bool:
    """Say whether a time limit stands in a red check's output: that of a test, not of the call."""
    return clue.outcome == Outcome.RED and clue.exit_code not in _KILLED


def _timeout(calls: list[Clue]) -> Found:
    first = calls[0]
    name = named_call(first) if first.is_tool else "A model call" if first.kind == Kind.LLM else "A call"
    times = f" {len(calls)} times" if len(calls) > 1 else ""
    after = f" after {duration(first.ms)}" if first.ms else ""
    return Found(
        key=str(first.seq),
        sentence=f"{name} timed out{times}{after}.",
        steps=[call.seq for call in calls],
        at=first.seq,
        numbers={"calls": len(calls), "ms": sum(call.ms or 0 for call in calls)},
    )


def find_human_waits(case: Case) -> list[Found]:
    """Find long waits for a human's permission or answer."""
    most = case.limits["wait_ms"]
    asked = (
        clue
        for clue in case.clues
        if clue.ms and clue.ms >= most
        and (clue.kind == Kind.PERMISSION or clue.family in (Family.ASK, Family.PLAN))
    )  # fmt: skip
    return [
        Found(
            key=str(clue.seq),
            sentence=f"The agent waited {duration(clue.ms)} for a human{_to_allow(clue)}.",
            steps=[clue.seq],
            at=clue.seq,
            numbers={"ms": clue.ms or 0},
            used={"wait_ms": most},
        )
        for clue in asked
    ]


def _to_allow(clue: Clue) -> str:
    tool = clue.tool or clue.name
    return f" to allow {tool}" if clue.kind == Kind.PERMISSION and tool else ""


def find_costs_over_budget(case: Case) -> list[Found]:
    """Find the call with which a run cost more than the project's budget for a run; 0 is no budget."""
    budget, total = case.limits["budget_usd"], 0.0
    if not budget or case.run.cost <= budget:
        return []
    for call in case.model_calls:
        total += call.cost or 0.0
        if total > budget:
            return [
                Found(
                    key="run",
                    sentence=f"The run cost {money(case.run.cost)}, more than the budget of {money(budget)}.",
                    steps=[call.seq],
                    at=call.seq,
                    numbers={"usd": round(case.run.cost, 4)},
                    used={"budget_usd": budget},
                )
            ]
    return []


SIGNATURES = (
    Signature(
        slug="timeout",
        name="Timeout",
        severity=Severity.WARNING,
        about="A call ran into a time limit.",
        helps="Run what never ends in the background, raise the limit, or run less at once.",
        rule=find_timeouts,
        version=2,
    ),
    Signature(
        slug="human-wait",
        name="Waited for a human",
        severity=Severity.HINT,
        about="The agent waited for a permission or an answer for at least `wait_ms`.",
        helps="Allow what is harmless in advance, or have questions sent to where people see them.",
        rule=find_human_waits,
        thresholds=("wait_ms",),
    ),
    Signature(
        slug="over-budget",
        name="Over budget",
        severity=Severity.ERROR,
        about="The run cost more than the project's budget for a run. There is none unless one is set.",
        helps="Stop it, or look at what filled its prompts.",
        rule=find_costs_over_budget,
        thresholds=("budget_usd",),
    ),
)
