"""The whole way of a delivery on one screen: read -> count the try -> send -> record.

Sending lies outside any transaction. A worker that is killed between the receiver's answer and the record
leaves the delivery waiting, and it is sent again under the same id: the one window in which a receiver may
get a message twice. What is recorded as sent is never sent again.
"""

import logging
from collections.abc import Callable
from typing import Any

from django.utils import timezone

from alerts.actions.deliveries import begin_try, drop_delivery, give_up, record_failure, record_sent
from alerts.kinds import ChannelKind, Event
from alerts.limits import DELIVERY_TRIES
from alerts.models import Delivery
from alerts.notices import Notice
from alerts.queries.deliveries import addresses_of, notice_of, open_delivery
from alerts.sealing import Unreadable, unseal
from alerts.senders import emails, services, webhooks
from alerts.senders.failures import NotDelivered

log = logging.getLogger(__name__)

SENDERS: dict[str, Callable[[dict[str, Any], Notice], int | None]] = {
    ChannelKind.EMAIL: emails.send,
    ChannelKind.WEBHOOK: webhooks.send,
    ChannelKind.APPRISE: services.send,
}

OURS = "A fault of ours; the server's log says more."


def deliver(delivery_id: int) -> None:
    """Send one delivery, unless it was. Raises NotDelivered when it should be tried again."""
    delivery = open_delivery(delivery_id)
    if delivery is None or not begin_try(delivery, now=timezone.now()):
        return
    if not delivery.channel.enabled:
        drop_delivery(delivery, "The channel is switched off.")
        return
    try:
        status = _send(delivery)
    except NotDelivered as failure:
        if failure.is_final or delivery.event == Event.TEST or delivery.attempts >= DELIVERY_TRIES:
            give_up(delivery, str(failure), status=failure.status, now=timezone.now())
            return
        record_failure(delivery, str(failure), status=failure.status)
        raise
    record_sent(delivery, status=status, now=timezone.now())


def _send(delivery: Delivery) -> int | None:
    channel = delivery.channel
    try:
        config = unseal(channel.sealed)
        if channel.kind == ChannelKind.EMAIL:
            config = {"to": addresses_of(delivery.project, config["users"])}
        return SENDERS[channel.kind](config, notice_of(delivery))
    except Unreadable as error:
        raise NotDelivered(str(error), is_final=True) from error
    except NotDelivered:
        raise
    except Exception as error:
        log.exception("Delivery %s failed", delivery.pk)
        raise NotDelivered(OURS) from error
