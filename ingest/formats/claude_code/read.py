"""Claude Code session files to records: one run a session, its sub-agents as lanes (FORMATS 1)."""

import heapq
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from msgspec import Struct

from ingest import wild
from ingest.formats.claude_code import stream
from ingest.formats.claude_code.blocks import text_of
from ingest.formats.claude_code.classify import Said, said_by
from ingest.formats.claude_code.ending import status_of, steps_of
from ingest.formats.claude_code.lines import Line, read_lines
from ingest.formats.claude_code.session import Session
from ingest.formats.claude_code.subagents import (
    WARMUP,
    Entry,
    entries_of,
    file_lane,
    first_words,
    link_agents,
)
from ingest.sources import SourceFile
from runs.kinds import RunStatus
from runs.records import Batch, Quarantined

FORMAT = "claude-code"
SOURCE = "claude-code:transcript"
STREAM_SOURCE = "claude-code:stream-json"
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
#: Types of records that only Claude Code's transcripts have, with an id of the conversation.
TYPES = frozenset(
    {
        "user",
        "assistant",
        "system",
        "summary",
        "progress",
        "attachment",
        "file-history-snapshot",
        "file-history-delta",
        "queue-operation",
        "mode",
        "permission-mode",
        "custom-title",
        "last-prompt",
        "pr-link",
        "frame-link",
        "atis-latch",
    }
)
IDS = ("uuid", "leafUuid", "messageId")


class Transcript(Struct):
    """One file with its records, the lane it belongs to ("" for a main file) and its session."""

    path: str
    lines: list[Line]
    lane: str
    session: str
    others: list[str]  #: sessions that its records were copied from


def looks_like(first_lines: list[object], path: str) -> bool:
    """Say whether parsed lines are of a Claude Code transcript or of headless stream-json (FORMATS 7)."""
    objects = wild.objects(first_lines)
    if stream.looks_like(objects):
        return True
    return any(
        wild.text(record.get("type")) in TYPES
        and (
            isinstance(record.get("sessionId"), str)
            or record.get("type") in ("summary", "file-history-snapshot")
        )
        and any(isinstance(record.get(name), str) for name in IDS)
        for record in objects
    ) or any(
        wild.text(record.get("type")) in TYPES - {"user", "assistant", "system"}
        and isinstance(record.get("sessionId"), str)
        for record in objects
    )


def read(files: list[SourceFile], *, now: datetime) -> Batch:
    """Read the files of one or many sessions. Never raises; what cannot be read is in `quarantined`."""
    quarantined: list[Quarantined] = []
    transcripts: list[Transcript] = []
    facts: dict[str, dict[str, str]] = {}
    batch = Batch(format=FORMAT)
    for file in files:
        pages = read_lines(file.path, file.data)
        quarantined += pages.quarantined
        if is_checkpoint(pages.lines):
            quarantined.append(
                Quarantined(where=file.path, why="Not a trace: a checkpoint's metadata.", data=file.data)
            )
        elif is_agent_facts(pages.lines):
            facts[agent_of_path(file.path)] = agent_facts(pages.lines[0])
        elif stream.looks_like([line.record for line in pages.lines[:50]]):
            transcripts += stream_transcripts(file, pages.lines)
        else:
            transcripts += transcript_of(file, pages.lines)
    sessions: dict[str, list[Transcript]] = {}
    for transcript in transcripts:
        sessions.setdefault(transcript.session, []).append(transcript)
    parents = copied_from(sessions)
    for name, members in originals_first(sessions, parents):
        batch += read_session(name, members, facts, parent=parents.get(name), now=now)
    return batch + Batch(quarantined=quarantined)


def is_checkpoint(lines: list[Line]) -> bool:
    """Say whether a file is the metadata that Entire keeps beside a transcript."""
    return len(lines) == 1 and "checkpoint_id" in lines[0].record and "type" not in lines[0].record


def is_agent_facts(lines: list[Line]) -> bool:
    """Say whether a file is an `agent-….meta.json`."""
    return len(lines) == 1 and "agentType" in lines[0].record and "type" not in lines[0].record


def agent_of_path(path: str) -> str:
    """Take the agent's id from `…/agent-<id>.meta.json` or `….jsonl`."""
    name = path.replace("\\", "/").rpartition("/")[2]
    return name.removeprefix("agent-").split(".", 1)[0]


def agent_facts(line: Line) -> dict[str, str]:
    names = {"agentType": "agent_type", "description": "description", "worktreePath": "worktree"}
    return {kept: value[:500] for name, kept in names.items() if (value := wild.text(line.record.get(name)))}


def transcript_of(file: SourceFile, lines: list[Line]) -> list[Transcript]:
    """Find the session of a file: the one it is named after, else that of its newest record."""
    found = list(dict.fromkeys(id for line in lines if (id := wild.identity(line.record.get("sessionId")))))
    if not found:
        return []
    lane = file_lane(lines)
    stem = file.path.replace("\\", "/").rpartition("/")[2].removesuffix(".jsonl")
    newest = next(id for line in reversed(lines) if (id := wild.identity(line.record.get("sessionId"))))
    session = stem if stem in found else newest
    return [Transcript(file.path, lines, lane, session, [id for id in found if id != session])]


