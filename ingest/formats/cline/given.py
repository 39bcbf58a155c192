"""What the model was told: what its calls gave, and what a human asked."""

from datetime import datetime
from itertools import islice

from ingest.formats.cline.changes import text_in
from ingest.formats.cline.parts import Record
from ingest.formats.cline.prompts import learn_place, words_of
from ingest.formats.cline.results import Answer as Result
from ingest.formats.cline.results import answers_in, judge
from ingest.formats.cline.screen import at_of, details_of, kind_of
from ingest.formats.cline.walk import Walk
from ingest.trajectories.recording import Call
from runs.kinds import Kind, StepStatus

COMPACTS = frozenset({"condense", "summarize_task"})
#: Calls of one answer among which a result without an id is looked for.
MOST_NEAR = 100
#: Questions that the program asks before it acts.
ASKS = frozenset({"tool", "command", "use_mcp_server", "browser_action_launch", "use_subagents"})


def take_user(walk: Walk, number: int, message: Record, at: datetime | None) -> None:
    """Read a message to the model: results, a human's words, and the program's own."""
    content = message.get("content")
    learn_place(walk.place, content)
    walk.learn()
    for answer in answers_in(content):
        result(walk, number, answer, at)
    words = words_of(content, plain=walk.is_program)
    if words.resumed:
        walk.recording.note(f"resumed:{number}", Kind.EVENT, at, name="Task taken up again")
        walk.ending = None
    if words.no_tool:
        walk.recording.note(
            f"error:{number}",
            Kind.ERROR,
            at,
            name="No tool",
            status=StepStatus.FAILED,
            error="The answer used no tool, and was asked for again",
            error_kind="validation",
        )
    for place, text in enumerate(words.asked):
        walk.prompt(f"prompt:{number}:{place}", text, at)
    walk.recording.hear({"role": "user", "content": content})


def result(walk: Walk, number: int, answer: Result, at: datetime | None) -> None:
    """Give a call its result: by id, else by name, else by order."""
    call = walk.by_id.get(answer.id) if answer.id else None
    if call is None and not answer.id:
        near = list(islice(walk.waiting.values(), MOST_NEAR))
        named = (one for one in near if answer.name and one.tool == answer.name)
        call = next(named, None) or next(iter(near), None)
    if call is None:
        call = walk.recording.ask(
            Call(
                key=f"tool:result:{number}:{len(walk.recording.slots)}",
                id=answer.id,
                tool=answer.name or "unknown",
                given={},
            )
        )
    else:
        walk.waiting.pop(call.key, None)
        walk.by_id.pop(call.id, None)
    answered(walk, call, answer, at)


def answered(walk: Walk, call: Call, answer: Result, at: datetime | None) -> None:
    action = walk.actions.get(call.key)
    until = walk.after(action) if action is not None else None
    walk.recording.answered(call, answer.text, until or at)
    judge(call, answer)
    if action is not None:
        asked(walk, call, action)
    if call.status is StepStatus.OK:
        created = details_of(action).get("tool") == "newFileCreated" if action else False
        walk.recording.changes += walk.editor.changes(call, created=created)
        if call.tool in COMPACTS:
            summary = text_in(call.given, "context")
            walk.compact(f"compact:{call.key}", summary, at)
            walk.recording.forget([{"role": "user", "content": summary}] if summary else [])


def asked(walk: Walk, call: Call, action: Record) -> None:
    """The program asked a human before it acted."""
    kind = kind_of(action)
    if action.get("type") != "ask" or kind not in ASKS:
        return
    at = at_of(action)
    denied = call.status is StepStatus.DENIED and call.error_kind == "human"
    what = text_in(call.given, "command", "path", "url", "tool_name") or call.tool
    walk.recording.note(
        f"permission:{call.key}",
        Kind.PERMISSION,
        at,
        walk.after(action) or at,
        tool=call.tool,
        input=what[:4_000],
        status=StepStatus.DENIED if denied else StepStatus.OK,
        error="Rejected by the user" if denied else None,
        error_kind="human" if denied else None,
    )
