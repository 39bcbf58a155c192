"""Official GenAI: messages as events of the span, one each before 1.37 (strands still does), else whole."""

from typing import Any

from msgspec import structs

from ingest.dialects import genai
from ingest.dialects.values import Fields, parsed, text_or_json, word
from ingest.formats.otlp.raw import RawEvent, RawSpan
from ingest.spans.messages import answer_blocks, text_of
from ingest.spans.span import SpanKind

ROLES = {
    "gen_ai.system.message": "system",
    "gen_ai.user.message": "user",
    "gen_ai.assistant.message": "assistant",
    "gen_ai.tool.message": "tool",
}
CHOICE = "gen_ai.choice"
WHOLE = "gen_ai.client.inference.operation.details"


def read(raw: RawSpan) -> Fields | None:
    """Read the messages that the span's events bring; None when there are none."""
    if not any(event.name.startswith("gen_ai.") for event in raw.events):
        return None
    operation = raw.attributes.get("gen_ai.operation.name")
    if any(event.name == WHOLE for event in raw.events):
        return whole_fields(raw, operation)
    if operation == "execute_tool":
        return tool_fields(raw)
    messages = [message_of(event) for event in raw.events if event.name in ROLES]
    choices = [event for event in raw.events if event.name == CHOICE]
    fields: Fields = {"messages": messages or None}
    if choices:
        answer = [{"role": "assistant", **content_of(event, "message", "content")} for event in choices[-1:]]
        fields["answer"] = answer_blocks(answer) or None
        fields["stop_reason"] = word(choices[-1].attributes, "finish_reason")
    for event in raw.events:
        if event.name in ("gen_ai.content.prompt", "gen_ai.content.completion"):
            fields |= old_content(event)
    return fields


def whole_fields(raw: RawSpan, operation: object) -> Fields:
    """Read events that have what the latest conventions put on the span, an attribute each (strands)."""
    told: dict[str, Any] = {}
    for event in raw.events:
        if event.name == WHOLE:
            told |= event.attributes
    if genai.KINDS.get(str(operation)) is SpanKind.LLM:
        return genai.llm_fields(structs.replace(raw, attributes=told, events=[]))
    if operation == "execute_tool":
        return failure_of(raw, genai.tool_fields(raw)["output"])
    return genai.agent_fields(told) if operation == "invoke_agent" else {}


def message_of(event: RawEvent) -> dict[str, Any]:
    """Make a message of an event."""
    return {"role": ROLES[event.name], **content_of(event, "content", "message")}


def content_of(event: RawEvent, *names: str) -> dict[str, Any]:
    """Take the content of an event: text, or blocks as JSON."""
    given = next((event.attributes[name] for name in names if event.attributes.get(name)), "")
    found = parsed(given)
    told: dict[str, Any] = {"content": found}
    if isinstance(found, dict):
        told = found if "content" in found or "parts" in found else {"content": [found]}
    if calls := parsed(event.attributes.get("tool_calls")):
        told["tool_calls"] = calls
    if (call := event.attributes.get("id")) and event.name == "gen_ai.tool.message":
        told["tool_call_id"] = call
    return told


def tool_fields(raw: RawSpan) -> Fields:
    """Read a tool's arguments and result."""
    fields: Fields = {}
    for event in raw.events:
        if event.name == "gen_ai.tool.message":
            fields["input"] = text_or_json(event.attributes.get("content"))
            fields["call_id"] = word(event.attributes, "id")
        elif event.name == CHOICE:
            fields["output"] = text_of(parsed(event.attributes.get("message")))
    return fields | failure_of(raw, fields.get("output"))


def failure_of(raw: RawSpan, output: object) -> Fields:
    """Read strands' word for how a tool ended."""
    if raw.attributes.get("gen_ai.tool.status") != "error":
        return {}
    return {"failed": True, "error": str(output or "The tool failed.").partition("\n")[0][:300]}


def old_content(event: RawEvent) -> Fields:
    """Read the oldest form: the whole prompt or completion in one event."""
    prompt = parsed(event.attributes.get("gen_ai.prompt"))
    if prompt:
        found = prompt if isinstance(prompt, list) else [{"role": "user", "content": prompt}]
        return {"messages": found}
    completion = parsed(event.attributes.get("gen_ai.completion"))
    if not completion:
        return {}
    found = completion if isinstance(completion, list) else [{"role": "assistant", "content": completion}]
    return {"answer": answer_blocks(found) or None}
