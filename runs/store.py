"""The only writer of runs, steps, changes, blobs and contexts.

`save` takes one batch in one transaction. The lock on the run's row puts its writers in one line, so what is
new goes in by plain COPY, what changed by one pipelined UPDATE, and what did not change is not written:
saving anything twice changes no row. See docs/decisions/0001-storage.md.
"""

from collections.abc import Mapping
from datetime import datetime
from os import urandom
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.utils import OperationalError
from msgspec import Struct
from msgspec.structs import asdict
from psycopg import errors

from runs import sql
from runs.blobs import compress, storable_json
from runs.contexts import before_known, probes, unseen_chains
from runs.copying import copy_rows, load_row, values_for_copy, values_for_update
from runs.folding import (
    Work,
    fold_changes,
    fold_run,
    fold_steps,
    number_changes,
    number_steps,
    price_steps,
)
from runs.kinds import Kind
from runs.names import join_rows
from runs.naming import drop_changes, name_steps, save_names
from runs.records import Batch
from runs.rollups import add_to_sums
from runs.rows import (
    CHANGE_COLUMNS,
    RUN_COLUMNS,
    STEP_COLUMNS,
    ChangeRow,
    RunRow,
    StepRow,
)
from runs.searching import has_new_words, said_of

ATTEMPTS = 3  # a deadlock between batches that share calls is tried again
BLOB_COLUMNS = ("run_id", "digest", "size", "zstd", "data")
NODE_COLUMNS = ("run_id", "digest", "parent", "message", "depth")


class SavedRun(Struct, frozen=True, kw_only=True):
    """What became of one run of a batch."""

    id: UUID
    external_id: str
    revision: int
    created: bool
    changed: bool


