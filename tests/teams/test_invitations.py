"""The invitation from the form to the membership, for every kind of visitor."""

from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from teams import actions
from teams.mail import send_invitation
from teams.models import Invitation, Membership, Team, User

PASSWORD = "a long enough phrase"


@pytest.fixture(autouse=True)
def _sign_up_by_invitation(settings: Any) -> None:
    settings.OPEN_SIGNUP = False


@pytest.fixture
def token(team: Team, owner: User) -> str:
    """The raw token of an invitation for sam@example.com, who has no account."""
    return actions.invite(team, "sam@example.com", role="member", by=owner)[1]


def link_to(token: str) -> str:
    return reverse("teams:invitation", args=[token])


def test_invite_shows_and_mails_the_link(client: Client, owner: User, team: Team) -> None:
    client.force_login(owner)
    url = reverse("teams:invite", args=["acme"])
    html = client.post(url, {"email": "Sam@example.com", "role": "member"}).content.decode()
    [message] = mail.outbox
    link = next(line for line in message.body.splitlines() if line.startswith("http"))

    assert message.to == ["sam@example.com"]
    assert message.subject == "Olive Owner invites you to Acme on AgentScope"
    assert link in html
    assert Client().get(link).status_code == 200


def test_invite_member_is_refused_in_words(client: Client, owner: User, member: User) -> None:
    client.force_login(owner)
    response = client.post(reverse("teams:invite", args=["acme"]), {"email": member.email, "role": "viewer"})

    assert response.status_code == 422
    assert "in the team already" in response.content.decode()
    assert mail.outbox == []


def test_invite_owner_by_admin_is_refused(client: Client, member: User, team: Team) -> None:
    Membership.objects.filter(user=member).update(role="admin")
    client.force_login(member)
    response = client.post(reverse("teams:invite", args=["acme"]), {"email": "a@b.cd", "role": "owner"})

    assert response.status_code == 422
    assert Invitation.objects.count() == 0


def test_send_invitation_without_mail_server(team: Team, owner: User, settings: Any, caplog: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    invitation, token = actions.invite(team, "sam@example.com", role="member", by=owner)

    assert send_invitation(invitation, f"http://x/{token}/") is False
    assert token not in caplog.text


def test_mail_subject_cannot_be_forged(team: Team, owner: User) -> None:
    team.name = "Acme\nBcc: all@example.com"
    invitation, _ = actions.invite(team, "sam@example.com", role="member", by=owner)
    send_invitation(invitation, "http://x/")

    assert mail.outbox[0].to == ["sam@example.com"]
    assert "\n" not in mail.outbox[0].subject


def test_link_leads_a_stranger_to_the_sign_up(client: Client, token: str) -> None:
    page = client.get(link_to(token)).content.decode()
    to_sign_up = client.post(reverse("teams:accept", args=[token]))["Location"]
    form = client.get(to_sign_up).content.decode()

    assert "Join Acme" in page
    assert to_sign_up == "/accounts/signup/?next=%2Fteams%2Facme%2F"
    assert 'value="sam@example.com"' in form
    assert "disabled" in form


def test_sign_up_with_invitation_joins_the_team(client: Client, team: Team, token: str) -> None:
    client.post(reverse("teams:accept", args=[token]))
    response = client.post(
        reverse("account_signup"),
        {"email": "evil@example.com", "name": "Sam", "password1": PASSWORD, "password2": PASSWORD},
    )
    user = User.objects.get(name="Sam")

    assert response.status_code == 302
    assert user.email == "sam@example.com"  # What was posted does not count.
    assert Membership.objects.get(user=user).role == "member"
    assert client.get(reverse("teams:team", args=["acme"])).status_code == 200
    assert "invitation_token" not in client.session


def test_sign_up_without_invitation_is_closed(client: Client, db: None) -> None:
    values = {"email": "a@example.com", "password1": PASSWORD, "password2": PASSWORD}

    assert "by invitation" in client.get(reverse("account_signup")).content.decode()
    assert "by invitation" in client.post(reverse("account_signup"), values).content.decode()
    assert User.objects.count() == 0


def test_sign_up_open(client: Client, db: None, settings: Any) -> None:
    settings.OPEN_SIGNUP = True
    values = {"email": "New@example.com", "name": "", "password1": PASSWORD, "password2": PASSWORD}
    response = client.post(reverse("account_signup"), values)

    assert response.status_code == 302
    assert User.objects.get().email == "new@example.com"


def test_sign_up_closes_when_the_invitation_is_revoked(client: Client, team: Team, token: str) -> None:
    client.post(reverse("teams:accept", args=[token]))
    actions.revoke_invitation(team, Invitation.objects.get().pk)

    assert "by invitation" in client.get(reverse("account_signup")).content.decode()


def test_link_leads_an_account_to_the_login(client: Client, team: Team, owner: User, outsider: User) -> None:
    _, token = actions.invite(team, outsider.email, role="viewer", by=owner)
    to_login = client.post(reverse("teams:accept", args=[token]))["Location"]

    assert "Log in to join" in client.get(link_to(token)).content.decode()
    assert to_login.startswith("/accounts/login/?next=%2Finvitations%2F")


def test_link_lets_the_invited_user_in_once(client: Client, team: Team, owner: User, outsider: User) -> None:
    _, token = actions.invite(team, outsider.email, role="viewer", by=owner)
    client.force_login(outsider)

    assert "Join the team" in client.get(link_to(token)).content.decode()
    assert Membership.objects.filter(user=outsider, team=team).count() == 0  # A GET joins nothing.
    assert client.post(reverse("teams:accept", args=[token]))["Location"] == "/teams/acme/"
    assert Membership.objects.get(user=outsider, team=team).role == "viewer"
    again = client.post(reverse("teams:accept", args=[token]), follow=True)
    assert again.status_code == 410
    assert "was used" in again.content.decode()


def test_link_with_another_address_is_explained(client: Client, outsider: User, token: str) -> None:
    client.force_login(outsider)
    html = client.get(link_to(token)).content.decode()
    client.post(reverse("teams:accept", args=[token]))

    assert "You are logged in as outsider@example.com, but this invitation is for sam@example.com" in html
    assert not Membership.objects.filter(user=outsider, team__slug="acme").exists()


def test_link_expired(client: Client, team: Team, token: str) -> None:
    Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    response = client.get(link_to(token))
    posted = client.post(reverse("teams:accept", args=[token]))

    assert response.status_code == 410
    assert "has expired" in response.content.decode()
    assert posted["Location"] == link_to(token)


def test_link_unknown(client: Client, db: None) -> None:
    assert client.get(link_to("nonsense")).status_code == 404
    assert client.post(reverse("teams:accept", args=["nonsense"])).status_code == 404


def test_sign_up_does_not_verify_the_address_by_itself(client: Client, token: str) -> None:
    client.post(reverse("teams:accept", args=[token]))
    client.post(reverse("account_signup"), {"name": "Sam", "password1": PASSWORD, "password2": PASSWORD})

    assert EmailAddress.objects.get().verified is False
