"""The files that a run changed, summed up for the tree beside the diffs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg, BoolOr
from django.db.models import Count, Func, Max, Min, Q, Sum

from runs.changed_trees import ChangedFile, file_state
from runs.limits import FILES_SUMMED
from runs.looks import Look
from runs.models import FileChange, Run
from runs.queries.changes import COUNTS, changes_matching


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangedFiles:
    """Files by path; `are_all` unless there are more than are summed up."""

    files: Sequence[ChangedFile]
    are_all: bool


def changed_files(run: Run, look: Look) -> ChangedFiles:
    """Sum up the files that a look shows, in the order of their paths."""
    rows = (
        changes_matching(run, look)
        .annotate(counts=COUNTS)
        .values("path")
        .annotate(
            edits=Count("n", filter=Q(counts=True)), first=Min("n"), moved=Max("old_path"),
            added=Sum("additions", filter=Q(counts=True), default=0),
            removed=Sum("deletions", filter=Q(counts=True), default=0),
            is_hidden=BoolOr("hidden"), is_outside=BoolOr("outside"),
            first_op=_first("op", "n"), last_op=_first("op", "-n"),
            start=_first("before_digest", "n"), end=_first("after_digest", "-n"),
        )
        .order_by("path")
    )  # fmt: skip
    found = [_file_of(row) for row in rows[: FILES_SUMMED + 1]]
    return ChangedFiles(files=found[:FILES_SUMMED], are_all=len(found) <= FILES_SUMMED)


def _first(name: str, order: str) -> Func:
    """Take one field of the first change of a file in some order."""
    found = ArrayAgg(name, order_by=order, filter=Q(counts=True))
    field = FileChange._meta.get_field(name)
    return Func(found, template="(%(expressions)s)[1]", output_field=field.clone())


def _file_of(row: dict[str, Any]) -> ChangedFile:
    start, end = (None if row[name] is None else bytes(row[name]) for name in ("start", "end"))
    return ChangedFile(
        path=row["path"],
        edits=row["edits"],
        first=row["first"],
        added=row["added"],
        removed=row["removed"],
        state=file_state(row["first_op"], row["last_op"], before=start, after=end, edits=row["edits"]),
        old_path=row["moved"],
        hidden=row["is_hidden"],
        outside=row["is_outside"],
    )
