"""The gate: absent and forbidden look the same, for people and for keys."""

import base64
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import Http404
from django.test import RequestFactory
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from teams import access, actions
from teams.access import (
    key_from_request,
    may,
    project_for,
    project_for_key,
    projects_of,
    role_in,
    team_for,
    teams_of,
)
from teams.models import ApiKey, Membership, Project, Role, Team, User
from teams.roles import ROLES_WITH, Needs


@pytest.fixture(autouse=True)
def _fresh_keys() -> None:
    access.forget_all_keys()


@pytest.mark.parametrize("needs", ROLES_WITH)
@pytest.mark.parametrize("role", [*Role.values])
def test_gate_by_role(project: Project, outsider: User, role: str, needs: Needs) -> None:
    team = project.team
    Membership.objects.create(team=team, user=outsider, role=role)
    allowed = role in ROLES_WITH[needs]

    assert may(outsider, team, needs) is allowed
    if allowed:
        assert team_for(outsider, team.slug, needs=needs).role == role
        assert project_for(outsider, team.slug, project.slug, needs=needs).role == role
    else:
        with pytest.raises(Http404):
            team_for(outsider, team.slug, needs=needs)
        with pytest.raises(Http404):
            project_for(outsider, team.slug, project.slug, needs=needs)


def test_gate_absent_equals_forbidden(project: Project, outsider: User) -> None:
    with pytest.raises(Http404) as forbidden:
        project_for(outsider, project.team.slug, project.slug)
    with pytest.raises(Http404) as absent:
        project_for(outsider, "nowhere", "nothing")

    assert str(forbidden.value) == str(absent.value)


def test_gate_is_closed_for_visitors(project: Project) -> None:
    nobody = AnonymousUser()
    with pytest.raises(Http404):
        team_for(nobody, project.team.slug)
    with pytest.raises(Http404):
        project_for(nobody, project.team.slug, project.slug)

    assert teams_of(nobody) == []
    assert list(projects_of(nobody)) == []
    assert role_in(nobody, project.team) is None


def test_gate_does_not_know_superusers(project: Project) -> None:
    root = User.objects.create_superuser("root@example.com", "pw")
    with pytest.raises(Http404):
        team_for(root, project.team.slug)


def test_gate_takes_one_query(
    project: Project, owner: User, member: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):
        found = project_for(owner, "acme", "checkout")
        assert (found.team.name, found.role) == ("Acme", "owner")
    assert project_for(member, "acme", "checkout").role == "member"


def test_project_of_same_slug_in_another_team(project: Project, outsider: User) -> None:
    other = actions.create_project(outsider.teams.get(), project.name)

    assert other.slug == project.slug
    assert project_for(outsider, "elsewhere", project.slug) == other
    with pytest.raises(Http404):
        project_for(outsider, project.team.slug, other.slug)


def test_teams_of_holds_only_own(project: Project, member: User, outsider: User) -> None:
    assert [(t.name, t.role, [p.slug for p in t.projects.all()]) for t in teams_of(member)] == [
        ("Acme", "member", ["checkout"])
    ]
    assert [(t.name, t.role) for t in teams_of(outsider)] == [("Elsewhere", "owner")]
    assert list(projects_of(member)) == [project]
    assert list(projects_of(outsider)) == []


def test_key_opens_its_project(project: Project, ingest_key: str) -> None:
    key = project_for_key(ingest_key, scope="ingest")

    assert key is not None
    assert (key.project, key.project.team) == (project, project.team)


def test_key_scope_counts(ingest_key: str, read_key: str) -> None:
    assert project_for_key(ingest_key, scope="read") is None
    assert project_for_key(read_key, scope="ingest") is None
    assert project_for_key(read_key, scope="read") is not None


@pytest.mark.parametrize("raw", ["", "as_", "as_" + "0" * 40, "nonsense", "as_\x00"])
def test_key_unknown(ingest_key: str, raw: str) -> None:
    assert project_for_key(raw, scope="ingest") is None


