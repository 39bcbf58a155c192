"""Records that are neither prompts, answers nor results: retries, compactions, hooks, notices."""

import re
from datetime import datetime
from typing import Any

from msgspec import Struct, field

from ingest import wild
from ingest.formats.claude_code.blocks import first_line, inside_tag, text_of
from ingest.formats.claude_code.classify import command_of, tagged_text
from ingest.formats.claude_code.lines import Record
from ingest.formats.claude_code.slim import slim
from ingest.ranks import rank_of
from runs.kinds import Kind, StepStatus
from runs.records import StepRecord, digest_of


class Note(Struct):
    """A step that is told by one record, and may grow by a second (a summary, an output)."""

    key: str
    kind: Kind
    lane: str
    at: datetime | None
    name: str | None = None
    input: str | None = None
    shown: str | None = None
    pictured: str | None = None  #: the input as blocks, where pictures are among them
    output: str | None = None
    status: StepStatus | None = None
    error: str | None = None
    error_kind: str | None = None
    attempt: int | None = None
    ended_at: datetime | None = None
    raw: bytes | None = None
    names: tuple[str, ...] = ()  #: what other channels know it by
    detail: dict[str, object] = field(default_factory=dict)


def step_of(note: Note, *, run: str, source: str, parent: str | None) -> StepRecord:
    return StepRecord(
        run=run,
        key=note.key,
        kind=note.kind,
        source=source,
        rank=rank_of(source),
        names=note.names,
        name=note.name,
        status=note.status,
        error=note.error,
        error_kind=note.error_kind,
        parent=parent,
        agent=note.lane,
        attempt=note.attempt,
        started_at=note.at,
        ended_at=note.ended_at or note.at,
        input=note.pictured or note.input,
        input_preview=note.shown or (note.input if note.pictured else None),
        output=note.output,
        raw=note.raw,
        detail=note.detail,
    )


def key_of(record: Record) -> str:
    """Use the record's uuid; a record without one is named by its content."""
    return (
        wild.identity(record.get("uuid"))
        or f"{wild.text(record.get('type'))}:{digest_of(slim(record)).hex()}"
    )


def facts(**given: object) -> dict[str, object]:
    """Keep the facts that are known."""
    return {
        name: value
        for name, value in given.items()
        if value is not None and value is not False and value != ""
    }


#: Causes that go by another name than their code.
CAUSES = {
    "overloaded_error": "overloaded",
    "rate_limit_error": "rate limited",
    "rate_limit": "rate limited",
    "api_error": "server error",
    "server_error": "server error",
    "authentication_error": "not allowed",
    "authentication_failed": "not allowed",
    "invalid_request_error": "invalid request",
    "timeout_error": "timed out",
}
STATUS_CAUSES = {
    401: "not allowed",
    429: "rate limited",
    500: "server error",
    503: "unavailable",
    529: "overloaded",
}


def retry(record: Record, lane: str, at: datetime | None) -> Note:
    """`system/api_error`: one attempt of a model call that failed and was tried again (FORMATS 1.7)."""
    error = wild.mapping(record.get("error"))
    inner = wild.mapping(error.get("error"))
    innermost = wild.mapping(inner.get("error"))
    status = wild.integer(error.get("status"), 999)
    kind = wild.text(innermost.get("type")) or wild.text(inner.get("type"))
    connection = wild.text(wild.mapping(error.get("connection")).get("code")) or wild.text(
        wild.mapping(record.get("cause")).get("code")
    )
    said = (
        wild.text(error.get("formatted"))
        or wild.text(error.get("message"))
        or wild.text(innermost.get("message"))
    )
    named = CAUSES.get(kind or "") or STATUS_CAUSES.get(status or 0)
    cause = named or (f"no connection ({connection})" if connection else None) or first_line(said or "", 160)
    cause = cause or "the reason was not recorded"
    wait = wild.number(record.get("retryInMs"))
    request = wild.identity(error.get("requestID")) or wild.identity(error.get("requestId"))
    return Note(
        key=key_of(record),
        kind=Kind.RETRY,
        lane=lane,
        at=at,
        name="API call",
        status=StepStatus.FAILED,
        error=f"{status} {cause}" if status else cause,
        error_kind="api",
        attempt=wild.integer(record.get("retryAttempt"), 10_000),
        raw=slim(record),
        names=(f"req:{request}",) if request else (),
        detail=facts(
            max_attempts=wild.integer(record.get("maxRetries"), 10_000),
            wait_ms=round(wait) if wait is not None and wait < 10**9 else None,
            http_status=status,
            cause=cause,
            message=(said or "")[:500],
            network_down=error.get("isNetworkDown") is True,
        ),
    )


def gave_up(record: Record, lane: str, at: datetime | None) -> Note:
    """An assistant record with `isApiErrorMessage`: the call failed for good."""
    text = text_of(wild.mapping(record.get("message")).get("content"))
    said = API_ERROR.match(text)
    status = wild.integer(record.get("apiErrorStatus"), 999) or (int(said[1]) if said else None)
    word = wild.text(record.get("error"))
    cause = CAUSES.get(word or "") or STATUS_CAUSES.get(status or 0)
    head = f"{status} {cause}" if status and cause else cause
    line = message_in(text) or "The model could not be reached"
    request = wild.identity(record.get("requestId"))
    return Note(
        key=key_of(record),
        kind=Kind.ERROR,
        lane=lane,
        at=at,
        name="API error",
        status=StepStatus.FAILED,
        error=f"{head}: {line}" if head else line,
        error_kind="api",
        output=text,
        raw=slim(record),
        names=(f"req:{request}",) if request else (),
        detail=facts(http_status=status, cause=word),
    )


