"""Ids that the official instrumentation of Google's SDK makes up: name and place, anew in each message.

The API of Gemini knows no ids of calls. The instrumentation names a call `read_file_1` by its place among the
parts of its message, and the answer by its own place, `read_file_0`: neither meets the other, nor is unique.
"""

from typing import Any

import msgspec

from runs.records import digest_of

SCOPE = ".google_genai"


def with_own_ids(messages: list[Any] | None, answer: list[Any] | None) -> tuple[Any, Any]:
    """Name each call by its conversation and place, each result by the call it answers: by name, in order."""
    conversation = digest_of(msgspec.json.encode((messages or [None])[0])).hex()[:12]
    asked: list[tuple[str, str]] = []
    found = []
    for number, message in enumerate([*(messages or []), *(answer or [])]):
        parts = message.get("parts") if isinstance(message, dict) else None
        if not isinstance(parts, list):
            found.append(message)
            continue
        if any(is_part(part, "tool_call") for part in parts):
            asked = []
        named = [part_named(part, f"{conversation}.{number}.{n}", asked) for n, part in enumerate(parts)]
        found.append({**message, "parts": named})
    end = len(messages or [])
    return found[:end] or None, found[end:] or None


def is_part(part: object, kind: str) -> bool:
    """Say whether a part is of a kind."""
    return isinstance(part, dict) and part.get("type") == kind


def part_named(part: Any, own: str, asked: list[tuple[str, str]]) -> Any:
    """Name one part; calls that wait for their results are noted in `asked`."""
    if is_part(part, "tool_call"):
        asked.append((str(part.get("name")), own))
        return {**part, "id": own}
    if is_part(part, "tool_call_response"):
        name = str(part.get("id")).rpartition("_")[0]
        call = next((one for one in asked if one[0] == name), None)
        if call is not None:
            asked.remove(call)
            return {**part, "id": call[1]}
    return part
