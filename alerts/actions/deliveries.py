"""How a delivery goes: tried, sent, failed, given up; and what that says of its channel."""

from datetime import datetime
from uuid import uuid4

from django.db import transaction
from django.db.models import F

from alerts.kinds import ChannelState, DeliveryState, Event
from alerts.limits import ERROR_CHARS
from alerts.models import Channel, Delivery
from alerts.queueing import queue_delivery

_OPEN = [DeliveryState.WAITING, DeliveryState.FAILED]


def begin_try(delivery: Delivery, *, now: datetime) -> bool:
    """Count a try, before anything is sent. False when it was sent or given up meanwhile."""
    waiting = Delivery.objects.filter(pk=delivery.pk, state__in=_OPEN)
    delivery.attempts += 1
    return waiting.update(attempts=F("attempts") + 1, tried_at=now) == 1


def record_sent(delivery: Delivery, *, status: int | None, now: datetime) -> None:
    """Record that a receiver took it; the channel works."""
    with transaction.atomic():
        Delivery.objects.filter(pk=delivery.pk).update(
            state=DeliveryState.SENT, status=status, error="", sent_at=now
        )
        channel = Channel.objects.filter(pk=delivery.channel_id)
        channel.exclude(state=ChannelState.WORKING).update(
            state=ChannelState.WORKING, error="", failing_since=None
        )


def record_failure(delivery: Delivery, why: str, *, status: int | None) -> None:
    """Record a try that failed and is made again."""
    Delivery.objects.filter(pk=delivery.pk).update(
        state=DeliveryState.FAILED, status=status, error=why[:ERROR_CHARS]
    )


def give_up(delivery: Delivery, why: str, *, status: int | None, now: datetime) -> None:
    """Record that it is not tried again; the channel fails, and says so until a message gets through."""
    error = why[:ERROR_CHARS]
    with transaction.atomic():
        Delivery.objects.filter(pk=delivery.pk).update(
            state=DeliveryState.GIVEN_UP, status=status, error=error
        )
        channel = Channel.objects.filter(pk=delivery.channel_id)
        channel.update(state=ChannelState.FAILING, error=error)
        channel.filter(failing_since__isnull=True).update(failing_since=now)


def drop_delivery(delivery: Delivery, why: str) -> None:
    """Record that it is not sent, which is no fault of its channel."""
    Delivery.objects.filter(pk=delivery.pk).update(state=DeliveryState.GIVEN_UP, error=why)


def send_test(channel: Channel, *, now: datetime) -> Delivery:
    """Queue a test message; it is tried once."""
    with transaction.atomic():
        delivery = Delivery.objects.create(
            uid=uuid4(), project_id=channel.project_id, channel=channel, event=Event.TEST, created_at=now
        )
        queue_delivery(delivery.pk)
    return delivery
