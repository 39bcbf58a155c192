"""Events of OpenHands V0: actions, and observations that name the action they follow from (FORMATS 4.3)."""

from typing import Any

from ingest import wild
from ingest.formats.claude_code.blocks import first_line
from ingest.formats.openhands.stream import SHELLS, Event, Stream
from ingest.spans.messages import text_of
from ingest.trajectories.answers import blocks_of_message, inclusive_tokens
from ingest.trajectories.recording import Call
from runs.kinds import Kind, StepStatus
from runs.tools import arguments_of

#: Actions that no model asked for, or that do nothing.
SILENT = frozenset({"recall", "change_agent_state", "null", "pause", "resume", "start", "send_pr", "push"})
#: Arguments that the program adds.
NOISE = frozenset(
    {
        "thought",
        "blocking",
        "is_static",
        "hidden",
        "confirmation_state",
        "translated_ipython_code",
        "security_risk",
        "impl_source",
        "is_input",
        "kernel_init_code",
        "include_extra",
        "image_urls",
        "outputs",
    }
)
#: Actions of the time before tool calls, by the tool that does the same now.
TOOLS = {
    "run": "execute_bash",
    "run_ipython": "execute_ipython_cell",
    "browse": "browser",
    "edit": "edit_file",
}


def take(stream: Stream, event: Event, number: int) -> None:
    """Read one event."""
    key = wild.identity(event.get("id")) or f"n{number}"
    at = wild.when(event.get("timestamp"))
    stream.meter.show(event.get("llm_metrics"))
    if "action" in event:
        action(stream, event, key, at)
    elif "observation" in event:
        observation(stream, event, key, at)


def action(stream: Stream, event: Event, key: str, at: Any) -> None:
    kind, source = wild.text(event.get("action")) or "", wild.text(event.get("source"))
    args = wild.mapping(event.get("args"))
    if kind == "system":
        stream.recording.hear({"role": "system", "content": wild.text(args.get("content")) or ""})
    elif kind == "message" and source == "user":
        stream.prompt(f"prompt:{key}", wild.text(args.get("content")) or "", at)
    elif kind == "condensation":
        forgotten = len(wild.items(args.get("forgotten_event_ids")))
        stream.compact(f"condensation:{key}", at, summary=wild.text(args.get("summary")), forgotten=forgotten)
    elif source == "agent" and kind not in SILENT:
        answer(stream, event, key, at)
        if kind != "message":
            ask(stream, event, kind, key, at)
    elif source == "user" and kind in ("run", "write", "edit"):
        ask(stream, event, kind, key, at).detail["by"] = "human"


def answer(stream: Stream, event: Event, key: str, at: Any) -> None:
    """Add the model call that an action came of, once for all actions of one response."""
    response = wild.mapping(wild.mapping(event.get("tool_call_metadata")).get("model_response"))
    id = wild.identity(response.get("id"))
    name = f"llm:{id or key}"
    if name in stream.answers:
        return
    stream.answers.add(name)
    choice = next(iter(wild.objects(response.get("choices"))), {})
    args = wild.mapping(event.get("args"))
    said = wild.text(args.get("content" if event.get("action") == "message" else "thought"))
    message = wild.mapping(choice.get("message")) or {"role": "assistant", "content": said or ""}
    usage = wild.mapping(response.get("usage"))
    stream.answer(
        name,
        blocks_of_message(message),
        at,
        model=wild.text(response.get("model")) or stream.meter.model,
        tokens=inclusive_tokens(usage),
        usage=usage or None,
        stop_reason=wild.text(choice.get("finish_reason")),
        call_id=id,
        record={name: event[name] for name in event if name not in ("tool_call_metadata", "args")},
    )


