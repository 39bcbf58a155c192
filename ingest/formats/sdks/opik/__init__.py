"""Opik's batches of spans and traces: each comes when it begins and again when it is over."""

from collections.abc import Callable, Mapping

import msgspec

from ingest import wild
from ingest.dialects.langsmith.contents import answer_in, last_generation, messages_in
from ingest.dialects.values import Fields, arguments_of, inclusive, text_or_json, word
from ingest.formats.events.usage import tokens_of
from ingest.formats.sdks.scores import score_span
from ingest.formats.sdks.told import Record, Told, identity, raw_of, record_of_body, refuse_too_many, sentence
from ingest.spans.span import Span, SpanKind, nanoseconds_of
from ingest.streams import Refused

SOURCE = "opik"
UNKNOWN_SPAN = "No span of this id has come; send the score after the span."
NO_IDS = "The span or trace has no id, or no trace."
KINDS = {"llm": SpanKind.LLM, "tool": SpanKind.TOOL, "guardrail": SpanKind.GUARDRAIL}
#: Where a decorated function with one parameter for all arguments has them.
WRAPPERS = frozenset({"kw", "kwargs", "args", "arguments", "params", "tool_input"})
ORIGINAL = "original_usage."
USAGE = (
    *("prompt_tokens", "completion_tokens", "input_tokens", "output_tokens"),
    *("cached_tokens", "reasoning_tokens"),
)


def read_spans(body: bytes) -> Told:
    """Read a batch of spans. Raises Refused."""
    return read_items(body, "spans")


def read_traces(body: bytes) -> Told:
    """Read a batch of traces. Raises Refused."""
    return read_items(body, "traces")


def read_items(body: bytes, name: str) -> Told:
    """Read the list of that name. Raises Refused."""
    given = record_of_body(body).get(name)
    if not isinstance(given, list):
        raise Refused(f"The body has no list `{name}`.", status=400)
    refuse_too_many(len(given))
    told = Told()
    for n, item in enumerate(given, 1):
        add(told, f"{name} {n}", span_of(wild.mapping(item), is_trace=name == "traces"), item)
    return told


def add(told: Told, where: str, span: Span | None, item: object) -> None:
    """Take a span, or keep what names none."""
    if span is None:
        told.leave(where, NO_IDS, {"item": item})
    else:
        told.spans.append(span)


def read_one(body: bytes, name: str) -> Told:
    """Read one span or trace that begins, or is whole. Raises Refused."""
    record = record_of_body(body)
    told = Told()
    add(told, name, span_of(record, is_trace=name == "traces"), record)
    return told


def read_update(id: str, body: bytes, name: str) -> Told:
    """Read what is new of one span or trace; what lies above it may be told already. Raises Refused."""
    record = {**record_of_body(body), "id": id}
    told = Told()
    span = span_of(record, is_trace=name == "traces")
    if span is not None and name == "spans":
        span.is_end, span.is_start = "input" not in record, not span.end
        span.parent_id = span.parent_id if "parent_span_id" in record else None
    add(told, name, span, record)
    return told


def read_scores(body: bytes) -> Told:
    """Read scores of traces: `{"scores": [{"id": trace, "name", "value", "reason"}]}`. Raises Refused."""
    given = record_of_body(body).get("scores")
    if not isinstance(given, list):
        raise Refused("The body has no list `scores`.", status=400)
    refuse_too_many(len(given))
    told = Told()
    for n, item in enumerate(given, 1):
        add(told, f"score {n}", span_of_score(wild.mapping(item)), item)
    return told


def read_score(trace: str, body: bytes) -> Told:
    """Read one score of a trace. Raises Refused."""
    told = Told()
    record = {**record_of_body(body), "id": trace}
    add(told, "score", span_of_score(record), record)
    return told


def read_scores_of_spans(body: bytes, find: Callable[[set[str]], Mapping[str, str]]) -> Told:
    """Read scores of single spans, which name no trace: `find` gives the traces of spans. Raises Refused."""
    given = record_of_body(body).get("scores")
    if not isinstance(given, list):
        raise Refused("The body has no list `scores`.", status=400)
    refuse_too_many(len(given))
    items = [wild.mapping(item) for item in given]
    traces = find({span for item in items if (span := identity(item.get("id")))})
    told = Told()
    for n, item in enumerate(items, 1):
        span = identity(item.get("id"))
        if span and span not in traces:
            told.leave(f"score {n}", UNKNOWN_SPAN, {"item": item})
        else:
            add(told, f"score {n}", span_of_score(item, trace=traces.get(span, ""), about=span), item)
    return told


