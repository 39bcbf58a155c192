"""Files of Cline and Roo to records: the files of one folder are one task, and that one run (FORMATS 4.7)."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from ingest import wild
from ingest.documents import read_documents
from ingest.formats.cline.answers import take_answer
from ingest.formats.cline.given import take_user
from ingest.formats.cline.header import run_record
from ingest.formats.cline.parts import Part, Record, Task, is_ui, looks_like, part_of_object
from ingest.formats.cline.screen import at_of
from ingest.formats.cline.seen import read_screen
from ingest.formats.cline.walk import Walk
from ingest.sources import SourceFile
from runs.kinds import RunStatus, StepStatus
from runs.records import Batch, Quarantined

FORMAT = "cline"
SOURCE = "cline:task"
NO_MESSAGES = "No messages of a task are in this file."

__all__ = ["looks_like", "read"]


def read(files: list[SourceFile], *, now: datetime) -> Batch:
    """Read the files of one or many tasks. Never raises; what cannot be read is in `quarantined`."""
    batch = Batch(format=FORMAT)
    folders = Folders()
    for file in files:
        documents = read_documents(file)
        batch += Batch(quarantined=documents.quarantined)
        for part, value in parts_in([document.value for document in documents.found]):
            folders.put(file.path, part, value)
    for task in [task for tasks in folders.tasks.values() for task in tasks]:
        batch += read_task(task, now=now)
    return batch


def parts_in(values: list[Any]) -> Iterator[tuple[Part, Any]]:
    """Say what the values of a file are."""
    loose: list[Record] = []
    for value in values:
        if isinstance(value, list):
            records = wild.objects(value)
            yield (Part.UI if any(is_ui(record) for record in records) else Part.API), records
        elif (part := part_of_object(wild.mapping(value))) is not None:
            yield part, value
        elif isinstance(value, dict):
            loose.append(value)
    if loose:
        yield (Part.UI if any(is_ui(record) for record in loose) else Part.API), loose


class Folders:
    """The tasks of an import by folder: a folder is one task, unless it has two files of one kind."""

    def __init__(self) -> None:
        self.tasks: dict[str, list[Task]] = {}
        self.counts: dict[tuple[str, Part], int] = {}

    def put(self, path: str, part: Part, value: Any) -> None:
        """Put a file to the first task of its folder that has none of its kind."""
        folder = path.replace("\\", "/").rpartition("/")[0]
        tasks = self.tasks.setdefault(folder, [])
        number = self.counts.get((folder, part), 0)
        self.counts[folder, part] = number + 1
        if number == len(tasks):
            tasks.append(Task(path))
        setattr(tasks[number], part.value, value)


def read_task(task: Task, *, now: datetime) -> Batch:
    """Read one task."""
    walk = Walk(task, task.name(), SOURCE)
    walk.learn()
    if task.messages:
        read_messages(walk)
    else:
        read_screen(walk)
    if not walk.recording.slots:
        return Batch(quarantined=[Quarantined(where=task.path, why=NO_MESSAGES)])
    for row in task.ui:
        walk.recording.seen(at_of(row))
    run = run_record(walk, now=now)
    open_status = StepStatus.RUNNING if run.status is RunStatus.RUNNING else StepStatus.UNANSWERED
    return Batch(runs=[run], steps=walk.recording.steps(open_status), changes=walk.recording.changes)


def read_messages(walk: Walk) -> None:
    """Walk through the conversation with the model."""
    rules = wild.text(walk.told.sdk.get("system_prompt"))
    if rules:
        walk.recording.hear({"role": "system", "content": rules})
    for number, message in enumerate(walk.told.messages):
        at = at_of(message)
        if message.get("isSummary") is True:
            summary = message.get("content")
            text = summary if isinstance(summary, str) else ""
            walk.compact(f"compact:{number}", wild.clean(text), at)
            walk.recording.forget([{"role": wild.text(message.get("role")) or "user", "content": summary}])
        elif message.get("role") == "assistant":
            take_answer(walk, number, message, at)
        else:
            take_user(walk, number, message, at or asked_at(walk, number))
    for request in walk.requests[walk.next_request :]:
        walk.lost(request)


def asked_at(walk: Walk, number: int) -> datetime | None:
    """Find when a message was sent: with the request that follows it."""
    request = walk.by_index.get(number + 1)
    if request is None and not walk.by_index and walk.next_request < len(walk.requests):
        request = walk.requests[walk.next_request]
    return request.at if request else None
