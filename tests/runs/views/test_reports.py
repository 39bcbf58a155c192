"""Comparison reports: the page, its numbers, saving, files."""

import csv
import io
import json
import re
import subprocess
import sys
from html import unescape
from pathlib import Path

import pytest
from django.urls import reverse

from runs.actions import save_comparison
from runs.comparing.limits import SAVED_MOST
from runs.models import Comparison, PromptFamily, PromptVersion, Run
from tests.recordings import NOW
from tests.runs.comparing.recorded import record_cohort

SIDES = "?a.variant=long&b.variant=short"


@pytest.fixture
def url(project):
    return reverse("runs:reports", args=[project.team.slug, project.slug])


def text_of(page: bytes) -> str:
    words = re.sub(r"<(script|style|form|datalist).*?</\1>|<[^>]+>", " ", page.decode(), flags=re.S)
    return " ".join(unescape(words).split())


def test_report_of_two_variants_says_which_is_better(visitor, url, project) -> None:
    record_cohort(project)
    html = visitor.get(url + SIDES).content
    said = text_of(html)
    assert "B is cheaper; not enough runs to tell about success." in said
    assert "B is cheaper: −50 % (−50 … −50 %)." in said
    assert "Paired by task : 8 tasks were tried on both sides, and each counts once." in said
    assert "8 of 8" in said
    assert b"<b>part</b>" not in html
    assert "Mend &lt;b&gt;part&lt;/b&gt; 3" in html.decode()


def test_every_number_leads_to_its_runs(visitor, url, project) -> None:
    record_cohort(project, tasks=6, outcomes=("resolved", "failed"))
    html = unescape(visitor.get(url + SIDES).content.decode())
    links = set(re.findall(r'<a[^>]* href="([^"]*\?[^"]*variant=[^"]*)"[^>]*>(?:100|0) %</a>', html))
    runs = {link.split("?")[1]: text_of(visitor.get(link).content) for link in links}
    found = {query: len(set(re.findall(r"\b(?:long|short)-\d", page))) for query, page in runs.items()}
    assert found["variant=long&result=passed"] == 6
    assert found["variant=short&result=passed"] == 0


@pytest.mark.parametrize("tasks", [6, 8])
def test_report_takes_the_same_queries_for_any_number_of_runs(
    visitor, url, project, tasks, django_assert_num_queries
) -> None:
    record_cohort(project, tasks=tasks)
    with django_assert_num_queries(9):
        visitor.get(url + SIDES)


def test_address_of_a_filled_form_is_short(visitor, url) -> None:
    assert visitor.get(f"{url}?a.variant=x&a.model=&b.variant=&b.agent=y&when=")["Location"] == (
        f"{url}?a.variant=x&b.agent=y"
    )


def test_name_is_suggested(visitor, url, project) -> None:
    for query, name in (
        (SIDES, "long against short"),
        ("?a.variant=long&b.agent=codex&b.model=m", "variant long against agent codex · model m"),
    ):
        assert f"<title>{name} · AgentScope</title>" in visitor.get(url + query).content.decode()


def test_side_without_runs_says_so(visitor, url, project) -> None:
    record_cohort(project, tasks=1)
    said = text_of(visitor.get(url + "?a.variant=long&b.variant=nobody").content)
    assert "One side has no run." in said
    assert "Side B has no run that is over." in said


def test_same_runs_on_both_sides_are_told(visitor, url, project) -> None:
    record_cohort(project, tasks=2)
    assert "2 runs are on both sides" in text_of(
        visitor.get(url + "?a.variant=long&b.agent=own-loop").content
    )


def test_identical_sides_are_asked_for_a_difference(visitor, url, project) -> None:
    record_cohort(project, tasks=2)
    said = text_of(visitor.get(url + "?a.variant=long&b.variant=long").content)
    assert "Both sides are the same runs." in said
    assert "2 runs are on both sides: choose what tells A from B." in said


