"""What OTLP says, whatever its encoding: plain values, hex ids, nanoseconds. No dialect is read here."""

from typing import Any

from msgspec import Struct, field

from ingest.limits import OTLP_RECORDS
from ingest.streams import Refused
from runs.records import Quarantined

Attributes = dict[str, Any]


class Source(Struct, frozen=True, kw_only=True):
    """Who speaks: the resource and the instrumentation scope of a group of spans or logs."""

    resource: Attributes = field(default_factory=dict)
    scope: str = ""
    version: str = ""
    #: What dialects keep of its spans for the next ones: a conversation comes again with every turn.
    known: dict[Any, Any] = field(default_factory=dict)


class RawEvent(Struct, frozen=True, kw_only=True):
    """An event on a span."""

    name: str
    at: int = 0  #: nanoseconds since 1970
    attributes: Attributes = field(default_factory=dict)


class RawLink(Struct, frozen=True, kw_only=True):
    """A link of a span to another one."""

    trace_id: str
    span_id: str


class RawSpan(Struct, frozen=True, kw_only=True):
    """One span as it came."""

    source: Source
    trace_id: str  #: 32 hex digits
    span_id: str  #: 16 hex digits
    parent_id: str = ""
    name: str = ""
    kind: int = 0
    start: int = 0  #: nanoseconds since 1970; 0 is unknown
    end: int = 0
    status: int = 0  #: 0 unset, 1 ok, 2 error
    message: str = ""
    attributes: Attributes = field(default_factory=dict)
    events: list[RawEvent] = field(default_factory=list)
    links: list[RawLink] = field(default_factory=list)
    dropped: int = 0  #: attributes that the client dropped


class RawLog(Struct, frozen=True, kw_only=True):
    """One log record as it came."""

    source: Source
    name: str = ""
    at: int = 0
    trace_id: str = ""
    span_id: str = ""
    severity: str = ""
    body: Any = None
    attributes: Attributes = field(default_factory=dict)


class RawPoint(Struct, frozen=True, kw_only=True):
    """One number of a metric."""

    source: Source
    name: str
    value: float
    start: int = 0
    at: int = 0
    is_delta: bool = False
    attributes: Attributes = field(default_factory=dict)


class Received(Struct, kw_only=True):
    """All that one body holds, and what of it could not be read."""

    spans: list[RawSpan] = field(default_factory=list)
    logs: list[RawLog] = field(default_factory=list)
    points: list[RawPoint] = field(default_factory=list)
    quarantined: list[Quarantined] = field(default_factory=list)
    counted: int = 0  #: records seen, readable or not

    def count(self, word: str) -> None:
        """Count one record. Raises Refused."""
        self.counted += 1
        if self.counted > OTLP_RECORDS:
            raise Refused(
                f"The request has more than {OTLP_RECORDS:,} {word}s; send fewer at a time.", status=413
            )


class Unreadable(Exception):
    """The body as a whole is not OTLP; the message is one sentence for the sender."""
