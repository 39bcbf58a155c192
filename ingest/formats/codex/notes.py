"""Steps that one record tells: prompts, errors, retries, compactions and other events."""

from ingest import wild
from ingest.formats.claude_code.naming import name_of_text
from ingest.formats.claude_code.notes import facts
from ingest.formats.claude_code.slim import slim
from ingest.formats.codex.rollouts import Entry
from ingest.formats.codex.thread import Thread
from ingest.ranks import rank_of
from runs.kinds import Kind, StepStatus
from runs.records import StepRecord


def note(
    thread: Thread,
    entry: Entry,
    kind: Kind,
    *,
    key: str | None = None,
    name: str | None = None,
    input: str | None = None,
    output: str | None = None,
    status: StepStatus | None = None,
    error: str | None = None,
    error_kind: str | None = None,
    **detail: object,
) -> StepRecord:
    """Write a step, and add it to its thread. Without an id of its own it is named by its line."""
    step = StepRecord(
        run=thread.editor.run,
        key=key or named(thread, f"{kind.value}:{entry.number}"),
        kind=kind,
        source=thread.editor.source,
        rank=rank_of(thread.editor.source),
        names=names_of_prompt(key or f"{entry.number}", input) if kind is Kind.PROMPT and input else (),
        name=name,
        status=status,
        error=error[:300] if error else None,
        error_kind=error_kind,
        agent=thread.lane,
        started_at=entry.at,
        ended_at=entry.at,
        input=input,
        output=output,
        raw=slim({"type": entry.type, "payload": entry.payload}),
        detail=facts(**detail),
    )
    thread.add(step)
    return step


def names_of_prompt(key: str, text: str) -> tuple[str, ...]:
    """Name a prompt by what was said, for channels that share no id."""
    return (f"line:prompt:{key}", name_of_text("said", text))


def named(thread: Thread, key: str) -> str:
    """Name a place in a sub-agent's file by its thread, too: many files are one run."""
    return f"{thread.lane}:{key}" if thread.lane else key


def prompt(thread: Thread, entry: Entry, text: str, *, key: str | None) -> None:
    """Add a human's prompt; in a sub-agent's thread it is the task that its parent wrote."""
    thread.asked_at = entry.at or thread.asked_at
    if thread.lane:
        if thread.is_told:
            thread.header.prompt = thread.header.prompt or text
        note(thread, entry, Kind.EVENT, key=key, name="Task", input=text)
        return
    thread.header.prompt = thread.header.prompt or text
    note(thread, entry, Kind.PROMPT, key=key, input=text, status=StepStatus.OK)


def event(thread: Thread, entry: Entry, name: str, **given: object) -> None:
    """Add an event that people see."""
    note(thread, entry, Kind.EVENT, name=name, **given)  # type: ignore[arg-type]  # fields of a note


def hidden(thread: Thread, entry: Entry, name: str) -> None:
    """Add an event that pages hide unless asked."""
    note(thread, entry, Kind.EVENT, name=name, meta=True)


def word(value: object) -> str:
    return wild.text(value) or ""
