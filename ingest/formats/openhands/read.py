"""OpenHands files to records: a stream in one file, in a folder of events, or a line of an evaluation."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct

from ingest import wild
from ingest.documents import read_documents
from ingest.formats.openhands import v0, v1
from ingest.formats.openhands.stream import Event, Stream
from ingest.sources import SourceFile
from ingest.trajectories.submissions import changes_of_submission
from ingest.trajectories.tasks import repo_of_folder, repo_of_instance
from runs.kinds import RunStatus, StepStatus
from runs.records import Batch, Quarantined, digest_of

FORMAT = "openhands"
SOURCE = "openhands:events"
#: A stream whose newest event is younger is still being written.
STILL_RUNNING = timedelta(minutes=10)
NO_EVENTS = "No events of OpenHands are in this file."


class Told(Struct):
    """The events of one run, and what stands around them."""

    path: str
    events: list[Event]
    head: Event


def is_event(record: Event) -> bool:
    """Say whether an object is one event, of either version."""
    return is_of_v1(record) or ("source" in record and ("action" in record or "observation" in record))


def is_of_v1(record: Event) -> bool:
    kind = record.get("kind")
    return isinstance(kind, str) and (kind in v1.KINDS or (kind.endswith("Event") and "source" in record))


def looks_like(record: Event) -> bool:
    """Say whether an object is an event, or a line of an evaluation's output (FORMATS 7)."""
    return is_event(record) or (isinstance(record.get("history"), list) and "instance_id" in record)


def read(files: list[SourceFile], *, now: datetime) -> Batch:
    """Read event streams. Never raises; what cannot be read is in `quarantined`."""
    batch = Batch(format=FORMAT)
    folders: dict[str, list[Event]] = {}
    told: list[Told] = []
    for file in files:
        documents = read_documents(file)
        batch += Batch(quarantined=documents.quarantined)
        values = [document.value for document in documents.found]
        if len(values) == 1 and isinstance(values[0], dict) and is_event(values[0]):
            folders.setdefault(file.path.replace("\\", "/").rpartition("/")[0], []).append(values[0])
        else:
            told += told_in(file.path, values)
    told += [Told(folder, in_order(events), {}) for folder, events in folders.items()]
    for one in told:
        batch += read_run(one, now=now)
    if not told and files and not batch.quarantined:
        return batch + Batch(quarantined=[Quarantined(where=files[0].path, why=NO_EVENTS)])
    return batch


def told_in(path: str, values: list[Any]) -> Iterator[Told]:
    """Find the runs of one file: its events are one, each line of an evaluation is one."""
    events: list[Event] = []
    for value in values:
        if isinstance(value, dict) and "history" in value:
            yield Told(path, list(flat(value.get("history"))), value)
        elif isinstance(value, list):
            yield Told(path, list(flat(value)), {})
        elif isinstance(value, dict) and is_event(value):
            events.append(value)
    if events:
        yield Told(path, events, {})


def flat(history: object) -> Iterator[Event]:
    """Yield events; before October 2024 they were pairs of an action and what came of it, without ids."""
    for number, item in enumerate(wild.items(history)):
        if isinstance(item, dict):
            yield item
        elif isinstance(item, list) and len(item) == 2 and all(isinstance(one, dict) for one in item):
            yield {"id": f"p{number}", "source": "agent", **item[0]}
            yield {
                "id": f"q{number}",
                "source": "agent",
                **item[1],
                "cause": item[0].get("id") or f"p{number}",
            }


def in_order(events: list[Event]) -> list[Event]:
    """Order the events of a folder: by number where they have one, else by time."""

    def place(event: Event) -> tuple[int, str]:
        return wild.integer(event.get("id")) or 0, wild.text(event.get("timestamp")) or ""

    return sorted(events, key=place)


