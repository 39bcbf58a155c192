"""Tool calls: what was asked, paired by `call_id` with the answer, and with what events tell beside it."""

from datetime import datetime
from typing import Any

from msgspec import Struct, field

from ingest import wild
from ingest.formats.claude_code.blocks import as_json
from ingest.formats.codex.naming import names_of_command
from ingest.formats.codex.outputs import Answer, Outcome
from ingest.ranks import rank_of
from runs.kinds import Kind, StepStatus
from runs.records import StepRecord

#: What a call is named of which only the answer was in the files.
UNKNOWN = "unknown"
AGENT_TOOLS = frozenset({"spawn_agent"})
PREVIEW = 4_000
LONG = 500


class Tool(Struct):
    """One tool call of a thread, growing."""

    key: str
    name: str
    lane: str
    cwd: str
    started_at: datetime | None
    input: str | None = None
    given: dict[str, Any] = field(default_factory=dict)
    facts: dict[str, object] = field(default_factory=dict)
    inside: str | None = None  #: the call that made this one (a script of the model)
    answered: bool = False
    status: StepStatus | None = None
    error: str | None = None
    error_kind: str | None = None
    exit_code: int | None = None
    output: str | None = None
    blocks: str | None = None  #: the output with its pictures
    ended_at: datetime | None = None
    duration_ms: int | None = None
    agent: str | None = None  #: the lane that it opened

    @property
    def is_agent(self) -> bool:
        return self.name in AGENT_TOOLS


def name_of(item: dict[str, Any]) -> str:
    """Name the tool of a call; tools of MCP servers as `mcp__server__tool`."""
    name, space = wild.text(item.get("name")) or "", wild.text(item.get("namespace")) or ""
    if space.startswith("mcp__") and not name.startswith("mcp__"):
        return f"{space.removesuffix('__')}__{name}"
    return name or {
        "local_shell_call": "local_shell",
        "web_search_call": "web_search",
        "tool_search_call": "tool_search",
        "image_generation_call": "image_generation",
    }.get(wild.text(item.get("type")) or "", UNKNOWN)


def text_of_input(given: object) -> str:
    """Write what a tool was given as the step keeps it: a patch as it is, anything else as JSON."""
    if isinstance(given, str) and given.startswith("*** Begin Patch"):
        return wild.clean(given)
    return as_json(given)


def call_facts(tool: str, given: dict[str, Any]) -> dict[str, object]:
    """Take what the sentence of a call needs from its arguments."""
    facts: dict[str, object] = {}
    for name, kept in (("url", "url"), ("query", "query"), ("agent_type", "agent_type")):
        value = wild.text(given.get(name))
        if value:
            facts[kept] = value[:LONG]
    if tool.startswith("mcp__"):
        server, _, inner = tool.removeprefix("mcp__").partition("__")
        facts |= {"server": server, "mcp_tool": inner}
    if tool in AGENT_TOOLS:
        task = wild.text(given.get("message")) or wild.text(given.get("prompt"))
        facts |= {"description": task[:LONG]} if task else {}
    return facts


def answer(tool: Tool, found: Answer, outcome: Outcome, at: datetime | None) -> None:
    """Give a call its answer. What an event has told already (a code, a state) stands."""
    tool.answered = True
    tool.output, tool.blocks, tool.ended_at = found.text, found.blocks, at
    judge(tool, outcome)


def judge(tool: Tool, outcome: Outcome) -> None:
    """Take how a call ended; a failure that is known stays one."""
    if outcome.exit_code is not None:
        tool.exit_code = outcome.exit_code
    if outcome.wall_ms:
        tool.duration_ms = outcome.wall_ms
    if tool.status in (None, StepStatus.OK):
        tool.status, tool.error, tool.error_kind = outcome.status, outcome.error, outcome.kind


def names_of(tool: Tool) -> tuple[str, ...]:
    """List what log records know a printed call by; others have the same id everywhere."""
    if not tool.key.startswith("item:"):
        return (f"call:{tool.key}",)
    return (tool.key, *names_of_command(tool.name, tool.input))


def step_of(tool: Tool, *, run: str, source: str, parent: str | None, open_status: StepStatus) -> StepRecord:
    """Write a call as a step; one without an answer gets `open_status`."""
    task = str(tool.facts.get("description") or "")[:200] if tool.is_agent else ""
    asked = tool.name != UNKNOWN
    return StepRecord(
        run=run,
        key=tool.key,
        kind=Kind.AGENT if tool.is_agent else Kind.TOOL,
        source=source,
        rank=rank_of(source) - (not asked),
        names=names_of(tool),
        name=task or None,
        tool=tool.name,
        status=tool.status or open_status,
        error=tool.error[:300] if tool.error else None,
        error_kind=tool.error_kind,
        parent=tool.inside or parent,
        agent=tool.lane,
        started_at=tool.started_at,
        ended_at=tool.ended_at,
        duration_ms=tool.duration_ms,
        exit_code=tool.exit_code,
        input=tool.input if asked else None,
        output=tool.blocks or tool.output,
        output_preview=(tool.output or "")[:PREVIEW] if tool.blocks else None,
        detail=dict(tool.facts),
    )
