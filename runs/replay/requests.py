"""A message list as the body of a request, ready to be sent with curl. Pure."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from runs.replay.lists import Format, Listed
from runs.replay.parts import Made, Notes

#: What a model may write, where the recorded call does not say it; the Messages API wants a number.
MAX_TOKENS = 4_096

_HEADERS = {
    Format.ANTHROPIC: '-H "x-api-key: $ANTHROPIC_API_KEY" -H "anthropic-version: 2023-06-01"',
    Format.OPENAI: '-H "Authorization: Bearer $OPENAI_API_KEY"',
    Format.RESPONSES: '-H "Authorization: Bearer $OPENAI_API_KEY"',
}
_ADDRESSES = {
    Format.ANTHROPIC: "https://api.anthropic.com/v1/messages",
    Format.OPENAI: "https://api.openai.com/v1/chat/completions",
    Format.RESPONSES: "https://api.openai.com/v1/responses",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Tool:
    """A tool as every API knows it."""

    name: str
    description: str = ""
    schema: Mapping[str, Any] | None = None


def command_for(format: Format, file: str) -> str:
    """Write the command that sends a body from a file; empty for a format that is no API's."""
    if format not in _ADDRESSES:
        return ""
    content = '-H "content-type: application/json"'
    return f"curl {_ADDRESSES[format]} {_HEADERS[format]} {content} -d @{file}"


def body_of(made: Listed) -> dict[str, Any]:
    """Give what of a body the list is."""
    values = [json.loads(message) for message in made.messages]
    name = "input" if made.format is Format.RESPONSES else "messages"
    return ({"system": made.system} if made.system else {}) | {name: values}


def request_of(made: Listed, *, model: str, params: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Write a whole body, with the tools that were recorded, or stand-ins for those that are called."""
    notes = Notes()
    body: dict[str, Any] = {"model": model or "MODEL"}
    body |= {name: params[name] for name in ("temperature", "top_p") if _is_number(params.get(name))}
    most = next((params[name] for name in _MOST if _is_number(params.get(name))), None)
    if made.format is Format.ANTHROPIC:
        body["max_tokens"] = most or MAX_TOKENS
    elif most:
        body["max_output_tokens" if made.format is Format.RESPONSES else "max_completion_tokens"] = most
    if made.format is Format.RESPONSES:
        body["store"] = False
    body |= body_of(made)
    tools = tools_of(params.get("tools"))
    missing = sorted(set(called_in(body)) - {tool.name for tool in tools})
    notes.add(Made.TOOLS, len(missing))
    tools += [Tool(name=name) for name in missing]
    if tools:
        free = {item["name"] for item in body.get("input", ()) if item.get("type") == "custom_tool_call"}
        body["tools"] = [
            {"type": "custom", "name": tool.name, **_said(tool)}
            if tool.name in free
            else _WRITERS[made.format](tool)
            for tool in tools
        ]
    return body, notes.made_up()


_MOST = ("max_tokens", "max_output_tokens", "max_completion_tokens")


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def tools_of(given: object) -> list[Tool]:
    """Read declared tools in the shape of any API, each name once; what has no name is left out."""
    found: dict[str, Tool] = {}
    for told in given if isinstance(given, list) else []:
        inner = told.get("function") if isinstance(told, dict) else None
        value = inner if isinstance(inner, dict) else told
        name = value.get("name") if isinstance(value, dict) else None
        if not isinstance(name, str) or not name:
            continue
        schema = value.get("input_schema", value.get("parameters"))
        said = value.get("description")
        fitting = re.sub(r"[^a-zA-Z0-9_-]", "_", name)[:64]
        found[fitting] = Tool(
            name=fitting,
            description=said if isinstance(said, str) else "",
            schema=schema if isinstance(schema, dict) else None,
        )
    return list(found.values())


def called_in(body: Mapping[str, Any]) -> Iterable[str]:
    """Name the tools that are called in a body, in the shape of any API."""
    for message in body.get("messages", body.get("input", [])):
        if message.get("type") in ("function_call", "custom_tool_call"):
            yield message["name"]
        yield from (call["function"]["name"] for call in message.get("tool_calls", ()))
        content = message.get("content")
        for block in content if isinstance(content, list) else ():
            if block["type"] == "tool_use":
                yield block["name"]


def _said(tool: Tool) -> dict[str, Any]:
    return {"description": tool.description} if tool.description else {}


def _schema(tool: Tool) -> Mapping[str, Any]:
    return tool.schema or {"type": "object", "properties": {}, "additionalProperties": True}


def _anthropic(tool: Tool) -> dict[str, Any]:
    return {"name": tool.name, **_said(tool), "input_schema": _schema(tool)}


def _function(tool: Tool) -> dict[str, Any]:
    return {"name": tool.name, **_said(tool), "parameters": _schema(tool)}


def _chat(tool: Tool) -> dict[str, Any]:
    return {"type": "function", "function": _function(tool)}


def _responses(tool: Tool) -> dict[str, Any]:
    return {"type": "function", **_function(tool)}


_WRITERS = {Format.ANTHROPIC: _anthropic, Format.OPENAI: _chat, Format.RESPONSES: _responses}
