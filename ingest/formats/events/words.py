"""Prompts, answers, errors, retries, logs and the other events that are a step of their own."""

from ingest.formats.events.answers import cost_of
from ingest.formats.events.calls import fail_open_call, tool_of
from ingest.formats.events.spans import sentence_of
from ingest.formats.events.state import Reading, Seen
from ingest.formats.events.values import (
    capped,
    facts_of,
    flag_of,
    id_of,
    json_text,
    raw_text,
    text_of,
    time_of,
    whole_of,
    word_of,
)
from ingest.formats.events.wire import Event
from runs.kinds import Kind, RunStatus, StepStatus


def words_of(event: Event) -> str | None:
    """Find the text of an event, whatever its field is called."""
    for value in (event.text, event.prompt, event.message, event.summary, event.task):
        if value is not None:
            return text_of(value)
    for part in (event.content, event.input, event.output):
        if (text := raw_text(part)) is not None:
            return text
    return json_text(event.data) if event.data is not None else None


def key_of(reading: Reading, seen: Seen, kind: str) -> str:
    """Take the event's own id, or derive one from its line."""
    return id_of(seen.event.id) or reading.key_of_line(kind, seen.line)


def facts(event: Event, *names: str) -> dict[str, object]:
    """Gather the small facts of an event that are there."""
    found: dict[str, object] = facts_of(event.data) if type(event.data) is dict else {}
    for name in names:
        value = getattr(event, name)
        if value is not None and not isinstance(value, dict | list):
            found[name] = whole if (whole := whole_of(value)) is not None else word_of(value)
    return found


def read_prompt(reading: Reading, seen: Seen) -> None:
    """Read what a human asked."""
    text, size = capped(words_of(seen.event))
    key = key_of(reading, seen, "prompt")
    reading.steps.append(seen.step(key, Kind.PROMPT, status=StepStatus.OK, input=text or "", input_size=size))


def read_final(reading: Reading, seen: Seen) -> None:
    """Read the final answer of the main agent, which ends the run."""
    text, size = capped(words_of(seen.event))
    key = key_of(reading, seen, "final")
    reading.steps.append(seen.step(key, Kind.FINAL, status=StepStatus.OK, output=text, output_size=size))
    record = seen.run.record
    if not seen.agent and record.get("status", RunStatus.RUNNING) is RunStatus.RUNNING:
        record["status"] = RunStatus.DONE
        if seen.at is not None:
            record["ended_at"] = seen.at


def read_error(reading: Reading, seen: Seen) -> None:
    """Read a failure. One that names a tool fails its open call too. It does not end the run."""
    event = seen.event
    given = event.err if event.err is not None else event.error if event.error is not None else event.message
    whole = text_of(given) or words_of(event)
    text, size = capped(whole)
    error = sentence_of(given) or sentence_of(whole) or "An error without a message."
    detail = facts(event, "http_status", "level", "call")
    if (call := fail_open_call(reading, seen, error)) is not None:
        detail["failed_call"] = call
    reading.steps.append(
        seen.step(
            key_of(reading, seen, "error"),
            Kind.ERROR,
            status=StepStatus.FAILED,
            tool=tool_of(event),
            error=error,
            error_kind=word_of(event.error_kind),
            output=text,
            output_size=size,
            detail=detail,
        )
    )


def read_retry(reading: Reading, seen: Seen) -> None:
    """Read one failed attempt of a call that is tried again."""
    event = seen.event
    given = event.error if event.error is not None else event.err if event.err is not None else event.message
    code = whole_of(event.http_status)
    reading.steps.append(
        seen.step(
            key_of(reading, seen, "retry"),
            Kind.RETRY,
            status=StepStatus.FAILED,
            name=word_of(event.name),
            tool=word_of(event.tool),
            model=word_of(event.model),
            error=sentence_of(given) or (f"HTTP {code}" if code else None),
            error_kind=word_of(event.error_kind) or ("api" if code else None),
            duration_ms=whole_of(event.duration_ms),
            output=capped(text_of(given))[0],
            cost_usd=cost_of(event.cost_usd),
            detail=facts(event, "of", "max_attempts", "http_status", "wait_ms"),
        )
    )


