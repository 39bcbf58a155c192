"""Scores of Langfuse: of a trace, or of one observation in it."""

from ingest import wild
from ingest.formats.sdks.scores import score_span
from ingest.formats.sdks.told import Record, Told, identity, json_of_body, refuse_too_many
from ingest.spans.span import Span, nanoseconds_of

SOURCE = "langfuse"
NO_TRACE = "The score names no trace."


def read_scores(body: bytes) -> tuple[Told, list[Record]]:
    """Read one score or a list: (their events, those that were not taken). Raises Refused."""
    given = json_of_body(body)
    items = given if isinstance(given, list) else [given]
    refuse_too_many(len(items))
    told, rejected = Told(), list[Record]()
    for n, item in enumerate(items, 1):
        record = wild.mapping(item)
        span = span_of_score(record, None)
        if span is None:
            told.leave(f"score {n}", NO_TRACE, {"score": item})
            rejected.append({"id": identity(record.get("id")), "status": 400, "message": NO_TRACE})
        else:
            told.spans.append(span)
    return told, rejected


def span_of_score(record: Record, at: object) -> Span | None:
    """Make the event of a score; None when it does not say what of."""
    trace = identity(record.get("traceId"))
    name = wild.text(record.get("name")) or "score"
    if not trace:
        return None
    value = record.get("value")
    about = identity(record.get("observationId"))
    return score_span(
        SOURCE,
        trace,
        identity(record.get("id")) or f"{about}:{name}",
        name=name,
        value=record.get("stringValue") if value is None else value,
        about=about,
        at=nanoseconds_of(record.get("timestamp") or at),
        comment=record.get("comment"),
    )
