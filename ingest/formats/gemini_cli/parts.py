"""Contents of Gemini's messages: a text, or parts; and the usage beside them."""

from typing import Any

from ingest import wild
from ingest.formats.claude_code.blocks import as_json, first_line
from ingest.formats.events.usage import tokens_of
from runs.records import Tokens

Block = dict[str, Any]


def parts_of(content: object) -> list[dict[str, Any]]:
    """Take a content as a list of parts; a text is one part."""
    if isinstance(content, str):
        return [{"text": content}] if content else []
    if isinstance(content, dict):
        return [content]
    return [{"text": one} if isinstance(one, str) else one for one in wild.items(content) if one]


def text_of(content: object) -> str:
    """Join the texts of a content; pictures and files are a word."""
    found = [readable(part) for part in parts_of(content) if isinstance(part, dict)]
    return "\n".join(text for text in found if text)


def readable(part: dict[str, Any]) -> str:
    if part.get("thought") is True or "functionCall" in part or "functionResponse" in part:
        return ""
    text = wild.text(part.get("text"))
    if text is not None:
        return text
    for name in ("inlineData", "fileData"):
        data = part.get(name)
        if isinstance(data, dict):
            return f"[{wild.text(data.get('mimeType')) or 'file'}]"
    return ""


def thoughts_of(message: dict[str, Any]) -> list[str]:
    """List what the model thought: its recorded thoughts, else the parts that are thoughts."""
    found: list[str] = []
    for thought in wild.objects(message.get("thoughts")):
        subject = (wild.text(thought.get("subject")) or "").strip()
        text = (wild.text(thought.get("description")) or "").strip()
        found.append(f"**{subject}**\n{text}".strip() if subject else text)
    if not found:
        parts = [part for part in parts_of(message.get("content")) if isinstance(part, dict)]
        found = [wild.text(part.get("text")) or "" for part in parts if part.get("thought") is True]
    return [text for text in found if text]


def functions_in(content: object, name: str) -> list[dict[str, Any]]:
    """List the calls (`functionCall`) or results (`functionResponse`) in a content."""
    parts = [part for part in parts_of(content) if isinstance(part, dict)]
    return [part[name] for part in parts if isinstance(part.get(name), dict)]


def result_text(result: object) -> str:
    """Say what a tool gave back as the model saw it: the output or the error of its response."""
    found: list[str] = []
    for response in functions_in(result, "functionResponse"):
        told = response.get("response")
        inner = wild.mapping(told)
        said = next((inner[name] for name in ("output", "error", "content") if name in inner), told)
        found.append(wild.clean(said) if isinstance(said, str) else as_json(wild.tree(said)))
    beside = text_of(result)
    return "\n".join([*found, *([beside] if beside else [])])


def error_in(result: object) -> str:
    """Take the error of a tool's response, or an empty text."""
    for response in functions_in(result, "functionResponse"):
        error = wild.text(wild.mapping(response.get("response")).get("error"))
        if error:
            return error
    return ""


def usage_of(message: dict[str, Any]) -> tuple[Tokens | None, dict[str, Any] | None]:
    """Read the tokens of an answer: what came from the cache is in the input, thoughts are not in the output.

    A call that was never counted has zeros everywhere: that is not known, and not nothing.
    """
    told = message.get("tokens")
    usage = {name: value for name, value in wild.mapping(told).items() if wild.integer(value) is not None}
    if not any(wild.integer(value) for value in usage.values()):
        return None, None
    given = {name: value for name, value in usage.items() if name in ("output", "cached", "thoughts")}
    given["input"] = (wild.integer(usage.get("input")) or 0) + (wild.integer(usage.get("tool")) or 0)
    return tokens_of(given, "inclusive"), wild.tree(usage)


def counted_in(message: dict[str, Any]) -> tuple[int, int]:
    """Give what the provider counted of a call as it said it: all that went in, and what came out."""
    told = wild.mapping(message.get("tokens"))
    entered, tool, output = (wild.integer(told.get(name)) or 0 for name in ("input", "tool", "output"))
    return entered + tool, wild.integer(told.get("candidates")) or output


def short_error(text: str, otherwise: str) -> str:
    return first_line(text) or otherwise
