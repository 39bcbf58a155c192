"""Rules over a run that was just judged, in the transaction of its judgement."""

import logging
from datetime import datetime, timedelta
from functools import partial

import msgspec

from alerts.actions.firing import (
    Subject,
    open_alert,
    reopen_alert,
    resolve_by_itself,
    unsettle,
    update_alert,
)
from alerts.kinds import AlertState, Fact, RuleKind
from alerts.limits import OLD_HOURS
from alerts.models import Alert, AlertRule
from alerts.params import FactParams
from alerts.queries.rules import alerts_of_run, last_event_at, matching_files, proof_of, rules_for_runs
from alerts.rules import Fired, Seen, Told, judge_rule
from runs.judging import Ruling
from runs.kinds import RunStatus
from runs.models import Run
from runs.shown.runs import title_of
from runs.words import plural

log = logging.getLogger(__name__)


def evaluate_run(ruling: Ruling, *, now: datetime) -> bool:
    """Apply all rules to a run. Says whether an alert came, went or changed."""
    run = ruling.run
    rules = [rule for rule in rules_for_runs(run.project) if _is_readable(rule)]
    known = alerts_of_run(run.project, run.id) if rules else {}
    told = told_of(ruling, rules)
    changed = False
    for rule in rules:
        alert = known.get(rule.pk)
        if rule.kind == RuleKind.STUCK:
            changed |= _go_on(run, rule, alert, now=now)
        else:
            changed |= _follow(run, rule, alert, judge_rule(rule.parsed, told), now=now)
    return changed


def _is_readable(rule: AlertRule) -> bool:
    """Leave out a rule whose parameters cannot be read: findings must not wait for it."""
    try:
        return rule.parsed is not None
    except msgspec.ValidationError:
        log.exception("Alert rule %s cannot be read", rule.pk)
        return False


def told_of(ruling: Ruling, rules: list[AlertRule]) -> Told:
    """Gather what rules are told of a run; paths of files and times only where a rule asks."""
    run = ruling.run
    facts = [rule.parsed for rule in rules if rule.kind == RuleKind.FACT]
    asked = {params.fact for params in facts if isinstance(params, FactParams)}
    patterns = {params.pattern for params in facts if isinstance(params, FactParams) and params.pattern}
    findings = [
        Seen(
            signature=row.signature,
            severity=row.severity,
            sentence=row.sentence,
            steps=row.steps,
            step=row.step,
        )
        for row in ruling.findings
    ]
    return Told(
        numbers=numbers_of(run) | (_minutes_of(run) if Fact.MINUTES in asked else {}),
        findings=findings,
        files={pattern: matching_files(run, pattern) for pattern in patterns} if run.changes else {},
        proof=partial(proof_of, run),
    )


def numbers_of(run: Run) -> dict[Fact, float]:
    """Take the numbers that are columns of a run."""
    tokens = run.input_tokens + run.cache_read_tokens + run.output_tokens
    return {
        Fact.TURNS: run.turns,
        Fact.ERRORS: run.failures,
        Fact.COST: float(run.cost_usd),
        Fact.TOKENS: tokens + run.cache_write_5m_tokens + run.cache_write_1h_tokens,
    }


def subject_of(run: Run, *, now: datetime, mark: int = 0) -> Subject:
    """Say what an alert about a run is about, and whether the run was over long ago."""
    last = last_event_at(run)
    is_old = last < now - timedelta(hours=OLD_HOURS)
    at = last if is_old else None
    return Subject(run_id=run.id, run_name=title_of(run), is_old=is_old, mark=mark, at=at)


def _minutes_of(run: Run) -> dict[Fact, float]:
    if run.started_at is None:
        return {}
    return {Fact.MINUTES: (last_event_at(run) - run.started_at).total_seconds() / 60}


def _follow(run: Run, rule: AlertRule, alert: Alert | None, fired: Fired | None, *, now: datetime) -> bool:
    """Bring an alert to what its rule says now."""
    if alert is not None:
        alert.rule = rule
    if fired is None:
        return _end(alert, now=now)
    if alert is None:
        return open_alert(rule, fired, subject_of(run, now=now), now=now)
    if alert.state == AlertState.RESOLVED:
        if fired.occurrences > alert.settled:
            reopen_alert(alert, fired, subject_of(run, now=now), now=now)
        return fired.occurrences > alert.settled
    is_over = run.status != RunStatus.RUNNING and fired.sentence != alert.sentence
    if fired.occurrences != alert.occurrences or is_over:
        update_alert(alert, fired, subject_of(run, now=now), now=now)
        return True
    return False


def _end(alert: Alert | None, *, now: datetime) -> bool:
    """Resolve an alert whose rule does not fire any more: the finding is gone, or the limit was raised."""
    if alert is None:
        return False
    if alert.state == AlertState.RESOLVED:
        unsettle(alert)
        return False
    resolve_by_itself(alert, sentence=alert.sentence, now=now)
    return True


def _go_on(run: Run, rule: AlertRule, alert: Alert | None, *, now: datetime) -> bool:
    """Resolve the alert of a run that speaks again; that of one closed for its silence stays."""
    spoke = alert is not None and run.revision > alert.mark and run.status != RunStatus.UNFINISHED
    if alert is None or not spoke or alert.state == AlertState.RESOLVED:
        return False
    alert.rule = rule
    silent = plural(max(1, round((now - alert.last_at).total_seconds() / 60)), "minute")
    resolve_by_itself(alert, sentence=f"It goes on: steps came again {silent} after this alert.", now=now)
    return True
