"""Beginnings and ends: of the run and of sub-agents."""

from ingest.formats.events.prompts import tell_prompt_of_run
from ingest.formats.events.spans import STATUS_WORDS, sentence_of
from ingest.formats.events.state import SOURCE, Reading, Seen
from ingest.formats.events.values import capped, facts_of, id_of, text_of, time_of, whole_of, word_of
from ingest.formats.events.words import words_of
from runs.kinds import Kind, RunStatus, StepStatus
from runs.records import StepRecord

WORD_FIELDS = ("name", "agent_version", "model", "repo", "branch", "commit", "cwd", "variant")

RUN_STATUS_WORDS = {
    "running": RunStatus.RUNNING,
    "failed": RunStatus.FAILED,
    "failure": RunStatus.FAILED,
    "error": RunStatus.FAILED,
    "timeout": RunStatus.FAILED,
    "interrupted": RunStatus.INTERRUPTED,
    "cancelled": RunStatus.INTERRUPTED,
    "canceled": RunStatus.INTERRUPTED,
    "aborted": RunStatus.INTERRUPTED,
    "killed": RunStatus.INTERRUPTED,
}


def read_run_start(reading: Reading, seen: Seen) -> None:
    """Read what is known of a run at its start; a later `run_start` adds to it."""
    event, record = seen.event, seen.run.record
    record.setdefault("status", RunStatus.RUNNING)
    for name in WORD_FIELDS:
        if (word := word_of(getattr(event, name))) is not None:
            record[name] = word
    if (agent := word_of(event.agent)) is not None:
        record["agent"] = agent
    if (session := id_of(event.session) or id_of(event.session_id)) is not None:
        record["session"] = session
    if (parent := id_of(event.parent_run)) is not None:
        record["parent"] = parent
    task = event.task if event.task is not None else event.prompt
    if task is not None:
        record["task"] = text_of(task)
    replayed = {"replay_of": id_of(event.replay_of), "replay_at": id_of(event.replay_at)}
    if meta := facts_of(event.meta) | {name: id for name, id in replayed.items() if id is not None}:
        record["meta"] = meta
    if (began := time_of(event.started_at)) is not None:
        record["started_at"] = began
    seen.run.cwd = word_of(event.cwd) or seen.run.cwd
    tell_prompt_of_run(reading, seen)


def read_turn_log_start(reading: Reading, seen: Seen) -> None:
    """Read the first line of a turn log: its task is the human prompt."""
    read_run_start(reading, seen)
    if (task := words_of(seen.event)) is not None:
        seen.agent = ""
        seen.run.record.setdefault("task", task)
        key = id_of(seen.event.id) or reading.key_of_line("prompt", seen.line)
        reading.steps.append(seen.step(key, Kind.PROMPT, status=StepStatus.OK, input=capped(task)[0]))


def read_run_end(reading: Reading, seen: Seen) -> None:
    """Read how a run ended."""
    event, record = seen.event, seen.run.record
    error = sentence_of(event.error if event.error is not None else event.err)
    word = event.status.lower() if type(event.status) is str else ""
    status = RUN_STATUS_WORDS.get(word, RunStatus.FAILED if error and not word else RunStatus.DONE)
    record["status"] = status
    if (outcome := word_of(event.outcome)) is not None:
        record["outcome"] = outcome
    if error is not None:
        record["error"] = error
    ended = time_of(event.ended_at) or seen.at
    if ended is not None and status is not RunStatus.RUNNING:
        record["ended_at"] = ended


def read_agent_start(reading: Reading, seen: Seen) -> None:
    """Read that a sub-agent began: a span that its events lie in."""
    add_agent(reading, seen, rank=1, status=StepStatus.RUNNING)


def read_agent_end(reading: Reading, seen: Seen) -> None:
    """Read that a sub-agent ended."""
    event = seen.event
    word = STATUS_WORDS.get(event.status.lower()) if type(event.status) is str else None
    error = sentence_of(event.error if event.error is not None else event.err)
    add_agent(
        reading, seen, rank=2, status=word or (StepStatus.FAILED if error else StepStatus.OK), error=error
    )


def add_agent(
    reading: Reading, seen: Seen, *, rank: int, status: StepStatus, error: str | None = None
) -> None:
    event = seen.event
    lane = seen.agent or id_of(event.id)
    text, size = capped(words_of(event))
    outer = id_of(event.parent_agent) or ""
    parent = id_of(event.call) or id_of(event.tool_call_id) or id_of(event.parent)
    reading.steps.append(
        StepRecord(
            run=seen.run.id,
            key=f"agent:{lane}" if lane else reading.key_of_line("agent", seen.line),
            kind=Kind.AGENT,
            source=SOURCE,
            rank=rank,
            name=word_of(event.name) or (lane if rank == 1 else None),
            model=word_of(event.model),
            status=status,
            error=error,
            agent=outer,
            parent=parent or (f"agent:{outer}" if outer else None),
            turn=whole_of(event.turn),
            started_at=time_of(event.started_at) or (seen.at if rank == 1 else None),
            ended_at=(time_of(event.ended_at) or seen.at) if rank == 2 else None,
            duration_ms=whole_of(event.duration_ms) if rank == 2 else None,
            input=text if rank == 1 else None,
            input_size=size if rank == 1 else None,
            output=text if rank == 2 else None,
            output_size=size if rank == 2 else None,
            raw=seen.raw,
        )
    )
