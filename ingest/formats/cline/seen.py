"""A task of which only the screen is there: what the human saw, as far as it tells."""

from typing import Any

from ingest import wild
from ingest.formats.claude_code.blocks import first_line
from ingest.formats.cline.answers import facts_of, finish
from ingest.formats.cline.changes import text_in
from ingest.formats.cline.given import asked
from ingest.formats.cline.parts import Record
from ingest.formats.cline.results import EXIT, given_again
from ingest.formats.cline.screen import Request, at_of, details_of, kind_of
from ingest.formats.cline.walk import Walk
from ingest.trajectories.recording import Answer, Call
from runs.kinds import Kind, StepStatus

#: What the screen calls a tool, and what the model called it.
TOOLS = {
    "editedExistingFile": "replace_in_file",
    "newFileCreated": "write_to_file",
    "appliedDiff": "apply_diff",
    "insertContent": "insert_content",
    "searchAndReplace": "search_and_replace",
    "fileDeleted": "delete_file",
    "readFile": "read_file",
    "listFilesTopLevel": "list_files",
    "listFilesRecursive": "list_files",
    "listCodeDefinitionNames": "list_code_definition_names",
    "searchFiles": "search_files",
    "codebaseSearch": "codebase_search",
    "updateTodoList": "update_todo_list",
    "switchMode": "switch_mode",
    "newTask": "new_task",
    "webFetch": "web_fetch",
    "webSearch": "web_search",
    "summarizeTask": "summarize_task",
    "useSkill": "use_skill",
}
ACTIONS = {
    "completion_result": "attempt_completion",
    "followup": "ask_followup_question",
    "command": "execute_command",
    "use_mcp_server": "use_mcp_tool",
}
#: Fields of the screen that are no arguments.
SHOWN = frozenset(
    {"tool", "operationIsLocatedInWorkspace", "isOutsideWorkspace", "startLineNumbers", "batchFiles"}
)
ASKED = frozenset({"user_feedback", "task"})
COMMAND_MARK = "REQ_APP"


def read_screen(walk: Walk) -> None:
    """Make the steps of what the human saw."""
    for number, row in enumerate(walk.before):
        text = wild.text(row.get("text")) or ""
        if kind_of(row) in ("text", "task") and text.strip() and walk.task is None:
            walk.prompt("prompt:0:0", text, at_of(row))
            walk.recording.hear({"role": "user", "content": text})
        elif kind_of(row) in ASKED and text.strip():
            walk.prompt(f"prompt:screen:{number}", text, at_of(row))
    for request in walk.requests:
        read_request(walk, request)


def read_request(walk: Walk, request: Request) -> None:
    """One request: the answer as it was shown, what it did, and what the human said to it."""
    if not request.said and not request.actions and request.failed:
        walk.lost(request)
        return
    calls = [call_of(request, place, row) for place, row in enumerate(request.actions)]
    blocks = [
        *said_in(request),
        *({"type": "tool_use", "id": "", "name": c.tool, "input": c.given} for c in calls),
    ]
    model = request.model or walk.model_at(request)
    if model and model not in walk.models:
        walk.models.append(model)
    walk.recording.answer(
        Answer(
            key=f"llm:{request.number}",
            blocks=blocks,
            model=model,
            tokens=request.tokens(),
            usage=request.usage(),
            cost=request.cost,
            stop_reason="tool_calls" if calls else "stop",
            started_at=request.at,
            ended_at=request.ended_at or request.at,
            error=first_line(text_in(request.info, "streamingFailedMessage"), 300) or None,
        )
    )
    walk.said = "\n".join(block["text"] for block in blocks if block["type"] == "text")
    walk.ending = None
    for call, row in zip(calls, request.actions, strict=True):
        act(walk, call, row)
    walk.beside(request)
    if request.failed:
        walk.cancelled(request)
    humans(walk, request)


def said_in(request: Request) -> list[dict[str, Any]]:
    """Write what the model said as blocks."""
    blocks: list[dict[str, Any]] = []
    for row in request.said:
        text = wild.text(row.get("text")) or ""
        kind, field = ("thinking", "thinking") if kind_of(row) == "reasoning" else ("text", "text")
        blocks += [{"type": kind, field: text}] if text.strip() else []
    return blocks


