"""What is refused is shown to whom it may belong, without any secret, and a flood costs nothing."""

import json
from datetime import timedelta

import pytest
from django.db import OperationalError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ingest import pipeline, rejecting
from teams import actions
from teams.limits import ADDRESS_TEAMS, REJECTION_DAYS, REJECTIONS_PER_TEAM
from teams.models import ApiKey, Membership, Rejection
from teams.store import Rejected, Times, forget_rejections_all_teams, keep_rejections

pytestmark = pytest.mark.django_db
UNKNOWN = "as_" + "x" * 40
AGENT = "OTel-OTLP-Exporter-Python/1.45"


@pytest.fixture(autouse=True)
def _no_notes():
    rejecting._notes.clear()
    yield
    rejecting._notes.clear()


def post(key="", data=b"{}", path="/v1/traces?secret=1", address="10.0.0.5", **headers):
    given = {"user-agent": AGENT, **({"authorization": f"Bearer {key}"} if key else {}), **headers}
    return Client(REMOTE_ADDR=address).post(path, data, content_type="application/json", headers=given)


def kept():
    rejecting.flush()
    return list(Rejection.objects.order_by("id"))


def facts(one):
    return (one.team_id, one.project_id, one.status, one.method, one.path, one.client, one.address, one.key)


def test_wrong_key_is_kept_without_the_key_or_the_query():
    assert post(UNKNOWN).status_code == 401
    [one] = kept()
    assert facts(one) == (None, None, 401, "POST", "/v1/traces", AGENT, "10.0.0.5", UNKNOWN[:12])
    assert one.reason == "Send an API key that works: nobody made this one, or it was cut."
    assert UNKNOWN not in json.dumps([str(value) for value in Rejection.objects.values()])


@pytest.mark.parametrize(
    ("key", "reason"),
    [
        ("", "Send an API key with the scope `ingest`: `Authorization: Bearer as_…` or `x-api-key: as_…`."),
        (
            "sk-ant-secret",
            "Send an API key of AgentScope, which begins with `as_`: this one is somebody else's.",
        ),
    ],
)
def test_no_key_and_a_foreign_key_are_told_apart_and_not_kept(key, reason):
    assert post(key).json() == {"error": reason}
    [one] = kept()
    assert (one.reason, one.key, one.team_id) == (reason, "", None)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"revoked_at": timezone.now()}, "Send an API key that works: this one was revoked."),
        (
            {"expires_at": timezone.now() - timedelta(days=1)},
            "Send an API key that works: this one has expired.",
        ),
        (
            {"scopes": ["read"]},
            "Send an API key with the scope `ingest`: this one may do something else.",
        ),
    ],
)
def test_key_of_a_team_that_does_not_open_is_told_to_that_team(project, ingest_key, change, reason):
    ApiKey.objects.update(**change)
    assert post(ingest_key).json() == {"error": reason}
    [one] = kept()
    assert (one.team_id, one.project_id, one.reason) == (project.team_id, project.pk, reason)
    assert one.key == ingest_key[:12]


def test_key_that_was_cut_goes_to_the_team_of_the_key_that_begins_so(project, ingest_key):
    post(ingest_key[:-1])
    [one] = kept()
    assert (one.team_id, one.project_id, one.key) == (project.team_id, project.pk, ingest_key[:12])


@pytest.mark.parametrize(
    ("data", "headers", "status"),
    [
        (b"{", {}, 400),
        (b"", {}, 422),
        (b"x", {"content-encoding": "br"}, 415),
        (b"x", {"content-length": str(10**10)}, 413),
    ],
)
def test_refusal_with_a_good_key_is_kept_for_its_project(project, ingest_key, data, headers, status):
    assert post(ingest_key, data, **headers).status_code == status
    [one] = kept()
    assert (one.team_id, one.project_id, one.status) == (project.team_id, project.pk, status)


def test_database_away_is_kept_until_it_is_back(project, ingest_key, monkeypatch):
    def away(*_, **__):
        raise OperationalError("away")

    monkeypatch.setattr(pipeline, "StoredTraces", away)
    span = {"traceId": "0af7651916cd43dd8448eb211c80319c", "spanId": "b7ad6b7169203331", "name": "x"}
    body = json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]}).encode()
    assert post(ingest_key, body).status_code == 503
    with monkeypatch.context() as patched:
        patched.setattr(rejecting, "keep_rejections", away)
        with pytest.raises(OperationalError):
            rejecting.flush()
    [one] = kept()
    assert (one.team_id, one.status, one.count) == (project.team_id, 503, 1)


