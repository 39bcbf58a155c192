"""The rules the database holds, whatever the code above it does."""

import pytest
from django.db import IntegrityError
from django.utils import timezone

from teams.models import ApiKey, Invitation, Membership, Project, Team, User


def test_user_email_is_lower_case_everywhere(db: None) -> None:
    user = User.objects.create_user("Maya@Example.COM", "pw")

    assert user.email == "maya@example.com"
    assert User.objects.get(email="MAYA@example.com") == user
    with pytest.raises(IntegrityError, match="user_email_unique"):
        User(email="MAYA@EXAMPLE.COM").save()


def test_user_needs_an_address(db: None) -> None:
    with pytest.raises(ValueError, match="e-mail"):
        User.objects.create_user("", "pw")


def test_create_superuser(db: None) -> None:
    user = User.objects.create_superuser("root@example.com", "pw")

    assert (user.is_staff, user.is_superuser, user.check_password("pw")) == (True, True, True)


def test_user_names() -> None:
    assert str(User(email="a@b.c", name="Maya Lindqvist")) == "Maya Lindqvist"
    assert User(email="a@b.c", name="Maya Lindqvist").get_short_name() == "Maya"
    assert str(User(email="a@b.c")) == "a@b.c"
    assert User(email="a@b.c").get_short_name() == "a"


def test_membership_once_per_person(team: Team, owner: User) -> None:
    with pytest.raises(IntegrityError, match="membership_team_user_unique"):
        Membership.objects.create(team=team, user=owner, role="viewer")


def test_membership_role_is_known(team: Team, outsider: User) -> None:
    with pytest.raises(IntegrityError, match="membership_role_known"):
        Membership.objects.create(team=team, user=outsider, role="king")


def test_team_slug_is_unique(team: Team) -> None:
    with pytest.raises(IntegrityError, match="team_slug_unique"):
        Team.objects.create(name="Other", slug=team.slug)


def test_project_slug_is_unique_per_team(team: Team, project: Project, outsider: User) -> None:
    Project.objects.create(team=outsider.teams.get(), name="Same", slug=project.slug)
    with pytest.raises(IntegrityError, match="project_team_slug_unique"):
        Project.objects.create(team=team, name="Same", slug=project.slug)


def test_project_keeps_at_least_a_day(team: Team) -> None:
    with pytest.raises(IntegrityError, match="project_retention_positive"):
        Project.objects.create(team=team, name="x", slug="x", retention_days=0)


def test_project_redacts_unless_told_otherwise() -> None:
    settings = ({}, {"redact": True}, {"redact": False})

    assert [Project(settings=s).redacts for s in settings] == [True, True, False]


@pytest.mark.parametrize("scopes", [[], ["ingest", "root"]])
def test_key_scopes_are_known(project: Project, scopes: list[str]) -> None:
    with pytest.raises(IntegrityError, match="apikey_scopes_known"):
        ApiKey.objects.create(project=project, name="x", prefix="as_x", digest="d", scopes=scopes)


def test_invitation_one_open_per_address(team: Team) -> None:
    values = {"team": team, "role": "member", "expires_at": timezone.now()}
    Invitation.objects.create(email="a@b.c", token_hmac="1", **values)
    with pytest.raises(IntegrityError, match="invitation_open_unique"):
        Invitation.objects.create(email="A@b.c", token_hmac="2", **values)
