"""A delegation is one row, however it was told: the call's, with a lane for each agent that it started."""

import json

import pytest
from django.urls import reverse

from ingest.formats import events
from runs.models import Run, Step
from runs.queries.steps import rows_after_revision
from runs.store import save
from tests.recordings import NOW

ASKED = {"subagent_type": "Reviewer", "description": "Review a.ts"}
DELEGATED = [
    {"kind": "prompt", "text": "Review all"},
    {"kind": "tool_call", "id": "t1", "name": "Task", "args": ASKED},
    {"kind": "agent_start", "agent": "r1", "name": "Reviewer", "call": "t1", "text": "Review a.ts"},
    {"kind": "tool_call", "id": "r1a", "agent": "r1", "name": "Read", "args": {"file_path": "a.ts"}},
    {"kind": "tool_result", "id": "r1a", "agent": "r1", "output": "x"},
    {"kind": "tool_call", "id": "r1b", "agent": "r1", "name": "Bash", "args": {"command": "false"}},
    {"kind": "tool_result", "id": "r1b", "agent": "r1", "is_error": True, "output": "no"},
    {"kind": "agent_end", "agent": "r1", "text": "Nothing found"},
    {"kind": "tool_result", "id": "t1", "output": "Nothing found"},
    {"kind": "tool_call", "id": "t2", "name": "Bash", "args": {"command": "true"}, "output": "ok"},
]  # fmt: skip


def tell(project, *told, first=0):
    lines = [
        json.dumps({"v": 1, "run": "fan", "ts": 1767323045 + first + n, **event})
        for n, event in enumerate(told)
    ]
    batch = events.read_events(events.split("\n".join(lines).encode()))
    [saved] = save(project, batch, now=NOW)
    return Run.objects.get(id=saved.id)


def url_of(project, run, name="run", *args):
    return reverse(f"runs:{name}", args=[project.team.slug, project.slug, run.id, *args])


def seq_of(run, key):
    return Step.objects.get(run_id=run.id, key=key).seq


def shape_of(rows):
    """Nest numbers as rows and lanes do: [row, {lane: summary}]."""
    return [(row.seq, {lane.seq: f"{lane.name}: {lane.summary} {lane.failed}".strip() for lane in row.lanes})
            for row in rows]  # fmt: skip


def test_call_and_span_are_one_row_with_the_lane_of_the_agent(visitor, project):
    run = tell(project, *DELEGATED)
    rows = visitor.get(url_of(project, run)).context["rows"]
    assert shape_of(rows) == [(0, {}), (1, {2: "Reviewer: 2 steps 1 failed"}), (5, {})]
    assert (rows[1].sentence.verb, rows[1].sentence.object) == ("Delegated", "to Reviewer · Review a.ts")
    inner = visitor.get(rows[1].lanes[0].url).context["rows"]
    assert [row.seq for row in inner] == [3, 4]
    assert (run.agents, run.steps) == (1, 6)


def test_call_that_started_two_agents_has_two_lanes(visitor, project):
    second = [
        {"kind": "agent_start", "agent": "r2", "name": "Tester", "call": "t1"},
        {"kind": "tool_call", "id": "r2a", "agent": "r2", "name": "Read", "args": {"file_path": "b.ts"}},
    ]
    run = tell(project, *DELEGATED[:8], *second)
    rows = visitor.get(url_of(project, run)).context["rows"]
    assert shape_of(rows) == [
        (0, {}),
        (1, {2: "Reviewer: 2 steps 1 failed", 5: "Tester: 1 step · running"}),
    ]


def test_span_without_a_call_keeps_its_row(visitor, project):
    run = tell(project, {"kind": "agent_start", "agent": "r1", "name": "Reviewer"}, DELEGATED[3])
    rows = visitor.get(url_of(project, run)).context["rows"]
    assert shape_of(rows) == [(0, {0: "Reviewer: 1 step"})]
    assert rows[0].sentence.verb == "Started"


def test_span_whose_call_lies_in_its_own_lane_keeps_its_row(visitor, project):
    call = {**DELEGATED[1], "agent": "r1"}
    run = tell(project, call, DELEGATED[2])
    rows = visitor.get(url_of(project, run)).context["rows"]
    assert shape_of(rows) == [(0, {0: "Reviewer: 1 step"})]


