"""A run as an archive: read in bounded pieces, so that a run of any length streams."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from runs import archives
from runs.contents import read_blobs
from runs.copying import load_row
from runs.limits import ARCHIVE_STEPS, ARCHIVE_TEXTS
from runs.models import Run
from runs.rows import CHANGE_COLUMNS, RUN_COLUMNS, STEP_COLUMNS, ChangeRow, RunRow, StepRow


def listed(columns: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in columns)


ONE_RUN = f"SELECT {listed(RUN_COLUMNS)} FROM runs_run WHERE id = %s"

#: Pieces in the order of the primary key.
SOME_STEPS = f"""
    SELECT {listed(STEP_COLUMNS)} FROM runs_step WHERE run_id = %s AND seq > %s ORDER BY seq LIMIT %s
"""
SOME_CHANGES = f"""
    SELECT {listed(CHANGE_COLUMNS)} FROM runs_filechange WHERE run_id = %s AND n > %s ORDER BY n LIMIT %s
"""

#: The names of some steps.
NAMES = "SELECT key, name, at FROM runs_stepname WHERE run_id = %s AND key = ANY(%s) ORDER BY at, name"

#: All links of the message lists, each after the one it extends; three digests a message.
LINKS = "SELECT digest, parent, message FROM runs_contextnode WHERE run_id = %s ORDER BY depth, digest"


def archive_of(run: Run) -> Iterator[bytes]:
    """Write a run as lines of the native format: importing them makes the same run."""
    written: set[bytes] = set()
    name = run.external_id
    yield archives.line_of(
        name, archives.run_of(load_row(RunRow, RUN_COLUMNS, fetched(ONE_RUN, [run.id])[0]))
    )
    links = [tuple(link) for link in fetched(LINKS, [run.id])]
    yield from texts(run, (message for _, _, message in links), written)
    for digest, parent, message in links:
        after = bytes(parent).hex() if parent is not None else None
        told = archives.ArchivedMessage(bytes(digest).hex(), bytes(message).hex(), after)
        yield archives.line_of(name, told)
    for steps in pieces_of_steps(run):
        yield from texts(run, archives.digests_in(steps), written)
        names = names_of(run, steps)
        yield b"".join(
            archives.line_of(name, archives.step_of(step, names.get(step.key, {}))) for step in steps
        )
    for changes in pieces_of_changes(run):
        yield from texts(run, archives.texts_in(changes), written)
        yield b"".join(archives.line_of(name, archives.change_of(change)) for change in changes)


def names_of(run: Run, steps: list[StepRow]) -> dict[str, dict[str, datetime | None]]:
    """Read what sources call some steps, and when each told."""
    names: dict[str, dict[str, datetime | None]] = {}
    for key, name, at in fetched(NAMES, [run.id, [step.key for step in steps]]):
        names.setdefault(key, {})[name] = at
    return names


def pieces_of_steps(run: Run) -> Iterator[list[StepRow]]:
    """Read the steps of a run in the order of their numbers, some at a time."""
    after = -1
    while steps := rows_after(SOME_STEPS, run, after, StepRow, STEP_COLUMNS):
        yield steps
        after = steps[-1].seq


def pieces_of_changes(run: Run) -> Iterator[list[ChangeRow]]:
    """Read the file changes of a run in the order of their numbers, some at a time."""
    after = -1
    while changes := rows_after(SOME_CHANGES, run, after, ChangeRow, CHANGE_COLUMNS):
        yield changes
        after = changes[-1].n


def rows_after(query: str, run: Run, after: int, struct: type, columns: Sequence[str]) -> list[Any]:
    return [load_row(struct, columns, row) for row in fetched(query, [run.id, after, ARCHIVE_STEPS])]


def texts(run: Run, digests: Iterable[bytes], written: set[bytes]) -> Iterator[bytes]:
    """Write the texts that were not written yet, some at a time."""
    wanted = [digest for digest in dict.fromkeys(map(bytes, digests)) if digest not in written]
    written.update(wanted)
    for start in range(0, len(wanted), ARCHIVE_TEXTS):
        found = read_blobs(run.id, wanted[start : start + ARCHIVE_TEXTS])
        for digest, data in found.items():
            yield archives.line_of(run.external_id, archives.text_of(digest, data))


def fetched(query: str, values: Sequence[Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return list(cursor.fetchall())
