"""Who is told that a rule fires, and what its cool-down holds back; all in the caller's own transaction.

A rule's `round` counts its messages. What is held back bears the number of its round, so that each alert is
told of, or counted, with one message and no other, whichever worker writes it. Locks are taken in one order
everywhere: alerts, then their rule.
"""

from datetime import datetime
from typing import Any
from uuid import uuid4

from django.db.models import F

from alerts.kinds import AlertState, Event, Quiet
from alerts.limits import HELD_NAMED
from alerts.models import Alert, AlertRule, Delivery
from alerts.queries.cooling import held_by, next_held
from alerts.queueing import queue_delivery


def tell_fired(alert: Alert, *, now: datetime) -> None:
    """Tell the channels of an alert that opened, or note why nobody is told."""
    if quiet := _reason_for_quiet(alert, now=now):
        _note(alert, quiet=quiet)
        return
    rule = _lock(alert.rule_id)
    if _is_warm(rule, now=now):
        AlertRule.objects.filter(pk=rule.pk).update(held=F("held") + 1)
        _note(alert, quiet=Quiet.COOLING, round=rule.round)
        return
    _tell(alert, rule, now=now)


def tell_held(rule_id: int, *, now: datetime) -> Alert | None:
    """Tell of what a rule's cool-down held back, once it is over: the worst by itself, the others with it."""
    alert = next_held(rule_id)
    if alert is None:
        return None
    rule = _lock(rule_id)
    if rule.round != alert.round or _is_warm(rule, now=now):
        return None  # a new alert took them along
    _tell(alert, rule, now=now)
    return alert


def queue_new_delivery(alert: Alert, channel_id: int, *, event: Event, now: datetime, **fields: Any) -> None:
    """Record a delivery and queue its job."""
    delivery = Delivery.objects.create(
        uid=uuid4(), project_id=alert.project_id, channel_id=channel_id, alert=alert, event=event,
        episode=alert.episode, created_at=now, **fields,
    )  # fmt: skip
    queue_delivery(delivery.pk)


def _reason_for_quiet(alert: Alert, *, now: datetime) -> Quiet:
    if alert.is_old:
        return Quiet.OLD
    if alert.rule.muted_until and alert.rule.muted_until > now:
        return Quiet.MUTED
    return Quiet.NO if alert.rule.channels.filter(enabled=True).exists() else Quiet.NO_CHANNEL


def _lock(rule_id: int) -> AlertRule:
    return AlertRule.objects.select_for_update(no_key=True).get(pk=rule_id)


def _is_warm(rule: AlertRule, *, now: datetime) -> bool:
    return rule.cool_at is not None and rule.cool_at > now


def _tell(alert: Alert, rule: AlertRule, *, now: datetime) -> None:
    """Queue a message to each channel; what was held back is counted in it, the newest are named."""
    others = held_by(rule).exclude(pk=alert.pk)
    held = others.count() if rule.held else 0
    named = (
        list(others.filter(state=AlertState.OPEN).values_list("pk", flat=True)[:HELD_NAMED]) if held else []
    )
    told = {"held": held, "since": rule.told_at if held else None, "others": named}
    _note(alert, quiet=Quiet.NO)
    channels = rule.channels.filter(enabled=True).order_by("pk").values_list("pk", flat=True)
    for channel_id in list(channels):
        queue_new_delivery(alert, channel_id, event=Event.FIRED, now=now, **told)
    AlertRule.objects.filter(pk=rule.pk).update(told_at=now, held=0, round=F("round") + 1)


def _note(alert: Alert, **fields: Any) -> None:
    for name, value in fields.items():
        setattr(alert, name, value)
    alert.save(update_fields=list(fields))
