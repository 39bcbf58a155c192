"""Pages of prompts."""

import re

import pytest

from runs.models import PromptVersion
from tests.runs.test_recognising import record

pytestmark = pytest.mark.django_db

URL = "/acme/checkout/prompts/"


@pytest.fixture
def told(project):
    for day, system in enumerate(
        ("Be brief.\nSession: a1", "Be brief.\nSession: b2", "Be kind.\nSession: c3")
    ):
        record(project, f"r{day}", day=day, call={"system": system}, prompt_name="fixer")
    return {one.number: one.pk for one in PromptVersion.objects.all()}


def text(page):
    return " ".join(re.sub(r"<[^>]+>", " ", page.content.decode().partition("<main")[2]).split())


def test_families_with_their_versions(told, client, member):
    client.force_login(member)
    page = text(client.get(URL))
    assert (
        "fixer v2 1 not known cost unknown 4 Jan 2026 03:04 4 Jan 2026 03:04 Compare with the one before"
        in page
    )
    assert "v1 2 not known cost unknown 2 Jan 2026 03:04 3 Jan 2026 03:04" in page


def test_version_shows_what_changed_and_what_varies(told, client, member):
    client.force_login(member)
    page = client.get(f"{URL}{told[2]}/")
    assert "What changed since v1" in text(page)
    assert "fixer v2" in text(page)
    assert f"?a.prompt={told[1]}&amp;b.prompt={told[2]}" in page.content.decode()
    varies = text(client.get(f"{URL}{told[1]}/"))
    assert "What varies Masked places and what stood there Place Values Session: { … } b2 · a1" in varies


def test_text_of_a_run_behind_the_template(told, client, member):
    client.force_login(member)
    page = client.get(f"{URL}{told[1]}/", {"as": "raw"}).content.decode()
    links = re.findall(r'href="\?text=([0-9a-f]+)"', page)
    assert len(links) == 2
    shown = client.get(f"{URL}{told[1]}/", {"text": links[1], "as": "raw"}).content.decode()
    assert '<pre class="term" data-copy-text>Be brief.\nSession: a1</pre>' in shown


def test_prompt_is_shown_without_its_markup(project, client, member):
    run = record(project, "r", call={"system": "<script>alert(1)</script> **b**"})
    client.force_login(member)
    for query in ({}, {"as": "raw"}):
        assert "<script>alert" not in client.get(f"{URL}{run.prompt}/", query).content.decode()


def test_project_without_prompts_says_how(project, client, member):
    client.force_login(member)
    assert "No run has told its system prompt yet." in text(client.get(URL))


def test_list_says_labels_that_were_sent_and_filters_by_prompt(told, client, member, project):
    client.force_login(member)
    record(project, "labelled", variant="terse")
    listed = client.get("/acme/checkout/").content.decode()
    assert re.findall('title="Variant">([^<]+)<', listed) == ["terse"]
    listed = client.get("/acme/checkout/", {"prompt": told[1]}).content.decode()
    assert len(re.findall("data-run=", listed)) == 2
    assert "fixer v1" in listed


def test_version_of_another_project_is_not_there(told, client, outsider):
    client.force_login(outsider)
    assert client.get(f"{URL}{told[1]}/").status_code == 404
