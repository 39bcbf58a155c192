"""The session's own life: how it begins and ends, its errors, and what becomes of its context."""

from typing import Any

from ingest import wild
from ingest.formats.claude_code.blocks import first_line
from ingest.formats.copilot.happenings import text_in
from ingest.formats.copilot.session import Event, Session
from ingest.formats.copilot.tools import Reader
from ingest.formats.copilot.usage import take_totals
from runs.kinds import Kind, RunStatus, StepStatus


def start(session: Session, event: Event) -> None:
    """The session begins, or is taken up again."""
    data = event.data
    session.work_in(wild.mapping(data.get("context")))
    session.version = text_in(data, "copilotVersion") or session.version
    session.model = text_in(data, "selectedModel") or session.model
    session.recording.seen(wild.when(data.get("startTime")))
    session.add("versions", data.get("copilotVersion"))
    for name, kept in (
        ("producer", "producer"),
        ("reasoningEffort", "effort"),
        ("remoteSteerable", "remote"),
    ):
        if data.get(name):
            session.facts[kept] = wild.tree(data[name], 1)
    if event.type == "session.resume":
        session.ending = None
        session.event(event, "Session taken up again", meta=True)


def moved(session: Session, event: Event) -> None:
    session.work_in(event.data)


def model_change(session: Session, event: Event) -> None:
    """Another model is chosen."""
    old, new = text_in(event.data, "previousModel"), text_in(event.data, "newModel")
    session.model = new or session.model
    session.event(event, "Model switched", input=f"{old or '?'} → {new or '?'}", detail={"model": new})


def mode_change(session: Session, event: Event) -> None:
    session.add("modes", event.data.get("newMode"))
    session.event(event, "Mode", input=text_in(event.data, "newMode"), meta=True)


def title(session: Session, event: Event) -> None:
    session.title = text_in(event.data, "title") or session.title


def error(session: Session, event: Event) -> None:
    """The session met an error, mostly of the model's API."""
    data = event.data
    text = text_in(data, "message") or "The session met an error"
    status = wild.integer(data.get("statusCode"), 999)
    line = first_line(text, 280)
    session.trouble = f"{status} {line}" if status else line
    session.note(
        event,
        Kind.ERROR,
        name=text_in(data, "errorType") or "Error",
        status=StepStatus.FAILED,
        error=session.trouble,
        error_kind="api",
        output=text,
        detail={"http_status": status},
    )


def call_failed(session: Session, event: Event) -> None:
    """A call of the model failed and is tried again."""
    data = event.data
    status = wild.integer(data.get("statusCode"), 999)
    line = first_line(text_in(data, "errorMessage", "message", "error"), 280) or "The model call failed"
    session.note(
        event,
        Kind.RETRY,
        name="API call",
        status=StepStatus.FAILED,
        error=f"{status} {line}" if status else line,
        error_kind="api",
        attempt=wild.integer(data.get("attempt"), 10_000),
        detail={"http_status": status, "model": text_in(data, "model")},
    )


def remark(session: Session, event: Event) -> None:
    """The program says something to the human."""
    warns = event.type == "session.warning"
    text = text_in(event.data, "message")
    session.event(event, "Warning" if warns else "Note", input=text or None, meta=not warns)


def abort(session: Session, event: Event) -> None:
    """A human stopped the agent."""
    session.interrupt()
    session.event(event, "Interrupted by the user", input=text_in(event.data, "reason") or None)
    session.ending = RunStatus.INTERRUPTED, None


def task_complete(session: Session, event: Event) -> None:
    """The agent says that it is done."""
    text = text_in(event.data, "summary")
    if text.strip() and text.strip() != session.said.strip():
        session.note(event, Kind.FINAL, output=text)
    session.is_told = True


def handoff(session: Session, event: Event) -> None:
    session.note(
        event, Kind.HANDOFF, name="Handed over", input=text_in(event.data, "summary", "context") or None
    )


