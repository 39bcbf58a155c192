"""`attachment` records: what hooks said, what changed outside, and much that only feeds the model."""

from datetime import datetime
from typing import Any

from ingest import wild
from ingest.formats.claude_code.blocks import first_line, text_of
from ingest.formats.claude_code.lines import Record
from ingest.formats.claude_code.notes import Note, event, hidden

#: Attachments that only feed the model.
SILENT_ATTACHMENTS = frozenset(
    {
        "nested_memory",
        "task_reminder",
        "todo_reminder",
        "skill_listing",
        "agent_listing_delta",
        "deferred_tools_delta",
        "mcp_instructions_delta",
        "command_permissions",
        "auto_mode",
        "compact_file_reference",
        "total_tokens_reminder",
        "read_truncation_notice",
        "file",
    }
)


def attachment_note(record: Record, lane: str, at: datetime | None) -> Note | None:
    """Read an `attachment` record; queued prompts have a reader of their own."""
    given = wild.mapping(record.get("attachment"))
    kind = wild.text(given.get("type")) or "attachment"
    if kind in SILENT_ATTACHMENTS:
        return None
    if kind == "edited_text_file":
        return event(
            record,
            lane,
            at,
            "Changed outside",
            input=wild.text(given.get("displayPath")) or wild.text(given.get("filename")),
            output=wild.text(given.get("snippet")) or None,
            path=wild.text(given.get("filename")),
        )
    if kind.startswith("hook_"):
        return hook_note(record, given, kind, lane, at)
    return hidden(record, lane, at, kind)


def hook_note(record: Record, given: dict[str, Any], kind: str, lane: str, at: datetime | None) -> Note:
    code = wild.integer(given.get("exitCode"), 65_535)
    failed = "error" in kind or "blocked" in kind or bool(code)
    parts = [text_of(given.get(name)) for name in ("content", "stdout", "stderr", "blockingError")]
    shown = failed or kind == "hook_system_message"
    note = event(
        record,
        lane,
        at,
        "Hook failed" if failed else "Hook said",
        input=wild.text(given.get("hookName")) or wild.text(given.get("hookEvent")),
        output="\n".join(part for part in parts if part.strip()) or None,
        hook=wild.text(given.get("hookEvent")),
        command=(wild.text(given.get("command")) or "")[:500],
        exit=code,
        meta=not shown,
    )
    if failed:
        note.error = first_line(note.output or "", 300) or f"exit {code}"
    return note
