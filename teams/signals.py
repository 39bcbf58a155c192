"""After a sign-up: use the invitation that allowed it."""

from contextlib import suppress
from typing import Any

from allauth.account.signals import user_signed_up
from allauth.socialaccount.models import SocialLogin
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone

from teams.actions import accept_invitation, accept_invitations_to
from teams.adapters import verified_address
from teams.invited import drop_invitation, invitation_in_session
from teams.models import User
from teams.refusals import InvitationGone


@receiver(user_signed_up, dispatch_uid="teams.join_invited")
def join_invited(request: HttpRequest, user: User, sociallogin: SocialLogin | None = None, **_: Any) -> None:
    """Let a new user into the team whose link he followed; by OIDC, into all that invited the address."""
    invitation = invitation_in_session(request)
    if invitation is not None and invitation.email == user.email:
        with suppress(
            InvitationGone
        ):  # Used in another window a moment ago: the account is made all the same.
            accept_invitation(invitation, user)
        drop_invitation(request)
    if sociallogin is not None and verified_address(sociallogin) == user.email:
        accept_invitations_to(user, now=timezone.now())
