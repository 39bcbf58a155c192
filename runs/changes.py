"""File changes as rows: merging, counting lines. Pure functions."""

from collections.abc import Iterable
from itertools import takewhile
from uuid import UUID

from runs.blobs import content_of, indexable, storable
from runs.diffs import counts
from runs.kinds import Basis, Op, Origin
from runs.merging import Keep
from runs.records import ChangeRecord
from runs.rows import ChangeRow

COUNTED_LINES = 40_000  # both sides together; shuffled lines cost libgit2 the square of their number


def new_change(run_id: UUID, record: ChangeRecord) -> ChangeRow:
    return ChangeRow(
        run_id=run_id,
        n=-1,
        key=indexable(record.key),
        step_key=storable(record.step),
        path=indexable(record.path),
        op=record.op,
        origin=record.origin,
        basis=record.basis,
    )


#: What says more than a fragment: texts, or where the lines stand.
_WHOLE = frozenset({Basis.CONTENT, Basis.RECONSTRUCTED, Basis.PATCH})


def apply_change(row: ChangeRow, record: ChangeRecord, keep: Keep) -> None:
    """Fold one record into the row: what is known of the texts is never forgotten."""
    if record.source not in row.sources:
        row.sources = [*row.sources, record.source]
    if record.basis == Basis.FRAGMENT and row.basis in _WHOLE:
        return  # who knows only a fragment knows the place of the file no better
    row.path, row.origin = indexable(record.path), record.origin
    if not (row.op == Op.CREATE and record.op == Op.EDIT and record.before is None):
        row.op = record.op  # a tool that writes whole files does not know that this one is new
    whole = record.raw_path or (record.path if row.path != record.path else "")
    row.raw_path = storable(whole) or row.raw_path
    row.old_path = storable(record.old_path or "") or row.old_path
    row.outside, row.binary = record.outside, record.binary
    row.user_modified = row.user_modified or record.user_modified
    known = row.before_digest is not None or row.after_digest is not None or row.patch_digest is not None
    told = record.before is not None or record.after is not None or record.patch is not None
    if known and not told:
        return
    row.basis = record.basis
    for side in ("before", "after", "patch"):
        text = getattr(record, side)
        if text is not None:
            digest, data = content_of(text)
            keep(digest, data)
            setattr(row, f"{side}_digest", digest)
    row.additions, row.deletions = counted(record)


def counted(record: ChangeRecord) -> tuple[int, int]:
    """Count added and removed lines: as given, else from the texts, else from the patch."""
    if record.additions is not None and record.deletions is not None:
        return record.additions, record.deletions
    before, after = record.before, record.after
    if before is not None or after is not None:
        return counted_texts(before or "", after or "")
    lines = (record.patch or "").splitlines()
    added = sum(line.startswith("+") and not line.startswith("+++ ") for line in lines)
    removed = sum(line.startswith("-") and not line.startswith("--- ") for line in lines)
    return added, removed


def counted_texts(before: str, after: str) -> tuple[int, int]:
    """Count (added, removed) lines; where very much differs, all from first to last difference."""
    if before.count("\n") + after.count("\n") <= COUNTED_LINES:
        return counts(before, after)
    old, new = before.split("\n"), after.split("\n")
    head = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(old, new, strict=False)))
    old, new = old[head:], new[head:]
    pairs = zip(reversed(old), reversed(new), strict=False)
    tail = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
    old, new = old[: len(old) - tail], new[: len(new) - tail]
    if len(old) + len(new) > COUNTED_LINES:
        return len(new), len(old)
    return counts("\n".join([*old, ""]), "\n".join([*new, ""]))


def step_lines(changes: Iterable[ChangeRow]) -> tuple[int, int, int]:
    """Return (files, lines added, lines removed) of one step; a path told twice counts once."""
    chosen = preferred(changes)
    return (
        len(chosen),
        sum(c.additions for c in chosen),
        sum(c.deletions for c in chosen),
    )


def repository_lines(changes: Iterable[ChangeRow]) -> tuple[int, int]:
    """Return (lines added, lines removed) inside the repository."""
    chosen = [change for change in preferred(changes) if not change.outside]
    return sum(c.additions for c in chosen), sum(c.deletions for c in chosen)


def preferred(changes: Iterable[ChangeRow]) -> list[ChangeRow]:
    """Choose what the tool declared over what was observed, path by path; net changes are no step's own.

    One call may change a path several times (MultiEdit), each declared under a key of its own: those add up.
    """
    listed = [change for change in changes if change.origin != Origin.NET]
    declared = {change.path for change in listed if change.origin == Origin.DECLARED}
    return [c for c in listed if c.origin == Origin.DECLARED or c.path not in declared]
