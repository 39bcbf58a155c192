"""From spans of any source to the steps of their runs, whatever the order they come in.

The same spans in order, shuffled, twice, alone or all at once make the same run: see decision 0007.
"""

from datetime import UTC, datetime

from msgspec import Struct, field, structs

from ingest.formats.claude_code.naming import name_of_text
from ingest.formats.events.values import capped
from ingest.limits import ANSWER_CHARS
from ingest.spans.attempts import attempts_before, note_attempt
from ingest.spans.contexts import Contexts
from ingest.spans.edits import changes_of_call, may_change
from ingest.spans.facts import (
    note_earliest,
    note_latest,
    note_span,
    run_records,
    source_of,
    text_of,
    whole_of,
)
from ingest.spans.hearing import Heard, words_of
from ingest.spans.known import ACTED, GUESTS, Known, Memories, Memory, Shape, TraceFacts
from ingest.spans.lanes import find_sub_agents, lane_of, owner_of, told_again
from ingest.spans.late import meet_start
from ingest.spans.messages import Call, Result
from ingest.spans.pairing import fits_mate, key_of_model_call, key_of_tool_span, told_of
from ingest.spans.span import Span, SpanKind, moment
from ingest.spans.steps import AGAIN, KINDS, Place, step_of
from ingest.spans.told import step_of_call, step_of_prompt, step_of_result
from ingest.spans.turns import calls_of_turns, note_turn, step_of_usage
from runs.kinds import Kind, StepStatus
from runs.records import Batch, ChangeRecord, RunRecord, StepRecord

#: Kinds whose step is the span, whoever else tells of it.
POINTS = (SpanKind.GUARDRAIL, SpanKind.HANDOFF, SpanKind.EVENT, SpanKind.PROMPT)
#: Agents whose hooks tell of their last words, too.
WITH_HOOKS = ("claude-code", "codex")
LATEST = datetime.max.replace(tzinfo=UTC)


class Woven(Struct, kw_only=True):
    """What a request becomes."""

    runs: list[RunRecord] = field(default_factory=list)
    steps: list[StepRecord] = field(default_factory=list)
    changes: list[ChangeRecord] = field(default_factory=list)

    def batch(self, format: str) -> Batch:
        """Give it to the store, in the order of time."""
        steps = sorted(self.steps, key=lambda one: (one.started_at or LATEST, one.kind is not Kind.PROMPT))
        return Batch(runs=self.runs, steps=steps, changes=self.changes, format=format)


