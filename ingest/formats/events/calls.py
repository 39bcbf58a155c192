"""Model calls, tool calls and their results."""

from datetime import datetime, timedelta
from typing import Any

import msgspec
from msgspec import Raw, Struct

from ingest.formats.events.edits import changes_of_edit, is_edit
from ingest.formats.events.facts import ANNOUNCED, ANSWERED, CALLED
from ingest.formats.events.state import SOURCE, Reading, Seen, line_digest
from ingest.formats.events.usage import tokens_of
from ingest.formats.events.values import (
    capped,
    facts_of,
    flag_of,
    id_of,
    json_text,
    raw_text,
    raw_value,
    signed_of,
    text_of,
    time_of,
    whole_of,
    word_of,
)
from ingest.formats.events.wire import NOTHING, Event
from runs.kinds import Kind, RunStatus, StepStatus
from runs.records import Context, Message, StepRecord

STATUS_WORDS = {
    "ok": StepStatus.OK,
    "success": StepStatus.OK,
    "done": StepStatus.OK,
    "completed": StepStatus.OK,
    "failed": StepStatus.FAILED,
    "error": StepStatus.FAILED,
    "timeout": StepStatus.FAILED,
    "denied": StepStatus.DENIED,
    "rejected": StepStatus.DENIED,
    "cancelled": StepStatus.CANCELLED,
    "canceled": StepStatus.CANCELLED,
    "interrupted": StepStatus.CANCELLED,
    "running": StepStatus.RUNNING,
}
#: Why a model stops when it is done.
END_REASONS = ("end_turn", "stop", "stop_sequence")
SENTENCE_CHARS = 300
SAID_CHARS = 1_000  # of the text and of the thinking that a row of the timeline may need
Span = tuple[datetime | None, datetime | None]


class Block(Struct, gc=False):
    """One block of a model's answer, as far as we look into it."""

    type: object = None
    text: object = None
    thinking: object = None
    id: object = None
    name: object = None
    input: Raw = NOTHING


_blocks = msgspec.json.Decoder(list[Block]).decode
_raws = msgspec.json.Decoder(list[Raw]).decode


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
            context=context_of(reading, event.messages),
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


def context_of(reading: Reading, messages: Raw) -> Context | None:
    """Chain the messages sent, each with its exact bytes."""
    if messages is NOTHING:
        return None
    try:
        found = _raws(messages)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return Context.of([Message(bytes(one)) for one in found], known=reading.contexts)


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
        blocks = _blocks(content)
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
    shown = preview_of_calls(text, thought, asked) if asked else text or thought
    return bytes(content).decode("utf-8", "replace"), shown


def preview_of_calls(text: str, thought: str | None, asked: list[str]) -> str:
    """Show an answer that asks for tools: its blocks as JSON, short, without the arguments."""
    said = [("text", text, "text"), ("thinking", thought or "", "thinking")]
    said += [("tool_use", name, "name") for name in asked[:20]]
    return json_text([{"type": kind, field: words[:SAID_CHARS]} for kind, words, field in said if words])


def is_list(part: Raw) -> bool:
    """Say whether a raw part is a JSON array."""
    return part is not NOTHING and bytes(memoryview(part)[:1]) == b"["


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


def openai_blocks(content: Raw, asked: Raw) -> bytes:
    """Turn an answer with `tool_calls` (OpenAI) into content blocks."""
    text, calls, blocks = raw_text(content), raw_value(asked), list[dict[str, object]]()
    if text:
        blocks.append({"type": "text", "text": text})
    for call in calls if isinstance(calls, list) else []:
        if isinstance(call, dict):
            function: dict[str, Any] = call["function"] if isinstance(call.get("function"), dict) else call
            arguments = function.get("arguments", function.get("args"))
            input = Raw(arguments_text(arguments).encode())
            blocks.append(
                {"type": "tool_use", "id": call.get("id"), "name": function.get("name"), "input": input}
            )
    return msgspec.json.encode(blocks)


def arguments_text(arguments: object) -> str:
    """Write arguments as JSON text; OpenAI sends them as JSON inside a string."""
    if type(arguments) is str:
        try:
            msgspec.json.decode(arguments, type=dict[str, Raw])
            return arguments
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            pass
    return json_text(arguments)


