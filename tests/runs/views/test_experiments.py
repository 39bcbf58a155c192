"""The matrix of tasks and variants."""

import json
import re
from datetime import timedelta

import pytest

from ingest import pipeline
from runs.judging import judge_run, settle
from runs.models import Run
from tests.recordings import NOW

pytestmark = pytest.mark.django_db

URL = "/acme/checkout/experiments/"


def record(project, run, task, variant, outcome, *, repo="shop", system=None):
    call = {"run": run, "kind": "llm_call", "id": "m", "messages": [], "cost_usd": 0.5, "content": "Done."}
    events = [
        {
            "run": run,
            "ts": NOW.isoformat(),
            "kind": "run_start",
            "task": task,
            "repo": repo,
            "variant": variant,
        },
        call | ({"system": system} if system else {}),
        {"run": run, "ts": (NOW + timedelta(seconds=9)).isoformat(), "kind": "run_end", "outcome": outcome},
    ]
    pipeline.take_events(project, json.dumps(events).encode(), run=None, now=NOW)
    settle(judge_run(Run.objects.get(project=project, external_id=run).pk, now=NOW))


@pytest.fixture
def tried(project):
    record(project, "a1", "Fix the cart", "terse", "resolved")
    record(project, "a2", "Fix the cart", "terse", "unresolved")
    record(project, "a3", "Fix the cart", "kind", "resolved")
    record(project, "b1", "Fix the login", "terse", "unresolved", repo="auth")
    record(project, "b2", "Fix the login", "kind", "resolved", repo="auth")
    record(project, "c1", "Tried once", "kind", "resolved")
    return project


def cells(page):
    """Read the matrix: a row of texts for each task."""
    body = page.content.decode().rpartition("<tbody>")[2]
    rows = re.findall(r"<tr>(.*?)</tr>", body, re.S)
    return [
        [
            " ".join(re.sub(r"<[^>]+>", " ", cell).split())
            for cell in re.findall(r"<t[hd].*?</t[hd]>", row, re.S)
        ]
        for row in rows
    ]


def test_tasks_by_variant(tried, client, member):
    client.force_login(member)
    assert cells(client.get(URL)) == [
        ["Fix the login auth", "1/1 passed, $0.50", "0/1 passed, $0.50", "100 pts", "1/2 passed, $0.50"],
        ["Fix the cart shop", "1/1 passed, $0.50", "1/2 passed, $0.50", "50 pts", "2/3 passed, $0.50"],
    ]


def test_cell_opens_its_runs(tried, client, member):
    client.force_login(member)
    page = client.get(URL).content.decode()
    [link] = re.findall(r'class="tries is-fail" href="([^"]+)"', page)
    runs = client.get(link.replace("&amp;", "&")).content.decode()
    assert re.findall(r'data-run="([^"]+)"', runs) == [str(Run.objects.get(external_id="b1").pk)]
    assert "Fix the login" in re.sub(r"<[^>]+>", " ", runs.partition("Task")[2])[:40]


def test_all_tasks_are_a_click_away(tried, client, member):
    client.force_login(member)
    assert [row[0] for row in cells(client.get(URL, {"tasks": "all", "sort": "task"}))] == [
        "Fix the cart shop", "Fix the login auth", "Tried once shop",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ({"sort": "task"}, "Fix the cart shop"),
        ({"sort": "task", "order": "up"}, "Fix the login auth"),
        ({"sort": "terse"}, "Fix the cart shop"),
        ({"sort": "terse", "order": "up"}, "Fix the login auth"),
        ({"sort": "tries"}, "Fix the cart shop"),
        ({"repo": "auth"}, "Fix the login auth"),
        ({"q": "LOGIN"}, "Fix the login auth"),
        ({"page": "99"}, "Fix the login auth"),
    ],
)
def test_order_and_filters(tried, client, member, query, first):
    client.force_login(member)
    assert cells(client.get(URL, query))[0][0] == first


def test_verdict_of_a_person_counts(tried, client, member):
    Run.objects.filter(external_id="b1").update(verdict="good")
    client.force_login(member)
    assert [
        "Fix the login auth",
        "1/1 passed, $0.50",
        "1/1 passed, $0.50",
        "0 pts",
        "2/2 passed, $0.50",
    ] in cells(client.get(URL))


def test_versions_of_a_prompt_are_variants_of_runs_without_a_label(project, client, member):
    for n, system in enumerate(("One.", "Two.")):
        record(project, f"p{n}", "Fix it", None, "resolved", system=system)
    client.force_login(member)
    page = client.get(URL)
    assert re.findall(r'<th scope="col"><a href="[^"]+" title="([^"]+)">', page.content.decode())[:2] == [
        "agent v1", "agent v2",
    ]  # fmt: skip
    assert cells(page) == [
        ["Fix it shop", "1/1 passed, $0.50", "1/1 passed, $0.50", "0 pts", "2/2 passed, $0.50"]
    ]


def test_project_without_experiments_says_how(project, client, member):
    client.force_login(member)
    page = client.get(URL).content.decode()
    assert "No task was tried twice yet." in page
    assert "&quot;variant&quot;:&quot;terse&quot;" in page or '"variant":"terse"' in page


def test_more_tasks_take_no_more_queries(project, client, member, django_assert_num_queries):
    client.force_login(member)
    for number in (1, 3):
        record(project, f"x{number}", f"Task {number}", "a", "resolved")
        record(project, f"y{number}", f"Task {number}", "b", "failed")
        client.get(URL)
        with django_assert_num_queries(8):
            client.get(URL)
