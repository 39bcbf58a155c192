"""One session walked from its first record to its last: records in, steps and changes out."""

from collections import Counter, deque
from collections.abc import Callable
from datetime import datetime
from typing import Any

from ingest import wild
from ingest.formats.claude_code import calls, notes, tools
from ingest.formats.claude_code.attachments import attachment_note
from ingest.formats.claude_code.blocks import CALL_TYPES, blocks_of, text_of, words_beside_results
from ingest.formats.claude_code.calls import ModelCall
from ingest.formats.claude_code.classify import Said, said_by
from ingest.formats.claude_code.edits import EDIT_TOOLS, Call, Editor
from ingest.formats.claude_code.facts import call_facts, commits_in
from ingest.formats.claude_code.header import Header
from ingest.formats.claude_code.lanes import Lane
from ingest.formats.claude_code.lines import Record
from ingest.formats.claude_code.notes import Note
from ingest.formats.claude_code.paths import Roots
from ingest.formats.claude_code.pictures import with_pictures
from ingest.formats.claude_code.said import (
    SAYERS,
    heard,
    names_of_prompt,
    read_beside_results,
    read_notice,
    read_queued,
)
from ingest.formats.claude_code.subagents import Entry
from ingest.formats.claude_code.tools import Tool
from runs.kinds import Kind, RunStatus, StepStatus
from runs.records import ChangeRecord

Slot = ModelCall | Tool | Note

#: Records that only tell of the run as a whole, or of nothing a person would look for.
BOOKKEEPING = frozenset(
    {
        "summary",
        "custom-title",
        "ai-title",
        "agent-name",
        "last-prompt",
        "mode",
        "permission-mode",
        "queue-operation",
        "file-history-snapshot",
        "file-history-delta",
        "frame-link",
        "atis-latch",
    }
)


