"""Runs that fell silent, and rates: what no judgement of a run can see."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from alerts.actions.firing import Subject, open_alert, reopen_alert, resolve_by_itself, update_alert
from alerts.evaluating import subject_of
from alerts.kinds import AlertState
from alerts.models import Alert, AlertRule
from alerts.params import RateParams
from alerts.queries.rates import measure, rate_rules_all_projects
from alerts.queries.stuck import last_step_of, open_step_of, silent_runs_all_projects
from alerts.rates import judge_rate
from alerts.rules import Fired
from alerts.silence import Last, sentence_of, waits_for_prompt
from runs.kinds import RunStatus
from runs.models import Run, Step
from teams.models import Project


def sweep_stuck_all_projects(now: datetime) -> list[Project]:
    """Look for open runs that are silent. Returns the projects whose inbox has changed."""
    changed = {}
    for run_id, rule_id in silent_runs_all_projects(now):
        with transaction.atomic():
            run = _mark_stuck(run_id, rule_id, now=now)
        if run is not None:
            changed[run.project_id] = run.project
    return list(changed.values())


def _mark_stuck(run_id: UUID, rule_id: int, *, now: datetime) -> Run | None:
    """Alert of one silent run, unless it spoke meanwhile or waits for a human."""
    run = Run.objects.select_related("project__team").filter(pk=run_id, status=RunStatus.RUNNING).first()
    rule = AlertRule.objects.filter(pk=rule_id).first()
    if run is None or rule is None:
        return None
    last = _last_of(run)
    alert = Alert.objects.select_for_update().filter(project=run.project, run_id=run.id, rule=rule).first()
    if waits_for_prompt(last) or (alert is not None and alert.mark == run.revision):
        return None
    minutes = int((now - run.updated_at).total_seconds() // 60)
    fired = Fired(
        sentence=sentence_of(last, minutes=minutes),
        occurrences=alert.episode + 1 if alert else 1,
        steps=[last.seq] if last else [],
        step=last.seq if last else None,
    )
    subject = subject_of(run, now=now, mark=run.revision)
    if alert is None:
        return run if open_alert(rule, fired, subject, now=now) else None
    alert.rule = rule
    if alert.state == AlertState.RESOLVED:
        reopen_alert(alert, fired, subject, now=now)
    else:
        update_alert(alert, fired, subject, now=now)
    return run


def _last_of(run: Run) -> Last | None:
    step: Step | None = open_step_of(run) or last_step_of(run)
    if step is None:
        return None
    return Last(
        seq=step.seq, kind=step.kind, is_open=step.status == "running", what=step.tool or step.name,
        stop_reason=step.stop_reason,
    )  # fmt: skip


def evaluate_rates_all_projects(now: datetime) -> list[Project]:
    """Apply all rules over rates. Returns the projects whose inbox has changed."""
    changed = {}
    for rule in rate_rules_all_projects():
        with transaction.atomic():
            if _follow_rate(rule, now=now):
                changed[rule.project_id] = rule.project
    return list(changed.values())


def _follow_rate(rule: AlertRule, *, now: datetime) -> bool:
    """Open the alert of a rate when it goes above its limit, resolve it when it is back."""
    params = rule.parsed
    assert isinstance(params, RateParams)
    fired = judge_rate(params, measure(rule.project, params, now=now))
    alerts = Alert.objects.select_for_update().filter(project=rule.project, run_id=None, rule=rule)
    alert = alerts.select_related("rule").first()
    subject = Subject(mark=1)
    if fired is None:
        return _end_rate(alert, now=now)
    if alert is None:
        return open_alert(rule, fired, subject, now=now)
    if not alert.mark and alert.state == AlertState.RESOLVED:
        reopen_alert(alert, fired, subject, now=now)
    elif alert.state == AlertState.RESOLVED or alert.sentence == fired.sentence:
        return False
    else:
        update_alert(alert, fired, subject, now=now)
    return True


def _end_rate(alert: Alert | None, *, now: datetime) -> bool:
    if alert is None or not alert.mark:
        return False
    Alert.objects.filter(pk=alert.pk).update(mark=0)
    if alert.state != AlertState.RESOLVED:
        resolve_by_itself(alert, sentence=f"Back to normal. Before: {alert.sentence}", now=now)
    return True