def test_key_needs_every_character(ingest_key: str) -> None:
    assert project_for_key(ingest_key[:-1], scope="ingest") is None
    assert project_for_key(ingest_key.swapcase().replace("AS_", "as_"), scope="ingest") is None


def test_key_expires_even_while_remembered(ingest_key: str) -> None:
    assert project_for_key(ingest_key, scope="ingest") is not None
    [(key, _)] = access._known_keys.values()
    key.expires_at = timezone.now() - timedelta(seconds=1)

    assert project_for_key(ingest_key, scope="ingest") is None


def test_key_revoked_stops_at_once_here(ingest_key: str) -> None:
    assert project_for_key(ingest_key, scope="ingest") is not None

    assert actions.revoke_key(ApiKey.objects.get()) is True
    assert project_for_key(ingest_key, scope="ingest") is None
    assert actions.revoke_key(ApiKey.objects.get()) is False


def test_key_revoked_elsewhere_stops_within_5_s(ingest_key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [1000.0]
    monkeypatch.setattr(access.time, "monotonic", lambda: clock[0])
    assert project_for_key(ingest_key, scope="ingest") is not None
    ApiKey.objects.update(revoked_at=timezone.now())

    clock[0] += 5
    assert project_for_key(ingest_key, scope="ingest") is None


def test_key_is_remembered_for_a_moment(
    ingest_key: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(2):  # Read once, `last_used_at` once.
        assert project_for_key(ingest_key, scope="ingest") is not None
    with django_assert_num_queries(0):
        assert project_for_key(ingest_key, scope="ingest") is not None


def test_key_last_used_once_a_minute(
    ingest_key: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    project_for_key(ingest_key, scope="ingest")
    first = ApiKey.objects.get().last_used_at
    access.forget_all_keys()
    with django_assert_num_queries(1):
        project_for_key(ingest_key, scope="ingest")
    assert ApiKey.objects.get().last_used_at == first

    ApiKey.objects.update(last_used_at=timezone.now() - timedelta(seconds=61))
    access.forget_all_keys()
    project_for_key(ingest_key, scope="ingest")
    assert ApiKey.objects.get().last_used_at > first


def test_known_keys_stay_few(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "KEY_CACHE_SIZE", 2)
    for n in range(5):
        project_for_key(actions.create_key(project, str(n), scopes=["read"], by=None)[1], scope="read")

    assert len(access._known_keys) <= 2


def test_key_outlives_a_rotated_secret(ingest_key: str, settings: Any) -> None:
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "the next secret of this installation"

    assert project_for_key(ingest_key, scope="ingest") is not None


def basic(text: str) -> str:
    return "Basic " + base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    ("headers", "raw"),
    [
        ({}, ""),
        ({"authorization": "Bearer as_k"}, "as_k"),
        ({"authorization": "bearer   as_k "}, "as_k"),
        ({"authorization": "Bearer%20as_k"}, "as_k"),
        ({"authorization": "as_k"}, "as_k"),
        ({"authorization": basic("public:as_k")}, "as_k"),
        ({"authorization": basic("as_k:")}, "as_k"),
        ({"authorization": basic("as_k")}, "as_k"),
        ({"authorization": "Basic %%%"}, ""),
        ({"authorization": "Basic " + base64.b64encode(b"\xff\xfe").decode()}, ""),
        ({"authorization": "Bearer " + "x" * 1000}, ""),
        ({"x-api-key": "as_k"}, "as_k"),
        ({"x-api-key": "as_k", "authorization": "Bearer other"}, "as_k"),
    ],
)
def test_key_from_request(rf: RequestFactory, headers: dict[str, str], raw: str) -> None:
    assert key_from_request(rf.post("/", headers=headers)) == raw


def test_team_role_is_the_users_own(team: Team, owner: User, member: User) -> None:
    assert (team_for(owner, "acme").role, team_for(member, "acme").role) == ("owner", "member")
