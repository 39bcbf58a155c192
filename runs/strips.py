"""The flight strip: where every step of a run stands on one line. Pure.

Steps of the main agent stand side by side, each as wide as the root of its duration: a call of 10 ms is still
a tick, and one of an hour does not push the rest away. Time in which no step of it ran is a gap: as wide as
the sub-agents need who worked in it, else compressed. That makes time a line of knots, on which the steps of
sub-agents are placed in lanes of their own.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from math import sqrt

from msgspec import Struct, field

from runs.kinds import Kind, StepStatus
from runs.limits import STRIP_ROWS
from runs.timing import AGENTS, HUMAN, Beat, is_span, sort_of, starts_inside
from runs.words import duration

#: Widths are told in one character each, so there are 90 of them: nothing, then from 6 up in steps of 12 %.
WIDTHS = (0, *(round(6 * 1.12**n) for n in range(89)))
_STEP_LEAST, _ROOT = 22, 40  #: units: of the shortest step, and of one second
_GAP_LEAST_MS, _GAP_ROOT, _GAP_MOST = 1_000, 12, 150
_HUMAN_TOLD_MS, _IDLE_TOLD_MS = 5_000, 60_000  #: shorter gaps stand there without a word


class Mark(Struct, frozen=True, kw_only=True):
    """A stretch that is told in words: a human was waited for, or nothing is known of it."""

    x: int
    width: int
    kind: str  #: human or idle
    ms: int


class Lane(Struct, kw_only=True):
    """Steps with places: the spans of sub-agents on the main line, or the steps of one of them below."""

    name: str
    row: int = 0
    beats: list[Beat] = field(default_factory=list)
    xs: list[int] = field(default_factory=list)
    widths: list[int] = field(default_factory=list)

    @property
    def end(self) -> int:
        return max((x + width for x, width in zip(self.xs, self.widths, strict=True)), default=0)


class Strip(Struct, kw_only=True):
    """A whole run as drawn. `gaps` and `widths` are places in WIDTHS: before each main step, and its own."""

    main: list[Beat] = field(default_factory=list)
    gaps: list[int] = field(default_factory=list)
    widths: list[int] = field(default_factory=list)
    xs: list[int] = field(default_factory=list)
    spans: Lane = field(default_factory=lambda: Lane(name=""))
    lanes: list[Lane] = field(default_factory=list)
    rows: int = 0
    marks: list[Mark] = field(default_factory=list)
    length: int = 0


def size_of(units: float) -> int:
    """Find the place in WIDTHS of the least width that holds so many units, or the most there is."""
    return min(bisect_left(WIDTHS, units), len(WIDTHS) - 1)


def units_of(beat: Beat) -> float:
    """Size a step by the root of the time it was busy."""
    if beat.until is None or beat.since is None:
        return _STEP_LEAST
    return max(_STEP_LEAST, _ROOT * sqrt(max(0, beat.until - beat.since) / 1_000))


def lay_out(beats: Sequence[Beat]) -> Strip:
    """Place the steps of a run, given in the order of the timeline; the harness's own events are left out."""
    shown = [beat for beat in beats if not beat.is_meta]
    inner = [beat for beat in shown if beat.agent]
    axis = _Axis(inner)
    spans = []
    for beat in shown:
        if not beat.agent and is_span(beat, axis.starts):
            spans.append(beat)
        elif not beat.agent:
            axis.add(beat)
    axis.close([*inner, *spans])
    strip = axis.strip
    strip.spans = _lane("", spans, axis)
    by_agent: dict[str, list[Beat]] = {}
    for beat in inner:
        by_agent.setdefault(beat.agent, []).append(beat)
    strip.lanes = [_lane(name, group, axis) for name, group in by_agent.items()]
    strip.rows = _stack(strip.lanes)
    return strip


