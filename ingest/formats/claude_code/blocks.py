"""Content of messages: strings or lists of blocks, made readable."""

import json
from typing import Any

from ingest import wild

#: What the harness puts around or into a human's text.
HARNESS_TAGS = ("system-reminder", "ide_opened_file", "ide_selection", "ide_diagnostics")
CALL_TYPES = frozenset({"tool_use", "server_tool_use", "mcp_tool_use"})
PREVIEW = 4_000


def as_json(value: object) -> str:
    """Write a value as compact JSON text that UTF-8 and PostgreSQL accept."""
    return wild.clean(json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str))


def blocks_of(content: object) -> list[dict[str, Any]]:
    """Take a message's content as a list of blocks; a plain string is one text block."""
    if isinstance(content, str):
        return [{"type": "text", "text": content}] if content else []
    return wild.objects(content)


def kind_of(block: dict[str, Any]) -> str:
    return wild.text(block.get("type")) or ""


def text_of(content: object) -> str:
    """Join what can be read of a message: texts, and words in brackets for the rest."""
    if isinstance(content, str):
        return wild.clean(content)
    return "\n".join(part for part in (readable(block) for block in wild.items(content)) if part)


def readable(block: object) -> str:
    """Say one block of a prompt or a tool result in text, as the model saw it."""
    if isinstance(block, str):
        return wild.clean(block)
    block = wild.mapping(block)
    kind = wild.text(block.get("type")) or "block"
    if kind == "text":
        return wild.text(block.get("text")) or ""
    if kind in ("image", "document"):
        return f"[{media_of(block)}]"
    if kind == "tool_reference":
        return f"[tool {wild.text(block.get('tool_name')) or '?'}]"
    if kind == "resource":
        return wild.text(wild.mapping(block.get("resource")).get("text")) or "[resource]"
    if "content" in block:
        return text_of(block["content"])
    return as_json(block)


def words_beside_results(content: object) -> list[dict[str, Any]]:
    """Take the text blocks that stand in one message with tool results."""
    return [block for block in wild.objects(content) if block.get("type") == "text"]


def media_of(block: dict[str, Any]) -> str:
    """Name an embedded picture or document with its size: "image/png, 34 kB"."""
    source = wild.mapping(block.get("source"))
    name = wild.text(source.get("media_type")) or wild.text(block.get("type")) or "file"
    data = wild.text(source.get("data")) or ""
    return f"{name}, {size_in_words(len(data) * 3 // 4)}" if data else name


def size_in_words(size: int) -> str:
    if size < 1_000:
        return f"{size} B"
    return f"{round(size / 1_000)} kB" if size < 1_000_000 else f"{size / 1_000_000:.1f} MB"


def answer_preview(blocks: list[dict[str, Any]]) -> str:
    """Show a model's answer: its text as it is; with tool calls, the blocks as JSON without their bulk."""
    said = [wild.text(block.get("text")) or "" for block in blocks if block.get("type") == "text"]
    text = "\n\n".join(part for part in said if part.strip())[:PREVIEW]
    if not any(kind_of(block) in CALL_TYPES for block in blocks) and not text.lstrip().startswith(("[", "{")):
        return text
    room = PREVIEW // 2
    slim: list[dict[str, str]] = []
    for block in blocks[:40]:
        for name in ("text", "thinking", "name"):
            value = (wild.text(block.get(name)) or "").strip()[:room]
            if value:
                slim.append({"type": wild.text(block.get("type")) or "", name: value})
                room = max(80, room - len(value))
    return as_json(slim)


def thinking_facts(blocks: list[dict[str, Any]]) -> dict[str, object]:
    """Keep the beginning of the thinking, or note that the model thought and hid it."""
    thought = [block for block in blocks if block.get("type") in ("thinking", "redacted_thinking")]
    if not thought:
        return {}
    text = "\n\n".join(wild.text(block.get("thinking")) or "" for block in thought).strip()
    return {"thinking_preview": text[:PREVIEW]} if text else {"thinking_hidden": True}


def without_reminders(text: str) -> str:
    """Take out what the harness added for the model and no human wrote."""
    if "<" not in text:
        return text
    for tag in HARNESS_TAGS:
        text = without_tag(text, tag)
    return text


def without_tag(text: str, tag: str) -> str:
    """Cut every `<tag>…</tag>`; an opening without its end stays. Linear, whatever the text."""
    opening, closing = f"<{tag}>", f"</{tag}>"
    start = text.find(opening)
    kept, position = [], 0
    while start >= 0:
        end = text.find(closing, start)
        if end < 0:
            break
        kept.append(text[position:start].rstrip())
        position = end + len(closing)
        start = text.find(opening, position)
    if not kept:
        return text
    return "\n".join(part for part in [*kept, text[position:].strip()] if part.strip())


def inside_tag(text: str, tag: str) -> str | None:
    """Take the inside of the first `<tag>…</tag>`, or None."""
    opening, closing = f"<{tag}>", f"</{tag}>"
    start = text.find(opening)
    end = text.find(closing, start) if start >= 0 else -1
    return text[start + len(opening) : end].strip() if end >= 0 else None


def first_line(text: str, length: int = 200) -> str:
    """Take the first line that says something, cut to `length`."""
    for line in text.splitlines():
        if line.strip():
            return line.strip()[:length]
    return ""
