"""The tools that were called and the sub-agents that they started."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from ingest import wild
from ingest.formats.claude_code.blocks import first_line
from ingest.formats.copilot.changes import changes_of
from ingest.formats.copilot.session import Event, Session
from ingest.trajectories.recording import Call
from runs.kinds import Kind, StepStatus
from runs.outputs import read_last_line
from runs.tools import Family, family_of

AGENT_TOOLS = frozenset({"task"})
TIMED_OUT = re.compile(r"timed out(?: after [\d.]+ ?\w+)?", re.IGNORECASE)
POLICY = re.compile(
    r"denied (?:due to|by) (?:rules|policy|hook)|blocked by|could not request|content exclusion",
    re.IGNORECASE,
)
DENIED = re.compile(
    r"(?:rejected|denied|declined) by (?:the )?user|user (?:rejected|denied|declined)|permission denied by"
    r"|rejected this tool call",
    re.IGNORECASE,
)
LONG = 500


def tool_of(told: dict[str, Any]) -> str:
    """Name a tool; those of MCP servers as `mcp__server__tool`."""
    name = wild.text(told.get("name")) or wild.text(told.get("toolName")) or "unknown"
    server = wild.text(told.get("mcpServerName"))
    if not server or name.startswith("mcp__"):
        return name
    inner = wild.text(told.get("mcpToolName")) or name.removeprefix(f"{server}-")
    return f"mcp__{server}__{inner}"


def given_by(told: dict[str, Any]) -> dict[str, Any]:
    """Read the arguments; a custom tool (`apply_patch`) takes one text."""
    given = told.get("arguments")
    return {"input": wild.clean(given)} if isinstance(given, str) else wild.mapping(given)


def open_call(
    session: Session, lane: str, told: dict[str, Any], at: datetime | None, *, place: int | str
) -> Call:
    """Add a tool call, or say more of one that is known."""
    id = wild.identity(told.get("toolCallId")) or ""
    known = session.calls.get(id) if id else None
    tool, given = tool_of(told), given_by(told)
    if known is not None:
        known.tool = tool if known.tool == "unknown" or tool.startswith("mcp__") else known.tool
        known.given = known.given or given
        return known
    facts = {"description": (wild.text(given.get("description")) or "")[:LONG]}
    if tool.startswith("mcp__"):
        facts["server"], _, facts["mcp_tool"] = tool.removeprefix("mcp__").partition("__")
    facts["intention"] = (wild.text(told.get("intentionSummary")) or "")[:LONG]
    is_agent = tool in AGENT_TOOLS
    if is_agent:
        facts["agent_type"] = wild.text(given.get("agent_type")) or ""
        facts["description"] = facts["description"] or (wild.text(given.get("prompt")) or "")[:LONG]
    return session.ask(
        Call(
            key=id or f"tool:{len(session.recording.slots)}:{place}",
            id=id,
            tool=tool,
            given=given,
            kind=Kind.AGENT if is_agent else Kind.TOOL,
            name=facts["description"][:200] or None if is_agent else None,
            detail=dict(facts),
            agent=lane,
            parent=session.lanes[lane].parent,
            started_at=at,
        )
    )


def tool_start(session: Session, event: Event) -> None:
    """A tool begins: its time, and the arguments once more."""
    call = open_call(session, session.lane_of(event), event.data, event.at, place=event.number)
    call.started_at = event.at or call.started_at
    if event.type == "tool.user_requested" or event.data.get("isUserRequested") is True:
        call.detail["by"] = "human"


def tool_output(session: Session, event: Event) -> None:
    """What a running tool has printed so far."""
    call = session.calls.get(wild.identity(event.data.get("toolCallId")) or "")
    text = wild.text(event.data.get("partialOutput"))
    if call is not None and text and not call.answered:
        call.output = text


def tool_complete(session: Session, event: Event) -> None:
    """A tool's result."""
    data, lane = event.data, session.lane_of(event)
    call = open_call(session, lane, data, None, place=event.number)
    if call.answered:
        return
    result, error = wild.mapping(data.get("result")), data.get("error")
    failure = wild.text(error) or wild.text(wild.mapping(error).get("message"))
    text = wild.text(result.get("content")) or wild.text(data.get("result")) or failure or ""
    call.record = {"type": event.type, "data": {name: data[name] for name in data if name != "result"}}
    session.recording.answered(call, text, event.at)
    judge(call, data, text, failure)
    follow_shell(session, call, text)
    session.hear(lane, {"role": "tool", "tool_call_id": call.id or call.key, "content": text}, event.at)
    if call.status is StepStatus.OK:
        found = changes_of(session, call, wild.text(result.get("detailedContent")) or "")
        session.recording.changes += found


