"""The pages: who sees them, who may post, what they say."""

import re

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from teams import actions
from teams.models import ApiKey, Membership, Project, Role, Team, User
from teams.urls import urlpatterns

#: Pages of a team or project: name -> words the owner reads there.
PAGES = {
    "team": "Members",
    "project_new": "New project in Acme",
    "project": "Mask secrets",
    "keys": "Send the first run",
    "rejections": "Rejected requests",
    "rejections_newest": "Nothing was refused",
}
#: Actions: name -> what the form posts.
POSTS = {
    "rename": {"name": "Other"},
    "delete": {"confirm": "acme"},
    "invite": {"email": "sam@example.com", "role": "viewer"},
    "uninvite": {},
    "role": {"role": "viewer"},
    "remove": {},
    "project_change": {"name": "Other", "retention_days": "1"},
    "project_delete": {"confirm": "checkout"},
    "key_create": {"name": "x", "scopes": ["ingest"]},
    "key_revoke": {},
    "rejections_clear": {},
    "project_new": {"name": "x"},
}
#: Reachable without being in a team, or changing only the visitor.
OPEN = {"home", "list", "new", "invitation", "accept", "account", "account_change"}
LEAVE = {"leave"}


@pytest.fixture
def ids(project: Project, owner: User, member: User, ingest_key: str) -> dict[str, dict[str, object]]:
    """The arguments of every address of `project` and its team."""
    invitation, _ = actions.invite(project.team, "pending@example.com", role="viewer", by=owner)
    in_team = {"team_slug": "acme"}
    in_project = {**in_team, "project_slug": "checkout"}
    membership_id = {"membership_id": Membership.objects.get(user=member).pk}
    return {
        **dict.fromkeys(("team", "rename", "delete", "invite", "leave", "project_new"), in_team),
        **dict.fromkeys(("rejections", "rejections_newest", "rejections_clear"), in_team),
        **dict.fromkeys(("project", "keys", "project_change", "project_delete", "key_create"), in_project),
        **dict.fromkeys(("role", "remove"), in_team | membership_id),
        "uninvite": in_team | {"invitation_id": invitation.pk},
        "key_revoke": in_project | {"key_id": ApiKey.objects.get().pk},
    }


def snapshot() -> list[object]:
    """Everything the actions could change."""
    models = (Team, Project, Membership, ApiKey)
    return [list(model.objects.order_by("pk").values()) for model in models]


def login(client: Client, user: User) -> Client:
    client.force_login(user)
    return client


def add_viewer(team: Team) -> User:
    user = User.objects.create_user("viewer@example.com", "pw")
    Membership.objects.create(team=team, user=user, role=Role.VIEWER)
    return user


def test_every_address_is_in_a_table() -> None:
    names = {pattern.name for pattern in urlpatterns}

    assert names == set(PAGES) | set(POSTS) | OPEN | LEAVE


@pytest.mark.parametrize("name", PAGES)
def test_page_for_owner(client: Client, owner: User, ids: dict, name: str) -> None:
    response = login(client, owner).get(reverse(f"teams:{name}", kwargs=ids[name]))

    assert response.status_code == 200
    assert PAGES[name] in response.content.decode()


@pytest.mark.parametrize("name", PAGES)
def test_page_for_outsider(client: Client, outsider: User, ids: dict, name: str) -> None:
    assert login(client, outsider).get(reverse(f"teams:{name}", kwargs=ids[name])).status_code == 404


@pytest.mark.parametrize("name", [*PAGES, *POSTS, *LEAVE])
def test_address_for_visitor(client: Client, ids: dict, name: str) -> None:
    url = reverse(f"teams:{name}", kwargs=ids[name])
    response = client.get(url) if name in PAGES else client.post(url)

    assert response.status_code == 302
    assert response["Location"].startswith(reverse("account_login"))


@pytest.mark.parametrize("name", [*POSTS, *LEAVE])
def test_post_by_outsider(client: Client, outsider: User, ids: dict, name: str) -> None:
    before = snapshot()
    response = login(client, outsider).post(reverse(f"teams:{name}", kwargs=ids[name]), POSTS.get(name, {}))

    assert response.status_code == 404
    assert snapshot() == before


@pytest.mark.parametrize("name", POSTS)
def test_post_by_viewer(client: Client, project: Project, ids: dict, name: str) -> None:
    viewer = add_viewer(project.team)
    before = snapshot()
    response = login(client, viewer).post(reverse(f"teams:{name}", kwargs=ids[name]), POSTS[name])

    assert response.status_code == 404
    assert snapshot() == before


