"""Tool calls and their results."""

import msgspec
from msgspec import Raw

from ingest.formats.events.blocks import arguments_text, decode_blocks
from ingest.formats.events.edits import changes_of_edit, is_edit
from ingest.formats.events.facts import ANSWERED, CALLED
from ingest.formats.events.spans import STATUS_WORDS, sentence_of, span_of_call, span_of_end
from ingest.formats.events.state import Reading, Seen, line_digest
from ingest.formats.events.values import (
    capped,
    flag_of,
    id_of,
    raw_text,
    raw_value,
    signed_of,
    whole_of,
    word_of,
)
from ingest.formats.events.wire import NOTHING, Event
from runs.kinds import Kind, StepStatus


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
        if key not in pairing.calls:
            line = line_digest(seen.line)
            called = pairing.key_of_stranger(line, tool=tool, agent=seen.agent)
            key, paired = (called, line) if called else (key, None)
        pairing.note(key, tool or "", seen.agent, ANSWERED)
    assert key is not None
    add_result(reading, seen, key, tool=tool, paired=paired)


def fail_open_call(reading: Reading, seen: Seen, error: str) -> str | None:
    """Let an error that names a tool, but no id, fail that tool's open call: its key, None when none is open.

    Its result may still come, as what the model was told; it does not make the call a success.
    """
    tool, pairing = tool_of(seen.event), seen.run.pairing
    if tool is None or pairing is None or call_id_of(seen.event) is not None:
        return None
    line = line_digest(seen.line)
    key = pairing.key_of_error(line, tool=tool, agent=seen.agent)
    if key is not None:
        times = {"started_at": None, "ended_at": seen.at}
        reading.steps.append(
            seen.step(
                key,
                Kind.TOOL,
                rank=ANSWERED + 1,
                tool=tool,
                status=StepStatus.FAILED,
                error=error,
                detail={"error_line": line},
                **times,
            )
        )
    return key


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
    if status is not StepStatus.OK:
        return
    if known is not None:
        reading.changes += changes_of_edit(seen.run, key, tool=known[0], input=known[1])
    elif not whole and (tool is None or is_edit(tool)):
        seen.run.answered.add(key)


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


def text_of_blocks(output: str | None) -> str | None:
    """Show the text of an output that is a list of content blocks; None for every other output."""
    if output is None or not output.startswith("[{"):
        return None
    try:
        blocks = decode_blocks(output)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None
    words = [block.text for block in blocks if type(block.text) is str]
    return "\n".join(words) if words and len(words) == len(blocks) else None
