"""Two runs beside each other, several as columns, and what one may be compared with."""

import json
import re
from uuid import uuid4

import pytest
from django.urls import reverse

from runs.judging import judge_run, settle
from runs.kinds import Kind, Op, StepStatus
from runs.limits import BESIDE_ROWS, COMPARED_RUNS
from runs.models import Run
from runs.records import Batch, ChangeRecord, Context, Message, RunRecord, StepRecord, Tokens
from runs.store import save
from teams.actions import create_project
from tests.recordings import NOW, at


@pytest.fixture
def url(project):
    return reverse("runs:compare", args=[project.team.slug, project.slug])


@pytest.fixture
def rows_url(project):
    return reverse("runs:compare_rows", args=[project.team.slug, project.slug])


def record(project, run, commands, **fields):
    """Record a run of commands: each a text, or one with what came out."""
    steps = []
    for n, told in enumerate(commands):
        command, output = told if isinstance(told, tuple) else (told, "ok")
        steps.append(
            StepRecord(
                run=run, key=f"{run}{n}", kind=Kind.TOOL, source="t", tool="Bash", status=StepStatus.OK,
                input=json.dumps({"command": command}), output=output, started_at=at(n), ended_at=at(n + 1),
            )
        )  # fmt: skip
    told = RunRecord(external_id=run, source="t", name=f"Run {run}", **fields)
    [saved] = save(project, Batch(runs=[told], steps=steps), now=NOW)
    return saved.id


def rows_in(answer):
    """Read the rows: (number of A, sign, number of B), or what a fold says."""
    found = []
    for item in re.split(r'<li class="beside-', answer.content.decode())[1:]:
        if item.startswith("row"):
            left, sign, right = re.split(r'<span class="beside-sign"', item.replace("</li>", ""))[0], "", ""
            _, _, right = item.partition('<span class="beside-sign"')
            sign = re.search(r'aria-hidden="true">(.)<', right)[1]
            numbers = [re.search(r'class="n">(\d+)<', part) for part in (left, right)]
            found.append((numbers[0] and int(numbers[0][1]), sign, numbers[1] and int(numbers[1][1])))
        elif item.startswith("fold"):
            found.append(re.search(r">([^<>]+)</a>", item)[1])
    return found


def test_rows_of_two_runs_are_aligned(visitor, project, url):
    one = record(project, "one", ["ls", "cat a.py", "npm test", "git push"])
    other = record(project, "other", ["ls", "rm b", "npm test -- cart", "git push"])
    answer = visitor.get(f"{url}?runs={one},{other}")
    assert rows_in(answer) == [(0, "=", 0), (1, "−", None), (None, "+", 1), (2, "≠", 2), (3, "=", 3)]


def test_times_in_results_do_not_count(visitor, project, url):
    one = record(project, "one", [("npm test", "3 passed in 0.31s"), ("npm test", "3 passed")])
    other = record(project, "other", [("npm test", "3 passed in 1.7s"), ("npm test", "4 passed")])
    assert rows_in(visitor.get(f"{url}?runs={one},{other}")) == [(0, "=", 0), (1, "≠", 1)]


def test_long_stretch_is_folded_and_opens(visitor, project, url, rows_url):
    same = [f"make part{n}" for n in range(40)]
    one = record(project, "one", [*same, "rm a"])
    other = record(project, "other", [*same, "cp b"])
    folded = rows_in(visitor.get(f"{url}?runs={one},{other}"))
    assert folded == [
        (0, "=", 0), (1, "=", 1), "36 rows the same", (38, "=", 38), (39, "=", 39),
        (40, "−", None), (None, "+", 40),
    ]  # fmt: skip
    opened = rows_in(visitor.get(f"{rows_url}?runs={one},{other}&at=2&to=38&whole=1"))
    assert opened == [(n, "=", n) for n in range(2, 38)]


