"""The overview of a project: every number is that of the list it leads to."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.urls import reverse

from runs.judging import judge_run
from runs.kinds import Kind, RunStatus, StepStatus
from runs.models import Run
from runs.records import Batch, RunRecord, StepRecord, Tokens
from runs.rollups import fold_sums_all_projects
from runs.store import save
from tests.recordings import NOW
from tests.runs.views.test_tools import rows_of, text_of

CUSTOM = "?when=custom&from=2026-01-01&to=2026-01-04"


@pytest.fixture
def url(project):
    return reverse("runs:overview", args=[project.team.slug, project.slug])


def record(project, name, *, day=0, loops=0, **fields):
    """Record and judge a run with one model call of 10 s, and one call of a tool again and again."""
    start = NOW + timedelta(days=day)
    told = {"status": RunStatus.DONE, "agent": "codex", "started_at": start, "at": start, **fields}
    call = StepRecord(
        run=name, key="m", kind=Kind.LLM, source="t", model="gpt", cost_usd=0.5, started_at=start,
        ended_at=start + timedelta(seconds=10), tokens=Tokens(input=900, cache_read=100, output=50),
    )  # fmt: skip
    loop = [
        StepRecord(
            run=name, key=f"t{n}", kind=Kind.TOOL, source="t", tool="Read", input='{"file_path":"/w/a.py"}',
            output="1", started_at=start + timedelta(seconds=n), ended_at=start + timedelta(seconds=n),
            status=StepStatus.OK,
        )
        for n in range(loops)
    ]  # fmt: skip
    save(project, Batch(runs=[RunRecord(external_id=name, source="t", **told)], steps=[call, *loop]), now=NOW)
    judge_run(Run.objects.get(project=project, external_id=name).id, now=NOW)


def runs_behind(visitor, link):
    """Count what the list shows where a link leads."""
    return len(re.findall(r'<a class="title"', visitor.get(unescape(link)).content.decode()))


@pytest.mark.parametrize("number", [1, 3])
def test_overview_takes_the_same_queries_for_any_number_of_runs(
    visitor, url, project, number, django_assert_num_queries
):
    for n in range(number):
        record(project, f"r{n}", agent=f"agent-{n}")
    # session, user, project, sums, people, three menus, signatures
    with django_assert_num_queries(9):
        response = visitor.get(url + CUSTOM)
    assert len(rows_of(response, "Agents")) == number


@pytest.mark.parametrize("is_folded", [False, True])
def test_tables_sum_runs_by_what_they_share(visitor, url, project, is_folded):
    record(project, "a", repo="shop", meta={"user": "ann"})
    record(project, "b", repo="shop", status=RunStatus.FAILED, day=1, meta={"user": "ann"})
    record(project, "c", agent="claude", day=2)
    record(project, "before", day=-2)
    if is_folded:
        fold_sums_all_projects()
    page = visitor.get(url + CUSTOM)
    assert rows_of(page, "Agents") == [
        ["codex", "2", "50 %", "50 %", "$1.00", "2.1k", "10.0 s"],
        ["claude", "1", "100 %", "0 %", "$0.50", "1.1k", "10.0 s"],
    ]
    assert [row[:2] for row in rows_of(page, "Repositories")] == [["shop", "2"]]
    assert [row[:2] for row in rows_of(page, "People")] == [["ann", "2"]]
    days = [["04 Jan 2026", "1"], ["03 Jan 2026", "1"], ["02 Jan 2026", "1"]]
    assert [row[:2] for row in rows_of(page, "Days")] == days
    assert [row[1] for row in rows_of(visitor.get(f"{url}{CUSTOM}&agent=claude"), "Agents")] == ["1"]


def test_every_number_of_runs_is_that_of_its_list(visitor, url, project):
    record(project, "a", repo="shop", meta={"user": "ann"}, loops=4)
    record(project, "b", agent="claude", status=RunStatus.FAILED, day=1, meta={"user": "ann"}, loops=4)
    record(project, "c", agent="claude", day=2, repo="shop")
    record(project, "before", day=-2, loops=4)
    page = visitor.get(url + CUSTOM).content.decode()
    assert re.findall(r'<td class="num"[^>]*>(?!<a )', page) == []
    first = r'(?:</th>|<td class="worst-\w+">\w+</td>)<td class="num"><a class="link" href="([^"]+)">(\d+)<'
    counted = re.findall(first, page)
    assert len(counted) == 9  # two signatures, two agents, a repository, a person, three days
    assert [runs_behind(visitor, link) for link, _ in counted] == [int(number) for _, number in counted]
    bars = re.findall(r'<a href="([^"]+)" aria-label="\d\d Jan: (\d+)">', page)
    assert (
        [runs_behind(visitor, link) for link, _ in bars]
        == [int(number) for _, number in bars]
        == [1, 1, 1, 1]
    )
    loops = [
        row for row in rows_of(visitor.get(url + CUSTOM), "Failures by signature") if row[0] == "Tool loop"
    ]
    assert [row[2:4] for row in loops] == [["2", "67 %"]]


def test_person_filters_the_list_and_its_sums(visitor, url, project):
    record(project, "a", meta={"user": "ann"})
    record(project, "b", meta={"user": "bob"})
    page = visitor.get(reverse("runs:list", args=[project.team.slug, project.slug]) + "?person=bob")
    assert "1 run ·" in text_of(page)
    assert len(re.findall(r'<a class="title"', page.content.decode())) == 1


def test_empty_overview_says_what_to_do(visitor, url):
    assert "No run started in this time." in text_of(visitor.get(url))


def test_overview_is_not_there_for_an_outsider(client, outsider, url):
    client.force_login(outsider)
    assert client.get(url).status_code == 404


def test_runs_of_other_projects_stay_theirs(visitor, url, project, team):
    from teams.actions import create_project

    record(create_project(team, "Other"), "a", loops=4)
    assert "No run started" in text_of(visitor.get(url + CUSTOM))


def test_pages_of_the_project_lead_to_the_overview(visitor, url, project):
    for page in ("runs:findings", "runs:tools", "alerts:inbox"):
        there = reverse(page, args=[project.team.slug, project.slug])
        assert f'<a href="{url}">Overview</a>' in visitor.get(there).content.decode()
