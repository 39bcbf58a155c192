"""The read API: shapes, pages, keys, walls."""

from datetime import UTC, datetime, timedelta

import pytest
import yaml

from runs.judging import judge_run
from runs.kinds import Kind, Op, RunStatus, StepStatus
from runs.models import Run
from runs.records import Batch, ChangeRecord, RunRecord, StepRecord, Tokens
from runs.store import save
from teams.actions import create_key, create_project, create_team
from tests.runs.test_judging import looping

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.fixture
def get(client, read_key):
    def fetch(path, key=read_key, **query):
        return client.get(path, query, headers={"authorization": f"Bearer {key}"})

    return fetch


def record_run(project, name, *, seconds=0):
    start = NOW + timedelta(seconds=seconds)
    tokens = Tokens(input=10, cache_read=100, cache_write_5m=5, cache_write_1h=7, output=20, reasoning=4)
    run = RunRecord(
        external_id=name, source="t", agent="loop", status=RunStatus.DONE, outcome="green", started_at=start
    )
    steps = [
        StepRecord(
            run=name,
            key="m",
            kind=Kind.LLM,
            source="t",
            model="claude-opus-4-8",
            tokens=tokens,
            started_at=start,
        ),
        StepRecord(
            run=name,
            key="e",
            kind=Kind.TOOL,
            source="t",
            tool="Edit",
            status=StepStatus.OK,
            input="{}",
            output="ok",
        ),
    ]
    change = ChangeRecord(
        run=name, step="e", key="e:0", path="a.py", op=Op.EDIT, source="t", before="a\n", after="b\n"
    )
    [saved] = save(project, Batch(runs=[run], steps=steps, changes=[change]), now=NOW)
    return saved.id


def test_runs_lists_the_promised_fields(get, project):
    run_id = record_run(project, "r1")
    answer = get("/api/v1/runs").json()
    assert answer["next"] is None
    [run] = answer["results"]
    assert run["tokens"] == {
        "input": 10, "cache_read": 100, "cache_write": 12, "cache_write_5m": 5, "cache_write_1h": 7,
        "output": 20, "reasoning": 4,
    }  # fmt: skip
    assert run["url"] == f"http://testserver/{project.team.slug}/{project.slug}/runs/{run_id}/"
    promised = {
        "id", "external_id", "session", "name", "agent", "status", "outcome", "turns", "steps", "llm_calls",
        "tool_calls", "retries", "failures", "compactions", "files_changed", "lines_added", "lines_removed",
        "tokens", "cost_usd", "cost_is_lower_bound", "started_at", "ended_at", "url",
    }  # fmt: skip
    assert promised <= set(run)
    assert (run["status"], run["outcome"], run["turns"], run["tool_calls"]) == ("done", "green", 1, 1)
    assert run["losses"] == {}
    assert (run["cost_usd"], run["cost_is_lower_bound"]) == (0.00070125, False)


def test_runs_filters_and_pages_newest_first(get, project):
    for number in range(5):
        record_run(project, f"r{number}", seconds=number)
    assert [run["external_id"] for run in get("/api/v1/runs", external_id="r3").json()["results"]] == ["r3"]
    assert get("/api/v1/runs", agent="nobody").json()["results"] == []
    seen, url = [], "/api/v1/runs?limit=2"
    while url:
        answer = get(url).json()
        seen += [run["external_id"] for run in answer["results"]]
        url = answer["next"]
    assert seen == ["r4", "r3", "r2", "r1", "r0"]


def test_steps_and_changes(get, project):
    run_id = record_run(project, "r1")
    first, second = get(f"/api/v1/runs/{run_id}/steps").json()["results"]
    promised = {
        "seq", "key", "kind", "name", "status", "parent", "turn", "started_at", "duration_ms", "attempt",
        "tool",
        "model", "tokens", "error", "input_preview", "output_preview", "sources",
    }  # fmt: skip
    assert promised <= set(first)
    assert (first["seq"], first["key"], first["tokens"]["input"], second["tokens"]) == (0, "m", 10, None)
    assert (second["tool"], second["output_preview"], second["sources"]) == ("Edit", "ok", ["t"])
    [change] = get(f"/api/v1/runs/{run_id}/changes").json()["results"]
    assert change["patch"] == ("diff --git a/a.py b/a.py\n--- a/a.py\n+++ b/a.py\n@@ -1 +1 @@\n-a\n+b\n")
    assert (change["step"], change["step_seq"], change["op"], change["origin"]) == (
        "e",
        1,
        "edit",
        "declared",
    )


def test_steps_pages(get, project):
    steps = [StepRecord(run="r", key=f"k{n}", kind=Kind.EVENT, source="t") for n in range(5)]
    [saved] = save(project, Batch(steps=steps), now=NOW)
    url, seen = f"/api/v1/runs/{saved.id}/steps?limit=2", []
    while url:
        answer = get(url).json()
        seen += [step["seq"] for step in answer["results"]]
        url = answer["next"]
    assert seen == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("query", [{"limit": "0"}, {"limit": "x"}, {"cursor": "§"}, {"cursor": "bm9wZQ"}])
