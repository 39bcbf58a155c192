"""What of a run was not recorded, in words, each with what switches it on."""

from collections.abc import Callable
from dataclasses import dataclass

from runs.losses import LossKind
from runs.models import Run
from runs.words import count, plural

OFF = "The client sends no contents until it is told to."
HIDDEN = "The client was told to send no contents."
#: What records whole conversations where a client sends none, by the beginning of the source: (why, line).
CONTENT_LINES = {
    "otel:anthropic": (OFF, "ANTHROPIC_OPEN_TELEMETRY_TRACES_CONTENT_MODE=content"),
    "otel:openinference": (HIDDEN, "OPENINFERENCE_HIDE_INPUTS=false OPENINFERENCE_HIDE_OUTPUTS=false"),
    "otel:openllmetry": (HIDDEN, "TRACELOOP_TRACE_CONTENT=true"),
    "otel:vercel": (
        HIDDEN,
        "experimental_telemetry: {isEnabled: true, recordInputs: true, recordOutputs: true}",
    ),
    "otel:logfire": (HIDDEN, "logfire.instrument_pydantic_ai(include_content=True)"),
    "otel:claude-code": (
        "Claude Code sends no conversations by telemetry: its transcript has them. Answers come with",
        "OTEL_LOG_ASSISTANT_RESPONSES=1",
    ),
    "otel:codex": (
        "Codex sends no answers by telemetry: import its session file, it is the same run.",
        "",
    ),
    "otel:genai": (
        OFF,
        "OTEL_SEMCONV_STABILITY_OPT_IN=gen_ai_latest_experimental "
        "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT=span_only",
    ),
    "openai-agents": (
        "Of the Responses API this SDK sends no texts; the page Connect has an exporter that sends them.",
        "",
    ),
    "langsmith": (HIDDEN, "LANGSMITH_HIDE_INPUTS=false LANGSMITH_HIDE_OUTPUTS=false"),
}
#: What sends the contents that a client replaces, by the source.
REDACTED_LINES = {
    "otel:claude-code": "OTEL_LOG_USER_PROMPTS=1 OTEL_LOG_TOOL_DETAILS=1 OTEL_LOG_TOOL_CONTENT=1",
    "otel:claude-code-logs": "OTEL_LOG_USER_PROMPTS=1 OTEL_LOG_TOOL_DETAILS=1 OTEL_LOG_TOOL_CONTENT=1",
    "otel:codex-logs": "log_user_prompt = true",
    "otel:gemini_cli-logs": "GEMINI_TELEMETRY_LOG_PROMPTS=true",
    "otel:gemini-cli-logs": "GEMINI_TELEMETRY_LOG_PROMPTS=true",
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


def content_line(run: Run) -> tuple[str, str]:
    """Find why a run's client sends no contents, and what makes it: (why, line)."""
    known = (
        told for start, told in CONTENT_LINES.items() if any(one.startswith(start) for one in run.sources)
    )
    return next(known, ("The client sent no contents.", ""))


def _attributes(run: Run, number: int, about: str) -> LossShown:
    return LossShown(
        sentence=f"{plural(number, 'attribute')} dropped by the client",
        why="Its SDK keeps 128 attributes of a span, so long conversations lose their beginning.",
        line="OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT=100000",
    )


def _contents(run: Run, number: int, about: str) -> LossShown:
    why, line = content_line(run)
    calls = plural(run.llm_calls, "model call")
    return LossShown(sentence=f"{count(number)} of {calls} came without any message", why=why, line=line)


def _usage(run: Run, number: int, about: str) -> LossShown:
    return LossShown(
        sentence=f"{count(number)} of {plural(run.llm_calls, 'model call')} came without token counts",
        why="The cost is unknown for these, and the sums are lower bounds.",
    )


def _scrubbed(run: Run, number: int, about: str) -> LossShown:
    return LossShown(
        sentence=f"the attribute {about} was scrubbed by logfire",
        why="It takes names with session, password and the like for secrets.",
        line="logfire.configure(scrubbing=False)",
    )


def _unseen(run: Run, number: int, about: str) -> LossShown:
    return LossShown(
        sentence="files that shell commands changed were not seen",
        why=f"The recorder could not look at the work tree: {about}.",
    )


def _redacted(run: Run, number: int, about: str) -> LossShown:
    return LossShown(
        sentence=f"{plural(number, 'step')} had contents that the client left out",
        why="It sends a placeholder in their place until it is told to send them.",
        line=REDACTED_LINES.get(next((one for one in run.sources if one in REDACTED_LINES), ""), ""),
    )


def _shortened(run: Run, number: int, about: str) -> LossShown:
    return LossShown(
        sentence=f"{plural(number, 'step')} had a text that was cut",
        why="The client sends the beginning only, or it was larger than the 8 MiB that are kept.",
    )


def _unanswered(run: Run, number: int, about: str) -> LossShown:
    calls = f"{plural(number, 'call')} of {about}" if number > 1 else f"a call of {about}"
    return LossShown(
        sentence=f"no result of {calls} came",
        why="The run was over first, or it died inside.",
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
    LossKind.UNSEEN: _unseen,
    LossKind.REDACTED: _redacted,
    LossKind.SHORTENED: _shortened,
    LossKind.UNANSWERED: _unanswered,
}
