"""The run page, its panel, its windows and its texts."""

from datetime import timedelta

import pytest
from django.urls import reverse

from runs.kinds import Kind, StepStatus
from runs.models import Run, Step
from runs.records import Batch, RunRecord, StepRecord
from runs.store import save
from tests.recordings import NOW, one_of_everything


@pytest.fixture
def run(project):
    [saved] = save(project, one_of_everything(), now=NOW)
    return Run.objects.get(id=saved.id)


def url_of(project, run, name="run", *args):
    return reverse(f"runs:{name}", args=[project.team.slug, project.slug, run.id, *args])


def seq_of(run, key):
    return Step.objects.get(run_id=run.id, key=key).seq


def make_steps(project, number, **fields):
    steps = [
        StepRecord(run="long", key=f"k{n}", kind=Kind.TOOL, tool="Bash", source="test", status=StepStatus.OK,
                   input=f'{{"command":"echo {n}"}}', started_at=NOW + timedelta(seconds=n // 2), **fields)
        for n in range(number)
    ]  # fmt: skip
    [saved] = save(project, Batch(runs=[RunRecord(external_id="long", source="test")], steps=steps), now=NOW)
    return Run.objects.get(id=saved.id)


@pytest.mark.parametrize("number", [1, 3])
def test_run_page_takes_the_same_queries_for_any_number_of_steps(
    visitor, project, number, django_assert_num_queries
):
    run = make_steps(project, number)
    # session, user, project, run, what rules say, strip, steps, events, last words, relatives
    with django_assert_num_queries(10):
        assert visitor.get(url_of(project, run)).status_code == 200


def test_run_page_of_everything_tells_the_story(visitor, project, run):
    html = visitor.get(url_of(project, run)).content.decode()
    for words in ("Failed · build red", "Where it broke", "429 rate limited", "make test", "exit 1",
                  "Explore", "Changed files without saying so", "only=hidden", "Compacted", "hidden.py",
                  "Turn 1", "Fix the &lt;b&gt;tests&lt;/b&gt;."):  # fmt: skip
        assert words in html, words
    assert "<b>tests</b>" not in html


def test_tokens_that_no_call_told_are_unknown(visitor, project):
    call = StepRecord(run="r", key="m", kind=Kind.LLM, source="t", status=StepStatus.OK)
    save(project, Batch(runs=[RunRecord(external_id="r", source="t")], steps=[call]), now=NOW)
    head = visitor.get(url_of(project, Run.objects.get())).context["head"]
    assert (head.tokens, head.cached, head.cost) == ("unknown", "", "unknown")
    assert head.cost_note == "The calls came without token counts."


def test_every_url_of_a_run_is_not_there_for_an_outsider(client, outsider, project, run):
    client.force_login(outsider)
    urls = [url_of(project, run, name) for name in ("run", "timeline", "changes")]
    urls += [
        url_of(project, run, name, 1)
        for name in ("step", "step_raw", "step_markdown", "step_input", "step_output", "messages", "patch")
    ]
    assert [client.get(url).status_code for url in urls] == [404] * len(urls)


def test_run_of_another_project_is_not_there(visitor, project, run, team):
    from teams.actions import create_project

    other = create_project(team, "Other")
    assert visitor.get(url_of(other, run)).status_code == 404


@pytest.mark.parametrize("seq", range(16))
def test_every_step_opens_with_and_without_htmx(visitor, project, run, seq):
    whole = visitor.get(f"{url_of(project, run)}?step={seq}")
    part = visitor.get(
        f"{url_of(project, run)}?step={seq}", headers={"HX-Request": "true", "HX-Target": "panel"}
    )
    alone = visitor.get(url_of(project, run, "step", seq))
    assert [answer.status_code for answer in (whole, part, alone)] == [200, 200, 200]
    assert "<html" not in part.content.decode()
    assert f'data-panel="{seq}"' in part.content.decode()


def test_closing_a_step_brings_the_overview_back(visitor, project, run):
    answer = visitor.get(url_of(project, run), headers={"HX-Request": "true", "HX-Target": "panel"})
    assert "Where it broke" in answer.content.decode()


def test_step_that_is_not_there_is_404_and_says_which_are(visitor, project, run):
    for url in (f"{url_of(project, run)}?step=999", url_of(project, run, "step", 999)):
        answer = visitor.get(url)
        assert (answer.status_code, answer.context["last"]) == (404, 15)
        assert f"{url_of(project, run)}?step=15" in answer.content.decode()


def test_panel_of_a_model_call_explains_its_cost_and_its_prompt(visitor, project, run):
    panel = visitor.get(url_of(project, run, "step", seq_of(run, "m2"))).context["panel"]
    assert [(line.name, line.tokens) for line in panel.usage.lines][:2] == [
        ("Input, not cached", "900"),
        ("Read from the cache", "5,000"),
    ]
    assert panel.usage.total.startswith("$")
    assert [(message.number, message.role) for message in panel.context.added] == [(2, "assistant")]
    assert panel.context.dropped == 0
    assert [block.kind for block in panel.blocks] == ["thinking", "text"]


def test_panel_shows_effects_as_diffs(visitor, project, run):
    panel = visitor.get(url_of(project, run, "step", seq_of(run, "edit"))).context["panel"]
    assert [(change.path, change.badge, change.hidden) for change in panel.changes] == [
        ("a.py", "", False), ("new.py", "new", False), ("old.py", "deleted", False), ("b.py", "renamed",
         False),
        ("hidden.py", "", True),
    ]  # fmt: skip


def test_panel_paints_terminal_colours(visitor, project, run):
    html = visitor.get(url_of(project, run, "step", seq_of(run, "bash"))).content.decode()
    assert '<span class="a-31">red</span>' in html


def test_raw_text_is_never_a_page(visitor, project, run):
    for name in ("step_raw", "step_markdown", "step_input", "step_output"):
        answer = visitor.get(url_of(project, run, name, seq_of(run, "edit")))
        assert answer["Content-Type"] == "text/plain; charset=utf-8"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer["Content-Security-Policy"]


def test_first_window_is_bounded_and_the_rest_follows_without_gap_or_double(visitor, project):
    run = make_steps(project, 450)
    answer = visitor.get(url_of(project, run))
    assert len(answer.content) < 200_000
    seen = [row.seq for row in answer.context["rows"]]
    while later := answer.context["links"].later_url:
        answer = visitor.get(later)
        seen += [row.seq for row in answer.context["rows"]]
    assert seen == list(range(450))


def test_jump_loads_the_window_around_the_step(visitor, project):
    run = make_steps(project, 450)
    answer = visitor.get(f"{url_of(project, run)}?step=300")
    seen = [row.seq for row in answer.context["rows"]]
    assert seen == list(range(220, 381))
    assert [row.seq for row in answer.context["rows"] if row.selected] == [300]
    earlier = visitor.get(answer.context["links"].earlier_url)
    assert [row.seq for row in earlier.context["rows"]] == list(range(60, 220))


def test_steps_without_a_time_come_last_and_page_as_well(visitor, project):
    run = make_steps(project, 250)
    Step.objects.filter(run_id=run.id, seq__lt=210).update(started_at=None)
    answer = visitor.get(url_of(project, run))
    seen = [row.seq for row in answer.context["rows"]]
    answer = visitor.get(answer.context["links"].later_url)
    assert seen + [row.seq for row in answer.context["rows"]] == [*range(210, 250), *range(210)]
    around = visitor.get(f"{url_of(project, run)}?step=205")
    assert around.context["rows"][-1].seq == 209


def test_events_of_the_harness_are_hidden_until_asked_for(visitor, project):
    run = make_steps(project, 3, detail={"meta": True})
    assert visitor.get(url_of(project, run)).context["rows"] == []
    assert len(visitor.get(url_of(project, run) + "?events=all").context["rows"]) == 3


def test_events_of_the_harness_are_offered_only_where_there_are_some(visitor, project, run):
    shows = "own events, too"
    plain = visitor.get(url_of(project, make_steps(project, 1))).content.decode()
    assert shows not in plain
    some = make_steps(project, 2, detail={"meta": True})
    assert shows in visitor.get(url_of(project, some)).content.decode()


def test_sub_agents_lie_under_the_step_that_started_them(visitor, project):
    started = {"run": "long", "source": "test", "started_at": NOW}
    steps = [StepRecord(key="a", kind=Kind.AGENT, tool="Task", name="Explore", **started)]
    steps += [
        StepRecord(key=f"s{n}", kind=Kind.TOOL, tool="Read", agent="x", parent="a", **started)
        for n in range(9)
    ]
    steps += [StepRecord(key="lost", kind=Kind.TOOL, tool="Read", agent="y", parent="never", **started)]
    [saved] = save(project, Batch(steps=steps[:9] + steps[10:]), now=NOW)
    run = Run.objects.get(id=saved.id)
    rows = visitor.get(url_of(project, run)).context["rows"]
    assert [(row.seq, row.lanes[0].summary if row.lanes else None) for row in rows] == [
        (0, "8 steps"),
        (9, None),
    ]
    save(project, Batch(steps=steps[9:10]), now=NOW)
    rows = visitor.get(url_of(project, run)).context["rows"]
    assert [(row.lanes[0].summary, row.lanes[0].parts) for row in rows[:1]] == [("9 steps", ())]
    inner = visitor.get(rows[0].lanes[0].url).context["rows"]
    assert len(inner) == 9


def test_link_to_a_sub_agents_step_opens_the_lanes_on_its_way(visitor, project):
    def step(key, second, **fields):
        given = {"run": "deep", "source": "test", "kind": Kind.TOOL, "tool": "Read", "key": key, **fields}
        return StepRecord(started_at=NOW + timedelta(seconds=second), **given)

    outer = [step(f"b{n}", n) for n in range(450)]
    lanes = [
        step("task", 300.1, kind=Kind.AGENT, tool="Task"),
        *(step(f"s{n}", 300.2 + n / 1000, agent="x", parent="task") for n in range(300)),
        step("inner", 300.9, kind=Kind.AGENT, tool="Task", agent="x", parent="task"),
        step("deepest", 301, agent="y", parent="inner"),
    ]
    [saved] = save(project, Batch(steps=[*outer, *lanes]), now=NOW)
    run = Run.objects.get(id=saved.id)
    deepest = seq_of(run, "deepest")
    answer = visitor.get(f"{url_of(project, run)}?step={deepest}")
    [task] = [row for row in answer.context["rows"] if row.lanes]
    assert task.seq == seq_of(run, "task")
    inner = [row for part in task.lanes[0].parts for row in part.rows]
    assert (len(inner), inner[-1].seq) == (11, seq_of(run, "inner"))
    assert [row.seq for part in inner[-1].lanes[0].parts for row in part.rows if row.selected] == [deepest]
    earlier = visitor.get(task.lanes[0].links.earlier_url)
    assert [row.seq for row in earlier.context["rows"]][-1] == inner[0].seq - 1
    assert deepest not in [row.seq for row in answer.context["rows"]]


def test_rows_around_a_step_come_for_a_jump(visitor, project):
    run = make_steps(project, 450)
    answer = visitor.get(url_of(project, run, "timeline") + "?around=300")
    assert [row.seq for row in answer.context["rows"]] == list(range(220, 381))
    assert "<html" not in answer.content.decode()


def test_end_of_a_run_comes_for_a_jump(visitor, project):
    run = make_steps(project, 450)
    answer = visitor.get(url_of(project, run, "timeline") + "?end=1")
    assert [row.seq for row in answer.context["rows"]] == list(range(290, 450))
    assert (answer.context["links"].later_url, bool(answer.context["links"].earlier_url)) == ("", True)


def test_poll_sends_what_changed_and_only_that(visitor, project, run):
    url = url_of(project, run, "timeline")
    everything = visitor.get(url + "?revision=0").json()
    assert sorted(row["seq"] for row in everything["rows"]) == list(range(16))
    nothing = visitor.get(f"{url}?revision={everything['revision']}").json()
    assert (nothing["rows"], nothing["revision"]) == ([], everything["revision"])


def test_poll_brings_what_stands_around_the_rows(visitor, project):
    run = make_steps(project, 2)
    save(project, Batch(steps=[StepRecord(run="long", key="k1", kind=Kind.TOOL, source="test", tool="Bash",
                                          status=StepStatus.FAILED, exit_code=2)]), now=NOW)  # fmt: skip
    delta = visitor.get(f"{url_of(project, run, 'timeline')}?revision={run.revision}").json()
    assert (delta["counts"], delta["title"]) == ({"steps": "2", "changes": "0 files"}, "long")
    assert "What failed so far" in delta["overview"]
    assert "exit 2" in delta["overview"]
    page = visitor.get(url_of(project, run)).content.decode()
    assert delta["overview"].strip() in page
    assert delta["header"].strip() in page


def test_poll_brings_the_overview_with_the_last_window_only(visitor, project):
    url = url_of(project, make_steps(project, 250), "timeline")
    first = visitor.get(f"{url}?revision=0").json()
    last = visitor.get(f"{url}?revision={first['revision']}").json()
    assert [(delta["more"], "overview" in delta) for delta in (first, last)] == [(True, False), (False, True)]


def test_poll_after_a_very_long_gap_asks_to_load_anew(visitor, project):
    run = make_steps(project, 1_100)
    assert visitor.get(url_of(project, run, "timeline") + "?revision=0").json() == {"reload": True}


def test_patch_is_what_git_takes(visitor, project, run):
    text = visitor.get(url_of(project, run, "patch", 0)).content.decode()
    assert text.startswith("diff --git a/a.py b/a.py\n--- a/a.py\n+++ b/a.py\n@@ ")


def test_result_too_long_for_a_page_says_so_and_is_whole_in_plain_text(visitor, project):
    run = make_steps(project, 1, output="é" * 100_000)
    panel = visitor.get(url_of(project, run, "step", 0)).context["panel"]
    assert panel.call.out.cut == "The first 120.0 kB of 200.0 kB."
    assert len(visitor.get(panel.call.out.more_url).content.decode()) == 100_000


def test_result_cut_by_its_source_says_its_real_size(visitor, project):
    run = make_steps(project, 1, output="short", output_size=5_200_000)
    panel = visitor.get(url_of(project, run, "step", 0)).context["panel"]
    assert panel.call.out.cut == "Cut before it was recorded: 5 B of 5.2 MB are here."


def test_listing_of_a_file_is_not_called_cut_without_its_line_numbers(visitor, project):
    listing = "\n".join(f"{n:>6}→\tcase “{n}”:" for n in range(560, 680))
    steps = [
        StepRecord(run="r", key="k", kind=Kind.TOOL, tool="Read", source="test", status=StepStatus.OK,
                   input='{"file_path":"a.go"}', output=listing, started_at=NOW)
    ]  # fmt: skip
    [saved] = save(project, Batch(steps=steps), now=NOW)
    panel = visitor.get(url_of(project, saved, "step", 0)).context["panel"]
    assert [number for number, _ in panel.call.text.lines] == list(range(560, 680))
    assert panel.call.text.cut == ""


def test_error_says_its_kind_only_where_its_text_does_not(visitor, project):
    run = make_steps(project, 1)
    for kind, title in (("command", ""), ("policy", "Not permitted:")):
        Step.objects.filter(run_id=run.id).update(status="failed", error="no", error_kind=kind)
        assert visitor.get(url_of(project, run, "step", 0)).context["panel"].error_title == title