def save(project: Any, batch: Batch, *, now: datetime) -> list[SavedRun]:
    """Store a batch of `project` durably and return its runs, in order of first mention."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                return save_in_transaction(cursor, project, batch, now=now)
        except OperationalError as error:
            if not isinstance(error.__cause__, errors.DeadlockDetected) or attempt == ATTEMPTS:
                raise
    return []


def save_in_transaction(
    cursor: Any, project: Any, batch: Batch, *, now: datetime, ids: Mapping[str, UUID] | None = None
) -> list[SavedRun]:
    """Save a batch; `ids` are those of runs that are not there and had one before."""
    works = lock_runs(cursor, project, mentioned_runs(batch), ids or {}, now=now)
    share_out(batch, works)
    names = name_steps(cursor, works.values())
    old = [work for work in works.values() if not work.created]
    drop_changes(cursor, old)
    load_steps(cursor, old)
    load_changes(cursor, old)
    for work in works.values():
        join_rows(work)
        fold_steps(work)
        fold_changes(work)
        fold_run(work)
    load_open_steps(cursor, [work for work in old if work.ended_now])
    bill_calls(cursor, project, works)
    count_new_paths(cursor, works)
    overrides = project.settings.get("prices") if isinstance(project.settings, dict) else None
    for work in works.values():
        price_steps(work, overrides=overrides)
        number_changes(work)
        number_steps(work)
    write_contexts(cursor, works)
    write_blobs(cursor, works)
    write_rows(cursor, works, now=now)
    save_names(cursor, works.values(), names)
    write_texts(cursor, project, works)
    add_to_sums(cursor, project, works.values())
    return [
        SavedRun(
            id=work.row.id,
            external_id=name,
            revision=work.row.revision,
            created=work.created,
            changed=work.changed,
        )
        for name, work in works.items()
    ]


def mentioned_runs(batch: Batch) -> list[str]:
    names = [run.external_id for run in batch.runs]
    names += [step.run for step in batch.steps]
    names += [change.run for change in batch.changes]
    names += [run for run, _ in batch.retired] + [run for run, *_ in batch.names]
    return list(dict.fromkeys(names))


def lock_runs(
    cursor: Any, project: Any, names: list[str], known_ids: Mapping[str, UUID], *, now: datetime
) -> dict[str, Work]:
    """Lock the runs of a batch, make those that are new, and return one piece of work a run."""
    rows = lock_known_runs(cursor, project, names)
    created: set[str] = set()
    missing = [name for name in names if name not in rows]
    if missing:
        ids = [known_ids.get(name) or uuid7(now) for name in missing]
        given = {"project": project.pk, "external_ids": missing, "ids": ids, "now": now}
        cursor.execute(sql.INSERT_RUNS, given)
        new = read_runs(cursor)
        created = set(new)
        rows |= new | lock_known_runs(cursor, project, [name for name in missing if name not in new])
    return {name: Work(row=rows[name], created=name in created) for name in names}


def lock_known_runs(cursor: Any, project: Any, names: list[str]) -> dict[str, RunRow]:
    if not names:
        return {}
    cursor.execute(sql.LOCK_RUNS, {"project": project.pk, "external_ids": names})
    return read_runs(cursor)


def read_runs(cursor: Any) -> dict[str, RunRow]:
    rows = [load_row(RunRow, RUN_COLUMNS, values) for values in cursor.fetchall()]
    return {row.external_id: row for row in rows}


def uuid7(now: datetime) -> UUID:
    """Make a UUID that sorts by time: 48 bits of milliseconds, then random (RFC 9562, version 7)."""
    value = int(now.timestamp() * 1000) << 80 | int.from_bytes(urandom(10))
    value = value & ~(0xF << 76) | 7 << 76
    return UUID(int=value & ~(0x3 << 62) | 2 << 62)


def share_out(batch: Batch, works: dict[str, Work]) -> None:
    for run in batch.runs:
        works[run.external_id].run_records.append(run)
    for step in batch.steps:
        works[step.run].step_records.append(step)
    for change in batch.changes:
        works[change.run].change_records.append(change)
    for run, key in batch.retired:
        works[run].retired.append(key)
    for run, name, key, at in batch.names:
        works[run].names.append((name, key, at))


def load_steps(cursor: Any, works: list[Work]) -> None:
    wanted = [(work.row.id, key) for work in works for key in work.step_keys()]
    if not wanted:
        return
    cursor.execute(
        sql.LOAD_STEPS,
        {"run_ids": [run for run, _ in wanted], "keys": [key for _, key in wanted]},
    )
    take_steps(cursor, works)


def load_open_steps(cursor: Any, works: list[Work]) -> None:
    """Fetch the steps that a run left open when it ended: they will never be answered."""
    if not works:
        return
    cursor.execute(sql.LOAD_OPEN_STEPS, {"run_ids": [work.row.id for work in works]})
    take_steps(cursor, works)
    for work in works:
        work.close_open_steps()


def take_steps(cursor: Any, works: list[Work]) -> None:
    by_run = {work.row.id: work for work in works}
    for values in cursor.fetchall():
        row = load_row(StepRow, STEP_COLUMNS, values)
        by_run[row.run_id].take_step(row)


def load_changes(cursor: Any, works: list[Work]) -> None:
    """Fetch all changes of the steps that get new changes, and of new steps whose changes came first."""
    wanted = [(work.row.id, key) for work in works if work.row.changes for key in work.keys_with_changes()]
    if not wanted:
        return
    cursor.execute(
        sql.LOAD_CHANGES,
        {"run_ids": [run for run, _ in wanted], "keys": [key for _, key in wanted]},
    )
    by_run = {work.row.id: work for work in works}
    for values in cursor.fetchall():
        row = load_row(ChangeRow, CHANGE_COLUMNS, values)
        by_run[row.run_id].take_change(row)


def bill_calls(cursor: Any, project: Any, works: dict[str, Work]) -> None:
    """Mark the model calls, new or known by their id only now, that another run of the project paid for."""
    calls = [
        (work, row) for work in works.values() for row in work.steps_with_new_call() if row.kind == Kind.LLM
    ]
    if not calls:
        return
    given = {
        "project": project.pk,
        "call_ids": [row.call_id for _, row in calls],
        "run_ids": [work.row.id for work, _ in calls],
    }
    cursor.execute(sql.BILL_CALLS, given)
    cursor.execute(sql.BILLED_TO, given)
    billed_to = dict(cursor.fetchall())
    for work, row in calls:
        row.copied = billed_to[row.call_id] != work.row.id


def count_new_paths(cursor: Any, works: dict[str, Work]) -> None:
    """Count the files of the repository that no earlier change of the run touched."""
    wanted = [(work.row.id, path) for work in works.values() for path in work.new_paths()]
    if not wanted:
        return
    cursor.execute(
        sql.KNOWN_PATHS,
        {"run_ids": [run for run, _ in wanted], "paths": [path for _, path in wanted]},
    )
    known = set(cursor.fetchall())
    for work in works.values():
        work.row.files_changed += sum((work.row.id, path) not in known for path in work.new_paths())


def recount_paths(cursor: Any, works: dict[str, Work]) -> None:
    """Count the files anew of runs whose changes lie elsewhere than was told first."""
    moved = [work for work in works.values() if work.retired or work.has_moved_paths()]
    if not moved:
        return
    cursor.execute(sql.COUNT_PATHS, {"run_ids": [work.row.id for work in moved]})
    counts = dict(cursor.fetchall())
    for work in moved:
        work.row.files_changed = counts.get(work.row.id, 0)


def write_contexts(cursor: Any, works: dict[str, Work]) -> None:
    """Add the links of message lists that are not stored yet, and queue their messages as blobs."""
    chains = [(work, chain) for work in works.values() for chain in unseen_chains(work.contexts)]
    if not chains:
        return
    asked = [(work, node) for work, chain in chains if not work.created for node in probes(chain)]
    known = known_digests(cursor, sql.KNOWN_CONTEXTS, [(work.row.id, node.digest) for work, node in asked])
    newer = [(work, before_known(chain, known.get(work.row.id, set()))) for work, chain in chains]
    unsure = [(work.row.id, node.digest) for work, chain in newer if not work.created for node in chain]
    known = known_digests(cursor, sql.KNOWN_CONTEXTS, unsure)
    rows = []
    for work, chain in newer:
        for node in chain:
            if node.digest not in known.get(work.row.id, ()):
                work.blobs[node.message.digest] = node.message.data
                above = node.parent.digest if node.parent else None
                rows.append((work.row.id, node.digest, above, node.message.digest, node.size))
    if rows:
        copy_rows(cursor, "runs_contextnode", NODE_COLUMNS, rows)


def write_blobs(cursor: Any, works: dict[str, Work]) -> None:
    asked = [(work.row.id, digest) for work in works.values() if not work.created for digest in work.blobs]
    known = known_digests(cursor, sql.KNOWN_BLOBS, asked)
    rows = [
        (work.row.id, digest, len(data), *compress(data))
        for work in works.values()
        for digest, data in work.blobs.items()
        if digest not in known.get(work.row.id, ())
    ]
    if rows:
        copy_rows(cursor, "runs_blob", BLOB_COLUMNS, rows)


def known_digests(cursor: Any, query: str, asked: list[tuple[UUID, bytes]]) -> dict[UUID, set[bytes]]:
    known: dict[UUID, set[bytes]] = {}
    if asked:
        cursor.execute(
            query,
            {
                "run_ids": [run for run, _ in asked],
                "digests": [digest for _, digest in asked],
            },
        )
        for run, digest in cursor.fetchall():
            known.setdefault(run, set()).add(bytes(digest))
    return known


def write_texts(cursor: Any, project: Any, works: dict[str, Work]) -> None:
    told = {work.row.id: said_of(work.row) for work in works.values() if has_new_words(work)}
    if told:
        given = {"project": project.pk, "run_ids": list(told), "said": list(told.values())}
        cursor.execute(sql.SAVE_TEXTS, given)


def renumber_turns(cursor: Any, works: dict[str, Work]) -> None:
    """Number the turns anew of runs that learn of calls only after what followed from them."""
    for work in works.values():
        if work.is_out_of_order():
            cursor.execute(sql.RENUMBER_TURNS, {"run_id": work.row.id, "revision": work.row.revision})
            work.row.revision += cursor.rowcount


def write_rows(cursor: Any, works: dict[str, Work], *, now: datetime) -> None:
    inserted = [values_for_copy(row, STEP_COLUMNS) for work in works.values() for row in work.new_steps()]
    if inserted:
        copy_rows(cursor, "runs_step", STEP_COLUMNS, inserted)
    updated = [
        values_for_update(row, STEP_COLUMNS) for work in works.values() for row in work.changed_steps()
    ]
    if updated:
        cursor.executemany(sql.UPDATE_STEP, updated)
    renumber_turns(cursor, works)
    inserted = [values_for_copy(row, CHANGE_COLUMNS) for work in works.values() for row in work.new_changes()]
    if inserted:
        copy_rows(cursor, "runs_filechange", CHANGE_COLUMNS, inserted)
    updated = [
        values_for_update(row, CHANGE_COLUMNS) for work in works.values() for row in work.changed_changes()
    ]
    if updated:
        cursor.executemany(sql.UPDATE_CHANGE, updated)
    recount_paths(cursor, works)
    runs = [asdict(work.row) for work in works.values() if work.changed]
    if runs:
        cursor.execute(sql.UPDATE_RUNS, {"runs": storable_json(runs).decode(), "now": now})
