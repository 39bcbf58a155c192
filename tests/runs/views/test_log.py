"""The log: filters and their counts, windows, records, news."""

import json
from datetime import timedelta

import pytest
from django.urls import reverse

from runs.kinds import Kind, Op, StepStatus
from runs.models import Run
from runs.queries.logs import LogCount, LogFilter, count_in_log, count_rows, log_rows
from runs.records import Batch, ChangeRecord, RunRecord, StepRecord
from runs.store import save
from tests.recordings import NOW, one_of_everything


def step(key, kind, second, **fields):
    given = {"status": StepStatus.OK, "source": "test", "run": "log", **fields}
    return StepRecord(key=key, kind=kind, started_at=NOW + timedelta(seconds=second), **given)


def record(project, *steps, changes=(), name="log"):
    runs = [RunRecord(external_id=name, source="test", cwd="/w")]
    [saved] = save(project, Batch(runs=runs, steps=list(steps), changes=list(changes)), now=NOW)
    return Run.objects.get(id=saved.id)


@pytest.fixture
def run(project):
    edit = ChangeRecord(run="log", step="edit", key="edit:0", path="src/cart.py", op=Op.EDIT, source="test")
    return record(
        project,
        step("p", Kind.PROMPT, 0, input="100% of _it_"),
        step("m", Kind.LLM, 1, model="claude-opus-4-8", output="I look."),
        step("read", Kind.TOOL, 2, tool="Read", input='{"file_path":"/w/src/cart.py"}', output="x = 1"),
        step("bash", Kind.TOOL, 3, tool="Bash", input='{"command":"make"}', status=StepStatus.FAILED,
             error="exit 2", exit_code=2, raw=b'{"raw":"<b>1</b>"}'),
        step("edit", Kind.TOOL, 4, tool="Edit", input="{}", output="done"),
        step("retry", Kind.RETRY, 5, status=StepStatus.FAILED, error="429"),
        step("told", Kind.EVENT, 6, name="log", output="disk is full", detail={"level": "WARNING"}),
        step("debug", Kind.EVENT, 7, name="log", output="details", detail={"level": "debug"}),
        step("hook", Kind.EVENT, 8, name="hook", output="quiet", detail={"meta": True}),
        step("late", Kind.TOOL, 1.5, tool="Bash", input='{"command":"ls"}', status=StepStatus.CANCELLED),
        changes=[edit],
    )  # fmt: skip


def log_url(project, run, query="", name="log", **more):
    return reverse(f"runs:{name}", args=[project.team.slug, project.slug, run.id, *more.values()]) + query


def shown(visitor, project, run, query=""):
    return [row.line.seq for row in visitor.get(log_url(project, run, query)).context["rows"]]


def test_every_step_in_the_order_of_time(visitor, project, run):
    answer = visitor.get(log_url(project, run))
    rows = answer.context["rows"]
    assert [row.line.seq for row in rows] == [0, 1, 9, 2, 3, 4, 5, 6, 7]
    assert [row.level for row in rows] == ["", "", "warn", "", "error", "", "warn", "warn", "debug"]
    assert [row.time for row in rows][:4] == ["0:00.0", "0:01.0", "0:01.5", "0:02.0"]
    assert [row.path for row in rows if row.path] == ["src/cart.py", "src/cart.py"]
    assert (answer.context["count"].steps, answer.context["count"].failures) == (9, 1)
    assert shown(visitor, project, run, "?events=all")[-1] == 8
    assert [row.time for row in visitor.get(log_url(project, run, "?time=clock")).context["rows"]][2] == (
        "03:04:06.500"
    )


@pytest.mark.parametrize(
    ("query", "seqs"),
    [
        ("?kind=tool", [9, 2, 3, 4]),
        ("?kind=tool&tool=Bash", [9, 3]),
        ("?status=failed", [3, 5]),
        ("?level=warn", [9, 5, 6]),
        ("?level=error&tool=Bash", [3]),
        ("?path=cart", [2, 4]),
        ("?path=CART.py&tool=Edit", [4]),
        ("?text=FULL", [6]),
        ("?text=100%25", [0]),
        ("?text=_it_", [0]),
        ("?text=%00full", [6]),
        ("?from=9&to=4", [9, 2, 3, 4]),
        ("?from=4&to=9&kind=tool&status=ok", [2, 4]),
        ("?from=3&to=3", [3]),
        ("?from=3&to=999", [0, 1, 9, 2, 3, 4, 5, 6, 7]),
        ("?kind=nonsense", []),
    ],
)
def test_filters_combine(visitor, project, run, query, seqs):
    answer = visitor.get(log_url(project, run, query))
    assert [row.line.seq for row in answer.context["rows"]] == seqs
    assert answer.context["count"].steps == len(seqs)