def test_bad_page_is_one_sentence(get, project, query):
    answer = get("/api/v1/runs", **query)
    assert (answer.status_code, list(answer.json())) == (400, ["error"])


def test_without_a_key_with_the_scope_it_is_401(get, client, ingest_key, project):
    for answer in (
        client.get("/api/v1/runs"),
        get("/api/v1/runs", key=ingest_key),
        get("/api/v1/runs", key="as_no"),
    ):
        assert (answer.status_code, list(answer.json())) == (401, ["error"])


def test_other_teams_runs_are_not_there(get, project, outsider):
    theirs = create_project(create_team("Theirs", outsider), "P")
    key = create_key(theirs, "k", scopes=["read"], by=outsider)[1]
    run_id = record_run(project, "r1")
    assert get("/api/v1/runs", key=key).json()["results"] == []
    for path in ("", "/steps", "/changes", "/findings"):
        answer = get(f"/api/v1/runs/{run_id}{path}", key=key)
        assert (answer.status_code, answer.json()) == (404, {"error": "Not here, or not yours."})


def test_findings_tell_what_rules_say(get, project):
    [saved] = save(project, looping(), now=NOW)
    url = f"/api/v1/runs/{saved.id}/findings"
    assert get(url).json() == {"judged_revision": None, "account": "", "moment": None, "findings": []}
    judge_run(saved.id, now=NOW)
    told = get(url).json()
    assert (told["judged_revision"], told["moment"]) == (saved.revision, None)
    loop = next(each for each in told["findings"] if each["signature"] == "tool-loop")
    assert (loop["severity"], loop["steps"], loop["step"]) == ("warning", [0, 1, 2, 3], 2)
    assert loop["used"] == {"loop_repeats": 3.0}
    assert set(loop) == {
        "signature", "key", "severity", "sentence", "steps", "step", "changes", "numbers", "used", "at",
        "found_at",
    }  # fmt: skip


def test_lists_run_few_queries(get, project, django_assert_num_queries):
    record_run(project, "r0")
    get("/api/v1/runs")
    for count in (1, 3):
        while Run.objects.count() < count:
            record_run(project, f"r{Run.objects.count()}")
        run_id = Run.objects.first().id
        with django_assert_num_queries(1):
            get("/api/v1/runs")
        with django_assert_num_queries(2):
            get(f"/api/v1/runs/{run_id}/steps")
        with django_assert_num_queries(4):
            get(f"/api/v1/runs/{run_id}/changes")


def test_schema_describes_the_endpoints(client, db):
    paths = yaml.safe_load(client.get("/api/schema").content)["paths"]
    told = {path: (calls["get"]["tags"], calls["get"]["operationId"]) for path, calls in paths.items()}
    assert told["/api/v1/runs/{run_id}/steps"] == (["runs"], "list_steps")
    assert told["/api/v1/comparisons"] == (["comparisons"], "list_comparisons")
    assert told["/api/v1/comparisons/{comparison_id}"] == (["comparisons"], "show_comparison")
    assert told["/api/v1/comparisons/of"] == (["comparisons"], "compare_sides")


def test_schema_names_every_answer(client, db):
    whole = yaml.safe_load(client.get("/api/schema").content)
    answers = {path: set(calls["get"]["responses"]) for path, calls in whole["paths"].items()}
    assert answers["/api/v1/runs"] == {"200", "400", "401", "404"}
    assert answers["/api/v1/runs/{run_id}/steps"] == {"200", "302", "400", "401", "404"}
    assert whole["components"]["schemas"]["Steps"]["required"] == ["next", "results"]


@pytest.mark.parametrize(
    ("query", "word"),
    [
        ({"colour": "red"}, "There is no filter 'colour'"),
        ({"status": "r\0"}, "status cannot be"),
        ({"since": "yesterday"}, "since cannot be 'yesterday'"),
        ({"severity": "9"}, "severity cannot be '9'"),
    ],
)
def test_filter_that_means_nothing_is_one_sentence(get, project, query, word):
    answer = get("/api/v1/runs", **query)
    assert (answer.status_code, list(answer.json())) == (400, ["error"])
    assert answer.json()["error"].startswith(word)


def test_filters_of_the_list_hold(get, project):
    record_run(project, "r1")
    record_run(project, "r2", seconds=3_600)
    assert [
        run["external_id"] for run in get("/api/v1/runs", since="2026-01-02T04:00:00Z").json()["results"]
    ] == ["r2"]
    assert [run["external_id"] for run in get("/api/v1/runs", q="R1").json()["results"]] == ["r1"]
    assert get("/api/v1/runs", failures="1").json()["results"] == []


@pytest.mark.parametrize("name", ["external_id", "session", "agent"])
def test_filter_that_no_text_can_hold_finds_nothing(get, project, name):
    record_run(project, "r")
    assert get("/api/v1/runs", **{name: "r\0"}).json()["results"] == []


def test_limit_of_thousands_of_digits_is_one_sentence(get, project):
    assert get("/api/v1/runs", limit="9" * 5000).status_code == 400
