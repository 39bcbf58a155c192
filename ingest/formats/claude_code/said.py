"""What came in the user's name, by who really said it: prompts, commands, summaries, interrupts, notices."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from ingest import wild
from ingest.formats.claude_code import notes
from ingest.formats.claude_code.blocks import text_of, without_reminders
from ingest.formats.claude_code.classify import Said, command_of, opening_of, said_by, tagged_text
from ingest.formats.claude_code.lanes import Lane
from ingest.formats.claude_code.lines import Record
from ingest.formats.claude_code.naming import name_of_text
from ingest.formats.claude_code.pictures import with_pictures, without_pictures
from runs.kinds import Kind, StepStatus

if TYPE_CHECKING:
    from ingest.formats.claude_code.session import Session


def read_prompt(session: Session, lane: Lane, record: Record, text: str, at: datetime | None) -> None:
    """A human speaks; in a sub-agent's lane it is the task that its parent gave."""
    uuid = wild.identity(record.get("uuid"))
    command = said_by(record) == Said.COMMAND
    if command and uuid in session.local_commands:
        read_local_command(session, lane, record, text, at)
        return
    shown = command_of(text) if command else without_reminders(text)
    if lane.agent:
        read_task(session, lane, record, shown, at)
        return
    session.typed[text.strip()] -= 1
    session.fresh.add(text.strip())
    lane.rewind(wild.identity(record.get("parentUuid")))
    session.header.prompt = session.header.prompt or shown
    note = notes.event(record, "", at, "", input=text, command=command)
    note.kind, note.name, note.status = Kind.PROMPT, None, StepStatus.OK
    note.names = names_of_prompt(session, record, shown)
    note.shown = shown if shown != text else None
    note.pictured = with_pictures(wild.mapping(record.get("message")).get("content"))
    session.add(note)
    session.ends[""] = note


def names_of_prompt(session: Session, record: Record, shown: str) -> tuple[str, ...]:
    """List what other channels know a prompt by: its id is that of all that follows from it, too."""
    uuid, prompt = wild.identity(record.get("uuid")), wild.identity(record.get("promptId"))
    names = [f"uuid:{uuid}"] if uuid else []
    if prompt and prompt not in session.prompts:
        session.prompts.add(prompt)
        names.append(f"prompt:{prompt}")
    return (*names, name_of_text("said", shown)) if names else ()


def read_task(session: Session, lane: Lane, record: Record, text: str, at: datetime | None) -> None:
    """What a sub-agent was told: first its task, later messages of others."""
    first = lane.asked_at is None and not lane.heads
    session.add(notes.event(record, lane.agent, at, "Task" if first else "Message", input=text))
    session.header.task = session.header.task or text


def read_local_command(session: Session, lane: Lane, record: Record, text: str, at: datetime | None) -> None:
    """A slash command that the program answered itself."""
    note = notes.event(record, lane.agent, at, "Human ran", input=command_of(text), local=True)
    session.shell[lane.agent] = note
    session.add(note)


def read_shell_command(session: Session, lane: Lane, record: Record, text: str, at: datetime | None) -> None:
    """A shell command that the human typed."""
    note = notes.event(record, lane.agent, at, "Human ran", input=tagged_text(text), shell=True)
    session.shell[lane.agent] = note
    session.add(note)


def read_output(session: Session, lane: Lane, record: Record, text: str, at: datetime | None) -> None:
    """The output of a command that the human ran."""
    output = tagged_text(text)
    note = session.shell.pop(lane.agent, None)
    if note is not None:
        note.output, note.ended_at = output or None, at
    elif output.strip():
        session.add(notes.hidden(record, lane.agent, at, "Local output", output=output))


def read_summary(session: Session, lane: Lane, record: Record, text: str, at: datetime | None) -> None:
    """The summary that a compacted context begins with; without a boundary, the compaction itself."""
    note = session.summary.pop(lane.agent, None)
    if note is None:
        note = notes.compaction(record, lane.agent, at)
        session.add(note)
        lane.restart()
    note.output = text


