"""Find in run: all texts, literally, with counts; and it says what it did not search."""

import json

import pytest
from django.urls import reverse

from runs.kinds import Kind, StepStatus
from runs.limits import FOUND_LISTED
from runs.records import Batch, StepRecord
from runs.store import save
from tests.recordings import NOW, at

HTMX = {"HX-Request": "true"}


@pytest.fixture
def find(client, member, project):
    """Record steps and look for something in them."""
    client.force_login(member)

    def look(steps, query, **given):
        records = [
            StepRecord(**{"run": "r", "key": f"k{n}", "kind": Kind.TOOL, "source": "t", "started_at": at(n),
                          "status": StepStatus.OK, **step})
            for n, step in enumerate(steps)
        ]  # fmt: skip
        [saved] = save(project, Batch(steps=records), now=NOW)
        url = reverse("runs:find", args=[project.team.slug, project.slug, saved.id])
        return client.get(url, {"find": query, **given}, headers=HTMX).context["found"]

    return look


def places(found):
    return [(hit.seq, hit.times) for hit in found.hits]


def test_every_text_of_a_step_is_searched_and_counted(find):
    steps = [
        {"kind": Kind.PROMPT, "input": "Fix the Needle"},
        {"kind": Kind.LLM, "output": json.dumps([{"type": "thinking", "thinking": "needle, NEEDLE"}])},
        {"tool": "Bash", "input": '{"command":"grep needle"}', "output": "a needle"},
        {"tool": "Needle", "status": StepStatus.FAILED, "error": "no needle"},
        {"tool": "Bash", "input": '{"needle":"key"}', "output": "hay"},
    ]
    found = find(steps, "needle")
    assert places(found) == [(0, ""), (1, "2×"), (2, "2×"), (3, "2×")]
    assert (found.title, found.times, found.numbers) == ("4 steps", "7 times", "[0,1,2,3]")
    assert found.hits[0].snippet.before == "Fix the "


@pytest.mark.parametrize("query", ["100%", "a_b", "[x]", ".*", "\\d", 'say "hi"', "é\nü", "日本", "ÄÖ", "\0"])
def test_query_is_literal(find, query):
    steps = [
        {"tool": "Bash", "output": f"it says {query.lower()} here"},
        {"tool": "Bash", "input": json.dumps({"command": f"echo {query.upper()}"})},
        {"tool": "Bash", "output": "100 axb x d say hi aab"},
    ]
    assert [seq for seq, _ in places(find(steps, query))] == [0, 1]


def test_blanks_alone_find_nothing(find):
    assert find([{"tool": "Bash", "output": "a b"}], "  ") is None


def test_long_texts_are_searched_when_asked_for_in_place_of_their_beginnings(find):
    long = "needle " + "hay " * 3_000 + "needle, Wanted"
    steps = [{"tool": "Bash", "output": long}, {"tool": "Bash", "output": "short wanted"}]
    assert places(find(steps, "wanted")) == [(1, "")]
    assert find(steps, "wanted").deep_url
    deep = find(steps, "wanted", deep="1")
    assert (places(deep), deep.deep_url, deep.gaps) == ([(0, ""), (1, "")], "", [])
    assert deep.hits[0].snippet.match == "Wanted"
    assert places(find(steps, "needle", deep="1")) == [(0, "2×")]


def test_what_was_not_searched_is_said(find, monkeypatch):
    monkeypatch.setattr("runs.queries.finding.FIND_BATCH_BYTES", 10)
    monkeypatch.setattr("runs.queries.finding.FIND_BYTES", 12_000)
    found = find(
        [{"tool": "Bash", "output": "hay " * 2_500 + "needle"} for _ in range(3)], "needle", deep="1"
    )
    assert places(found) == [(0, "")]
    assert found.gaps == [
        "The long texts of 2 steps, from step 1 on, were not searched beyond their beginnings: 20.0 kB."
    ]


def test_time_that_is_up_is_said(find, monkeypatch):
    monkeypatch.setattr("runs.queries.finding.FIND_SECONDS", -1)
    found = find([{"tool": "Bash", "output": "needle"}], "needle")
    assert (places(found), found.gaps) == ([], ["Time was up: steps from 0 on were not searched."])


def test_list_is_bounded_and_says_so(find):
    found = find([{"tool": "Bash", "output": f"needle {n}"} for n in range(FOUND_LISTED + 20)], "needle")
    assert (len(found.hits), found.title) == (FOUND_LISTED, "120 steps")
    assert found.cut == "The first 100 are listed; n and N go through all of them."
    assert json.loads(found.numbers) == list(range(120))


@pytest.mark.parametrize("number", [1, 3])
def test_search_takes_the_same_queries_for_any_number_of_hits(
    client, member, project, number, django_assert_num_queries
):
    client.force_login(member)
    steps = [
        StepRecord(run="r", key=f"k{n}", kind=Kind.EVENT, source="t", output="ab") for n in range(number)
    ]
    [saved] = save(project, Batch(steps=steps), now=NOW)
    url = reverse("runs:find", args=[project.team.slug, project.slug, saved.id])
    with django_assert_num_queries(9):  # the gate’s four, newest step, texts, long ones, rows, places
        assert len(client.get(url, {"find": "ab"}, headers=HTMX).context["found"].hits) == number


def test_page_shows_what_was_found_and_without_htmx_find_leads_there(client, member, project):
    client.force_login(member)
    step = StepRecord(run="r", key="k", kind=Kind.TOOL, tool="Bash", source="t", output="<b>needle</b>")
    [saved] = save(project, Batch(steps=[step]), now=NOW)
    run, find_url = (
        reverse(f"runs:{name}", args=[project.team.slug, project.slug, saved.id]) for name in ("run", "find")
    )
    answer = client.get(find_url, {"find": "needle"})
    assert (answer.status_code, answer["Location"]) == (302, f"{run}?find=needle")
    html = client.get(run, {"find": "needle"}).content.decode()
    assert "&lt;b&gt;<mark>needle</mark>&lt;/b&gt;" in html
    assert 'value="needle"' in html