def read_score_of_span(id: str, body: bytes, find: Callable[[set[str]], Mapping[str, str]]) -> Told:
    """Read one score of a span. Raises Refused."""
    scores = {"scores": [{**record_of_body(body), "id": id}]}
    return read_scores_of_spans(msgspec.json.encode(scores), find)


def span_of_score(record: Record, *, trace: str = "", about: str = "") -> Span | None:
    """Make the event of a score; one of a name replaces the one before."""
    judged, name = identity(record.get("id")), wild.text(record.get("name"))
    if not judged or not name:
        return None
    told = record.get("value"), record.get("reason")
    score = identity(f"{judged}:{name}")
    return score_span(SOURCE, trace or judged, score, name=name, value=told[0], comment=told[1], about=about)


def span_of(record: Record, *, is_trace: bool) -> Span | None:
    """Make one span; a trace is the outermost one, under its own id."""
    span = identity(record.get("id"))
    trace = span if is_trace else identity(record.get("trace_id"))
    if not span or not trace:
        return None
    kind = SpanKind.CHAIN if is_trace else KINDS.get(str(record.get("type")), SpanKind.CHAIN)
    metadata, error = wild.mapping(record.get("metadata")), wild.mapping(record.get("error_info"))
    end = nanoseconds_of(record.get("end_time"))
    name = wild.text(record.get("name")) or ""
    return Span(
        trace_id=trace,
        span_id=span,
        parent_id="" if is_trace else identity(record.get("parent_span_id")) or trace,
        source=SOURCE,
        name=name,
        kind=kind,
        start=nanoseconds_of(record.get("start_time")),
        end=end,
        is_start=not end,
        failed=bool(error),
        error=error_of(error) if error else None,
        agent_hint=name if is_trace and name else None,
        session=word(record, "thread_id") or word(metadata, "session_id", "thread_id"),
        user=word(metadata, "user_id"),
        tags=[tag for tag in map(wild.text, wild.items(record.get("tags"))) if tag],
        resource={"opik.project": record["project_name"]} if word(record, "project_name") else {},
        raw=raw_of(record) if end and kind is not SpanKind.CHAIN else None,
        **fields_of(kind, record, metadata),
    )


def error_of(error: Record) -> str:
    """Say what went wrong in one sentence."""
    return sentence(error.get("message")) or sentence(error.get("exception_type")) or "It failed."


def fields_of(kind: SpanKind, record: Record, metadata: Record) -> Fields:
    """Read what each kind of span says."""
    given, came = wild.mapping(record.get("input")), wild.mapping(record.get("output"))
    if kind is SpanKind.LLM:
        return {
            "model": word(record, "model") or word(metadata, "model"),
            "messages": messages_in(given),
            "answer": answer_in(came),
            "stop_reason": last_generation(came)[1],
            "response_id": word(metadata, "id") or word(came, "id"),
            "cost_usd": wild.number(record.get("total_estimated_cost")),
            **usage_of(wild.mapping(record.get("usage"))),
        }
    inner = next(iter(given.values())) if len(given) == 1 and not given.keys().isdisjoint(WRAPPERS) else given
    return {
        "tool": wild.text(record.get("name")) if kind is SpanKind.TOOL else None,
        "input": arguments_of(inner) if inner else None,
        "output": text_or_json(came["output"] if set(came) == {"output"} else came or None),
    }


def usage_of(usage: Record) -> Fields:
    """Read usage, which repeats the provider's own words in a flat form."""
    own = {name.removeprefix(ORIGINAL): value for name, value in usage.items() if name.startswith(ORIGINAL)}
    if "input_tokens" in own and "cache_read_input_tokens" in own:
        tokens = tokens_of(own, "exclusive")
        return {"tokens": tokens, "usage": usage} if tokens is not None else {}
    flat = {name.rpartition(".")[2]: value for name, value in (usage | own).items() if name != "total_tokens"}
    names = (
        "prompt_tokens",
        "completion_tokens",
        "input_tokens",
        "output_tokens",
        "cached_tokens",
        "reasoning_tokens",
    )
    return inclusive({name: flat[name] for name in names if name in flat})
