"""The Connect page: lines with the address, a key for them, and what has come."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ingest.clients import CLIENTS
from runs.models import Run
from runs.queries.arrivals import stamp_of_arrivals
from runs.records import Batch, RunRecord
from runs.store import save
from teams.models import ApiKey
from teams.snippets import KEY_PLACEHOLDER

pytestmark = pytest.mark.django_db
WAITING, CONNECTED = "Waiting for your first event", "is connected."


def page(client, project, query="", name="ingest:connect"):
    answer = client.get(reverse(name, args=[project.team.slug, project.slug]) + query)
    assert answer.status_code == 200
    return answer.content.decode()


def record(project, source, run="r1", *, now=None):
    save(
        project,
        Batch(runs=[RunRecord(external_id=run, source=source, name=f"Run {run}")]),
        now=now or timezone.now(),
    )


@pytest.mark.parametrize("slug", CLIENTS)
def test_every_client_has_its_page(client, owner, project, slug):
    client.force_login(owner)
    html = page(client, project, f"?client={slug}")
    assert f"<h1>Connect {CLIENTS[slug].name}</h1>" in html
    assert "http://testserver" in html
    assert KEY_PLACEHOLDER in html
    assert WAITING in html


def test_strange_client_is_the_first_one(client, owner, project):
    client.force_login(owner)
    assert "<h1>Connect Claude Code</h1>" in page(client, project, "?client=<b>&since=x")


def test_key_is_made_filled_in_and_works(client, owner, project):
    client.force_login(owner)
    url = reverse("ingest:connect-key", args=[project.team.slug, project.slug])
    answer = client.post(url, {"client": "langfuse"})
    assert (answer.status_code, answer["cache-control"]) == (201, "no-store")
    [raw] = set(re.findall(r"as_[0-9A-Za-z]{40}", answer.content.decode()))
    assert f"export LANGFUSE_SECRET_KEY={raw}" in answer.content.decode()
    key = ApiKey.objects.get()
    assert (key.name, key.scopes, key.created_by) == ("Langfuse SDK", ["ingest"], owner)
    assert Client().get("/v1/traces", headers={"x-api-key": raw}).status_code == 200
    assert raw not in page(client, project, "?client=langfuse")


def test_who_may_only_look_makes_no_key(client, viewer, project):
    client.force_login(viewer)
    assert "Make a key" not in page(client, project)
    url = reverse("ingest:connect-key", args=[project.team.slug, project.slug])
    assert client.post(url, {"client": "codex"}).status_code == 404
    assert not ApiKey.objects.exists()


def test_page_turns_green_when_a_run_of_the_client_comes(client, owner, project):
    client.force_login(owner)
    assert WAITING in page(client, project, "?client=codex", name="ingest:connect-state")
    record(project, "codex:rollout")
    html = page(client, project, "?client=codex", name="ingest:connect-state")
    assert "Codex CLI is connected." in html
    assert reverse("runs:run", args=[project.team.slug, project.slug, Run.objects.get().id]) in html


def test_run_of_another_source_is_told_apart(client, owner, project):
    client.force_login(owner)
    record(project, "langsmith")
    html = page(client, project, "?client=codex", name="ingest:connect-state")
    assert WAITING in html
    assert "Something else has come" in html


def test_old_run_is_named_while_the_page_waits_and_counts_again_when_it_grows(client, owner, project):
    client.force_login(owner)
    before = timezone.now() - timedelta(hours=2)
    record(project, "codex:rollout", now=before)
    Run.objects.update(id="019b0000-0000-7000-8000-000000000000", updated_at=before)
    html = page(client, project, "?client=codex", name="ingest:connect-state")
    assert WAITING in html
    assert "The last run from Codex CLI" in html
    Run.objects.update(updated_at=timezone.now())
    assert CONNECTED in page(client, project, "?client=codex", name="ingest:connect-state")


def test_since_keeps_what_came_while_the_page_was_open(client, owner, project):
    client.force_login(owner)
    then = timezone.now() - timedelta(minutes=30)
    record(project, "codex:rollout", now=then)
    Run.objects.update(updated_at=then)
    assert WAITING in page(client, project, "?client=codex")
    since = int((then - timedelta(minutes=1)).timestamp())
    assert CONNECTED in page(client, project, f"?client=codex&since={since}")


def test_stamp_changes_with_each_run(project):
    empty = stamp_of_arrivals(project)
    record(project, "events")
    one = stamp_of_arrivals(project)
    record(project, "events", "r2")
    assert len({empty, one, stamp_of_arrivals(project)}) == 3


def test_empty_project_leads_here(client, owner, project):
    client.force_login(owner)
    html = page(client, project, name="runs:list")
    assert f'<a class="btn go" href="{reverse("ingest:connect", args=["acme", "checkout"])}">' in html
