"""Where a run's time went: model, tools, sub-agents, retries, a human, or not measured. Pure.

A moment counts once, however many steps fill it: the model before a human before tools before sub-agents.
What no step and no gap before a human's prompt accounts for is not called waiting.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from functools import lru_cache

from msgspec import Struct

from runs.kinds import Kind, StepStatus
from runs.tools import Family, family_of

Interval = tuple[int, int]

#: A moment that several kinds of work fill belongs to the first of these.
MODEL, HUMAN, TOOLS, RETRIES, AGENTS = "model", "human", "tools", "retries", "agents"
ORDER = (MODEL, HUMAN, TOOLS, RETRIES, AGENTS)


class Beat(Struct, gc=False):
    """What timing and drawing need of a step; times in milliseconds."""

    seq: int
    revision: int
    kind: str
    tool: str = ""
    status: str = StepStatus.OK
    agent: str = ""
    start: int | None = None  #: its place on the timeline
    since: int | None = None  #: when it began to be busy: a call may have waited in line before it ran
    until: int | None = None  #: None: not known, or still running
    changes: int = 0
    sent: int | None = None  #: tokens of a model call's whole prompt
    cached: int = 0  #: of them read from the cache
    is_meta: bool = False
    hidden: bool = False  #: changed a file that its call did not declare
    refused: bool = False  #: a human said no: until then it was waited for


class Split(Struct, frozen=True, kw_only=True):
    """Milliseconds of a run by what filled them; together they are the whole."""

    model: int = 0
    tools: int = 0
    agents: int = 0  #: sub-agents of which no call inside is known
    retries: int = 0
    human: int = 0
    unmeasured: int = 0


@lru_cache(maxsize=4096)
def sort_of(kind: str, tool: str) -> str:
    """Name what fills the time of a step; empty where a step has no time of its own."""
    family = family_of(tool) if kind == Kind.TOOL else None
    if kind == Kind.LLM:
        return MODEL
    if kind == Kind.RETRY:
        return RETRIES
    if kind == Kind.PERMISSION or family is Family.ASK:
        return HUMAN
    if kind == Kind.AGENT or family is Family.AGENT:
        return AGENTS
    return TOOLS if kind in (Kind.TOOL, Kind.GUARDRAIL) else ""


def starts_inside(beats: Iterable[Beat]) -> list[int]:
    """List when the steps of sub-agents began, in order."""
    return [beat.start for beat in beats if beat.agent and beat.start is not None]


def is_span(beat: Beat, inner: Sequence[int]) -> bool:
    """Say whether a step only stands for a sub-agent whose own steps are there: one begins while it runs."""
    if beat.start is None or sort_of(beat.kind, beat.tool) != AGENTS:
        return False
    # A sub-agent's own sub-agent is itself among those inside.
    at = bisect_right(inner, beat.start) if beat.agent else bisect_left(inner, beat.start)
    return at < len(inner) and (beat.until is None or inner[at] <= beat.until)


def merge_intervals(intervals: Iterable[Interval]) -> list[Interval]:
    """Join intervals that touch."""
    merged: list[Interval] = []
    begin = reached = -1
    for start, end in sorted(intervals):
        if reached < 0 or start > reached:
            if reached >= 0:
                merged.append((begin, reached))
            begin, reached = start, end
        elif end > reached:
            reached = end
    return [*merged, (begin, reached)] if reached >= 0 else merged


def clip(intervals: Iterable[Interval], start: int, end: int) -> list[Interval]:
    """Cut off what lies before a start and after an end."""
    cut = [(max(since, start), min(until, end)) for since, until in intervals]
    return [each for each in cut if each[0] < each[1]]


def waits_before_prompts(beats: Sequence[Beat]) -> list[Interval]:
    """Find the gaps between the end of all work and a human's next prompt. `beats` are in order of start."""
    waits: list[Interval] = []
    reached = 0
    for beat in beats:
        start = beat.start
        if start is None or beat.is_meta:
            continue
        if 0 < reached < start and beat.kind == Kind.PROMPT and not beat.agent:
            waits.append((reached, start))
        end = beat.until or start
        if end > reached:
            reached = end
    return waits


def split_time(beats: Sequence[Beat], *, start: int, end: int) -> Split:
    """Share the time of a run out. `beats` are in order of start."""
    sorts: dict[str, list[Interval]] = {name: [] for name in ORDER}
    inner = starts_inside(beats)
    for beat in beats:
        name = HUMAN if beat.refused else sort_of(beat.kind, beat.tool)
        if not name or beat.since is None or beat.until is None or (name == AGENTS and is_span(beat, inner)):
            continue
        if beat.since < beat.until:
            sorts[name].append((beat.since, beat.until))
    covered: list[Interval] = []
    shares: dict[str, int] = {}
    known = 0
    for name, intervals in [*sorts.items(), ("waits", waits_before_prompts(beats))]:
        if intervals:
            covered = merge_intervals(covered + clip(intervals, start, end))
        whole = sum(until - since for since, until in covered)
        shares[name], known = whole - known, whole
    shares[HUMAN] += shares.pop("waits")
    return Split(**shares, unmeasured=max(0, end - start - known))
