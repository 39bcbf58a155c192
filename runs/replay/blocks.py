"""Content blocks of any provider, read into parts. Pure."""

import json
from typing import Any

from runs.replay.arguments import object_of
from runs.replay.parts import Call, Cut, Made, Notes, Part, Picture, Result, Text, Thinking
from runs.words import size

_TEXTS = ("text", "input_text", "output_text", "refusal")
_CALLS = ("tool_use", "server_tool_use", "mcp_tool_use", "tool_call")
_SERVED = ("server_tool_use", "mcp_tool_use")
_FILES = ("document", "file", "input_file", "audio", "input_audio", "video")


def parts_of(content: Any, notes: Notes) -> tuple[Part, ...]:
    """Read the content of a message: a text, or blocks."""
    if content is None:
        return ()
    if not isinstance(content, list):
        content = [content]
    found: list[Part] = []
    for block in content:
        part = _part_of(block, notes)
        if isinstance(part, Picture) and part.step:
            here = sum(isinstance(other, Picture) and other.step == part.step for other in found)
            part = _numbered(part, here)
        found.append(part)
    return tuple(found)


def result_parts(content: Any, notes: Notes) -> tuple[Text | Picture, ...]:
    """Read what a call answered: words and pictures; anything else is written as JSON."""
    if isinstance(content, dict) and "type" not in content:
        return (Text(text=_json(content)),)
    parts = parts_of(content, notes)
    return tuple(part if isinstance(part, Text | Picture) else Text(text=words_of(part)) for part in parts)


def words_of(part: Part) -> str:
    """Say a part in words."""
    if isinstance(part, Text | Thinking):
        return part.text
    if isinstance(part, Picture):
        what = ", ".join(filter(None, ["picture", part.media, size(part.size) if part.size else ""]))
        return f"[{what}{f'; kept in step {part.step}' if part.step else ''}]"
    if isinstance(part, Call):
        return f"[call of {part.name or 'a tool'}: {_json(part.arguments)}]"
    return "\n".join(words_of(inner) for inner in part.parts)


def _numbered(picture: Picture, number: int) -> Picture:
    return Picture(
        media=picture.media, step=picture.step, size=picture.size, data=picture.data, number=number
    )


def _part_of(block: Any, notes: Notes) -> Part:
    if isinstance(block, str):
        return Text(text=block)
    if not isinstance(block, dict):
        return Text(text=_json(block))
    kind = block.get("type")
    kind = kind if isinstance(kind, str) else ""
    if (kind in _TEXTS or not kind) and isinstance(words := block.get("text", block.get("refusal")), str):
        return Text(text=words)
    if kind in ("thinking", "redacted_thinking"):
        words = (block.get(name) for name in ("thinking", "signature", "data"))
        said, signature, hidden = (word if isinstance(word, str) else "" for word in words)
        return Thinking(text=said, signature=signature, hidden=hidden)
    return _called(kind, block, notes) or _picture_of(kind, block) or _other(kind, block, notes)


def _called(kind: str, block: dict[str, Any], notes: Notes) -> Part | None:
    """Read a call or a result, of Anthropic's blocks or of Gemini's parts."""
    asked, answered = block.get("functionCall"), block.get("functionResponse")
    if kind in _CALLS or isinstance(asked, dict):
        told = asked if isinstance(asked, dict) else block
        given = told.get("input", told.get("args"))
        if kind in _SERVED:
            notes.add(Made.SERVED)
        raw = given if isinstance(given, str) else ""
        name, id = (str(told.get(key) or "") for key in ("name", "id"))
        return Call(id=id, name=name, arguments=object_of(given, notes), raw=raw)
    if isinstance(answered, dict):
        return Result(call=str(answered.get("id") or ""), parts=result_parts(answered.get("response"), notes))
    if kind.endswith("tool_result"):
        content = block.get("content", block.get("output"))
        failed = block.get("is_error") is True
        return Result(call=str(block.get("tool_use_id") or block.get("tool_call_id") or ""),
                      parts=result_parts(content, notes), failed=failed)  # fmt: skip
    return None


def _picture_of(kind: str, block: dict[str, Any]) -> Picture | None:
    inline = block.get("inlineData", block.get("inline_data"))
    if kind not in ("image", "image_url", "input_image") and not isinstance(inline, dict):
        return None
    source = block.get("source")
    told: dict[str, Any] = (
        inline if isinstance(inline, dict) else source if isinstance(source, dict) else block
    )
    media = _word(told, "media_type", "mimeType", "mime_type")
    url: Any = told.get("image_url", told.get("url"))
    url = url.get("url") if isinstance(url, dict) else url
    data = _word(told, "data")
    if isinstance(url, str) and url.startswith("data:") and ";base64," in url:
        head, _, data = url.partition(";base64,")
        media, url = head.removeprefix("data:"), ""
    known = told.get("bytes")
    return Picture(
        media=media,
        data=data,
        url=url if isinstance(url, str) else "",
        step=_word(told, "step") if told.get("type") == "step" else "",
        size=known if isinstance(known, int) else len(data) * 3 // 4,
    )


def _other(kind: str, block: dict[str, Any], notes: Notes) -> Text:
    if kind in _FILES:
        notes.add(Cut.FILES)
        source = block.get("source")
        media = _word(source, "media_type") if isinstance(source, dict) else ""
        return Text(text=f"[{', '.join(filter(None, [kind, media, size(len(_json(block)))]))}]")
    if kind:
        notes.add(Made.OTHER)
    return Text(text=_json(block))


def _word(told: dict[str, Any], *names: str) -> str:
    return next((value for name in names if isinstance(value := told.get(name), str)), "")


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
