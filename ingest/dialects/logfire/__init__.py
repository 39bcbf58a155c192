"""Logfire and pydantic-ai beside GenAI: pending spans, templates as names, tools in spans of one's own."""

from ingest import wild
from ingest.dialects.values import Fields, inclusive, parsed, text_or_json, word
from ingest.formats.otlp.raw import RawSpan
from ingest.spans.span import SpanKind
from runs.losses import LossKind

PENDING = "pending_span"
NAME_CHARS = 100
NO_PARENT = "0" * 16


def read(raw: RawSpan) -> Fields | None:
    """Read what logfire adds; None where it adds nothing."""
    attributes = raw.attributes
    if "logfire.span_type" not in attributes and "logfire.msg" not in attributes:
        return None
    fields: Fields = {"name": word(attributes, "logfire.msg")}
    if attributes.get("logfire.span_type") == "log":
        fields["kind"] = SpanKind.EVENT if "gen_ai.operation.name" not in attributes else None
    if scrubbed := attributes.get("logfire.scrubbed"):
        fields["lost"] = lost_to_scrubbing(scrubbed)
    usage = parsed(attributes.get("gen_ai.usage.raw"))
    if isinstance(usage, dict):
        fields |= inclusive(usage)
    if isinstance(attributes.get("tool"), str) and "arguments" in attributes:
        fields |= {
            "kind": SpanKind.TOOL,
            "tool": attributes["tool"],
            "input": text_or_json(attributes["arguments"]),
            "output": text_or_json(attributes.get("result")),
        }
    return fields


def is_pending(raw: RawSpan) -> bool:
    """Say whether a span only tells that the one above it has begun."""
    return raw.attributes.get("logfire.span_type") == PENDING


def begun(raw: RawSpan) -> tuple[str, str]:
    """Name the span that has begun: (its id, its parent's)."""
    parent = raw.attributes.get("logfire.pending_parent_id")
    above = parent if isinstance(parent, str) and parent != NO_PARENT else ""
    return raw.parent_id, above


def lost_to_scrubbing(value: object) -> dict[str, int]:
    """Name the attributes that logfire replaced, for their names look like secrets."""
    paths = [wild.items(one.get("path")) for one in wild.objects(parsed(value))]
    names = [wild.text(path[1]) for path in paths if len(path) > 1]
    return {f"{LossKind.SCRUBBED}:{name[:NAME_CHARS]}": 1 for name in names if name}