@pytest.mark.parametrize(
    "name", ["rename", "delete", "invite", "uninvite", "role", "remove", "project_delete"]
)
def test_post_by_member_who_manages_nothing(client: Client, member: User, ids: dict, name: str) -> None:
    before = snapshot()
    response = login(client, member).post(reverse(f"teams:{name}", kwargs=ids[name]), POSTS[name])

    assert response.status_code == 404
    assert snapshot() == before


@pytest.mark.parametrize("name", [name for name in [*POSTS, *LEAVE] if name not in PAGES])
def test_get_changes_nothing(client: Client, owner: User, ids: dict, name: str) -> None:
    before = snapshot()

    assert login(client, owner).get(reverse(f"teams:{name}", kwargs=ids[name])).status_code == 405
    assert snapshot() == before


def test_row_of_another_team_is_absent(client: Client, owner: User, outsider: User, ids: dict) -> None:
    foreign = Membership.objects.get(user=outsider)
    url = reverse("teams:remove", args=["acme", foreign.pk])

    assert login(client, owner).post(url).status_code == 404
    assert Membership.objects.filter(pk=foreign.pk).exists()


@pytest.mark.parametrize("name", ["team", "project", "keys"])
def test_page_for_viewer_has_no_forms(client: Client, project: Project, ids: dict, name: str) -> None:
    viewer = add_viewer(project.team)
    html = login(client, viewer).get(reverse(f"teams:{name}", kwargs=ids[name])).content.decode()
    actions_offered = set(re.findall(r'action="(/teams/[^"]+)"', html))

    assert actions_offered <= {reverse("teams:leave", args=["acme"])}
    assert "pending@example.com" not in html


def test_home_empty_says_what_to_do(client: Client, db: None) -> None:
    user = User.objects.create_user("new@example.com", "pw")
    html = login(client, user).get("/").content.decode()

    assert "Create a team" in html
    assert reverse("teams:new") in html


def test_home_for_visitor(client: Client, db: None) -> None:
    assert client.get("/")["Location"] == "/accounts/login/?next=/"


def test_home_shows_only_own(client: Client, project: Project, outsider: User) -> None:
    html = login(client, outsider).get("/").content.decode()

    assert "Elsewhere" in html
    assert "Acme" not in html
    assert "Checkout" not in html


def test_list_redirects_home(client: Client, db: None) -> None:
    assert client.get("/teams/")["Location"] == "/"


