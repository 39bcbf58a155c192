"""Reads and keeps the names that several sources know one step by, while its run is locked."""

from collections.abc import Iterable
from typing import Any

from runs import sql
from runs.folding import Work
from runs.names import Given, Register, rename_steps


def name_steps(cursor: Any, works: Iterable[Work]) -> dict[Any, Register]:
    """Give records that have names the keys of the steps they are of. Returns the names by run."""
    named = [work for work in works if work.names or any(step.names for step in work.step_records)]
    wanted = [(work.row.id, name) for work in named if not work.created for name in asked_names(work)]
    known: dict[Any, list[Given]] = {}
    if wanted:
        given = {"run_ids": [run for run, _ in wanted], "names": [name for _, name in wanted]}
        cursor.execute(sql.LOAD_NAMES, given)
        for run, name, key, at in cursor.fetchall():
            known.setdefault(run, []).append((name, key, at))
    registers = {work.row.id: Register(left_of(known.get(work.row.id, []), work)) for work in named}
    for work in named:
        for name, key, at in work.names:
            registers[work.row.id].add(key, [name], at)
        rename_steps(work, registers[work.row.id])
    return registers


def asked_names(work: Work) -> set[str]:
    """List the names that a batch tells of the steps of a run."""
    told = {name for step in work.step_records for name in step.names}
    return told | {name for name, _, _ in work.names}


def left_of(names: list[Given], work: Work) -> list[Given]:
    """Leave out the names of steps that go with this batch."""
    gone = set(work.retired)
    return [one for one in names if one[1] not in gone]


def drop_changes(cursor: Any, works: Iterable[Work]) -> None:
    """Take back the file changes of steps that others replace."""
    gone = {(work.row.id, key): work for work in works for key in work.retired}
    if not gone:
        return
    given = {"run_ids": [run for run, _ in gone], "keys": [key for _, key in gone]}
    cursor.execute(sql.DROP_CHANGES, given)
    for run, key, added, removed, counts in cursor.fetchall():
        if counts:
            row = gone[run, key].row
            row.lines_added, row.lines_removed = row.lines_added - added, row.lines_removed - removed


def save_names(cursor: Any, works: Iterable[Work], registers: dict[Any, Register]) -> None:
    """Keep the names that are new, and drop those of steps that are others now."""
    gone = [
        (work.row.id, key) for work in works for key in (*(loser for _, loser in work.joined), *work.retired)
    ]
    if gone:
        given = {"run_ids": [run for run, _ in gone], "keys": [key for _, key in gone]}
        cursor.execute(sql.DROP_NAMES, given)
    fresh = [(run, *one) for run, register in registers.items() for one in register.fresh()]
    if fresh:
        columns = zip(*fresh, strict=True)
        given = dict(zip(("run_ids", "names", "keys", "times"), map(list, columns), strict=True))
        cursor.execute(sql.SAVE_NAMES, given)