API_ERROR = re.compile(r"API Error: (\d{3})\b")
MESSAGE = re.compile(r'"message":"((?:[^"\\]|\\.){1,300})')


def message_in(text: str) -> str:
    """Take the message out of an error that is JSON behind some words, else its first line."""
    found = MESSAGE.search(text[:4_000])
    return found[1] if found else first_line(text, 300)


#: What every telling of a compaction is named; two are minutes apart.
COMPACTED = "~compaction:"


def compaction(record: Record, lane: str, at: datetime | None) -> Note:
    """A boundary: the context was summarised, or (micro) old tool results were dropped from it."""
    micro = record.get("subtype") == "microcompact_boundary"
    about = wild.mapping(record.get("microcompactMetadata" if micro else "compactMetadata"))
    before = wild.integer(about.get("preTokens"))
    saved = wild.integer(about.get("tokensSaved"))
    after = wild.integer(about.get("postTokens"))
    if after is None and micro and before is not None and saved is not None and saved <= before:
        after = before - saved
    duration = wild.integer(about.get("durationMs"), 10**9)
    return Note(
        key=key_of(record),
        kind=Kind.COMPACTION,
        lane=lane,
        at=at,
        name="microcompact" if micro else None,
        status=StepStatus.OK,
        raw=slim(record),
        names=() if micro else (f"uuid:{key_of(record)}", COMPACTED),
        detail=facts(
            trigger=wild.text(about.get("trigger")),
            pre_tokens=before,
            post_tokens=after,
            tokens_saved=saved,
            took_ms=duration,
            micro=micro,
            results_dropped=len(wild.items(about.get("compactedToolIds"))) or None,
        ),
    )


def event(
    record: Record,
    lane: str,
    at: datetime | None,
    name: str,
    *,
    input: str | None = None,
    output: str | None = None,
    **detail: object,
) -> Note:
    """Make an event that people see."""
    return Note(
        key=key_of(record),
        kind=Kind.EVENT,
        lane=lane,
        at=at,
        name=name,
        input=input,
        output=output,
        raw=slim(record),
        detail=facts(**detail),
    )


def hidden(record: Record, lane: str, at: datetime | None, name: str, **given: Any) -> Note:
    """Make an event that pages hide unless asked."""
    return event(record, lane, at, name, meta=True, **given)


#: System records that say nothing a person would look for.
SILENT_SYSTEM = frozenset({"turn_duration"})


def system_note(record: Record, lane: str, at: datetime | None) -> Note | None:
    """Read a `system` record; the boundary and retry kinds have readers of their own."""
    subtype = wild.text(record.get("subtype")) or ""
    content = text_of(record.get("content"))
    if subtype in SILENT_SYSTEM:
        return None
    if subtype == "api_error":
        return retry(record, lane, at)
    if subtype in ("compact_boundary", "microcompact_boundary"):
        return compaction(record, lane, at)
    if subtype == "stop_hook_summary":
        return stop_hook(record, lane, at)
    if subtype == "local_command":
        if "<command-name>" in content:
            return event(record, lane, at, "Human ran", input=command_of(content))
        return hidden(record, lane, at, "Local output", output=tagged_text(content))
    if subtype == "model_refusal_fallback":
        return model_switch(record, lane, at, content)
    return hidden(record, lane, at, subtype or "system", output=content or None)


def model_switch(record: Record, lane: str, at: datetime | None, content: str) -> Note:
    old, new = wild.text(record.get("originalModel")), wild.text(record.get("fallbackModel"))
    return event(
        record,
        lane,
        at,
        "Model switched",
        input=f"{old or '?'} → {new or '?'}",
        output=content or None,
        refused_model=old,
        model=new,
        category=wild.text(record.get("apiRefusalCategory")),
    )


def stop_hook(record: Record, lane: str, at: datetime | None) -> Note | None:
    """Show a stop hook that failed or kept the agent from stopping."""
    errors = [found for item in wild.items(record.get("hookErrors")) if (found := wild.text(item))]
    stopped = record.get("preventedContinuation") is True
    if not errors and not stopped:
        return None
    commands = [wild.text(info.get("command")) or "" for info in wild.objects(record.get("hookInfos"))]
    note = event(
        record,
        lane,
        at,
        "Hook stopped the agent" if stopped else "Hook failed",
        input="\n".join(commands) or None,
        output="\n".join(errors) or wild.text(record.get("stopReason")) or None,
        hook="Stop",
    )
    note.error = first_line(errors[0], 300) if errors else None
    return note


class Notice(Struct, frozen=True):
    """What a `<task-notification>` says of a background task."""

    tool: str | None
    task: str | None  #: the id of a sub-agent, or of a shell
    status: str
    summary: str
    result: str | None


def notice_of(text: str) -> Notice:
    return Notice(
        tool=inside_tag(text, "tool-use-id"),
        task=inside_tag(text, "task-id"),
        status=inside_tag(text, "status") or "",
        summary=inside_tag(text, "summary") or first_line(text),
        result=inside_tag(text, "result"),
    )
