"""What spans say of the run they belong to; the same whatever their order."""

from typing import Any

from msgspec import structs

from ingest import wild
from ingest.limits import ANSWER_CHARS, SCORES_PER_RUN
from ingest.spans.hearing import FOR_TOOLS
from ingest.spans.known import GUESTS, Shape, TraceFacts, Why
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
#: Until when the traces of a run are known that another one names.
NEWEST = "newest"
#: A time before all others, in nanoseconds: what is told then fills what nobody else tells.
BEFORE_ALL = 1_000


def note_span(facts: TraceFacts, run: TraceFacts, span: Span) -> None:
    """Take what a span says of its trace, and of the run that the trace belongs to."""
    at = span.start or span.end
    if not span.is_score:
        facts.last_at = max(facts.last_at, span.end, span.start)
        if run is not facts:
            note_latest(run, NEWEST, facts.last_at, True)
    for name in ("session", "user", "conversation"):
        note_earliest(run, name, at, getattr(span, name))
    if span.kind is SpanKind.AGENT:
        note_earliest(run, "agent", at, span.agent)
    note_earliest(run, "hint", at, span.agent or span.agent_hint)
    if span.kind is SpanKind.LLM:
        note_earliest(run, "model", at, span.model)  # the one that answered, not the one that was asked
    if span.kind is not SpanKind.NONE:
        note_earliest(run, "source", at, span.source)
    if span.kind is SpanKind.PROMPT:
        note_earliest(run, "task", at, (span.input or "")[:ANSWER_CHARS])
    if span.resource:
        note_earliest(run, "resource", 0, span.resource)
    if span.tags:
        note_earliest(run, "tags", at, span.tags)
    if span.score:
        note_score(run, at, *span.score)
    for kind, number in span.lost.items():
        if is_of_run(kind) and number_of_losses(run) < LOSSES_PER_RUN:
            note_latest(run, LOSS + kind, at, number)
    if span.is_root:
        note_root(facts, run, span)


def note_root(facts: TraceFacts, run: TraceFacts, span: Span) -> None:
    """Take what the root says: how the run was begun and ended. The end of a loose call ends no run."""
    facts.root = span.span_id
    note_earliest(run, "title", span.start, span.name)
    if facts.shape == Shape.LOOSE:
        if span.end and not span.is_start:
            note_latest(facts, "error", span.end, span.error if span.failed else "")
            asks = span.kind is SpanKind.TOOL or asks_for_tools(span)
            note_latest(facts, "goes on", span.end, asks)
        return
    if span.start:
        note_earliest(facts, "begun", span.start, span.start)
    note_earliest(run, "given", span.start, (span.input or "")[:ANSWER_CHARS])
    if span.end and not span.is_start:
        facts.ended = True
        note_latest(facts, "ended", span.end, span.end)
        note_latest(facts, "back", span.end, (span.output or "")[:ANSWER_CHARS])
        note_latest(facts, "error", span.end, span.error if span.failed else "")


def asks_for_tools(span: Span) -> bool:
    """Say whether an answer asks for a tool; without its contents the reason why it stopped says it."""
    asked = any(block["type"] == "tool_use" for block in span.answer or [])
    return asked or span.stop_reason in FOR_TOOLS


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
    if value is None or value == "":
        return
    told = facts.told.get(name)
    if told is not None and (whole(told[0]) < at or told == [at, value]):
        return
    value = wild.tree(value)  # it goes into a JSON column
    if told is None or (at, str(value)) < (told[0], str(told[1])):
        facts.told[name] = [at, value]


def note_latest(facts: TraceFacts, name: str, at: int, value: object) -> None:
    """Keep the latest word, which may be that there is none."""
    told = facts.told.get(name)
    if told is not None and whole(told[0]) > at:
        return
    value = wild.tree(value)
    if told is None or (at, str(value)) > (told[0], str(told[1])):
        facts.told[name] = [at, value]


#: What the traces of one run say together: the earliest word of each counts.
TOGETHER = (
    *("session", "user", "conversation", "agent", "hint", "model", "source", "task", "prompt"),
    *("resource", "tags", "title", "given"),
)


def take_over(facts: TraceFacts, other: TraceFacts) -> None:
    """Let a run know what was known of one that turned out to be a part of it."""
    for name, (at, value) in other.told.items():
        if name in TOGETHER:
            note_earliest(facts, name, whole(at), value)
        elif name in ("outcome", NEWEST) or name.startswith((SCORE, LOSS)):
            note_latest(facts, name, whole(at), value)
    note_latest(facts, NEWEST, other.last_at, True)


def whole(value: object) -> int:
    """Read a time back from a JSON column."""
    return value if isinstance(value, int) else 0


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


def run_records(facts: TraceFacts, run: TraceFacts) -> list[RunRecord]:
    """Say all that is known of a run, and how it stands by this trace."""
    words = words_of_run(facts, run)
    if facts.why in GUESTS:  # it names and describes the calls of another agent's run
        return [structs.replace(words, at=moment(BEFORE_ALL))]
    state = state_of(facts)
    newest = max(run.last_at, whole(run.told.get(NEWEST, [0])[0]))
    if newest <= facts.last_at or (facts.run != facts.trace and facts.why == Why.ITSELF):
        return [structs.replace(words, **state)]
    return [words, RunRecord(external_id=facts.run, source=words.source, **state)]


def words_of_run(facts: TraceFacts, run: TraceFacts) -> RunRecord:
    """Say what is known of a run, but for how it stands."""
    resource = value_of(run, "resource")
    told = resource if isinstance(resource, dict) else {}
    service = told.get("service.name")
    named = service if isinstance(service, str) and not service.startswith(UNKNOWN_SERVICE) else None
    task = text_of(run, "task") or text_of(run, "given")
    meta = {name: value for name in ("user", "conversation", "tags") if (value := value_of(run, name))}
    scores = {name.removeprefix(SCORE): value_of(run, name) for name in run.told if name.startswith(SCORE)}
    if scores:
        meta["scores"] = scores
    return RunRecord(
        external_id=facts.run,
        source=source_of(run),
        session=text_of(run, "session"),
        agent=text_of(run, "agent") or text_of(run, "hint") or named,
        name=title_of(task) or None if task else text_of(run, "title"),
        task=task,
        model=text_of(run, "model"),
        outcome=text_of(run, "outcome"),
        meta={**told, **meta},
        losses={name.removeprefix(LOSS): whole_of(run, name) for name in run.told if name.startswith(LOSS)},
    )


def state_of(facts: TraceFacts) -> dict[str, Any]:
    """Say how a run stands by the newest of its traces; a loose call that asks for no tool is the last."""
    error = text_of(facts, "error")
    over = facts.ended or (
        facts.shape == Shape.LOOSE and (bool(error) or value_of(facts, "goes on") is False)
    )
    return {
        "at": moment(facts.last_at),
        "status": (RunStatus.FAILED if error else RunStatus.DONE) if over else RunStatus.RUNNING,
        "error": error,
        "started_at": moment(whole_of(facts, "begun")),
        "ended_at": moment(whole_of(facts, "ended")),
    }
