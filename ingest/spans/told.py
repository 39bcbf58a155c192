"""Steps that no span is, but the messages of a model call tell: prompts, calls asked for, their results."""

from typing import Any

from ingest.formats.events.values import capped
from ingest.spans.hearing import failed_of
from ingest.spans.known import Known
from ingest.spans.messages import Call, Result
from ingest.spans.span import Span, moment
from ingest.spans.steps import ASKED, TOLD, Place
from runs.kinds import Kind, StepStatus
from runs.records import StepRecord


def step_of_prompt(span: Span, place: Place, key: str, text: str) -> StepRecord:
    """Make the step of what a human said, or what an agent was given to do."""
    given, size = capped(text)
    return StepRecord(
        run=place.run,
        key=key,
        kind=Kind.PROMPT,
        source=span.source,
        status=StepStatus.OK,
        agent=place.lane,
        parent=place.owner,
        started_at=moment(span.start),
        input=given,
        input_size=size,
    )


def step_of_call(span: Span, place: Place, told: Known, call: Call) -> StepRecord:
    """Make the step of a call that an answer asks for. When it began, its span knows better."""
    return told_step(
        span,
        place,
        told,
        call,
        rank=ASKED,
        status=StepStatus.RUNNING,
        started_at=None if told.mate else moment(span.end),
    )


def step_of_result(span: Span, place: Place, told: Known, call: Call, result: Result) -> StepRecord:
    """Make the end of a call of what the model was told. When it ended, its span knows better."""
    came, size = capped(result.text)
    return told_step(
        span,
        place,
        told,
        call,
        rank=TOLD,
        status=StepStatus.FAILED if failed_of(result) else StepStatus.OK,
        ended_at=None if told.mate else moment(span.start),
        output=came,
        output_size=size,
    )


def told_step(span: Span, place: Place, told: Known, call: Call, **fields: Any) -> StepRecord:
    given, size = capped(call.input)
    return StepRecord(
        run=place.run,
        key=told.key,
        kind=Kind.TOOL,
        source=span.source,
        tool=call.name,
        agent=place.lane,
        parent=place.owner,
        input=given,
        input_size=size,
        **fields,
    )
