"""What spans say of the run they belong to; the same whatever their order."""

from ingest import wild
from ingest.limits import ANSWER_CHARS, SCORES_PER_RUN
from ingest.spans.known import TraceFacts
from ingest.spans.span import Span, SpanKind, moment
from runs.kinds import RunStatus
from runs.limits import LOSSES_PER_RUN
from runs.losses import is_of_run
from runs.records import RunRecord
from runs.titles import title_of

#: What a score of the whole run is remembered by, before its name.
SCORE = "score:"
#: What a loss of the whole run is remembered by, before its kind (`runs.losses`).
LOSS = "lost:"
UNKNOWN_SERVICE = "unknown_service"


def note_span(facts: TraceFacts, span: Span) -> None:
    """Take what a span says of its run."""
    at = span.start or span.end
    if not span.is_score:
        facts.last_at = max(facts.last_at, span.end, span.start)
    for name in ("session", "user", "conversation"):
        note_earliest(facts, name, at, getattr(span, name))
    if span.kind is SpanKind.AGENT:
        note_earliest(facts, "agent", at, span.agent)
    note_earliest(facts, "hint", at, span.agent or span.agent_hint)
    if span.kind is SpanKind.LLM:
        note_earliest(facts, "model", at, span.model)  # the one that answered, not the one that was asked
    if span.kind is not SpanKind.NONE:
        note_earliest(facts, "source", at, span.source)
    if span.kind is SpanKind.PROMPT:
        note_earliest(facts, "task", at, (span.input or "")[:ANSWER_CHARS])
    if span.resource:
        note_earliest(facts, "resource", 0, span.resource)
    if span.tags:
        note_earliest(facts, "tags", at, span.tags)
    if span.score:
        note_score(facts, at, *span.score)
    for kind, number in span.lost.items():
        if is_of_run(kind) and number_of_losses(facts) < LOSSES_PER_RUN:
            note_latest(facts, LOSS + kind, at, number)
    if span.is_root:
        note_root(facts, span)


def note_root(facts: TraceFacts, span: Span) -> None:
    """Take what the root says: how the run was begun and ended."""
    facts.root = span.span_id
    if span.start:
        note_earliest(facts, "begun", span.start, span.start)
    note_earliest(facts, "title", span.start, span.name)
    note_earliest(facts, "given", span.start, (span.input or "")[:ANSWER_CHARS])
    if span.end and not span.is_start:
        facts.ended = True
        note_latest(facts, "ended", span.end, span.end)
        note_latest(facts, "back", span.end, (span.output or "")[:ANSWER_CHARS])
        note_latest(facts, "error", span.end, span.error if span.failed else "")


def note_score(facts: TraceFacts, at: int, name: str, value: str) -> None:
    """Take a score of the whole run: among its facts, and as the source's word on how it went."""
    known = [told for told in facts.told if told.startswith(SCORE)]
    if SCORE + name in known or len(known) < SCORES_PER_RUN:
        note_latest(facts, SCORE + name, at, value)
    note_latest(facts, "outcome", at, f"{name} {value}".strip())


def number_of_losses(facts: TraceFacts) -> int:
    """Count the losses that are remembered; each name of a thing that is missing is one."""
    return sum(name.startswith(LOSS) for name in facts.told)


def note_earliest(facts: TraceFacts, name: str, at: int, value: object) -> None:
    """Keep the earliest word; of two at once the smaller, so that order plays no part."""
    if value in (None, ""):
        return
    value = wild.tree(value)  # it goes into a JSON column
    told = facts.told.get(name)
    if told is None or (at, str(value)) < (told[0], str(told[1])):
        facts.told[name] = [at, value]


def note_latest(facts: TraceFacts, name: str, at: int, value: object) -> None:
    """Keep the latest word, which may be that there is none."""
    value = wild.tree(value)
    told = facts.told.get(name)
    if told is None or (at, str(value)) > (told[0], str(told[1])):
        facts.told[name] = [at, value]


def value_of(facts: TraceFacts, name: str) -> object:
    """Give what is known under a name."""
    return facts.told.get(name, [0, None])[1]


def text_of(facts: TraceFacts, name: str) -> str | None:
    """Give a text that is known under a name."""
    value = value_of(facts, name)
    return value if isinstance(value, str) and value else None


def whole_of(facts: TraceFacts, name: str) -> int:
    """Give a number that is known under a name."""
    value = value_of(facts, name)
    return value if isinstance(value, int) else 0


def source_of(facts: TraceFacts) -> str:
    """Name who told of the run first."""
    return text_of(facts, "source") or "otel"


def run_record(facts: TraceFacts) -> RunRecord:
    """Say all that a trace knows of its run; the newest record knows the most."""
    resource = value_of(facts, "resource")
    told = resource if isinstance(resource, dict) else {}
    service = told.get("service.name")
    named = service if isinstance(service, str) and not service.startswith(UNKNOWN_SERVICE) else None
    error = text_of(facts, "error")
    task = text_of(facts, "task") or text_of(facts, "given")
    meta = {name: value for name in ("user", "conversation", "tags") if (value := value_of(facts, name))}
    scores = {
        name.removeprefix(SCORE): value_of(facts, name) for name in facts.told if name.startswith(SCORE)
    }
    if scores:
        meta["scores"] = scores
    return RunRecord(
        external_id=facts.run,
        source=source_of(facts),
        at=moment(facts.last_at),
        session=text_of(facts, "session"),
        agent=text_of(facts, "agent") or text_of(facts, "hint") or named,
        name=title_of(task) or None if task else text_of(facts, "title"),
        task=task,
        model=text_of(facts, "model"),
        status=(RunStatus.FAILED if error else RunStatus.DONE) if facts.ended else RunStatus.RUNNING,
        outcome=text_of(facts, "outcome"),
        error=error,
        started_at=moment(whole_of(facts, "begun")),
        ended_at=moment(whole_of(facts, "ended")),
        meta={**told, **meta},
        losses={
            name.removeprefix(LOSS): whole_of(facts, name) for name in facts.told if name.startswith(LOSS)
        },
    )
