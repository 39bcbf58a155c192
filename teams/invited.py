"""The invitation a visitor holds while signing up: its token sits in the visitor's session."""

from django.http import HttpRequest
from django.utils import timezone

from teams.models import Invitation
from teams.queries import invitation_for_token

SESSION_KEY = "invitation_token"


def hold_invitation(request: HttpRequest, token: str) -> None:
    """Remember the token until the visitor has an account."""
    request.session[SESSION_KEY] = token


def drop_invitation(request: HttpRequest) -> None:
    """Forget the token, because it was used or is of no use."""
    request.session.pop(SESSION_KEY, None)


def invitation_in_session(request: HttpRequest | None) -> Invitation | None:
    """Read the invitation the visitor holds; None when there is none that still works."""
    session = getattr(request, "session", None)
    token = session.get(SESSION_KEY) if session is not None else None
    invitation = invitation_for_token(token) if token else None
    return invitation if invitation is not None and invitation.is_open(timezone.now()) else None
