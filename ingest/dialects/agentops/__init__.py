"""AgentOps: `agentops.span.kind`, and what a decorated function was given under the name of that kind."""

from ingest.dialects.values import Fields, arguments_of, inner_text, word
from ingest.formats.otlp.raw import RawSpan
from ingest.spans.span import SpanKind

KINDS: dict[str, SpanKind | None] = {
    "tool": SpanKind.TOOL,
    "agent": SpanKind.AGENT,
    "guardrail": SpanKind.GUARDRAIL,
    "llm": None,  # the conventions of GenAI say the rest
}


def read(raw: RawSpan) -> Fields | None:
    """Read a span of AgentOps; None for every other."""
    attributes = raw.attributes
    told = word(attributes, "agentops.span.kind")
    if told is None:
        return None
    kind = KINDS.get(told.lower(), SpanKind.CHAIN)
    name = word(attributes, "operation.name", f"{told}.name") or raw.name.removesuffix(f".{told}")
    fields: Fields = {
        "kind": kind,
        "input": arguments_of(attributes.get(f"agentops.{told}.input")),
        "output": inner_text(attributes.get(f"agentops.{told}.output")),
    }
    if kind is SpanKind.TOOL or kind is SpanKind.GUARDRAIL:
        fields["tool"] = name
    elif kind is SpanKind.AGENT:
        fields["agent"] = name
    return fields if kind is not None else {"kind": None}