def call_of(request: Request, place: int, row: Record) -> Call:
    """Name a call and its arguments as the model would have."""
    kind, told = kind_of(row), details_of(row)
    text = wild.text(row.get("text")) or ""
    name = (
        TOOLS.get(text_in(told, "tool"), text_in(told, "tool")) if kind == "tool" else ACTIONS.get(kind, kind)
    )
    given: Record = {key: value for key, value in told.items() if key not in SHOWN}
    if kind == "command":
        given = {"command": text.removesuffix(COMMAND_MARK).rstrip()}
    elif kind == "completion_result":
        given = {"result": text}
    elif kind == "use_mcp_server":
        given = {
            "server_name": told.get("serverName"),
            "tool_name": told.get("toolName"),
            "arguments": told.get("arguments"),
        }
    elif not told and text:
        given = {"question" if kind == "followup" else "text": text}
    name, given = given_again(name or "unknown", given)
    return Call(
        key=f"tool:{request.number}:{place}",
        tool=name,
        given=given,
        detail=facts_of(name, given),
        started_at=at_of(row) or request.ended_at,
    )


def act(walk: Walk, call: Call, row: Record) -> None:
    """Add a call with what the screen shows of its result."""
    walk.recording.ask(call)
    walk.actions[call.key] = row
    if call.tool == "attempt_completion":
        finish(walk, call, call.started_at)
        return
    output = output_of(walk, row)
    denied = kind_follows(walk, row, "user_feedback") and row.get("type") == "ask"
    has_end = output is not None or walk.after(row) is not None
    if not has_end:
        return
    walk.recording.answered(call, output, walk.after(row))
    code = EXIT.search(output[:400]) if output and call.tool == "execute_command" else None
    if code and int(code[1]):
        call.exit_code = int(code[1])
        call.fail("command", f"exit {call.exit_code}")
    if denied and call.tool not in ("ask_followup_question", "plan_mode_respond"):
        call.fail("human", "Rejected by the user", StepStatus.DENIED)
    elif kind_follows(walk, row, "diff_error"):
        call.fail("validation", "The edit did not match the file")
    asked(walk, call, row)
    if call.status is StepStatus.OK:
        created = details_of(row).get("tool") == "newFileCreated"
        walk.recording.changes += walk.editor.changes(call, created=created)


def kind_follows(walk: Walk, row: Record, kind: str) -> bool:
    """Say whether the very next thing on the screen is of a kind."""
    place = walk.rows[id(row)] + 1
    return place < len(walk.told.ui) and kind_of(walk.told.ui[place]) == kind


def output_of(walk: Walk, row: Record) -> str | None:
    """Take what a call gave: the rows of a command's output, or the answer of a server."""
    parts: list[str] = []
    rows = walk.told.ui
    for place in range(walk.rows[id(row)] + 1, len(rows)):
        other = rows[place]
        if kind_of(other) not in ("command_output", "mcp_server_response", "browser_action_result"):
            if kind_of(other) in ("mcp_server_request_started", "checkpoint_created"):
                continue
            break
        parts.append(wild.text(other.get("text")) or "")
    if parts:
        return "\n".join(part for part in parts if part)
    told = details_of(row)
    searched = text_in(told, "tool") in (
        "searchFiles",
        "listFilesTopLevel",
        "listFilesRecursive",
        "codebaseSearch",
    )
    return text_in(told, "content") if searched else None


def humans(walk: Walk, request: Request) -> None:
    """What the human said after an answer."""
    for number, row in enumerate(request.rest):
        text = wild.text(row.get("text")) or ""
        key = f"prompt:screen:{request.number}:{number}"
        if kind_of(row) == "user_feedback" and text.strip():
            walk.prompt(key, text, at_of(row))
        elif kind_of(row) == "condense_context":
            walk.compact(f"compact:{key}", "", at_of(row))
        elif kind_of(row) == "error" and text.strip() and row.get("partial") is not True:
            walk.recording.note(
                f"error:{key}",
                Kind.ERROR,
                at_of(row),
                name="Error",
                status=StepStatus.FAILED,
                error=first_line(text, 300),
                error_kind="tool",
                output=text,
            )
