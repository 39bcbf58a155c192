"""AutoGen: its runtime traces every message on its bus; these are no steps, they place the agents' spans."""

from ingest.dialects.values import Fields
from ingest.formats.otlp.raw import RawSpan
from ingest.spans.span import SpanKind

SCOPE = "autogen SingleThreadedAgentRuntime"


def read(raw: RawSpan) -> Fields | None:
    """Read a span of the runtime; None for every other."""
    if raw.source.scope != SCOPE:
        return None
    return {"kind": SpanKind.CHAIN, "name": "AutoGen"}  # names of topics are no name of a run
