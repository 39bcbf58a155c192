"""Response items: what goes to the model and comes from it (FORMATS 3.2)."""

import json
from typing import Any

from ingest import wild
from ingest.formats.codex import tools
from ingest.formats.codex.calls import said_in
from ingest.formats.codex.notes import prompt
from ingest.formats.codex.outputs import CONSOLES, SHELLS, answer_of, outcome_of
from ingest.formats.codex.rollouts import Entry
from ingest.formats.codex.thread import Thread
from ingest.formats.codex.tools import Tool
from runs.begin_patch import BEGIN
from runs.kinds import StepStatus
from runs.outputs import read_output

#: How texts begin that the program writes for the model in the name of the user.
SYNTHETIC = (
    "# AGENTS.md instructions",
    "<environment_context>",
    "<user_instructions>",
    "<permissions instructions>",
    "<turn_aborted>",
    "<skill>",
    "<skills_instructions>",
    "<user_shell_command>",
    "<subagent_notification>",
    "<collaboration_mode>",
    "<INSTRUCTIONS>",
)
#: Items that the program keeps for itself.
UNHEARD = frozenset({"ghost_snapshot"})
#: Calls that the provider runs itself: they are over when they stand in the file.
HOSTED = frozenset({"web_search_call", "image_generation_call"})


def read_item(thread: Thread, entry: Entry) -> None:
    """Read one response item."""
    item, kind = entry.payload, entry.kind
    if kind == "message":
        read_message(thread, entry)
    elif kind == "reasoning":
        thread.respond(entry)
    elif kind.endswith(("_call_output", "tool_search_output")):
        read_answer(thread, entry)
    elif kind.endswith("_call"):
        read_call(thread, entry)
    elif kind and kind not in UNHEARD:
        thread.hear(item)
        thread.asked_at = entry.at or thread.asked_at


def read_message(thread: Thread, entry: Entry) -> None:
    item = entry.payload
    if item.get("role") == "assistant":
        thread.respond(entry)
        return
    said = said_in(item.get("content"))
    if item.get("role") == "user" and not thread.habits.has_prompts and is_human(said):
        thread.close()
        prompt(thread, entry, said, key=wild.identity(item.get("id")))
    thread.hear(item)
    thread.heard_since = thread.call is not None
    thread.asked_at = entry.at or thread.asked_at


def is_human(text: str) -> bool:
    """Tell a human's words from what the program writes in the name of the user."""
    return bool(text.strip()) and not text.lstrip().startswith(SYNTHETIC)


def read_call(thread: Thread, entry: Entry) -> None:
    """Open a call; one without an id is named after the event that told it, or after its place."""
    key = wild.identity(entry.payload.get("call_id")) or wild.identity(entry.payload.get("id"))
    if key is None and entry.kind == "web_search_call" and thread.searches:
        key = thread.searches.popleft()
    key = key or f"call:{entry.number}"
    known = thread.tools.get(key)
    if known is not None and known.name != tools.UNKNOWN:
        return
    thread.respond(entry, tools.name_of(entry.payload), key)
    tool = thread.ask(entry, key)
    if entry.kind in HOSTED:
        failed = entry.payload.get("status") in ("failed", "incomplete")
        tool.status = StepStatus.FAILED if failed else StepStatus.OK
        tool.error_kind = "network" if failed else None
        tool.answered, tool.ended_at = True, entry.at
    elif tool.answered:
        judge_again(thread, tool)


def read_answer(thread: Thread, entry: Entry) -> None:
    """Pair an answer with its call."""
    item = entry.payload
    thread.hear(item)
    thread.asked_at = entry.at or thread.asked_at
    thread.heard_since = True
    key = wild.identity(item.get("call_id"))
    if key is None:
        return
    tool = thread.tool_of(key, entry.at)
    if tool.answered:
        return
    found = answer_of(item.get("tools") if entry.kind == "tool_search_output" else item.get("output"))
    tools.answer(tool, found, outcome_of(tool.name, found), entry.at)
    if tool.name != tools.UNKNOWN:
        settle(thread, tool)


def judge_again(thread: Thread, tool: Tool) -> None:
    """Judge an answer that stood before its call, now that the tool's name is known."""
    found = answer_of(tool.output)
    tool.status = None
    tools.judge(tool, outcome_of(tool.name, found))
    settle(thread, tool)


def settle(thread: Thread, tool: Tool) -> None:
    """Take what the end of a call means for others: a command that goes on, a patch, a sub-agent."""
    text = tool.output or ""
    if tool.name in SHELLS | CONSOLES:
        follow_command(thread, tool, read_output(text).session)
    if tool.is_agent and (agent := agent_in(text)):
        thread.header.agents[agent] = tool
    patch = patch_of(tool)
    if patch is not None:
        thread.editor.read(tool, patch)


def follow_command(thread: Thread, tool: Tool, session: str) -> None:
    """Remember what goes on under a number, and name it where somebody looks at it."""
    asked = wild.text(tool.given.get("session_id"))
    if asked and asked in thread.sessions:
        tool.facts["command"] = thread.sessions[asked]
    if session:
        command = tool.given.get("cmd", tool.given.get("command"))
        thread.sessions[session] = str(tool.facts.get("command") or wild.text(command) or "")[: tools.LONG]
        tool.facts["shell_status"] = "running"


def patch_of(tool: Tool) -> str | None:
    """Find the patch in a call of `apply_patch`, or of a shell that hands one to it."""
    if tool.name == "apply_patch":
        return tool.input if tool.input and tool.input.startswith(BEGIN) else words_in(tool.given)
    if tool.name in SHELLS:
        text = words_in(tool.given)
        return text if "apply_patch" in text[:200] and BEGIN in text else None
    return None


def words_in(given: dict[str, Any]) -> str:
    """Join the words of a command, or give the text of a patch."""
    for name in ("input", "patch", "cmd", "command"):
        value = given.get(name)
        if isinstance(value, str):
            return value
        if isinstance(value, list):
            return " ".join(word for word in value if isinstance(word, str))
    return ""


def agent_in(text: str) -> str:
    """Read the id of the sub-agent that a call started."""
    found = object_in(text)
    return wild.identity(found.get("agent_id")) or wild.identity(found.get("thread_id")) or ""


def object_in(text: str) -> dict[str, Any]:
    try:
        return wild.mapping(json.loads(text))
    except (ValueError, RecursionError):
        return {}