def test_long_runs_come_in_windows(visitor, project, url, rows_url):
    one = record(project, "one", [f"rm a{n}" for n in range(BESIDE_ROWS + 5)])
    other = record(project, "other", [])
    first = visitor.get(f"{url}?runs={one},{other}")
    assert len(rows_in(first)) == BESIDE_ROWS
    assert "5 more rows" in first.content.decode()
    rest = visitor.get(f"{rows_url}?runs={one},{other}&at={BESIDE_ROWS}&to={BESIDE_ROWS + 5}")
    assert rows_in(rest) == [(n, "−", None) for n in range(BESIDE_ROWS, BESIDE_ROWS + 5)]


@pytest.mark.parametrize("number", [2, 3])
def test_queries_do_not_grow(visitor, project, url, number, django_assert_num_queries):
    one = record(project, "one", ["ls"] * number)
    other = record(project, "other", ["ls", *["rm a"] * number])
    with django_assert_num_queries(18):
        visitor.get(f"{url}?runs={one},{other}")


def test_run_of_another_project_is_not_there(visitor, project, owner, url, rows_url):
    mine = record(project, "mine", ["ls"])
    hidden = record(create_project(project.team, "Other"), "hidden", ["ls"])
    for address in (url, rows_url):
        assert visitor.get(f"{address}?runs={mine},{hidden}").status_code == 404
        assert visitor.get(f"{address}?runs={mine},{uuid4()}").status_code == 404
        assert visitor.get(f"{address}?runs={mine},nonsense").status_code == 404


def test_outsider_sees_nothing(client, outsider, project, url):
    one, other = record(project, "one", ["ls"]), record(project, "other", ["ls"])
    client.force_login(outsider)
    assert client.get(f"{url}?runs={one},{other}").status_code == 404


def test_facts_say_how_far_b_is_from_a(visitor, project, url):
    one = record(project, "one", ["ls"] * 20)
    other = record(project, "other", ["ls"] * 25)
    [calls] = [
        fact
        for fact in visitor.get(f"{url}?runs={one},{other}").context["facts"]
        if fact.name == "Tool calls"
    ]
    assert [(figure.text, figure.delta) for figure in calls.figures] == [("20", ""), ("25", "+5 · +25 %")]


def test_several_runs_are_columns_against_a_base(visitor, project, url):
    ids = [record(project, name, ["ls"] * n) for name, n in (("one", 2), ("two", 3), ("three", 5))]
    chosen = ",".join(map(str, ids))
    answer = visitor.get(f"{url}?runs={chosen}&base={ids[1]}")
    [calls] = [fact for fact in answer.context["facts"] if fact.name == "Tool calls"]
    assert [(figure.text, figure.delta) for figure in calls.figures] == [("2", "−1"), ("3", ""), ("5", "+2")]
    assert f"?runs={ids[1]}%2C{ids[2]}" in answer.content.decode()


def test_one_run_is_offered_tries_of_its_task_first(visitor, project, url):
    facts = {"repo": "shop"}
    mine = record(project, "mine", ["ls"], task="Fix it", **facts)
    old = record(project, "old", ["ls"], task="Fix it", started_at=at(-9), **facts)
    settle(judge_run(old, now=NOW))  # it says which task a run tried
    record(project, "new", ["ls"], task="Else", started_at=at(9), **facts)
    record(project, "far", ["ls"], task="Fix it", repo="other")
    answer = visitor.get(f"{url}?runs={mine}")
    assert [(like.title, like.why) for like in answer.context["likes"]] == [
        ("Run old", "the same task"), ("Run new", "the same repository"),
    ]  # fmt: skip


def test_offered_runs_are_told_apart_by_their_variant(visitor, project, url):
    mine, *_ = (record(project, f"r{n}", ["ls"], task="Fix it", variant=name) for n, name in enumerate("abc"))
    answer = visitor.get(f"{url}?runs={mine}")
    assert {like.variant for like in answer.context["likes"]} == {"b", "c"}
    assert "<b>b</b>" in answer.content.decode()