@pytest.mark.parametrize("count", [1, 3])
def test_home_query_count(
    client: Client, owner: User, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for n in range(count):
        team = actions.create_team(f"Team {n}", owner)
        for m in range(count):
            actions.create_project(team, f"Project {m}")
    login(client, owner)
    with django_assert_num_queries(4):  # Session, user, teams, projects.
        html = client.get("/").content.decode()
    assert html.count('class="place"') == count * count


@pytest.mark.parametrize("count", [1, 3])
def test_team_query_count(
    client: Client, team: Team, owner: User, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for n in range(count):
        user = User.objects.create_user(f"u{n}@example.com", "pw")
        Membership.objects.create(team=team, user=user, role=Role.MEMBER)
        actions.invite(team, f"i{n}@example.com", role="viewer", by=owner)
        actions.create_project(team, f"Project {n}")
    login(client, owner)
    # Session, user, gate, projects, members, invitations, refused requests, whether this is the only team.
    with django_assert_num_queries(8):
        html = client.get(reverse("teams:team", args=["acme"])).content.decode()
    assert html.count("/remove/") == html.count("/revoke/") == count


@pytest.mark.parametrize("count", [1, 3])
def test_keys_query_count(
    client: Client,
    project: Project,
    owner: User,
    count: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for n in range(count):
        actions.create_key(project, f"key {n}", scopes=["read"], by=owner)
    login(client, owner)
    with django_assert_num_queries(4):  # Session, user, gate, keys.
        html = client.get(reverse("teams:keys", args=["acme", "checkout"])).content.decode()
    assert html.count("/revoke/") == count


def test_new_project_leads_to_what_connects_an_agent(client: Client, db: None) -> None:
    user = User.objects.create_user("new@example.com", "pw")
    login(client, user)
    to_project = client.post(reverse("teams:new"), {"name": "My Lab"})["Location"]
    to_connect = client.post(to_project, {"name": "Bench"})["Location"]

    assert (to_project, to_connect) == ("/teams/my-lab/projects/new/", "/my-lab/bench/connect/")
    assert client.get(to_connect).status_code == 200


@pytest.mark.parametrize(
    ("name", "words"), [("", "required"), ("Admin", "choose another"), ("x" * 81, "at most 80")]
)
def test_new_team_wrong_name(client: Client, owner: User, name: str, words: str) -> None:
    response = login(client, owner).post(reverse("teams:new"), {"name": name})

    assert response.status_code == 422
    assert words in response.content.decode()


def test_key_is_shown_once_with_snippets(client: Client, project: Project, owner: User) -> None:
    login(client, owner)
    url = reverse("teams:key_create", args=["acme", "checkout"])
    response = client.post(url, {"name": "ci", "scopes": ["ingest"], "expires": "30"})
    html = response.content.decode()
    key = ApiKey.objects.get()
    raw = re.search(rf"{key.prefix}\w{{31}}", html)

    assert (response.status_code, response["Cache-Control"]) == (201, "no-store")
    assert raw is not None
    assert html.count(raw[0]) == 5  # The key itself, and in four snippets.
    assert "http://testserver/api/v1/events" in html
    assert (key.expires_at - key.created_at).days in (29, 30)
    assert raw[0] not in client.get(reverse("teams:keys", args=["acme", "checkout"])).content.decode()
    assert raw[0] not in str(dict(client.session))


def test_key_without_scope_is_explained(client: Client, project: Project, owner: User) -> None:
    url = reverse("teams:key_create", args=["acme", "checkout"])
    response = login(client, owner).post(url, {"name": "ci"})

    assert response.status_code == 422
    assert "Choose at least one thing" in response.content.decode()
    assert ApiKey.objects.count() == 0


def test_key_revoked_by_member(client: Client, member: User, ids: dict) -> None:
    response = login(client, member).post(reverse("teams:key_revoke", kwargs=ids["key_revoke"]), follow=True)

    assert "is revoked" in response.content.decode()
    assert ApiKey.objects.get().revoked_at is not None


def test_delete_needs_the_typed_slug(client: Client, owner: User, ids: dict) -> None:
    login(client, owner)
    url = reverse("teams:project_delete", kwargs=ids["project_delete"])
    wrong = client.post(url, {"confirm": "Checkout"})

    assert wrong.status_code == 422
    assert "Type checkout exactly" in wrong.content.decode()
    assert client.post(url, {"confirm": "checkout"}).status_code == 302
    assert Project.objects.count() == 0


def test_delete_team_needs_the_typed_slug(client: Client, owner: User, ids: dict) -> None:
    login(client, owner)
    url = reverse("teams:delete", kwargs=ids["delete"])

    assert client.post(url, {"confirm": "nope"}).status_code == 422
    assert client.post(url, {"confirm": "acme"})["Location"] == "/"
    assert not Team.objects.filter(slug="acme").exists()


def test_project_settings_saved(client: Client, owner: User, project: Project) -> None:
    url = reverse("teams:project_change", args=["acme", "checkout"])
    login(client, owner).post(url, {"name": "Till", "retention_days": "30"})
    project.refresh_from_db()

    assert (project.name, project.retention_days, project.settings) == ("Till", 30, {"redact": False})


@pytest.mark.parametrize("days", ["0", "-1", "99999", "soon", ""])
def test_project_settings_wrong_days(client: Client, owner: User, project: Project, days: str) -> None:
    url = reverse("teams:project_change", args=["acme", "checkout"])

    assert login(client, owner).post(url, {"name": "Till", "retention_days": days}).status_code == 422
    project.refresh_from_db()
    assert (project.name, project.retention_days) == ("Checkout", 90)


def test_role_of_last_owner_is_refused_in_words(client: Client, owner: User, ids: dict) -> None:
    url = reverse("teams:role", args=["acme", Membership.objects.get(user=owner).pk])
    response = login(client, owner).post(url, {"role": "viewer"}, follow=True)

    assert "A team needs an owner" in response.content.decode()


def test_role_unknown_is_refused_in_words(client: Client, owner: User, ids: dict) -> None:
    url = reverse("teams:role", kwargs=ids["role"])
    response = login(client, owner).post(url, {"role": "king"}, follow=True)

    assert "does not exist" in response.content.decode()


def test_member_removed(client: Client, owner: User, member: User, ids: dict) -> None:
    login(client, owner).post(reverse("teams:remove", kwargs=ids["remove"]))

    assert not Membership.objects.filter(user=member).exists()


def test_viewer_may_leave(client: Client, project: Project) -> None:
    viewer = add_viewer(project.team)
    response = login(client, viewer).post(reverse("teams:leave", args=["acme"]))

    assert response["Location"] == "/"
    assert not Membership.objects.filter(user=viewer).exists()


def test_last_owner_may_not_leave(client: Client, owner: User, project: Project) -> None:
    response = login(client, owner).post(reverse("teams:leave", args=["acme"]), follow=True)

    assert "A team needs an owner" in response.content.decode()


def test_account_name_saved_and_escaped(client: Client, owner: User, project: Project) -> None:
    login(client, owner).post(reverse("teams:account_change"), {"name": "<b>Max</b>"})

    assert User.objects.get(pk=owner.pk).name == "<b>Max</b>"
    assert "<b>Max</b>" not in client.get(reverse("teams:team", args=["acme"])).content.decode()
