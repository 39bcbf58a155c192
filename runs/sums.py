"""What a batch moves in the sums of its project. Pure functions."""

from collections.abc import Iterable
from datetime import UTC, date
from decimal import Decimal

from runs.folding import Work
from runs.kinds import Span
from runs.rows import RunRow, SumRow

Group = tuple[date, str, str, str, str, bool]
Amounts = tuple[int, int, Decimal, int, int, int, int]

_NOTHING: Amounts = (0, 0, Decimal(0), 0, 0, 0, 0)


def moved_sums(project_id: int, works: Iterable[Work]) -> list[SumRow]:
    """List by how much the sums of each group of runs moved; a run may leave one group for another."""
    moved: dict[Group, Amounts] = {}
    for work in works:
        if not work.changed:
            continue
        if not work.created and work.old_row is not None:
            _move(moved, work.old_row, sign=-1)
        _move(moved, work.row, sign=1)
    return [
        SumRow(
            project_id=project_id, span=Span.FRESH, day=day, status=status, agent=agent, model=model,
            repo=repo, failing=failing, runs=runs, calls=calls, cost_usd=cost, unpriced_calls=unpriced,
            lower_bound_calls=lower, tokens=tokens, llm_ms=ms,
        )
        for (day, status, agent, model, repo, failing), amounts in moved.items()
        if amounts != _NOTHING
        for runs, calls, cost, unpriced, lower, tokens, ms in (amounts,)
    ]  # fmt: skip


def _move(moved: dict[Group, Amounts], row: RunRow, *, sign: int) -> None:
    sort_at = row.started_at or row.created_at
    day = sort_at.astimezone(UTC).date()
    group = (day, row.status, row.agent, row.model, row.repo, row.failures > 0)
    runs, calls, cost, unpriced, lower, tokens, ms = moved.get(group, _NOTHING)
    moved[group] = (
        runs + sign,
        calls + sign * row.llm_calls,
        cost + sign * row.cost_usd,
        unpriced + sign * row.unpriced_calls,
        lower + sign * row.lower_bound_calls,
        tokens + sign * _tokens_of(row),
        ms + sign * row.llm_ms,
    )


def _tokens_of(row: RunRow) -> int:
    cached = row.cache_read_tokens + row.cache_write_5m_tokens + row.cache_write_1h_tokens
    return row.input_tokens + cached + row.output_tokens
