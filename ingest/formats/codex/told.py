"""What events tell of calls beside their answers: exit codes, durations, changed files, servers, lanes."""

from datetime import datetime
from typing import Any

from ingest import wild
from ingest.formats.claude_code.blocks import as_json, first_line
from ingest.formats.codex import tools
from ingest.formats.codex.notes import event, word
from ingest.formats.codex.outputs import Outcome, result_of_mcp
from ingest.formats.codex.rollouts import Entry
from ingest.formats.codex.thread import Thread
from ingest.formats.codex.tools import Tool
from runs.kinds import StepStatus


def command_ended(thread: Thread, entry: Entry) -> None:
    """`exec_command_end`: exit code and duration of a command."""
    tell_command(thread, entry, entry.payload, key=wild.identity(entry.payload.get("call_id")))


def tell_command(thread: Thread, entry: Entry, told: dict[str, Any], *, key: str | None) -> None:
    """Take the end of a command: of a call, of a human's own, or of a script that the model wrote."""
    command, output = command_in(told), word(told.get("aggregated_output")) or word(told.get("stdout"))
    code = exit_code_of(told)
    tool = thread.tools.get(key or "")
    if tool is None and word(told.get("source")).lower().replace("_", "") == "usershell":
        event(thread, entry, "Human ran", input=command, output=output or None, exit_code=code)
        return
    if tool is None:
        if key is None:
            return
        tool = inner_tool(thread, entry, key, "exec_command", {"cmd": command, "workdir": folder_of(told)})
        tool.answered, tool.output, tool.ended_at = True, output, entry.at
    if word(told.get("stderr")).strip() and word(told.get("stdout")).strip():
        tool.facts["stderr"] = word(told.get("stderr"))[: tools.PREVIEW]
    line = first_line(output, 300)
    tools.judge(tool, outcome_of_code(code, line, duration_of(told.get("duration"))))


def outcome_of_code(code: int | None, line: str, wall: int | None) -> Outcome:
    if not code:
        return Outcome(exit_code=code, wall_ms=wall)
    said = f"exit {code}: {line}" if line else f"exit {code}"
    return Outcome(StepStatus.FAILED, "command", said, exit_code=code, wall_ms=wall)


def inner_tool(thread: Thread, entry: Entry, key: str, name: str, given: dict[str, Any]) -> Tool:
    """Open a call that a script of the model made: only the program knows of it."""
    script = next((tool for tool in reversed(thread.tools.values()) if tool.name == "exec"), None)
    tool = Tool(
        key=key,
        name=name,
        lane=thread.lane,
        cwd=word(given.get("workdir")) or thread.cwd,
        started_at=began(entry) or entry.at,
        given=given,
        input=as_json(given),
        inside=script.key if script else None,
    )
    thread.tools[key] = tool
    thread.slots.append(tool)
    return tool


def began(entry: Entry) -> datetime | None:
    return wild.when(entry.payload.get("started_at_ms"))


def command_in(told: dict[str, Any]) -> str:
    """Write a command as it was typed: without the shell around it."""
    words = [found for found in wild.items(told.get("command")) if isinstance(found, str)]
    if len(words) == 3 and words[1] in ("-lc", "-c"):
        return words[2]
    return " ".join(words) or word(told.get("command"))


def folder_of(told: dict[str, Any]) -> str:
    return word(told.get("cwd")).removeprefix("file://")


def exit_code_of(told: dict[str, Any]) -> int | None:
    """Read an exit code; signals are negative."""
    code = told.get("exit_code")
    if isinstance(code, int) and not isinstance(code, bool) and abs(code) < 2**31:
        return code
    return None


def duration_of(value: object) -> int | None:
    """Read `{"secs", "nanos"}`, or text such as "1.2s", as milliseconds."""
    told = wild.mapping(value)
    seconds = wild.integer(told.get("secs"), 10**9)
    if seconds is None:
        return None
    return seconds * 1_000 + (wild.integer(told.get("nanos"), 10**9) or 0) // 1_000_000


def patch_ended(thread: Thread, entry: Entry) -> None:
    """`patch_apply_end`: the changes of a patch that was found to fit."""
    tell_patch(thread, entry, entry.payload, key=wild.identity(entry.payload.get("call_id")))


def tell_patch(thread: Thread, entry: Entry, told: dict[str, Any], *, key: str | None) -> None:
    if key is None:
        return
    tool = thread.tools.get(key)
    out = word(told.get("stdout"))
    failed = told.get("success") is False or word(told.get("status")) in ("failed", "declined")
    if tool is None:
        tool = inner_tool(thread, entry, key, "apply_patch", {})
        tool.answered, tool.output, tool.ended_at = True, out or word(told.get("stderr")), entry.at
        tool.status = StepStatus.OK
    if failed:
        declined = told.get("status") == "declined"
        line = first_line(word(told.get("stderr")) or out, 300) or "The patch was not applied"
        state = StepStatus.DENIED if declined else StepStatus.FAILED
        tools.judge(tool, Outcome(state, "human" if declined else "tool", line))
    thread.editor.tell(tool, told.get("changes"), failed=failed, output=out)


def mcp_ended(thread: Thread, entry: Entry) -> None:
    """`mcp_tool_call_end`: the server, the time it took, and whether it failed."""
    tell_mcp(thread, entry, entry.payload, key=wild.identity(entry.payload.get("call_id")))


def tell_mcp(thread: Thread, entry: Entry, told: dict[str, Any], *, key: str | None) -> None:
    invocation = wild.mapping(told.get("invocation")) or told
    server, name = word(invocation.get("server")), word(invocation.get("tool"))
    if key is None:
        return
    tool = thread.tools.get(key)
    if tool is None:
        tool = inner_tool(
            thread, entry, key, f"mcp__{server}__{name}", wild.mapping(invocation.get("arguments"))
        )
        tool.answered, tool.ended_at = True, entry.at
    if server:
        tool.name = f"mcp__{server}__{name}"
        tool.facts |= {"server": server, "mcp_tool": name}
    found = result_of_mcp({"Err": told["error"]} if told.get("error") else told.get("result")) or Outcome()
    wall = duration_of(told.get("duration"))
    tools.judge(tool, Outcome(found.status, found.kind, found.error, wall_ms=wall))


def search_ended(thread: Thread, entry: Entry) -> None:
    """`web_search_end`: the id of a search whose item has none."""
    key = wild.identity(entry.payload.get("call_id"))
    if key and key not in thread.tools:
        thread.searches.append(key)


def agent_started(thread: Thread, entry: Entry) -> None:
    """`collab_agent_spawn_end`, `sub_agent_activity`: which call opened which lane."""
    told = entry.payload
    key = wild.identity(told.get("call_id")) or wild.identity(told.get("event_id"))
    tool = thread.tools.get(key or "")
    agent = wild.identity(told.get("new_thread_id")) or wild.identity(told.get("agent_thread_id"))
    if tool is not None and tool.is_agent and agent:
        thread.header.agents[agent] = tool


def tell_agents(thread: Thread, entry: Entry, item: dict[str, Any], *, key: str | None) -> None:
    """Take which lanes a call opened; a script of the model may have made it."""
    tool = thread.tools.get(key or "")
    if tool is None and key and word(item.get("tool")).lower().replace("_", "") == "spawnagent":
        tool = inner_tool(thread, entry, key, "spawn_agent", {"message": word(item.get("prompt"))})
        tool.answered, tool.status, tool.ended_at = True, StepStatus.OK, entry.at
    for agent in wild.items(item.get("receiver_thread_ids")):
        if tool is not None and tool.is_agent and isinstance(agent, str):
            thread.header.agents[agent] = tool
