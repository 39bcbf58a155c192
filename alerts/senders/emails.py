"""Mail to members of the team."""

from smtplib import SMTPException, SMTPResponseException
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage

from alerts.notices import Notice, text_of, title_of
from alerts.senders.failures import NotDelivered

#: The EMAIL_URL that prints mails instead of sending them.
_PRINTED = "console:"


def send(config: dict[str, Any], notice: Notice) -> None:
    """Mail a notice to `config["to"]`, one message; the delivery is its Message-ID. Raises NotDelivered."""
    if not config["to"]:
        raise NotDelivered("None of its people is in the team any more.", is_final=True)
    if settings.EMAIL_URL == _PRINTED:
        raise NotDelivered("No mail server is set up: an operator sets EMAIL_URL.", is_final=True)
    host = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip("> ")
    mail = EmailMessage(
        title_of(notice),
        text_of(notice) + "\n",
        bcc=config["to"],
        headers={"Message-ID": f"<{notice.delivery}@{host}>", "Auto-Submitted": "auto-generated"},
    )
    try:
        mail.send()
    except SMTPResponseException as error:
        why = f"The mail server answered {error.smtp_code}: {_text(error.smtp_error)}"
        raise NotDelivered(why, is_final=500 <= error.smtp_code < 600) from error
    except (SMTPException, OSError) as error:
        raise NotDelivered(f"The mail server could not be used: {type(error).__name__}: {error}") from error


def _text(said: bytes | str) -> str:
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else said