class Session:
    """Everything known of one session while its records go by."""

    def __init__(self, session: str, *, source: str) -> None:
        self.session = session
        self.source = source
        self.header = Header(session)
        self.roots = Roots()
        self.editor = Editor(self.roots)
        self.lanes: dict[str, Lane] = {}
        self.slots: list[Slot] = []
        self.calls: dict[tuple[str, str], ModelCall] = {}
        self.tools: dict[str, Tool] = {}
        self.open: dict[str, dict[str, Tool]] = {}  #: calls without a result, by lane
        self.agents: dict[str, Tool] = {}  #: calls of sub-agents, by the agent's id
        self.nameless: dict[str, deque[str]] = {}  #: calls without an id, answered in their order, by lane
        #: Results that stand before their calls, as they came.
        self.early: dict[str, tuple[Lane, Record, dict[str, Any], datetime | None]] = {}
        self.changes: list[ChangeRecord] = []
        self.uuids: set[str] = set()
        self.links: dict[str, str] = {}  #: lane → key of the call that opened it
        self.warmups: set[str] = set()
        self.local_commands: set[str] = set()  #: uuids of slash commands that the program itself answered
        self.typed: Counter[str] = Counter()  #: texts of human prompts whose own records are still to come
        self.fresh: set[str] = set()  #: texts of those that came since the model's last answer
        self.prompts: set[str] = set()  #: ids of prompts that have been read
        self.shell: dict[str, Note] = {}  #: the newest `!command` of a lane, waiting for its output
        self.summary: dict[str, Note] = {}  #: the newest compaction of a lane, waiting for its summary
        self.ends: dict[str, Slot] = {}  #: the newest thing of each lane that says how it stands
        self.last_at: dict[str, datetime] = {}
        self.outcome: tuple[RunStatus, str | None] | None = None

    def take(self, entry: Entry) -> None:
        """Read one record. A record seen before (a copy of the same history) adds nothing."""
        record, name = entry.record, entry.lane
        kind = wild.text(record.get("type")) or ""
        if kind in BOOKKEEPING:
            self.header.bookkeep(record)
            if kind == "queue-operation":
                read_queued(self, record)
            return
        uuid = wild.identity(record.get("uuid"))
        if uuid:
            if uuid in self.uuids:
                return
            self.uuids.add(uuid)
        at = wild.when(record.get("timestamp"))
        self.header.learn(record, at, main=self.is_told(name))
        if at is not None:
            self.last_at[name] = max(at, self.last_at.get(name, at))
        cwd = wild.text(record.get("cwd"))
        if cwd:
            self.roots.learn(cwd, sure=name != "")
        lane = self.lanes.setdefault(name, Lane(name))
        reader = READERS.get(kind)
        if reader:
            reader(self, lane, record, at)
        else:
            self.add(notes.hidden(record, name, at, kind or "unknown record"))
        lane.note(uuid)

    def is_told(self, lane: str) -> bool:
        """Say whether a lane speaks for the run: the main one, or any when only sub-agents were given."""
        return lane == "" or not self.header.has_main

    def add(self, slot: Slot) -> None:
        self.slots.append(slot)

    # --- what the model said

    def assistant(self, lane: Lane, record: Record, at: datetime | None) -> None:
        message = wild.mapping(record.get("message"))
        if record.get("isApiErrorMessage") is True:
            note = notes.gave_up(record, lane.agent, at)
            self.add(note)
            self.ends[lane.agent] = note
            return
        if message.get("model") == calls.SYNTHETIC:
            text = text_of(message.get("content"))
            self.add(notes.hidden(record, lane.agent, at, "Local message", output=text or None))
            return
        name = calls.key_of(record)
        if name is None:
            self.add(notes.hidden(record, lane.agent, at, "assistant"))
            return
        if not lane.agent:
            self.fresh.clear()
        call = self.calls.get((lane.agent, name[0])) or self.open_call(lane, record, name)
        blocks = blocks_of(message.get("content"))
        calls.grow(call, record, blocks, at)
        self.ends[lane.agent] = call
        if call.model and self.is_told(lane.agent):
            self.header.models[call.model] += 1
        for number, block in enumerate(blocks):
            self.take_block(lane, record, block, number, at)

    def open_call(self, lane: Lane, record: Record, name: tuple[str, str | None]) -> ModelCall:
        key, call_id = name
        version = wild.text(record.get("version")) or ""
        call = calls.begin(
            record, key=key, call_id=call_id, lane=lane.agent, version=version, asked_at=lane.asked_at
        )
        call.context = lane.begin(key, call.blocks)
        self.calls[lane.agent, key] = call
        self.add(call)
        return call

    def take_block(
        self, lane: Lane, record: Record, block: dict[str, Any], number: int, at: datetime | None
    ) -> None:
        """Open the call that a block asks for, or close the one whose result it carries (server tools)."""
        kind = wild.text(block.get("type")) or ""
        if kind in CALL_TYPES:
            key = wild.identity(block.get("id"))
            if key is None:
                key = f"{notes.key_of(record)}:{number}"
                self.nameless.setdefault(lane.agent, deque()).append(key)
            known = self.tools.get(key)
            if known is None:
                self.open_tool(lane, record, key, block, at)
            elif key in self.early:
                tools.ask(known, asked_by(record, lane, key, block, at, self.roots))
                self.result(*self.early.pop(key))
        elif kind.endswith("_tool_result"):
            tool = self.tools.get(wild.identity(block.get("tool_use_id")) or "")
            if tool and not tool.answered:
                failed = "error" in text_of(wild.mapping(block.get("content")).get("type"))
                tools.answer(tool, {**block, "is_error": failed}, {}, at)
                self.open.get(lane.agent, {}).pop(tool.key, None)

    def open_tool(
        self, lane: Lane, record: Record, key: str, block: dict[str, Any], at: datetime | None
    ) -> None:
        tool = asked_by(record, lane, key, block, at, self.roots)
        self.tools[key] = tool
        self.open.setdefault(lane.agent, {})[key] = tool
        self.add(tool)

    # --- what the model was told

    def user(self, lane: Lane, record: Record, at: datetime | None) -> None:
        content = wild.mapping(record.get("message")).get("content")
        said = said_by(record)
        if said == Said.RESULT:
            for block in wild.objects(content):
                if block.get("type") == "tool_result":
                    self.result(lane, record, block, at)
            read_beside_results(self, lane, record, text_of(words_beside_results(content)), at)
        elif said != Said.EMPTY:
            SAYERS[said](self, lane, record, text_of(content), at)
        if content:
            lane.hear(heard(self, record, content))
        lane.asked_at = at or lane.asked_at

    def result(self, lane: Lane, record: Record, block: dict[str, Any], at: datetime | None) -> None:
        """Pair a result with its call, and take the file change or the file content that it tells of."""
        nameless = self.nameless.get(lane.agent)
        key = wild.identity(block.get("tool_use_id")) or (nameless.popleft() if nameless else None)
        if not key:
            self.add(
                notes.hidden(
                    record, lane.agent, at, "Result without an id", output=text_of(block.get("content"))
                )
            )
            return
        tool = self.tools.get(key)
        if tool is None:
            self.open_tool(lane, record, key, {"name": tools.UNKNOWN}, None)
            self.early[key] = (lane, record, block, at)
            tool = self.tools[key]
        if tool.answered:
            return
        result = tools.answer(tool, block, record, at)
        if tool.is_agent and tool.facts.get("agent_id"):
            self.agents[str(tool.facts["agent_id"])] = tool
        self.open.get(tool.lane, {}).pop(key, None)
        self.header.commits += commits_in(tool.name, result)
        if tool.status == StepStatus.OK:
            self.follow_files(tool, result)

    def follow_files(self, tool: Tool, result: dict[str, Any]) -> None:
        call = Call(
            run=self.session,
            key=tool.key,
            tool=tool.name,
            given=tool.given,
            result=result,
            text=tool.output or "",
            cwd=tool.cwd,
            version=tool.version,
            source=self.source,
        )
        if tool.name == "Read":
            self.editor.learn(call)
        elif tool.name in EDIT_TOOLS:
            change = self.editor.change(call)
            if change:
                self.changes.append(change)
                if change.user_modified:
                    tool.facts["user_modified"] = True

    # --- what else is told

    def system(self, lane: Lane, record: Record, at: datetime | None) -> None:
        note = notes.system_note(record, lane.agent, at)
        if note is None:
            return
        self.add(note)
        if note.kind == Kind.RETRY:
            lane.asked_at = at or lane.asked_at
        elif note.kind == Kind.COMPACTION and not note.detail.get("micro"):
            lane.restart()
            lane.asked_at = at or lane.asked_at
            self.summary[lane.agent] = note

    def attachment(self, lane: Lane, record: Record, at: datetime | None) -> None:
        given = wild.mapping(record.get("attachment"))
        kind = given.get("type")
        if kind == "queued_command":
            self.queued(lane, record, given, at)
            return
        cwd = wild.text(record.get("cwd")) or ""
        if kind == "edited_text_file" and wild.text(given.get("filename")):
            self.editor.forget(wild.text(given.get("filename")) or "", cwd)
        elif kind == "file":
            self.editor.learn_text(wild.mapping(wild.mapping(given.get("content")).get("file")), cwd)
        note = attachment_note(record, lane.agent, at)
        if note is not None:
            self.add(note)

    def queued(self, lane: Lane, record: Record, given: dict[str, Any], at: datetime | None) -> None:
        """A prompt typed while the agent worked, unless it also stands as a record of its own."""
        text = text_of(given.get("prompt"))
        if given.get("commandMode") == "task-notification" or text.lstrip().startswith("<task-notification>"):
            read_notice(self, lane, record, text, at)
        elif text.strip() and not self.has_own_record(text.strip()) and lane.agent == "":
            note = notes.event(record, "", at, "", input=text, queued=True)
            note.names = names_of_prompt(self, record, text)
            note.pictured = with_pictures(given.get("prompt"))
            note.kind, note.name, note.status = Kind.PROMPT, None, StepStatus.OK
            self.add(note)
            self.header.prompt = self.header.prompt or text
        if text.strip():
            lane.hear(text)

    def has_own_record(self, text: str) -> bool:
        """Say whether a queued prompt is also said by a record that follows, or that just came."""
        return text in self.fresh or self.typed[text] > 0

    def progress(self, lane: Lane, record: Record, at: datetime | None) -> None:
        """Keep what a running command has printed so far; other progress says nothing lasting."""
        data = wild.mapping(record.get("data"))
        tool = self.tools.get(wild.identity(record.get("parentToolUseID")) or "")
        if tool is not None and data.get("type") == "bash_progress":
            tool.live_output = (
                wild.text(data.get("fullOutput")) or wild.text(data.get("output")) or tool.live_output
            )

    def pull_request(self, lane: Lane, record: Record, at: datetime | None) -> None:
        url = wild.text(record.get("prUrl"))
        number = wild.integer(record.get("prNumber"))
        if not url or url in self.uuids:
            return
        self.uuids.add(url)
        self.header.pull_requests.append({"url": url[:500], "number": number})
        note = notes.event(record, lane.agent, at, "Pull request", input=url, number=number)
        note.key = f"pr-link:{url}"[:500]
        self.add(note)

    def ended(self, lane: Lane, record: Record, at: datetime | None) -> None:
        """The last line of headless output: how it ended, and what it cost."""
        result = wild.mapping(record.get("result"))
        cost = wild.number(result.get("total_cost_usd"))
        self.header.cost = cost if cost is not None else self.header.cost
        subtype = wild.text(result.get("subtype")) or "success"
        failed = result.get("is_error") is True or subtype != "success"
        said = wild.text(result.get("result"))
        self.outcome = (
            (RunStatus.FAILED, said[:300] if said else subtype.replace("_", " "))
            if failed
            else (RunStatus.DONE, None)
        )


def asked_by(
    record: Record, lane: Lane, key: str, block: dict[str, Any], at: datetime | None, roots: Roots
) -> Tool:
    """Read the request for a tool call."""
    name = wild.text(block.get("name")) or "?"
    given = wild.mapping(block.get("input"))
    cwd = wild.text(record.get("cwd")) or ""
    return Tool(
        key=key,
        name=name,
        given=given,
        lane=lane.agent,
        cwd=cwd,
        version=wild.text(record.get("version")) or "",
        started_at=at,
        facts=call_facts(name, given, roots, cwd),
    )


Reader = Callable[[Session, Lane, Record, datetime | None], None]

READERS: dict[str, Reader] = {
    "assistant": Session.assistant,
    "user": Session.user,
    "system": Session.system,
    "attachment": Session.attachment,
    "progress": Session.progress,
    "pr-link": Session.pull_request,
    "result": Session.ended,
}