class _Axis:
    """The line of time, grown step by step: (time, x) knots, both rising."""

    def __init__(self, inner: list[Beat]) -> None:
        self.strip = Strip()
        self.times: list[int] = []
        self.places: list[int] = []
        self.reached = 0  #: when the last step so far was done; 0: none was
        self.starts = starts_inside(inner)
        self.inner = [beat for beat in inner if beat.start is not None]

    def add(self, beat: Beat) -> None:
        """Append a step of the main agent, after its gap."""
        strip, start, until = self.strip, beat.start, beat.until
        gap = 0 if start is None else self._gap(start, "human" if beat.kind == Kind.PROMPT else "idle")
        x = strip.length + WIDTHS[gap]
        units = units_of(beat)
        ms = until - beat.since if until is not None and beat.since is not None else 0
        asks = beat.refused or sort_of(beat.kind, beat.tool) == HUMAN
        size = size_of(min(units, _GAP_MOST) if asks else units)
        if asks and ms >= _HUMAN_TOLD_MS:
            strip.marks.append(Mark(x=x, width=WIDTHS[size], kind="human", ms=ms))
        strip.main.append(beat)
        strip.gaps.append(gap)
        strip.widths.append(size)
        strip.xs.append(x)
        strip.length = x + WIDTHS[size]
        if start is not None:
            self._knot(start, x)
            self.reached = max(self.reached, start, until or 0)

    def close(self, others: Sequence[Beat]) -> None:
        """End the line; sub-agents may have worked longer than any step of the main agent."""
        last = max((beat.until or beat.start or 0 for beat in others), default=0)
        self.reached = self.reached or (self.starts[0] if self.starts else 0)
        gap = self._gap(max(last + 1, self.reached), "idle")
        self.strip.length += WIDTHS[gap]
        self._knot(max(last, self.reached), self.strip.length)

    def _gap(self, start: int, kind: str) -> int:
        """Size the gap before a step: what sub-agents need, then what is compressed."""
        since, x = self.reached, self.strip.length
        if not since or start - since < _GAP_LEAST_MS:
            return 0
        self._knot(since, x)
        units, worked = self._agents_between(since, start)
        idle = start - worked
        if idle < _GAP_LEAST_MS:
            return size_of(units)
        size = size_of(units + min(_GAP_MOST, _GAP_ROOT * sqrt(idle / 1_000)))
        if units:
            x += round(units)
            self._knot(worked, x)
        if idle >= (_HUMAN_TOLD_MS if kind == "human" else _IDLE_TOLD_MS):
            width = self.strip.length + WIDTHS[size] - x
            self.strip.marks.append(Mark(x=x, width=width, kind=kind, ms=idle))
        return size

    def _agents_between(self, since: int, until: int) -> tuple[float, int]:
        """Give the units that sub-agents need between two times, and when the last of them was done.

        One takes as much as the main agent would; many at once share, but not so that none can be read.
        """
        first, last = bisect_left(self.starts, since), bisect_left(self.starts, until)
        if first == last:
            return 0, since
        worked = since
        units, agents = 0.0, set()
        for beat in self.inner[first:last]:
            agents.add(beat.agent)
            units += units_of(beat)
            worked = max(worked, beat.until or beat.start or 0)
        return units / sqrt(len(agents)), min(worked, until)

    def _knot(self, time: int, x: int) -> None:
        if self.times and self.times[-1] == time:
            self.places[-1] = x
        else:
            self.times.append(time)
            self.places.append(x)

    def place(self, time: int) -> int:
        """Find where a time stands."""
        times, places = self.times, self.places
        at = bisect_right(times, time)
        if at == 0 or not times:
            return 0
        if at == len(times):
            return places[-1]
        since, until = times[at - 1], times[at]
        return round(places[at - 1] + (places[at] - places[at - 1]) * (time - since) / (until - since))


def _lane(name: str, beats: list[Beat], axis: _Axis) -> Lane:
    lane = Lane(name=name, beats=beats)
    at = 0
    for beat in beats:
        is_span = sort_of(beat.kind, beat.tool) == AGENTS
        start = beat.start if is_span else beat.since
        at = at if start is None else axis.place(start)
        if is_span and beat.status == StepStatus.RUNNING:
            end = axis.strip.length
        else:
            end = at if beat.until is None else axis.place(beat.until)
        width = max(1, end - at)
        lane.xs.append(max(0, min(at, axis.strip.length - width)))
        lane.widths.append(width)
    return lane


def _stack(lanes: list[Lane]) -> int:
    """Give each lane the first row that is free where it begins; return how many rows there are."""
    ends: list[int] = []
    for lane in lanes:
        begin = min(lane.xs, default=0)
        free = next((row for row, end in enumerate(ends) if end < begin), len(ends))
        if free == len(ends) and len(ends) >= STRIP_ROWS:
            free = min(range(len(ends)), key=ends.__getitem__)
        elif free == len(ends):
            ends.append(0)
        lane.row, ends[free] = free, max(ends[free], lane.end)
    return len(ends)


def words_of_mark(mark: Mark) -> str:
    """Say a stretch: `waited 14 m`."""
    return f"waited {_roughly(mark.ms)}" if mark.kind == "human" else f"{_roughly(mark.ms)} not measured"


def _roughly(ms: int) -> str:
    return duration(ms) if not 60_000 <= ms < 3_570_000 else f"{round(ms / 60_000)} m"
