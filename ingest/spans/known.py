"""What is remembered of spans between requests: enough to know later which step a span is. No contents.

Spans come in any order, in pieces and twice. A span is remembered by its id with the key of its step, so that
sending it again changes nothing; tool calls that only the messages tell of are remembered beside them.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from typing import Protocol, TypeVar

from msgspec import Struct, field

from ingest.limits import SPANS_ABOVE
from ingest.spans.span import SpanKind

#: Nanoseconds within which two libraries see one model call begin; the next one may begin soon after.
AT_ONCE = 5_000_000
#: …or begin one inside the other, where both end at once: the first call makes a connection first.
INSIDE = 2_000_000_000
#: Nanoseconds within which both see it end.
ENDS = 100_000_000
#: Kind of a remembered tool call that no span has told of, only the model's answer or its next request.
TOLD = "told"


class Known(Struct, kw_only=True):
    """One remembered span, or a call that the messages tell of."""

    trace: str
    span: str  #: its id; of a told call "call:" and the id of the call
    parent: str | None = None  #: "" is a root, None not known yet
    kind: str = SpanKind.NONE
    key: str = ""  #: of its step; empty while it has none
    lane: str = ""  #: of a sub-agent: its own lane
    agent: str = ""  #: of an agent: its name
    call: str = ""  #: a tool call's id, or the id of a model's answer
    mark: bytes | None = None  #: what a tool or a model is called with, as a digest
    failed: bool = False  #: of a model call: it has no answer; of a tool call: by its own word
    at: int = 0  #: nanoseconds: when it began, or was asked for
    until: int = 0  #: nanoseconds: its end, 0 while it is open
    source: str = ""  #: who told of it first
    mate: str = ""  #: of a told call: the span that carried it out
    keys: list[str] = field(default_factory=list)  #: of further steps that this span brought
    is_new: bool = True  #: not as it is stored
    is_stored: bool = False  #: a row of it is there

    @property
    def is_met(self) -> bool:
        """Say whether a told call has its span, or a tool's span the id of the call that asked for it."""
        return bool(self.mate if self.kind == TOLD else self.call)

    def overlaps(self, at: int, until: int) -> bool:
        """Say whether another span may be of the same time; what is not known may."""
        mine, others = self.until or self.at, until or at
        return not (at and self.at) or (self.at <= others and at <= mine)

    def may_be_twin(self, other: "Known") -> bool:
        """Say whether two libraries may tell of one call: begun at once, or one inside the other."""
        if other.trace != self.trace and abs(other.at - self.at) <= AT_ONCE:
            return True
        outer, inner = sorted((self, other), key=lambda one: (one.at, -one.until))
        later = outer.until - inner.until
        return bool(outer.until and inner.until) and -AT_ONCE <= later <= ENDS

    def apart(self, other: "Known") -> int:
        """Measure how much later and longer another one was."""
        ends = abs(other.until - self.until) if other.until and self.until else 0
        return abs(other.at - self.at) + ends


class Shape(StrEnum):
    """What a trace is, as far as it is known."""

    BARE = ""  #: no step of a run has come yet
    OPEN = "open"  #: it has steps; what lies above them has not come
    WHOLE = "whole"  #: an agent, a workflow or a function of one's own lies above its steps
    LOOSE = "loose"  #: a model call or a tool call with nothing above it


class Why(StrEnum):
    """Why a trace belongs to its run."""

    ITSELF = ""  #: it is the run, or names it
    NEAR = "near"  #: loose calls of one session and process, near in time
    CALL = "call"  #: it tells of a model call that another trace tells of, too
    TALK = "talk"  #: it goes on with what was said at the end of another trace of its session
    TIME = "time"  #: a loose call while the only run of its session or process was at work


#: Remembered of a run that two libraries tell of, or may, in traces of their own.
SHARED = "shared"
#: Remembered of a trace with an answer without an id: another span of the trace may tell of the same call.
NAMELESS = "nameless"
#: Remembered of a trace whose tool calls have spans without the ids of the calls.
ACTED = "acted"
#: A trace that is in the run of another one, which knows by itself how the run stands.
GUESTS = (Why.CALL, Why.TIME)


