"""Hooks that are no tool calls: prompts, ends, permissions, compactions, and whatever else happens."""

from msgspec import Struct, structs

from ingest import wild
from ingest.formats.claude_code.blocks import as_json, without_reminders
from ingest.formats.claude_code.naming import name_of_text
from ingest.formats.claude_code.notes import COMPACTED, notice_of
from ingest.formats.claude_hooks.calls import key_of_permission
from ingest.formats.claude_hooks.hook import BEGINNING, Hook, known_of, standing_of, step_of
from ingest.ranks import BEGUN
from runs.kinds import Kind, RunStatus, StepStatus
from runs.records import Batch, digest_of

NOTICE = "<task-notification>"


def began(hook: Hook) -> Batch:
    """SessionStart: a new run, or one that goes on."""
    run = standing_of(hook, RunStatus.RUNNING)
    source = hook.text("source")
    if source in (None, "startup"):  # which follows nothing: it opens no run again
        return Batch(runs=[structs.replace(run, at=BEGINNING)])
    if source == "compact":
        return Batch(runs=[run])
    step = step_of(
        hook,
        Kind.EVENT,
        hook.own_key,
        name="Session goes on",
        input=source,
        status=StepStatus.OK,
    )
    return Batch(runs=[run], steps=[step])


def asked(hook: Hook) -> Batch:
    """UserPromptSubmit: a human speaks, or a background task reports in their place."""
    text = hook.text("prompt") or ""
    key = f"prompt:{hook.prompt}" if hook.prompt else hook.own_key
    if text.lstrip().startswith(NOTICE):
        notice = notice_of(text)
        step = step_of(
            hook,
            Kind.EVENT,
            key,
            rank=BEGUN,
            names=(key, name_of_text("said", text)),
            name="Background task",
            input=notice.summary,
            output=notice.result,
            status=StepStatus.OK,
        )
    else:
        shown = without_reminders(text)
        step = step_of(
            hook,
            Kind.PROMPT,
            key,
            rank=BEGUN,
            names=(key, name_of_text("said", shown)),
            input=text,
            input_preview=shown if shown != text else None,
            status=StepStatus.OK,
        )
    return Batch(runs=[standing_of(hook, RunStatus.RUNNING)], steps=[step])


def stopped(hook: Hook) -> Batch:
    """Stop: the agent has answered; with background tasks it goes on by itself (AGENTS.md 2.1)."""
    said = hook.text("last_assistant_message")
    goes_on = bool(wild.items(hook.given.get("background_tasks")))
    run = standing_of(hook, RunStatus.RUNNING if goes_on else RunStatus.DONE)
    if not said:
        return Batch(runs=[run])
    key = f"final:{hook.prompt or digest_of(said.encode()).hex()}"
    names = (f"end-{key}", name_of_text("final", said))
    step = step_of(hook, Kind.FINAL, key, rank=BEGUN, names=names, output=said, status=StepStatus.OK)
    return Batch(runs=[run], steps=[step])


def broke(hook: Hook) -> Batch:
    """StopFailure: the model could not be reached for good."""
    why = hook.text("error_details") or hook.text("error") or "The model could not be reached"
    step = step_of(
        hook,
        Kind.ERROR,
        hook.own_key,
        name="API error",
        status=StepStatus.FAILED,
        error=why[:300],
        error_kind="api",
        output=hook.text("last_assistant_message") or why,
    )
    return Batch(runs=[standing_of(hook, RunStatus.FAILED, why[:300])], steps=[step])


def closed(hook: Hook) -> Batch:
    """SessionEnd: nothing more comes. How it went was said by Stop, or nobody said it."""
    return Batch(runs=[known_of(hook)])


def permission(hook: Hook) -> Batch:
    """PermissionRequest: the agent waits for a human; it names the call only by its arguments."""
    step = step_of(
        hook,
        Kind.PERMISSION,
        key_of_permission(hook, hook.given),
        name=hook.text("tool_name"),
        tool=hook.text("tool_name"),
        input=as_json(wild.mapping(hook.given.get("tool_input"))),
        status=StepStatus.RUNNING,
    )
    return Batch(steps=[step])


def compacted(hook: Hook) -> Batch:
    """PostCompact: the context was summarised."""
    trigger = hook.text("trigger")
    step = step_of(
        hook,
        Kind.COMPACTION,
        hook.own_key,
        rank=BEGUN,
        names=(hook.own_key, COMPACTED),
        status=StepStatus.OK,
        output=hook.text("compact_summary"),
        detail={"trigger": trigger} if trigger else {},
    )
    return Batch(steps=[step])


class Told(Struct, frozen=True):
    """How an event that is only worth a line is shown: hidden ones only where they are asked for."""

    title: str
    input: str = ""  #: field of the payload
    output: str = ""
    hidden: bool = True


EVENTS = {
    "Notification": Told("Notification", "message", "title", hidden=False),
    "SubagentStart": Told("Sub-agent began", "agent_type"),
    "SubagentStop": Told("Sub-agent ended", "agent_type", "last_assistant_message"),
    "TaskCreated": Told("Task created", "task_subject", "task_description", hidden=False),
    "TaskCompleted": Told("Task completed", "task_subject", "task_description", hidden=False),
    "TeammateIdle": Told("Teammate is idle", "teammate_name"),
    "FileChanged": Told("Changed outside", "file_path", "event", hidden=False),
    "CwdChanged": Told("Folder changed", "new_cwd", "old_cwd"),
    "WorktreeCreate": Told("Work tree made", "name"),
    "WorktreeRemove": Told("Work tree removed", "worktree_path"),
    "PostModelSwitch": Told("Model switched", "model", hidden=False),
    "Elicitation": Told("A server asks", "message", "mcp_server_name", hidden=False),
    "ElicitationResult": Told("Answer to a server", "action", "mcp_server_name", hidden=False),
    "PreCompact": Told("Compaction begins", "trigger"),
}


def happened(hook: Hook) -> Batch:
    """Keep any other event, of known or unknown name."""
    told = EVENTS.get(hook.name) or Told(hook.name)
    step = step_of(
        hook,
        Kind.EVENT,
        hook.own_key,
        name=told.title,
        input=hook.text(told.input),
        output=hook.text(told.output),
        status=StepStatus.OK,
        detail={"hook": hook.name, **({"meta": True} if told.hidden else {})},
    )
    return Batch(steps=[step])
