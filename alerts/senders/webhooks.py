"""A signed POST."""

import time
from typing import Any

import msgspec
from django.conf import settings

from alerts.limits import ANSWER_BYTES, SEND_SECONDS
from alerts.notices import Notice, payload_of
from alerts.outbound import Answer, Refused, Unreachable, post
from alerts.senders.failures import NotDelivered, is_final
from alerts.signing import sign


def send(config: dict[str, Any], notice: Notice) -> int:
    """Post a notice; return the status. Raises NotDelivered."""
    body = msgspec.json.encode(payload_of(notice))
    now = int(time.time())
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "AgentScope",
        "X-AgentScope-Delivery": str(notice.delivery),
        "X-AgentScope-Event": notice.event.value,
        "X-AgentScope-Timestamp": str(now),
        "X-AgentScope-Signature": sign(config["secret"], now, body),
    }
    allowed = settings.ALERTS_ALLOW_PRIVATE
    try:
        answer = post(
            config["url"], body, headers, allow_private=allowed, seconds=SEND_SECONDS, most=ANSWER_BYTES
        )
    except Refused as refused:
        raise NotDelivered(str(refused), is_final=True) from refused
    except Unreachable as away:
        raise NotDelivered(str(away)) from away
    return _status_of(answer)


def _status_of(answer: Answer) -> int:
    if 200 <= answer.status < 300:
        return answer.status
    if 300 <= answer.status < 400:
        why = f"The receiver answered {answer.status}; redirects are not followed. Enter its own address."
        raise NotDelivered(why, status=answer.status, is_final=True)
    said = f": {' '.join(answer.text.split())}" if answer.text.strip() else "."
    raise NotDelivered(
        f"The receiver answered {answer.status}{said}", status=answer.status, is_final=is_final(answer.status)
    )
