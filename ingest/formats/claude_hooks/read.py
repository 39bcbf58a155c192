"""Hook payloads to records: one table, one reader an event."""

from collections.abc import Callable
from datetime import datetime

from msgspec import Struct

from ingest import wild
from ingest.formats.claude_code.lines import read_lines
from ingest.formats.claude_hooks import calls, happenings, looks
from ingest.formats.claude_hooks.calls import key_of_permission
from ingest.formats.claude_hooks.hook import SOURCE, Hook, hook_of, known_of
from ingest.limits import HOOKS_PER_REQUEST
from runs.kinds import Kind, StepStatus
from runs.records import Batch, Quarantined, StepRecord

NO_HOOK = "Not a hook event: it names no `hook_event_name` or no `session_id`."
TOO_MANY = f"More than {HOOKS_PER_REQUEST} hook events in one request; a hook posts one."

READERS: dict[str, Callable[[Hook], Batch]] = {
    "SessionStart": happenings.began,
    "SessionEnd": happenings.closed,
    "UserPromptSubmit": happenings.asked,
    "PreToolUse": calls.begun,
    "PostToolUse": calls.ended,
    "PostToolUseFailure": calls.failed,
    "PostToolBatch": calls.batch,
    "PermissionRequest": happenings.permission,
    "PermissionDenied": calls.denied,
    "PostCompact": happenings.compacted,
    "Stop": happenings.stopped,
    "StopFailure": happenings.broke,
    looks.LOOK: looks.looked,
}
#: Parts of an answer while it is written; the answer comes whole.
SILENT = frozenset({"MessageDisplay"})
#: Events of a call that was let through, or was not.
ANSWERS = frozenset({"PostToolUse", "PostToolUseFailure", "PermissionDenied"})


class Read(Struct, kw_only=True):
    """What hooks told."""

    batch: Batch
    heard: int  #: events that were understood
    answers: list[StepRecord]  #: ends of permission requests, of those that are open only


def read(data: bytes, *, now: datetime) -> Read:
    """Read what a hook sent: one event, or several as lines. Never raises."""
    pages = read_lines("hook", data)
    batch, answers = Batch(format="claude-hooks", quarantined=pages.quarantined), list[StepRecord]()
    heard = 0
    for line in pages.lines[:HOOKS_PER_REQUEST]:
        hook = hook_of(line.record, now)
        if hook is None:
            batch += Batch(quarantined=[Quarantined(where=f"hook:{line.number}", why=NO_HOOK)])
            continue
        heard += 1
        if hook.name not in SILENT:
            told = READERS.get(hook.name, happenings.happened)(hook)
            batch += Batch(runs=[known_of(hook)]) + told
            answers += answers_of(hook)
    if len(pages.lines) > HOOKS_PER_REQUEST:
        batch += Batch(quarantined=[Quarantined(where="hook", why=TOO_MANY)])
    return Read(batch=batch, heard=heard, answers=answers)


def answers_of(hook: Hook) -> list[StepRecord]:
    """End the permission requests of calls that went on, or were denied."""
    if hook.name == "PostToolBatch":
        calls = wild.objects(hook.given.get("tool_calls"))
    else:
        calls = [hook.given] if hook.name in ANSWERS else []
    denied = hook.name == "PermissionDenied"
    return [
        StepRecord(
            run=hook.session,
            key=key_of_permission(hook, call),
            kind=Kind.PERMISSION,
            source=SOURCE,
            status=StepStatus.DENIED if denied else StepStatus.OK,
            ended_at=hook.at,
        )
        for call in calls
    ]


__all__ = ["SOURCE", "Read", "read"]
