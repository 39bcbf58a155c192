"""The one mail this app writes itself; allauth writes the others."""

import logging
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import send_mail

from teams.limits import INVITATION_DAYS
from teams.models import Invitation

#: The EMAIL_URL that prints mails instead of sending them: the default.
PRINTED = "console:"

log = logging.getLogger(__name__)


def send_invitation(invitation: Invitation, link: str) -> bool:
    """Mail the link; say whether a mail server took it. Call it after the commit."""
    who = str(invitation.created_by) if invitation.created_by else "Somebody"
    subject = f"{who} invites you to {invitation.team.name} on AgentScope".replace("\n", " ").replace(
        "\r", " "
    )
    text = (
        f"{who} invites you to the team {invitation.team.name} on AgentScope, the black-box recorder "
        "for coding agents.\n\n"
        f"Open this link to join. It works once, for {INVITATION_DAYS} days:\n\n{link}\n\n"
        "If you did not expect this, ignore it: nothing happens.\n"
    )
    try:
        return send_mail(subject, text, None, [invitation.email]) == 1 and settings.EMAIL_URL != PRINTED
    except (SMTPException, OSError):
        log.exception("Invitation %s to team %s was not mailed", invitation.pk, invitation.team_id)
        return False