def run_id(told: Told) -> str:
    """Name the run by how it began: a stream that has grown since is the same run."""
    first = next((event for event in told.events if is_event(event)), {})
    second = told.events[1] if len(told.events) > 1 and "history" in told.head else {}
    names = ("id", "timestamp", "source", "action", "message", "kind")
    parts = [str(told.head.get("instance_id") or "")]
    parts += [str(event.get(name)) for event in (first, second) for name in names]
    return f"openhands-{digest_of(chr(0).join(parts).encode('utf-8', 'replace')).hex()}"


def read_run(told: Told, *, now: datetime) -> Batch:
    """Read one run."""
    stream = Stream(run_id(told), SOURCE)
    siblings: dict[str, list[Event]] = {}
    for event in told.events:
        response = wild.identity(event.get("llm_response_id"))
        if event.get("kind") == "ActionEvent" and response:
            siblings.setdefault(response, []).append(event)
    instruction = wild.text(told.head.get("instruction"))
    if instruction and not any(event.get("source") == "user" for event in told.events):
        stream.prompt("prompt:instruction", instruction, None)
    for number, event in enumerate(told.events):
        if is_of_v1(event):
            v1.take(stream, event, number, siblings)
        else:
            v0.take(stream, event, number)
    return written(stream, told, now=now)


def written(stream: Stream, told: Told, *, now: datetime) -> Batch:
    """Write the run with all that is known of it."""
    recording, head = stream.recording, told.head
    keys = recording.keys()
    if not keys:
        return Batch(quarantined=[Quarantined(where=told.path, why=NO_EVENTS)])
    metadata, result = wild.mapping(head.get("metadata")), wild.mapping(head.get("test_result"))
    patch = wild.text(result.get("git_patch")) or wild.text(head.get("git_patch")) or ""
    net = changes_of_submission(patch, run=recording.run, step=keys[-1], source=SOURCE)
    instance = wild.identity(head.get("instance_id"))
    configured = wild.text(wild.mapping(metadata.get("llm_config")).get("model"))
    status, error = status_of(stream, head, now=now)
    run = recording.run_record(
        status=status,
        error=error,
        task=stream.task,
        title=instance,
        agent="openhands",
        agent_version=wild.text(metadata.get("openhands_version")),
        model=stream.model or configured,
        variant=configured or (stream.model if head else None),
        repo=repo_of_instance(instance) or repo_of_folder(stream.cwd),
        cwd=stream.cwd or None,
        outcome=outcome_of(head, result),
        meta=dict(meta_of(head, metadata, instance, told.path)),
    )
    open_status = StepStatus.RUNNING if status == RunStatus.RUNNING else StepStatus.UNANSWERED
    return Batch(runs=[run], steps=recording.steps(open_status), changes=recording.changes + net)


def status_of(stream: Stream, head: Event, *, now: datetime) -> tuple[RunStatus, str | None]:
    """Say how the run stands: the evaluation's error, the agent's own word, else how long it is silent."""
    error = wild.text(head.get("error"))
    if error:
        return RunStatus.FAILED, error[:300]
    if stream.status is not None:
        return stream.status, stream.error
    last = stream.recording.last_at
    fresh = last is not None and now - last < STILL_RUNNING
    return (RunStatus.RUNNING if fresh and not head else RunStatus.UNFINISHED), None


def outcome_of(head: Event, result: Event) -> str | None:
    """Read the benchmark's verdict where the evaluation has written it into its output."""
    for place in (head.get("report"), result.get("report"), result):
        resolved = wild.mapping(place).get("resolved")
        if isinstance(resolved, bool):
            return "resolved" if resolved else "not resolved"
    return None


def meta_of(head: Event, metadata: Event, instance: str | None, path: str) -> Iterator[tuple[str, object]]:
    """Yield what else is known of the run."""
    metrics = wild.mapping(head.get("metrics"))
    facts: dict[str, object] = {
        "instance": instance,
        "file": path,
        "agent_class": wild.text(metadata.get("agent_class")),
        "dataset": wild.text(metadata.get("dataset")),
        "total_cost_usd": wild.number(metrics.get("accumulated_cost")),
    }
    yield from ((name, value) for name, value in facts.items() if value is not None)
