"""The dialects in which tracing libraries speak of models and tools: one table, in order of precedence.

A span is often told in several dialects at once. For each field the first dialect of the table that says
something is heard. Tokens and usage come from one dialect together: counters of two are never mixed.
"""

from collections.abc import Callable, Iterable

from ingest.dialects import (
    agentops,
    anthropic,
    autogen,
    braintrust,
    claude_code,
    codex,
    common,
    gemini_cli,
    genai,
    genai_events,
    genai_legacy,
    laminar,
    langfuse,
    langsmith,
    litellm,
    logfire,
    mlflow,
    openinference,
    smolagents,
    traceloop,
    vercel,
)
from ingest.dialects.values import Fields
from ingest.formats.otlp.raw import RawSpan
from ingest.spans.span import Span, SpanKind

#: (name in `sources`, reader), the first that says something wins.
DIALECTS: list[tuple[str, Callable[[RawSpan], Fields | None]]] = [
    ("claude-code", claude_code.read),
    ("gemini-cli", gemini_cli.read),
    ("langfuse", langfuse.read),
    ("vercel", vercel.read),
    ("langsmith", langsmith.read),
    ("mlflow", mlflow.read),
    ("laminar", laminar.read),
    ("logfire", logfire.read),
    ("anthropic", anthropic.read),
    ("agentops", agentops.read),
    ("braintrust", braintrust.read),
    ("smolagents", smolagents.read),
    ("litellm", litellm.read),
    ("autogen", autogen.read),
    ("genai", genai.read),
    ("openinference", openinference.read),
    ("openllmetry", traceloop.read),
    ("genai-events", genai_events.read),
    ("genai-legacy", genai_legacy.read),
]
#: Dialects that only say how something is spelled, not who speaks.
NAMELESS = frozenset({"genai", "genai-events", "genai-legacy"})
USAGE = ("tokens", "usage")
JOINED = ("params", "meta", "lost")


def read_spans(raws: Iterable[RawSpan]) -> list[Span]:
    """Read spans in every dialect they speak; what a program tells of its own insides is left."""
    return [read_span(raw) for raw in raws if not codex.is_internal(raw)]


def read_span(raw: RawSpan) -> Span:
    """Read one span."""
    fields, names = common.read(raw), list[str]()
    failed = fields.pop("failed"), fields.pop("error"), fields.pop("error_kind")
    for name, read in DIALECTS:
        found = read(raw)
        if found is not None:
            names.append(name)
            take(fields, found)
    if failed[0] or not fields.get("failed"):
        fields["failed"], fields["error"], fields["error_kind"] = failed
    span_id, parent_id, pending = raw.span_id, raw.parent_id, logfire.is_pending(raw)
    if pending:
        span_id, parent_id = logfire.begun(raw)
    kind = fields.pop("kind", None) or SpanKind.CHAIN if names else SpanKind.NONE
    return Span(
        trace_id=raw.trace_id,
        span_id=span_id,
        parent_id=parent_id,
        source=f"otel:{source_of(names)}",
        name=fields.pop("name", None) or raw.name,
        kind=kind,
        start=raw.start,
        end=0 if pending else raw.end,
        is_start=pending,
        resource=common.resource_of(raw),
        raw=common.raw_of(raw) if kind not in (SpanKind.NONE, SpanKind.CHAIN) and not pending else None,
        **{name: value for name, value in fields.items() if value is not None},
    )


def take(fields: Fields, found: Fields) -> None:
    """Take over what is not known yet."""
    for name, value in found.items():
        if value is None or name in USAGE:
            continue
        known = fields.get(name)
        if not known:
            if value != "":
                fields[name] = value
        elif name in JOINED and value:
            fields[name] = {**value, **known}
    if fields.get("tokens") is None and found.get("tokens") is not None:
        fields["tokens"], fields["usage"] = found["tokens"], found.get("usage")


def source_of(names: list[str]) -> str:
    """Name the library that speaks, else the convention."""
    return next((name for name in names if name not in NAMELESS), names[0] if names else "span")
