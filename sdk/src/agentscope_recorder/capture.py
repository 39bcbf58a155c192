"""What of an event is kept: all, or only its shape; no denied fields and files; no endless texts."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable
from typing import Any

from agentscope_recorder.limits import TEXT_CHARS

Event = dict[str, Any]
WITHHELD = "[withheld]"
#: Fields that hold what was said, read or written; with `capture="metadata"` only their size is kept.
CONTENTS = (
    *(
        "messages",
        "new_messages",
        "system",
        "text",
        "task",
        "content",
        "args",
        "output",
        "before",
        "after",
        "patch",
    ),
    *("summary", "data", "error", "template", "tools"),
)
#: Arguments that name a file.
PATH_NAMES = ("path", "file_path", "filename", "file", "target_file", "notebook_path", "absolute_path")


def cut(value: Any, chars: int) -> Any:
    """Cut the texts in a value, wherever they are; each says how much was left out."""
    if isinstance(value, str):
        return (
            value if len(value) <= chars else f"{value[:chars]}… [{len(value) - chars:,} characters left out]"
        )
    if isinstance(value, dict):
        return {name: cut(item, chars) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [cut(item, chars) for item in value]
    return value


def without_fields(value: Any, denied: frozenset[str]) -> Any:
    """Withhold the values of denied fields, wherever they are."""
    if isinstance(value, dict):
        return {
            name: WITHHELD if str(name).lower() in denied else without_fields(item, denied)
            for name, item in value.items()
        }
    if isinstance(value, (list, tuple)):
        return [without_fields(item, denied) for item in value]
    return value


def paths_in(args: Any) -> list[str]:
    """List the files that a tool's arguments name."""
    if not isinstance(args, dict):
        return []
    return [args[name] for name in PATH_NAMES if isinstance(args.get(name), str)]


def is_denied(path: str, patterns: Iterable[str]) -> bool:
    """Say whether a file is one whose contents are never recorded: `.env`, `*.pem`, `secrets/*`."""
    name = path.replace("\\", "/")
    last = name.rpartition("/")[2]
    return any(
        fnmatch.fnmatch(name, p) or fnmatch.fnmatch(last, p) or fnmatch.fnmatch(name, f"*/{p}")
        for p in patterns
    )


def shape_of(event: Event) -> Event:
    """Leave of an event what says when, what and how much, but no contents."""
    kept = {name: value for name, value in event.items() if name not in CONTENTS}
    if event.get("kind") == "llm_call":
        kept["content"] = [block for block in map(asked_in, listed(event.get("content"))) if block]
        kept["message_count"] = len(listed(event.get("messages")))
    if event.get("error"):
        kept["is_error"] = True
    if isinstance(event.get("args"), dict):
        kept["args"] = dict.fromkeys(event["args"], WITHHELD)
    for name in ("output", "text"):
        if isinstance(event.get(name), str):
            kept[f"{name}_chars"] = len(event[name])
    return kept


def asked_in(block: Any) -> Event:
    """Leave of an answer's block which tool it asks for."""
    if isinstance(block, dict) and block.get("type") == "tool_use":
        return {"type": "tool_use", "id": block.get("id"), "name": block.get("name"), "input": {}}
    return {}


def listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, (list, tuple)) else []


class Capture:
    """The settings of one recorder."""

    def __init__(
        self,
        mode: str = "full",
        *,
        deny_fields: Iterable[str] = (),
        deny_paths: Iterable[str] = (),
        text_chars: int = TEXT_CHARS,
    ) -> None:
        if mode not in ("full", "metadata"):
            raise ValueError('capture is "full" or "metadata"')
        self.mode, self.text_chars = mode, text_chars
        self.deny_fields = frozenset(name.lower() for name in deny_fields)
        self.deny_paths = tuple(deny_paths)
        self._denied_calls: set[str] = set()

    def apply(self, event: Event) -> Event:
        """Keep of an event what may be kept."""
        if self.deny_paths:
            event = self._without_denied_files(event)
        if self.deny_fields:
            event = without_fields(event, self.deny_fields)
        if self.mode == "metadata":
            event = shape_of(event)
        return {n: cut(value, self.text_chars) if n in CONTENTS else value for n, value in event.items()}

    def _without_denied_files(self, event: Event) -> Event:
        paths = [*paths_in(event.get("args")), *paths_in(event)]
        if any(is_denied(path, self.deny_paths) for path in paths):
            self._denied_calls.add(str(event.get("id") or event.get("step")))
        elif str(event.get("id")) not in self._denied_calls:
            return event
        withheld: Event = {name: WITHHELD for name in ("output", "before", "after", "patch") if name in event}
        args = event.get("args")
        if isinstance(args, dict):
            withheld["args"] = {k: v if k in PATH_NAMES else WITHHELD for k, v in args.items()}
        return {**event, **withheld}
