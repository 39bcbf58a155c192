"""What of a run was not recorded, in words, each with what switches it on."""

from collections.abc import Callable
from dataclasses import dataclass

from runs.losses import LossKind
from runs.models import Run
from runs.words import count, plural

#: What records whole conversations where a client sends none, by the beginning of the source.
CONTENT_LINES = {
    "otel:anthropic": "ANTHROPIC_OPEN_TELEMETRY_TRACES_CONTENT_MODE=content",
    "otel:openinference": "OPENINFERENCE_HIDE_INPUTS=false OPENINFERENCE_HIDE_OUTPUTS=false",
    "otel:openllmetry": "TRACELOOP_TRACE_CONTENT=true",
    "otel:vercel": "experimental_telemetry: {isEnabled: true, recordInputs: true, recordOutputs: true}",
    "otel:logfire": "logfire.instrument_pydantic_ai(include_content=True)",
    "otel:claude-code": "OTEL_LOG_USER_PROMPTS=1 OTEL_LOG_TOOL_DETAILS=1 OTEL_LOG_TOOL_CONTENT=1",
    "otel:codex": "log_user_prompt = true",
    "otel:genai": "OTEL_SEMCONV_STABILITY_OPT_IN=gen_ai_latest_experimental "
    "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT=span_only",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class LossShown:
    """One thing that is missing."""

    sentence: str
    why: str = ""  #: or what to do, in words
    line: str = ""  #: what to set, to copy


def losses_of(run: Run) -> list[LossShown]:
    """Say what of a run was not recorded; empty when nothing is known to be missing."""
    found = []
    for name, number in run.losses.items():
        kind, _, about = name.partition(":")
        write = WRITERS.get(kind)
        found += [write(run, number, about)] if write else []
    return found


def content_line(run: Run) -> str:
    """Find what makes the run's client send contents."""
    known = (
        line for start, line in CONTENT_LINES.items() if any(one.startswith(start) for one in run.sources)
    )
    return next(known, "")


def _attributes(run: Run, number: int, about: str) -> LossShown:
    return LossShown(
        sentence=f"{plural(number, 'attribute')} dropped by the client",
        why="Its SDK keeps 128 attributes of a span, so long conversations lose their beginning.",
        line="OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT=100000",
    )


def _contents(run: Run, number: int, about: str) -> LossShown:
    line = content_line(run)
    return LossShown(
        sentence=f"{count(number)} of {plural(run.llm_calls, 'model call')} came without any message",
        why="The client sends no contents until it is told to." if line else "The client sent no contents.",
        line=line,
    )


def _usage(run: Run, number: int, about: str) -> LossShown:
    return LossShown(
        sentence=f"{count(number)} of {plural(run.llm_calls, 'model call')} came without token counts",
        why="The cost is unknown for these, and the sums are lower bounds.",
    )


def _scrubbed(run: Run, number: int, about: str) -> LossShown:
    return LossShown(
        sentence=f"the attribute {about} was scrubbed by logfire",
        why="It takes names with `session`, `password` and the like for secrets.",
        line="logfire.configure(scrubbing=False)",
    )


def _gaps(run: Run, number: int, about: str) -> LossShown:
    return LossShown(
        sentence=f"{plural(number, 'event')} never came",
        why="The client numbers its events, and numbers are missing.",
    )


WRITERS: dict[str, Callable[[Run, int, str], LossShown]] = {
    LossKind.ATTRIBUTES: _attributes,
    LossKind.CONTENTS: _contents,
    LossKind.USAGE: _usage,
    LossKind.SCRUBBED: _scrubbed,
    LossKind.GAPS: _gaps,
}
