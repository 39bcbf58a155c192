"""The admin: pages of every model, no N+1, no digests, useful actions."""

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from teams import access, actions
from teams.models import ApiKey, Invitation, Membership, Project, Team, User

MODELS = {model._meta.model_name: model for model in (User, Team, Membership, Invitation, Project, ApiKey)}


@pytest.fixture
def operator(client: Client, db: None) -> Client:
    """The client of somebody who runs the installation."""
    client.force_login(User.objects.create_superuser("root@example.com", "pw"))
    return client


def fill(count: int) -> None:
    """Make `count` of everything, each with other owners."""
    for n in range(count):
        user = User.objects.create_user(f"u{n}@example.com", "pw")
        team = actions.create_team(f"Team {n}", user)
        actions.invite(team, f"i{n}@example.com", role="viewer", by=user)
        project = actions.create_project(team, f"Project {n}")
        actions.create_key(project, f"key {n}", scopes=["ingest"], by=user)


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("model", MODELS)
def test_list_query_count(
    operator: Client, model: str, count: int, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    fill(count)
    url = reverse(f"admin:teams_{model}_changelist")
    with django_assert_max_num_queries(8):
        response = operator.get(url, {"q": "example"} if model != "project" else {})
    assert response.status_code == 200


@pytest.mark.parametrize("model", MODELS)
def test_change_page_shows_no_digest(operator: Client, model: str) -> None:
    fill(1)
    row = MODELS[model].objects.last()
    html = operator.get(reverse(f"admin:teams_{model}_change", args=[row.pk])).content.decode()

    assert ApiKey.objects.get().digest not in html
    assert Invitation.objects.get().token_hmac not in html
    assert "Save" in html


@pytest.mark.parametrize("model", ["invitation", "apikey"])
def test_add_page_is_closed(operator: Client, model: str) -> None:
    assert operator.get(reverse(f"admin:teams_{model}_add")).status_code == 403


def test_add_user(operator: Client) -> None:
    values = {"email": "New@example.com", "name": "New", "usable_password": "true"}
    phrase = "a long enough phrase"
    operator.post(reverse("admin:teams_user_add"), {**values, "password1": phrase, "password2": phrase})

    assert User.objects.get(email="new@example.com").check_password(phrase)


def test_revoke_keys(operator: Client) -> None:
    fill(2)
    _, raw = actions.create_key(Project.objects.first(), "used", scopes=["read"], by=None)
    assert access.project_for_key(raw, scope="read") is not None
    keys = list(ApiKey.objects.values_list("pk", flat=True))
    operator.post(
        reverse("admin:teams_apikey_changelist"), {"action": "revoke_keys", "_selected_action": keys}
    )

    assert ApiKey.objects.filter(revoked_at=None).count() == 0
    assert access.project_for_key(raw, scope="read") is None


def test_deactivate_users_but_never_oneself(operator: Client) -> None:
    fill(1)
    people = list(User.objects.values_list("pk", flat=True))
    values = {"action": "deactivate_users", "_selected_action": people}
    operator.post(reverse("admin:teams_user_changelist"), values)
    active = list(User.objects.filter(is_active=True).values_list("email", flat=True))
    operator.post(reverse("admin:teams_user_changelist"), {**values, "action": "activate_users"})

    assert active == ["root@example.com"]
    assert User.objects.filter(is_active=False).count() == 0


def test_admin_is_closed_for_members(client: Client, owner: User) -> None:
    client.force_login(owner)

    assert client.get(reverse("admin:teams_user_changelist")).status_code == 302
