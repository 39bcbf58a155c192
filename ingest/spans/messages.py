"""Reads one message of a model's conversation, whichever of the common shapes it has.

OpenAI (`content`, `tool_calls`, role `tool`; items of the Responses API), Anthropic (blocks), the parts of
OpenTelemetry GenAI, Bedrock (`toolUse`, `toolResult`), Gemini, the AI SDK and LangChain.
"""

from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import Struct, field

from ingest import wild

ROLES = {
    "human": "user",
    "ai": "assistant",
    "model": "assistant",
    "developer": "system",
    "function": "tool",
    "HumanMessage": "user",
    "AIMessage": "assistant",
    "AIMessageChunk": "assistant",
    "SystemMessage": "system",
    "ToolMessage": "tool",
}
CALL_TYPES = frozenset({"tool_use", "tool_call", "tool-call", "function_call", "server_tool_use", "toolCall"})
RESULT_TYPES = frozenset(
    {"tool_result", "tool_call_response", "tool-result", "function_call_output", "tool_call_result"}
)
THINKING_TYPES = frozenset({"thinking", "reasoning", "redacted_thinking"})
#: Types of messages that are one block.
BLOCK_TYPES = CALL_TYPES | RESULT_TYPES | THINKING_TYPES
#: JSON text of an object is kept as it is; its values are not read.
_decode_object = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


class Call(Struct, frozen=True):
    """A tool call that a model asked for."""

    id: str
    name: str
    input: str  #: arguments as JSON text


class Result(Struct, frozen=True):
    """What came back of a tool call."""

    id: str
    text: str
    failed: bool | None = None  #: None where the shape has no word for it
    name: str = ""


class Said(Struct):
    """What one message says."""

    role: str = ""
    texts: list[str] = field(default_factory=list)
    thoughts: list[str] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    results: list[Result] = field(default_factory=list)

    @property
    def text(self) -> str:
        """All text of the message."""
        return "\n".join(self.texts)


def read_message(value: object) -> Said:
    """Read one message."""
    if isinstance(value, list) and [type(one) for one in value] == [str, str]:
        role, text = value
        return Said(role=str(ROLES.get(role, role)), texts=[text])  # LangChain's short form
    if not isinstance(value, dict):
        return Said(role="user", texts=[value] if isinstance(value, str) else [])
    message = unwrapped(value)
    said = Said(role=role_of(message))
    if said.role == "tool" and not has_result_blocks(message):
        said.results.append(result_of_message(message))
        return said
    if type_of(message) in BLOCK_TYPES:
        read_block(said, message)
    for block in blocks_of(message):
        read_block(said, block)
    beside = wild.mapping(message.get("additional_kwargs"))  # where LangChain keeps what a provider said
    for call in wild.items(message.get("tool_calls") or message.get("toolCalls") or beside.get("tool_calls")):
        add_call(said, call)
    return said


def role_in(value: object) -> str:
    """Read who speaks in a message, and nothing else."""
    if isinstance(value, dict):
        return role_of(unwrapped(value))
    return read_message(value).role


def type_of(value: dict[str, Any]) -> str:
    """Read the type of a message or a block; empty when it is no text."""
    found = value.get("type")
    return found if isinstance(found, str) else ""


def role_of(message: dict[str, Any]) -> str:
    """Read who speaks; items of the Responses API without a role have it in their type."""
    role = message.get("role") or message.get("type")
    if not isinstance(role, str):
        return ""
    if role in CALL_TYPES or role == "reasoning":
        return "assistant"
    if role in RESULT_TYPES:
        return "tool"
    return ROLES.get(role, role)


def unwrapped(value: dict[str, Any]) -> dict[str, Any]:
    """Take a message out of LangChain's envelopes."""
    if value.get("lc") and isinstance(value.get("kwargs"), dict):
        kind = wild.items(value.get("id"))[-1:] or [""]
        return {"role": kind[0], **value["kwargs"], "type": None}
    if isinstance(value.get("data"), dict) and isinstance(value.get("type"), str):
        return {"role": value["type"], **value["data"], "type": None}
    if isinstance(value.get("message"), dict):
        return {"role": value.get("role"), **value["message"]}
    return value


def has_result_blocks(message: dict[str, Any]) -> bool:
    """Say whether a message of the role `tool` holds its results in blocks."""
    return any(
        isinstance(block, dict) and (type_of(block) in RESULT_TYPES or "toolResult" in block)
        for block in blocks_of(message)
    )


def blocks_of(message: dict[str, Any]) -> list[Any]:
    """List the blocks of a message; a text is one block."""
    for name in ("content", "parts", "text"):
        value = message.get(name)
        if isinstance(value, str):
            return [value] if value else []
        if isinstance(value, list):
            return value
        if isinstance(value, dict):
            return [value]
    return []


