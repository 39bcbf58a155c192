"""What every span says, in whatever dialect: when it was, whether it failed, whose session it is."""

from typing import Any

import msgspec

from ingest import wild
from ingest.dialects.values import Fields, event_named, parsed, word
from ingest.formats.otlp.raw import Attributes, RawSpan
from ingest.limits import RAW_PART_BYTES
from runs.losses import LossKind

SENTENCE_CHARS = 300
SESSION_NAMES = (
    "session.id",
    "langfuse.session.id",
    "traceloop.association.properties.session_id",
    "traceloop.association.properties.thread_id",
    "ai.telemetry.metadata.sessionId",
    "langsmith.metadata.session_id",
    "langsmith.metadata.thread_id",
    "langsmith.metadata.conversation_id",
    "lmnr.association.properties.session_id",
    "gen_ai.conversation.id",
    "thread.id.session",
    "session_id",
)
USER_NAMES = (
    "user.id",
    "enduser.id",
    "langfuse.user.id",
    "traceloop.association.properties.user_id",
    "ai.telemetry.metadata.userId",
    "langsmith.metadata.user_id",
    "lmnr.association.properties.user_id",
)
TAG_NAMES = ("tag.tags", "langfuse.trace.tags", "ai.telemetry.metadata.tags", "tags", "logfire.tags")
#: Facts of the sender that a run keeps; host names and process data are personal and stay out.
RESOURCE_NAMES = (
    "service.name",
    "service.version",
    "service.instance.id",
    "deployment.environment.name",
    "deployment.environment",
    "telemetry.sdk.language",
    "telemetry.sdk.version",
)


PLAIN = (int, float, bool, type(None))
#: Messages that dialects flatten into hundreds of attributes: the step has them whole.
FLATTENED = ("llm.input_messages.", "llm.output_messages.", "gen_ai.prompt.", "gen_ai.completion.")


def read(raw: RawSpan) -> Fields:
    """Read what needs no dialect."""
    attributes = raw.attributes
    failed, error, kind = how_it_failed(raw)
    return {
        "failed": failed,
        "error": error,
        "error_kind": kind,
        "session": word(attributes, *SESSION_NAMES),
        "user": word(attributes, *USER_NAMES),
        "conversation": word(attributes, "gen_ai.conversation.id"),
        "run": word(attributes, "agentscope.run", "agentscope.run.id"),
        "tags": tags_of(attributes),
        "lost": {LossKind.ATTRIBUTES.value: raw.dropped} if raw.dropped else None,
    }


def how_it_failed(raw: RawSpan) -> tuple[bool, str | None, str | None]:
    """Say whether the span failed by its own word: (failed, one sentence, what kind of error)."""
    if raw.status != 2:
        return False, None, None
    thrown = event_named(raw, "exception")
    own = thrown.attributes if thrown is not None else {}
    kind = word(own, "exception.type") or word(raw.attributes, "error.type")
    if thrown is None and "ai.operationId" in raw.attributes and "openinference.span.kind" in raw.attributes:
        return False, None, None  # this exporter marks the parents and siblings of what failed
    told = word(own, "exception.message") or raw.message or None
    told = told or word(raw.attributes, "error.message", "error.type")
    return True, sentence(told) or "It failed without a message.", kind


def sentence(value: str | None) -> str | None:
    """Take the first line of what went wrong."""
    if not value:
        return None
    return value.strip().partition("\n")[0].strip()[:SENTENCE_CHARS] or None


def tags_of(attributes: Attributes) -> list[str]:
    """Read tags: a list, or the JSON of one."""
    for name in TAG_NAMES:
        found = attributes.get(name)
        if found is not None and isinstance(found := parsed(found), list):
            return [tag for tag in map(wild.text, found) if tag]
    return []


def resource_of(raw: RawSpan) -> dict[str, object]:
    """Keep who sent it; all spans of a source share it."""
    found: dict[str, object] | None = raw.source.known.get(resource_of)
    if found is None:
        given = raw.source.resource
        found = {name: given[name] for name in RESOURCE_NAMES if given.get(name) not in (None, "")}
        raw.source.known[resource_of] = found
    return found


def raw_of(raw: RawSpan) -> bytes:
    """Write the span as it came, but for its large values, which are stored elsewhere."""
    told: dict[str, Any] = {
        "scope": raw.source.scope,
        "name": raw.name,
        "traceId": raw.trace_id,
        "spanId": raw.span_id,
        "parentSpanId": raw.parent_id,
        "start": raw.start,
        "end": raw.end,
        "attributes": {
            name: value if value.__class__ in PLAIN else short(value)
            for name, value in raw.attributes.items()
            if not name.startswith(FLATTENED)
        },
    }
    if raw.status or raw.message:
        told["status"] = {"code": raw.status, "message": raw.message[:2_000]}
    if raw.events:
        told["events"] = [
            {"name": one.name, "at": one.at, **{k: short(v) for k, v in one.attributes.items()}}
            for one in raw.events[:100]
        ]
    if raw.dropped:
        told["droppedAttributesCount"] = raw.dropped
    return msgspec.json.encode(told)


def short(value: object) -> object:
    """Leave a small value, and name a large one by its size."""
    if isinstance(value, str):
        return value if len(value) <= RAW_PART_BYTES else f"[{len(value)} characters]"
    if isinstance(value, list | dict):
        size = len(msgspec.json.encode(value))
        return value if size <= RAW_PART_BYTES else f"[{size} bytes]"
    return value
