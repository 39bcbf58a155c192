"""Events of OpenHands V1 (software-agent-sdk): one object with a `kind` each (FORMATS 4.3)."""

from typing import Any

from ingest import wild
from ingest.formats.claude_code.blocks import first_line, without_tag
from ingest.formats.openhands.stream import Event, Stream
from ingest.spans.messages import read_message, text_of
from ingest.trajectories.answers import blocks_of_message
from ingest.trajectories.recording import Call
from runs.kinds import StepStatus
from runs.tools import arguments_of


def take(stream: Stream, event: Event, number: int, siblings: dict[str, list[Event]]) -> None:
    """Read one event; `siblings` are the actions of each response."""
    key = wild.identity(event.get("id")) or f"n{number}"
    kind = wild.text(event.get("kind")) or ""
    reader = READERS.get(kind)
    if reader is not None:
        reader(stream, event, key, wild.when(event.get("timestamp")))
    elif kind == "ActionEvent":
        action(stream, event, key, wild.when(event.get("timestamp")), siblings)


def action(stream: Stream, event: Event, key: str, at: Any, siblings: dict[str, list[Event]]) -> None:
    """Add a tool call, and before the first of a response the model call that it came of."""
    response = wild.identity(event.get("llm_response_id"))
    name = f"llm:{response or key}"
    if name not in stream.answers:
        stream.answers.add(name)
        together = siblings.get(response or "", [event])
        blocks = [block for one in together for block in blocks_of_action(one)]
        facts = {"call_id": response, "record": event, "stop_reason": "tool_calls"}
        stream.answer(name, blocks, at, model=stream.meter.model, **facts)
    id = wild.identity(event.get("tool_call_id")) or ""
    call = stream.call(
        key,
        Call(
            key=stream.recording.key_of(id, f"tool:{key}"),
            id=id,
            tool=wild.text(event.get("tool_name")) or "unknown",
            given=given_by(event),
            started_at=at,
            detail={"description": (wild.text(event.get("summary")) or "")[:500]},
        ),
    )
    if call.tool == "finish":
        stream.recording.answered(call, None, at)
        stream.final(f"final:{key}", wild.text(call.given.get("message")) or "", at)
        stream.state("finished", None)


def given_by(event: Event) -> dict[str, Any]:
    """Read the arguments as the model wrote them, else as the program understood them."""
    arguments = wild.mapping(event.get("tool_call")).get("arguments")
    given = arguments_of(arguments) if isinstance(arguments, str) else wild.mapping(arguments)
    given = given or {
        name: value for name, value in wild.mapping(event.get("action")).items() if name != "kind"
    }
    return {name: value for name, value in given.items() if name not in ("security_risk", "summary")}


def blocks_of_action(event: Event) -> list[dict[str, Any]]:
    """Write what the model said with an action."""
    thought = wild.text(event.get("reasoning_content"))
    blocks: list[dict[str, Any]] = [{"type": "thinking", "thinking": thought}] if thought else []
    text = text_of(wild.objects(event.get("thought"))) if event.get("thought") else ""
    text = without_tag(text, "think") if thought else text  # some models say it twice
    blocks += [{"type": "text", "text": text}] if text.strip() else []
    name = wild.text(event.get("tool_name")) or "unknown"
    id = wild.identity(event.get("tool_call_id")) or ""
    return [*blocks, {"type": "tool_use", "id": id, "name": name, "input": given_by(event)}]


