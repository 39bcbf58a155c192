"""mini-swe-agent files to records: one file is one run (FORMATS 4.2)."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from ingest import wild
from ingest.documents import read_documents
from ingest.formats.mini_swe_agent.commands import is_observation
from ingest.formats.mini_swe_agent.conversation import Conversation
from ingest.sources import SourceFile
from ingest.trajectories.submissions import changes_of_submission
from ingest.trajectories.tasks import instance_of_path, repo_of_instance
from runs.kinds import RunStatus, StepStatus
from runs.records import Batch, Quarantined, digest_of

FORMAT = "mini-swe-agent"
SOURCE = "mini-swe-agent:trajectory"
#: A trajectory whose newest message is younger is still being written.
STILL_RUNNING = timedelta(minutes=10)
NO_MESSAGES = "No messages are in this trajectory."


def looks_like(record: dict[str, Any]) -> bool:
    """Say whether a file, or one message of a bare list, is of mini-swe-agent (FORMATS 7)."""
    if str(record.get("trajectory_format", "")).startswith("mini-swe-agent"):
        return True
    if "messages" in record and "mini_version" in wild.mapping(record.get("info")):
        return True
    if record.get("role") == "user":
        return is_observation(record)
    return record.get("role") == "assistant" and "```mswea_bash_command" in str(record.get("content"))


def read(files: list[SourceFile], *, now: datetime) -> Batch:
    """Read trajectories. Never raises; what cannot be read is in `quarantined`."""
    batch = Batch(format=FORMAT)
    for file in files:
        documents = read_documents(file)
        batch += Batch(quarantined=documents.quarantined)
        values = [document.value for document in documents.found]
        # A bare list may also be written as one message a line.
        if values and all(isinstance(value, dict) and "role" in value for value in values):
            values = [values]
        for value in values:
            batch += read_trajectory(value, file.path, now=now)
    return batch


def read_trajectory(value: object, path: str, *, now: datetime) -> Batch:
    """Read one trajectory: an object with its messages, or the bare list of them."""
    whole = value if isinstance(value, dict) else {"messages": value}
    messages = wild.objects(whole.get("messages"))
    if not messages:
        return Batch(quarantined=[Quarantined(where=path, why=NO_MESSAGES)])
    info = wild.mapping(whole.get("info"))
    instance = wild.identity(whole.get("instance_id")) or instance_of_path(path)
    talk = Conversation(run_id(messages, info, whole), SOURCE, info)
    for number, message in enumerate(messages):
        talk.take(number, message)
    talk.end(info)
    return written(talk, info, instance, path, now=now)


def run_id(messages: list[dict[str, Any]], info: dict[str, Any], whole: dict[str, Any]) -> str:
    """Name the run by how it began: a file that has grown since is the same run."""
    parts = [wild.text(whole.get("instance_id")) or "", model_of(info) or ""]
    for message in messages:
        extra = wild.mapping(message.get("extra"))
        parts.append(f"{message.get('role')}:{wild.text(message.get('content'))}")
        if message.get("role") in ("assistant", "exit"):
            parts.append(f"{extra.get('timestamp')}:{wild.mapping(extra.get('response')).get('id')}")
            break
    return f"mini-{digest_of(chr(0).join(parts).encode()).hex()}"


def model_of(info: dict[str, Any]) -> str | None:
    """Read the model that was asked for."""
    config = wild.mapping(info.get("config"))
    return wild.text(wild.mapping(config.get("model")).get("model_name"))


def written(
    talk: Conversation, info: dict[str, Any], instance: str | None, path: str, *, now: datetime
) -> Batch:
    """Write the run with all that is known of it."""
    recording = talk.recording
    status, error = status_of(talk, info, now=now)
    keys = recording.keys()
    open_status = StepStatus.RUNNING if status == RunStatus.RUNNING else StepStatus.UNANSWERED
    submission = wild.text(info.get("submission")) or talk.submission
    net = changes_of_submission(submission, run=recording.run, step=keys[-1], source=SOURCE) if keys else []
    model = talk.model or model_of(info)
    run = recording.run_record(
        status=status,
        error=error,
        task=talk.task,
        title=instance,
        agent="mini-swe-agent",
        agent_version=wild.text(info.get("mini_version")),
        model=model,
        variant=model_of(info) or model,
        repo=repo_of_instance(instance),
        cwd=talk.cwd or None,
        meta=dict(meta_of(info, instance, path)),
    )
    return Batch(runs=[run], steps=recording.steps(open_status), changes=recording.changes + net)


def status_of(talk: Conversation, info: dict[str, Any], *, now: datetime) -> tuple[RunStatus, str | None]:
    """Say how the run stands: by its exit status, else by how long it has been silent."""
    exit_status = wild.text(info.get("exit_status")) or talk.exit_status
    if exit_status:
        if exit_status.lower() == "submitted":
            return RunStatus.DONE, None
        why = wild.text(info.get("exception_str")) or talk.exit_error
        return RunStatus.FAILED, f"{exit_status}: {why}"[:300] if why else exit_status
    last = talk.recording.last_at
    if last is not None and now - last < STILL_RUNNING:
        return RunStatus.RUNNING, None
    return (RunStatus.DONE, None) if talk.handed_in else (RunStatus.UNFINISHED, None)


def meta_of(info: dict[str, Any], instance: str | None, path: str) -> Iterator[tuple[str, object]]:
    """Yield what else is known of the run."""
    stats = wild.mapping(info.get("model_stats"))
    config = wild.mapping(info.get("config"))
    facts: dict[str, object] = {
        "instance": instance,
        "file": path,
        "exit_status": wild.text(info.get("exit_status")),
        "total_cost_usd": wild.number(stats.get("instance_cost")),
        "api_calls": wild.integer(stats.get("api_calls")),
        "image": wild.text(wild.mapping(config.get("environment")).get("image")),
    }
    yield from ((name, value) for name, value in facts.items() if value is not None)
