"""The run list."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from runs.models import FreshText, Run, RunText
from runs.records import Batch, RunRecord
from runs.retention import delete_runs
from runs.rollups import index_texts_all_projects
from runs.store import save
from tests.recordings import NOW, one_of_everything


@pytest.fixture
def url(project):
    return reverse("runs:list", args=[project.team.slug, project.slug])


def make_runs(project, number, **fields):
    runs = [
        RunRecord(
            external_id=f"r{n}",
            source="test",
            name=f"Run {n}",
            started_at=NOW + timedelta(minutes=n),
            **fields,
        )
        for n in range(number)
    ]
    return save(project, Batch(runs=runs), now=NOW)


def names_on(response):
    return re.findall(r'<a class="title"[^>]*>([^<]*)</a>', response.content.decode())


def costs_on(response):
    return re.findall(r'c-cost"[^>]*>([^<]*)<', response.content.decode())


@pytest.mark.parametrize("number", [1, 3])
def test_list_takes_the_same_queries_for_any_number_of_runs(
    visitor, url, project, number, django_assert_num_queries
):
    for n in range(number):
        save(project, one_of_everything(f"r{n}"), now=NOW)
    with django_assert_num_queries(7):  # session, user, project, runs, strips, rulings, sums
        response = visitor.get(url)
    assert len(names_on(response)) == number


def test_list_is_not_there_for_an_outsider(client, outsider, url):
    client.force_login(outsider)
    assert client.get(url).status_code == 404


def test_list_shows_what_the_run_did(visitor, url, project):
    save(project, one_of_everything(), now=NOW)
    html = visitor.get(url).content.decode()
    for words in (
        "Failed · build red",
        "Fix the &lt;b&gt;tests&lt;/b&gt;.",
        "shop@main",
        "own-loop",
        "1 run",
    ):
        assert words in html
    assert "<b>tests" not in html


def test_list_pages_by_keyset_without_gap_or_double(visitor, url, project):
    make_runs(project, 120)
    seen, next_url = [], url
    while next_url:
        response = visitor.get(next_url)
        seen += names_on(response)
        older = response.context.get("older")
        next_url = url + older if older else None
    assert seen == [f"Run {n}" for n in reversed(range(120))]
    back = visitor.get(url + response.context["newer"])
    assert names_on(back) == [f"Run {n}" for n in reversed(range(20, 70))]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("?status=failed", ["everything"]),
        ("?agent=codex", ["Run 1", "Run 0"]),
        ("?repo=shop", ["everything"]),
        ("?failures=1", ["everything"]),
        ("?q=run+1", ["Run 1"]),
        ("?q=everything", ["everything"]),
        ("?until=2026-01-02T03:04:30Z", ["everything", "Run 0"]),
        ("?since=2026-01-02T03:05:00Z", ["Run 1"]),
        ("?when=1h", []),
        ("?status=nonsense&before=x&after=9_9&since=99999", ["Run 1", "everything", "Run 0"]),
    ],
)
def test_filters_live_in_the_url(visitor, url, project, query, names):
    make_runs(project, 2, agent="codex")
    save(project, one_of_everything(), now=NOW)
    Run.objects.filter(external_id="everything").update(name="everything")
    shown = visitor.get(url + query)
    assert sorted(names_on(shown)) == sorted(names)
    assert shown.context["summary"].runs == ("1 run" if len(names) == 1 else f"{len(names)} runs")


def test_empty_project_says_how_to_send_the_first_run(visitor, url):
    html = visitor.get(url).content.decode()
    assert "No runs yet" in html
    assert "/acme/checkout/connect/" in html


def test_filter_without_a_match_says_so(visitor, url, project):
    make_runs(project, 1)
    html = visitor.get(url + "?agent=none").content.decode()
    assert "Clear all filters" in html
    assert f"/ws/projects/{project.team.slug}/{project.slug}/?agent=none" in html


def test_cost_that_is_not_known_is_not_zero(visitor, url, project):
    save(project, one_of_everything(), now=NOW)
    Run.objects.update(unpriced_calls=2)
    assert costs_on(visitor.get(url)) == ["unknown"]
    Run.objects.update(unpriced_calls=1)
    assert costs_on(visitor.get(url))[0].startswith("≥ $")


def test_menu_offers_what_the_runs_have(visitor, project):
    make_runs(project, 1, agent="codex<x>")
    url = reverse("runs:choices", args=[project.team.slug, project.slug, "agent"])
    assert "codex&lt;x&gt;" in visitor.get(url).content.decode()
    assert visitor.get(url.replace("/agent/", "/cwd/")).status_code == 404


@pytest.mark.parametrize(("name", "task", "title"), [
    ("", "", "r0"), ("  \n", "", "r0"), ("", "Fix it\nnow", "Fix it"), ("Named", "Fix it", "Named"),
])  # fmt: skip
def test_a_run_is_never_without_a_title(visitor, project, url, name, task, title):
    save(project, Batch(runs=[RunRecord(external_id="r0", source="t", name=name, task=task)]), now=NOW)
    assert names_on(visitor.get(url)) == [title]


@pytest.mark.parametrize(("query", "names"), [("UN 1", ["Run 1"]), ("%", ["50 % done"]), ("r2", ["Run 2"])])
def test_text_is_found_past_the_runs_looked_at_one_by_one(visitor, url, project, query, names, monkeypatch):
    make_runs(project, 3)
    save(project, Batch(runs=[RunRecord(external_id="other", source="t", name="50 % done")]), now=NOW)
    for looked_at in (0, 1_000):
        monkeypatch.setattr("runs.queries.runs.RUNS_LOOKED_AT", looked_at)
        assert names_on(visitor.get(url, {"q": query})) == names


def test_sums_of_a_text_that_many_runs_hold_come_after_the_page(
    visitor, url, project, django_assert_num_queries
):
    make_runs(project, 60)
    with django_assert_num_queries(6):  # session, user, project, runs, strips, rulings
        html = visitor.get(url, {"q": "run"}).content.decode()
    assert "More than 50 runs" in html
    sums = reverse("runs:sums", args=[project.team.slug, project.slug])
    assert f'hx-get="{sums}?q=run"' in html
    assert visitor.get(sums, {"q": "run"}).context["summary"].runs == "60 runs"


def test_search_follows_what_runs_are_called(visitor, url, project):
    make_runs(project, 1)
    save(project, Batch(runs=[RunRecord(external_id="r0", source="t", name="Renamed", branch="b")]), now=NOW)
    found = {"run 0": [], "named\nr": [], "renam": ["Renamed"]}
    assert {text: names_on(visitor.get(url, {"q": text})) for text in found} == found
    index_texts_all_projects()
    assert {text: names_on(visitor.get(url, {"q": text})) for text in found} == found
    save(project, Batch(runs=[RunRecord(external_id="r0", source="t", name="Once more")]), now=NOW)
    assert [names_on(visitor.get(url, {"q": text})) for text in ("renam", "once")] == [[], ["Once more"]]
    assert (RunText.objects.count(), FreshText.objects.count()) == (1, 1)
    delete_runs(list(Run.objects.values_list("id", flat=True)))
    assert (RunText.objects.count(), FreshText.objects.count()) == (0, 0)
