"""Failed calls gathered by what they asked for: those that fail most."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from runs.findings.limits import FAILING_SHOWN
from runs.queries.tools import Call
from runs.shown.tool_use import Links, asked_of
from runs.words import one_line, plural


@dataclass(frozen=True, kw_only=True, slots=True)
class FailingRow:
    """Calls of one tool that asked for the same, as far as it is shown."""

    tool: str
    asked: str
    url: str  #: lists them
    times: str
    runs: str
    error: str  #: of the newest one
    run_id: UUID
    seq: int
    at: datetime


def failing_rows(calls: Sequence[Call], links: Links) -> list[FailingRow]:
    """Write the calls that failed most often, given failed ones, the newest first."""
    alike: dict[tuple[str, str], list[Call]] = defaultdict(list)
    for call in calls:
        alike[call.tool, asked_of(call)].append(call)
    ordered = sorted(alike.items(), key=lambda each: len(each[1]), reverse=True)  # stable: newest first
    return [_row(tool, asked, same, links) for (tool, asked), same in ordered[:FAILING_SHOWN]]


def _row(tool: str, asked: str, same: Sequence[Call], links: Links) -> FailingRow:
    newest = same[0]
    return FailingRow(
        tool=tool,
        asked=asked,
        url=links.calls(tool=tool, asked=asked, failed="1"),
        times=f"{len(same):,}",
        runs=plural(len({call.run_id for call in same}), "run"),
        error=one_line(newest.error, limit=160),
        run_id=newest.run_id,
        seq=newest.seq,
        at=newest.started_at,
    )


def calls_alike(calls: Iterable[Call], *, tool: str, asked: str) -> list[Call]:
    """Choose the calls behind one row."""
    return [call for call in calls if call.tool == tool and asked_of(call) == asked]
