"""Verdict, tags, archive and summary of a run."""

import json
import re
from datetime import timedelta

import pytest
from django.test import AsyncClient
from django.urls import reverse

from runs.judging import judge_run
from runs.models import Run
from runs.queries.exports import archive_of
from runs.records import Batch, RunRecord, StepRecord
from runs.store import save
from runs.summaries import quoted
from tests.recordings import NOW, at, one_of_everything
from tests.runs.test_judging import looping


@pytest.fixture
def run(project):
    [saved] = save(project, one_of_everything(), now=NOW)
    return Run.objects.get(id=saved.id)


@pytest.fixture
def url(project, run):
    return lambda name: reverse(f"runs:{name}", args=[project.team.slug, project.slug, run.id])


def judged(run):
    run.refresh_from_db()
    return run.verdict, run.verdict_reason, run.verdict_by, run.tags


def test_member_judges_and_tags_a_run(client, member, run, url):
    client.force_login(member)
    form = {"verdict": "bad", "reason": " Broke the build ", "tags": "Flaky,  needs  review,flaky,"}
    answer = client.post(url("judge"), form)
    assert (answer.status_code, answer["Location"]) == (302, url("run"))
    assert judged(run) == ("bad", "Broke the build", member, ["flaky", "needs review"])
    page = client.get(url("run")).content.decode()
    assert '<span class="status is-fail" title="Max, ' in page
    assert "Broke the build" in page
    client.post(url("judge"), {"verdict": "", "reason": "left over", "tags": ""})
    assert judged(run) == ("", "", None, [])


def test_htmx_gets_the_verdict_alone(client, member, run, url):
    client.force_login(member)
    answer = client.post(url("judge"), {"verdict": "good", "tags": "<b>"}, headers={"hx-request": "true"})
    html = answer.content.decode()
    assert html.startswith('<div class="verdict"')
    assert ("&lt;b&gt;" in html, "<b>" in html) == (True, False)


@pytest.mark.parametrize(
    ("form", "kept"),
    [
        ({"verdict": "great", "reason": "x"}, ("", "", None, [])),
        ({"verdict": "good", "tags": ",".join(f"t{n}" for n in range(30))}, [f"t{n}" for n in range(20)]),
        ({"verdict": "good", "tags": "a\0b" + "x" * 99}, ["a\ufffdb" + "x" * 37]),
    ],
)
def test_what_is_no_verdict_and_too_many_tags_are_tamed(client, member, run, url, form, kept):
    client.force_login(member)
    client.post(url("judge"), form)
    assert judged(run) == kept or judged(run)[3] == kept


def test_new_steps_keep_verdict_and_tags(client, member, project, run, url):
    client.force_login(member)
    client.post(url("judge"), {"verdict": "good", "tags": "kept"})
    more = StepRecord(run=run.external_id, key="more", kind="event", source="test", started_at=at(99))
    save(project, Batch(steps=[more]), now=NOW + timedelta(minutes=5))
    assert judged(run) == ("good", "", member, ["kept"])


def test_list_shows_and_filters_by_verdict_and_tag(client, member, project, run, url):
    client.force_login(member)
    save(project, Batch(runs=[RunRecord(external_id="other", source="test")]), now=NOW)
    client.post(url("judge"), {"verdict": "good", "tags": "a b"})
    listed = reverse("runs:list", args=[project.team.slug, project.slug])
    for query in ({"verdict": "good"}, {"tag": "A b"}):
        [row] = client.get(listed, query).context["rows"]
        assert re.findall(r'<span class="badge">([^<]*)<', row.html) == ["good", "a b"]
    assert [len(client.get(listed, {"verdict": word}).context["rows"]) for word in ("bad", "")] == [0, 2]


def test_export_is_the_archive_as_a_file(client, member, run, url):
    client.force_login(member)
    answer = client.get(url("export"))
    assert answer["Content-Disposition"] == 'attachment; filename="fix-the-b-tests-b.jsonl"'
    assert b"".join(answer.streaming_content) == b"".join(archive_of(run))


@pytest.mark.django_db(transaction=True)
async def test_export_streams_from_the_event_loop(member, run, url):
    client = AsyncClient()
    await client.aforce_login(member)
    answer = await client.get(url("export"))
    lines = b"".join([piece async for piece in answer.streaming_content]).splitlines()
    assert json.loads(lines[0])["kind"] == "archived_run"
    assert sum(json.loads(line)["kind"] == "archived_step" for line in lines) == run.steps


def test_summary_says_what_happened(client, member, run, url):
    client.force_login(member)
    answer = client.get(url("summary"))
    text = answer.content.decode()
    assert answer["Content-Type"] == "text/markdown; charset=utf-8"
    assert text.startswith("# Fix the \\<b\\>tests\\</b\\>.\n\n**Failed · build red**")
    base = f"http://testserver{url('run')}"
    assert f"- [3]({base}?step=3) **Ran `make test` · exit 1**\n" in text
    assert "> Fix the &lt;b>tests&lt;/b>.\n" in text
    assert "- `a.py` +2 −1\n" in text
    assert text.endswith("## What it said last\n\n> Done.\n")


def test_summary_tells_what_rules_found(client, member, project):
    [saved] = save(project, looping(), now=NOW)
    judge_run(saved.id, now=NOW)
    client.force_login(member)
    page = reverse("runs:run", args=[project.team.slug, project.slug, saved.id])
    text = client.get(page + "summary/").content.decode()
    base = f"http://testserver{page}"
    links = ", ".join(f"[{seq}]({base}?step={seq})" for seq in (0, 1, 2, 3))
    assert "\n## What happened\n" in text
    assert "- **Tool loop** (warning): " in text
    assert f" Steps {links}\n" in text


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("a <b> c", "> a &lt;b> c"),
        ("Use `<div>` <b>", "> Use `<div>` &lt;b>"),
        ("\\`<b>`", "> \\`&lt;b>`"),
        ("```\n/home/<name>\n```\n<b>", "> ```\n> /home/<name>\n> ```\n> &lt;b>"),
        ("- x\n\n      <i>\n\n<b>", "> - x\n> \n>       <i>\n> \n> &lt;b>"),
        ("a ` b\nc ` <b> `", "> a ` b\n> c ` &lt;b> `"),
    ],
)
def test_a_quotation_has_no_html_and_its_code_stays_as_it_is(text, written):
    assert quoted(text) == written


def test_summary_of_a_long_run_is_bounded_and_says_so(client, member, project):
    steps = [
        StepRecord(run="long", key=f"s{n}", kind="tool", tool="Read", source="t", started_at=at(n))
        for n in range(200)
    ]
    failed = StepRecord(
        run="long", key="f", kind="tool", tool="Bash", source="t", status="failed", started_at=at(999)
    )
    [saved] = save(project, Batch(steps=[*steps, failed]), now=NOW)
    client.force_login(member)
    text = client.get(
        reverse("runs:summary", args=[project.team.slug, project.slug, saved.id])
    ).content.decode()
    assert text.count("\n- [") == 1
    assert "Of 201 steps: what was asked, failed, was retried, changed a file or answered.\n" in text
