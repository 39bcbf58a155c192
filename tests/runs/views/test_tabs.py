"""The tabs of a run keep what the address holds."""

import pytest
from django.urls import reverse

from runs.store import save
from tests.recordings import NOW, one_of_everything


@pytest.fixture
def run(project):
    [saved] = save(project, one_of_everything(), now=NOW)
    return saved


def url_of(project, run, name="run", *args):
    return reverse(f"runs:{name}", args=[project.team.slug, project.slug, run.id, *args])


def tabs(answer):
    return {tab.name: (tab.url, tab.current) for tab in answer.context["tabs"]}


def test_tabs_keep_the_step_and_what_is_shown_but_no_cursor(client, member, project, run):
    client.force_login(member)
    answer = client.get(url_of(project, run) + "?step=6&thinking=1&find=a%26b&before=3&events=")
    state = "?step=6&thinking=1&find=a%26b"
    found = tabs(answer)
    assert found["transcript"] == (url_of(project, run) + state, True)
    assert found["changes"] == (url_of(project, run, "changes") + state, False)


def test_tabs_of_a_steps_own_page_lead_to_the_step(client, member, project, run):
    client.force_login(member)
    found = tabs(client.get(url_of(project, run, "step", 6)))
    assert found["transcript"] == (url_of(project, run) + "?step=6", False)


def test_tabs_of_a_run_without_a_chosen_step_are_bare(client, member, project, run):
    client.force_login(member)
    assert tabs(client.get(url_of(project, run, "changes")))["changes"] == (
        url_of(project, run, "changes"),
        True,
    )
