"""Slack, Discord, Teams and others, spoken to by Apprise."""

import ast
import logging
import re
from typing import Any

from apprise import Apprise, AppriseAsset, NotifyFormat, NotifyType, OverflowMode
from apprise.logger import NotifyLogEntry
from django.conf import settings

from alerts.kinds import Event
from alerts.limits import ANSWER_CHARS, SEND_SECONDS, TEXT_SHARE
from alerts.notices import Notice, text_of, title_of
from alerts.outbound import Refused, Unreachable
from alerts.senders.failures import NotDelivered, is_final
from alerts.services import check_service

_TYPES = {1: NotifyType.INFO, 2: NotifyType.WARNING, 3: NotifyType.FAILURE}

#: How Apprise's log tells of an answer, its body, and a broken connection. Other lines of it hold addresses
#: with their tokens, and what was sent.
_STATUS = re.compile(r"error=(\d{3})\b|\((\d{3})\)")
_BODY = re.compile(r"^Response Details:\s+(b(['\"]).*\2)\s*$", re.DOTALL)
_BROKEN = "Socket Exception:"
#: What that may hold -> how it is said.
_WHYS = {
    "CERTIFICATE_VERIFY_FAILED": ": its certificate is not valid",
    "NameResolution": ": its name was not found",
    "timed out": ": no answer in time",
    "refused": ": it refuses connections",
}
#: Apprise's name of a service -> what people call it.
_NAMES = {
    "Power Automate / Workflows (for MSTeams)": "Teams",
    "Cisco Webex Teams": "Webex",
    "Pager Duty": "PagerDuty",
}
#: What would call everybody in a chat, were it in the name of a run; a character of no width breaks it.
_CALLS = re.compile(r"(?<=<@)|@(?=(?:everyone|here|channel|all)\b)", re.IGNORECASE)


def send(config: dict[str, Any], notice: Notice) -> None:
    """Tell a notice. Raises NotDelivered; Apprise says only in its log why."""
    plugin = open_service(config["url"])
    # A message that is too long is cut rather than refused, and nobody waits for a service: jobs do that.
    plugin.overflow_mode, plugin.throttle = OverflowMode.TRUNCATE, _at_once
    title = _quiet(title_of(notice))
    text = _quiet(text_of(notice, most=int(plugin.body_maxlen * TEXT_SHARE) - len(title)))
    result = Apprise(plugin, asset=plugin.asset).notify(
        body=text,
        title=title,
        notify_type=NotifyType.SUCCESS if notice.event == Event.RESOLVED else _TYPES[notice.severity],
        body_format=_format_of(plugin),
        timeout=SEND_SECONDS,
        log_level=logging.DEBUG,
    )
    if not result:
        raise failure_of(name_of(plugin), list(result.logs()))


def name_of(plugin: Any) -> str:
    """Name the service of an address."""
    name = f"{plugin.service_name}"
    return _NAMES.get(name, name)


def _format_of(plugin: Any) -> NotifyFormat:
    """Say how a text is written: those that know Markdown alone would else get each dot of a link escaped."""
    only = plugin.notify_format == NotifyFormat.MARKDOWN
    return NotifyFormat.MARKDOWN if only else NotifyFormat.TEXT


def _quiet(text: str) -> str:
    return _CALLS.sub(lambda found: f"{found[0]}\u200b", text)


def failure_of(service: str, said: list[NotifyLogEntry]) -> NotDelivered:
    """Say why a message did not get through, of what Apprise has logged."""
    loud = [entry.message for entry in said if entry.level != "DEBUG"]
    statuses = [found for line in loud if (found := _STATUS.search(line))]
    if statuses:
        status = int(statuses[-1][1] or statuses[-1][2])
        body = f": {text}" if (text := _body_in(said)) else "."
        return NotDelivered(f"{service} answered {status}{body}", status=status, is_final=is_final(status))
    broken = [entry.message for entry in said if entry.message.startswith(_BROKEN)]
    if not broken:
        return NotDelivered(f"{service} did not take the message.")
    whys = [why for mark, why in _WHYS.items() if mark in broken[-1]]
    return NotDelivered(f"{service} could not be reached{whys[0] if whys else ''}.")


def _body_in(said: list[NotifyLogEntry]) -> str:
    bodies = [found[1] for entry in said if (found := _BODY.search(entry.message))]
    text: str = ast.literal_eval(bodies[-1]).decode("utf-8", "replace") if bodies else ""
    return " ".join(text.split())[:ANSWER_CHARS]


def _at_once(*args: Any, **kwargs: Any) -> None:
    """Wait for nothing."""


def open_service(url: str) -> Any:
    """Make Apprise's own object of an address. Raises NotDelivered."""
    try:
        host = check_service(url, allow_private=settings.ALERTS_ALLOW_PRIVATE)
    except Refused as refused:
        raise NotDelivered(str(refused), is_final=True) from refused
    except Unreachable as away:
        raise NotDelivered(str(away)) from away
    asset = AppriseAsset(
        app_id="AgentScope", app_desc="AgentScope", http_redirects=False, secure_logging=True,
        image_url_mask="", image_url_logo="",  # they would be Apprise's own
    )  # fmt: skip
    plugin = Apprise.instantiate(url, asset=asset, suppress_exceptions=True)
    if plugin is None or (host and str(plugin.host).lower() != host):
        raise NotDelivered("Something is missing in this address; compare it with the guide.", is_final=True)
    return plugin
