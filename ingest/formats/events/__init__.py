"""The native format: one JSON object per event. See docs/reference/events.md."""

from ingest.formats.events.edits import EDIT_TOOLS
from ingest.formats.events.facts import ANSWERED, CALLED, NAMELESS, KnownCall, KnownEdit, RunFacts
from ingest.formats.events.files import looks_like, read
from ingest.formats.events.lines import Line, Lines, split
from ingest.formats.events.reader import read_lines as read_events
from ingest.formats.events.reader import runs_to_look_up, runs_with_strange_results

__all__ = [
    "ANSWERED",
    "CALLED",
    "EDIT_TOOLS",
    "NAMELESS",
    "KnownCall",
    "KnownEdit",
    "Line",
    "Lines",
    "RunFacts",
    "looks_like",
    "read",
    "read_events",
    "runs_to_look_up",
    "runs_with_strange_results",
    "split",
]