class TraceFacts(Struct, kw_only=True):
    """What is known of one trace."""

    trace: str
    run: str  #: external id of the run it belongs to
    session: str = ""
    instance: str = ""  #: of the process that sent it
    shape: str = Shape.BARE
    why: str = Why.ITSELF
    begun: int = 0  #: nanoseconds of its first span
    after: str = ""  #: digest of the answer that its first model call goes on from
    answer: str = ""  #: digest of its last words, once it has ended
    told: dict[str, list[object]] = field(default_factory=dict)  #: name -> [nanoseconds, value]
    root: str = ""  #: id of the newest span without a parent
    ended: bool = False  #: the root has ended
    last_at: int = 0  #: nanoseconds of the newest word


class Memory(Protocol):
    """What can be asked while spans become steps."""

    def below(self, agents: list[Known]) -> list[Known]:
        """List the remembered spans below some, but not those of sub-agents in them."""

    def inputs_of(self, calls: set[tuple[str, str]]) -> dict[tuple[str, str], str]:
        """Give the stored arguments of tool calls, by run and key."""


class Timeline:
    """Remembered spans in the order of their begin; of those that began at once, in that of their ids."""

    __slots__ = ("entries", "longest")

    def __init__(self) -> None:
        self.entries: list[tuple[int, str, str, Known]] = []
        self.longest = 0  #: nanoseconds that the longest one takes

    def add(self, one: Known) -> None:
        """Put one in; once more when its begin has moved."""
        entries, entry = self.entries, (one.at, one.trace, one.span, one)
        if not entries or entries[-1][:3] < entry[:3]:
            entries.append(entry)  # nearly all
        else:
            place = bisect_left(entries, entry[:3], key=lambda known: known[:3])
            if entries[place][:3] != entry[:3]:
                entries.insert(place, entry)
        if one.until - one.at > self.longest:
            self.longest = one.until - one.at

    def __iter__(self) -> Iterator[Known]:
        return (entry[3] for entry in self.entries)

    def backwards(self) -> Iterator[Known]:
        """List the last one first."""
        return (entry[3] for entry in reversed(self.entries))

    def backwards_from(self, at: int) -> Iterator[Known]:
        """List those that began by then, the last one first."""
        return (self.entries[place][3] for place in range(self._after(at) - 1, -1, -1))

    def overlapping(self, at: int, until: int) -> list[Known]:
        """List those that may be of the same time; what is not known may."""
        entries, untimed = self.entries, 0
        if at:
            untimed = self._after(0)
            low = max(untimed, bisect_left(entries, at - self.longest, key=lambda known: known[0]))
            entries = [*entries[:untimed], *entries[low : self._after(max(until, at))]]
        return [entry[3] for entry in entries if entry[3].overlaps(at, until)]

    def waiting_before(self, at: int) -> Known | None:
        """Find the last one that waits and began by then; those that do no more are dropped."""
        place = self._after(at)
        while place:
            place -= 1
            if not self.entries[place][3].is_met:
                return self.entries[place][3]
            del self.entries[place]
        return None

    def waiting_after(self, at: int) -> Known | None:
        """Find the first one that waits and began then or later; those that do no more are dropped."""
        place = bisect_left(self.entries, at, key=lambda known: known[0])
        while place < len(self.entries):
            if not self.entries[place][3].is_met:
                return self.entries[place][3]
            del self.entries[place]
        return None

    def _after(self, at: int) -> int:
        return bisect_right(self.entries, at, key=lambda known: known[0])


NOBODY = Timeline()

At = TypeVar("At")


def add_at(timelines: dict[At, Timeline], place: At, one: Known) -> None:
    """Add to the timeline at a place, and make one where none is."""
    found = timelines.get(place)
    if found is None:
        found = timelines[place] = Timeline()
    found.add(one)