def test_form_sends_runs_one_by_one(visitor, project, url):
    one, other = record(project, "one", ["ls"]), record(project, "other", ["ls"])
    assert rows_in(visitor.get(f"{url}?runs={one}&runs={other}")) == [(0, "=", 0)]


def test_without_runs_the_page_says_what_to_do(visitor, url):
    assert "Choose runs to compare" in visitor.get(url).content.decode()


def test_run_that_grew_is_aligned_anew(visitor, project, url):
    one, other = record(project, "one", ["ls"]), record(project, "other", ["ls"])
    assert len(rows_in(visitor.get(f"{url}?runs={one},{other}"))) == 1
    record(project, "other", ["ls", "rm a"])
    assert rows_in(visitor.get(f"{url}?runs={one},{other}")) == [(0, "=", 0), (None, "+", 1)]
    assert Run.objects.count() == 2


def call_of(run, key, second, messages, *, model="opus"):
    """A model call with what it was sent."""
    context = Context.of([Message(json.dumps(message).encode()) for message in messages])
    return StepRecord(
        run=run, key=f"{run}-{key}", kind=Kind.LLM, source="t", model=model, context=context,
        status=StepStatus.OK, output="I will look.", started_at=at(second),
    )  # fmt: skip


def test_parting_is_told_with_what_the_models_saw(visitor, project, url):
    ids = []
    for run, last, command in (("one", "Test first.", "ls"), ("other", "Be quick.", "make x")):
        system = {"role": "system", "content": f"Be careful.\n{last}"}
        messages = [system, {"role": "user", "content": "Fix it"}]
        save(project, Batch(steps=[call_of(run, "m", 0, messages)]), now=NOW)
        ids.append(record(project, run, [command]))
    why = visitor.get(f"{url}?runs={ids[0]},{ids[1]}").context["why"]
    assert why.sentence == (
        "They part at step 0 of A and 0 of B: A ran ls, B ran make x. Their system prompts differ."
    )
    told = {point.name: (mark, point.words, point.quotes) for mark, point in why.points}
    assert told["System prompt"] == ("≠", "differs; the first such lines", ("Test first.", "Be quick."))
    assert told["Context"] == ("=", "the same 2 messages but for the system prompt", None)
    assert [(way.words, way.url) for way in why.ways] == [
        ("First difference, at the beginning", "#row-0"), ("0 of 3 rows the same", ""),
    ]  # fmt: skip


def test_result_that_differs_is_quoted(visitor, project, url):
    one = record(project, "one", [("npm test", "run 1s\n3 passed")])
    other = record(project, "other", [("npm test", "run 2s\n4 passed")])
    why = visitor.get(f"{url}?runs={one},{other}").context["why"]
    assert {point.name: point.quotes for _, point in why.points}["Result"] == ("3 passed", "4 passed")


def test_runs_alike_do_not_part(visitor, project, url):
    one, other = record(project, "one", ["ls"] * 3), record(project, "other", ["ls"] * 3)
    why = visitor.get(f"{url}?runs={one},{other}").context["why"]
    assert (why.sentence, why.ways) == ("They do not part: 3 rows the same.", ())


def test_way_to_a_row_that_is_not_on_the_page_leads_to_one_that_begins_there(visitor, project, url):
    start = [f"rm a{n}" for n in range(BESIDE_ROWS)]
    same = ["ls", "make b", "make c", "make d"]
    one = record(project, "one", [*start, *same, "cp x"])
    other = record(project, "other", [*same, "mv y"])
    ways = visitor.get(f"{url}?runs={one},{other}").context["why"].ways
    assert [way.url.rpartition("&")[2] for way in ways] == ["#row-0", "at=118#row-120", "at=122#row-124", ""]


@pytest.fixture
def ends_url(project):
    return reverse("runs:compare_ends", args=[project.team.slug, project.slug])


