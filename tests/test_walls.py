"""Tenants are walls: every URL is known here, and answers an outsider as if nothing were there.

The test walks the URL conf. A new URL fails it until its parameters are known to tests/recordings.py, or, for
a URL that belongs to no tenant, until its name is listed here with the reason.
"""

from uuid import UUID

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from ingest.otlp_urls import PREFIXES, VIEWS
from ingest.sdk_urls import PATHS as SDK_PATHS
from tests.recordings import record_everything

#: URLs that show nothing of a tenant, by name, with the reason.
NO_TENANT = {
    "health": "liveness",
    "api:schema": "describes the API",
    "api:try": "describes the API",
    "no_api": "what the API has not",
    "sdk:opik-link": "leads to runs of the visitor's own projects",
    "teams:home": "lists the visitor's own teams",
    "teams:list": "lists the visitor's own teams",
    "teams:new": "makes the visitor's own team",
    "alerts:mine": "lists the alerts of the visitor's own projects",
    "alerts:count_mine": "counts the alerts of the visitor's own projects",
    "teams:account": "the visitor's own account",
    "teams:account_change": "the visitor's own account",
    "teams:invitation": "the token is the secret",
    "teams:accept": "the token is the secret",
}
#: Opened by a key as well, but they are about the key's own project alone: what SDKs ask before they send.
OWN_PROJECT = {
    "sdk:langsmith-info": "/info",
    "sdk:logfire-info": "/v1/info",
    "sdk:langfuse-projects": "/api/public/projects",
    "sdk:opik-ping": "/api/is-alive/ping",
}
#: Opened by a key; what is named in the path is looked for in the key's own project only.
ID = "01a1f817-c36c-7034-9634-b45c710f4ac3"
CHANGED = {
    "sdk:langsmith-patch": ("PATCH", f"/runs/{ID}"),
    "sdk:opik-patch": ("PATCH", f"/api/v1/private/spans/{ID}"),
    "sdk:opik-score": ("PUT", f"/api/v1/private/traces/{ID}/feedback-scores"),
    "sdk:opik-scores": ("PUT", "/api/v1/private/traces/feedback-scores"),
    "sdk:opik-span-score": ("PUT", f"/api/v1/private/spans/{ID}/feedback-scores"),
    "sdk:opik-span-scores": ("PUT", "/api/v1/private/spans/feedback-scores"),
}
#: API URLs are opened by a key; they take no team in the path.
BY_KEY = {
    "ingest-api:events": "POST",
    "ingest-api:import": "POST",
    "ingest-api:claude-code-hooks": "POST",
    "ingest-api:codex-notices": "POST",
    **{f"otlp:{prefix.replace('/', '-')}{signal}": "POST" for prefix in PREFIXES for signal in VIEWS},
    **{f"sdk:{name}": "POST" for name, view in SDK_PATHS.values() if f"sdk:{name}" not in OWN_PROJECT},
    "api:runs": "GET",
    "api:run": "GET",
    "api:steps": "GET",
    "api:changes": "GET",
    "api:findings": "GET",
    "api:messages": "GET",
    "api:files": "GET",
    "api:comparisons": "GET",
    "api:compared": "GET",
    "api:comparison": "GET",
}
#: Third-party URL confs with walls of their own.
FOREIGN = ("admin/", "accounts/")


def walk(patterns, namespace="", route=""):
    """Yield (name with namespace, route) of every URL."""
    for pattern in patterns:
        path = route + str(pattern.pattern)
        if path.startswith(FOREIGN):
            continue
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from walk(pattern.url_patterns, inner, path)
        else:
            assert isinstance(pattern, URLPattern)
            assert pattern.name, f"{path} has no name"
            yield f"{namespace}{pattern.name}", path, tuple(pattern.pattern.converters)


ALL_URLS = sorted(set(walk(get_resolver().url_patterns)))


@pytest.fixture
def places(project, member, owner):
    """Values of every URL parameter, all of them of things that are there."""
    return record_everything(project, owner)


def url_of(name, parameters, places):
    unknown = [parameter for parameter in parameters if parameter not in places]
    assert not unknown, f"{name} takes {unknown}: give a real value in tests/recordings.py"
    return reverse(name, kwargs={parameter: places[parameter] for parameter in parameters})


def is_tenant(parameters):
    return "team_slug" in parameters or "team" in parameters


TENANT_URLS = [(name, parameters) for name, _, parameters in ALL_URLS if is_tenant(parameters)]


def test_every_url_is_accounted_for():
    others = {name for name, _, parameters in ALL_URLS if not is_tenant(parameters)}
    assert others <= NO_TENANT.keys() | BY_KEY.keys() | OWN_PROJECT.keys() | CHANGED.keys()
    assert TENANT_URLS


def test_outsider_sees_what_nobody_sees(places, client, outsider):
    client.force_login(outsider)
    for name, parameters in TENANT_URLS:
        absent = {**places, "team_slug": "nobody-here", "team": "nobody-here"}
        for method in (client.get, client.post):
            answer = method(url_of(name, parameters, places))
            nothing = method(url_of(name, parameters, absent))
            assert answer.status_code in (404, 405), (name, method)
            assert answer.status_code == nothing.status_code, (name, method)
        assert 404 in (client.get(answer.request["PATH_INFO"]).status_code, answer.status_code), name


def test_anonymous_visitor_learns_nothing(places, client):
    for name, parameters in TENANT_URLS:
        for method in (client.get, client.post):
            answer = method(url_of(name, parameters, places))
            assert answer.status_code in (302, 404, 405), (name, method)
            if answer.status_code == 302:
                assert answer["Location"].startswith("/accounts/login/"), name


def test_member_opens_every_page(places, client, owner):
    """The walls are not there because nothing works: the owner gets an answer from every URL."""
    client.force_login(owner)
    for name, parameters in TENANT_URLS:
        answer = client.get(url_of(name, parameters, places))
        assert answer.status_code in (200, 204, 302, 405), (name, answer.status_code)


def test_viewer_changes_nothing(places, client, viewer):
    client.force_login(viewer)
    for name, parameters in TENANT_URLS:
        answer = client.post(url_of(name, parameters, places))
        assert answer.status_code in (404, 405) or name in ("teams:leave",), (name, answer.status_code)


def test_key_of_another_team_finds_nothing(places, client, foreign_key):
    for name, method in BY_KEY.items():
        parameters = next(found for known, _, found in ALL_URLS if known == name)
        url = url_of(name, parameters, places)
        answer = client.generic(method, url, headers={"authorization": f"Bearer {foreign_key}"})
        if parameters:
            assert answer.status_code == 404, name
        elif name == "api:compared":
            assert answer.status_code == 400  # it is about two sides, which this address has not
        elif method == "GET":
            assert answer.json()["results"] == []


def test_without_a_key_there_is_no_answer(places, client):
    for name, method in BY_KEY.items():
        parameters = next(found for known, _, found in ALL_URLS if known == name)
        answer = client.generic(method, url_of(name, parameters, places))
        assert answer.status_code == 401, name
        assert isinstance(places["run_id"], UUID)


@pytest.mark.django_db
def test_what_is_about_the_own_project_needs_a_key(client):
    asked = [client.get(path).status_code for path in OWN_PROJECT.values()]
    changed = [client.generic(method, path).status_code for method, path in CHANGED.values()]
    assert set(asked + changed) == {401}
