"""Playing a demo run: who may, what is queued, and what the worker streams."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from agentscope.demo import tasks
from agentscope.demo.actions import begin_play
from agentscope.demo.keys import KEY_NAME, key_for_play
from agentscope.demo.scenarios import sideways
from runs.models import FileChange, Run, Step
from teams.access import project_for_key
from teams.models import ApiKey, Membership, Role, User


class Context:
    """A job that nobody aborts."""

    def should_abort(self) -> bool:
        return False


def url_of(project):
    return reverse("demo:play", args=[project.team.slug, project.slug])


def play(run, project, start):
    tasks.stream_play(
        Context(),
        project_id=project.pk,
        run=run.external_id,
        script=sideways.SCRIPT.id,
        start=start.isoformat(),
    )


def test_member_is_sent_to_a_run_that_is_there(client, member, project):
    client.force_login(member)
    answer = client.post(url_of(project), {"script": "demo-sideways"})
    run = Run.objects.get()
    assert answer.status_code == 302
    assert answer["Location"] == reverse("runs:run", args=[project.team.slug, project.slug, run.id])
    assert (run.status, run.name) == ("running", sideways.SCRIPT.name)
    job = ProcrastinateJob.objects.get(task_name="demo.stream_play")
    assert job.args["run"] == run.external_id
    assert "as_" not in str(job.args)


def test_second_click_shows_the_run_that_is_played(client, member, project):
    client.force_login(member)
    first = client.post(url_of(project))
    second = client.post(url_of(project))
    assert first["Location"] == second["Location"]
    assert ProcrastinateJob.objects.filter(task_name="demo.stream_play").count() == 1


def test_outsider_anonymous_and_viewer_find_nothing(client, outsider, project):
    viewer = User.objects.create_user("viewer@example.com", "x" * 12, name="Vi")
    Membership.objects.create(team=project.team, user=viewer, role=Role.VIEWER)
    assert client.post(url_of(project)).status_code == 404
    for user in (outsider, viewer):
        client.force_login(user)
        assert client.post(url_of(project)).status_code == 404
    assert Run.objects.count() == 0


def test_get_plays_nothing(client, member, project):
    client.force_login(member)
    assert client.get(url_of(project)).status_code == 405
    assert Run.objects.count() == 0


def test_key_of_a_play_stops_with_it(project):
    with key_for_play(project) as raw:
        assert project_for_key(raw, scope="ingest").project == project
        assert project_for_key(raw, scope="read") is None
    assert project_for_key(raw, scope="ingest") is None
    assert ApiKey.objects.get(name=KEY_NAME).revoked_at is not None


def test_keys_of_earlier_plays_are_cleared_away(project):
    for _ in range(3):
        with key_for_play(project):
            pass
    assert ApiKey.objects.filter(name=KEY_NAME).count() == 1


@pytest.mark.django_db(transaction=True)
def test_worker_streams_through_the_real_api(project, live_server, settings):
    """What is overdue is posted at once, so the whole run is there; a second try adds nothing."""
    settings.PUBLIC_URL = live_server.url
    start = timezone.now() - timedelta(minutes=5)
    run = Run.objects.get(pk=begin_play(project, sideways.SCRIPT, now=start))
    play(run, project, start)
    run.refresh_from_db()
    assert (run.status, run.outcome, run.failures, run.retries, run.agents) == (
        "failed",
        "build red",
        5,
        1,
        1,
    )
    assert FileChange.objects.filter(run_id=run.id).count() == 2
    steps = list(Step.objects.filter(run_id=run.id).order_by("seq").values())
    play(run, project, start)
    assert list(Step.objects.filter(run_id=run.id).order_by("seq").values()) == steps
    assert run.revision == Run.objects.get(pk=run.pk).revision


@pytest.mark.django_db(transaction=True)
def test_worker_sends_events_when_they_are_due(project, live_server, settings, monkeypatch):
    settings.PUBLIC_URL = live_server.url
    start = timezone.now()
    run = Run.objects.get(pk=begin_play(project, sideways.SCRIPT, now=start))
    passed, seen = [0.0], []

    def wait(seconds: float) -> None:
        passed[0] += max(0.0, seconds)
        seen.append(Step.objects.filter(run_id=run.id).count())

    monkeypatch.setattr(tasks, "wait", wait)
    monkeypatch.setattr(tasks, "seconds_since", lambda began: passed[0])
    play(run, project, start)
    assert 40 < passed[0] < 90
    assert seen == sorted(seen)
    assert len(set(seen)) > 30
