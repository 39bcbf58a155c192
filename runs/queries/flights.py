"""The last steps of many runs, for the small strips of the run list."""

from collections.abc import Iterable
from uuid import UUID

from django.db import connection

from runs.flight import TICKS, Tick

#: One short backward walk of the primary key a run; LATERAL lets one statement do it for the whole page.
LAST_STEPS = """
    SELECT wanted.place, step.kind, step.tool, step.status, step.changes
    FROM unnest(%s::uuid[]) WITH ORDINALITY AS wanted (run_id, place)
    CROSS JOIN LATERAL (
        SELECT seq, kind, tool, status, changes FROM runs_step
        WHERE run_id = wanted.run_id ORDER BY run_id, seq DESC LIMIT %s
    ) AS step
    ORDER BY wanted.place, step.seq
"""


def flights_of(run_ids: Iterable[UUID]) -> dict[UUID, list[Tick]]:
    """Read the last TICKS steps of runs that a project's query gave, oldest first."""
    wanted = list(run_ids)
    found: list[list[Tick]] = [[] for _ in wanted]
    if wanted:
        with connection.cursor() as cursor:
            cursor.execute(LAST_STEPS, [wanted, TICKS])
            for place, kind, tool, status, changes in cursor.fetchall():
                found[place - 1].append(Tick(kind, tool, status, changes))
    return dict(zip(wanted, found, strict=True))
