"""OpenLLMetry (Traceloop): `traceloop.span.kind`, entities with input and output as JSON."""

from ingest.dialects.values import Fields, arguments_of, inner_text, word
from ingest.formats.otlp.raw import RawSpan
from ingest.spans.span import SpanKind

KINDS = {
    "tool": SpanKind.TOOL,
    "agent": SpanKind.AGENT,
    "workflow": SpanKind.CHAIN,
    "task": SpanKind.CHAIN,
}


def read(raw: RawSpan) -> Fields | None:
    """Read a span of OpenLLMetry; None for every other."""
    attributes = raw.attributes
    told = attributes.get("traceloop.span.kind")
    if told is None:
        is_ours = "\ntraceloop." in "\n" + "\n".join(attributes)  # one look for hundreds of names
        return {"agent_hint": word(attributes, "traceloop.workflow.name")} if is_ours else None
    kind = KINDS.get(str(told), SpanKind.CHAIN)
    name = word(attributes, "traceloop.entity.name")
    fields: Fields = {
        "kind": kind,
        "input": arguments_of(attributes.get("traceloop.entity.input")),
        "output": inner_text(attributes.get("traceloop.entity.output")),
    }
    if kind is SpanKind.TOOL:
        fields["tool"] = name or raw.name.removesuffix(".tool")
    elif kind is SpanKind.AGENT:
        fields["agent"] = name
    return fields
