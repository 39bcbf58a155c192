"""What Aider itself said: of the answer before, of the files, of the program."""

from collections.abc import Callable
from typing import Any

from ingest import wild
from ingest.formats.aider.applying import settle
from ingest.formats.aider.history import Part
from ingest.formats.aider.notes import Fact, Note, notes_in, usage_in
from ingest.formats.aider.walk import Walk
from ingest.formats.claude_code.blocks import first_line
from ingest.formats.events.usage import MOST
from ingest.trajectories.recording import Answer
from runs.kinds import Kind, RunStatus, StepStatus
from runs.records import Tokens


def noted(walk: Walk, number: int, part: Part) -> None:
    """Read what Aider said: of the answer before, of the files, of the program."""
    notes = list(notes_in(part.lines))
    failed = any(note.fact is Fact.UNMATCHED for note in notes)
    for place, note in enumerate(notes):
        reader = READERS.get(note.fact)
        if reader is not None:
            reader(walk, f"note:{number}:{place}", note)
    settle(walk, part, notes, failed=failed)
    told = {line for note in notes for line in (note.line, note.about)}
    rest = [line for line in part.lines if line.strip() and line.strip() not in told]
    if rest and not failed:
        text = "\n".join(rest)
        walk.recording.note(
            f"note:{number}",
            Kind.EVENT,
            name="Aider",
            input=first_line(text),
            output=text,
            detail={"meta": True},
        )


def told_model(walk: Walk, key: str, note: Note) -> None:
    """Which model is asked, and for which form of edits."""
    walk.models += [note.one] if note.one not in walk.models[-1:] else []
    walk.format = note.two


def told_version(walk: Walk, key: str, note: Note) -> None:
    walk.version = note.one.rstrip(".,")


def committed(walk: Walk, key: str, note: Note) -> None:
    """Aider commits what it has changed."""
    walk.commits.append({"sha": note.one, "message": note.two[:500]})
    said = f"{note.one} {note.two}"
    walk.recording.note(key, Kind.EVENT, name="Committed", input=said, detail={"commit": note.one})


def ran(walk: Walk, key: str, note: Note) -> None:
    """Aider runs a command: one that the model proposed, the linter, the tests."""
    walk.ran(key, note.one, by="")


def troubled(walk: Walk, key: str, note: Note) -> None:
    walk.trouble = note.line[:300]


def retried(walk: Walk, key: str, note: Note) -> None:
    """The model's API failed, and is asked again."""
    walk.recording.note(
        key,
        Kind.RETRY,
        name="API call",
        status=StepStatus.FAILED,
        error=walk.trouble or "The model call failed",
        error_kind="api",
        detail={"wait_ms": wait_of(note.one)},
    )
    walk.trouble = None


def limited(walk: Walk, key: str, note: Note) -> None:
    """Aider gives up: too many attempts, or too long a context."""
    walk.recording.note(
        key,
        Kind.ERROR,
        name="Aider",
        status=StepStatus.FAILED,
        error=note.line[:300],
        error_kind="validation",
    )


def stopped(walk: Walk, key: str, note: Note) -> None:
    walk.recording.note(key, Kind.EVENT, name="Interrupted by the user")
    walk.ending = RunStatus.INTERRUPTED, None


def count(walk: Walk, key: str, note: Note) -> None:
    """Give the newest answer what it took; the analytics have the exact numbers."""
    found = usage_in(note.line)
    if found is None or walk.answer is None:
        return
    walk.answer.tokens, walk.answer.usage, walk.answer.cost = found
    walk.answer.detail = {"usage_rounded": True}
    exact = next_sent(walk)
    if exact is not None:
        exact_of(walk.answer, exact)
        at = exact.get("at")
        walk.answer.ended_at = walk.answer.ended_at or at
        walk.answer.started_at = walk.answer.started_at or at
    message, walk.answer.message = walk.answer.message, None
    walk.recording.answer_again(walk.place, walk.answer)
    walk.answer.message = message


def next_sent(walk: Walk) -> dict[str, Any] | None:
    """Take the next call of the analytics."""
    sent = walk.launch.sent if walk.launch else []
    walk.sent += 1
    return sent[walk.sent - 1] if walk.sent <= len(sent) else None


def question(walk: Walk, key: str, note: Note) -> None:
    """Aider asked the human."""
    word = note.two.strip().lower()
    denied = word.startswith(("n", "s", "d"))
    walk.recording.note(
        key,
        Kind.PERMISSION,
        tool="aider",
        input=f"{note.one} {note.about}".rstrip(),
        status=StepStatus.DENIED if denied else StepStatus.OK,
        error="Answered no" if denied else None,
        error_kind="human" if denied else None,
        detail={"answer": note.two[:100]},
    )


def exact_of(answer: Answer, told: dict[str, Any]) -> None:
    """Put the exact numbers of the analytics in place of the rounded ones; the cache stays as it was."""
    sent = wild.integer(told.get("prompt_tokens"), MOST)
    received = wild.integer(told.get("completion_tokens"), MOST)
    rough = answer.tokens or Tokens()
    inside = rough.cache_read + rough.cache_write_5m
    if sent is None or received is None:
        return
    answer.tokens = Tokens(
        input=sent - inside if inside <= sent else sent,
        cache_read=rough.cache_read,
        cache_write_5m=rough.cache_write_5m,
        output=received,
    )
    answer.usage = {**(answer.usage or {}), "prompt_tokens": sent, "completion_tokens": received}
    cost = wild.number(told.get("cost"))
    answer.cost = cost if cost is not None else answer.cost
    answer.model = wild.text(told.get("main_model")) or answer.model
    answer.detail = {"usage_rounded": True} if inside else {}


def wait_of(seconds: str) -> int | None:
    try:
        return min(round(float(seconds) * 1_000), 10**9)
    except ValueError:
        return None


READERS: dict[Fact, Callable[[Walk, str, Note], None]] = {
    Fact.USAGE: count,
    Fact.MODEL: told_model,
    Fact.VERSION: told_version,
    Fact.COMMIT: committed,
    Fact.QUESTION: question,
    Fact.RUNNING: ran,
    Fact.ERROR: troubled,
    Fact.RETRY: retried,
    Fact.LIMIT: limited,
    Fact.STOPPED: stopped,
}
