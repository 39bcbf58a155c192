"""One rollout file: its records in one shape, whose thread it is, and what it copied (FORMATS 3.1, 3.4)."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from msgspec import Struct

from ingest import wild
from ingest.formats.claude_code.lines import Line

#: Types of envelope that every version since 0.32 writes around a payload.
ENVELOPES = frozenset({"session_meta", "response_item", "event_msg", "turn_context", "compacted"})
#: A thread's id is a UUIDv7: its first 12 hex digits are the time.
TIME_DIGITS = 13


class Entry(Struct, frozen=True):
    """One record: the line it stood on, when it was written, what it is and what it says."""

    number: int
    at: datetime | None
    type: str
    payload: dict[str, Any]

    @property
    def kind(self) -> str:
        """Name what the payload is: `function_call`, `token_count`, …"""
        return wild.text(self.payload.get("type")) or ""


class Rollout(Struct, frozen=True):
    """One file: a thread of its own, or of a sub-agent."""

    path: str
    thread: str  #: the thread's own id
    session: str  #: id of the run it belongs to
    lane: str  #: the thread's id for a sub-agent, else ""
    parent: str | None  #: the thread that it was forked from or started by
    meta: dict[str, Any]  #: payload of the first `session_meta`
    entries: list[Entry]
    inherited: list[dict[str, Any]] = []  #: items that a sub-agent was given of its parent's history
    is_printed: bool = False  #: made of what `codex exec --json` prints


def rollout_of(path: str, lines: list[Line]) -> Rollout | None:
    """Read a file's head and bring its records into one shape; None without a thread's id."""
    entries = [entry for line in lines if (entry := entry_of(line)) is not None]
    metas = [entry.payload for entry in entries if entry.type == "session_meta"]
    meta = next((found for found in metas if wild.identity(found.get("id"))), None)
    thread = wild.identity(meta.get("id")) if meta else None
    if meta is None or thread is None:
        return None
    copied = next(
        (id for found in metas if (id := wild.identity(found.get("id"))) not in (None, thread)), None
    )
    started_by = starter_of(meta, thread)
    is_lane = started_by is not None
    inherited: list[dict[str, Any]] = []
    parent = wild.identity(meta.get("forked_from_id")) or started_by or copied
    parent = parent or wild.identity(meta.get("parent_thread_id"))
    session = wild.identity(meta.get("session_id")) or started_by if is_lane else thread
    if is_lane:
        entries, inherited = own_entries(entries, thread)
    return Rollout(
        path=path,
        thread=thread,
        session=session or thread,
        lane=thread if is_lane and session != thread else "",
        parent=parent if parent != thread else None,
        meta=meta,
        entries=entries,
        inherited=inherited,
    )


def entry_of(line: Line) -> Entry | None:
    """Take the envelope off; the bare lines of 2025 get the one they would have today."""
    record = line.record
    at, kind = wild.when(record.get("timestamp")), wild.text(record.get("type"))
    payload = record.get("payload")
    if isinstance(payload, dict) and kind:
        return Entry(number=line.number, at=at, type=kind, payload=payload)
    if is_bare_head(record):
        return Entry(number=line.number, at=at, type="session_meta", payload=record)
    if kind and "record_type" not in record:
        return Entry(number=line.number, at=at, type="response_item", payload=record)
    return None


def is_bare_head(record: dict[str, Any]) -> bool:
    """Say whether a record is the first line of a legacy file."""
    return "type" not in record and isinstance(record.get("id"), str) and "timestamp" in record


def starter_of(meta: dict[str, Any], thread: str) -> str | None:
    """Name the thread that started this one as its sub-agent; a person's fork has its own session."""
    subagent = wild.mapping(wild.mapping(meta.get("source")).get("subagent"))
    starter = wild.identity(wild.mapping(subagent.get("thread_spawn")).get("parent_thread_id"))
    session = wild.identity(meta.get("session_id"))
    if starter or session in (None, thread) or meta.get("thread_source") == "user":
        return starter
    return wild.identity(meta.get("parent_thread_id")) or session


def own_entries(entries: list[Entry], thread: str) -> tuple[list[Entry], list[dict[str, Any]]]:
    """Part a sub-agent's own records from the history copied in: all before its own first turn."""
    first = next((n for n, entry in enumerate(entries) if is_own_turn(entry, thread)), 0)
    copied = [entry.payload for entry in entries[:first] if entry.type == "response_item"]
    return entries[first:], copied


def is_own_turn(entry: Entry, thread: str) -> bool:
    turn = wild.text(entry.payload.get("turn_id"))
    begins = entry.kind == "task_started" or entry.type == "turn_context"
    return begins and turn is not None and turn[:TIME_DIGITS] >= thread[:TIME_DIGITS]


def threads_of(rollouts: Iterable[Rollout]) -> dict[str, list[Rollout]]:
    """Put the threads of one run together: a sub-agent's file beside that of the agent that started it."""
    known = {rollout.thread: rollout for rollout in rollouts}
    found: dict[str, list[Rollout]] = {}
    for rollout in rollouts:
        found.setdefault(root_of(rollout, known), []).append(rollout)
    return found


def root_of(rollout: Rollout, known: dict[str, Rollout]) -> str:
    """Follow a sub-agent of a sub-agent up to the run, as far as the files say."""
    session = rollout.session
    for _ in known:
        above = known.get(session)
        if above is None or above.session == session:
            break
        session = above.session
    return session
