"""The one mail this app writes itself; allauth writes the others."""

import logging
from smtplib import SMTPException

from django.core.mail import send_mail

from teams.limits import INVITATION_DAYS
from teams.models import Invitation

log = logging.getLogger(__name__)


def send_invitation(invitation: Invitation, link: str) -> bool:
    """Mail the link; say whether the mail server took it. Call it after the commit."""
    who = str(invitation.created_by) if invitation.created_by else "Somebody"
    subject = f"{who} invites you to {invitation.team.name} on AgentScope".replace("\n", " ").replace(
        "\r", " "
    )
    text = (
        f"{who} invites you to the team {invitation.team.name} on AgentScope, the black-box recorder "
        f"for coding agents.\n\nOpen this link to join. It works once, for {INVITATION_DAYS} days:\n\n{link}\n\n"
        "If you did not expect this, ignore it: nothing happens.\n"
    )
    try:
        return send_mail(subject, text, None, [invitation.email]) == 1
    except (SMTPException, OSError):
        log.exception("Invitation %s to team %s was not mailed", invitation.pk, invitation.team_id)
        return False
