"""Which tools each side calls, and how often. Pure."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from runs.comparing.limits import MIX_TOOLS
from runs.comparing.measures import ComparedRun


@dataclass(frozen=True, kw_only=True, slots=True)
class ToolUse:
    """Calls of one tool by run, and the share of runs that call it at all."""

    tool: str  #: empty: all tools that are not listed
    a: float
    b: float
    runs_a: int
    runs_b: int


def mix_of(a: Sequence[ComparedRun], b: Sequence[ComparedRun]) -> tuple[ToolUse, ...]:
    """List the tools of most calls a run; the others as one."""
    calls_a, calls_b = _per_run(a), _per_run(b)
    tools = sorted(
        {*calls_a, *calls_b},
        key=lambda tool: (-calls_a[tool] / max(1, len(a)) - calls_b[tool] / max(1, len(b)), tool),
    )
    shown, rest = tools[:MIX_TOOLS], set(tools[MIX_TOOLS:])
    mix = [_use({tool}, tool, a, b, calls_a, calls_b) for tool in shown]
    return (*mix, _use(rest, "", a, b, calls_a, calls_b)) if rest else tuple(mix)


def _use(
    tools: set[str],
    name: str,
    a: Sequence[ComparedRun],
    b: Sequence[ComparedRun],
    calls_a: Counter[str],
    calls_b: Counter[str],
) -> ToolUse:
    return ToolUse(
        tool=name,
        a=sum(calls_a[tool] for tool in tools) / max(1, len(a)),
        b=sum(calls_b[tool] for tool in tools) / max(1, len(b)),
        runs_a=sum(not tools.isdisjoint(run.tools) for run in a),
        runs_b=sum(not tools.isdisjoint(run.tools) for run in b),
    )


def _per_run(runs: Sequence[ComparedRun]) -> Counter[str]:
    calls: Counter[str] = Counter()
    for run in runs:
        calls.update(run.tools)
    return calls