@pytest.fixture
def versions(project):
    family = PromptFamily.objects.create(project=project, name="shop")
    return [
        PromptVersion.objects.create(
            project=project, family=family, key=bytes([n]), number=n, template=text, first_at=NOW
        )
        for n, text in ((1, "Be brief.\nTest."), (2, "Be thorough.\nTest."))
    ]


def test_prompts_of_both_sides_are_compared(visitor, url, project, versions) -> None:
    record_cohort(project, tasks=2)
    for variant, version in zip(("short", "long"), versions, strict=True):
        Run.objects.filter(project=project, variant=variant).update(prompt=version.id)
    said = text_of(visitor.get(url + SIDES).content)
    assert "The prompts A shop v2 B shop v1" in said
    assert "removed Be thorough." in said
    assert "added Be brief." in said
    by_name = visitor.get(f"{url}?a.prompt={versions[0].id}&b.prompt={versions[1].id}").content
    assert "A prompt shop v1 2 runs B prompt shop v2 2 runs" in text_of(by_name)


def test_prompt_of_few_runs_is_not_the_sides(visitor, url, project, versions) -> None:
    record_cohort(project, tasks=2)
    Run.objects.filter(external_id__in=("long-0", "short-0")).update(prompt=versions[0].id)
    assert "The prompts" not in text_of(visitor.get(url + SIDES).content)
    Run.objects.filter(project=project).update(prompt=versions[0].id)
    assert "Both sides were given the same prompt, shop v1" in text_of(visitor.get(url + SIDES).content)


def test_common_filters_hold_for_both_sides(visitor, url, project) -> None:
    record_cohort(project, tasks=2)
    said = text_of(visitor.get(url + SIDES + "&repo=elsewhere").content)
    assert "Both sides: repo elsewhere" in said
    assert "Neither side has a run that is over." in said


@pytest.mark.parametrize("number", [1, 3])
def test_list_of_reports_takes_the_same_queries_for_any_number(
    visitor, url, project, owner, number, django_assert_num_queries
) -> None:
    for n in range(number):
        save_comparison(project, f"prompts {n}", "a.prompt=1&b.prompt=2", by=owner, now=NOW)
    with django_assert_num_queries(6):
        page = visitor.get(url)
    assert text_of(page.content).count("A prompt 1 B prompt 2") == number


def test_list_suggests_the_two_most_used(visitor, url, project) -> None:
    record_cohort(project, tasks=2)
    assert 'href="?a.variant=long&amp;b.variant=short"' in visitor.get(url).content.decode()


def test_comparison_is_saved_renamed_and_deleted(visitor, url, project) -> None:
    record_cohort(project, tasks=1)
    saved = visitor.post(f"{url}save/", {"name": " Long  or short? ", "query": SIDES[1:] + "&nothing=1"})
    [found] = Comparison.objects.filter(project=project)
    assert (found.name, found.query) == ("Long or short?", "a.variant=long&b.variant=short")
    assert saved["Location"] == f"{url}{found.id}/"
    assert "Long or short?" in text_of(visitor.get(saved["Location"]).content)
    visitor.post(f"{saved['Location']}rename/", {"name": "Which?"})
    assert "Which?" in text_of(visitor.get(url).content)
    visitor.post(f"{saved['Location']}delete/")
    assert not Comparison.objects.exists()


def test_comparison_without_sides_is_not_saved(visitor, url, project) -> None:
    visitor.post(f"{url}save/", {"name": "nothing", "query": "a.nothing=1"})
    assert not Comparison.objects.exists()


def test_project_saves_so_many_and_no_more(visitor, url, project, owner) -> None:
    for n in range(SAVED_MOST):
        save_comparison(project, f"{n}", "a.agent=x", by=owner, now=NOW)
    answer = visitor.post(f"{url}save/", {"name": "one more", "query": "a.agent=y"}, follow=True)
    assert "Delete one that nobody needs first." in text_of(answer.content)
    assert Comparison.objects.count() == SAVED_MOST


