"""Headless output of `claude -p --output-format stream-json`, brought to the shape of transcript records.

The lines have no times; sub-agents are marked by `parent_tool_use_id`; the last line carries the only cost
that Claude Code itself states (FORMATS 1.9).
"""

from typing import Any

from ingest import wild
from ingest.formats.claude_code.lines import Line, Record

#: Marks a converted record.
MARK = "stream-json"


def looks_like(records: list[dict[str, Any]]) -> bool:
    """Say whether the first lines are of a headless stream: an init line, or a parent on every message."""
    return any(
        (record.get("type") == "system" and record.get("subtype") == "init" and "session_id" in record)
        or (
            "parent_tool_use_id" in record
            and record.get("type") in ("assistant", "user")
            and "sessionId" not in record
        )
        for record in records
    )


def is_converted(record: Record) -> bool:
    return record.get("source") == MARK


def transcripts_of(lines: list[Line]) -> dict[str, list[Line]]:
    """Convert lines, and sort them by session; a line without an id belongs to the one before it."""
    sessions: dict[str, list[Line]] = {}
    about: Record = {}
    session = next((id for line in lines if (id := wild.identity(line.record.get("session_id")))), "")
    for line in lines:
        session = wild.identity(line.record.get("session_id")) or session
        if not session:
            continue
        if line.record.get("type") == "system" and line.record.get("subtype") == "init":
            about = line.record
        converted = convert(line.record, about, session, line.number)
        if converted is not None:
            sessions.setdefault(session, []).append(Line(number=line.number, record=converted))
    return sessions


def convert(record: Record, about: Record, session: str, number: int) -> Record | None:
    """Write one line as a transcript record; partial messages are repeated whole later and left out."""
    kind = record.get("type")
    base: Record = {
        "source": MARK,
        "sessionId": session,
        "uuid": wild.identity(record.get("uuid")) or f"{session}:{number}",
        "cwd": about.get("cwd"),
        "version": about.get("claude_code_version"),
        "timestamp": record.get("timestamp"),
        "permissionMode": about.get("permissionMode"),
    }
    if kind in ("assistant", "user"):
        opener = wild.identity(record.get("parent_tool_use_id"))
        lane = {"isSidechain": True, "agentId": opener} if opener else {"isSidechain": False}
        return {
            **base,
            **lane,
            "type": kind,
            "message": record.get("message"),
            "requestId": record.get("request_id"),
            "toolUseResult": record.get("tool_use_result"),
            "openedBy": opener,
        }
    if kind == "result":
        return {**base, "type": "result", "result": record}
    if kind == "system" and record.get("subtype") == "compact_boundary":
        about_it = wild.mapping(record.get("compact_metadata"))
        return {
            **base,
            "type": "system",
            "subtype": "compact_boundary",
            "compactMetadata": {"trigger": about_it.get("trigger"), "preTokens": about_it.get("pre_tokens")},
        }
    return None
