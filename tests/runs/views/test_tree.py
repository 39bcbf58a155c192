"""The tree: nesting, exact sums, opened nodes, pages of turns."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from runs.kinds import Kind, StepStatus
from runs.models import Run, Step
from runs.queries.trees import page_of_turns, read_nesting, sums_inside
from runs.records import Batch, RunRecord, StepRecord, Tokens
from runs.shown.runs import tokens_total
from runs.store import save
from tests.recordings import NOW, one_of_everything


def step(key, kind, begin, lasts, **fields):
    given = {"status": StepStatus.OK, "source": "test", "run": "tree", **fields}
    start = NOW + timedelta(seconds=begin)
    return StepRecord(
        key=key, kind=kind, started_at=start, ended_at=start + timedelta(seconds=lasts), **given
    )


def call(key, begin, lasts, **fields):
    tokens = Tokens(input=100, cache_read=1_000, output=50)
    return step(key, Kind.LLM, begin, lasts, model="claude-opus-4-8", tokens=tokens, **fields)


def record(project, *steps):
    [saved] = save(
        project, Batch(runs=[RunRecord(external_id="tree", source="test")], steps=list(steps)), now=NOW
    )
    return Run.objects.get(id=saved.id)


@pytest.fixture
def run(project):
    """Two turns; in the second two tools side by side, one of them a sub-agent that has one itself."""
    return record(
        project,
        step("p", Kind.PROMPT, 0, 0, input="Go"),
        call("m1", 1, 2),
        step("read", Kind.TOOL, 3, 1, tool="Read"),
        step("p2", Kind.PROMPT, 900, 0, input="And now?"),
        call("m2", 901, 3),
        step("bash", Kind.TOOL, 904, 10, tool="Bash", status=StepStatus.FAILED, error="exit 1"),
        step("task", Kind.AGENT, 904, 12, tool="Task", name="Explore"),
        call("a1", 905, 4, agent="a", parent="task", turn=77),
        step("inner", Kind.AGENT, 909, 6, agent="a", parent="task", turn=77),
        step("grep", Kind.TOOL, 910, 2, agent="b", parent="inner", tool="Grep", status=StepStatus.FAILED),
        step("retry", Kind.RETRY, 912, 1, agent="b", parent="inner", status=StepStatus.FAILED),
    )


def tree_url(project, run, query=""):
    return reverse("runs:tree", args=[project.team.slug, project.slug, run.id]) + query


def tree_of(visitor, project, run, query=""):
    return visitor.get(tree_url(project, run, query)).context["tree"]


def lines(rows):
    """Read rows as nested names."""
    return [(row.node, lines(row.rows)) if row.rows is not None else row.node for row in rows]


def test_turns_sum_up_to_the_run(project, run):
    page = page_of_turns(run, read_nesting(run), by="tokens", meta=True)
    assert [(turn.number, turn.sums.steps, turn.sums.failures, turn.sums.retries) for turn in page.turns] == [
        (1, 2, 0, 0),
        (2, 7, 2, 1),
    ]
    assert page.whole == tokens_total(run) == sum(turn.sums.tokens for turn in page.turns)
    cost = sum(Decimal(str(turn.sums.cost)) for turn in page.turns)
    assert cost.quantize(run.cost_usd) == run.cost_usd > 0
    assert sum(turn.sums.failures for turn in page.turns) == run.failures == 2


@pytest.mark.parametrize("by", ["time", "tokens", "cost"])
def test_one_of_everything_sums_up_by_every_measure(project, by):
    [saved] = save(project, one_of_everything(), now=NOW)
    run = Run.objects.get(id=saved.id)
    page = page_of_turns(run, read_nesting(run), by=by, meta=True)
    assert sum(turn.sums.failures for turn in page.turns) == run.failures
    assert sum(turn.sums.tokens for turn in page.turns) == tokens_total(run)
    assert page.whole == pytest.approx(
        {
            "time": sum(turn.sums.busy for turn in page.turns),
            "tokens": tokens_total(run),
            "cost": float(run.cost_usd),
        }[by]
    )


def test_what_ran_side_by_side_counts_once_and_waiting_not_at_all(project, run):
    nesting = read_nesting(run)
    first, second = page_of_turns(run, nesting, by="time", meta=True).turns
    assert (first.sums.busy, first.sums.summed) == (3_000, 3_000)
    assert (second.sums.busy, second.sums.summed) == (15_000, 20_000)
    inside = sums_inside(run, nesting, {"task", "inner", "bash"}, meta=True)
    assert {key: (sums.steps, sums.busy, sums.failures) for key, sums in inside.items()} == {
        "task": (5, 12_000, 1),
        "inner": (3, 6_000, 1),
    }


def test_nothing_is_open_at_first_and_prompts_stand_between_turns(visitor, project, run):
    tree = tree_of(visitor, project, run)
    assert lines(tree.rows) == ["s0", "t1", "s3", "t2"]
    assert [row.figures.time for row in tree.rows] == ["", "3.0 s", "", "15.0 s"]
    assert [tag.text for tag in tree.rows[-1].tags] == ["20.0 s in 15.0 s", "7 steps", "1 retry", "2 failed"]


def test_address_opens_nodes(visitor, project, run):
    tree = tree_of(visitor, project, run, "?open=t2.s6.t1.t99.nonsense.s8")
    assert lines(tree.rows) == [
        "s0",
        ("t1", ["s1", "s2"]),
        "s3",
        ("t2", ["s4", "s5", ("s6", ["s7", ("s8", ["s9", "s10"])])]),
    ]
    assert [row.level for row in tree.rows[-1].rows[-1].rows[-1].rows] == [4, 4]


def test_step_in_the_address_opens_all_it_lies_in(visitor, project, run):
    answer = visitor.get(tree_url(project, run, "?step=9"))
    tree = answer.context["tree"]
    assert lines(tree.rows[3:]) == [("t2", ["s4", "s5", ("s6", ["s7", ("s8", ["s9", "s10"])])])]
    assert tree.rows[-1].rows[-1].rows[-1].rows[0].selected
    assert 'data-panel="9"' in answer.content.decode()


def test_shade_follows_the_measure(visitor, project, run):
    rows = {by: tree_of(visitor, project, run, f"?by={by}").rows for by in ("time", "tokens", "cost", "x")}
    assert [row.figures.share for row in rows["time"]] == ["", "17 %", "", "83 %"]
    assert [row.figures.share for row in rows["tokens"]] == ["", "33 %", "", "67 %"]
    assert rows["x"] == rows["time"]


def test_inside_of_a_node_comes_alone_for_htmx(visitor, project, run):
    html = visitor.get(tree_url(project, run, "?node=s6&by=cost")).content.decode()
    assert "<html" not in html
    assert [f'data-seq="{seq}"' in html for seq in (6, 7, 8, 9)] == [False, True, True, False]
    assert 'aria-level="3"' in html
    assert visitor.get(tree_url(project, run, "?node=t5")).status_code == 200
    assert visitor.get(tree_url(project, run, "?node=s999")).status_code == 404
    assert visitor.get(tree_url(project, run, "?step=999")).status_code == 404


def test_panel_alone_for_htmx(visitor, project, run):
    headers = {"HX-Request": "true", "HX-Target": "panel"}
    opened = visitor.get(tree_url(project, run, "?step=5"), headers=headers).content.decode()
    closed = visitor.get(tree_url(project, run), headers=headers).content.decode()
    assert 'data-panel="5"' in opened
    assert closed.strip() == ""


def test_rows_come_anew_as_the_page_has_them_and_open_nothing_by_themselves(visitor, project, run):
    part = visitor.get(tree_url(project, run, "?open=t2&by=cost&rows=1")).content.decode()
    assert "<html" not in part
    assert part.strip() in visitor.get(tree_url(project, run, "?open=t2&by=cost")).content.decode()
    tree = tree_of(visitor, project, run, "?step=9&rows=1&first=2")
    assert (lines(tree.rows), tree.rows[0].selected) == (["t2"], False)
    assert lines(tree_of(visitor, project, run, "?step=9&rows=1&first=0").rows) == ["s0", "t1", "s3", "t2"]


@pytest.mark.parametrize("number", [1, 3])
def test_tree_takes_the_same_queries_for_any_number_of_turns(
    visitor, project, number, django_assert_num_queries
):
    run = record(project, *(call(f"m{n}", n, 1) for n in range(number)))
    # session, user, project, run, rules, holders, turns, calls, inside, strip; prompts where there are some
    with django_assert_num_queries(10):
        assert visitor.get(tree_url(project, run, "?open=t1.t2.t3")).status_code == 200


def test_steps_in_a_ring_lie_in_their_turns(visitor, project):
    run = record(
        project,
        call("m", 0, 1),
        step("a", Kind.TOOL, 1, 1, tool="X", parent="b", agent="z"),
        step("b", Kind.TOOL, 2, 1, tool="Y", parent="a", agent="z"),
        step("lost", Kind.TOOL, 3, 1, tool="Z", parent="never came", agent="y"),
    )
    tree = tree_of(visitor, project, run, "?open=t1.s1")
    assert lines(tree.rows) == [("t1", ["s0", "s1", "s2", "s3"])]


def test_many_turns_come_in_pages(visitor, project):
    run = record(project, *(call(f"m{n}", n, 1) for n in range(450)))
    first = tree_of(visitor, project, run)
    assert (len(first.rows), first.earlier_url, first.later_url) == (200, "", "?after=200")
    middle = tree_of(visitor, project, run, first.later_url)
    assert [middle.rows[place].node for place in (0, -1)] == ["t201", "t400"]
    assert (middle.earlier_url, middle.later_url) == ("?before=201", "?after=400")
    assert lines(tree_of(visitor, project, run, middle.earlier_url).rows) == lines(first.rows)
    last = tree_of(visitor, project, run, "?step=449")
    assert last.rows[-1].node == "t450"
    assert (last.later_url, last.earlier_url) == ("", f"?before={last.rows[0].node[1:]}")


def test_page_behind_the_last_turn_leads_back(visitor, project, run):
    answer = visitor.get(tree_url(project, run, "?after=2"))
    assert "No turns from here on." in answer.content.decode()
    tree = answer.context["tree"]
    assert (tree.rows, tree.earlier_url, tree.later_url) == ([], "?before=3", "")
    assert lines(tree_of(visitor, project, run, tree.earlier_url).rows)[-1] == "t2"


def test_many_steps_of_a_node_come_in_windows(visitor, project):
    run = record(project, call("m", 0, 1), *(step(f"k{n}", Kind.TOOL, n, 1, tool="X") for n in range(250)))
    [turn] = tree_of(visitor, project, run, "?open=t1").rows
    assert (len(turn.rows), turn.earlier_url, turn.later_url) == (100, "", "?after=99&node=t1")
    html = visitor.get(tree_url(project, run, turn.later_url)).content.decode()
    assert ('data-seq="100"' in html, 'data-seq="199"' in html, "after=199" in html) == (True, True, True)
    [turn] = tree_of(visitor, project, run, "?step=200").rows
    assert [row.seq for row in turn.rows if row.selected] == [200]
    assert turn.earlier_url == f"?before={turn.rows[0].seq}&node=t1"


def test_run_without_steps_or_without_calls_is_told(visitor, project):
    empty = record(project)
    assert "No steps yet." in visitor.get(tree_url(project, empty)).content.decode()
    run = record(project, step("log", Kind.EVENT, 0, 0, output="hello"))
    Step.objects.filter(run_id=run.id).update(started_at=None, ended_at=None, duration_ms=None)
    tree = tree_of(visitor, project, run, "?open=t0")
    assert lines(tree.rows) == [("t0", ["s0"])]
    assert tree.rows[0].title == "Before the first turn"


def test_the_whole_run_took_what_its_turns_took(visitor, project, run):
    html = visitor.get(tree_url(project, run, "?by=cost")).content.decode()
    assert 'title="in which something ran; the run took 15 m 16 s">18.0 s</span>' in html


def test_cost_is_unknown_where_a_call_told_no_tokens(visitor, project):
    run = record(project, step("m", Kind.LLM, 0, 2, model="claude-opus-4-8", output="Done."))
    [turn] = tree_of(visitor, project, run, "?open=t1&by=cost").rows
    assert (run.unpriced_calls, turn.figures.cost, turn.rows[0].figures.cost) == (1, "unknown", "unknown")


def test_a_prompt_comes_after_the_steps_before_it(visitor, project):
    run = record(
        project,
        step("hook", Kind.TOOL, 0, 1, tool="Hook"),
        step("p", Kind.PROMPT, 2, 0, input="Go"),
        call("m", 3, 1),
    )
    assert lines(tree_of(visitor, project, run).rows) == ["t0", "s1", "t1"]


def test_a_prompt_stands_above_the_steps_after_it_where_no_model_call_is_recorded(visitor, project):
    run = record(
        project,
        step("r1", Kind.TOOL, 20, 1, tool="Read"),
        step("r2", Kind.TOOL, 22, 1, tool="Read"),
        step("p", Kind.PROMPT, 19, 0, input="Go"),
    )
    assert lines(tree_of(visitor, project, run).rows) == ["s2", "t0"]
