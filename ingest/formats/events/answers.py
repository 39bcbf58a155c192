"""Model calls, and the tool calls that their answers announce."""

import msgspec
from msgspec import Raw

from ingest.formats.events.blocks import Block, decode_blocks, is_list, openai_blocks
from ingest.formats.events.calls import note_input
from ingest.formats.events.facts import ANNOUNCED
from ingest.formats.events.prompts import context_of, tell_prompt_of_call, tools_of
from ingest.formats.events.spans import sentence_of, span_of_call, span_of_end
from ingest.formats.events.state import SOURCE, Reading, Seen
from ingest.formats.events.usage import tokens_of
from ingest.formats.events.values import (
    capped,
    facts_of,
    id_of,
    json_text,
    raw_text,
    whole_of,
    word_of,
)
from ingest.formats.events.wire import NOTHING, Event
from runs.kinds import Kind, RunStatus, StepStatus
from runs.records import StepRecord

#: Why a model stops when it is done.
END_REASONS = ("end_turn", "stop", "stop_sequence")
TEXT_CHARS, THOUGHT_CHARS = 2_500, 1_000  # of the text and of the thinking that pages show without the whole


def read_llm_call(reading: Reading, seen: Seen) -> None:
    """Read a model call: whole, or its start and its end as two events of one id."""
    event = seen.event
    started = event.phase == "start"
    key = id_of(event.id) or key_of_phase(seen) or reading.key_of_line("llm", seen.line)
    place = len(reading.steps)  # before the calls that the answer announces
    output, preview = answer_of(reading, seen, key)
    error = sentence_of(event.error if event.error is not None else event.err)
    status = StepStatus.FAILED if error else StepStatus.RUNNING if started else StepStatus.OK
    whole, size = capped(output)
    duration = None if event.duration_ms is None else whole_of(event.duration_ms)
    begin, end = (
        span_of_end(seen, duration)
        if event.phase == "end"
        else span_of_call(seen, duration, complete=not started)
    )
    tell_prompt_of_call(reading, seen)
    usage = event.usage
    if usage is None and (event.input_tokens is not None or event.output_tokens is not None):
        usage = turn_log_usage(event)
    if is_end_of_turn_log(event):
        seen.run.record["status"] = RunStatus.DONE
    reading.steps.insert(
        place,
        seen.step(
            key,
            Kind.LLM,
            rank=1 if started else 2,
            name=None if event.name is None else word_of(event.name),
            model=None if event.model is None else word_of(event.model),
            status=status,
            error=error,
            error_kind="api" if error else None,
            started_at=begin,
            ended_at=end,
            duration_ms=duration,
            input=raw_text(event.new_messages),
            output=whole,
            output_size=size,
            output_preview=preview,
            stop_reason=None if event.stop_reason is None else word_of(event.stop_reason),
            tokens=None if usage is None else tokens_of(usage, event.usage_semantics),
            usage=None if usage is None else facts_of(usage) or None,
            cost_usd=cost_of(event.cost_usd),
            call_id=None if event.request_id is None else id_of(event.request_id),
            context=context_of(reading, event),
            detail=llm_detail(event),
        ),
    )


def is_end_of_turn_log(event: Event) -> bool:
    """Say whether a turn log, which has no event for it, ends here: the model asked for nothing more."""
    return event.kind is None and event.type is None and event.stop_reason in END_REASONS


def key_of_phase(seen: Seen) -> str | None:
    """Join start and end of a call without id by its turn and attempt."""
    event = seen.event
    if type(event.phase) is not str or whole_of(event.turn) is None:
        return None
    return f"llm-{seen.agent}-{whole_of(event.turn)}-{whole_of(event.attempt) or 1}"


def answer_of(reading: Reading, seen: Seen, key: str) -> tuple[str | None, str | None]:
    """Read a model's answer: (JSON text of its blocks, what to show), and announce the calls it asks for."""
    event = seen.event
    content, asked = event.content, event.tool_calls
    if asked is not NOTHING:
        return answer_of_blocks(reading, seen, Raw(openai_blocks(content, asked)))
    if not is_list(content):
        text = event.text if type(event.text) is str else raw_text(content)
        return (json_text([{"type": "text", "text": text}]), text) if text else (None, None)
    return answer_of_blocks(reading, seen, content)


def answer_of_blocks(reading: Reading, seen: Seen, content: Raw) -> tuple[str | None, str | None]:
    """Read an answer of content blocks."""
    try:
        blocks = decode_blocks(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return raw_text(content), None
    words, asked = [], []
    for block in blocks:
        if block.type == "tool_use" or block.type == "tool_call":
            announce(reading, seen, block)
            asked.append(word_of(block.name) or "a tool")
        elif type(block.text) is str:
            words.append(block.text)
    thought = next((b.thinking for b in blocks if type(b.thinking) is str and b.thinking), None)
    text = "\n".join(words).strip()
    shown = preview_of_blocks(text, thought, asked) if asked or thought else text
    return bytes(content).decode("utf-8", "replace"), shown


def preview_of_blocks(text: str, thought: str | None, asked: list[str]) -> str:
    """Show an answer that is more than text: its blocks as JSON, short, without the arguments of calls."""
    said = [("text", text[:TEXT_CHARS], "text"), ("thinking", (thought or "")[:THOUGHT_CHARS], "thinking")]
    said += [("tool_use", name, "name") for name in asked[:20]]
    return json_text([{"type": kind, field: words} for kind, words, field in said if words])


def announce(reading: Reading, seen: Seen, block: Block) -> None:
    """Open the call that a `tool_use` block asks for; its own events will say the rest."""
    key, tool = id_of(block.id), word_of(block.name) or ""
    if key is None:
        return
    input = raw_text(block.input)
    note_input(seen, key, tool, input)
    if seen.run.pairing is not None:
        seen.run.pairing.announce(key, tool, seen.agent, input or "")
    reading.steps.append(
        StepRecord(
            run=seen.run.id,
            key=key,
            kind=Kind.TOOL,
            source=SOURCE,
            rank=ANNOUNCED,
            tool=tool,
            status=StepStatus.RUNNING,
            agent=seen.agent,
            parent=f"agent:{seen.agent}" if seen.agent else None,
            turn=whole_of(seen.event.turn),
            started_at=seen.at,
            input=capped(input)[0],
            input_size=capped(input)[1],
        )
    )


def turn_log_usage(event: Event) -> dict[str, object]:
    """Gather the token counts that turn logs write beside the other fields."""
    names = ("input_tokens", "output_tokens", "cache_read_input_tokens", "cache_creation_input_tokens")
    return {name: getattr(event, name) for name in names if getattr(event, name) is not None}


def llm_detail(event: Event) -> dict[str, object]:
    """Gather the small facts of a model call."""
    detail: dict[str, object] = {}
    first = event.ttft_ms if event.ttft_ms is not None else event.time_to_first_token_ms
    if first is not None and (ttft := whole_of(first)) is not None:
        detail["ttft_ms"] = ttft
    if event.params is not None and (params := facts_of(event.params)):
        detail["params"] = params
    if event.http_status is not None and (status := whole_of(event.http_status)) is not None:
        detail["http_status"] = status
    return detail | tools_of(event) if event.tools is not NOTHING else detail


def cost_of(value: object) -> float | None:
    """Read a cost in US dollars; more than 10,000 for one call is a mistake."""
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 10_000:
        return float(value)
    return None