def record_files(project, run, files):
    """Record a run that wrote files: path to (before, after)."""
    step = StepRecord(
        run=run, key=run, kind=Kind.TOOL, source="t", tool="Write", status=StepStatus.OK, started_at=at(0)
    )
    changes = [
        ChangeRecord(
            run=run, step=run, key=f"{run}:{path}", path=path, source="t", before=before, after=after,
            op=Op.EDIT if before is not None else Op.CREATE,
        )
        for path, (before, after) in files.items()
    ]  # fmt: skip
    [saved] = save(project, Batch(steps=[step], changes=changes), now=NOW)
    return saved.id


def test_files_of_both_are_held_against_each_other(visitor, project, ends_url):
    start = "one\ntwo\n"
    one = record_files(
        project, "one", {"a.py": (start, "one\nA\n"), "same.py": (start, "x\n"), "mine.py": (None, "m\n")}
    )
    other = record_files(project, "other", {"a.py": (start, "one\nB\n"), "same.py": (start, "x\n")})
    answer = visitor.get(f"{ends_url}?runs={one},{other}", headers={"HX-Request": "true"})
    told = {fate.title: [pair.path for pair in fate.pairs] for fate in answer.context["fates"]}
    assert told == {
        "Left otherwise by both": ["a.py"],
        "Changed by A alone": ["mine.py"],
        "Left alike by both": ["same.py"],
    }
    lines = re.findall(r'<tr class="(add|del)[^>]*>.*?</tr>', answer.content.decode(), re.DOTALL)
    assert sorted(lines) == ["add", "del"]
    assert "<html" not in answer.content.decode()


def test_ends_are_a_page_of_their_own_without_scripts(visitor, project, url, ends_url):
    one, other = record(project, "one", ["ls"]), record(project, "other", ["ls"])
    assert f"{ends_url}?runs={one},{other}" in visitor.get(f"{url}?runs={one},{other}").content.decode()
    page = visitor.get(f"{ends_url}?runs={one},{other}").content.decode()
    assert "<html" in page
    assert "Neither run changed a file of its repository." in page
    assert "Rules have not looked at A and B yet." in page


def test_checks_findings_and_costs_are_tables(visitor, project, ends_url):
    ids = []
    for run, code in (("one", 0), ("other", 1)):
        steps = [
            StepRecord(
                run=run, key=f"{run}{n}", kind=Kind.TOOL, source="t", tool="Bash", exit_code=code,
                status=StepStatus.FAILED if code else StepStatus.OK, input='{"command":"npm test"}',
                output=f"{n} tests", started_at=at(n), ended_at=at(n + 1),
            )
            for n in range(3)
        ]  # fmt: skip
        tokens = Tokens(input=100_000, output=0)
        steps.append(
            StepRecord(
                run=run, key=f"{run}m", kind=Kind.LLM, source="t", model="claude-sonnet-4-5", tokens=tokens,
                status=StepStatus.OK, output="Done.", started_at=at(9),
            )
        )  # fmt: skip
        [saved] = save(project, Batch(steps=steps), now=NOW)
        judge_run(saved.id, now=NOW)
        ids.append(saved.id)
    tables = visitor.get(f"{ends_url}?runs={ids[0]},{ids[1]}").context["tables"]
    told = {table.title: {fact.name: [figure.text for figure in fact.figures] for fact in table.facts}
            for table in tables}  # fmt: skip
    assert told["Checks at the end"] == {"npm test": ["green, run 3 times", "red, run 3 times"]}
    assert told["Findings"]["Failing check"] == ["–", "1"]
    cost = "$0.30 · 1 call · 100k tokens"
    assert told["Cost by model"] == {"claude-sonnet-4-5": [cost, cost]}


def test_ends_of_another_project_are_not_there(visitor, project, ends_url):
    mine = record(project, "mine", ["ls"])
    hidden = record(create_project(project.team, "Other"), "hidden", ["ls"])
    assert visitor.get(f"{ends_url}?runs={mine},{hidden}").status_code == 404