def test_agent_that_failed_says_so_beside_a_call_that_did_not(visitor, project):
    end = {"kind": "agent_end", "agent": "r1", "status": "failed", "error": "out of tokens"}
    run = tell(project, *DELEGATED[:3], end, DELEGATED[8])
    rows = visitor.get(url_of(project, run)).context["rows"]
    assert shape_of(rows)[1] == (1, {2: "Reviewer: no steps the agent failed"})
    assert visitor.get(rows[1].lanes[0].url).context["rows"] == []


NESTED = [
    *DELEGATED[:3],
    {"kind": "tool_call", "id": "t9", "agent": "r1", "name": "Task", "args": {"description": "Deeper"}},
    {"kind": "agent_start", "agent": "r9", "name": "Digger", "call": "t9", "parent_agent": "r1"},
    {"kind": "tool_call", "id": "r9a", "agent": "r9", "name": "Read", "args": {"file_path": "z.ts"}},
]


def test_link_to_a_step_of_a_nested_agent_opens_both_lanes(visitor, project):
    run = tell(project, *NESTED)
    outer = visitor.get(f"{url_of(project, run)}?step={seq_of(run, 'r9a')}").context["rows"][1]
    assert [(lane.seq, lane.summary) for lane in outer.lanes] == [(2, "1 step · running")]
    [call] = [row for part in outer.lanes[0].parts for row in part.rows]
    assert (call.seq, [lane.seq for lane in call.lanes]) == (3, [4])
    assert [(row.seq, row.selected) for part in call.lanes[0].parts for row in part.rows] == [(5, True)]


@pytest.mark.parametrize(("key", "chosen"), [("t1", 1), ("agent:r1", 1), ("agent:r9", 3)])
def test_link_to_a_call_or_its_span_chooses_the_one_row_and_shows_that_step(visitor, project, key, chosen):
    run = tell(project, *NESTED)
    answer = visitor.get(f"{url_of(project, run)}?step={seq_of(run, key)}")
    rows = answer.context["rows"]
    rows += [row for part in (rows[1].lanes[0].parts if rows[1].lanes else ()) for row in part.rows]
    assert [row.seq for row in rows if row.selected] == [chosen]
    assert answer.context["panel"].seq == seq_of(run, key)


def test_span_comes_after_its_call_and_before_what_follows_it(visitor, project):
    run = tell(project, *DELEGATED)
    links = visitor.get(f"{url_of(project, run)}?step=2").context["panel"].links
    assert (links.before, links.after) == (f"{url_of(project, run)}?step=1", f"{url_of(project, run)}?step=5")


def test_log_keeps_both(visitor, project):
    run = tell(project, *DELEGATED)
    assert [row.line.seq for row in visitor.get(url_of(project, run, "log")).context["rows"]] == [
        0, 1, 2, 3, 4, 5,
    ]  # fmt: skip


def frames_after(visitor, project, run, revision):
    told = visitor.get(f"{url_of(project, run, 'timeline')}?revision={revision}").json()
    return {row["seq"]: (row["parent"], row["html"]) for row in told["rows"]}


def test_news_of_an_agent_bring_the_row_of_its_call(visitor, project):
    run = tell(project, *NESTED[:5])
    news = frames_after(visitor, project, tell(project, NESTED[5], first=5), run.revision)
    assert [(seq, parent) for seq, (parent, _) in news.items()] == [(5, 4), (3, 2)]
    assert 'data-lane="4"' in news[3][1]
    assert "1 step · running" in news[3][1]
    run.refresh_from_db()
    ended = tell(project, {"kind": "agent_end", "agent": "r9"}, first=9)
    news = frames_after(visitor, project, ended, run.revision)
    assert [(seq, parent) for seq, (parent, _) in news.items()] == [(3, 2)]
    assert "running" not in news[3][1].partition('data-lane="4"')[2]


