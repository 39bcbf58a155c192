"""Slack, Discord, Teams and others, spoken to by Apprise."""

import logging
import threading
from typing import Any

from apprise import Apprise, AppriseAsset, NotifyType
from apprise.logger import LogCapture
from django.conf import settings

from alerts.kinds import Event
from alerts.notices import Notice, text_of, title_of
from alerts.outbound import Refused, Unreachable
from alerts.senders.failures import NotDelivered
from alerts.services import check_service

#: Apprise's log is one for all: what is captured must be of this message.
_one_at_a_time = threading.Lock()

_TYPES = {1: NotifyType.INFO, 2: NotifyType.WARNING, 3: NotifyType.FAILURE}


def send(config: dict[str, Any], notice: Notice) -> None:
    """Tell a notice. Raises NotDelivered; Apprise says only in its log why."""
    plugin = open_service(config["url"])
    kind = NotifyType.SUCCESS if notice.event == Event.RESOLVED else _TYPES[notice.severity]
    with _one_at_a_time, LogCapture(level=logging.WARNING, fmt="%(message)s") as said:
        sent = plugin.notify(body=text_of(notice), title=title_of(notice), notify_type=kind)
        why = " ".join(said.getvalue().split())
    if not sent:
        raise NotDelivered(why or "The service did not take the message.")


def open_service(url: str) -> Any:
    """Make Apprise's own object of an address. Raises NotDelivered."""
    try:
        host = check_service(url, allow_private=settings.ALERTS_ALLOW_PRIVATE)
    except Refused as refused:
        raise NotDelivered(str(refused), is_final=True) from refused
    except Unreachable as away:
        raise NotDelivered(str(away)) from away
    asset = AppriseAsset(
        app_id="AgentScope", app_desc="AgentScope", http_redirects=False, secure_logging=True
    )
    plugin = Apprise.instantiate(url, asset=asset, suppress_exceptions=True)
    if plugin is None or (host and str(plugin.host).lower() != host):
        raise NotDelivered("Something is missing in this address; compare it with the guide.", is_final=True)
    return plugin
