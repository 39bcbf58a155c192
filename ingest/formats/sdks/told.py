"""What a body of an SDK with a JSON format of its own holds, and the values all of them share."""

from typing import Any

import msgspec
from msgspec import Struct, field

from ingest import wild
from ingest.dialects.common import SENTENCE_CHARS, short
from ingest.formats.events.values import id_of
from ingest.formats.otlp.from_json import decode
from ingest.limits import EVENTS_PER_REQUEST, PROBLEM_BYTES
from ingest.spans.span import Span
from ingest.streams import Refused
from runs.records import Quarantined

Record = dict[str, Any]


class Told(Struct):
    """The spans of one body, and what of it could not be read."""

    spans: list[Span] = field(default_factory=list)
    quarantined: list[Quarantined] = field(default_factory=list)

    def leave(self, where: str, why: str, data: bytes | Record) -> None:
        """Keep what could not be read."""
        written = data if isinstance(data, bytes) else msgspec.json.encode(wild.tree(data))
        self.quarantined.append(Quarantined(where=where, why=why, data=written[:PROBLEM_BYTES]))


def json_of_body(data: bytes) -> Any:
    """Decode a body, every value fit to be stored. Raises Refused."""
    try:
        return wild.tree(decode(data))
    except ValueError:
        raise Refused("The body is no JSON.", status=400) from None


def record_of_body(data: bytes) -> Record:
    """Decode a body that is one object. Raises Refused."""
    found = json_of_body(data)
    if not isinstance(found, dict):
        raise Refused("The body is no JSON object.", status=400)
    return found


def refuse_too_many(count: int) -> None:
    """Refuse a body of too many pieces. Raises Refused."""
    if count > EVENTS_PER_REQUEST:
        raise Refused(
            f"The request has more than {EVENTS_PER_REQUEST} parts; send fewer at a time.", status=413
        )


def without_empty(record: Record) -> Record:
    """Leave out what says nothing."""
    return {name: value for name, value in record.items() if value not in (None, "", [], {})}


def raw_of(record: Record) -> bytes:
    """Write a record as it came, but for its large values, which are stored elsewhere."""
    return msgspec.json.encode({name: short(value) for name, value in record.items()})


def identity(value: object) -> str:
    """Read an id; empty when there is none."""
    return id_of(value) or ""


def sentence(value: object) -> str | None:
    """Take the first line of what went wrong."""
    found = (wild.text(value) or "").strip()
    return found.partition("\n")[0].strip()[:SENTENCE_CHARS] or None


def records_of_file(path: str, data: bytes, told: Told) -> list[Record]:
    """Decode a file: one JSON value, or one a line."""
    try:
        whole = wild.tree(decode(data))
        return wild.objects(whole if isinstance(whole, list) else [whole])
    except ValueError:
        pass
    found = []
    for n, line in enumerate(data.splitlines(), 1):
        try:
            found.append(wild.mapping(wild.tree(decode(line))) if line.strip() else {})
        except ValueError:
            told.leave(f"{path}:{n}", "The line is no JSON.", line)
    return [record for record in found if record]
