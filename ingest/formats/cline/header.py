"""What a task is called, where it ran and how it stands."""

from datetime import datetime, timedelta

from ingest import wild
from ingest.formats.claude_code.blocks import first_line
from ingest.formats.claude_code.paths import repository_of
from ingest.formats.cline.changes import text_in
from ingest.formats.cline.walk import Walk
from runs.kinds import RunStatus
from runs.records import RunRecord
from runs.titles import title_of

#: A task whose newest message is younger still goes on.
STILL_RUNNING = timedelta(minutes=10)
#: What the manifest of the command line program says.
STATES = {
    "completed": RunStatus.DONE,
    "failed": RunStatus.FAILED,
    "error": RunStatus.FAILED,
    "cancelled": RunStatus.INTERRUPTED,
    "aborted": RunStatus.INTERRUPTED,
}


def run_record(walk: Walk, *, now: datetime) -> RunRecord:
    """Write the run."""
    recording, task, place = walk.recording, walk.told, walk.place
    status, error = status_of(walk, now=now)
    remote = place.remote.rstrip("/").removesuffix(".git").replace(":", "/").rpartition("/")[2]
    asked = walk.task or wild.text(task.item.get("task")) or wild.text(task.manifest.get("prompt"))
    return recording.run_record(
        status=status,
        error=error,
        task=asked,
        title=title_of(asked or walk.said),
        session=recording.run,
        parent=wild.identity(task.item.get("parentTaskId")),
        agent="roo-code" if is_roo(walk) else "cline",
        agent_version=version_of(walk),
        model=walk.models[0] if walk.models else place.model,
        repo=remote or repository_of(place.cwd).rstrip("/").rpartition("/")[2] or None,
        commit=place.commit,
        cwd=place.cwd or None,
        meta=meta_of(walk),
    )


def is_roo(walk: Walk) -> bool:
    protocol = any("apiProtocol" in request.info for request in walk.requests)
    return protocol or walk.place.is_roo or "parentTaskId" in walk.told.item or "workspace" in walk.told.item


def version_of(walk: Walk) -> str | None:
    """Find the program's version among what `task_metadata.json` says of the machine."""
    history = wild.objects(walk.told.metadata.get("environment_history"))
    return text_in(history[-1], "cline_version", "extension_version") or None if history else None


def status_of(walk: Walk, *, now: datetime) -> tuple[RunStatus, str | None]:
    """Say how the task stands: by the manifest, else by its last word, else by how long it is silent."""
    manifest = walk.told.manifest
    told = STATES.get((wild.text(manifest.get("status")) or "").lower())
    if told is not None:
        failed = told is RunStatus.FAILED
        why = text_in(manifest, "error", "message") or f"exit code {manifest.get('exit_code')}"
        return told, first_line(why, 300) if failed else None
    if walk.ending is not None:
        return walk.ending
    last = walk.recording.last_at
    if last is not None and now - last < STILL_RUNNING:
        return RunStatus.RUNNING, None
    answered = walk.is_program and not walk.waiting and bool(walk.said.strip())
    return (RunStatus.DONE if answered else RunStatus.UNFINISHED), None


def meta_of(walk: Walk) -> dict[str, object]:
    """List what else the files say."""
    task = walk.told
    facts: dict[str, object] = {}
    if walk.models:
        facts["models"] = walk.models[:50]
    cost = wild.number(task.item.get("totalCost"))
    if cost is not None:
        facts["total_cost_usd"] = cost
    for name in ("mode", "apiConfigName", "rootTaskId"):
        if task.item.get(name) is not None:
            facts[name] = wild.tree(task.item[name], 1)
    for name in ("provider", "source", "exit_code", "interactive"):
        if task.manifest.get(name) is not None:
            facts[name] = wild.tree(task.manifest[name], 1)
    edited = [
        path
        for entry in wild.objects(task.metadata.get("files_in_context"))
        if entry.get("record_source") == "user_edited" and (path := wild.text(entry.get("path")))
    ]
    if edited:
        facts["edited_by_human"] = sorted(set(edited))[:50]
    if walk.place.remote:
        facts["repository"] = walk.place.remote[:500]
    return facts
