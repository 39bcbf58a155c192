"""File changes that the client tells by itself."""

from ingest.formats.events.places import place_of
from ingest.formats.events.state import SOURCE, Reading, Seen
from ingest.formats.events.values import capped, flag_of, id_of, raw_text, word_of
from ingest.formats.events.wire import Event
from ingest.limits import PATH_CHARS
from runs.kinds import Basis, Kind, Op, Origin, StepStatus
from runs.records import ChangeRecord, Quarantined

OPS = {
    "create": Op.CREATE,
    "add": Op.CREATE,
    "new": Op.CREATE,
    "edit": Op.EDIT,
    "update": Op.EDIT,
    "modify": Op.EDIT,
    "delete": Op.DELETE,
    "remove": Op.DELETE,
    "rename": Op.RENAME,
    "move": Op.RENAME,
}
NO_PATH = "A file_change needs `path`."


def read_file_change(reading: Reading, seen: Seen) -> None:
    """Read one changed file, tied to the tool call that made it, or standing on its own."""
    event = seen.event
    path = word_of(event.path)
    if path is None:
        where = f"event {seen.line.n}"
        reading.quarantined.append(Quarantined(where=where, why=NO_PATH, data=seen.line.data))
        return
    step = id_of(event.step) or id_of(event.call) or id_of(event.tool_use_id) or id_of(event.tool_call_id)
    before, after, patch = (capped(raw_text(part))[0] for part in (event.before, event.after, event.patch))
    if step is None:
        step = id_of(event.id) or reading.key_of_line("change", seen.line)
        reading.steps.append(
            seen.step(step, Kind.EVENT, name="file change", status=StepStatus.OK, input=path[:PATH_CHARS])
        )
    place = place_of(path, seen.run, word_of(event.cwd))
    origin = event.origin if event.origin in list(Origin) else Origin.DECLARED
    reading.changes.append(
        ChangeRecord(
            run=seen.run.id,
            step=step,
            # What the client declares and what follows from the tool's arguments is one change (edits.py).
            key=f"{step}:{place.path}:0" if origin == Origin.DECLARED else f"{step}:{origin}:{place.path}",
            path=place.path,
            raw_path=place.raw,
            old_path=place_of(old, seen.run, word_of(event.cwd)).path
            if (old := word_of(event.old_path))
            else None,
            outside=place.outside,
            op=op_of(event, before=before, after=after),
            source=SOURCE,
            origin=Origin(str(origin)),
            user_modified=flag_of(event.user_modified) is True,
            basis=basis_of(event, before=before, after=after, patch=patch),
            before=before,
            after=after,
            patch=patch,
        )
    )


def op_of(event: Event, *, before: str | None, after: str | None) -> Op:
    """Read the operation; without it, a missing side tells."""
    if type(event.op) is str and event.op.lower() in OPS:
        return OPS[event.op.lower()]
    if event.old_path is not None:
        return Op.RENAME
    return Op.EDIT


def basis_of(event: Event, *, before: str | None, after: str | None, patch: str | None) -> Basis:
    """Say what the text rests on: the client's word, else what is there."""
    if type(event.basis) is str and event.basis in list(Basis):
        return Basis(event.basis)
    if before is not None or after is not None:
        return Basis.CONTENT
    return Basis.PATCH if patch is not None else Basis.NAME
