"""Log records that belong to a model call: what they say of its span.

GenAI before 1.37 sends each message as a record (`gen_ai.user.message`, …, `gen_ai.choice`), the latest sends
one with all of them (`gen_ai.client.inference.operation.details`). Both name the span.
"""

from collections.abc import Iterable
from typing import Any

from ingest import wild
from ingest.dialects import common, genai
from ingest.dialects.claude_code.records import PROGRAM as CLAUDE_CODE
from ingest.dialects.codex import PROGRAM as CODEX
from ingest.dialects.gemini_cli import PROGRAM as GEMINI_CLI
from ingest.dialects.gemini_cli import QWEN_CODE, details_of, is_details
from ingest.dialects.genai_events import CHOICE, ROLES, WHOLE
from ingest.dialects.programs import read
from ingest.dialects.values import Fields, parsed, word
from ingest.formats.otlp.raw import RawLog, RawSpan
from ingest.spans.messages import answer_blocks
from ingest.spans.span import Span, SpanKind

SOURCE = "otel:genai-logs"
PROGRAMS = (CLAUDE_CODE, CODEX, GEMINI_CLI, QWEN_CODE)


def read_logs(logs: Iterable[RawLog]) -> list[Span]:
    """Gather the records of each span into what they add to it; other records say nothing of models."""
    logs = list(logs)
    own = [span for log in logs for one in PROGRAMS if (span := read(one, log)) is not None]
    own += [span for log in logs if is_details(log) and (span := details_of(log)) is not None]
    groups: dict[tuple[str, str], list[RawLog]] = {}
    for log in sorted(logs, key=lambda log: log.at):
        if is_details(log):
            continue
        if log.trace_id and log.span_id and (log.name in ROLES or log.name in (CHOICE, WHOLE)):
            groups.setdefault((log.trace_id, log.span_id), []).append(log)
    return own + [part_of_span(trace_id, span_id, group) for (trace_id, span_id), group in groups.items()]


def part_of_span(trace_id: str, span_id: str, logs: list[RawLog]) -> Span:
    """Make one part of a span out of its records."""
    whole = next((log for log in logs if log.name == WHOLE), None)
    fields = fields_of_whole(whole) if whole is not None else fields_of_messages(logs)
    return Span(
        trace_id=trace_id,
        span_id=span_id,
        source=SOURCE,
        kind=SpanKind.LLM,
        is_part=True,
        told=(logs[0].at, logs[-1].at),
        **{name: value for name, value in fields.items() if value is not None},
    )


def fields_of_messages(logs: list[RawLog]) -> Fields:
    """Read records that are a message each."""
    messages = [message_of(log) for log in logs if log.name in ROLES]
    bodies = [parsed(log.body) for log in logs if log.name == CHOICE]  # Semantic Kernel writes JSON text
    choices = [body for body in bodies if isinstance(body, dict)]
    answer = answer_blocks(choices[-1:])
    said = [*messages, *(wild.mapping(choice.get("message")) for choice in choices)]
    return {
        "messages": messages if any(message.get("content") for message in messages) else None,
        "answer": answer or None,
        "is_bare": any(is_bare(message) for message in said) or None,
        "stop_reason": word(choices[-1], "finish_reason") if choices else None,
    }


def is_bare(message: dict[str, Any]) -> bool:
    """Say whether a message names a tool call without its arguments: contents are switched off."""
    calls = (wild.mapping(call.get("function")) for call in wild.objects(message.get("tool_calls")))
    return any("name" in call and "arguments" not in call for call in calls)


def message_of(log: RawLog) -> dict[str, Any]:
    """Make a message of a record."""
    told = parsed(log.body)
    body: dict[str, Any] = told if isinstance(told, dict) else {"content": log.body}
    message = {"role": ROLES[log.name], **body}
    if message["role"] == "tool" and "id" in message:
        message["tool_call_id"] = message.pop("id")
    return message


def fields_of_whole(log: RawLog) -> Fields:
    """Read a record that has all the attributes of the span."""
    body = log.body if isinstance(log.body, dict) else {}
    raw = RawSpan(
        source=log.source, trace_id=log.trace_id, span_id=log.span_id, attributes={**body, **log.attributes}
    )
    found = genai.llm_fields(raw)
    return {**found, "session": common.read(raw)["session"]}