def test_prompts_that_differ_are_quoted(visitor, project, url):
    ids = []
    for run, asked in (("one", "Fix it.\nAdd a test."), ("other", "Fix it.\nBe quick.")):
        prompt = StepRecord(
            run=run, key=f"{run}p", kind=Kind.PROMPT, source="t", input=asked, status=StepStatus.OK,
            started_at=at(0),
        )  # fmt: skip
        [saved] = save(project, Batch(steps=[prompt]), now=NOW)
        ids.append(saved.id)
    why = visitor.get(f"{url}?runs={ids[0]},{ids[1]}").context["why"]
    assert why.sentence == "They part at step 0 of A and 0 of B: they were asked otherwise."
    told = {point.name: point.quotes for _, point in why.points}
    assert told["Task"] == ("Add a test.", "Be quick.")


def test_prompt_that_only_one_run_recorded_says_nothing_of_the_task(visitor, project, url):
    asked = StepRecord(
        run="one",
        key="p",
        kind=Kind.PROMPT,
        source="t",
        input="Fix it",
        status=StepStatus.OK,
        started_at=at(-1),
    )
    save(project, Batch(steps=[asked]), now=NOW)
    one, other = record(project, "one", ["ls"]), record(project, "other", ["rm a"])
    why = visitor.get(f"{url}?runs={one},{other}").context["why"]
    told = {point.name: (mark, point.words) for mark, point in why.points}
    assert told["Task"] == ("?", "at least one run has no recorded prompt")
    assert "asked otherwise" not in why.sentence


def test_what_calls_did_not_tell_is_not_nothing(visitor, project, url, ends_url):
    ids = []
    for run, tokens, until in (("one", Tokens(input=1_000, output=10), at(5)), ("other", None, None)):
        call = StepRecord(
            run=run, key="m", kind=Kind.LLM, source="t", model="claude-sonnet-4-5", tokens=tokens,
            status=StepStatus.OK, output="Done.", started_at=at(0), ended_at=until,
        )  # fmt: skip
        [saved] = save(project, Batch(steps=[call]), now=NOW)
        ids.append(saved.id)
    facts = visitor.get(f"{url}?runs={ids[0]},{ids[1]}").context["facts"]
    told = {fact.name: [(figure.text, figure.delta) for figure in fact.figures] for fact in facts}
    assert told["Tokens"] == [("1.0k", ""), ("not known", "")]
    assert told["Model time"] == [("5.0 s", ""), ("not known", "")]
    [costs] = [
        table
        for table in visitor.get(f"{ends_url}?runs={ids[0]},{ids[1]}").context["tables"]
        if table.title == "Cost by model"
    ]
    [cost] = costs.facts
    assert [(figure.text.partition(" · ")[0], figure.delta) for figure in cost.figures] == [
        ("$0.0032", ""), ("unknown", ""),
    ]  # fmt: skip


def test_more_runs_than_are_compared_are_told(visitor, project, url):
    ids = [record(project, f"r{n}", ["ls"]) for n in range(COMPARED_RUNS + 2)]
    page = visitor.get(f"{url}?runs={','.join(map(str, ids))}").content.decode()
    assert f"You chose {COMPARED_RUNS + 2} runs; the first {COMPARED_RUNS} are beside each other" in page


def test_one_run_twice_is_one_run_however_it_is_written(visitor, project, url):
    one = record(project, "one", ["ls"])
    answer = visitor.get(f"{url}?runs={one},{str(one).upper()}")
    assert [run.id for run in answer.context["runs"]] == [one]


def test_run_without_a_repository_is_not_said_to_share_one(visitor, project, url):
    one, other = record(project, "one", ["ls"]), record(project, "other", ["ls"])
    likes = visitor.get(f"{url}?runs={one}").context["likes"]
    assert [(like.id, like.why) for like in likes] == [(other, "names no repository either")]


def test_sides_can_be_swapped(visitor, project, url):
    one, other = record(project, "one", ["ls", "rm a"]), record(project, "other", ["ls"])
    answer = visitor.get(f"{url}?runs={one},{other}")
    swapped = visitor.get(answer.context["swap_url"])
    assert answer.context["swap_url"] in answer.content.decode()
    assert rows_in(swapped) == [(0, "=", 0), (None, "+", 1)]
