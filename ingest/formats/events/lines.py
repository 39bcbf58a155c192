"""From a body to single events: NDJSON, a JSON array, one object, or objects after each other."""

import json
from collections.abc import Iterator

import msgspec
from msgspec import Struct, field

from ingest.formats.events.wire import Event
from ingest.limits import EVENTS_PER_REQUEST, LINE_BYTES, NESTING_DEPTH, PROBLEM_BYTES
from ingest.wild import too_deep, tree
from runs.records import Quarantined

TOO_DEEP = f"The object is nested deeper than {NESTING_DEPTH} levels."
BOM = b"\xef\xbb\xbf"
_decode_event = msgspec.json.Decoder(Event).decode
_decode_array = msgspec.json.Decoder(list[msgspec.Raw]).decode
_scan = json.JSONDecoder(strict=False)


class Line(Struct, gc=False):
    """One event: its number (from 1), its bytes and its fields."""

    n: int
    data: bytes
    event: Event


class Lines(Struct):
    """The readable events of one body or file, and what was not readable."""

    lines: list[Line] = field(default_factory=list)
    quarantined: list[Quarantined] = field(default_factory=list)
    first: bytes = b""  #: the first event's bytes, readable or not
    name: str = ""  #: the file, for "where"
    too_many: bool = False


def split(body: bytes, *, name: str = "", most: int = EVENTS_PER_REQUEST) -> Lines:
    """Read a body into events; `too_many` is set when there are more than `most` (the rest is not read)."""
    found = Lines(name=name)
    for count, (n, data) in enumerate(_pieces(body), 1):
        if count > most:
            found.too_many = True
            break
        if not found.first:
            found.first = data
        if len(data) > LINE_BYTES:
            why = f"The event is larger than {LINE_BYTES // 2**20} MiB."
            _quarantine(found, f"{name}:{n}" if name else f"event {n}", why, data)
            continue
        try:
            found.lines.append(Line(n, data, _decode_event(data)))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            _read_damaged(found, n, data)
    return found


def _pieces(body: bytes) -> Iterator[tuple[int, bytes]]:
    """Cut a body into (number, bytes) of its events; a JSON array by its items, anything else by lines."""
    body = body.removeprefix(BOM)
    if body.lstrip()[:1] == b"[":
        try:
            yield from ((n, bytes(item)) for n, item in enumerate(_decode_array(body), 1))
            return
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            pass
        if (items := _careless_array(body)) is not None:
            yield from ((n, json.dumps(item).encode()) for n, item in enumerate(items, 1))
            return
    if body.lstrip()[:1] == b"{" and _is_one_object(body):
        yield 1, body.strip()
        return
    for n, piece in enumerate(body.split(b"\n"), 1):
        line = piece.strip(b" \t\r\0\x1e")
        if line not in (b"", b"[", b"]"):
            yield n, line


def _careless_array(body: bytes) -> list[object] | None:
    """Read an array with line breaks inside of its texts, or with damaged UTF-8; None when it is none."""
    try:
        found = _scan.decode(body.decode("utf-8", "replace").strip())
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, list) else None


def _is_one_object(body: bytes) -> bool:
    """Say whether a body of several lines is one pretty-printed object."""
    first, _, rest = body.strip().partition(b"\n")
    if not rest or first.rstrip().endswith(b"}"):
        return False
    try:
        msgspec.json.decode(body, type=msgspec.Raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return True


def _read_damaged(found: Lines, n: int, data: bytes) -> None:
    """Read what the strict decoder refuses: bad UTF-8, lone surrogates, two objects on a line, a cut end."""
    where = f"{found.name}:{n}" if found.name else f"event {n}"
    text, at, between = data.decode("utf-8", "replace"), 0, " \t\r\n,\0"
    while at < len(text):
        try:
            value, at = _scan.raw_decode(text, at)
        except (ValueError, RecursionError):
            if text[at] == "[" and "]" not in between:
                between += "]"  # a list that is damaged or without its end: event by event
                at = _skip(text, at + 1, between)
                continue
            _quarantine(found, where, _why_unreadable(text[at:]), text[at:].encode())
            return
        at = _skip(text, at, between)
        _take(found, n, value, where)


def _skip(text: str, at: int, between: str) -> int:
    """Give the place of the next character that does not stand between events."""
    while at < len(text) and text[at] in between:
        at += 1
    return at


def _take(found: Lines, n: int, value: object, where: str) -> None:
    if isinstance(value, list):
        for item in value:
            _take(found, n, item, where)
        return
    if too_deep(value, NESTING_DEPTH):
        _quarantine(found, where, TOO_DEEP, b"")
        return
    # What JSON has no word for (NaN, infinity, numbers of hundreds of digits) becomes null.
    data = json.dumps(tree(value, NESTING_DEPTH), ensure_ascii=False).encode("utf-8", "replace")
    try:
        event = _decode_event(data)
    except (ValueError, RecursionError):
        _quarantine(found, where, _why_not_an_event(value), data)
        return
    found.lines.append(Line(n, data, event))


def _why_not_an_event(value: object) -> str:
    if isinstance(value, dict):
        return "The object cannot be read."
    return f"An event is a JSON object, this is a {type(value).__name__}."


def _why_unreadable(rest: str) -> str:
    if rest.startswith(("{", "[")):
        return "The JSON is damaged or cut off."
    return "This is not JSON."


def _quarantine(found: Lines, where: str, why: str, data: bytes) -> None:
    found.quarantined.append(Quarantined(where=where, why=why, data=data[:PROBLEM_BYTES]))