def result_of_message(message: dict[str, Any]) -> Result:
    """Read a message that is a tool's result as a whole."""
    status = message.get("status")
    return Result(
        id=first_text(message, "tool_call_id", "toolCallId", "id", "call_id"),
        text=text_of(message.get("content", message.get("output", message.get("parts")))),
        failed=None if status is None else status == "error",
        name=first_text(message, "name"),
    )


def read_block(said: Said, block: object) -> None:
    """Read one block into what is said."""
    if isinstance(block, str):
        said.texts.append(block)
    if not isinstance(block, dict):
        return
    kind = type_of(block)
    if kind in CALL_TYPES or "toolUse" in block or "function_call" in block or "functionCall" in block:
        add_call(said, block)
    elif kind in RESULT_TYPES or not {"toolResult", "function_response", "functionResponse"}.isdisjoint(
        block
    ):
        add_result(said, block)
    elif kind in THINKING_TYPES or "reasoningContent" in block:
        thought = block.get("thinking") or block.get("content") or block.get("text") or block.get("summary")
        if thought:
            said.thoughts.append(text_of(thought))
    else:
        found = block.get("text") if block.get("text") is not None else block.get("content")
        if isinstance(found, str):
            said.texts.append(found)


def add_call(said: Said, block: object) -> None:
    """Read a call in any shape."""
    if not isinstance(block, dict):
        return
    told = inner_of(block, "toolUse", "function_call", "functionCall", "function", "tool_call")
    name = first_text(told, "name", "toolName", "tool_name")
    if not name:
        return
    call_id = first_text(told, "call_id", "toolUseId", "toolCallId", "id") or first_text(
        block, "call_id", "id", "toolCallId"
    )
    arguments: object = next(
        (told[key] for key in ("arguments", "input", "args", "parameters") if told.get(key) is not None), {}
    )
    said.calls.append(Call(id=call_id, name=name, input=json_of(arguments)))


def add_result(said: Said, block: dict[str, Any]) -> None:
    """Read a result in any shape."""
    told = inner_of(block, "toolResult", "function_response", "functionResponse")
    content = next(
        (
            told[key]
            for key in ("content", "response", "result", "output")
            if key in told and told[key] is not None
        ),
        None,
    )
    failed: bool | None = None
    if "is_error" in told or "isError" in told:
        failed = bool(told.get("is_error") or told.get("isError"))
    elif isinstance(told.get("status"), str):
        failed = told["status"] == "error"
    elif isinstance(content, dict) and (
        str(content.get("type")).startswith("error") or content.keys() == {"error"}  # as Gemini's API says it
    ):
        failed = True
    said.results.append(
        Result(
            id=first_text(told, "tool_use_id", "toolUseId", "toolCallId", "tool_call_id", "call_id", "id"),
            text=text_of(content),
            failed=failed,
            name=first_text(told, "name", "toolName"),
        )
    )


def inner_of(block: dict[str, Any], *names: str) -> dict[str, Any]:
    """Take the object that some shapes wrap a call or a result into."""
    for name in names:
        if isinstance(block.get(name), dict):
            inner: dict[str, Any] = block[name]
            return inner
    return block


def first_text(record: dict[str, Any], *names: str) -> str:
    """Take the first of these fields that is a text; empty for none."""
    for name in names:
        value = record.get(name)
        if isinstance(value, str) and value:
            return value
    return ""


def text_of(value: object) -> str:
    """Read the text of a content: its own, that of its blocks, else its JSON text."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, list):
        texts = list(texts_in(value))
        if len(texts) == len(value):
            return "\n".join(texts)
    if isinstance(value, dict):
        for key in ("text", "content", "value", "output"):
            if isinstance(value.get(key), str) and set(value) <= {key, "type", "annotations", "logprobs"}:
                found: str = value[key]
                return found
    return msgspec.json.encode(wild.tree(value)).decode()


def texts_in(blocks: list[Any]) -> Iterator[str]:
    """Yield the text of those blocks that are text."""
    for block in blocks:
        if isinstance(block, str):
            yield block
        elif isinstance(block, dict):
            found = block.get("text") if block.get("text") is not None else block.get("content")
            if isinstance(found, str):
                yield found


def json_of(arguments: object) -> str:
    """Write arguments as JSON text; many send them as JSON inside a string."""
    if isinstance(arguments, str):
        try:
            _decode_object(arguments)
            return arguments
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            pass
    return msgspec.json.encode(wild.tree(arguments)).decode()


def answer_blocks(messages: list[Any]) -> list[dict[str, Any]]:
    """Turn what a model answered into blocks: thinking, text, tool_use; the same for every source."""
    blocks: list[dict[str, Any]] = []
    for message in messages:
        said = read_message(message)
        blocks += [{"type": "thinking", "thinking": thought} for thought in said.thoughts if thought]
        blocks += [{"type": "text", "text": text} for text in said.texts if text]
        blocks += [
            {"type": "tool_use", "id": call.id, "name": call.name, "input": msgspec.Raw(call.input.encode())}
            for call in said.calls
        ]
    return blocks
