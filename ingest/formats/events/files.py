"""Native events in files: traces that a recorder wrote line by line, and turn logs."""

from datetime import datetime

from ingest.formats.events.kinds import HANDLERS
from ingest.formats.events.lines import Lines, split
from ingest.formats.events.reader import needs_run, read_lines
from ingest.formats.events.values import id_of
from ingest.limits import STEPS_PER_RUN
from ingest.sources import SourceFile
from runs.records import Batch, Quarantined, digest_of

PEEK = 50
TOO_MANY = f"The file has more than {STEPS_PER_RUN} events; the events after those were not read. Split it."


def looks_like(data: bytes) -> bool:
    """Say whether the first lines are native events or a turn log."""
    lines = split(data, most=PEEK).lines
    return any(is_native(line.event.kind, line.event.run or line.event.run_id) for line in lines) or any(
        line.event.turn is not None
        and (line.event.event is not None or len(line.event.content) or len(line.event.tool_results))
        for line in lines
    )


def is_native(kind: object, run: object) -> bool:
    """Say whether `kind` is one of ours, or the event at least names a run and a kind."""
    return type(kind) is str and (kind in HANDLERS or id_of(run) is not None)


def read(files: list[SourceFile], *, now: datetime) -> Batch:
    """Read trace files into one batch. Order and pairing stay inside each file."""
    batch = Batch(format="events")
    for file in files:
        batch = batch + read_file(file)
    return batch


def read_file(file: SourceFile) -> Batch:
    """Read one trace file; its run, when its events name none, comes from the file itself."""
    lines = split(file.data, name=file.path, most=STEPS_PER_RUN)
    if lines.too_many:
        lines.quarantined.append(Quarantined(where=file.path, why=TOO_MANY))
    return read_lines(lines, run=run_of_file(file, lines))


def run_of_file(file: SourceFile, lines: Lines) -> str | None:
    """Name the run of a file whose events name none.

    With times in its first line that line is unique, so a renamed or grown file stays the same run; without
    them the path is needed too, because many attempts begin with the same words.
    """
    if not lines.lines or not needs_run(lines):
        return None
    first = lines.lines[0]
    timed = first.event.ts is not None or first.event.timestamp is not None or first.event.time is not None
    seed = lines.first if timed else file.path.encode("utf-8", "replace") + b"\0" + lines.first
    return f"trace-{digest_of(seed).hex()}"
