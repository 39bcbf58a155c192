"""What happens around the model: what it is told, permissions and hooks."""

from datetime import datetime
from typing import Any

from ingest import wild
from ingest.formats.claude_code.blocks import as_json, first_line
from ingest.formats.copilot.session import Event, Session
from ingest.formats.copilot.tools import Reader
from ingest.trajectories.tasks import statement_of
from runs.kinds import Kind, StepStatus

LONG = 500
#: Who may have written a user message; anything else was put there by the program.
HUMAN = frozenset({"", "user", "human"})


def text_in(data: dict[str, Any], *names: str) -> str:
    """Give the first of these fields that is a text."""
    return next((text for name in names if (text := wild.text(data.get(name)))), "")


# --- what the model is told


def system(session: Session, event: Event) -> None:
    """The system prompt, which some versions tell again before every turn."""
    lane, text = session.lane_of(event), text_in(event.data, "content")
    if text and session.system.get(lane) != text:
        session.system[lane] = text
        session.recording.hear({"role": "system", "content": text}, lane)


def prompt(session: Session, event: Event) -> None:
    """A human asks; or the program, or another agent, in the same words."""
    lane, data = session.lane_of(event), event.data
    text, sent = text_in(data, "content"), text_in(data, "transformedContent")
    source = text_in(data, "source")
    if source.startswith("command"):
        source = ""
    if lane or source not in HUMAN:
        session.event(event, "Task" if lane else "Told by the program", input=text or sent, meta=not lane)
    else:
        shown = statement_of(text) if session.task is None else None
        session.task = session.task if session.task is not None else shown
        session.note(
            event,
            Kind.PROMPT,
            input=text,
            input_preview=shown[:4_000] if shown is not None and shown != text else None,
            detail={
                "mode": text_in(data, "agentMode"),
                "attachments": len(wild.items(data.get("attachments"))) or None,
                "delivery": text_in(data, "delivery"),
            },
        )
        session.add("modes", data.get("agentMode"))
        session.ending = None
    session.is_told = False
    session.hear(lane, {"role": "user", "content": sent or text}, event.at)


def notification(session: Session, event: Event) -> None:
    """The program tells the model of something that ended elsewhere."""
    text = text_in(event.data, "content", "message")
    session.event(event, "Background task", input=text)
    session.hear(session.lane_of(event), {"role": "user", "content": text}, event.at)


def skill(session: Session, event: Event) -> None:
    session.event(
        event,
        "Skill",
        input=text_in(event.data, "name", "skillName"),
        output=text_in(event.data, "content") or None,
        detail={"path": text_in(event.data, "path", "resolvedPath")[:LONG]},
    )


# --- permissions and hooks


def permission(session: Session, event: Event) -> None:
    """The program asks a human."""
    session.waiting[request_of(event)] = event


def request_of(event: Event) -> str:
    return wild.identity(event.data.get("requestId")) or event.key


def permitted(session: Session, event: Event) -> None:
    """The answer to a request: one step from the question to it."""
    asked = session.waiting.pop(request_of(event), None)
    if asked is None:
        return
    request = wild.mapping(asked.data.get("permissionRequest"))
    kind = text_in(wild.mapping(event.data.get("result")), "kind")
    call = session.calls.get(wild.identity(request.get("toolCallId")) or "")
    wait_for_human(session, asked, event.at, request=request, kind=kind)
    if call is not None and kind.startswith("denied") and call.status is None:
        by_user = "interactively-by-user" in kind
        why = "Rejected by the user" if by_user else kind.replace("-", " ")
        call.fail("human" if by_user else "policy", why, StepStatus.DENIED)


def unanswered(session: Session, asked: Event) -> None:
    """A request that no event answers."""
    wait_for_human(session, asked, None, request=wild.mapping(asked.data.get("permissionRequest")), kind="")


def wait_for_human(
    session: Session, asked: Event, until: datetime | None, *, request: dict[str, Any], kind: str
) -> None:
    """Add the wait for a permission; `kind` is the answer, empty while there is none."""
    what = text_in(
        request, "fullCommandText", "fileName", "path", "url", "toolTitle", "toolName", "intention"
    )
    denied = kind.startswith("denied")
    call = session.calls.get(wild.identity(request.get("toolCallId")) or "")
    session.note(
        asked,
        Kind.PERMISSION,
        key=f"permission:{request_of(asked)}",
        tool=call.tool if call is not None else text_in(request, "toolName", "kind") or None,
        input=what,
        status=(StepStatus.DENIED if denied else StepStatus.OK) if kind else StepStatus.UNANSWERED,
        error=kind.replace("-", " ") if denied else None,
        error_kind=("human" if "user" in kind else "policy") if denied else None,
        until=until,
        detail={"answer": kind, "intention": text_in(request, "intention")[:LONG]},
    )


def hook_begins(session: Session, event: Event) -> None:
    session.waiting[f"hook:{event.data.get('hookInvocationId')}"] = event


def hook_ends(session: Session, event: Event) -> None:
    """A hook ran; pages show only those that failed or said something."""
    data = event.data
    began = session.waiting.pop(f"hook:{data.get('hookInvocationId')}", None)
    output = wild.mapping(data.get("output"))
    error = text_in(wild.mapping(data.get("error")), "message") or text_in(data, "error")
    failed = data.get("success") is False
    kind = text_in(data, "hookType")
    session.event(
        event,
        "Hook failed" if failed else f"Hook {kind}".strip(),
        key=f"hook:{wild.identity(data.get('hookInvocationId')) or event.key}",
        input=as_json(began.data["input"]) if began is not None and began.data.get("input") else None,
        output=error or (as_json(output) if output else None),
        error=first_line(error, 300) or None,
        meta=not failed and not output,
        detail={"hook": kind},
        since=began.at if began is not None else None,
        until=event.at,
    )


def unknown(session: Session, event: Event) -> None:
    """Keep what no reader knows, hidden unless asked."""
    if event.type:
        session.event(event, event.type[:100], meta=True)


HAPPENINGS: dict[str, Reader] = {
    "system.message": system,
    "user.message": prompt,
    "system.notification": notification,
    "skill.invoked": skill,
    "permission.requested": permission,
    "permission.completed": permitted,
    "hook.start": hook_begins,
    "hook.end": hook_ends,
}
