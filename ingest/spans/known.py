"""What is remembered of spans between requests: enough to know later which step a span is. No contents.

Spans come in any order, in pieces and twice. A span is remembered by its id with the key of its step, so that
sending it again changes nothing; tool calls that only the messages tell of are remembered beside them.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Protocol

from msgspec import Struct, field

from ingest.limits import SPANS_ABOVE
from ingest.spans.span import SpanKind

#: Nanoseconds within which two libraries see one model call begin; the next one may begin soon after.
AT_ONCE = 5_000_000
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

    def overlaps(self, at: int, until: int) -> bool:
        """Say whether another span may be of the same time; what is not known may."""
        mine, others = self.until or self.at, until or at
        return not (at and self.at) or (self.at <= others and at <= mine)


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


#: Remembered of a run that two libraries tell of, in traces of their own.
SHARED = "shared"
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

    def below(self, trace: str, span: str) -> list[Known]:
        """List the remembered spans below one, but not those of sub-agents in it."""

    def inputs_of(self, calls: set[tuple[str, str]]) -> dict[tuple[str, str], str]:
        """Give the stored arguments of tool calls, by run and key."""


class Memories:
    """All that is remembered and may matter for one request, by what it is looked up by."""

    def __init__(self, known: Iterable[Known] = (), runs: Mapping[str, str] | None = None) -> None:
        self.runs = runs or {}  #: of traces that are not runs themselves: calls are joined within a run
        self.spans: dict[tuple[str, str], Known] = {}
        self.children: dict[tuple[str, str], list[Known]] = {}
        self.calls: dict[tuple[str, str], list[Known]] = {}
        self.marks: dict[tuple[str, bytes], list[Known]] = {}
        self.models: dict[tuple[str, int], list[Known]] = {}  #: model calls, by run and begin
        self.keys: dict[str, set[str]] = {}  #: of the steps of model calls, by trace
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
            self.note_key(one)
        self.note_call(one)
        self.note_mark(one)
        return one

    def run_of(self, trace: str) -> str:
        """Name the run of a trace."""
        return self.runs.get(trace, trace)

    def note_model(self, one: Known) -> None:
        """Let a model call be found by its time; noted again when its begin has moved."""
        same = self.models.setdefault((self.run_of(one.trace), one.at // AT_ONCE), [])
        if not any(other is one for other in same):
            same.append(one)

    def note_key(self, one: Known) -> None:
        """Remember which step a model call of a trace is."""
        if one.key:
            self.keys.setdefault(one.trace, set()).add(one.key)

    def models_at(self, one: Known) -> list[Known]:
        """List the model calls of a run that began at once with one."""
        run, place = self.run_of(one.trace), one.at // AT_ONCE
        return [
            other
            for near in (place - 1, place, place + 1)
            for other in self.models.get((run, near), [])
            if abs(other.at - one.at) <= AT_ONCE
        ]

    def note_call(self, one: Known) -> None:
        """Let one be found by the id of its call."""
        if one.call:
            same = self.calls.setdefault((self.run_of(one.trace), one.call), [])
            if one not in same:
                same.append(one)

    def note_mark(self, one: Known) -> None:
        """Let one be found by what it is called with."""
        if one.mark is not None:
            same = self.marks.setdefault((self.run_of(one.trace), one.mark), [])
            if one not in same:
                same.append(one)

    def with_call(self, trace: str, call: str) -> list[Known]:
        """List what has the id of a call in the run of a trace."""
        return self.calls.get((self.run_of(trace), call), [])

    def with_mark(self, trace: str, mark: bytes | None) -> list[Known]:
        """List what is called with the same in the run of a trace."""
        return self.marks.get((self.run_of(trace), mark), []) if mark is not None else []

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
