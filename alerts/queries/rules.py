"""Rules, and what they are told of runs."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from alerts.kinds import Fact, RuleKind
from alerts.limits import ALERT_STEPS
from alerts.models import Alert, AlertRule
from alerts.rules import Touched
from runs.globs import pattern_of
from runs.kinds import FAILED_STATES
from runs.models import Run, Step
from teams.models import Project

#: Kinds of rules that the judgement of a run applies.
OF_RUNS = (RuleKind.FINDING, RuleKind.FACT, RuleKind.STUCK)

#: The call with which a sum over a run's calls went above a limit. One run: its rows lie together.
STEP_ABOVE = """
    SELECT seq FROM (
        SELECT seq, sum({what}) OVER (ORDER BY seq) AS total FROM runs_step
        WHERE run_id = %(run)s AND kind = 'llm' AND NOT copied
    ) AS sums WHERE total > %(over)s ORDER BY seq LIMIT 1
"""
_SUMMED = {
    Fact.COST: "coalesce(cost_usd, 0)",
    Fact.TOKENS: "coalesce(input_tokens, 0) + coalesce(cache_read_tokens, 0) + coalesce(output_tokens, 0)"
    " + coalesce(cache_write_5m_tokens, 0) + coalesce(cache_write_1h_tokens, 0)",
}

#: Changed files that match a pattern, and with which step each changed first.
MATCHING_FILES = """
    SELECT change.path, min(step.seq) FROM runs_filechange AS change
    LEFT JOIN runs_step AS step ON step.run_id = change.run_id AND step.key = change.step_key
    WHERE change.run_id = %(run)s AND change.path ~* %(pattern)s GROUP BY change.path ORDER BY 2, 1
"""


def rules_of(project: Project) -> QuerySet[AlertRule]:
    """List the rules of a project with their channels."""
    return AlertRule.objects.filter(project=project).prefetch_related("channels").order_by("pk")


def rule_of(project: Project, rule_id: int) -> AlertRule | None:
    """Find one rule."""
    return AlertRule.objects.filter(project=project, pk=rule_id).first()


def rules_for_runs(project: Project) -> list[AlertRule]:
    """Read the rules that are applied to each run of a project, in the order in which they are locked."""
    return list(AlertRule.objects.filter(project=project, enabled=True, kind__in=OF_RUNS).order_by("pk"))


def alerts_of_run(project: Project, run_id: UUID) -> dict[int, Alert]:
    """Read and lock what rules have said of a run, by rule."""
    alerts = Alert.objects.select_for_update().filter(project=project, run_id=run_id)
    return {alert.rule_id: alert for alert in alerts.order_by("rule_id")}


def last_event_at(run: Run) -> datetime:
    """Read when the last thing happened in a run, by the clock of the machine it ran on."""
    started = Step.objects.filter(run_id=run.id, started_at__isnull=False).order_by("-started_at")
    last = started.values_list("started_at", flat=True).first()
    known = [time for time in (last, run.ended_at, run.started_at) if time is not None]
    return max(known, default=run.updated_at)


def matching_files(run: Run, pattern: str) -> list[Touched]:
    """Read which changed files of a run match a pattern."""
    with connection.cursor() as cursor:
        cursor.execute(MATCHING_FILES, {"run": run.id, "pattern": pattern_of(pattern)})
        return [Touched(path=path, step=step) for path, step in cursor.fetchall()]


def proof_of(run: Run, fact: Fact, over: float) -> Sequence[int]:
    """Read the steps that prove a number: where it went above the limit, or all failures."""
    steps = Step.objects.filter(run_id=run.id)
    if fact == Fact.TURNS:
        return list(steps.filter(turn__gt=over, agent="").order_by("seq").values_list("seq", flat=True)[:1])
    if fact == Fact.ERRORS:
        failed = steps.filter(status__in=sorted(FAILED_STATES)).order_by("started_at", "seq")
        return list(failed.values_list("seq", flat=True)[:ALERT_STEPS])
    if fact in _SUMMED:
        with connection.cursor() as cursor:
            cursor.execute(STEP_ABOVE.format(what=_SUMMED[fact]), {"run": run.id, "over": over})
            return [seq for (seq,) in cursor.fetchall()]
    return list(steps.order_by("-revision").values_list("seq", flat=True)[:1])
