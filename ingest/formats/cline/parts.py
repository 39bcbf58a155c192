"""The files of one task: what each of them is, told by what is in it (FORMATS 4.7)."""

import re
from enum import StrEnum
from typing import Any

from msgspec import Struct, field

from ingest import wild
from ingest.spans.messages import text_of
from runs.records import digest_of

Record = dict[str, Any]
#: A task's folder is named by its id: milliseconds (Cline), or a UUID (Roo).
TASK_FOLDER = re.compile(r"^(?:\d{13}|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$")
#: What the program writes around a prompt; other agents do not.
WRAPPERS = ("<environment_details>", "<task>\n", "[TASK RESUMPTION]")


class Part(StrEnum):
    """What a file of a task is."""

    API = "api"  #: `api_conversation_history.json`: what went to the model and back
    UI = "ui"  #: `ui_messages.json`: what the human saw, with times, tokens and cost
    SDK = "sdk"  #: `messages.json` of the command line program
    MANIFEST = "manifest"  #: `session.json` beside it
    ITEM = "item"  #: `history_item.json` of Roo
    METADATA = "metadata"  #: `task_metadata.json` of Cline


def is_ui(record: Record) -> bool:
    kind = record.get("type")
    return kind in ("say", "ask") and isinstance(record.get(str(kind)), str)


def is_api(record: Record) -> bool:
    """Say whether a message of a conversation was written by Cline or Roo."""
    if record.get("role") not in ("user", "assistant"):
        return False
    text = text_of(record.get("content"))[:200_000] if "content" in record else ""
    return any(wrapper in text for wrapper in WRAPPERS)


def is_sdk(record: Record) -> bool:
    return isinstance(record.get("messages"), list) and "sessionId" in record and "version" in record


def part_of_object(record: Record) -> Part | None:
    """Say what a file is that is one object."""
    if is_sdk(record):
        return Part.SDK
    if "messages_path" in record and "session_id" in record:
        return Part.MANIFEST
    if {"files_in_context", "model_usage"} <= record.keys():
        return Part.METADATA
    if {"task", "tokensIn", "tokensOut", "ts"} <= record.keys():
        return Part.ITEM
    return None


def looks_like(record: Record) -> bool:
    """Say whether an object is of a task (FORMATS 7)."""
    return is_ui(record) or part_of_object(record) is not None or is_api(record)


class Task(Struct):
    """What the files of one task say."""

    path: str
    api: list[Record] = field(default_factory=list)
    ui: list[Record] = field(default_factory=list)
    sdk: Record = field(default_factory=dict)
    manifest: Record = field(default_factory=dict)
    item: Record = field(default_factory=dict)
    metadata: Record = field(default_factory=dict)

    @property
    def messages(self) -> list[Record]:
        """The conversation with the model, as far as it is there."""
        return self.api or wild.objects(self.sdk.get("messages"))

    def name(self) -> str:
        """Name the run: by the task's own id, its folder, or by how it began."""
        for told, key in ((self.sdk, "sessionId"), (self.manifest, "session_id"), (self.item, "id")):
            named = wild.identity(told.get(key))
            if named:
                return named
        folders = self.path.replace("\\", "/").split("/")[:-1]
        folder = next((name for name in reversed(folders) if TASK_FOLDER.match(name)), None)
        if folder:
            return folder
        first = self.ui[0] if self.ui else next(iter(self.messages), {})
        shown = f"{first.get('ts')}{first.get('text')}" if self.ui else text_of(first.get("content"))
        return f"cline-{digest_of(shown.encode('utf-8', 'replace')).hex()}"
