"""Tool calls: the request in an answer, paired by id with the result that may come much later, or never."""

from datetime import datetime
from typing import Any

from msgspec import Struct, field

from ingest import wild
from ingest.formats.claude_code.blocks import as_json, text_of, without_reminders
from ingest.formats.claude_code.classify import SHELLS, exit_code_of, failure_of, timeout_of
from ingest.formats.claude_code.facts import Facts, result_facts
from ingest.formats.claude_code.lines import Record
from ingest.formats.claude_code.pictures import with_pictures
from ingest.formats.claude_code.slim import slim
from ingest.ranks import rank_of
from runs.kinds import Kind, StepStatus
from runs.records import StepRecord

AGENT_TOOLS = frozenset({"Task", "Agent"})
#: What a call is named of which only the result was in the files.
UNKNOWN = "unknown"
PREVIEW = 4_000


class Tool(Struct):
    """One tool call of a lane, growing."""

    key: str
    name: str
    given: dict[str, Any]
    lane: str
    cwd: str
    version: str
    started_at: datetime | None
    facts: Facts = field(default_factory=dict)
    answered: bool = False
    status: StepStatus | None = None
    error: str | None = None
    error_kind: str | None = None
    exit_code: int | None = None
    output: str | None = None  #: in words
    pictured: str | None = None  #: the same as blocks, where pictures are among them
    ended_at: datetime | None = None
    duration_ms: int | None = None
    raw: bytes | None = None
    agent: str | None = None  #: the lane that it opened
    live_output: str | None = None  #: what a running command had printed

    @property
    def was_asked(self) -> bool:
        """Say whether the call itself was in the files, and not only its result."""
        return self.name != UNKNOWN

    @property
    def is_agent(self) -> bool:
        return self.name in AGENT_TOOLS

    @property
    def in_background(self) -> bool:
        return self.facts.get("background") is True and self.is_agent


def ask(tool: Tool, asked: Tool) -> None:
    """Tell a call of which only the result was seen what was asked; its result is to be read again."""
    for name in ("name", "given", "lane", "cwd", "version", "facts", "answered", "status"):
        setattr(tool, name, getattr(asked, name))


def answer(tool: Tool, block: dict[str, Any], record: Record, at: datetime | None) -> dict[str, Any]:
    """Give a call its result; return the structured result, empty when the tool did not report one."""
    text = text_of(block.get("content"))
    structured = record.get("toolUseResult")
    alone = sum(b.get("type") == "tool_result" for b in content_blocks(record)) <= 1
    result = wild.mapping(structured) if alone else {}
    tool.answered = True
    tool.output, tool.pictured = text, with_pictures(block.get("content"))
    tool.ended_at = at
    tool.facts |= result_facts(tool.name, result)
    tool.raw = slim(record)
    limit = timeout_of(text) if tool.name in SHELLS else None
    if limit is not None:
        tool.facts["timeout_ms"] = limit
    if block.get("is_error") is True:
        fail(tool, text, wild.text(record.get("toolDenialKind")))
    elif result.get("interrupted") is True:
        tool.status, tool.error_kind, tool.error = StepStatus.CANCELLED, "human", "Interrupted by the user"
    else:
        succeed(tool, result)
    return result


def content_blocks(record: Record) -> list[dict[str, Any]]:
    return wild.objects(wild.mapping(record.get("message")).get("content"))


def fail(tool: Tool, text: str, denial: str | None) -> None:
    failure = failure_of(tool.name, text, denial)
    tool.status, tool.error_kind, tool.error = failure.status, failure.kind, failure.sentence[:300]
    if tool.name in SHELLS or not tool.was_asked:
        tool.exit_code = exit_code_of(text)


def succeed(tool: Tool, result: dict[str, Any]) -> None:
    """A shell's success is exit 0, unless it went to the background or the code had its own meaning."""
    tool.status = StepStatus.OK
    if tool.name in SHELLS and not result.get("backgroundTaskId") and not tool.facts.get("meaning"):
        tool.exit_code = 0
    if tool.in_background:
        # The result only says that the agent was launched; its end is told by a notice or its own lane.
        tool.status, tool.ended_at = None, None


def step_of(tool: Tool, *, run: str, source: str, parent: str | None, open_status: StepStatus) -> StepRecord:
    """Write a call as a step; one without an end gets `open_status`."""
    output = tool.output if tool.answered else tool.live_output
    has_more = output and (tool.pictured or "<system-reminder>" in output)
    shown = without_reminders(output) if output and has_more else None
    return StepRecord(
        run=run,
        key=tool.key,
        kind=Kind.AGENT if tool.is_agent else Kind.TOOL,
        source=source,
        rank=rank_of(source) - (not tool.was_asked),
        name=str(tool.facts.get("description") or "")[:200] or None if tool.is_agent else None,
        tool=tool.name,
        status=tool.status or open_status,
        error=tool.error,
        error_kind=tool.error_kind,
        parent=parent,
        agent=tool.lane,
        started_at=tool.started_at,
        ended_at=tool.ended_at,
        duration_ms=tool.duration_ms,
        exit_code=tool.exit_code,
        input=as_json(tool.given) if tool.was_asked else None,
        output=tool.pictured or output,
        output_preview=shown[:PREVIEW] if shown is not None else None,
        raw=tool.raw,
        detail=dict(tool.facts),
    )