def test_viewer_may_not_save(client, url, project, viewer) -> None:
    client.force_login(viewer)
    assert client.post(f"{url}save/", {"name": "x", "query": SIDES[1:]}).status_code in (403, 404)
    assert not Comparison.objects.exists()


def test_counts_tell_the_runs_of_each_side(visitor, url, project) -> None:
    record_cohort(project, tasks=3)
    assert text_of(visitor.get(f"{url}counts/?a.variant=long&b.variant=no").content) == "A 3 runs B 0 runs"


def test_csv_has_a_row_per_run(visitor, url, project) -> None:
    record_cohort(project, tasks=2)
    text = visitor.get(f"{url}export/{SIDES}&format=csv").content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [(row["side"], row["title"], row["success"], row["cost"]) for row in rows] == [
        ("A", "long-1", "True", "1.02"),
        ("A", "long-0", "True", "0.5"),
        ("B", "short-1", "True", "0.51"),
        ("B", "short-0", "True", "0.25"),
    ]


def test_csv_of_measures_has_a_row_per_measure(visitor, url, project) -> None:
    record_cohort(project)
    text = visitor.get(f"{url}export/{SIDES}&format=measures").content.decode("utf-8-sig")
    cost = next(row for row in csv.DictReader(io.StringIO(text)) if row["measure"] == "cost")
    assert (cost["units"], cost["says"], cost["difference_is"]) == ("8 and 8", "better", "ratio")


def test_json_has_everything(visitor, url, project) -> None:
    record_cohort(project, tasks=2)
    told = json.loads(visitor.get(f"{url}export/{SIDES}&format=json").content)
    assert (told["a"], told["b"], len(told["runs"])) == ({"variant": "long"}, {"variant": "short"}, 4)
    assert told["design"]["why"] == "both sides tried the same 2 tasks, and pairs need 6"


def test_file_fetches_nothing_and_escapes(visitor, url, project) -> None:
    record_cohort(project, variants=("long", "<script>alert(1)</script>"))
    answer = visitor.get(
        f"{url}export/?a.variant=long&b.variant=%3Cscript%3Ealert(1)%3C/script%3E&format=html"
    )
    page = answer.content.decode()
    assert answer["Content-Disposition"] == 'attachment; filename="comparison.html"'
    assert "B is cheaper" in page
    assert not re.search(r"<script|<link|<img|<iframe|src=|@import|url\(", page)


@pytest.mark.parametrize("query", ["", "&format=exe", "&format=__class__"])
def test_unknown_file_leads_to_the_report(visitor, url, query) -> None:
    assert visitor.get(f"{url}export/{SIDES}{query}")["Location"] == url + SIDES


ODD = (
    "?a.variant=%00&b.x=", "?a.since=0001-01-01&b.until=9999-12-31", "?a.prompt=999999999999999999999",
    "?a.when=1h", "?a.task=zz&b.prompt=-1", "?before=x", "?before=2026-01-01_1",
    "?before=0001-01-01T00:00:00%2B23:59_01a20db1-5862-7616-91c0-2142fdcb0fd1",
    "?before=9999-12-31T23:59:59-23:59_01a20db1-5862-7616-91c0-2142fdcb0fd1", "?b.q=" + "x" * 5000,
)  # fmt: skip


@pytest.mark.parametrize("query", ODD)
def test_odd_sides_are_no_error(visitor, url, query) -> None:
    assert visitor.get(url + query).status_code in (200, 302)


def test_web_process_starts_without_scipy() -> None:
    told = (
        "import sys, django; django.setup(); from django.urls import get_resolver; "
        "get_resolver().url_patterns; print(sorted({'scipy'} & set(sys.modules)))"
    )
    checkout = Path(__file__).resolve().parents[3]
    ran = subprocess.run(
        [sys.executable, "-c", told], cwd=checkout, capture_output=True, text=True, check=True
    )
    assert ran.stdout.strip().splitlines()[-1] == "[]"
