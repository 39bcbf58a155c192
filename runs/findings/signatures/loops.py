"""Tool loops: the same call again and again. Pure."""

from runs.findings.case import Case
from runs.findings.clues import Clue
from runs.findings.found import Found, Severity, Signature
from runs.findings.words import named_call
from runs.tools import Family

#: Calls that look at something that goes on by itself: asking again is their use.
_WATCHING = frozenset({Family.CONSOLE, Family.TODO, Family.ASK, Family.PLAN, Family.AGENT})


def find_same_calls(case: Case) -> list[Found]:
    """Find the same tool with the same arguments, at least `loop_repeats` times, nothing written between."""
    least = case.limits["loop_repeats"]
    found = []
    for calls in case.lanes.values():
        for group in _groups_of(case, calls):
            if len(group) >= least:
                found.append(_same(group, least))
    return found


def _groups_of(case: Case, calls: list[Clue]) -> list[list[Clue]]:
    """Gather equal calls; a change of a file starts anew, for then the answer may differ."""
    done: list[list[Clue]] = []
    open_groups: dict[tuple[str, bytes], list[Clue]] = {}
    for call in calls:
        if case.touches_of(call):
            done += open_groups.values()
            open_groups = {}
        if call.family not in _WATCHING and call.args:
            open_groups.setdefault((call.tool, call.args), []).append(call)
    return [*done, *open_groups.values()]


def _same(group: list[Clue], least: float) -> Found:
    return Found(
        key=f"{group[0].tool}:{group[0].args.hex()}:{group[0].seq}",
        sentence=f"{named_call(group[0])} was called {len(group)} times with the same arguments, "
        "and no file changed in between.",
        steps=[call.seq for call in group],
        at=group[int(least) - 1].seq,
        numbers={"repeats": len(group)},
        used={"loop_repeats": least},
    )


SIGNATURES = (
    Signature(
        slug="tool-loop",
        name="Tool loop",
        severity=Severity.WARNING,
        about="The same tool with the same arguments, again and again, while nothing changed.",
        helps="Tell the agent what the call already answered, or cap its tries. Often the tool's result does "
        "not say why it failed.",
        rule=find_same_calls,
        thresholds=("loop_repeats",),
    ),
)