def shutdown(session: Session, event: Event) -> None:
    """The session ends, and tells what it took."""
    data = event.data
    take_totals(session, data.get("modelMetrics"))
    for name, kept in (
        ("totalPremiumRequests", "premium_requests"),
        ("totalApiDurationMs", "api_ms"),
        ("codeChanges", "code_changes"),
        ("modelMetrics", "model_metrics"),
    ):
        if data.get(name) is not None:
            session.facts[kept] = wild.tree(data[name], 5)
    count_lines(session, wild.mapping(data.get("codeChanges")))
    stopped = session.ending is not None and session.ending[0] is RunStatus.INTERRUPTED
    if data.get("shutdownType") == "error":
        reason = first_line(text_in(data, "errorReason"), 300) or session.trouble
        session.ending = RunStatus.FAILED, reason or "The session ended with an error"
    elif not stopped:
        session.ending = (RunStatus.FAILED, session.trouble) if session.trouble else (RunStatus.DONE, None)


def count_lines(session: Session, told: dict[str, Any]) -> None:
    """Keep the lines that the program counted, to be held against ours; not those of several ends."""
    added, removed = (wild.integer(told.get(name)) or 0 for name in ("linesAdded", "linesRemoved"))
    session.ends += 1
    session.facts.pop("reported", None)
    if session.ends == 1 and added + removed:
        session.facts["reported"] = {"lines": {"added": added, "removed": removed}}


def result(session: Session, event: Event) -> None:
    """The last line of printed output."""
    code = wild.integer(event.data.get("exitCode"), 65_535)
    if code:
        session.ending = RunStatus.FAILED, session.trouble or f"Copilot CLI ended with exit code {code}"
    elif code == 0:
        session.ending = RunStatus.DONE, None


# --- the context


def compaction(session: Session, event: Event) -> None:
    """The conversation was summarised: what follows is built on the system prompt and the summary."""
    data, lane = event.data, session.lane_of(event)
    failed = data.get("success") is False
    summary = text_in(data, "summaryContent")
    used = wild.mapping(data.get("compactionTokensUsed"))
    session.note(
        event,
        Kind.COMPACTION,
        output=summary or None,
        status=StepStatus.FAILED if failed else StepStatus.OK,
        error=first_line(text_in(data, "error"), 300) or "The compaction failed" if failed else None,
        error_kind="api" if failed else None,
        detail={
            "trigger": text_in(data, "trigger"),
            "pre_tokens": wild.integer(data.get("preCompactionTokens")),
            "post_tokens": wild.integer(data.get("postCompactionTokens")),
            "messages_removed": wild.integer(data.get("messagesRemoved")),
            "usage": wild.tree(used, 3) if used else None,
        },
    )
    if not failed:
        rules = session.system.get(lane)
        kept = [{"role": "system", "content": rules}] if rules else []
        kept += [{"role": "user", "content": summary}] if summary else []
        session.recording.forget(kept, lane)


def truncation(session: Session, event: Event) -> None:
    """Old messages were dropped to make room; which ones is not told."""
    data = event.data
    session.note(
        event,
        Kind.COMPACTION,
        name="Truncation",
        detail={
            "pre_tokens": wild.integer(data.get("preTruncationTokensInMessages")),
            "post_tokens": wild.integer(data.get("postTruncationTokensInMessages")),
            "messages_removed": wild.integer(data.get("messagesRemovedDuringTruncation")),
        },
    )


def rewind(session: Session, event: Event) -> None:
    """A human went back to an earlier point; the model forgets what came after it."""
    upto = wild.identity(event.data.get("upToEventId")) or ""
    if upto in session.heads:
        session.recording.heads[""] = session.heads[upto]
    removed = wild.integer(event.data.get("eventsRemoved"))
    session.event(event, "Went back", detail={"events_removed": removed})


LIFECYCLE: dict[str, Reader] = {
    "session.start": start,
    "session.resume": start,
    "session.context_changed": moved,
    "session.model_change": model_change,
    "session.mode_changed": mode_change,
    "session.title_changed": title,
    "session.error": error,
    "session.info": remark,
    "session.warning": remark,
    "session.truncation": truncation,
    "session.compaction_complete": compaction,
    "session.snapshot_rewind": rewind,
    "session.task_complete": task_complete,
    "session.handoff": handoff,
    "session.shutdown": shutdown,
    "model.call_failure": call_failed,
    "abort": abort,
    "result": result,
}
