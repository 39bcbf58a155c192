"""What rules said of one run, which a project's query found."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from runs.findings.found import Severity
from runs.models import Finding, Judgement, Run


class Ruled(NamedTuple):
    """What rules say of a run, in a word."""

    worst: str  #: signature of the worst finding
    severity: int
    signatures: int  #: different ones
    moment: int | None  #: step at which it went sideways


def judgement_of(run: Run) -> Judgement | None:
    """Read what rules said of the run as a whole; None until they have looked."""
    return Judgement.objects.filter(run_id=run.id).first()


def rulings_of(run_ids: Iterable[UUID]) -> dict[UUID, Ruled]:
    """Read what the run list shows of what rules say: of runs with more than hints, which most have."""
    found = Judgement.objects.filter(run_id__in=list(run_ids), severity__gt=Severity.HINT)
    return {row[0]: Ruled._make(row[1:]) for row in found.values_list("run_id", *Ruled._fields)}


def findings_of(run: Run) -> list[Finding]:
    """List the findings of a run, in the order in which they came true."""
    return list(Finding.objects.filter(run_id=run.id).order_by("place"))


def findings_at(run: Run, seq: int) -> list[Finding]:
    """List the findings that a step helps to prove."""
    return list(Finding.objects.filter(run_id=run.id, steps__contains=[seq]).order_by("-severity", "place"))


def stamp_of(at: datetime | None) -> int:
    """Give a moment in whole microseconds, 0 for none: what live pages compare."""
    return round(at.timestamp() * 1_000_000) if at else 0


def judged_stamp(run_id: UUID) -> int:
    """Read when what rules say of a run last changed; 0 until they have looked."""
    return stamp_of(Judgement.objects.filter(run_id=run_id).values_list("at", flat=True).first())
