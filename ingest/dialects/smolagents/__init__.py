"""smolagents beside OpenInference: names in spans, arguments as those of a method, roles of its own."""

from typing import Any

from ingest import wild
from ingest.dialects.openinference.messages import messages_at
from ingest.dialects.values import Fields, parsed, text_or_json, word
from ingest.formats.otlp.raw import Attributes, RawSpan

SCOPE = ".smolagents"
RUN = ".run"  #: of an agent; before it stands its name, or its class
ROLES = {"tool-call": "assistant", "tool-response": "tool"}
TASK, SAW = "New task:\n", "Observation:\n"  #: before what a human asks, and before what a tool gave back


def read(raw: RawSpan) -> Fields | None:
    """Read what smolagents says beside OpenInference; None for every other."""
    attributes = raw.attributes
    if not raw.source.scope.endswith(SCOPE):
        return None
    if raw.name.endswith(RUN):
        given = wild.mapping(parsed(attributes.get("input.value")))
        return {"agent": raw.name.removesuffix(RUN), "input": wild.text(given.get("task"))}
    if word(attributes, "tool.name"):
        return {"input": arguments_of(attributes)}
    messages = messages_at(raw, "llm.input_messages") or []
    return {"messages": [message_of(message) for message in messages] or None}


def arguments_of(attributes: Attributes) -> str | None:
    """Take a tool's arguments out of the call of its method; those without a name are in order."""
    told = wild.mapping(parsed(attributes.get("input.value")))
    given = told.get("kwargs")
    if not isinstance(given, dict):
        return None
    names = wild.mapping(parsed(attributes.get("tool.parameters")))
    return text_or_json({**dict(zip(names, wild.items(told.get("args")), strict=False)), **given})


def message_of(message: dict[str, Any]) -> dict[str, Any]:
    """Write a message with the common roles, without the words that stand before each."""
    content = message.get("content")
    if isinstance(content, str):
        content = content.removeprefix(TASK).removeprefix(SAW)
    return {**message, "role": ROLES.get(message["role"], message["role"]), "content": content}