def stream_transcripts(file: SourceFile, lines: list[Line]) -> list[Transcript]:
    """Turn headless output into transcript records, one file a session."""
    return [
        Transcript(file.path, members, "", session, [])
        for session, members in stream.transcripts_of(lines).items()
    ]


def copied_from(sessions: dict[str, list[Transcript]]) -> dict[str, str]:
    """Map a session to the one whose history it began with: another id inside, or the same records."""
    parents: dict[str, str] = {}
    first_owner: dict[str, str] = {}
    for name, members in sorted(sessions.items(), key=lambda item: size_of(item[1])):
        for transcript in members:
            if transcript.lane:
                continue
            for line in transcript.lines[:20]:
                uuid = wild.identity(line.record.get("uuid"))
                owner = first_owner.setdefault(uuid, name) if uuid else name
                if owner != name:
                    parents.setdefault(name, owner)
            if transcript.others:
                parents[name] = transcript.others[-1]
    return {name: parent for name, parent in parents.items() if parents.get(parent) != name}


def originals_first(
    sessions: dict[str, list[Transcript]], parents: dict[str, str]
) -> list[tuple[str, list[Transcript]]]:
    """Put what a copy was copied from before it: who comes first pays for the calls of both."""
    depths: dict[str, int] = {}
    for name in sessions:
        depth, above = 0, parents.get(name)
        while above is not None and depth < len(sessions):
            depth, above = depth + 1, parents.get(above)
        depths[name] = depth
    return sorted(sessions.items(), key=lambda item: depths[item[0]])


def size_of(members: list[Transcript]) -> int:
    """Count records: a copy holds the history of its original and what followed, so the smaller is older."""
    return sum(len(member.lines) for member in members)


def read_session(
    name: str,
    members: list[Transcript],
    facts: dict[str, dict[str, str]],
    *,
    parent: str | None,
    now: datetime,
) -> Batch:
    """Read all files of one session as one run."""
    own_files = {member.lane for member in members if member.lane}
    files = [list(entries_of(member.lines, lane=member.lane, own_files=own_files)) for member in members]
    entries = in_order(files)
    is_stream = any(stream.is_converted(entry.record) for entry in entries[:1])
    session = Session(name, source=STREAM_SOURCE if is_stream else SOURCE)
    session.header.has_main = any(member.lane == "" for member in members)
    prepare(session, entries, [line.record for member in members for line in member.lines])
    session.header.parent = parent
    for entry in entries:
        session.take(entry)
    describe_agents(session, facts)
    return written(session, now)


def in_order(files: list[list[Entry]]) -> list[Entry]:
    """Merge the files of a session by time; each file keeps its own order."""
    if len(files) == 1:
        return files[0]
    return [
        entry for _, _, entry in heapq.merge(*map(timed, range(len(files)), files), key=lambda item: item[:2])
    ]


def timed(number: int, entries: Iterable[Entry]) -> Iterator[tuple[datetime, int, Entry]]:
    newest = BEGINNING
    for entry in entries:
        newest = max(newest, wild.when(entry.record.get("timestamp")) or newest)
        yield newest, number, entry


def prepare(session: Session, entries: list[Entry], records: list[dict[str, object]]) -> None:
    """Look ahead: which call opened which lane, which commands were local, what was typed."""
    tasks = first_words(entries)
    session.links = link_agents([Entry("", record) for record in records], tasks)
    session.warmups = {lane for lane, task in tasks.items() if task == WARMUP}
    for entry in entries:
        record = entry.record
        if record.get("type") != "user" or entry.lane:
            continue
        said = said_by(record)
        if said == Said.LOCAL_OUTPUT:
            session.local_commands.add(wild.identity(record.get("parentUuid")) or "")
        elif said == Said.HUMAN:
            content = wild.mapping(record.get("message")).get("content")
            session.typed[text_of(content).strip()] += 1


def describe_agents(session: Session, facts: dict[str, dict[str, str]]) -> None:
    """Give sub-agents what their `.meta.json` says."""
    for lane, given in facts.items():
        if lane not in session.lanes:
            continue
        session.header.description = session.header.description or given.get("description")
        tool = session.tools.get(session.links.get(lane, ""))
        if tool is not None:
            tool.facts = {**given, **tool.facts}


def written(session: Session, now: datetime) -> Batch:
    """Write the batch; a session without a step, a title or a time is nothing to show."""
    steps = steps_of(session, now)
    header = session.header
    if not steps and not header.title:
        return Batch()
    lane = "" if header.has_main else next(iter(session.lanes), "")
    status, error = session.outcome or status_of(session, lane, now)
    if not steps:
        status = RunStatus.UNFINISHED
    record = header.record(source=session.source, uuids=session.uuids, status=status, error=error)
    return Batch(runs=[record], steps=steps, changes=session.changes)


__all__ = ["SourceFile", "looks_like", "read"]
