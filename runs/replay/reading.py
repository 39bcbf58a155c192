"""Stored messages of any provider, read into turns. Tolerant: what is not understood stands as JSON. Pure."""

import json
from collections.abc import Sequence
from typing import Any

from runs.replay.arguments import object_of
from runs.replay.blocks import parts_of, result_parts
from runs.replay.parts import Call, Notes, Part, Result, Role, Thinking, Turn

_ROLES = {
    **{role.value: role for role in Role},
    "model": Role.ASSISTANT,
    "ai": Role.ASSISTANT,
    "human": Role.USER,
}
_CALL_ITEMS = ("function_call", "custom_tool_call")
_RESULT_ITEMS = ("function_call_output", "custom_tool_call_output")


def value_of(data: bytes) -> Any:
    """Decode a stored message: JSON, else its text."""
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return data.decode("utf-8", "replace")


def turns_of(values: Sequence[Any], notes: Notes) -> list[Turn]:
    """Read messages, one after another; a message may be several turns."""
    return [turn for value in values for turn in split(_turn_of(value, notes))]


def split(turn: Turn) -> list[Turn]:
    """Cut a message where somebody else speaks: calls are the assistant's, their results the user's."""
    turns: list[Turn] = []
    for part in turn.parts:
        role = _SPEAKERS.get(type(part), turn.role)
        if turns and turns[-1].role is role:
            turns[-1] = Turn(role=role, parts=(*turns[-1].parts, part))
        else:
            turns.append(Turn(role=role, parts=(part,)))
    return turns or [turn]


_SPEAKERS: dict[type[Part], Role] = {
    Call: Role.ASSISTANT,
    Thinking: Role.ASSISTANT,
    Result: Role.USER,
}


def _turn_of(value: Any, notes: Notes) -> Turn:
    if not isinstance(value, dict):
        return Turn(role=Role.USER, parts=parts_of(value, notes))
    kind, role = value.get("type"), value.get("role")
    if kind in _CALL_ITEMS:
        return Turn(role=Role.ASSISTANT, parts=(call_of(value, notes),))
    if kind in _RESULT_ITEMS:
        return Turn(role=Role.USER, parts=(_result_of(value, "call_id", "output", notes),))
    if kind == "reasoning":
        return Turn(role=Role.ASSISTANT, parts=(Thinking(text=_summary_of(value), item=value),))
    if role in ("tool", "function"):
        return Turn(role=Role.USER, parts=(_result_of(value, "tool_call_id", "content", notes),))
    known = _ROLES.get(role) if isinstance(role, str) else None
    if known is None and not {"content", "parts", "text"} & value.keys():
        return Turn(role=Role.USER, parts=parts_of([value], notes))
    content = value.get("content", value.get("parts", value.get("text")))
    parts = parts_of(content, notes)
    if known is Role.ASSISTANT:
        parts = (*_reasoning_of(value), *parts, *_calls_of(value, notes))
    return Turn(role=known or Role.USER, parts=parts)


def _result_of(value: dict[str, Any], id_name: str, content: str, notes: Notes) -> Result:
    ids = value.get("tool_call_ids")  # SWE-agent's
    call = value.get(id_name) or (ids[0] if isinstance(ids, list) and ids else None)
    return Result(call=_word(call), parts=result_parts(value.get(content), notes))


def _summary_of(value: dict[str, Any]) -> str:
    summary = value.get("summary")
    parts = summary if isinstance(summary, list) else []
    return "\n\n".join(_word(part.get("text")) for part in parts if isinstance(part, dict))


def _reasoning_of(value: dict[str, Any]) -> tuple[Part, ...]:
    """Read the thinking that some providers write beside a chat answer."""
    said = value.get("reasoning_content") or value.get("reasoning")
    return (Thinking(text=said),) if isinstance(said, str) else ()


def _calls_of(value: dict[str, Any], notes: Notes) -> tuple[Part, ...]:
    asked = value.get("tool_calls")
    calls = [call for call in asked if isinstance(call, dict)] if isinstance(asked, list) else []
    if isinstance(value.get("function_call"), dict):
        calls.append({"function": value["function_call"]})
    return tuple(call_of(call, notes) for call in calls)


def call_of(value: dict[str, Any], notes: Notes) -> Call:
    """Read a call: `tool_calls` of a chat answer, an item of the Responses API, or LangChain's."""
    inner = value.get("function", value.get("custom"))
    told = inner if isinstance(inner, dict) else value
    given = told.get("arguments", told.get("input", told.get("args")))
    raw = given if isinstance(given, str) else ""
    is_free = value.get("type") == "custom_tool_call"
    return Call(
        id=_word(value.get("call_id") or value.get("id")),
        name=_word(told.get("name")),
        arguments={"input": raw} if is_free else object_of(given, notes),
        raw=raw,
        is_free=is_free,
    )


def _word(value: Any) -> str:
    return value if isinstance(value, str) else "" if value is None else str(value)
