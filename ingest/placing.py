"""Places the traces of a request: reads what lies near them, and says which run each belongs to."""

from typing import Any

from ingest import placing_sql
from ingest.spans.grouping import NEAR, places_of_loose
from ingest.spans.known import Shape, TraceFacts, Why
from ingest.store import StoredTraces


def place_traces(traces: StoredTraces) -> None:
    """Decide the run of every trace of a request."""
    loose = [one for one in traces.facts.values() if one.shape == Shape.LOOSE and one.run == one.trace]
    if loose:
        place_loose(traces, loose)
    traces.take_naming()


def place_loose(traces: StoredTraces, loose: list[TraceFacts]) -> None:
    """Put loose calls into the run of those near them."""
    given: dict[str, Any] = {
        "sessions": [one.session for one in loose],
        "instances": [one.instance for one in loose],
        "begun": [one.begun for one in loose],
        "ids": sorted(traces.ids.values()),
        "gap": NEAR,
    }
    near = traces.read(placing_sql.NEAREST_LOOSE, given)
    for one, run in places_of_loose(loose, near):
        if one.trace in traces.facts:
            one.run, one.why = run, Why.NEAR
