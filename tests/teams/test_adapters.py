"""Sign-up by OIDC, and the pages of allauth in our clothes."""

from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import (
    SECRET_SESSION_KEY,
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from allauth.socialaccount.models import SocialAccount, SocialLogin
from django.core import mail
from django.test import Client, RequestFactory
from django.urls import reverse

from teams import actions
from teams.adapters import SocialAccountAdapter, verified_address
from teams.models import Membership, Team, User
from teams.signals import join_invited

PASSWORD = "correct horse battery"


def social_login(email: str, *, verified: bool) -> SocialLogin:
    """What the identity provider says about somebody."""
    return SocialLogin(
        user=User(email=email),
        account=SocialAccount(provider="oidc", uid="1"),
        email_addresses=[EmailAddress(email=email, verified=verified)],
    )


@pytest.fixture
def request_with_session(rf: RequestFactory) -> Any:
    """A visitor's request, with an empty session."""
    request = rf.get("/")
    request.session = {}
    return request


@pytest.fixture
def invited(team: Team, owner: User) -> Team:
    """The team, which has invited sam@example.com as a member."""
    actions.invite(team, "sam@example.com", role="member", by=owner)
    return team


def test_verified_address() -> None:
    assert verified_address(social_login("Sam@Example.com", verified=True)) == "sam@example.com"
    assert verified_address(social_login("sam@example.com", verified=False)) == ""
    assert verified_address(social_login("", verified=True)) == ""


@pytest.mark.parametrize(
    ("email", "verified", "is_open"),
    [
        ("sam@example.com", True, True),
        ("SAM@example.com", True, True),
        ("sam@example.com", False, False),
        ("x@example.com", True, False),
    ],
)
def test_oidc_sign_up_for_invited(
    request_with_session: Any,
    team: Team,
    owner: User,
    settings: Any,
    email: str,
    verified: bool,
    is_open: bool,
) -> None:
    settings.OPEN_SIGNUP = False
    actions.invite(team, "sam@example.com", role="member", by=owner)
    adapter = SocialAccountAdapter()

    assert adapter.is_open_for_signup(request_with_session, social_login(email, verified=verified)) is is_open


def test_oidc_sign_up_open(request_with_session: Any, db: None, settings: Any) -> None:
    settings.OPEN_SIGNUP = True
    login = social_login("x@example.com", verified=False)

    assert SocialAccountAdapter().is_open_for_signup(request_with_session, login) is True


@pytest.mark.parametrize(("verified", "roles"), [(True, ["member"]), (False, [])])
def test_oidc_sign_up_joins_what_invited(
    request_with_session: Any, invited: Team, verified: bool, roles: list[str]
) -> None:
    user = User.objects.create_user("sam@example.com")
    join_invited(request_with_session, user, social_login(user.email, verified=verified))

    assert list(Membership.objects.filter(user=user).values_list("role", flat=True)) == roles


def test_oidc_name_is_taken(request_with_session: Any) -> None:
    login = social_login("sam@example.com", verified=True)
    data = {"email": "sam@example.com", "first_name": "Sam", "last_name": "Y" * 200}

    assert (
        SocialAccountAdapter().populate_user(request_with_session, login, data).name
        == ("Sam " + "Y" * 200)[:80]
    )


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("account_login", "Log in to AgentScope"),
        ("account_signup", "by invitation"),
        ("account_reset_password", "Send me the link"),
        ("account_reset_password_done", "Look into your mail"),
        ("account_reset_password_from_key_done", "new password is saved"),
        ("account_inactive", "switched off"),
    ],
)
def test_page_for_visitor(client: Client, db: None, name: str, words: str) -> None:
    html = client.get(reverse(name)).content.decode()

    assert words in html
    assert 'class="door entrance"' in html


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("account_email", "Add Email"),
        ("account_change_password", "New Password"),
        ("mfa_index", "Two-factor login"),
        ("account_logout", "Log out?"),
        ("socialaccount_connections", "Account Connections"),
        ("account_reauthenticate", "Confirm it is you"),
    ],
)
def test_page_for_user(client: Client, owner: User, name: str, words: str) -> None:
    client.force_login(owner)
    html = client.get(reverse(name)).content.decode()

    assert words in html
    assert 'class="bar"' in html


def test_password_reset_all_the_way(client: Client, owner: User) -> None:
    done = client.post(reverse("account_reset_password"), {"email": "OWNER@example.com"}, follow=True)
    link = next(word for word in mail.outbox[0].body.split() if "/reset/key/" in word)
    form = client.get(link, follow=True)
    new = "another long phrase"
    saved = client.post(form.redirect_chain[-1][0], {"password1": new, "password2": new}, follow=True)
    owner.refresh_from_db()

    assert "Look into your mail" in done.content.decode()
    assert "Choose a new password" in form.content.decode()
    assert "new password is saved" in saved.content.decode()
    assert owner.check_password(new)
    assert "does not work any more" in Client().get(link, follow=True).content.decode()


def test_password_reset_does_not_tell_who_has_an_account(client: Client, db: None) -> None:
    response = client.post(reverse("account_reset_password"), {"email": "nobody@example.com"}, follow=True)

    assert "Look into your mail" in response.content.decode()


def test_login_wrong_password_is_explained(client: Client, owner: User) -> None:
    values = {"login": owner.email, "password": "wrong"}
    html = client.post(reverse("account_login"), values).content.decode()

    assert 'role="alert"' in html
    assert "not correct" in html


def test_login_deactivated(client: Client, owner: User) -> None:
    User.objects.update(is_active=False)
    response = client.post(
        reverse("account_login"), {"login": owner.email, "password": PASSWORD}, follow=True
    )

    assert "_auth_user_id" not in client.session
    assert response.status_code == 200


def totp_code(secret: str) -> str:
    """The six digits an app would show now."""
    counter = next(iter(yield_hotp_counters_from_time()))
    return format_hotp_value(hotp_value(secret, counter))


def test_totp_from_set_up_to_login(client: Client, owner: User) -> None:
    client.post(reverse("account_login"), {"login": owner.email, "password": PASSWORD})
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    client.get(reverse("mfa_activate_totp"))
    secret = client.session[SECRET_SESSION_KEY]
    client.post(reverse("mfa_activate_totp"), {"code": totp_code(secret)})
    codes_page = client.get(reverse("mfa_view_recovery_codes")).content.decode()
    recovery_code = (
        next(a for a in owner.authenticator_set.all() if a.type == "recovery_codes")
        .wrap()
        .get_unused_codes()[0]
    )
    again = Client()
    asked = again.post(reverse("account_login"), {"login": owner.email, "password": PASSWORD}, follow=True)
    inside = again.post(reverse("mfa_authenticate"), {"code": recovery_code}, follow=True)

    assert recovery_code in codes_page
    assert "Type your code" in asked.content.decode()
    assert "My teams" in inside.content.decode()
