"""All steps of one run as its flight strip needs them, and the sums of a range of it."""

from dataclasses import dataclass
from decimal import Decimal

from django.db import connection
from django.db.models import Count, Max, Min, Q, Sum
from django.db.models.functions import Coalesce
from django.http import Http404

from runs.kinds import FAILED_STATES, Kind
from runs.limits import STRIP_STEPS
from runs.models import Run, Step
from runs.queries.spending import SPENT, UNPRICED
from runs.queries.steps import META, ends_of_range
from runs.queries.windows import Ends, between
from runs.timing import Beat

#: Whole milliseconds, not timestamps: making 20,000 datetimes takes three times as long as the query; with
#: numerics (`extract`) it would take half as long again. A call that waited in line before it ran is busy for
#: its own duration only; a retry, for the wait it told of.
BEATS = """
    SELECT seq, revision, kind, tool, status, agent, started,
        CASE WHEN ended IS NULL OR ms IS NULL THEN started
            ELSE least(greatest(started, ended - ms), ended) END,
        coalesce(ended, started + ms),
        changes, sent, cached, is_meta,
        changes > 0 AND key IN (
            SELECT change.step_key FROM runs_filechange AS change
            WHERE change.run_id = %(run)s AND change.origin = 'observed' AND NOT EXISTS (
                SELECT 1 FROM runs_filechange AS told WHERE told.run_id = %(run)s AND told.origin = 'declared'
                    AND told.step_key = change.step_key AND told.path = change.path)),
        status = 'denied' AND error_kind = 'human'
    FROM (
        SELECT seq, revision, key, kind, tool, status, error_kind, agent, started_at, changes,
            (date_part('epoch', started_at) * 1000)::bigint AS started,
            (date_part('epoch', ended_at) * 1000)::bigint AS ended,
            CASE WHEN kind = 'retry' AND detail->>'wait_ms' ~ '^[0-9]{1,9}$'
                THEN (detail->>'wait_ms')::bigint ELSE duration_ms END AS ms,
            CASE WHEN kind = 'llm' THEN coalesce(input_tokens, 0) + coalesce(cache_read_tokens, 0)
                + coalesce(cache_write_5m_tokens, 0) + coalesce(cache_write_1h_tokens, 0) END AS sent,
            coalesce(cache_read_tokens, 0) AS cached,
            detail @> '{"meta": true}' AS is_meta
        FROM runs_step WHERE run_id = %(run)s
    ) AS step
    ORDER BY started_at, seq
    LIMIT %(most)s
"""


@dataclass(frozen=True, kw_only=True)
class RangeSums:
    """What the steps between two steps amount to."""

    ends: Ends
    steps: int
    failures: int
    retries: int
    ms: int | None
    tokens: int
    calls: int
    cost: Decimal
    unpriced: int
    lower_bound: int


def beats_of(run: Run) -> list[Beat]:
    """Read the steps of a run, in the order of the timeline, at most STRIP_STEPS."""
    with connection.cursor() as cursor:
        cursor.execute(BEATS, {"run": run.id, "most": STRIP_STEPS})
        return [Beat(*values) for values in cursor.fetchall()]  # the columns are the fields, in their order


def sums_of_range(run: Run, first: int, last: int) -> RangeSums:
    """Add up the steps from one to another, in the order of the timeline. Raises Http404."""
    ends = ends_of_range(run, first, last)
    if ends is None:
        raise Http404("No such steps in this run.")
    steps = Step.objects.filter(between(*ends), run_id=run.id).exclude(META)
    billed = Q(kind=Kind.LLM, copied=False)
    bad = Q(status__in=list(FAILED_STATES)) & ~Q(kind=Kind.RETRY) & ~Q(detail__has_key="failed_call")
    found = steps.aggregate(
        steps=Count("seq"),
        failures=Count("seq", filter=bad),
        retries=Count("seq", filter=Q(kind=Kind.RETRY)),
        since=Min("started_at"),
        until=Max(Coalesce("ended_at", "started_at")),
        tokens=Sum(SPENT, filter=billed, default=0),
        calls=Count("seq", filter=Q(kind=Kind.LLM)),
        cost=Sum("cost_usd", filter=billed, default=Decimal(0)),
        unpriced=Count("seq", filter=billed & UNPRICED),
        lower_bound=Count("seq", filter=billed & Q(lower_bound=True)),
    )
    since, until = found.pop("since"), found.pop("until")
    ms = round((until - since).total_seconds() * 1_000) if since and until else None
    return RangeSums(ends=ends, ms=ms, **found)