def test_call_that_comes_after_its_span_brings_the_lane(visitor, project):
    run = tell(project, *DELEGATED[2:4])
    assert list(frames_after(visitor, project, run, 0)) == [0, 1]
    later = tell(project, DELEGATED[1], first=9)
    news = frames_after(visitor, project, later, run.revision)
    assert [(seq, parent) for seq, (parent, _) in news.items()] == [(2, None)]
    assert 'data-lane="0"' in news[2][1]
    assert shape_of(visitor.get(url_of(project, later)).context["rows"]) == [
        (2, {0: "Reviewer: 1 step · running"})
    ]
    assert len(rows_after_revision(later, 0)) == 3


@pytest.mark.parametrize("number", [1, 3])
def test_page_takes_the_same_queries_for_any_number_of_delegations(
    visitor, project, number, django_assert_num_queries
):
    told = [
        [
            {"kind": "tool_call", "id": f"t{n}", "name": "Task", "args": {}},
            {"kind": "agent_start", "agent": f"r{n}", "call": f"t{n}"},
            {"kind": "tool_call", "id": f"r{n}a", "agent": f"r{n}", "name": "Read", "args": {}},
        ]
        for n in range(number)
    ]
    run = tell(project, *(event for group in told for event in group))
    with django_assert_num_queries(12):  # as without agents, and two for lanes: spans, counts
        assert len(visitor.get(url_of(project, run)).context["rows"]) == number


def tree_of(visitor, project, run, query=""):
    """Nest the tree as [number of turn or step, [rows inside]]; closed is None."""

    def shape(row):
        inner = None if row.rows is None else [shape(each) for each in row.rows]
        return [row.title or row.seq, inner]

    answer = visitor.get(url_of(project, run, "tree") + query)
    return [shape(row) for row in answer.context["tree"].rows], answer


ALL_OPEN = "?open=t0.s1.s2.s3.s4"


def test_tree_shows_a_call_and_its_span_as_one_row(visitor, project):
    run = tell(project, *DELEGATED)
    rows, answer = tree_of(visitor, project, run, ALL_OPEN)
    assert rows == [
        [0, None],
        ["Before the first turn", [[1, [[3, None], [4, None]]], [5, None]]],
    ]
    call = answer.context["tree"].rows[1].rows[0]
    assert [tag.text for tag in call.tags] == ["2 steps", "1 failed"]
    assert [row.level for row in (call, *call.rows)] == [2, 3, 3]
    more = visitor.get(url_of(project, run, "tree") + call.rows_url, headers={"HX-Request": "true"})
    assert 'data-seq="3"' in more.content.decode()
    assert 'data-seq="2"' not in more.content.decode()


def test_tree_of_nested_agents_has_a_level_for_each(visitor, project):
    run = tell(project, *NESTED)
    rows, _ = tree_of(visitor, project, run, f"?step={seq_of(run, 'r9a')}")
    assert rows[1] == ["Before the first turn", [[1, [[3, [[5, None]]]]]]]


def test_tree_chooses_the_call_for_its_span(visitor, project):
    run = tell(project, *NESTED)
    rows, answer = tree_of(visitor, project, run, "?step=4")
    assert rows[1] == ["Before the first turn", [[1, [[3, None]]]]]
    html = answer.content.decode()
    assert 'data-seq="3" data-lane="4"' in html
    [chosen] = [row for row in answer.context["tree"].rows[1].rows[0].rows if row.selected]
    assert (chosen.seq, answer.context["panel"].seq) == (3, 4)


def test_tree_lists_the_spans_of_a_call_that_started_several(visitor, project):
    second = {"kind": "agent_start", "agent": "r2", "name": "Tester", "call": "t1"}
    run = tell(project, *DELEGATED[:8], second)
    rows, _ = tree_of(visitor, project, run, ALL_OPEN)
    assert rows[1] == ["Before the first turn", [[1, [[2, [[3, None], [4, None]]], [5, None]]]]]


def test_agent_that_did_nothing_leaves_its_call_without_an_inside(visitor, project):
    run = tell(project, *DELEGATED[:3])
    rows, answer = tree_of(visitor, project, run, ALL_OPEN)
    assert rows[1] == ["Before the first turn", [[1, None]]]
    assert not answer.context["tree"].rows[1].rows[0].holds
