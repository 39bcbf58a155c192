"""Which event is of which kind, and who reads it."""

from ingest.formats.events import answers, archive, calls, changes, lifecycle, words
from ingest.formats.events.state import Handler, Reading, Seen
from ingest.formats.events.values import id_of
from ingest.formats.events.wire import NOTHING, Event
from runs.archives import BODIES
from runs.kinds import Kind

HANDLERS: dict[str, Handler] = {
    "run_start": lifecycle.read_run_start,
    "run_end": lifecycle.read_run_end,
    "turn_log_start": lifecycle.read_turn_log_start,
    "agent_start": lifecycle.read_agent_start,
    "agent_end": lifecycle.read_agent_end,
    "llm_call": answers.read_llm_call,
    "tool_call": calls.read_tool_call,
    "tool_result": calls.read_tool_result,
    "tool_results": calls.read_tool_results,
    "file_change": changes.read_file_change,
    "prompt": words.read_prompt,
    "final": words.read_final,
    "error": words.read_error,
    "retry": words.read_retry,
    "compaction": words.read_compaction,
    "permission": words.read_permission,
    "handoff": words.read_handoff,
    "guardrail": words.read_guardrail,
    "blob_ref": words.read_blob_ref,
    "log": words.read_log,
    "event": words.read_log,
    **dict.fromkeys(BODIES, archive.read_archived),
}

#: Words of turn logs, whose events have `event` and no `kind`.
TURN_LOG_KINDS = {"start": "turn_log_start", "end": "run_end", "done": "run_end", "finish": "run_end"}


def kind_of(event: Event) -> str:
    """Name the kind of an event; turn logs, which have no `kind`, are known by their fields."""
    for value in (event.kind, event.type):
        if type(value) is str and value:
            return value
    if type(event.event) is str and event.event:
        return TURN_LOG_KINDS.get(event.event, event.event)
    if event.tool_results is not NOTHING:
        return "tool_results"
    if event.content is not NOTHING and (
        event.stop_reason is not None or event.usage is not None or event.output_tokens is not None
    ):
        return "llm_call"
    return "event"


def is_call_without_id(event: Event) -> bool:
    """Say whether the event is a call, a result, or a tool's error that does not name the call's id."""
    kind = event.kind or event.type
    if kind == "error":
        return calls.tool_of(event) is not None and calls.call_id_of(event) is None
    if kind != "tool_call" and kind != "tool_result":
        return False
    return calls.call_id_of(event) is None


def keep_unknown(reading: Reading, seen: Seen) -> None:
    """Keep an event of a kind we do not know: a row of its own, with the raw record."""
    key = id_of(seen.event.id) or reading.key_of_line("event", seen.line)
    reading.steps.append(
        seen.step(key, Kind.EVENT, name=seen.kind[:200], input=words.words_of(seen.event), rank=0)
    )
