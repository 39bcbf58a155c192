"""Runs in the admin: to look at, never to change."""

import pytest
from django.urls import reverse

from runs.models import Run
from runs.store import save
from teams.models import User
from tests.recordings import NOW, one_of_everything


@pytest.fixture
def operator(client, db):
    client.force_login(User.objects.create_superuser("op@example.com", "x"))
    return client


@pytest.mark.parametrize("number", [1, 3])
def test_list_takes_the_same_queries_for_any_number_of_runs(
    operator, project, number, django_assert_max_num_queries
):
    for n in range(number):
        save(project, one_of_everything(f"r{n}"), now=NOW)
    with django_assert_max_num_queries(
        7
    ):  # session, user, two counts, two filters, runs with project and team
        assert operator.get(reverse("admin:runs_run_changelist")).status_code == 200


def test_run_shows_its_steps_and_changes_escaped(operator, project):
    [saved] = save(project, one_of_everything(), now=NOW)
    html = operator.get(reverse("admin:runs_run_change", args=[saved.id])).content.decode()
    assert "compaction" in html
    assert "hidden.py" in html
    assert "<b>tests</b>" not in html


def test_nothing_recorded_can_be_changed(operator, project):
    [saved] = save(project, one_of_everything(), now=NOW)
    url = reverse("admin:runs_run_change", args=[saved.id])
    assert operator.post(url, {"name": "other"}).status_code == 403
    assert operator.get(reverse("admin:runs_run_add")).status_code == 403
    assert (
        operator.post(reverse("admin:runs_run_delete", args=[saved.id]), {"post": "yes"}).status_code == 403
    )
    assert Run.objects.get().name == "Fix the <b>tests</b>."
