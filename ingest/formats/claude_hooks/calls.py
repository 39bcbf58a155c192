"""Hooks around tool calls: what was asked, how it ended, which file it changed."""

import json
from collections.abc import Iterator
from typing import Any

from msgspec.structs import replace

from ingest import wild
from ingest.formats.claude_code import tools
from ingest.formats.claude_code.blocks import as_json, text_of
from ingest.formats.claude_code.classify import EXIT_CODE, HUMAN, POLICY, USE_ERROR
from ingest.formats.claude_code.edits import EDIT_TOOLS, Call, Editor
from ingest.formats.claude_code.facts import call_facts
from ingest.formats.claude_code.paths import Roots
from ingest.formats.claude_code.tools import Tool
from ingest.formats.claude_hooks.hook import SOURCE, Hook
from ingest.ranks import BATCH, BEGUN, ENDED
from runs.kinds import StepStatus
from runs.records import Batch, ChangeRecord, StepRecord, digest_of

DONE = "(no output)"


def begun(hook: Hook) -> Batch:
    """PreToolUse: the call begins."""
    tool = tool_of(hook, hook.given)
    return Batch(steps=[written(tool, hook, BEGUN)]) if tool is not None else Batch()


def ended(hook: Hook) -> Batch:
    """PostToolUse: the call worked."""
    tool = tool_of(hook, hook.given)
    if tool is None:
        return Batch()
    response = hook.given.get("tool_response")
    text = said_of(tool, response)
    structured = {"toolUseResult": response, **hook.given}
    result = tools.answer(tool, {"content": text}, structured, hook.at)
    change = change_of(tool, result, hook)
    return Batch(steps=[timed(tool, hook, ENDED)], changes=[change] if change is not None else [])


def failed(hook: Hook) -> Batch:
    """PostToolUseFailure: the call ran and failed, or was interrupted."""
    tool = tool_of(hook, hook.given)
    if tool is None:
        return Batch()
    tools.answer(tool, {"content": hook.text("error"), "is_error": True}, hook.given, hook.at)
    if hook.given.get("is_interrupt") is True:
        tool.status, tool.error_kind, tool.error = StepStatus.CANCELLED, "human", "Interrupted by the user"
    return Batch(steps=[timed(tool, hook, ENDED)])


def denied(hook: Hook) -> Batch:
    """PermissionDenied: a policy said no."""
    tool = tool_of(hook, hook.given)
    if tool is None:
        return Batch()
    reason = hook.text("reason") or "Permission denied"
    tool.status, tool.error_kind, tool.error = StepStatus.DENIED, "policy", reason[:300]
    tool.ended_at, tool.answered, tool.output = hook.at, True, reason
    return Batch(steps=[written(tool, hook, ENDED)])


def batch(hook: Hook) -> Batch:
    """PostToolBatch: all calls of one answer, also those that no other hook tells of (AGENTS.md 2.1)."""
    return Batch(steps=list(calls_of_batch(hook)))


def calls_of_batch(hook: Hook) -> Iterator[StepRecord]:
    for given in wild.objects(hook.given.get("tool_calls")):
        tool = tool_of(hook, given)
        if tool is not None:
            text = said_of(tool, given.get("tool_response"))
            block = {"content": text, "is_error": is_refused(text)}
            tools.answer(tool, block, given, hook.at)
            yield written(tool, hook, BATCH)


def is_refused(text: str) -> bool:
    """Say whether a result is a failure by its words alone, as the model reads it."""
    said = text.strip()
    return bool(
        USE_ERROR.match(said) or EXIT_CODE.match(said) or said.startswith(HUMAN) or POLICY.search(said[:200])
    )


def tool_of(hook: Hook, given: dict[str, Any]) -> Tool | None:
    """Read which call a payload is about; None without an id."""
    key, name = wild.identity(given.get("tool_use_id")), wild.text(given.get("tool_name"))
    if key is None or not name:
        return None
    asked = wild.mapping(given.get("tool_input"))
    roots = roots_of(hook)
    return Tool(
        key=key,
        name=name,
        given=asked,
        lane=hook.lane,
        cwd=hook.cwd,
        version="",
        started_at=hook.at,
        facts=call_facts(name, asked, roots, hook.cwd),
    )


def roots_of(hook: Hook) -> Roots:
    roots = Roots()
    if project := hook.text_of_ours("project"):
        roots.learn(project)
    if hook.cwd:
        roots.learn(hook.cwd, sure=bool(hook.lane))
    return roots


def timed(tool: Tool, hook: Hook, rank: int) -> StepRecord:
    """Write an ended call: when it began follows from how long it took."""
    tool.duration_ms = wild.integer(hook.given.get("duration_ms"), 2**31)
    if tool.is_agent and tool.facts.get("agent_id"):
        tool.facts["transcript"] = "missing"  # until its own steps are known
    return written(tool, hook, rank)


def written(tool: Tool, hook: Hook, rank: int) -> StepRecord:
    step = tools.step_of(tool, run=hook.session, source=SOURCE, parent=None, open_status=StepStatus.RUNNING)
    return replace(step, rank=rank)


def change_of(tool: Tool, result: dict[str, Any], hook: Hook) -> ChangeRecord | None:
    """Take the file change that an edit reports, with the text before it where it says."""
    if tool.name not in EDIT_TOOLS or tool.status is not StepStatus.OK:
        return None
    call = Call(
        run=hook.session,
        key=tool.key,
        tool=tool.name,
        given=tool.given,
        result=result,
        text=tool.output or "",
        cwd=hook.cwd,
        version="",
        source=SOURCE,
    )
    return Editor(roots_of(hook)).change(call)


def said_of(tool: Tool, response: object) -> str:
    """Say in words what came back, as near to what the model read as the structured result allows."""
    if isinstance(response, str) or not isinstance(response, dict):
        return text_of(response)
    maker = {"Bash": said_by_shell, "PowerShell": said_by_shell, "Read": said_by_read}.get(tool.name)
    told = maker(response) if maker is not None else None
    if told is None and "content" in response and tool.name not in EDIT_TOOLS:
        told = text_of(response["content"])
    if told is None and tool.name in EDIT_TOOLS:
        told = f"The file {wild.text(response.get('filePath')) or ''} has been updated."
    return as_json(response) if told is None else told


def said_by_shell(response: dict[str, Any]) -> str:
    parts = [wild.text(response.get(name)) or "" for name in ("stdout", "stderr")]
    return "\n".join(part for part in parts if part.strip()) or DONE


def said_by_read(response: dict[str, Any]) -> str | None:
    """Number the lines of a file, as the model sees them."""
    file = wild.mapping(response.get("file"))
    content = wild.text(file.get("content"))
    if content is None:
        return None
    start = wild.integer(file.get("startLine")) or 1
    return "\n".join(f"{number}\t{line}" for number, line in enumerate(content.split("\n"), start))


def key_of_permission(hook: Hook, call: dict[str, Any]) -> str:
    """Name a permission by what is called with what: its request has no id of the call."""
    asked = json.dumps(call.get("tool_input"), sort_keys=True, default=str)
    told = f"{hook.prompt}\0{wild.text(call.get('tool_name'))}\0{asked}"
    return f"permission:{digest_of(told.encode('utf-8', 'replace')).hex()}"
