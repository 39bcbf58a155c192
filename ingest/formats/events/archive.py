"""Lines of an archive: what an export wrote, back into records. See docs/reference/archive.md."""

from collections.abc import Callable
from typing import Any

import msgspec
from msgspec import Struct

from ingest.formats.events.state import Reading, Seen
from ingest.formats.events.values import capped, facts_of
from runs import archives
from runs.archives import ArchivedChange, ArchivedMessage, ArchivedRun, ArchivedStep, ArchivedText, Content
from runs.blobs import indexable
from runs.losses import told_losses
from runs.records import ChangeRecord, Context, Message, RunRecord, StepRecord, Tokens

#: A line is generic over its record; which record belongs to a kind is known at run time only, to mypy never.
_DECODERS = {
    kind: msgspec.json.Decoder(archives.Line[body])  # type: ignore[valid-type]
    for kind, body in archives.BODIES.items()
}
_RUN_FIELDS = [
    name for name in ArchivedRun.__struct_fields__ if name not in ("sources", "told_at", "meta", "losses")
]
_STEP_FIELDS = (
    *("kind", "rank", "name", "tool", "model", "status", "error", "error_kind", "agent", "turn", "attempt"),
    *(
        "started_at",
        "ended_at",
        "duration_ms",
        "exit_code",
        "stop_reason",
        "lower_bound",
        "cost_usd",
        "call_id",
    ),
)
_CHANGE_FIELDS = (
    *("op", "raw_path", "old_path", "origin", "basis", "outside", "binary", "user_modified"),
    *("additions", "deletions"),
)


class Shelf(Struct):
    """What the lines so far have laid down for those that refer to it: texts and message lists of one run."""

    texts: dict[str, bytes] = msgspec.field(default_factory=dict)
    contexts: dict[str, Context] = msgspec.field(default_factory=dict)


def read_archived(reading: Reading, seen: Seen) -> None:
    """Read one line of an archive; what is damaged, or refers to what is not there, is told."""
    try:
        record = _DECODERS[seen.kind].decode(seen.line.data).record
        _READERS[type(record)](reading, seen, record)
    except KeyError as error:
        reading.refuse(seen.line, f"The line refers to {error.args[0]}, which no line before it has.")
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        reading.refuse(seen.line, f"The archived record cannot be read: {error}")


def shelf_of(reading: Reading, seen: Seen) -> Shelf:
    shelf: Shelf = reading.shelves.setdefault(seen.run.id, Shelf())
    return shelf


def read_run(reading: Reading, seen: Seen, record: ArchivedRun) -> None:
    fields = {name: getattr(record, name) or None for name in _RUN_FIELDS}
    for number, source in enumerate(record.sources or [""]):
        told: dict[str, Any] = {"external_id": seen.run.id, "source": source, "at": record.told_at}
        if not number:
            told |= {**fields, "meta": facts_of(record.meta), "losses": told_losses(record.losses)}
        seen.run.archived.append(RunRecord(**told))


def read_text(reading: Reading, seen: Seen, record: ArchivedText) -> None:
    shelf_of(reading, seen).texts[record.digest] = archives.data_of(record)


def read_message(reading: Reading, seen: Seen, record: ArchivedMessage) -> None:
    shelf = shelf_of(reading, seen)
    above = None if record.after is None else shelf.contexts[record.after]
    shelf.contexts[record.list] = Context(above, Message(shelf.texts[record.message]))


def read_step(reading: Reading, seen: Seen, record: ArchivedStep) -> None:
    """Read a step; each further source and raw record is one more word on the same step."""
    shelf = shelf_of(reading, seen)
    raws = [shelf.texts[digest] for digest in record.raw]
    context = None if record.context is None else shelf.contexts[record.context]
    fields: dict[str, Any] = {name: getattr(record, name) for name in _STEP_FIELDS}
    fields |= _content(record.input, "input", shelf) | _content(record.output, "output", shelf)
    key, sources = indexable(record.key), record.sources or [""]
    reading.steps.append(
        StepRecord(
            run=seen.run.id,
            key=key,
            source=sources[0],
            parent=indexable(record.parent) or None,
            tokens=Tokens(**msgspec.structs.asdict(record.tokens)) if record.tokens else None,
            usage=facts_of(record.usage) if record.usage is not None else None,
            context=context,
            raw=raws[0] if raws else None,
            detail=facts_of(record.detail),
            **fields,
        )
    )
    reading.names += [(seen.run.id, indexable(name), key, at) for name, at in record.names.items()]
    for number in range(1, max(len(sources), len(raws))):
        source = sources[min(number, len(sources) - 1)]
        raw = raws[number] if number < len(raws) else None
        more = StepRecord(run=seen.run.id, key=key, kind=record.kind, source=source, rank=0, raw=raw)
        reading.steps.append(more)


def _content(content: Content | None, side: str, shelf: Shelf) -> dict[str, Any]:
    if content is None:
        return {}
    if content.digest is None:
        return {side: capped(content.text)[0], f"{side}_size": content.size}
    text = shelf.texts[content.digest].decode("utf-8", "replace")
    return {side: capped(text)[0], f"{side}_preview": content.preview, f"{side}_size": content.size}


def read_change(reading: Reading, seen: Seen, record: ArchivedChange) -> None:
    texts = shelf_of(reading, seen).texts
    sides: dict[str, Any] = {
        side: texts[digest].decode("utf-8", "replace")
        for side in ("before", "after", "patch")
        if (digest := getattr(record, side)) is not None
    }
    fields: dict[str, Any] = {name: getattr(record, name) for name in _CHANGE_FIELDS}
    for source in record.sources or [""]:
        reading.changes.append(
            ChangeRecord(
                run=seen.run.id,
                step=indexable(record.step),
                key=record.key,
                path=record.path,
                source=source,
                **fields,
                **sides,
            )
        )


_READERS: dict[type[Struct], Callable[[Reading, Seen, Any], None]] = {
    ArchivedRun: read_run,
    ArchivedText: read_text,
    ArchivedMessage: read_message,
    ArchivedStep: read_step,
    ArchivedChange: read_change,
}