def read_tool_call(reading: Reading, seen: Seen) -> None:
    """Read a tool call; with its output in the same event it is complete."""
    event = seen.event
    tool, input = tool_of(event), input_of(event)
    key, paired = call_id_of(event), None
    pairing = seen.run.pairing
    if key is None and pairing is not None:
        paired = line_digest(seen.line)
        key = pairing.key_of_call(paired, tool=tool or "", agent=seen.agent, input=input)
        if key is None:
            key = reading.key_of_line("call", seen.line)
            pairing.add(key, paired, tool=tool or "", agent=seen.agent)
    elif key is not None and pairing is not None:
        pairing.note(key, tool or "", seen.agent, CALLED)
    assert key is not None
    note_input(seen, key, tool or "", input)
    if event.output is not NOTHING or event.result is not NOTHING or has_end(event):
        add_result(reading, seen, key, tool=tool, input=input, paired=paired, whole=True)
        return
    reading.steps.append(
        seen.step(
            key,
            Kind.TOOL,
            rank=CALLED,
            tool=tool,
            status=StepStatus.RUNNING,
            input=capped(input)[0],
            input_size=capped(input)[1],
            detail={"call_line": paired} if paired else {},
        )
    )


def read_tool_result(reading: Reading, seen: Seen) -> None:
    """Read a tool's result: the end of the step its call began."""
    key, paired, tool = call_id_of(seen.event), None, tool_of(seen.event)
    pairing = seen.run.pairing
    if key is None and pairing is not None:
        paired = line_digest(seen.line)
        key = pairing.key_of_result(paired, tool=tool, agent=seen.agent)
        key = key or reading.key_of_line("call", seen.line)
    elif key is not None and pairing is not None:
        pairing.note(key, tool or "", seen.agent, ANSWERED)
    assert key is not None
    add_result(reading, seen, key, tool=tool, paired=paired)


def read_tool_results(reading: Reading, seen: Seen) -> None:
    """Read the results of a turn log: one event, many results."""
    results = raw_value(seen.event.tool_results)
    for n, result in enumerate(results if isinstance(results, list) else [results]):
        if not isinstance(result, dict):
            result = {"output": result}
        event = Event(
            output=Raw(
                msgspec.json.encode(result.get("content", result.get("output", result.get("result"))))
            ),
            is_error=result.get("is_error"),
            error=result.get("error"),
            exit_code=result.get("exit_code"),
            name=result.get("name"),
            turn=seen.event.turn,
        )
        key = id_of(result.get("tool_use_id")) or id_of(result.get("tool_call_id")) or id_of(result.get("id"))
        part = Seen(seen.line, event, seen.kind, seen.run, seen.agent, seen.at, seen.raw)
        derived = f"{reading.key_of_line('call', seen.line)}-{n}" if key is None else key
        if seen.run.pairing is not None:
            seen.run.pairing.note(derived, "", seen.agent, ANSWERED)
        add_result(reading, part, derived, tool=tool_of(event))


def add_result(
    reading: Reading,
    seen: Seen,
    key: str,
    *,
    tool: str | None,
    input: str | None = None,
    paired: str | None = None,
    whole: bool = False,
) -> None:
    """Add the end of a tool call, and the file change of a well-known edit tool that succeeded."""
    event = seen.event
    output = raw_text(event.output if event.output is not NOTHING else event.result)
    if output is None and event.output is NOTHING and event.content is not NOTHING:
        output = raw_text(event.content)
    status, error, error_kind = how_it_ended(event, output)
    text, size = capped(output)
    duration = None if event.duration_ms is None else whole_of(event.duration_ms)
    begin, end = span_of_call(seen, duration, complete=True) if whole else span_of_end(seen, duration)
    reading.steps.append(
        seen.step(
            key,
            Kind.TOOL,
            rank=ANSWERED,
            tool=tool,
            status=status,
            error=error,
            error_kind=error_kind,
            started_at=begin,
            ended_at=end,
            duration_ms=duration,
            exit_code=None if event.exit_code is None else signed_of(event.exit_code),
            input=capped(input)[0],
            input_size=capped(input)[1],
            output=text,
            output_size=size,
            output_preview=text_of_blocks(output),
            detail={"call_line" if whole else "result_line": paired} if paired else {},
        )
    )
    known = seen.run.inputs.pop(key, None)
    if known is not None and status is StepStatus.OK and is_edit(known[0]):
        reading.changes += changes_of_edit(seen, key, tool=known[0], input=known[1])


def how_it_ended(event: Event, output: str | None) -> tuple[StepStatus, str | None, str | None]:
    """Say how a call ended: (status, error in one sentence, what kind of error)."""
    word = STATUS_WORDS.get(event.status.lower()) if type(event.status) is str else None
    code = signed_of(event.exit_code) if event.exit_code is not None else None
    error = event.error if event.error is not None else event.err
    failed = flag_of(event.is_error) or flag_of(event.ok) is False or bool(error and error is not True)
    failed = failed or error is True
    kind = word_of(event.error_kind) if event.error_kind is not None else None
    if word is None or (word is StepStatus.OK and failed):
        word = StepStatus.FAILED if failed or code else StepStatus.OK
    if word in (StepStatus.OK, StepStatus.RUNNING):
        return word, None, kind
    if kind is None:
        timed_out = event.status == "timeout"
        kind = (
            "timeout" if timed_out else "human" if word is StepStatus.DENIED else "command" if code else None
        )
    sentence = sentence_of(error) if error is not True else None
    if sentence is None and code:
        sentence = f"exit code {code}"
    return word, sentence or sentence_of(output), kind


