"""Which run a trace belongs to: the one place that decides it."""

from collections.abc import Iterable

from ingest.spans.span import Span


def run_of_trace(trace_id: str, spans: Iterable[Span]) -> str:
    """Name the run of a trace that was never seen before: its own word, else the trace is the run."""
    named = sorted(span.run for span in spans if span.run)
    return named[0] if named else trace_id