def judge(call: Call, data: dict[str, Any], text: str, failure: str | None) -> None:
    """Say whether a call worked: by the program's word, else by a shell's exit code."""
    if call.status is StepStatus.DENIED:  # a permission said so before
        return
    code = wild.text(wild.mapping(data.get("error")).get("code")) or ""
    read = read_last_line(text) if family_of(call.tool) in (Family.SHELL, Family.CONSOLE) else None
    if read is not None:
        call.exit_code = read.exit_code
        call.detail |= {"shell_status": read.state} if read.state else {}
    line = first_line(failure or text, 300)
    if data.get("success") is not False and not failure:
        if call.exit_code:
            said = first_line(read.out if read is not None else text)
            call.fail("command", f"exit {call.exit_code}: {said}" if said else f"exit {call.exit_code}")
    elif POLICY.search(line):
        call.fail("policy", line, StepStatus.DENIED)
    elif code in ("rejected", "denied") or DENIED.search(line):
        call.fail("human", "Rejected by the user", StepStatus.DENIED)
    elif code in ("aborted", "cancelled"):
        call.fail("human", "Interrupted by the user", StepStatus.CANCELLED)
    elif code == "timeout" or TIMED_OUT.search(line):
        call.fail("timeout", line)
    else:
        kind = "mcp" if call.tool.startswith("mcp__") else "tool"
        kind = "command" if family_of(call.tool) is Family.SHELL else kind
        call.fail(kind, line or "The tool reported an error and no text.")


def follow_shell(session: Session, call: Call, text: str) -> None:
    """Remember which command runs in a shell that is looked at later, and say it of the look."""
    read = read_last_line(text)
    shell = wild.text(call.given.get("shellId")) or (read.session if read is not None else "")
    command = wild.text(call.given.get("command"))
    if shell and command:
        session.shells[shell] = command[:LONG]
    elif shell in session.shells and family_of(call.tool) is Family.CONSOLE:
        call.detail["command"] = session.shells[shell]


# --- sub-agents


def agent_started(session: Session, event: Event) -> None:
    """A call started a sub-agent, whose events carry its id."""
    id = wild.identity(event.data.get("toolCallId")) or ""
    known = session.calls.get(id)
    call = known or open_call(session, "", {"toolCallId": id, "name": "task"}, event.at, place=event.number)
    name = wild.text(event.data.get("agentDisplayName")) or wild.text(event.data.get("agentName")) or ""
    call.kind = Kind.AGENT
    call.name = call.name or name[:200] or None
    call.detail |= {"agent_type": wild.text(event.data.get("agentName")) or name, "agent_name": name}
    call.detail.setdefault("agent_id", event.agent or id)
    call.detail.setdefault("transcript", "missing")
    for lane in {event.agent, id} - {""}:
        if lane in session.lanes:
            session.lanes[lane].parent = call.key
            session.opens(call, lane)
        else:
            session.calls.setdefault(lane, call)


def agent_ended(session: Session, event: Event) -> None:
    """A sub-agent is done; its call may have been answered long before."""
    call = session.calls.get(wild.identity(event.data.get("toolCallId")) or event.agent)
    if call is None:
        return
    counts = {name: wild.integer(event.data.get(name)) for name in ("totalToolCalls", "totalTokens")}
    names = {"totalToolCalls": "tool_calls", "totalTokens": "tokens"}
    call.detail |= {names[name]: count for name, count in counts.items() if count is not None}
    call.ended_at = max(filter(None, (call.ended_at, event.at)), default=None)
    if event.type == "subagent.failed":
        call.fail("tool", wild.text(event.data.get("error")) or "The sub-agent failed")
    elif not call.answered:
        call.status = call.status or StepStatus.OK


Reader = Callable[[Session, Event], None]

TOOLS: dict[str, Reader] = {
    "tool.user_requested": tool_start,
    "tool.execution_start": tool_start,
    "tool.execution_partial_result": tool_output,
    "tool.execution_complete": tool_complete,
    "subagent.started": agent_started,
    "subagent.completed": agent_ended,
    "subagent.failed": agent_ended,
}
