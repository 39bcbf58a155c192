"""Chats of Qwen Code to records: one run a session, sub-agents as lanes.

The envelope is that of Claude Code (uuid, parentUuid, sessionId, cwd), the content Gemini's parts.
"""

from datetime import datetime
from typing import Any

from ingest import wild
from ingest.formats.claude_code.lines import read_lines
from ingest.formats.gemini_cli.chats import Chat
from ingest.formats.gemini_cli.runs import NO_MESSAGES, Member, Program, read_run
from ingest.formats.qwen_code.records import Reader
from ingest.sources import SourceFile
from runs.records import Batch, Quarantined

FORMAT = "qwen-code"
PROGRAM = Program("qwen-code", "qwen-code:chat")
SUBTYPES = frozenset({"ui_telemetry", "attribution_snapshot", "chat_compression", "session_execution_engine"})


def looks_like(record: dict[str, Any]) -> bool:
    """Say whether an object is a record of Qwen Code: Claude's envelope around Gemini's parts."""
    if "sessionId" not in record or "uuid" not in record:
        return False
    parts = wild.mapping(record.get("message")).get("parts")
    is_system = record.get("type") == "system" and wild.text(record.get("subtype")) in SUBTYPES
    return isinstance(parts, list) or record.get("type") == "tool_result" or is_system


def read(files: list[SourceFile], *, now: datetime) -> Batch:
    """Read chats. Never raises; what cannot be read is in `quarantined`."""
    batch = Batch(format=FORMAT)
    chats: dict[tuple[str, str], Chat] = {}
    for file in files:
        pages = read_lines(file.path, file.data)
        batch += Batch(quarantined=pages.quarantined)
        told: dict[tuple[str, str], Reader] = {}
        for line in pages.lines:
            record = line.record
            session = wild.identity(record.get("sessionId"))
            if session:
                lane = wild.identity(record.get("agentId")) or ""
                told.setdefault((session, lane), Reader(file.path)).take(record)
        found = {name: reader.chat() for name, reader in told.items()}
        for name, chat in found.items():
            if name not in chats or len(chat.messages) >= len(chats[name].messages):
                chats[name] = chat
        if not found and not pages.quarantined:  # of a chat that just began there may be little
            batch += Batch(quarantined=[Quarantined(where=file.path, why=NO_MESSAGES)])
    runs: dict[str, list[Member]] = {}
    for (session, lane), chat in chats.items():
        if chat.messages:
            runs.setdefault(session, []).append(Member(chat, session, lane))
    for run, members in runs.items():
        batch += read_run(PROGRAM, run, members, now=now)
    return batch