@pytest.mark.parametrize(
    ("column", "query", "counts"),
    [
        ("kind", "", {"tool": 4, "event": 2, "llm": 1, "prompt": 1, "retry": 1}),
        ("tool", "?status=failed", {"Bash": 1}),
        ("tool", "?tool=Read", {"Bash": 2, "Edit": 1, "Read": 1}),
        ("level", "?kind=tool", {"error": 1, "warn": 1}),
        ("status", "?tool=Bash", {"cancelled": 1, "failed": 1}),
        ("path", "?status=ok", {"src/cart.py": 1}),
        ("path", "?tool=Bash", {}),
    ],
)
def test_menus_count_under_the_other_filters(visitor, project, run, column, query, counts):
    answer = visitor.get(log_url(project, run, query, "log_choices", column=column))
    choices = answer.context["choices"]
    assert {choice.label: int(choice.count) for choice in choices} == counts
    for choice in choices:  # a menu keeps its word
        if column != "path":
            assert visitor.get(choice.url).context["count"].steps == int(choice.count)


def test_empty_log_says_which_filter_to_clear(visitor, project, run):
    answer = visitor.get(log_url(project, run, "?tool=Bash&kind=llm&text=nowhere"))
    assert [(label, number) for label, _, number in answer.context["without"]] == [
        ("Kind", 0), ("Tool", 0), ("Text", 0),
    ]  # fmt: skip
    answer = visitor.get(log_url(project, run, "?tool=Bash&kind=llm"))
    assert answer.context["without"] == [("Kind", "?tool=Bash", 2), ("Tool", "?kind=llm", 1)]
    empty = record(project, name="empty")
    assert "No steps yet." in visitor.get(log_url(project, empty)).content.decode()


def test_record_shows_what_came_and_what_is_kept(visitor, project, run):
    html = visitor.get(log_url(project, run, name="record", seq=3)).content.decode()
    assert "&lt;b&gt;1&lt;/b&gt;" in html
    assert "<b>1</b>" not in html
    assert "exit_code" in html
    assert html.count('class="card"') == 2
    opened = visitor.get(log_url(project, run, "?open=3.1.nonsense.77")).content.decode()
    assert opened.count('class="record"') == 2


def test_address_opens_the_step_and_keeps_the_filters(visitor, project, run):
    answer = visitor.get(log_url(project, run, "?tool=Bash&step=3"))
    [ls, make] = answer.context["rows"]
    assert (ls.line.selected, make.line.selected) == (False, True)
    assert (make.href, make.record_url) == ("?tool=Bash&step=3", "?tool=Bash&step=3&open=3&at=3")
    assert 'data-panel="3"' in answer.content.decode()
    part = visitor.get(log_url(project, run, "?step=3"), headers={"HX-Request": "true", "HX-Target": "panel"})
    assert "<html" not in part.content.decode()


def test_long_log_comes_in_windows_both_ways(visitor, project):
    run = record(project, *(step(f"k{n}", Kind.TOOL, n, tool="AB"[n % 2]) for n in range(900)))
    first = visitor.get(log_url(project, run, "?tool=A")).context
    assert (len(first["rows"]), first["rows"][-1].line.seq, first["count"].steps) == (150, 298, 450)
    assert first["after_url"] == "?tool=A&after=298&rows=1"
    more = visitor.get(log_url(project, run, first["after_url"]))
    assert "<html" not in more.content.decode()
    assert [row.line.seq for row in more.context["rows"]][::149] == [300, 598]
    assert "before_url" not in more.context
    page = visitor.get(log_url(project, run, first["after_page"])).context
    assert (page["before_url"], page["after_url"]) == (
        "?tool=A&before=300&rows=1",
        "?tool=A&after=598&rows=1",
    )
    back = visitor.get(log_url(project, run, page["before_url"])).context
    assert [row.line.seq for row in back["rows"]] == [row.line.seq for row in first["rows"]]
    around = visitor.get(log_url(project, run, "?tool=A&step=800")).context["rows"]
    assert [row.line.seq for row in around if row.line.selected] == [800]