class Weaver:
    """Weaves the spans of one request."""

    def __init__(self, traces: dict[str, TraceFacts], memories: Memories, memory: Memory) -> None:
        self.traces = traces
        self.memories = memories
        self.memory = memory
        self.contexts = Contexts()
        self.woven = Woven()
        self.lacking: list[tuple[Place, Span]] = []  #: tool calls that worked, without their arguments

    def weave(self, heard: list[tuple[Span, Heard]]) -> Woven:
        """Weave spans, each with what its messages tell."""
        heard = sorted(heard, key=lambda pair: (pair[0].start or pair[0].end, not pair[0].is_start))
        known = [self.register(span) for span, _ in heard]
        sent = {(one.trace, one.span) for one in known}
        fresh = find_sub_agents(self.memories, {one.trace for one in known})
        for one, (span, said) in zip(known, heard, strict=True):
            note_span(self.traces[one.trace], self.run_of(one.trace), span)
            note_turn(self.traces[one.trace], span)
            met = meet_start(self.traces[one.trace], one, span)
            if met is not None:
                self.add_span(one, met, said)
        for one in told_again(self.memories, self.memory, fresh, sent):
            self.tell_lane(one)
        self.tell_turns(known)
        self.add_changes_of_stored()
        self.finish({one.trace for one in known})
        return self.woven

    def run_of(self, trace: str) -> TraceFacts:
        """Give the facts of the run that a trace belongs to: they lie with the trace that names it."""
        facts = self.traces[trace]
        return facts if facts.why in GUESTS else self.traces.get(facts.run, facts)

    def register(self, span: Span) -> Known:
        """Remember a span, or what is new of it."""
        one = self.memories.spans.get((span.trace_id, span.span_id))
        if one is None:
            one = Known(trace=span.trace_id, span=span.span_id, source=span.source)
            if not span.is_part:
                one.parent = span.parent_id
            self.memories.add(one)
        before = (one.parent, one.kind, one.agent, one.at, one.until)
        if not span.is_part and span.parent_id is not None:
            one.parent = span.parent_id
        if span.kind not in (SpanKind.NONE, SpanKind.CHAIN) or not one.kind:
            one.kind = span.kind
        if span.kind is SpanKind.AGENT:
            one.agent = span.agent or one.agent
        one.at, one.until = min(filter(None, (one.at, span.start)), default=0), max(one.until, span.end)
        one.is_new = one.is_new or before != (one.parent, one.kind, one.agent, one.at, one.until)
        return one

    def add_span(self, one: Known, span: Span, heard: Heard) -> None:
        """Make the step of a span, if it is one, and what its messages tell."""
        had = one.key
        if span.kind is SpanKind.LLM:
            one.key = key_of_model_call(self.memories, one, span)
        elif span.kind in (SpanKind.TOOL, SpanKind.RETRIEVER):
            one.key = key_of_tool_span(self.memories, one, span, heard.mark)
        elif span.kind in POINTS:
            one.key = one.span
        elif span.kind is not SpanKind.AGENT or not one.lane:
            return
        one.is_new = one.is_new or one.key != had
        place = self.place_of(one)
        record = step_of(span, place, self.contexts)
        if span.kind is SpanKind.LLM and note_attempt(self.memories, one, span, heard):
            record = structs.replace(record, kind=Kind.RETRY, rank=AGAIN)
        self.woven.steps.append(record)
        if span.kind is SpanKind.LLM and (span.messages or not span.is_start):
            self.tell_attempts(one, span)
            self.add_heard(one, span, heard, place)
        elif span.kind is SpanKind.TOOL:
            self.add_changes(one, span, place)

    def add_changes(self, one: Known, span: Span, place: Place) -> None:
        """Add what a tool call changed, once it is known what it was given and that it worked."""
        if span.end and one.failed != span.failed:
            one.failed, one.is_new = span.failed, True
        if one.failed or not one.until:
            return
        if span.input is None:
            self.lacking.append((place, span))
            return
        self.woven.changes += changes_of_call(
            place.run, one.key, tool=span.tool or "", input=span.input, source=span.source
        )

    def add_changes_of_stored(self) -> None:
        """Add what tool calls changed whose arguments came in an earlier request."""
        wanted = {(place.run, place.key) for place, span in self.lacking if may_change(span.tool or "")}
        stored = self.memory.inputs_of(wanted) if wanted else {}
        for place, span in self.lacking:
            if (given := stored.get((place.run, place.key))) is not None:
                self.woven.changes += changes_of_call(
                    place.run, place.key, tool=span.tool or "", input=given, source=span.source
                )

    def tell_attempts(self, one: Known, span: Span) -> None:
        """Tell again, as attempts, the failed calls that this one repeats."""
        for other in attempts_before(self.memories, one):
            place = self.place_of(other)
            self.woven.steps.append(
                StepRecord(
                    run=place.run,
                    key=place.key,
                    kind=Kind.RETRY,
                    source=span.source,
                    rank=AGAIN,
                    agent=place.lane,
                    parent=place.owner,
                    detail={"of": one.key},
                )
            )

    def place_of(self, one: Known) -> Place:
        """Say where the step of a span belongs."""
        return Place(
            run=self.traces[one.trace].run,
            key=one.key,
            lane=lane_of(self.memories, one),
            owner=owner_of(self.memories, one),
        )

    def add_heard(self, one: Known, span: Span, heard: Heard, place: Place) -> None:
        """Add what the messages of a model call tell: prompts, calls, results, and the last words."""
        facts, run, brought = self.traces[one.trace], self.run_of(one.trace), list(one.keys)
        span = timed(one, span)
        for key, text in heard.prompts:
            if not place.lane:
                note_earliest(run, "task", span.start, text[:ANSWER_CHARS])
                note_earliest(run, "prompt", span.start, key)
            if not place.lane or key != text_of(run, "prompt"):
                self.woven.steps.append(step_of_prompt(span, place, key, text))
                brought.append(key)
        if not place.lane and (span.answer or span.failed):
            note_latest(facts, "last", span.start, words_of(span)[:ANSWER_CHARS])
        if span.is_bare and ACTED in facts.told:
            heard = Heard()  # the spans tell more of the calls, and nothing says which is which
        for call, result in heard.results:
            brought.append(self.add_result(span, place, call, result))
        for call in heard.asked:
            brought.append(self.add_call(span, place, call))
        keys = list(dict.fromkeys(brought))
        one.is_new = one.is_new or keys != one.keys
        one.keys = keys

    def add_call(self, span: Span, place: Place, call: Call) -> str:
        """Open the call that an answer asks for; its span will say the rest."""
        told = told_of(self.memories, span.trace_id, call, span.end)
        self.woven.steps.append(step_of_call(span, place, told, call))
        return told.key

    def add_result(self, span: Span, place: Place, call: Call, result: Result) -> str:
        """Close a call by what the model was told; a span knows better when it ended, and how."""
        told = told_of(self.memories, span.trace_id, call, 0)
        if fits_mate(self.memories, told, span.start):
            step = step_of_result(span, place, told, call, result)
            self.woven.steps.append(step)
            if step.status is StepStatus.OK and not told.mate:
                self.woven.changes += changes_of_call(
                    place.run, told.key, tool=call.name, input=call.input, source=span.source
                )
        return told.key

    def tell_turns(self, known: list[Known]) -> None:
        """Tell the usage of turns as that of their model calls."""
        by_trace: dict[str, list[Known]] = {}
        for one in known:
            by_trace.setdefault(one.trace, []).append(one)
        for trace, mine in by_trace.items():
            for call, usage in calls_of_turns(self.memories, self.traces[trace], mine):
                self.woven.steps.append(step_of_usage(self.place_of(call), call, usage))

    def tell_lane(self, one: Known) -> None:
        """Tell the lane of a step again that was stored before its lane was known."""
        place = self.place_of(one)
        if not place.lane and place.owner is None:
            return
        task = text_of(self.run_of(one.trace), "prompt")
        for key in (one.key, *(key for key in one.keys if key != task)):
            told = StepRecord(
                run=place.run,
                key=key,
                kind=kind_of_key(one, key),
                source=one.source,
                rank=0,
                agent=place.lane,
                parent=place.owner,
            )
            if one.kind == SpanKind.AGENT:  # it had no step before
                told = structs.replace(
                    told,
                    name=one.agent or None,
                    status=StepStatus.OK if one.until else StepStatus.RUNNING,
                    started_at=moment(one.at),
                    ended_at=moment(one.until),
                )
            self.woven.steps.append(told)

    def finish(self, traces: set[str]) -> None:
        """Say of each run what is known by now, and how it ended."""
        with_steps = {step.run for step in self.woven.steps}
        for trace in sorted(traces):
            facts = self.traces[trace]
            if facts.run in with_steps:
                facts.told.setdefault("steps", [0, True])  # the root may come alone, and says the end
            if "steps" not in facts.told and not facts.told.get("last"):
                continue
            self.woven.runs += run_records(facts, self.run_of(trace))
            self.add_final(facts)

    def add_final(self, facts: TraceFacts) -> None:
        """Add the last words of a run that has ended: the model's, else what the root gave back."""
        said = text_of(facts, "last") or text_of(facts, "back")
        run, over = self.run_of(facts.trace), facts.ended or facts.shape == Shape.LOOSE
        if facts.why in GUESTS or not over or not said or text_of(facts, "error"):
            return
        text, size = capped(said)
        self.woven.steps.append(
            StepRecord(
                run=facts.run,
                key=f"final:{facts.trace}",
                kind=Kind.FINAL,
                source=source_of(run),
                names=names_of_final(facts, run, said),
                status=StepStatus.OK,
                started_at=moment(whole_of(facts, "ended") or facts.last_at),
                output=text,
                output_size=size,
            )
        )


def timed(one: Known, span: Span) -> Span:
    """Give a part the times of its span, else those at which it was told."""
    if not span.is_part or span.start:
        return span
    first, last = span.told
    return structs.replace(span, start=one.at or first, end=one.until or last)


def names_of_final(facts: TraceFacts, run: TraceFacts, said: str) -> tuple[str, ...]:
    """Name the last words of an agent that has hooks: those tell of them, too."""
    if text_of(run, "hint") not in WITH_HOOKS:
        return ()
    return (f"trace:{facts.trace}", name_of_text("final", said))


def kind_of_key(one: Known, key: str) -> Kind:
    """Say what kind of step a span's own key, or a key that it brought, is of."""
    if key == one.key:
        return KINDS[SpanKind(one.kind)]
    return Kind.PROMPT if key.startswith("prompt:") else Kind.TOOL
