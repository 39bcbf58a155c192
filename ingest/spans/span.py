"""The one neutral span that every source of traces fills; `ingest.spans.weave` makes steps of it."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from msgspec import Struct, field

from ingest import wild
from runs.records import Tokens

Block = dict[str, Any]


class SpanKind(StrEnum):
    """What a span is."""

    LLM = "llm"  #: one model call
    TOOL = "tool"  #: one tool call
    AGENT = "agent"  #: an agent at work; a sub-agent when it lies in another one or in a tool
    CHAIN = "chain"  #: a workflow, a graph or its node, a wrapper: no step of its own
    GUARDRAIL = "guardrail"
    HANDOFF = "handoff"
    RETRIEVER = "retriever"
    PROMPT = "prompt"  #: what a human said
    EVENT = "event"  #: a point in time worth showing
    NONE = ""  #: nothing we know


class Span(Struct, kw_only=True):
    """One span, or a part of what is known of it: everything but the identity is optional."""

    trace_id: str
    span_id: str
    source: str  #: "otel:openinference", "langsmith", …
    parent_id: str | None = ""  #: "" is a root, None not said
    name: str = ""
    kind: SpanKind = SpanKind.NONE
    start: int = 0  #: nanoseconds since 1970; 0 is unknown
    end: int = 0  #: 0 while it is open
    is_start: bool = False  #: it only says that the span began
    is_end: bool = False  #: it only says how the span ended; what it was given comes with its start
    is_part: bool = False  #: it adds to a span (a log record does): it says no begin, end or parent
    told: tuple[int, int] = (0, 0)  #: of a part: nanoseconds between which it was told
    is_bare: bool = False  #: its messages name tool calls without what they were called with
    failed: bool = False  #: by its own word, not by that of a child
    error: str | None = None  #: one sentence
    error_kind: str | None = None
    model: str | None = None  #: the one that answered
    asked_model: str | None = None
    provider: str | None = None
    params: dict[str, object] = field(default_factory=dict)
    system: list[Any] | str | None = None  #: system instructions given beside the messages
    messages: list[Any] | None = None  #: what the model was sent, as the source shapes it
    answer: list[Block] | None = None  #: blocks: text, thinking, tool_use
    stop_reason: str | None = None
    tokens: Tokens | None = None  #: four disjoint buckets already
    usage: dict[str, object] | None = None  #: as the source gave it
    cost_usd: float | None = None
    response_id: str | None = None
    call_id: str | None = None  #: of a tool call
    tool: str | None = None
    input: str | None = None  #: a tool's arguments as JSON text; what a chain or agent was given
    output: str | None = None  #: a tool's result; what a chain or agent gave back
    agent: str | None = None  #: name of the agent
    agent_hint: str | None = None  #: what the run's agent may be called where no span of an agent says it
    to_agent: str | None = None  #: whom a hand-off goes to
    session: str | None = None
    user: str | None = None
    conversation: str | None = None
    run: str | None = None  #: the run's own id, where the source names one
    score: tuple[str, str] | None = None  #: of an event: (name, value) that judges the whole run
    names: list[str] = field(default_factory=list)  #: what other sources know its step by (`runs.names`)
    retries: int | None = None  #: attempts that the client made again
    first_token_ms: int | None = None
    lost: dict[str, int] = field(default_factory=dict)  #: what the client left out, by `runs.losses.LossKind`
    tags: list[str] = field(default_factory=list)
    meta: dict[str, object] = field(default_factory=dict)  #: small facts of the step
    resource: dict[str, object] = field(default_factory=dict)  #: who sent it
    raw: bytes | None = None

    @property
    def is_score(self) -> bool:
        """Say whether it judges the run or a step, at a time of its own."""
        return self.kind is SpanKind.EVENT and "score" in self.meta

    @property
    def is_root(self) -> bool:
        """Say whether nothing lies above the span; a point in time is no root."""
        return self.parent_id == "" and not self.is_part and self.kind is not SpanKind.EVENT


EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def nanoseconds_of(value: object) -> int:
    """Read a time in any spelling as nanoseconds since 1970, to the microsecond; 0 when it is none."""
    at = wild.when(value)
    found = (at - EPOCH) // timedelta(microseconds=1) * 1_000 if at is not None else 0
    return found if found <= wild.BIGGEST else 0


def moment(nanoseconds: int) -> datetime | None:
    """Turn nanoseconds since 1970 into a time, to the microsecond."""
    return datetime.fromtimestamp(nanoseconds // 1000 / 1e6, UTC) if nanoseconds else None
