"""What follows when a rule fires, goes on firing or stops; all in the caller's own transaction."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db.models import F, Q
from msgspec import Struct

from alerts.kinds import AlertState, Event, Quiet
from alerts.limits import ALERT_STEPS, SENTENCE_CHARS
from alerts.models import Alert, AlertRule, Delivery
from alerts.queueing import queue_delivery
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
    _tell_fired(kept, now=now)
    return True


def reopen_alert(alert: Alert, fired: Fired, subject: Subject, *, now: datetime) -> None:
    """Open a resolved alert again, and tell of it as of a new one."""
    again = {"state": AlertState.OPEN, "by": None, "state_at": now, "episode": alert.episode + 1}
    _write(alert, **_said(alert.rule, fired, subject), **again, last_at=subject.at or now)
    _tell_fired(alert, now=now)


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


def queue_new_delivery(alert: Alert, channel_id: int, *, event: Event, now: datetime, held: int = 0) -> None:
    """Record a delivery and queue its job."""
    delivery = Delivery.objects.create(
        uid=uuid4(), project_id=alert.project_id, channel_id=channel_id, alert=alert, event=event,
        episode=alert.episode, held=held, created_at=now,
    )  # fmt: skip
    queue_delivery(delivery.pk)


def _tell_fired(alert: Alert, *, now: datetime) -> None:
    quiet, held = _reason_for_quiet(alert, now=now)
    _write(alert, quiet=quiet)
    if quiet:
        return
    for channel_id in list(
        alert.rule.channels.filter(enabled=True).order_by("pk").values_list("pk", flat=True)
    ):
        queue_new_delivery(alert, channel_id, event=Event.FIRED, now=now, held=held)


def _reason_for_quiet(alert: Alert, *, now: datetime) -> tuple[Quiet, int]:
    """Say why nobody is told, else take the rule's turn: (no reason, alerts held back before)."""
    rule = AlertRule.objects.filter(pk=alert.rule_id)
    if alert.is_old:
        return Quiet.OLD, 0
    if alert.rule.muted_until and alert.rule.muted_until > now:
        return Quiet.MUTED, 0
    if not alert.rule.channels.filter(enabled=True).exists():
        return Quiet.NO_CHANNEL, 0
    warm = now - timedelta(minutes=alert.rule.cooldown_minutes)
    held = rule.select_for_update().values_list("held", flat=True).get()
    if rule.filter(Q(told_at__isnull=True) | Q(told_at__lte=warm)).update(told_at=now, held=0):
        return Quiet.NO, held
    rule.update(held=F("held") + 1)
    return Quiet.COOLING, 0


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
