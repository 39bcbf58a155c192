"""One file as what it is: spans, log entries, token entries or metrics; told by content, never by name."""

from collections.abc import Iterator
from typing import Any

from msgspec import Struct, field

from ingest import wild
from ingest.formats.claude_code.lines import DECODER, TOO_DEEP, read_lines
from ingest.formats.homemade.fields import AT, BEGIN, Fields, plain
from ingest.formats.homemade.words import TYPES, plain_type
from runs.records import Quarantined

Record = dict[str, Any]
CHILDREN = ("children", "childspans", "subspans", "childs", "spans", "steps", "nodes")
#: What may hold spans, and is none itself.
SPAN_BOXES = ("spans", "trace", "traces", "root", "roots", "rootspan", "tree", "spantree", "runs")
LOG_BOXES = ("logs", "entries", "events", "records", "logentries")
TOKEN_BOXES = ("detailedlog", "tokenlog", "calls", "log", "entries", "usagelog")
#: Fields of other systems' spans, which have readers of their own.
FOREIGN = frozenset(
    {"dottedorder", "starttimeunixnano", "spanattributes", "resourcespans", "spanparents", "runtype"}
    | {"parentobservationid", "instrumentationscope", "trajectory", "hookeventname", "projecthash"}
)
#: Spans of one file; more is a mistake or an attack.
MOST_SPANS = 200_000
TOO_MANY = f"More than {MOST_SPANS:,} spans in one file; the rest was not read."
COUNTS = ("inputtokens", "outputtokens", "prompttokens", "completiontokens", "totaltokens")


class Document(Struct):
    """One file: what it says of the whole, and its records."""

    path: str
    head: Fields
    spans: list["Flat"] = field(default_factory=list)
    logs: list[Fields] = field(default_factory=list)
    tokens: list[Fields] = field(default_factory=list)
    metrics: Record = field(default_factory=dict)
    quarantined: list[Quarantined] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        return not (self.spans or self.logs or self.tokens or self.metrics)


class Flat(Struct):
    """One span out of its tree: `parent` is the place, in the file, of the span it lay in."""

    fields: Fields
    record: Record
    place: int  #: its number in the file
    parent: int | None = None


def looks_like(records: list[Record], data: bytes) -> bool:
    """Say whether a file is one of ours: its first records, or the whole as one document."""
    if any(kind_of(record) for record in records[:20]):
        return True
    first = data.lstrip()[:64]
    if not first.startswith((b"{", b"[")) or first.split(b"\n", 1)[0].strip() not in (b"{", b"["):
        return False
    values, _ = decode(data)
    return any(kind_of(value) for value in values[:20] if isinstance(value, dict))


def kind_of(record: Record) -> str:
    """Name what a record is: "span", "spans" (a box of them), "log", "logs", "tokens", "token", "metrics"."""
    names = {plain(str(name)) for name in record}
    if names & FOREIGN:
        return ""
    fields = Fields(record)
    if is_span(fields):
        return "span"
    if any(any(is_span(Fields(one)) for one in boxed(fields, name)[:5]) for name in SPAN_BOXES):
        return "spans"
    if "detailedmetrics" in names or {"summary", "anomalies"} <= names:
        return "metrics"
    if any(any(is_token(Fields(one)) for one in boxed(fields, name)[:5]) for name in TOKEN_BOXES):
        return "tokens"
    if is_token(fields):
        return "token"
    if is_log(fields):
        return "log"
    return "logs" if any(any(is_log(Fields(one)) for one in boxed(fields, n)[:5]) for n in LOG_BOXES) else ""


def is_span(fields: Fields) -> bool:
    """Say whether a record is a span: an id, and a type or times or children."""
    kind = plain_type(fields)
    timed = any(name in fields.own for name in BEGIN)
    if fields.own.get("spanid"):
        return kind in TYPES or timed or any(isinstance(fields.own.get(name), list) for name in CHILDREN)
    tied = "parentid" in fields.own or any(isinstance(fields.own.get(name), list) for name in CHILDREN)
    return kind in TYPES and timed and tied


