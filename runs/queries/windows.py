"""Windows of steps in the order shown: by time, then by number; what has no time comes last."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from runs.limits import WINDOW
from runs.models import Step

Row = dict[str, Any]


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