class Memories:
    """All that is remembered and may matter for one request, by what it is looked up by.

    Thousands may have the same id, arguments or time: nothing here goes through all of them for each one.
    """

    def __init__(self, known: Iterable[Known] = (), runs: Mapping[str, str] | None = None) -> None:
        self.runs = runs or {}  #: of traces that are not runs themselves: calls are joined within a run
        self.spans: dict[tuple[str, str], Known] = {}
        self.children: dict[tuple[str, str], list[Known]] = {}
        self.calls: dict[tuple[str, str, str], Timeline] = {}  #: by run, id and kind
        self.marks: dict[tuple[str, bytes, str], Timeline] = {}  #: by run, mark and kind
        self.waiting: dict[tuple[str, bytes, str], Timeline] = {}  #: tool calls that are told of by one only
        self.tools: dict[tuple[str, str], Known] = {}  #: spans of tool calls, by run
        self.models: dict[tuple[str, int], dict[tuple[str, str], Known]] = {}  #: by run and begin
        self.keys: dict[str, set[str]] = {}  #: of the steps of model and tool calls, by trace
        self.sources: dict[tuple[str, str], set[str]] = {}  #: who tells of calls, by run and kind
        for one in known:
            self.add(one)

    def add(self, one: Known) -> Known:
        """Remember one; what is remembered already stays."""
        at = (one.trace, one.span)
        if at in self.spans:
            return self.spans[at]
        self.spans[at] = one
        if one.parent:
            self.children.setdefault((one.trace, one.parent), []).append(one)
        if one.kind == SpanKind.LLM:
            self.note_model(one)
        if one.kind in (SpanKind.LLM, SpanKind.TOOL):
            self.note_key(one)
        self.note_call(one)
        self.note_mark(one)
        return one

    def run_of(self, trace: str) -> str:
        """Name the run of a trace."""
        return self.runs.get(trace, trace)

    def is_told_by_others(self, one: Known) -> bool:
        """Say whether anybody else tells of such calls in the run of one."""
        return bool(self.sources.get((self.run_of(one.trace), str(one.kind)), set()) - {one.source})

    def note_source(self, one: Known) -> None:
        """Remember who tells of calls."""
        self.sources.setdefault((self.run_of(one.trace), str(one.kind)), set()).add(one.source)

    def note_model(self, one: Known) -> None:
        """Let a model call be found by its time; noted again when its begin has moved."""
        place = (self.run_of(one.trace), one.at // INSIDE)
        self.models.setdefault(place, {})[one.trace, one.span] = one
        self.note_source(one)

    def note_key(self, one: Known) -> None:
        """Remember which step a call of a trace is."""
        if one.key:
            self.keys.setdefault(one.trace, set()).add(one.key)

    def models_at(self, one: Known) -> list[Known]:
        """List the model calls of a run that may be the same as one, by their times."""
        run, place = self.run_of(one.trace), one.at // INSIDE
        return [
            other
            for near in (place - 1, place, place + 1)
            for other in self.models.get((run, near), {}).values()
            if other.may_be_twin(one)
        ]

    def note_call(self, one: Known) -> None:
        """Let one be found by the id of its call."""
        if one.call:
            place = (self.run_of(one.trace), one.call, str(one.kind))
            add_at(self.calls, place, one)

    def note_mark(self, one: Known) -> None:
        """Let one be found by what it is called with."""
        if one.mark is None:
            return
        run = self.run_of(one.trace)
        place = (run, one.mark, str(one.kind))
        add_at(self.marks, place, one)
        self.note_source(one)
        if one.kind in (SpanKind.TOOL, SpanKind.RETRIEVER):
            self.tools[run, one.span] = one
        if one.kind in (SpanKind.TOOL, TOLD) and not one.is_met:
            add_at(self.waiting, place, one)

    def with_call(self, trace: str, call: str, kind: str) -> Timeline:
        """Give what has the id of a call in the run of a trace."""
        return self.calls.get((self.run_of(trace), call, str(kind)), NOBODY)

    def with_mark(self, trace: str, mark: bytes | None, kind: str) -> Timeline:
        """Give what is called with the same in the run of a trace."""
        return self.marks.get((self.run_of(trace), mark or b"", str(kind)), NOBODY)

    def waiting_for(self, trace: str, mark: bytes | None, kind: str) -> Timeline:
        """Give the told calls that no span has carried out, or the spans that nothing has asked for."""
        return self.waiting.get((self.run_of(trace), mark or b"", str(kind)), NOBODY)

    def above(self, one: Known) -> Iterable[Known]:
        """Walk up, as far as it is known and no further than SPANS_ABOVE."""
        seen = {one.span}
        while one.parent and one.parent not in seen and len(seen) <= SPANS_ABOVE:
            seen.add(one.parent)
            found = self.spans.get((one.trace, one.parent))
            if found is None:
                return
            yield found
            one = found

    def changed(self) -> list[Known]:
        """List what is to be stored."""
        return [one for one in self.spans.values() if one.is_new]