def is_log(fields: Fields) -> bool:
    said = any(isinstance(fields.own.get(name), str) for name in ("message", "msg"))
    typed = "eventtype" in fields.own or "agentid" in fields.own
    return said and typed and "role" not in fields.own and any(name in fields.own for name in AT)


def is_token(fields: Fields) -> bool:
    counted = any(wild.integer(fields.own.get(name)) is not None for name in COUNTS)
    return counted and any(name in fields.own for name in AT) and "operation" in fields.own


def boxed(fields: Fields, name: str) -> list[Record]:
    """List the records in a box: a list of them, one alone, or a mapping from ids."""
    value = fields.own.get(name)
    if isinstance(value, dict):
        inner = [one for one in value.values() if isinstance(one, dict)]
        return [value] if is_span(Fields(value)) or not inner else inner
    return wild.objects(value)


def decode(data: bytes) -> tuple[list[Any], list[Quarantined]]:
    """Read a file as one JSON value or as many, whichever it is."""
    try:
        value = DECODER.decode(wild.utf8(data).decode("utf-8", "replace").strip("\x00 \r\n\t"))
    except (ValueError, RecursionError):
        pages = read_lines("", data)
        return [line.record for line in pages.lines], pages.quarantined
    return (value if isinstance(value, list) else [value]), []


def read_document(path: str, data: bytes) -> Document:
    """Sort the records of a file. Never raises; what is none of ours is in `quarantined`."""
    values, bad = decode(data)
    document = Document(path=path, head=Fields({}))
    document.quarantined += [
        Quarantined(where=f"{path}{one.where}", why=one.why, data=one.data) for one in bad
    ]
    for number, value in enumerate(values, 1):
        if not isinstance(value, dict) or not sort(document, value):
            why = "Neither a span, a log entry nor a count of tokens."
            document.quarantined.append(Quarantined(where=f"{path}:{number}", why=why))
    return document


def sort(document: Document, record: Record) -> bool:
    """Put a record where it belongs; say whether it belongs anywhere."""
    kind, fields = kind_of(record), Fields(record)
    if kind in ("spans", "logs", "tokens", "metrics"):
        document.head = Fields(wild.tree({k: v for k, v in record.items() if not isinstance(v, list)}, 6))
    if kind == "span":
        flatten(document, [record])
    elif kind == "spans":
        for name in SPAN_BOXES:
            flatten(document, boxed(fields, name))
    elif kind in ("log", "logs"):
        found = [record] if kind == "log" else [one for name in LOG_BOXES for one in boxed(fields, name)]
        document.logs += [Fields(wild.tree(one)) for one in found]
    elif kind in ("token", "tokens"):
        found = [record] if kind == "token" else next(b for n in TOKEN_BOXES if (b := boxed(fields, n)))
        document.tokens += [Fields(wild.tree(one)) for one in found]
    elif kind == "metrics":
        document.metrics = wild.tree(record)
    return bool(kind)


def flatten(document: Document, roots: list[Record]) -> None:
    """Walk down trees without recursion: a tree may be as deep as JSON allows."""
    waiting: list[tuple[Record, int | None]] = [(root, None) for root in reversed(roots)]
    while waiting:
        record, parent = waiting.pop()
        if len(document.spans) >= MOST_SPANS:
            document.quarantined.append(Quarantined(where=document.path, why=TOO_MANY))
            return
        here = len(document.spans)
        alone = {name: value for name, value in record.items() if plain(str(name)) not in CHILDREN}
        if wild.too_deep(alone):
            document.quarantined.append(Quarantined(where=document.path, why=TOO_DEEP))
        alone = wild.tree(alone)
        document.spans.append(Flat(fields=Fields(alone), record=alone, place=here, parent=parent))
        waiting += [(child, here) for child in reversed(list(children_of(record)))]


def children_of(record: Record) -> Iterator[Record]:
    for name, value in record.items():
        if plain(str(name)) in CHILDREN:
            yield from wild.objects(value)
