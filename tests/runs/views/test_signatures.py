"""Cards of findings by signature, what people say of them, and the rules of a project."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from runs.findings.signatures import SIGNATURES
from runs.findings.thresholds import THRESHOLDS
from runs.judging import judge_run, settle
from runs.models import Finding, Run, SignatureState
from runs.outdated import mark_outdated, mark_outdated_all_projects
from runs.store import save
from teams.models import Project
from tests.recordings import NOW
from tests.runs.test_judging import looping


@pytest.fixture
def url(project):
    return lambda name, *args: reverse(f"runs:{name}", args=[project.team.slug, project.slug, *args])


def record(project, name="looping", **fields):
    [saved] = save(project, looping(name, **fields), now=NOW)
    settle(judge_run(saved.id, now=NOW))
    return saved.id


def cards_on(response):
    return {card.signature.slug: card for card in response.context["cards"]}


def test_card_sums_up_all_runs_of_a_signature(visitor, url, project):
    record(project)
    record(project, "second")
    record(project, "calm", times=1)
    card = cards_on(visitor.get(url("findings")))["tool-loop"]
    assert (card.times, card.runs, card.state) == ("2 times", "2 runs", "open")
    assert (card.first, card.last) == (NOW + timedelta(seconds=2), NOW + timedelta(seconds=2))
    assert cards_on(visitor.get(url("findings")))["hidden-change"].runs == "3 runs"


@pytest.mark.parametrize("number", [1, 3])
def test_cards_take_the_same_queries_for_any_number_of_runs(
    visitor, url, project, number, django_assert_num_queries
):
    for n in range(number):
        record(project, f"r{n}")
    with django_assert_num_queries(6):  # session, user, project, cards, trends, states
        visitor.get(url("findings"))
    with django_assert_num_queries(8):  # and findings, runs
        visitor.get(url("signature", "tool-loop"))


def test_signature_shows_runs_with_their_evidence(visitor, url, project):
    run = record(project)
    html = visitor.get(url("signature", "tool-loop")).content.decode()
    for seq in (0, 1, 2, 3):
        assert f'href="{url("run", run)}?step={seq}"' in html
    assert visitor.get(url("signature", "no-such-rule")).status_code == 404


def test_findings_of_a_signature_page_without_gap_or_double(visitor, url, project):
    run = record(project)
    rows = [
        Finding(
            run_id=run, signature="timeout", key=str(n), project=project, severity=2, sentence=f"n{n}.",
            steps=[0], step=0, place=n, at=NOW + timedelta(seconds=n // 4), found_at=NOW,
        )
        for n in range(60)
    ]  # fmt: skip
    Finding.objects.bulk_create(rows)
    seen, query = [], ""
    while True:
        response = visitor.get(url("signature", "timeout") + query)
        seen += [row.finding.sentence[0].text for row in response.context["rows"]]
        if not response.context["older"]:
            break
        query = f"?before={response.context['older']}"
    assert seen == [f"n{n}." for n in reversed(range(60))]


def test_resolved_signature_opens_again_at_a_later_step(visitor, url, project):
    record(project)
    visitor.post(url("resolve", "tool-loop"))
    assert "tool-loop" not in cards_on(visitor.get(url("findings")))
    assert cards_on(visitor.get(url("findings") + "?state=resolved"))["tool-loop"].settled
    Finding.objects.filter(signature="tool-loop").update(
        at=SignatureState.objects.get().resolved_at + timedelta(seconds=1)
    )
    assert "tool-loop" in cards_on(visitor.get(url("findings")))


def test_reopened_signature_is_open(visitor, url, project):
    record(project)
    visitor.post(url("resolve", "tool-loop"))
    visitor.post(url("reopen", "tool-loop"))
    assert "tool-loop" in cards_on(visitor.get(url("findings")))


def test_muted_signature_is_heard_no_more_until_unmuted(visitor, url, project):
    run = record(project)
    there = url("run", run)
    assert visitor.post(url("mute", "tool-loop"), {"next": there}).url == there
    project = Project.objects.get(pk=project.pk)
    assert project.settings["findings"]["muted"] == ["tool-loop"]
    assert cards_on(visitor.get(url("findings") + "?state=muted"))["tool-loop"].runs == "1 run"
    assert mark_outdated(project.pk, now=NOW) == 1
    settle(judge_run(run, now=NOW))
    assert cards_on(visitor.get(url("findings") + "?state=muted"))["tool-loop"].times == "never"
    visitor.post(url("unmute", "tool-loop"))
    settle(judge_run(run, now=NOW))
    assert cards_on(visitor.get(url("findings")))["tool-loop"].times == "1 time"


def test_change_of_rules_queues_the_job_that_the_worker_knows(visitor, url, project):
    run = record(project)
    visitor.post(url("mute", "tool-loop"))
    job = ProcrastinateJob.objects.get(task_name="runs.judge_anew")
    assert job.args == {"project_id": project.pk}
    Run.objects.filter(pk=run).update(sort_at=timezone.now())
    app.tasks[job.task_name].func(**job.args)
    assert Run.objects.get(pk=run).due


def test_button_leads_to_pages_of_ours_alone(visitor, url, project):
    assert visitor.post(url("mute", "cycle"), {"next": "https://elsewhere.example/"}).url == url("findings")


def test_run_offers_to_mute_who_may_change(client, member, viewer, url, project):
    run = record(project)
    client.force_login(member)
    assert f'action="{url("mute", "tool-loop")}"' in client.get(url("run", run)).content.decode()
    assert f'action="{url("mute", "tool-loop")}"' in client.get(url("run", run) + "?step=1").content.decode()
    client.force_login(viewer)
    assert "/mute/" not in client.get(url("run", run)).content.decode()


def test_rules_are_saved_by_who_manages_and_runs_judged_anew(client, owner, member, url, project):
    run = record(project)
    given = {
        "limit_loop_repeats": "9",
        "limit_turns_per_prompt": "20",
        "muted": ["cycle"],
        "sensitive": "*.pem\n\n.env",
    }
    client.force_login(member)
    assert client.post(url("rules"), given).status_code == 404
    client.force_login(owner)
    assert client.post(url("rules"), given).status_code == 302
    told = Project.objects.get(pk=project.pk).settings["findings"]
    assert told == {"thresholds": {"loop_repeats": 9.0}, "muted": ["cycle"], "sensitive": ["*.pem", ".env"]}
    assert client.get(url("rules")).context["form"].initial["limit_loop_repeats"] == "9"
    assert mark_outdated(project.pk, now=NOW) == 1
    assert Run.objects.get(pk=run).due
    settle(judge_run(run, now=NOW))
    assert not Finding.objects.filter(signature="tool-loop").exists()


def test_rules_that_somebody_else_changed_meanwhile_are_not_overwritten(client, owner, url, project):
    client.force_login(owner)
    seen = client.get(url("rules")).context["form"].initial["seen"]
    client.post(url("mute", "cycle"))
    response = client.post(url("rules"), {"seen": seen, "limit_loop_repeats": "9"})
    assert response.status_code == 422
    assert "Somebody else changed the rules meanwhile." in response.content.decode()
    assert Project.objects.get(pk=project.pk).settings == {"findings": {"muted": ["cycle"]}}
    seen = client.get(url("rules")).context["form"].initial["seen"]
    given = {"seen": seen, "limit_loop_repeats": "9", "muted": ["cycle"]}
    assert client.post(url("rules"), given).status_code == 302
    told = {"thresholds": {"loop_repeats": 9.0}, "muted": ["cycle"], "sensitive": []}
    assert Project.objects.get(pk=project.pk).settings == {"findings": told}


def test_member_reads_the_rules_and_their_numbers(visitor, url, project):
    html = visitor.get(url("rules")).content.decode()
    assert html.count('class="rule-row"') == len(SIGNATURES)
    assert html.count('class="rule-help"') == len(THRESHOLDS)
    assert "Some numbers cannot be used" not in html
    assert ">Save<" not in html


def test_rules_say_what_is_wrong_with_a_number(client, owner, url, project):
    client.force_login(owner)
    response = client.post(url("rules"), {"limit_loop_repeats": "1"})
    assert response.status_code == 422
    assert response.context["form"].errors == {
        "limit_loop_repeats": ["Ensure this value is greater than or equal to 2."]
    }
    assert Project.objects.get(pk=project.pk).settings == {}


def test_runs_judged_by_older_rules_become_due_at_night(project):
    run = record(project)
    assert mark_outdated_all_projects() == 0
    project.settings = {"findings": {"muted": ["cycle"]}}
    project.save()
    assert mark_outdated(project.pk, now=NOW + timedelta(days=31)) == 0
    assert mark_outdated_all_projects() == 1
    assert Run.objects.get(pk=run).due