def read_interrupt(session: Session, lane: Lane, record: Record, text: str, at: datetime | None) -> None:
    note = notes.event(record, lane.agent, at, "Interrupted", input=text.strip("[] \n"))
    session.add(note)
    session.ends[lane.agent] = note
    for tool in session.open.pop(lane.agent, {}).values():
        if tool.status is None:
            tool.status, tool.error_kind = StepStatus.CANCELLED, "human"
            tool.error, tool.ended_at = "Interrupted by the user", at


def read_beside_results(session: Session, lane: Lane, record: Record, text: str, at: datetime | None) -> None:
    """Words in one message with tool results: typed while the agent worked, or an interrupt."""
    shown = without_reminders(text).strip()
    kind = opening_of(shown)
    if kind == Said.INTERRUPT:
        read_interrupt(session, lane, record, shown, at)
    elif shown and kind is None and not lane.agent and record.get("isMeta") is not True:
        session.add(notes.event(record, lane.agent, at, "Human added", input=shown))


def read_notice(session: Session, lane: Lane, record: Record, text: str, at: datetime | None) -> None:
    """A background task reports; the end of a sub-agent closes its step."""
    notice = notes.notice_of(text)
    note = notes.event(record, lane.agent, at, "Background task", input=notice.summary, output=notice.result)
    note.names = () if lane.agent else names_of_prompt(session, record, text)
    session.add(note)
    close_agent(session, notice, at)


def read_queued(session: Session, record: Record) -> None:
    """Take the end of a sub-agent from a notice in the queue: it may never come out as a message."""
    text = text_of(record.get("content"))
    if text.lstrip().startswith("<task-notification>"):
        close_agent(session, notes.notice_of(text), wild.when(record.get("timestamp")))


def close_agent(session: Session, notice: notes.Notice, at: datetime | None) -> None:
    """End the background sub-agent that a notice names, by call or by its own id; the first counts."""
    tool = session.tools.get(notice.tool or "") or session.agents.get(notice.task or "")
    if tool is None or not tool.in_background or tool.status is not None:
        return
    done = notice.status in ("completed", "")
    tool.status = StepStatus.OK if done else StepStatus.FAILED
    tool.error = None if done else f"The sub-agent ended: {notice.status}"[:300]
    tool.ended_at = at
    tool.output = notice.result or tool.output


def heard(session: Session, record: Record, content: object) -> object:
    """Give what the model heard, with the names of steps for the pictures that they keep."""
    if isinstance(content, str):
        return content
    prompt = session.ends.get("")  # the newest that was read
    if isinstance(prompt, notes.Note) and prompt.pictured and prompt.key == notes.key_of(record):
        return without_pictures(content, prompt.key)
    return [heard_block(session, block) for block in wild.items(content)]


def heard_block(session: Session, block: object) -> object:
    told = wild.mapping(block)
    tool = session.tools.get(wild.identity(told.get("tool_use_id")) or "")
    if tool is None or not tool.pictured or tool.pictured != with_pictures(told.get("content")):
        return block
    return {**told, "content": without_pictures(told["content"], tool.key)}


def skip(session: Session, lane: Lane, record: Record, text: str, at: datetime | None) -> None:
    """What the program tells the model is in the context, and no step."""


Sayer = Callable[["Session", Lane, Record, str, "datetime | None"], None]

SAYERS: dict[Said, Sayer] = {
    Said.HUMAN: read_prompt,
    Said.COMMAND: read_prompt,
    Said.SUMMARY: read_summary,
    Said.INTERRUPT: read_interrupt,
    Said.SHELL: read_shell_command,
    Said.SHELL_OUTPUT: read_output,
    Said.LOCAL_OUTPUT: read_output,
    Said.NOTICE: read_notice,
    Said.HARNESS: skip,
}
