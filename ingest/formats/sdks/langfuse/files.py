"""Exports of Langfuse: traces with their observations and scores, or observations one by one."""

import msgspec

from ingest import wild
from ingest.formats.sdks.langfuse.events import read_events
from ingest.formats.sdks.told import Record, Told, identity, records_of_file


def read_file(path: str, data: bytes) -> Told:
    """Read a file of traces, of observations, or a body that was meant for the API."""
    told = Told()
    batch = [event for record in records_of_file(path, data, told) for event in events_of(record)]
    found = read_events(batch).told
    return Told(spans=found.spans, quarantined=[*told.quarantined, *found.quarantined])


#: What the download of a trace writes as JSON inside of text, some of it twice over.
FOLDED = ("input", "output", "metadata", "modelParameters", "usageDetails", "costDetails")


def events_of(record: Record) -> list[object]:
    """Write a record of an export as the events that made it."""
    if isinstance(record.get("trace"), dict):  # the download of one trace, from its page
        record = {**record["trace"], "observations": record.get("observations")}
    if isinstance(record.get("batch"), list):
        return wild.items(record["batch"])
    if "traceId" in record:
        return [event_of("observation", record)]
    trace = identity(record.get("id"))
    inner = wild.objects(record.get("observations"))
    last = max((wild.text(one.get("endTime")) or "" for one in inner), default="")
    alone = {name: value for name, value in record.items() if name not in ("observations", "scores")}
    return [
        event_of("trace", alone) | {"timestamp": last or record.get("timestamp")},
        *(event_of("observation", {"traceId": trace, **one}) for one in inner),
        *(event_of("score", {"traceId": trace, **one}) for one in wild.objects(record.get("scores"))),
    ]


def event_of(stem: str, body: Record) -> Record:
    """Write the event that creates an object."""
    body = {name: unfolded(value) if name in FOLDED else value for name, value in body.items()}
    return {"id": identity(body.get("id")), "type": f"{stem}-create", "body": body}


def unfolded(value: object) -> object:
    """Read a value that is JSON inside of text; any other text stays as it is."""
    found = value
    for _ in range(2):
        if not isinstance(found, str) or found.strip()[:1] not in ('"', "{", "["):
            break
        try:
            found = wild.tree(msgspec.json.decode(found))
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            break
    return found if isinstance(found, dict | list) else value
