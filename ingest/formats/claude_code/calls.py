"""Model calls: the lines of one API response put together, counted once (FORMATS 1.3)."""

from datetime import datetime
from typing import Any

from msgspec import Struct, field

from ingest import wild
from ingest.formats.claude_code.lines import Record
from ingest.formats.claude_code.model_steps import model_step
from ingest.formats.claude_code.naming import name_of_usage
from ingest.formats.claude_code.slim import slim
from ingest.formats.claude_code.usage import (
    count,
    earlier_iterations,
    is_placeholder,
    tokens_of,
)
from ingest.ranks import rank_of
from runs.kinds import Kind, StepStatus
from runs.records import Context, StepRecord, Tokens

SYNTHETIC = "<synthetic>"


class ModelCall(Struct):
    """One API response of a lane, growing line by line."""

    key: str
    call_id: str | None
    lane: str
    version: str
    started_at: datetime | None
    context: Context | None
    raw: bytes
    names: tuple[str, ...] = ()
    model: str | None = None
    blocks: list[dict[str, Any]] = field(default_factory=list)
    usage: dict[str, Any] = field(default_factory=dict)
    output: int = 0
    stop_reason: str | None = None
    ended_at: datetime | None = None
    detail: dict[str, object] = field(default_factory=dict)

    @property
    def calls_tools(self) -> bool:
        return any(block.get("type") == "tool_use" for block in self.blocks)


def names_of(record: Record) -> tuple[str, ...]:
    """List what other channels know a response by: its message, its request (FORMATS 2.2)."""
    message = wild.identity(wild.mapping(record.get("message")).get("id"))
    request = wild.identity(record.get("requestId"))
    return tuple(f"{kind}:{name}" for kind, name in (("msg", message), ("req", request)) if name is not None)


def key_of(record: Record) -> tuple[str, str | None] | None:
    """Name the response a line belongs to: (step key, id unique across files); None without any id."""
    message = wild.identity(wild.mapping(record.get("message")).get("id"))
    request = wild.identity(record.get("requestId"))
    if message:
        name = f"{message}:{request}" if request else message
        return name, name
    if request:
        return request, request
    uuid = wild.identity(record.get("uuid"))
    return (uuid, None) if uuid else None


def begin(
    record: Record, *, key: str, call_id: str | None, lane: str, version: str, asked_at: datetime | None
) -> ModelCall:
    """Open a response with its first line."""
    return ModelCall(
        key=key,
        call_id=call_id,
        lane=lane,
        version=version,
        started_at=asked_at,
        context=None,
        raw=slim(record),
        names=names_of(record),
    )


def grow(call: ModelCall, record: Record, blocks: list[dict[str, Any]], at: datetime | None) -> None:
    """Add a line: its blocks; the last usage, with the largest output seen."""
    message = wild.mapping(record.get("message"))
    call.blocks.extend(blocks)
    call.model = wild.text(message.get("model")) or call.model
    usage = wild.mapping(message.get("usage"))
    if usage:
        call.usage = usage
        call.output = max(call.output, count(usage, "output_tokens"))
    call.stop_reason = wild.text(message.get("stop_reason")) or call.stop_reason
    call.ended_at = max(filter(None, (call.ended_at, at)), default=None)
    for name, kept in (("effort", "effort"), ("attributionSkill", "skill")):
        value = wild.text(record.get(name))
        if value:
            call.detail[kept] = value


def steps_of(call: ModelCall, *, run: str, source: str, parent: str | None) -> list[StepRecord]:
    """Write a response as one step, after one step for each earlier sampling that was paid for as well."""
    tokens = tokens_of(call.usage)
    tokens = Tokens(
        input=tokens.input,
        cache_read=tokens.cache_read,
        cache_write_5m=tokens.cache_write_5m,
        cache_write_1h=tokens.cache_write_1h,
        output=max(call.output, tokens.output),
        reasoning=tokens.reasoning,
    )
    step = model_step(
        call.blocks,
        run=run,
        key=call.key,
        source=source,
        rank=rank_of(source),
        names=(*call.names, *weak_names(call)),
        model=call.model,
        parent=parent,
        agent=call.lane,
        started_at=call.started_at,
        ended_at=call.ended_at,
        stop_reason=call.stop_reason,
        tokens=tokens if call.usage else None,
        lower_bound=not call.stop_reason and is_placeholder(call.version, tokens.output, call.blocks),
        usage=wild.tree(call.usage) if call.usage else None,
        call_id=call.call_id,
        context=call.context,
        raw=call.raw,
        detail=call.detail,
    )
    earlier = [
        earlier_step(call, step, number, usage)
        for number, usage in enumerate(earlier_iterations(call.usage)[:8])
    ]
    return [*earlier, step]


def weak_names(call: ModelCall) -> tuple[str, ...]:
    """Name a call by what it was given, for channels that share no id (a stream and its log records)."""
    usage = tokens_of(call.usage)
    return (name_of_usage(usage),) if call.names and usage.input + usage.cache_read else ()


def earlier_step(call: ModelCall, step: StepRecord, number: int, usage: dict[str, Any]) -> StepRecord:
    """Write an earlier sampling of the same request: its own model, its own price."""
    refused = any(block.get("type") == "fallback" for block in call.blocks)
    return StepRecord(
        run=step.run,
        key=f"{call.key}#it{number}",
        kind=Kind.LLM,
        source=step.source,
        rank=step.rank,
        model=wild.text(usage.get("model")) or call.model,
        status=StepStatus.OK,
        parent=step.parent,
        agent=step.agent,
        started_at=step.started_at,
        ended_at=step.started_at,
        stop_reason="refusal" if refused else "replaced",
        tokens=tokens_of(usage),
        usage=wild.tree(usage),
        call_id=f"{call.call_id}#it{number}" if call.call_id else None,
        context=call.context,
        detail={"iteration": number + 1, "replaced_by": call.key},
    )
