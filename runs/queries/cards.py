"""Findings of a project by signature: the cards, and the findings behind one."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import blake2b
from typing import NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import Q

from runs.findings.limits import CARD_FINDINGS, TREND_DAYS
from runs.models import Finding, Run, SignatureState
from teams.models import Project

#: One row a signature, from the sums. When it was first and last seen is at the two ends of an index.
CARDS = """
    WITH summed AS MATERIALIZED (
        SELECT signature, severity, sum(runs) AS runs, sum(times) AS times FROM (
            SELECT signature, severity, runs, times FROM runs_signaturesum
            WHERE project_id = %(project)s AND span = 0
            UNION ALL
            SELECT signature, severity, runs, times FROM runs_signaturesum
            WHERE project_id = %(project)s AND span = 2 AND span >= 1
        ) AS parts GROUP BY 1, 2 HAVING sum(runs) > 0
    )
    SELECT signature,
        (SELECT at FROM runs_finding WHERE project_id = %(project)s AND signature = card.signature
            ORDER BY at LIMIT 1),
        (SELECT at FROM runs_finding WHERE project_id = %(project)s AND signature = card.signature
            ORDER BY at DESC LIMIT 1),
        times, runs, severity
    FROM (
        SELECT signature, sum(times)::bigint AS times, sum(runs)::bigint AS runs, max(severity) AS severity
        FROM summed GROUP BY signature
    ) AS card
"""

#: Occurrences by day (UTC).
TREND = """
    SELECT signature, day, sum(times)::bigint FROM (
        SELECT signature, found_on AS day, times FROM runs_signaturesum
        WHERE project_id = %(project)s AND span = 0 AND found_on >= %(since)s
        UNION ALL
        SELECT signature, day, times FROM runs_signaturesum
        WHERE project_id = %(project)s AND span = 3 AND span >= 1 AND day >= %(since)s
    ) AS parts GROUP BY 1, 2
"""


class Card(NamedTuple):
    """All findings of one signature in a project."""

    signature: str
    first: datetime
    last: datetime
    times: int
    runs: int
    severity: int


class Place(NamedTuple):
    """Where a finding stands among those of its signature: newest first."""

    at: datetime
    run_id: UUID
    place: int


@dataclass(frozen=True, kw_only=True)
class FindingPage:
    """Some findings of a signature, the runs they are of, and whether there are older ones."""

    findings: list[Finding]
    runs: dict[UUID, Run]
    older: bool


def cards_of(project: Project) -> list[Card]:
    """Sum up what rules found in a project, by signature."""
    with connection.cursor() as cursor:
        cursor.execute(CARDS, {"project": project.pk})
        return [Card._make(row) for row in cursor.fetchall()]


def trends_of(project: Project, *, today: date) -> dict[str, list[int]]:
    """Count the occurrences of each of the last TREND_DAYS days, the oldest first."""
    first = today - timedelta(days=TREND_DAYS - 1)
    counts: defaultdict[str, list[int]] = defaultdict(lambda: [0] * TREND_DAYS)
    with connection.cursor() as cursor:
        cursor.execute(TREND, {"project": project.pk, "since": first})
        for signature, day, times in cursor.fetchall():
            if day <= today:
                counts[signature][(day - first).days] = times
    return counts


def resolved_in(project: Project) -> dict[str, SignatureState]:
    """Read which signatures people called resolved, and when."""
    states = SignatureState.objects.filter(project=project).select_related("resolved_by")
    return {state.signature: state for state in states}


def stamp_of_findings(project: Project) -> str:
    """Name what the cards of a project show in a few characters."""
    return stamp_of_cards(cards_of(project), resolved_in(project))


def stamp_of_cards(cards: Iterable[Card], states: Mapping[str, SignatureState]) -> str:
    """Name what was read for cards."""
    settled = sorted((name, state.resolved_at) for name, state in states.items())
    return blake2b(repr((sorted(cards), settled)).encode(), digest_size=8).hexdigest()


def findings_with(project: Project, signature: str, *, before: Place | None = None) -> FindingPage:
    """Read one page of a signature's findings, newest first, with their runs."""
    found = Finding.objects.filter(project=project, signature=signature)
    if before:
        of_run = Q(run_id__lt=before.run_id) | Q(run_id=before.run_id, place__lt=before.place)
        found = found.filter(at__lte=before.at).filter(Q(at__lt=before.at) | of_run)
    rows = list(found.order_by("-at", "-run_id", "-place")[: CARD_FINDINGS + 1])
    shown = rows[:CARD_FINDINGS]
    runs = Run.objects.filter(project=project).in_bulk({row.run_id for row in shown})
    return FindingPage(findings=shown, runs=runs, older=len(rows) > CARD_FINDINGS)
