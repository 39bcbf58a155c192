"""Messages of a model's context, and the blocks of its answer."""

import json
from dataclasses import dataclass

from django.utils.safestring import SafeString

from runs.ansi import strip_ansi
from runs.limits import MESSAGE_CHARS
from runs.markdown import markdown_html
from runs.shown.texts import TextShown, content_text, plain
from runs.words import one_line, size


@dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    """A piece of an answer. Kinds: text, thinking, call, note."""

    kind: str
    title: str = ""
    html: SafeString | str = ""
    step_seq: int | None = None
    url: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class MessageShown:
    """One message, with the place it has in the list."""

    number: int
    role: str
    gist: str
    size: str
    text: TextShown
    notes: list[str]
    calls: list[str]


def message_shown(number: int, data: bytes) -> MessageShown:
    """Read one stored message: JSON of any provider, else text."""
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        value = data.decode("utf-8", "replace")
    told = _item(value) if isinstance(value, dict) else {"content": value}
    content = told.get("content", told.get("parts", told.get("text", "")))
    text, notes = content_text(_without_calls(content))
    calls = _calls_in(content) + _calls_in(told.get("tool_calls"))
    return MessageShown(
        number=number,
        role=_role_of(told, content),
        gist=one_line(strip_ansi(text[:1_000]), limit=120) or ", ".join(calls),
        size=size(len(data)),
        text=_bounded(text),
        notes=notes,
        calls=calls,
    )


def _item(told: dict[str, object]) -> dict[str, object]:
    """Read an item of the Responses API, which is no message, as the message it stands for."""
    kind = str(told.get("type"))
    if kind == "reasoning":
        said = told.get("summary") or told.get("content") or "The thinking is encrypted."
        return {"role": "thinking", "content": said}
    if kind.endswith("_call_output"):
        return {"role": "tool result", "content": told.get("output", "")}
    if kind.endswith("_call"):
        given = told.get("arguments", told.get("input", told.get("action", "")))
        said = given if isinstance(given, str) else json.dumps(given, ensure_ascii=False)
        call = {"function": {"name": told.get("name") or kind.removesuffix("_call")}}
        return {"role": "assistant", "content": said, "tool_calls": [call]}
    return told


def _role_of(told: dict[str, object], content: object) -> str:
    first = content[0] if isinstance(content, list) and content else None
    if isinstance(first, dict) and first.get("type") == "tool_result":
        return "tool result"
    return str(told.get("role") or told.get("type") or "message")


def _bounded(text: str) -> TextShown:
    shown = plain(text[:MESSAGE_CHARS])
    cut = f"The first {size(MESSAGE_CHARS)} of {size(len(text))}." if len(text) > MESSAGE_CHARS else ""
    return TextShown(html=shown.html, cut=cut)


def _is_call(block: object) -> bool:
    return isinstance(block, dict) and ("tool_use" in str(block.get("type")) or "function" in block)


def _without_calls(content: object) -> object:
    return [block for block in content if not _is_call(block)] if isinstance(content, list) else content


def _calls_in(blocks: object) -> list[str]:
    found = []
    for block in blocks if isinstance(blocks, list) else []:
        if _is_call(block):
            function = block.get("function")
            name = function.get("name") if isinstance(function, dict) else block.get("name")
            found.append(str(name or "a tool"))
    return found


def answer_blocks(output: str) -> list[tuple[Block, str]]:
    """Read a model's answer into blocks, each with the id of the tool call it makes, or an empty one."""
    try:
        value = json.loads(output) if output.lstrip()[:1] in ("[", "{") else output
    except (ValueError, RecursionError):
        value = output
    if isinstance(value, dict):
        value = value.get("content", [value])
    if not isinstance(value, list):
        return [(Block(kind="text", html=markdown_html(str(value))), "")] if value else []
    return [pair for pair in map(_answer_block, value) if pair is not None]


def _answer_block(block: object) -> tuple[Block, str] | None:
    if isinstance(block, str):
        block = {"type": "text", "text": block}
    if not isinstance(block, dict):
        return None
    if isinstance(block.get("text"), str):
        return (Block(kind="text", html=markdown_html(block["text"])), "") if block["text"].strip() else None
    if "thinking" in str(block.get("type")):
        said = block.get("thinking")
        if not isinstance(said, str) or not said:
            return Block(kind="note", title="Thinking, hidden by the provider"), ""
        return Block(kind="thinking", title=one_line(said, limit=90), html=markdown_html(said)), ""
    if _is_call(block):
        arguments = json.dumps(block.get("input", block.get("function", {})), ensure_ascii=False)
        title = _calls_in([block])[0]
        return Block(kind="call", title=title, html=one_line(arguments, limit=140)), str(block.get("id", ""))
    return Block(kind="note", title=one_line(json.dumps(block, ensure_ascii=False), limit=200)), ""