def observed(stream: Stream, event: Event, key: str, at: Any) -> None:
    """Give a call its result."""
    told = wild.mapping(event.get("observation"))
    id = wild.identity(event.get("tool_call_id")) or ""
    action_id = wild.identity(event.get("action_id")) or ""
    call = stream.call_for(action_id, id, wild.text(event.get("tool_name")) or "", f"tool:{key}", at)
    command = wild.text(told.get("command"))
    if not call.given and command:
        call.given = {"command": command}
    text = (
        text_of(told.get("content"))
        if told.get("content") is not None
        else wild.text(told.get("output")) or ""
    )
    stream.result(call, text, at, {name: event[name] for name in event if name != "observation"})
    metadata = wild.mapping(told.get("metadata"))
    stream.work_in(wild.text(metadata.get("working_dir")))
    if told.get("timeout") is True:
        call.fail("timeout", "The command timed out")
    elif told.get("is_error") is True or wild.text(told.get("error")):
        call.fail("tool", wild.text(told.get("error")) or first_line(text) or "The tool reported an error")
    stream.judge(call, text, wild.integer(told.get("exit_code"), 65_535))
    stream.follow_command(call)
    path = wild.text(told.get("path"))
    if path and call.status == StepStatus.OK and told.get("command") != "view":
        stream.changed(call, path, told)


def message(stream: Stream, event: Event, key: str, at: Any) -> None:
    """A human asks, or the model answers without a call."""
    told = wild.mapping(event.get("llm_message"))
    if event.get("source") == "agent" or told.get("role") == "assistant":
        response = wild.identity(event.get("llm_response_id"))
        name = f"llm:{response or key}"
        if name not in stream.answers:
            stream.answers.add(name)
            blocks = blocks_of_message(told)
            stream.answer(name, blocks, at, model=stream.meter.model, call_id=response, stop_reason="stop")
    else:
        stream.prompt(f"prompt:{key}", read_message(told).text, at)


def system(stream: Stream, event: Event, key: str, at: Any) -> None:
    told = event.get("system_prompt")
    text = told if isinstance(told, str) else wild.text(wild.mapping(told).get("text")) or ""
    stream.recording.hear({"role": "system", "content": text})


def refused(stream: Stream, event: Event, key: str, at: Any) -> None:
    """A human said no to an action, or the program could not run it."""
    id = wild.identity(event.get("tool_call_id")) or ""
    action_id = wild.identity(event.get("action_id")) or ""
    call = stream.call_for(action_id, id, wild.text(event.get("tool_name")) or "", f"tool:{key}", at)
    why = wild.text(event.get("rejection_reason")) or wild.text(event.get("error")) or ""
    stream.result(call, why, at, event)
    if event.get("kind") == "UserRejectObservation":
        call.fail("human", first_line(why) or "Rejected by the user", StepStatus.DENIED)
    else:
        call.fail("validation", first_line(why) or "The call could not be run")


def condensed(stream: Stream, event: Event, key: str, at: Any) -> None:
    forgotten = len(wild.items(event.get("forgotten_event_ids")))
    stream.compact(f"condensation:{key}", at, summary=wild.text(event.get("summary")), forgotten=forgotten)


def failed(stream: Stream, event: Event, key: str, at: Any) -> None:
    text = wild.text(event.get("detail")) or wild.text(event.get("error")) or ""
    stream.fail(f"error:{key}", text, at, name=wild.text(event.get("code")) or "Error", kind="api")
    stream.state("error", first_line(text) or None)


def updated(stream: Stream, event: Event, key: str, at: Any) -> None:
    """Read the state of the conversation: counters that grow, and how the agent stands."""
    name, value = event.get("key"), event.get("value")
    whole = wild.mapping(value) if name == "full_state" else {str(name): value}
    stats = wild.mapping(wild.mapping(whole.get("stats")).get("usage_to_metrics"))
    stream.meter.show(stats.get("default") or stats.get("agent"))
    if "execution_status" in whole:
        stream.state(wild.text(whole.get("execution_status")), None)
    model = wild.mapping(wild.mapping(whole.get("agent")).get("llm")).get("model")
    stream.meter.model = wild.text(model) or stream.meter.model
    stream.recording.seen(at)


READERS = {
    "SystemPromptEvent": system,
    "MessageEvent": message,
    "ObservationEvent": observed,
    "UserRejectObservation": refused,
    "AgentErrorEvent": refused,
    "Condensation": condensed,
    "ConversationErrorEvent": failed,
    "ConversationStateUpdateEvent": updated,
}
KINDS = frozenset({*READERS, "ActionEvent"})