def has_end(event: Event) -> bool:
    """Say whether a `tool_call` event tells its own end."""
    if event.is_error is not None or event.exit_code is not None or event.error is not None:
        return True
    return type(event.status) is str and event.status.lower() not in ("running", "started", "pending")


def call_id_of(event: Event) -> str | None:
    """Read the id of a tool call, in any of its spellings."""
    return (
        id_of(event.id)
        or id_of(event.call)
        or id_of(event.tool_use_id)
        or id_of(event.tool_call_id)
        or id_of(event.call_id)
    )


def tool_of(event: Event) -> str | None:
    """Read the tool's name."""
    for value in (event.name, event.tool, event.tool_name):
        if value is not None:
            return word_of(value)
    return None


def input_of(event: Event) -> str | None:
    """Read the arguments as JSON text."""
    for part in (event.args, event.arguments, event.input):
        if part is not NOTHING:
            text = raw_text(part)
            return text if text is None or bytes(memoryview(part)[:1]) != b'"' else arguments_text(text)
    return None


def note_input(seen: Seen, key: str, tool: str, input: str | None) -> None:
    """Remember the arguments of an edit tool until its result says whether it worked."""
    if input and is_edit(tool):
        seen.run.inputs[key] = (tool, input)


def span_of_call(seen: Seen, duration: int | None, *, complete: bool) -> Span:
    """Say when a call told in one event began and ended: `ts` is its end for a model call, else its start."""
    begin, end = told_span(seen.event)
    at = seen.at
    if at is not None and duration is not None:
        ended = at if seen.kind == "llm_call" else moved(at, duration)
        end = end or (ended if complete else None)
        begin = begin or (moved(end, -duration) if end else at)
    return begin or at, end


def span_of_end(seen: Seen, duration: int | None) -> Span:
    """Say when a call began and ended, by the event of its end."""
    begin, end = told_span(seen.event)
    end = end or seen.at
    if begin is None and end is not None:
        begin = end if duration is None else moved(end, -duration)
    return begin, end


def told_span(event: Event) -> Span:
    begin = time_of(event.started_at) if event.started_at is not None else None
    return begin, time_of(event.ended_at) if event.ended_at is not None else None


def moved(at: datetime, milliseconds: int) -> datetime:
    """Move a time; out of range it stays."""
    try:
        return at + timedelta(milliseconds=milliseconds)
    except OverflowError:
        return at


def sentence_of(value: object) -> str | None:
    """Make one sentence of an error: its message, its first line."""
    if value is None or value is False:
        return None
    if isinstance(value, dict):
        value = value.get("message") or value.get("error") or value
        if isinstance(value, dict) and value.get("message"):
            value = value["message"]
    text = (text_of(value) or "").strip()
    return text.partition("\n")[0].strip()[:SENTENCE_CHARS] or None


def text_of_blocks(output: str | None) -> str | None:
    """Show the text of an output that is a list of content blocks; None for every other output."""
    if output is None or not output.startswith("[{"):
        return None
    try:
        blocks = _blocks(output)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None
    words = [block.text for block in blocks if type(block.text) is str]
    return "\n".join(words) if words and len(words) == len(blocks) else None


def turn_log_usage(event: Event) -> dict[str, object]:
    """Gather the token counts that turn logs write beside the other fields."""
    names = ("input_tokens", "output_tokens", "cache_read_input_tokens", "cache_creation_input_tokens")
    return {name: getattr(event, name) for name in names if getattr(event, name) is not None}


def llm_detail(event: Event) -> dict[str, object]:
    """Gather the small facts of a model call."""
    detail: dict[str, object] = {}
    if event.ttft_ms is not None and (ttft := whole_of(event.ttft_ms)) is not None:
        detail["ttft_ms"] = ttft
    if event.params is not None and (params := facts_of(event.params)):
        detail["params"] = params
    if event.http_status is not None and (status := whole_of(event.http_status)) is not None:
        detail["http_status"] = status
    return detail


def cost_of(value: object) -> float | None:
    """Read a cost in US dollars; more than 10,000 for one call is a mistake."""
    if type(value) in (int, float) and 0 <= value <= 10_000:  # type: ignore[operator]
        return float(value)  # type: ignore[arg-type]
    return None
