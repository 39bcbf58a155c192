"""What of a span the client left out, as far as the span itself tells."""

import re

from ingest.spans.span import Span, SpanKind
from runs.losses import LossKind

#: What stands where contents would.
PLACEHOLDERS = frozenset({"<REDACTED>", "[REDACTED]"})
REDACTED_ERROR = "Error details are redacted"
#: What stands where a text was cut: Claude Code, in arguments and in whole bodies.
CUT = re.compile(r"…\[\d+ (?:chars|characters|bytes)\]|\[TRUNCATED\b")
#: Sources that cut the texts of tool calls.
CUTTING = ("otel:claude-code", "otel:codex", "otel:gemini")


def losses_of(span: Span) -> dict[str, int]:
    """Count what is missing, by `runs.losses.LossKind`: what its dialect said, and what stands for it."""
    found = {}
    if span.input in PLACEHOLDERS or span.output in PLACEHOLDERS or REDACTED_ERROR in (span.error or ""):
        found[LossKind.REDACTED.value] = 1
    texts = (
        (span.input, span.output) if span.kind is SpanKind.TOOL and span.source.startswith(CUTTING) else ()
    )
    if any(text and CUT.search(text) for text in texts):
        found[LossKind.SHORTENED.value] = 1
    return {**found, **span.lost}