def test_a_flood_is_one_row_with_a_number_and_asks_the_database_nothing(
    django_assert_num_queries, django_assert_max_num_queries
):
    with django_assert_num_queries(0):
        for _ in range(50):
            post("nobodys-key")
    with django_assert_max_num_queries(5):
        [one] = kept()
    assert one.count == 50
    post("nobodys-key")
    [one] = kept()
    assert one.count == 51


def test_kinds_that_a_process_holds_are_bounded(monkeypatch):
    monkeypatch.setattr(rejecting, "REJECTIONS_NOTED", 3)
    for number in range(9):
        post("nobodys-key", address=f"10.0.0.{number}")
    assert len(kept()) == 3


def rejected(**fields):
    told = {
        "status": 401,
        "reason": "no",
        "method": "POST",
        "path": "/",
        "client": "c",
        "address": "10.0.0.5",
    }
    return Rejected(**told | fields)


def keep(*found, at=None):
    at = at or timezone.now()
    keep_rejections([(one, Times(count=1, first=at, last=at)) for one in found])


def test_a_team_keeps_the_newest_only(team):
    keep(*(rejected(team=team.pk, path=f"/{number}") for number in range(REJECTIONS_PER_TEAM + 5)))
    assert Rejection.objects.filter(team=team).count() == REJECTIONS_PER_TEAM


def test_what_is_of_a_team_that_has_gone_is_dropped(team):
    keep(rejected(team=team.pk + 1_000), rejected(team=team.pk))
    assert Rejection.objects.count() == 1


def test_old_ones_are_forgotten(team):
    now = timezone.now()
    keep(rejected(team=team.pk), at=now - timedelta(days=REJECTION_DAYS, seconds=1))
    keep(rejected(team=team.pk, path="/new"), at=now)
    forget_rejections_all_teams(now)
    assert list(Rejection.objects.values_list("path", flat=True)) == ["/new"]


def shown(user, team, address="10.9.9.9"):
    client = Client(REMOTE_ADDR=address)
    client.force_login(user)
    return client.get(reverse("teams:rejections", args=[team.slug])).content.decode()


def test_unknown_requests_are_shown_where_they_may_belong(owner, team, project, outsider):
    theirs = Membership.objects.get(user=outsider).team
    keep(rejected(path="/of-nobody"))
    assert "/of-nobody" not in shown(owner, team)
    assert "/of-nobody" in shown(owner, team, address="10.0.0.5")
    key, raw = actions.create_key(project, "ci", scopes=["ingest"], by=owner)
    assert post(raw, b"{}", address="10.0.0.5").status_code == 200
    key.refresh_from_db()
    assert key.last_used_from == "10.0.0.5"
    assert "/of-nobody" in shown(owner, team)
    assert "/of-nobody" not in shown(outsider, theirs)


def test_unknown_requests_are_shown_to_the_only_team(owner, team):
    keep(rejected(path="/of-nobody"))
    assert "/of-nobody" in shown(owner, team)


def test_an_address_that_many_teams_share_tells_nobody_of_the_others(owner, team, outsider):
    for number in range(ADDRESS_TEAMS + 1):
        other = actions.create_project(actions.create_team(f"Team {number}", outsider), "p")
        actions.create_key(other, "k", scopes=["ingest"], by=None)
    ApiKey.objects.update(last_used_from="10.0.0.5")
    keep(rejected(path="/of-nobody"))
    assert "/of-nobody" not in shown(owner, team, address="10.0.0.5")


def test_other_teams_see_nothing_of_it(owner, team, outsider):
    keep(rejected(team=team.pk, path="/mine"))
    theirs = Membership.objects.get(user=outsider).team
    assert "/mine" in shown(owner, team)
    assert "/mine" not in shown(outsider, theirs, address="10.0.0.5")


def test_pages_show_the_newest_and_connect_says_it_at_once(client, owner, team, project):
    client.force_login(owner)
    post(UNKNOWN, address="127.0.0.1")
    rejecting.flush()
    for url in (
        reverse("teams:team", args=[team.slug]),
        reverse("teams:rejections_newest", args=[team.slug]),
        reverse("ingest:connect", args=[team.slug, project.slug]),
    ):
        html = client.get(url).content.decode()
        assert AGENT in html
        assert UNKNOWN[:12] in html


def test_owner_forgets_those_of_the_team_a_member_cannot(client, owner, member, team):
    keep(rejected(team=team.pk), rejected())
    url = reverse("teams:rejections_clear", args=[team.slug])
    client.force_login(member)
    assert client.post(url).status_code == 404
    client.force_login(owner)
    assert client.post(url).status_code == 302
    assert list(Rejection.objects.values_list("team", flat=True)) == [None]