def read_log(reading: Reading, seen: Seen) -> None:
    """Read a log line or an own event."""
    event = seen.event
    text, size = capped(words_of(event))
    reading.steps.append(
        seen.step(
            key_of(reading, seen, "event"),
            Kind.EVENT,
            name=word_of(event.name) or (word_of(event.event) if event.kind is not None else None) or "log",
            status=StepStatus.OK,
            input=text,
            input_size=size,
            duration_ms=whole_of(event.duration_ms),
            detail=facts(event, "level"),
        )
    )


def read_compaction(reading: Reading, seen: Seen) -> None:
    """Read that the context was cut or summarised."""
    event = seen.event
    text, size = capped(words_of(event))
    reading.steps.append(
        seen.step(
            key_of(reading, seen, "compaction"),
            Kind.COMPACTION,
            status=StepStatus.OK,
            output=text,
            output_size=size,
            duration_ms=whole_of(event.duration_ms),
            detail=sizes_of_compaction(facts(event, "trigger", "tokens_before", "tokens_after")),
        )
    )


def sizes_of_compaction(found: dict[str, object]) -> dict[str, object]:
    """Name the sizes of a compaction as every source does: `pre_tokens` and `post_tokens`."""
    names = {"tokens_before": "pre_tokens", "tokens_after": "post_tokens"}
    return {names.get(name, name): value for name, value in found.items()}


DECISIONS = {
    "allow": StepStatus.OK,
    "allowed": StepStatus.OK,
    "approved": StepStatus.OK,
    "accept": StepStatus.OK,
    "deny": StepStatus.DENIED,
    "denied": StepStatus.DENIED,
    "rejected": StepStatus.DENIED,
    "reject": StepStatus.DENIED,
    "cancelled": StepStatus.CANCELLED,
}


def read_permission(reading: Reading, seen: Seen) -> None:
    """Read a question to a human (no decision yet), or its answer under the same id."""
    event = seen.event
    word = event.decision.lower() if type(event.decision) is str else ""
    status = DECISIONS.get(word, StepStatus.OK if word else StepStatus.RUNNING)
    asked = status is StepStatus.RUNNING
    reading.steps.append(
        seen.step(
            key_of(reading, seen, "permission"),
            Kind.PERMISSION,
            rank=1 if asked else 2,
            tool=tool_of(event),
            status=status,
            ended_at=None if asked else time_of(event.ended_at) or seen.at,
            duration_ms=whole_of(event.duration_ms),
            input=capped(words_of(event))[0],
            detail=facts(event, "decision", "by", "call"),
        )
    )


def read_handoff(reading: Reading, seen: Seen) -> None:
    """Read that one agent gave the work to another."""
    event = seen.event
    name = word_of(event.name) or " → ".join(filter(None, [seen.agent, word_of(event.to)]))
    reading.steps.append(
        seen.step(
            key_of(reading, seen, "handoff"),
            Kind.HANDOFF,
            name=name or None,
            status=StepStatus.OK,
            input=capped(words_of(event))[0],
            detail=facts(event, "to", "by"),
        )
    )


def read_guardrail(reading: Reading, seen: Seen) -> None:
    """Read a check of input or output, and whether it passed."""
    event = seen.event
    failed = flag_of(event.passed) is False
    reading.steps.append(
        seen.step(
            key_of(reading, seen, "guardrail"),
            Kind.GUARDRAIL,
            name=word_of(event.name),
            status=StepStatus.FAILED if failed else StepStatus.OK,
            error=(sentence_of(event.error) or sentence_of(words_of(event)) or "Tripped.")
            if failed
            else None,
            error_kind="policy" if failed else None,
            duration_ms=whole_of(event.duration_ms),
            input=capped(words_of(event))[0],
            detail=facts(event, "passed", "tool"),
        )
    )


def read_blob_ref(reading: Reading, seen: Seen) -> None:
    """Read a pointer to content that stayed with the client: kept as facts, never fetched."""
    event = seen.event
    of = id_of(event.step) or id_of(event.id) or id_of(event.of)
    detail = facts(event, "path", "size", "digest")
    reading.steps.append(
        seen.step(
            reading.key_of_line("blob", seen.line),
            Kind.EVENT,
            name="blob_ref",
            status=StepStatus.OK,
            input=word_of(event.path),
            detail={**detail, "of": of} if of else detail,
        )
    )
