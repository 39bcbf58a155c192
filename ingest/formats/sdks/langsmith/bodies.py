"""From a body to spans: the pieces of each run are put together first, whatever their order."""

from collections.abc import Iterable, Mapping

from msgspec import Struct, field

from ingest import wild
from ingest.formats.otlp.from_json import decode
from ingest.formats.sdks.langsmith.feedback import feedback_span
from ingest.formats.sdks.langsmith.parts import Part, parts_of
from ingest.formats.sdks.langsmith.runs import span_of_run
from ingest.formats.sdks.told import Record, Told, identity, record_of_body, refuse_too_many, without_empty
from ingest.redact import redact

#: Parts of a run that come beside its base.
FIELDS = ("inputs", "outputs", "events", "extra", "serialized", "error")
NO_RUN = "The run has no id, or does not say which trace it is of."
NO_JSON = "The part is no JSON."
CUT_OFF = "The part was cut off."


class Pieces(Struct):
    """What one body says of one run."""

    posted: Record = field(default_factory=dict)
    patched: Record = field(default_factory=dict)

    def joined(self) -> Record:
        """Put both together: the patch knows more, but leaves out what the post said."""
        before, after = wild.mapping(self.posted.get("extra")), wild.mapping(self.patched.get("extra"))
        metadata = {**wild.mapping(before.get("metadata")), **wild.mapping(after.get("metadata"))}
        extra = {**before, **after, "metadata": metadata}
        return {**without_empty(self.posted), **without_empty(self.patched), "extra": extra}


def read_multipart(body: bytes, content_type: str, *, redacts: bool) -> tuple[Told, int]:
    """Read a form: (what came, how many secrets were masked). Raises Refused."""
    told, runs, masked = Told(), dict[str, Pieces](), 0
    for part in parts_of(body, content_type):
        kind, _, rest = part.name.partition(".")
        if kind == "attachment" or not (part.is_json or part.data.lstrip()[:1] in (b"{", b"[")):
            continue
        data, count = redact(part.data) if redacts else (part.data, 0)
        masked += count
        take_part(told, runs, kind, rest, data=data, part=part)
    add_spans(told, runs)
    return told, masked


def take_part(told: Told, runs: dict[str, Pieces], kind: str, rest: str, *, data: bytes, part: Part) -> None:
    """Take one part: the base of a run, one of its fields, or feedback."""
    try:
        value = wild.tree(decode(data))
    except ValueError:
        told.leave(part.name[:200] or "part", NO_JSON if part.is_whole else CUT_OFF, data)
        return
    run, _, name = rest.partition(".")
    if kind == "feedback" and isinstance(value, dict):
        add_feedback(told, {"id": run, **value})
    elif kind in ("post", "patch") and (name in FIELDS or (not name and isinstance(value, dict))):
        pieces = runs.setdefault(identity(run), Pieces())
        target = pieces.posted if kind == "post" else pieces.patched
        target.update({name: value} if name else value)
        if kind == "patch":
            target.setdefault("id", run)


def read_batch(body: bytes) -> Told:
    """Read `{"post": […], "patch": […]}`. Raises Refused."""
    given = record_of_body(body)
    return read_records(wild.items(given.get("post")), wild.items(given.get("patch")))


def read_post(body: bytes) -> Told:
    """Read one run that begins, or is whole. Raises Refused."""
    return read_records([record_of_body(body)], [])


def read_patch(run: str, body: bytes) -> Told:
    """Read what is new of one run. Raises Refused."""
    return read_records([], [{**record_of_body(body), "id": run}])


def read_records(posted: list[object], patched: list[object]) -> Told:
    """Read runs as they come in JSON."""
    refuse_too_many(len(posted) + len(patched))
    told, runs = Told(), dict[str, Pieces]()
    for n, (kind, value) in enumerate(kinds_of(posted, patched), 1):
        record = wild.mapping(value)
        run = identity(record.get("id"))
        if not run:
            told.leave(f"run {n}", NO_RUN, {"run": value})
            continue
        pieces = runs.setdefault(run, Pieces())
        (pieces.posted if kind == "post" else pieces.patched).update(without_empty(record))
    add_spans(told, runs)
    return told


def kinds_of(posted: list[object], patched: list[object]) -> Iterable[tuple[str, object]]:
    """Yield all records, each with how it came."""
    yield from (("post", value) for value in posted)
    yield from (("patch", value) for value in patched)


def add_spans(told: Told, runs: Mapping[str, Pieces]) -> None:
    """Make the span of every run."""
    for run, pieces in runs.items():
        record = pieces.joined()
        span = span_of_run(run, record, patched=not pieces.posted)
        if span is None:
            told.leave(f"run {run}", NO_RUN, record)
        else:
            told.spans.append(span)


def add_feedback(told: Told, record: Record) -> None:
    """Make the event of a piece of feedback."""
    span = feedback_span(record)
    if span is None:
        told.leave(f"feedback {identity(record.get('id'))}", "The feedback names no run.", record)
    else:
        told.spans.append(span)
