"""The sums of findings by signature: the one writer. A judgement moves them by what it changed, in its own
transaction; docs/decisions/0006-signature-sums.md says why."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import UTC, date
from typing import NamedTuple

from django.db import connection

from runs import signature_sql
from runs.kinds import SignatureSpan
from runs.limits import SUMS_FOLDED
from runs.models import Finding, Judgement, Run, SignatureSum


class Group(NamedTuple):
    """What findings are summed by."""

    day: date  #: of the run
    agent: str
    model: str
    repo: str
    found_on: date
    signature: str
    severity: int  #: of the worst one of that signature in the run


def move_signature_sums(
    judgement: Judgement, run: Run, old: Iterable[Finding], new: Iterable[Finding]
) -> None:
    """Move the sums of a project from a run's old findings to its new ones, and note as what they count."""
    runs: Counter[Group] = Counter()
    times: Counter[Group] = Counter()
    if judgement.day is not None:
        _add(judgement, old, runs, times, sign=-1)
    judgement.day = run.sort_at.astimezone(UTC).date()
    judgement.agent, judgement.model, judgement.repo = run.agent, run.model, run.repo
    _add(judgement, new, runs, times, sign=1)
    SignatureSum.objects.bulk_create(
        SignatureSum(
            project_id=judgement.project_id, span=SignatureSpan.FRESH, runs=runs[group], times=moved,
            **group._asdict(),
        )
        for group, moved in times.items()
        if moved or runs[group]
    )  # fmt: skip


def _add(
    judged: Judgement, findings: Iterable[Finding], runs: Counter[Group], times: Counter[Group], *, sign: int
) -> None:
    assert judged.day is not None
    by_signature: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        by_signature[finding.signature].append(finding)
    for signature, same in by_signature.items():
        days = Counter(finding.at.astimezone(UTC).date() for finding in same)
        worst, first = max(finding.severity for finding in same), min(days)
        for found_on, count in days.items():
            group = Group(judged.day, judged.agent, judged.model, judged.repo, found_on, signature, worst)
            times[group] += sign * count
            runs[group] += sign * (found_on == first)


def fold_signature_sums_all_projects() -> int:
    """Fold what judgements moved into sums by day and for ever. Returns how many rows were folded."""
    folded = 0
    fresh = SignatureSum.objects.filter(span=SignatureSpan.FRESH)
    for project_id in fresh.values_list("project_id", flat=True).distinct():
        while taken := fold_signature_sums(project_id):
            folded += taken
            if taken < SUMS_FOLDED:
                break
    return folded


def fold_signature_sums(project_id: int) -> int:
    """Fold some fresh rows of a project, in one transaction. Returns how many."""
    with connection.cursor() as cursor:
        cursor.execute(signature_sql.FOLD_SIGNATURES, {"project": project_id, "rows": SUMS_FOLDED})
        return int(cursor.fetchone()[0])


def drop_empty_signature_sums() -> None:
    """Drop the groups whose findings are all gone."""
    with connection.cursor() as cursor:
        cursor.execute(signature_sql.DROP_EMPTY_SIGNATURES)
