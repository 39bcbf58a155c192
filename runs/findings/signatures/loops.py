"""Tool loops: the same call again and again, in all its disguises. Pure.

What is not a loop: watching something that goes on by itself, asking again after something changed (a file,
an install, what the human wants, a context that was cut), a check that is green each time.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Hashable, Iterator, Sequence
from itertools import islice

from runs.findings.case import Case, Lane
from runs.findings.clues import Clue, Outcome
from runs.findings.deeds import Deed
from runs.findings.found import Found, Severity, Signature
from runs.findings.words import named_call
from runs.tools import Family

#: Calls that look at something that goes on by itself, or are for people: asking again is their use.
_WATCHING = frozenset(
    {Family.CONSOLE, Family.TODO, Family.ASK, Family.PLAN, Family.AGENT, Family.SKILL, Family.MCP}
)
_READ = str(Family.READ)
#: The longest cycle that is looked for, in calls.
_PERIODS = range(2, 5)


def find_same_calls(case: Case) -> list[Found]:
    """Find the same tool with the same arguments, at least `loop_repeats` times, nothing changed between."""
    least = int(case.limits["loop_repeats"])
    often = {name for name, count in case.repeats.items() if count >= least}
    named = zip(case.calls, case.names, strict=True) if often else ()
    repeated = [call for call, name in named if name in often and _counts(call)]
    groups = [group for group in _groups(case, repeated, _name, least) if _is_no_progress(group)]
    cycles = [(case.places[found.at], set(found.steps)) for found in case.once(find_cycles)] if groups else []
    return [
        _found_same(group, least)
        for group in groups
        if not any(case.places[group[least - 1].seq] >= at and _all_in(group, steps) for at, steps in cycles)
    ]


def find_near_loops(case: Case) -> list[Found]:
    """Find calls that differ a little, and fail at least `loop_repeats` times in the same way."""
    least = int(case.limits["loop_repeats"])
    failed = [
        call
        for call in case.failed_calls
        if call.error and not (call.check or call.is_no_match or _is_watch(call))
    ]
    found: list[Found] = []
    seen: set[int] = set()
    for key in (_roughly, _same_file):
        for group in _groups(case, failed, key, least, across_changes=True):
            steps = {call.seq for call in group}
            if len({call.args for call in group}) > 1 and not steps & seen:
                seen |= steps
                found.append(_found_near(group, least))
    return found


def find_cycles(case: Case) -> list[Found]:
    """Find 2 to 4 calls that follow each other in the same order, at least `cycle_rounds` times."""
    rounds = int(case.limits["cycle_rounds"])
    return [
        _found_cycle(calls, period, rounds)
        for stretch in _stretches_with(case, rounds)
        for calls, period in _cycles_in(case, stretch, rounds)
    ]


def find_narrow_windows(case: Case) -> list[Found]:
    """Find stretches in which each `window_calls` calls are at most `window_distinct` different ones."""
    size, distinct = int(case.limits["window_calls"]), int(case.limits["window_distinct"])
    found = [
        calls
        for lane in _lanes_with(case, -(-size // distinct))
        for calls in _narrow_in(_counting(lane), size, distinct)
    ]
    told = {step for each in _stronger(case) for step in each.steps} if found else set()
    return [
        _found_narrow(calls, size, distinct)
        for calls in found
        if sum(call.seq in told for call in calls) * 2 <= len(calls)
    ]


def _stronger(case: Case) -> list[Found]:
    return [each for find in (find_same_calls, find_near_loops, find_cycles) for each in case.once(find)]


def _is_watch(call: Clue) -> bool:
    return call.family in _WATCHING or call.deed == Deed.WATCHES


def _counts(call: Clue) -> bool:
    return bool(call.args) and not _is_watch(call)


def _name(call: Clue) -> Hashable:
    return call.tool, call.args


def _roughly(call: Clue) -> Hashable:
    return call.tool, call.error, call.rough


def _same_file(call: Clue) -> Hashable:
    return (call.tool, call.error, call.path) if call.path else None


def _groups(
    case: Case,
    calls: Sequence[Clue],
    key: Callable[[Clue], Hashable],
    least: int,
    *,
    across_changes: bool = False,
) -> list[list[Clue]]:
    """Gather calls of one lane with equal keys, between which nobody asked anew and nothing was written."""
    groups: dict[Hashable, list[Clue]] = {}
    for call in calls:
        if (named := key(call)) is not None:
            place = case.places[call.seq]
            since = bisect_right(case.starts.get(call.lane, []), place)
            changes = 0 if across_changes else bisect_left(case.changing, place)
            groups.setdefault((call.lane, since, changes, named), []).append(call)
    return [group for group in groups.values() if len(group) >= least]


def _is_no_progress(group: Sequence[Clue]) -> bool:
    """Say whether equal calls are a loop: not a check that is green, not an answer that differs each time."""
    if any(call.outcome == Outcome.GREEN for call in group):
        return False
    return len({(call.answer, call.status) for call in group}) < len(group)


def _all_in(group: Sequence[Clue], steps: set[int]) -> bool:
    return all(call.seq in steps for call in group)


def _lanes_with(case: Case, repeats: int) -> list[Lane]:
    """List the lanes in which some call was made so often."""
    often = {case.calls[name].lane for name, count in case.repeats.items() if count >= repeats}
    return [lane for name, lane in case.lanes.items() if name in often] if often else []


def _counting(lane: Lane) -> Lane:
    """Leave out of a lane what may well be asked again."""
    kept = [(call, name) for call, name in zip(*lane, strict=True) if call.args and not _is_watch(call)]
    return Lane([call for call, _ in kept], [name for _, name in kept])


def _stretches_with(case: Case, repeats: int) -> Iterator[Lane]:
    """Cut those lanes where the human spoke or the context was cut."""
    for lane in _lanes_with(case, repeats):
        calls, names = lane
        cuts, places = case.starts.get(calls[0].lane, []), case.places
        at_of = [places[call.seq] for call in calls] if cuts else []
        ends = dict.fromkeys([bisect_left(at_of, cut) for cut in cuts] + [len(calls)])
        begin = 0
        for end in ends:
            if end > begin:
                yield Lane(calls[begin:end], names[begin:end])
            begin = end


def _cycles_in(case: Case, lane: Lane, rounds: int) -> Iterator[tuple[list[Clue], int]]:
    calls, names = lane
    counts = case.repeats
    reaches = {period: _reaches(names, period) for period in _PERIODS}
    refused: dict[tuple[int, int], int] = {}  #: end and period -> the first start that was not looked at
    place = 0
    while place < len(calls):
        name = names[place]
        if counts.get(name, 1) < rounds or name not in names[place + _PERIODS[0] : place + _PERIODS.stop]:
            place += 1
            continue
        ends = [(_end_of_cycle(reaches[period], place, period), period) for period in _PERIODS]
        end, period = max(ends, key=lambda each: (each[0], -each[1]))
        if end - place < period * rounds or place < refused.get((end, period), 0):
            place += 1
        elif starts := _starts_without_cycle(calls[place:end], period):
            refused[end, period] = place + starts
            place += 1
        else:
            yield calls[place:end], period
            place = end


def _reaches(names: Sequence[Hashable], period: int) -> list[int]:
    """Say of each place how far from there on each call is that of one period before."""
    reaches = list(range(len(names)))
    for place in range(len(names) - 1, period - 1, -1):
        if names[place] == names[place - period]:
            reaches[place] = reaches[place + 1] if place + 1 < len(names) else len(names)
    return reaches


def _end_of_cycle(reaches: Sequence[int], start: int, period: int) -> int:
    """Find where calls end to be those of one period before; at `start` where they do not begin to."""
    first = start + period
    return reaches[first] if first < len(reaches) and reaches[first] > first else start


def _starts_without_cycle(calls: Sequence[Clue], period: int) -> int:
    """Count the first calls of which none begins a cycle that goes on to the end; 0: the first one does."""
    kinds = {(call.tool, call.args) for call in islice(calls, period)}
    if len(kinds) < 2 or any(_brings_news(calls[at::period]) for at in range(period)):
        return len(calls)
    known = [n for n, call in enumerate(calls) if _is_watch(call) or call.outcome == Outcome.GREEN]
    return known[-1] + 1 if known else 0


def _brings_news(looks: Sequence[Clue]) -> bool:
    """Say whether a file that is read round by round has another content each time: that is progress."""
    return looks[0].looking == _READ and len({look.result for look in looks}) == len(looks)


def _narrow_in(lane: Lane, size: int, distinct: int) -> Iterator[Sequence[Clue]]:
    """Join windows of few different calls that follow each other."""
    calls, names = lane
    ends = list(_narrow_ends(names, size, distinct))
    start = 0
    for place, end in enumerate(ends):
        if place + 1 == len(ends) or ends[place + 1] > end + 1:
            yield calls[ends[start] - size : end]
            start = place + 1


def _narrow_ends(names: Sequence[int], size: int, distinct: int) -> Iterator[int]:
    """Yield where windows end that hold few different names."""
    counts: dict[int, int] = {}
    for end, name in enumerate(names, 1):
        counts[name] = counts.get(name, 0) + 1
        if end > size:
            gone = names[end - size - 1]
            if counts[gone] > 1:
                counts[gone] -= 1
            else:
                del counts[gone]
        if end >= size and len(counts) <= distinct:
            yield end


def _found_same(group: list[Clue], least: int) -> Found:
    return Found(
        key=f"{group[0].tool}:{group[0].args.hex()}:{group[0].seq}",
        sentence=f"{named_call(group[0])} was called {len(group)} times with the same arguments, "
        "and no file changed in between.",
        steps=[call.seq for call in group],
        at=group[least - 1].seq,
        numbers={"repeats": len(group)},
        used={"loop_repeats": least},
    )


def _found_near(group: list[Clue], least: int) -> Found:
    return Found(
        key=f"{group[0].tool}:{group[0].seq}",
        sentence=f"{named_call(group[0])} failed {len(group)} times in the same way, "
        f"each time asked a little differently: “{group[0].error}”.",
        steps=[call.seq for call in group],
        at=group[least - 1].seq,
        numbers={"repeats": len(group)},
        used={"loop_repeats": least},
    )


def _found_cycle(calls: list[Clue], period: int, rounds: int) -> Found:
    names = " → ".join(named_call(call) for call in calls[:period])
    return Found(
        key=str(calls[0].seq),
        sentence=f"{names}: the same {period} calls followed each other {len(calls) // period} times.",
        steps=[call.seq for call in calls],
        at=calls[period * rounds - 1].seq,
        numbers={"rounds": len(calls) // period, "period": period},
        used={"cycle_rounds": rounds},
    )


def _found_narrow(calls: Sequence[Clue], size: int, distinct: int) -> Found:
    kinds = {(call.tool, call.args): named_call(call) for call in calls}
    names = " and ".join(list(kinds.values())[: distinct + 1])
    return Found(
        key=str(calls[0].seq),
        sentence=f"{len(calls)} calls in a row were only {names}.",
        steps=[call.seq for call in calls],
        at=calls[size - 1].seq,
        numbers={"calls": len(calls), "distinct": len(kinds)},
        used={"window_calls": size, "window_distinct": distinct},
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
        version=2,
        thresholds=("loop_repeats",),
    ),
    Signature(
        slug="near-loop",
        name="Near loop",
        severity=Severity.WARNING,
        about="Calls that differ a little and fail in the same way.",
        helps="Read the error with the agent: it changes the call where the cause lies elsewhere. "
        "Say what is allowed, or give the tool a better error.",
        rule=find_near_loops,
        thresholds=("loop_repeats",),
    ),
    Signature(
        slug="cycle",
        name="Cycle",
        severity=Severity.WARNING,
        about="A few calls that follow each other in the same order, round after round.",
        helps="The agent undoes or forgets what it just did. Stop it, say which of the steps is right, and "
        "what must hold before the next.",
        rule=find_cycles,
        thresholds=("cycle_rounds",),
    ),
    Signature(
        slug="narrow-window",
        name="Narrow window",
        severity=Severity.HINT,
        about="The last calls are only one or two different ones.",
        helps="Look whether each call still brings something new.",
        rule=find_narrow_windows,
        thresholds=("window_calls", "window_distinct"),
    ),
)
