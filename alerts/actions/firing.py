"""What follows when a rule fires, goes on firing or stops; all in the caller's own transaction."""

from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct

from alerts.actions.telling import queue_new_delivery, tell_fired
from alerts.kinds import AlertState, Event
from alerts.limits import ALERT_STEPS, SENTENCE_CHARS
from alerts.models import Alert, AlertRule
from alerts.rules import Fired


class Subject(Struct, frozen=True, kw_only=True):
    """What an alert is about: a run, or (without) all runs of a while."""

    run_id: UUID | None = None
    run_name: str = ""
    is_old: bool = False
    mark: int = 0
    at: datetime | None = None  #: of an old run, when it was over; else now


def open_alert(rule: AlertRule, fired: Fired, subject: Subject, *, now: datetime) -> bool:
    """Open the first alert of a rule and run. False when another worker just did."""
    said = _said(rule, fired, subject)
    alert = Alert(
        project_id=rule.project_id,
        rule=rule,
        run_id=subject.run_id,
        opened_at=now,
        last_at=subject.at or now,
        state_at=now,
        **said,
    )
    Alert.objects.bulk_create([alert], ignore_conflicts=True)
    kept = Alert.objects.select_for_update().get(
        project_id=rule.project_id, run_id=subject.run_id, rule_id=rule.pk
    )
    if kept.opened_at != now:
        return False
    kept.rule = rule
    tell_fired(kept, now=now)
    return True


def reopen_alert(alert: Alert, fired: Fired, subject: Subject, *, now: datetime) -> None:
    """Open a resolved alert again, and tell of it as of a new one."""
    again = {"state": AlertState.OPEN, "by": None, "state_at": now, "episode": alert.episode + 1}
    _write(alert, **_said(alert.rule, fired, subject), **again, last_at=subject.at or now)
    tell_fired(alert, now=now)


def update_alert(alert: Alert, fired: Fired, subject: Subject, *, now: datetime) -> None:
    """Say what the alert says now; its channels have been told."""
    _write(alert, **_said(alert.rule, fired, subject), last_at=subject.at or now)


def resolve_by_itself(alert: Alert, *, sentence: str, now: datetime) -> None:
    """Resolve an alert whose cause is gone; who was told that it fired is told that, too.

    Nothing of it is settled: a cause that comes back is a new one, however small.
    """
    _write(alert, state=AlertState.RESOLVED, settled=0, sentence=sentence[:SENTENCE_CHARS],
           by=None, state_at=now, last_at=now)  # fmt: skip
    told = alert.deliveries.filter(event=Event.FIRED, episode=alert.episode)
    for channel_id in list(told.order_by("channel_id").values_list("channel_id", flat=True)):
        queue_new_delivery(alert, channel_id, event=Event.RESOLVED, now=now)


def unsettle(alert: Alert) -> None:
    """Forget what somebody resolved: its cause is gone, and one that comes back is a new one."""
    if alert.settled:
        _write(alert, settled=0)


def _said(rule: AlertRule, fired: Fired, subject: Subject) -> dict[str, Any]:
    return {
        "run_name": subject.run_name,
        "severity": fired.severity or rule.severity,
        "sentence": fired.sentence[:SENTENCE_CHARS],
        "steps": list(fired.steps[:ALERT_STEPS]),
        "step": fired.step,
        "occurrences": fired.occurrences,
        "is_old": subject.is_old,
        "mark": subject.mark,
    }


def _write(alert: Alert, **fields: Any) -> None:
    for name, value in fields.items():
        setattr(alert, name, value)
    alert.save(update_fields=list(fields))