def ask(stream: Stream, event: Event, kind: str, key: str, at: Any) -> Call:
    """Add the tool call of an action."""
    metadata, args = wild.mapping(event.get("tool_call_metadata")), wild.mapping(event.get("args"))
    id = wild.identity(metadata.get("tool_call_id")) or ""
    tool = wild.text(metadata.get("function_name")) or TOOLS.get(kind, kind)
    given = given_by_model(metadata, id) or {name: args[name] for name in args if name not in NOISE}
    is_agent = kind == "delegate"
    call = stream.call(
        key,
        Call(
            key=stream.recording.key_of(id, f"tool:{key}"),
            id=id,
            tool=tool,
            given=given,
            kind=Kind.AGENT if is_agent else Kind.TOOL,
            started_at=at,
        ),
    )
    if is_agent:
        stream.lane = f"{wild.text(args.get('agent')) or 'agent'}:{key}"
    elif kind in ("finish", "reject"):
        finish(stream, call, args, key, at)
    elif kind == "think":
        stream.recording.answered(call, None, at)
    return call


def given_by_model(metadata: Event, id: str) -> dict[str, Any]:
    """Find the arguments as the model wrote them; older recordings have left them out."""
    choice = next(iter(wild.objects(wild.mapping(metadata.get("model_response")).get("choices"))), {})
    for call in wild.objects(wild.mapping(choice.get("message")).get("tool_calls")):
        if wild.identity(call.get("id")) == (id or None):
            arguments = wild.mapping(call.get("function")).get("arguments")
            return arguments_of(arguments) if isinstance(arguments, str) else wild.mapping(arguments)
    return {}


def finish(stream: Stream, call: Call, args: Event, key: str, at: Any) -> None:
    """The agent says that it is done; no observation follows."""
    stream.recording.answered(call, None, at)
    words = (wild.text(args.get(name)) for name in ("final_thought", "message", "thought"))
    text = next((word for word in words if word), "")
    stream.final(f"final:{key}", text, at)
    stream.state("finished" if call.tool != "reject" else "rejected", text)


def observation(stream: Stream, event: Event, key: str, at: Any) -> None:
    kind = wild.text(event.get("observation")) or ""
    extras = wild.mapping(event.get("extras"))
    text = text_of(event.get("content"))
    cause = wild.identity(event.get("cause")) or ""
    if kind == "agent_state_changed":
        stream.state(wild.text(extras.get("agent_state")), wild.text(extras.get("reason")))
        return
    metadata = wild.mapping(event.get("tool_call_metadata"))
    id = wild.identity(metadata.get("tool_call_id")) or ""
    if cause not in stream.calls and not id:
        if kind == "error":
            stream.fail(f"error:{key}", text, at, name="Error")
        return
    call = stream.call_for(cause, id, wild.text(metadata.get("function_name")) or "", f"tool:{key}", at)
    if kind == "delegate":
        stream.lane = ""
    stream.result(call, text, at, {name: event[name] for name in event if name in ("id", "cause", "success")})
    judge(stream, call, kind, text, event, extras)
    stream.follow_command(call)
    path = wild.text(extras.get("path"))
    if kind == "edit" and path and call.status == StepStatus.OK:
        stream.changed(call, path, extras)
    elif kind == "write" and path and call.status == StepStatus.OK:
        stream.changed(call, path, {"new_content": call.given.get("content")})


def judge(stream: Stream, call: Call, kind: str, text: str, event: Event, extras: Event) -> None:
    """Say whether a call worked."""
    told = wild.mapping(extras.get("metadata"))
    stream.work_in(wild.text(told.get("working_dir")))
    code = told.get("exit_code", extras.get("exit_code"))
    is_late = code == -1 and call.tool in SHELLS
    if kind == "user_rejected":
        call.fail("human", "Rejected by the user", StepStatus.DENIED)
    elif kind == "error" or text.startswith("ERROR:"):
        call.fail("validation" if "arameter" in text[:200] else "tool", first_line(text) or "Error")
    elif is_late and "timed out" in _ending(told, text):
        call.fail("timeout", "The command timed out")
    else:
        stream.judge(call, text, wild.integer(code, 65_535))
        if event.get("success") is False and call.status == StepStatus.OK and code != -1:
            call.fail("tool", first_line(text) or "The tool reported a failure")


def _ending(told: Event, text: str) -> str:
    return (wild.text(told.get("suffix")) or "") + text[-500:]
