"""Who may sign up, and what happens then: our side of django-allauth."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

from teams.invited import invitation_in_session
from teams.limits import NAME_LENGTH
from teams.models import User
from teams.queries import invitations_for_address


class AccountAdapter(DefaultAccountAdapter):
    """Sign-up by form: with an invitation, or for everybody when OPEN_SIGNUP is on."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Say whether this visitor may make an account."""
        return settings.OPEN_SIGNUP or invitation_in_session(request) is not None


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    """Sign-up by OIDC: for invited addresses, or for everybody when OPEN_SIGNUP is on."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """Say whether the person the provider vouches for may make an account."""
        if settings.OPEN_SIGNUP:
            return True
        email = verified_address(sociallogin)
        if not email:
            return False
        held = invitation_in_session(request)
        invited_here = held is not None and held.email == email
        return invited_here or invitations_for_address(email, timezone.now()).exists()

    def populate_user(self, request: HttpRequest, sociallogin: SocialLogin, data: dict[str, Any]) -> User:
        """Take the name from the provider."""
        user = super().populate_user(request, sociallogin, data)
        names = [data.get("first_name") or "", data.get("last_name") or ""]
        user.name = (data.get("name") or " ".join(names).strip())[:NAME_LENGTH]
        return user


def verified_address(sociallogin: SocialLogin) -> str:
    """Give the address the provider has verified, in lower case; empty when it vouches for none."""
    verified = {address.email.lower() for address in sociallogin.email_addresses if address.verified}
    email = (sociallogin.user.email or "").lower()
    return email if email in verified else ""
