"""Model calls: the items of one response put together, with the usage counted for it (FORMATS 3.4)."""

import json
from datetime import datetime
from typing import Any

from msgspec import Struct, field

from ingest import wild
from ingest.formats.claude_code.blocks import as_json
from ingest.formats.claude_code.model_steps import model_step
from ingest.formats.codex.naming import name_of_spent
from ingest.ranks import rank_of
from runs.records import Context, StepRecord, Tokens, digest_of

Block = dict[str, Any]


class ModelCall(Struct):
    """One response of a thread, growing item by item."""

    key: str
    lane: str
    model: str | None
    effort: str | None
    started_at: datetime | None
    context: Context | None
    turn: str = ""  #: id of the turn; copies of a call keep it
    native: str | None = None  #: the provider's own id of the response
    first: str | None = None  #: the first id of any item in it
    blocks: list[Block] = field(default_factory=list)
    usage: dict[str, Any] = field(default_factory=dict)
    phase: str | None = None
    ended_at: datetime | None = None
    detail: dict[str, object] = field(default_factory=dict)

    @property
    def calls_tools(self) -> bool:
        return any(block["type"] == "tool_use" for block in self.blocks)


def tokens_of(usage: dict[str, Any]) -> Tokens:
    """Make four disjoint buckets: cached tokens are counted as input, reasoning as output (FORMATS 0.1)."""
    cached = wild.integer(usage.get("cached_input_tokens")) or 0
    written = wild.integer(usage.get("cache_write_input_tokens")) or 0
    given = wild.integer(usage.get("input_tokens"))
    given = (given if given is not None else wild.integer(usage.get("prompt"))) or 0
    output = wild.integer(usage.get("output_tokens"))
    output = (output if output is not None else wild.integer(usage.get("completion"))) or 0
    reasoning = wild.integer(usage.get("reasoning_output_tokens")) or 0
    cached = min(cached, given)
    written = min(written, given - cached)
    return Tokens(
        input=given - cached - written,
        cache_read=cached,
        cache_write_5m=written,
        output=output,
        reasoning=min(reasoning, output),
    )


def text_block(text: str) -> Block:
    return {"type": "text", "text": text}


def blocks_of_item(item: dict[str, Any], tool: str, key: str) -> list[Block]:
    """Write one item of a response as blocks of an answer; `tool` and `key` name the call it makes."""
    kind = item.get("type")
    if tool:
        return [{"type": "tool_use", "id": key, "name": tool, "input": input_of(item)}]
    if kind == "reasoning":
        return [{"type": "thinking", "thinking": reasoning_of(item)}]
    said = said_in(item.get("content"))
    return [text_block(said)] if said else []


def input_of(item: dict[str, Any]) -> object:
    """Read what a tool was given: arguments are JSON text, the input of a custom tool is free text."""
    given = item.get("arguments", item.get("input", item.get("action")))
    if isinstance(given, str) and item.get("type") != "custom_tool_call":
        try:
            return wild.tree(json.loads(given))
        except (ValueError, RecursionError):
            return given
    return wild.tree(given)


def reasoning_of(item: dict[str, Any]) -> str:
    """Read what of the thinking is not encrypted: its summary, else its raw text."""
    parts = wild.objects(item.get("summary")) or wild.objects(item.get("content"))
    return "\n\n".join(text for part in parts if (text := wild.text(part.get("text"))))


def said_in(content: object) -> str:
    """Join the texts of a message; a picture is a word."""
    if isinstance(content, str):
        return wild.clean(content)
    parts = []
    for block in wild.objects(content):
        text = wild.text(block.get("text"))
        parts.append("[image]" if text is None and block.get("type") == "input_image" else text or "")
    return "\n".join(part for part in parts if part)


def call_id_of(call: ModelCall) -> str | None:
    """Name a call the same in every file that holds a copy of it: by an id, else by what it said and cost."""
    if call.native or call.first:
        return f"codex:{call.turn}:{call.native or call.first}"
    if not call.usage:
        return None
    return f"codex:{digest_of(as_json([call.blocks, call.usage]).encode()).hex()}"


def stop_of(call: ModelCall) -> str | None:
    """Say why a response ended: for its tools, or by itself; one that was never counted may have been cut."""
    if call.calls_tools:
        return "tool_calls"
    return "stop" if call.usage and call.blocks and call.phase != "commentary" else None


def names_of(call: ModelCall, source: str) -> tuple[str, ...]:
    """List what log records know a response by: a printed turn has one usage for all of its responses."""
    if not call.usage or "usage_of" in call.detail:
        return ()
    return (f"line:{call.key}", name_of_spent(tokens_of(call.usage)))


def step_of(call: ModelCall, *, run: str, source: str, parent: str | None) -> StepRecord:
    """Write a response as a step."""
    facts = {"effort": call.effort} if call.effort else {}
    return model_step(
        call.blocks,
        run=run,
        key=call.key,
        source=source,
        rank=rank_of(source),
        names=names_of(call, source),
        model=call.model,
        parent=parent,
        agent=call.lane,
        started_at=call.started_at,
        ended_at=call.ended_at,
        stop_reason=stop_of(call),
        tokens=tokens_of(call.usage) if call.usage else None,
        usage=wild.tree(call.usage) if call.usage else None,
        call_id=call_id_of(call),
        context=call.context,
        detail={**facts, **call.detail},
    )
