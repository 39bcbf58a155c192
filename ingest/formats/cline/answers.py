"""What the model answered, and the calls that it made."""

from datetime import datetime
from typing import Any

from ingest import wild
from ingest.formats.claude_code.blocks import first_line
from ingest.formats.cline.changes import text_in
from ingest.formats.cline.parts import Record
from ingest.formats.cline.results import given_again
from ingest.formats.cline.screen import Request, at_of
from ingest.formats.cline.tags import blocks_of_text
from ingest.formats.cline.walk import Walk
from ingest.formats.events.usage import tokens_of
from ingest.trajectories.answers import inclusive_tokens
from ingest.trajectories.recording import Answer, Call
from runs.kinds import Kind, RunStatus
from runs.records import Tokens

AGENT_TOOLS = frozenset({"new_task", "use_subagents", "spawn_agent"})
ENDS = frozenset({"attempt_completion", "submit_and_exit"})
LONG = 500


def take_answer(walk: Walk, number: int, message: Record, at: datetime | None) -> None:
    """Read an answer: its blocks, and the calls it makes."""
    request = walk.request_for(number)
    blocks = blocks_of(message.get("content"))
    k = request.number if request is not None else walk.answers
    walk.answers = k + 1
    model = model_of(message) or (request.model if request else None) or walk.model_at(request)
    if model and model not in walk.models:
        walk.models.append(model)
    tokens, usage, cost = usage_of(message, request, program=walk.is_program)
    shown = request.ended_at or request.at if request else None
    ended = at or shown
    started = request.at if request and request.at and (ended is None or request.at <= ended) else ended
    failed = first_line(text_in(request.info, "streamingFailedMessage"), 300) if request else ""
    walk.recording.answer(
        Answer(
            key=f"llm:{k}",
            blocks=blocks,
            message={"role": "assistant", "content": message.get("content")},
            model=model,
            tokens=tokens,
            usage=usage,
            cost=cost,
            stop_reason="tool_calls" if any(b["type"] == "tool_use" for b in blocks) else "stop",
            call_id=wild.identity(message.get("id")),
            started_at=started,
            ended_at=ended,
            record={name: value for name, value in message.items() if name != "content"},
            error=failed or None,
        )
    )
    walk.said = "\n".join(block["text"] for block in blocks if block["type"] == "text")
    if request is not None:
        walk.cancelled(request)
    open_calls(walk, k, blocks, ended, request)
    if request is not None:
        walk.beside(request)


def open_calls(
    walk: Walk, k: int, blocks: list[dict[str, Any]], at: datetime | None, request: Request | None
) -> None:
    """Open the calls of an answer, and tie each to what the screen shows of it."""
    walk.waiting = {}
    actions = request.actions if request else []
    uses = [block for block in blocks if block["type"] == "tool_use"]
    for place, block in enumerate(uses):
        name, given = given_again(block["name"], block["input"])
        action = actions[place] if place < len(actions) else None
        call = walk.recording.ask(
            Call(
                key=f"tool:{k}:{place}",
                id=block["id"],
                tool=name,
                given=given,
                kind=Kind.AGENT if name in AGENT_TOOLS else Kind.TOOL,
                detail=facts_of(name, given),
                started_at=(at_of(action) if action else None) or at,
            )
        )
        if action is not None:
            walk.actions[call.key] = action
        walk.waiting[call.key] = call
        if call.id:
            walk.by_id[call.id] = call
        if name in ENDS:
            finish(walk, call, at)


def finish(walk: Walk, call: Call, at: datetime | None) -> None:
    """The agent says that it is done."""
    text = text_in(call.given, "result", "summary")
    walk.ending = RunStatus.DONE, None
    walk.recording.answered(call, None, call.started_at or at)
    if text.strip() and text.strip() != walk.said.strip():
        walk.recording.note(f"final:{call.key}", Kind.FINAL, call.started_at or at, output=text)


def blocks_of(content: object) -> list[dict[str, Any]]:
    """Write an answer as blocks, whether its calls are blocks or tags."""
    if isinstance(content, str):
        return blocks_of_text(wild.clean(content))
    found: list[dict[str, Any]] = []
    native = any(block.get("type") == "tool_use" for block in wild.objects(content))
    for block in wild.objects(content):
        kind, text = block.get("type"), wild.text(block.get("text")) or ""
        if kind == "text" and native:
            found += [{"type": "text", "text": text}] if text.strip() else []
        elif kind == "text":
            found += blocks_of_text(text)
        elif kind in ("thinking", "reasoning"):
            thought = wild.text(block.get("thinking")) or text
            found += [{"type": "thinking", "thinking": thought}] if thought else []
        elif kind == "redacted_thinking":
            found.append({"type": "redacted_thinking"})
        elif kind == "tool_use":
            found.append(
                {
                    "type": "tool_use",
                    "id": wild.identity(block.get("id")) or "",
                    "name": wild.text(block.get("name")) or "unknown",
                    "input": wild.mapping(block.get("input")),
                }
            )
    return found


def model_of(message: Record) -> str | None:
    info = wild.mapping(message.get("modelInfo"))
    return wild.text(info.get("modelId")) or wild.text(info.get("id"))


def usage_of(
    message: Record, request: Request | None, *, program: bool
) -> tuple[Tokens | None, Record | None, float | None]:
    """Read what an answer took: as the screen has it, else as the message does (FORMATS 0.1)."""
    if request is not None and (request.usage() or request.cost is not None):
        return request.tokens(), request.usage(), request.cost
    metrics = wild.mapping(message.get("metrics"))
    cost = wild.number(metrics.get("cost"))
    told = wild.mapping(metrics.get("tokens"))
    if told:
        usage = {
            "input_tokens": told.get("prompt"),
            "output_tokens": told.get("completion"),
            "cache_read": told.get("cached"),
        }
        return tokens_of(usage, "exclusive"), wild.tree(told), cost
    return (inclusive_tokens(metrics) if program else None), wild.tree(metrics) or None, cost


def facts_of(tool: str, given: Record) -> dict[str, object]:
    """Take what the sentence of a call needs and its arguments have in a form of their own."""
    facts: dict[str, object] = {}
    files = [wild.text(f.get("path")) or "" for f in wild.objects(given.get("files"))]
    commands = [c for command in wild.items(given.get("commands")) if (c := wild.text(command))]
    queries = [q for query in wild.items(given.get("queries")) if (q := wild.text(query))]
    if files and files[0]:
        facts["path"] = files[0][:LONG]
    if commands:
        facts["command"] = " && ".join(commands)[:4_000]
    if pattern := (queries[0] if queries else text_in(given, "regex")):
        facts["pattern"] = pattern[:LONG]
    if tool.startswith("mcp__"):
        facts["server"], _, facts["mcp_tool"] = tool.removeprefix("mcp__").partition("__")
    if tool in AGENT_TOOLS:
        facts["description"] = text_in(given, "message", "prompt", "prompt_1", "task")[:LONG]
        facts["transcript"] = "missing"
    return facts
