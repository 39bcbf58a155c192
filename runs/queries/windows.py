"""Windows of steps in the order shown: by time, then by number; what has no time comes last."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from runs.limits import WINDOW
from runs.models import Step

Row = dict[str, Any]
#: The first and the last row of a range, in the order shown.
Ends = tuple[Row, Row]


@dataclass(frozen=True, kw_only=True)
class Window:
    """Neighbouring rows, and whether there are more on either side."""

    rows: list[Row]
    earlier: bool
    later: bool


def first_of(steps: QuerySet[Step, Row], *, size: int = WINDOW) -> Window:
    """Read the first rows."""
    rows = list(steps.order_by("started_at", "seq")[: size + 1])
    return Window(rows=rows[:size], earlier=False, later=len(rows) > size)


def after_row(steps: QuerySet[Step, Row], mark: Row, *, size: int = WINDOW) -> Window:
    """Read the rows that follow one."""
    steps = steps.order_by("started_at", "seq")
    at, seq = mark["started_at"], mark["seq"]
    if at is None:
        rows = list(steps.filter(started_at=None, seq__gt=seq)[: size + 1])
        return Window(rows=rows[:size], earlier=True, later=len(rows) > size)
    timed = steps.filter(started_at__gte=at).exclude(started_at=at, seq__lte=seq)
    rows = list(timed[: size + 1])
    if len(rows) <= size:
        rows += list(steps.filter(started_at=None)[: size + 1 - len(rows)])
    return Window(rows=rows[:size], earlier=True, later=len(rows) > size)


def before_row(steps: QuerySet[Step, Row], mark: Row, *, size: int = WINDOW) -> Window:
    """Read the rows that come before one."""
    at, seq = mark["started_at"], mark["seq"]
    rows: list[Row] = []
    if at is None:
        rows = list(steps.filter(started_at=None, seq__lt=seq).order_by("-seq")[: size + 1])
    if len(rows) <= size:
        timed = steps.filter(started_at__isnull=False)
        if at is not None:
            timed = steps.filter(started_at__lte=at).exclude(started_at=at, seq__gte=seq)
        rows += list(timed.order_by("-started_at", "-seq")[: size + 1 - len(rows)])
    return Window(rows=rows[:size][::-1], earlier=len(rows) > size, later=True)


def around_row(steps: QuerySet[Step, Row], mark: Row, *, size: int = WINDOW) -> Window:
    """Read the rows around one, and the row itself."""
    before = before_row(steps, mark, size=size // 2)
    after = after_row(steps, mark, size=size // 2)
    return Window(rows=[*before.rows, mark, *after.rows], earlier=before.earlier, later=after.later)


def around_number(steps: QuerySet[Step, Row], seq: int, *, size: int = WINDOW) -> Window | None:
    """Read the rows around the one of a number; None when it is not among them."""
    mark = steps.filter(seq=seq).first()
    return around_row(steps, mark, size=size) if mark else None


def place_of_row(row: Row) -> tuple[bool, Any, int]:
    """Give what rows are ordered by."""
    return (row["started_at"] is None, row["started_at"] or 0, row["seq"])


def lies_between(row: Row, ends: Ends) -> bool:
    """Say whether a row lies in a range, both ends included."""
    first, last = map(place_of_row, ends)
    return first <= place_of_row(row) <= last


def between(first: Row, last: Row) -> Q:
    """Select what lies from one row to another, both included."""
    timeless = Q(started_at=None)
    if first["started_at"] is None:
        found = timeless & Q(seq__gte=first["seq"])
    else:
        same = Q(started_at=first["started_at"], seq__gte=first["seq"])
        found = Q(started_at__gt=first["started_at"]) | same | timeless
    if last["started_at"] is None:
        return found & ~(timeless & Q(seq__gt=last["seq"]))
    same = Q(started_at=last["started_at"], seq__lte=last["seq"])
    return found & (Q(started_at__lt=last["started_at"]) | same)