def test_news_are_the_changed_rows_that_match_and_the_numbers_of_the_others(visitor, project, run):
    before = run.revision
    record(
        project,
        step("new", Kind.TOOL, 9, tool="Bash", input='{"command":"date"}'),
        step("late", Kind.TOOL, 1.5, status=StepStatus.CANCELLED, tool="Other", rank=2),
        step("talk", Kind.LLM, 10, model="m", output="hm"),
    )
    news = json.loads(visitor.get(log_url(project, run, f"?tool=Bash&revision={before}")).content)
    assert [row["seq"] for row in news["rows"]] == [10]
    assert "date" in news["rows"][0]["html"]
    assert sorted(news["gone"]) == [9, 11]
    run.refresh_from_db()
    assert (news["revision"], news["more"]) == (run.revision, False)
    quiet = json.loads(visitor.get(log_url(project, run, f"?revision={run.revision}")).content)
    assert quiet == {"revision": run.revision, "more": False, "rows": [], "gone": []}


@pytest.mark.parametrize("number", [1, 3])
def test_log_takes_the_same_queries_for_any_number_of_rows(
    visitor, project, number, django_assert_num_queries
):
    run = record(project, *(step(f"k{n}", Kind.TOOL, n, tool="Bash") for n in range(number)))
    with django_assert_num_queries(7):  # session, user, project, run, rules, rows, strip
        assert visitor.get(log_url(project, run, "?tool=Bash")).status_code == 200


def test_whole_log_is_counted_without_reading_it(project, run, django_assert_num_queries):
    run = record(
        project,
        step("hook2", Kind.EVENT, 9, name="hook", status=StepStatus.FAILED, detail={"meta": True}),
        step("call", Kind.LLM, 10, model="m", status=StepStatus.FAILED, detail={"failed_call": "retry"}),
    )
    usual, everything = LogFilter(), LogFilter(meta=True)
    with django_assert_num_queries(1):  # the harness's own events
        assert count_in_log(run, usual) == LogCount(steps=10, failures=1)
    with django_assert_num_queries(0):
        assert count_in_log(run, everything) == LogCount(steps=12, failures=2)
    for chosen in (usual, everything, LogFilter(status="failed", meta=True)):
        assert count_rows(list(log_rows(run, chosen))) == count_in_log(run, chosen)


@pytest.mark.parametrize(
    ("query", "steps"),
    [("?", 400), ("?events=all", 401), ("?tool=B", 90), ("?after=200", 400), ("?tool=A&after=309", 310)],
)
def test_window_and_sums_count_the_same(visitor, project, query, steps):
    run = record(
        project,
        *(step(f"k{n}", Kind.TOOL, n, tool="A", status=StepStatus.FAILED) for n in range(310)),
        *(step(f"l{n}", Kind.TOOL, 400 + n, tool="B", status=StepStatus.FAILED) for n in range(90)),
        step("hook", Kind.EVENT, 999, name="hook", detail={"meta": True}),
    )
    sums = visitor.get(log_url(project, run, f"{query}&sums=1")).content.decode()
    count = visitor.get(log_url(project, run, query)).context["count"]
    assert (count.steps, f"<b>{steps}</b> steps" in sums) == (steps, True)
    assert f"{count.failures} failed" in sums


def test_every_record_of_everything_opens(visitor, project):
    [saved] = save(project, one_of_everything(), now=NOW)
    run = Run.objects.get(id=saved.id)
    for seq in range(run.steps):
        assert visitor.get(log_url(project, run, name="record", seq=seq)).status_code == 200
    assert visitor.get(log_url(project, run, name="record", seq=999)).status_code == 404
    assert visitor.get(log_url(project, run, "", "log_choices", column="cwd")).status_code == 404
