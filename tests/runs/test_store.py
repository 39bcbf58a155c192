"""The store: idempotent, order-free, exact. See docs/decisions/0001-storage.md."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runs.contents import read_messages
from runs.kinds import Kind, Op, RunStatus, StepStatus
from runs.models import Blob, ContextNode, FileChange, Run, Step
from runs.records import Batch, ChangeRecord, Context, Message, RunRecord, StepRecord, Tokens
from runs.store import save
from teams.actions import create_project

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def at(seconds):
    return NOW + timedelta(seconds=seconds)


def llm(key, context, *, run="r", **fields):
    given = {"run": run, "key": key, "kind": Kind.LLM, "source": "test", "status": StepStatus.OK}
    return StepRecord(**{**given, "context": context, **fields})


def tool(key, *, run="r", **fields):
    return StepRecord(
        **{"run": run, "key": key, "kind": Kind.TOOL, "source": "test", "tool": "Bash", **fields}
    )


def rows_of(model, *, without=()):
    rows = []
    for row in model.objects.all().values():
        rows.append({name: plain(value) for name, value in row.items() if name not in without})
    return sorted(rows, key=repr)


def plain(value):
    return bytes(value) if isinstance(value, memoryview) else value


def everything():
    """All rows, without what says when and in which order they came."""
    names = dict(Run.objects.values_list("id", "external_id"))
    steps = rows_of(Step, without=("seq", "revision"))
    for step in steps:
        step["raw"], step["sources"] = sorted(map(bytes, step["raw"])), sorted(step["sources"])
    tables = [steps, rows_of(Blob), rows_of(ContextNode), rows_of(FileChange, without=("n",))]
    for row in (row for table in tables for row in table):
        row["run_id"] = names[row["run_id"]]
    runs = rows_of(Run, without=("revision", "id", "created_at", "updated_at", "sort_at", "sources"))
    return runs, *(sorted(table, key=repr) for table in tables)


def test_save_makes_run_steps_and_counters(project):
    context = Context.of([Message(b'{"role":"user","content":"hi"}')])
    batch = Batch(
        runs=[RunRecord(external_id="r", source="test", agent="loop", started_at=at(0))],
        steps=[
            StepRecord(run="r", key="p", kind=Kind.PROMPT, source="test", input="Fix it.\nNow."),
            llm(
                "m1",
                context,
                model="claude-opus-4-8",
                tokens=Tokens(input=1000, output=100),
                started_at=at(1),
            ),
            tool("t1", status=StepStatus.FAILED, started_at=at(2), ended_at=at(3.5), exit_code=1),
        ],
        changes=[
            ChangeRecord(
                run="r",
                step="t1",
                key="t1:0",
                path="a.py",
                op=Op.EDIT,
                source="test",
                before="a\n",
                after="b\nc\n",
            )
        ],
    )
    [saved] = save(project, batch, now=NOW)
    run = Run.objects.get(pk=saved.id)
    assert (saved.created, saved.changed, run.name, run.task) == (True, True, "Fix it.", "Fix it.\nNow.")
    assert (run.steps, run.prompts, run.turns, run.llm_calls, run.tool_calls, run.failures) == (
        3,
        1,
        1,
        1,
        1,
        1,
    )
    assert (run.files_changed, run.lines_added, run.lines_removed, run.changes) == (1, 2, 1, 1)
    assert (run.input_tokens, run.output_tokens, str(run.cost_usd)) == (1000, 100, "0.00750000")
    assert (run.ended_at, run.model, run.revision) == (at(3.5), "claude-opus-4-8", 3)
    step = Step.objects.get(run_id=run.id, key="t1")
    assert (step.duration_ms, step.lines_added, step.lines_removed, step.changes, step.turn) == (
        1500,
        2,
        1,
        1,
        1,
    )


def test_save_twice_changes_no_row(project):
    batch = Batch(
        runs=[RunRecord(external_id="r", source="test", at=at(0), meta={"a": 1}, status=RunStatus.DONE)],
        steps=[
            llm("m1", Context.of([Message(b"1"), Message(b"2")]), tokens=Tokens(input=3), usage={"x": 1}),
            tool("t1", input="x" * 9000, output="y\x00\ud83d", raw=b"raw", status=StepStatus.OK),
            tool("open", status=StepStatus.RUNNING),
        ],
        changes=[
            ChangeRecord(run="r", step="t1", key="c", path="a", op=Op.CREATE, source="test", after="x\n")
        ],
    )
    save(project, batch, now=NOW)
    with connection.cursor() as cursor:
        before = physical_rows(cursor)
        [saved] = save(project, batch, now=at(60))
        assert (saved.created, saved.changed) == (False, False)
        assert physical_rows(cursor) == before
    assert Step.objects.get(key="open").status == "unanswered"


def physical_rows(cursor):
    """Every row with its place on disk: any write at all shows."""
    tables = ("runs_run", "runs_step", "runs_blob", "runs_contextnode", "runs_filechange", "runs_billedcall")
    found = []
    for table in tables:
        cursor.execute(f"SELECT ctid::text, t::text FROM {table} t ORDER BY 1")
        found.append(cursor.fetchall())
    return found


def test_start_and_end_are_one_step_in_either_order(project):
    start = tool("t", rank=1, status=StepStatus.RUNNING, input='{"command":"ls"}', started_at=at(1))
    end = tool("t", rank=2, status=StepStatus.FAILED, output="no", exit_code=2, ended_at=at(3))
    for run, order in (("a", [start, end]), ("b", [end, start])):
        for record in order:
            moved = StepRecord(**{**{f: getattr(record, f) for f in record.__struct_fields__}, "run": run})
            save(project, Batch(steps=[moved]), now=NOW)
    first, second = rows_of(Step, without=("run_id", "revision"))
    assert first == second
    assert (first["status"], first["duration_ms"], first["exit_code"]) == ("failed", 2000, 2)


def test_call_repeated_by_a_fork_is_billed_once(project):
    call = {"tokens": Tokens(input=10, output=5), "model": "claude-opus-4-8", "call_id": "msg_1:req_1"}
    save(project, Batch(steps=[llm("m", None, run="first", **call)]), now=NOW)
    save(project, Batch(steps=[llm("m", None, run="fork", **call)]), now=NOW)
    tokens = dict(Run.objects.values_list("external_id", "input_tokens"))
    assert tokens == {"first": 10, "fork": 0}
    assert dict(Step.objects.values_list("copied", "input_tokens")) == {False: 10, True: 10}


def test_unknown_model_has_unknown_cost(project):
    save(project, Batch(steps=[llm("m", None, model="nobody-9", tokens=Tokens(input=10))]), now=NOW)
    run = Run.objects.get()
    assert (run.cost_usd, run.unpriced_calls, Step.objects.get().cost_usd) == (0, 1, None)


@pytest.mark.parametrize(
    ("status", "tokens", "unpriced"),
    [
        (StepStatus.OK, None, 1),
        (StepStatus.OK, Tokens(), 0),
        (StepStatus.RUNNING, None, 0),
        (StepStatus.FAILED, None, 0),
    ],
)
def test_answer_without_usage_has_unknown_cost(project, status, tokens, unpriced):
    save(project, Batch(steps=[llm("m", None, status=status, tokens=tokens)]), now=NOW)
    assert Run.objects.get().unpriced_calls == unpriced


def test_change_before_its_step_is_counted_when_the_step_comes(project):
    change = ChangeRecord(run="r", step="t", key="c", path="a", op=Op.CREATE, source="test", after="x\ny\n")
    save(project, Batch(changes=[change]), now=NOW)
    save(project, Batch(steps=[tool("t")]), now=NOW)
    run, step = Run.objects.get(), Step.objects.get()
    assert (run.lines_added, run.files_changed, step.lines_added, step.changes) == (2, 1, 2, 1)


def test_declared_and_observed_change_of_one_path_count_once(project):
    declared = ChangeRecord(
        run="r", step="t", key="c", path="a", op=Op.EDIT, source="test", before="", after="x\n"
    )
    observed = ChangeRecord(
        run="r",
        step="t",
        key="o",
        path="a",
        op=Op.EDIT,
        source="snapshot",
        origin="observed",
        before="",
        after="x\n",
    )
    save(project, Batch(steps=[tool("t")], changes=[declared, observed]), now=NOW)
    run = Run.objects.get()
    assert (run.lines_added, run.files_changed, run.changes) == (1, 1, 2)


def test_tenants_do_not_share_runs(project, team):
    other = create_project(team, "Other")
    save(project, Batch(steps=[tool("t")]), now=NOW)
    save(other, Batch(steps=[tool("t")]), now=NOW)
    assert Run.objects.count() == 2


@st.composite
def conversations(draw):
    """Runs whose every turn re-sends the conversation; some turns reset it, some start a new lane."""
    records, contents = [], {}
    for run in draw(st.lists(st.sampled_from(["r1", "r2"]), min_size=1, max_size=2, unique=True)):
        messages = []
        for turn in range(draw(st.integers(1, 40))):
            if draw(st.integers(0, 9)) == 0:
                messages = messages[: draw(st.integers(0, len(messages)))]
            messages = messages + draw(st.lists(st.binary(min_size=1, max_size=30), min_size=1, max_size=3))
            key = f"m{turn}"
            contents[run, key] = list(messages)
            context = Context.of([Message(message) for message in messages])
            records.append(
                llm(
                    key,
                    context,
                    run=run,
                    turn=turn + 1,
                    started_at=at(turn * 10),
                    model="claude-opus-4-8",
                    tokens=Tokens(input=turn + 1, output=1),
                )
            )
            records.append(
                tool(
                    f"t{turn}",
                    run=run,
                    turn=turn + 1,
                    rank=1,
                    status=StepStatus.RUNNING,
                    started_at=at(turn * 10 + 1),
                    input=f"in {turn}",
                )
            )
            records.append(
                tool(
                    f"t{turn}",
                    run=run,
                    turn=turn + 1,
                    rank=2,
                    status=StepStatus.OK,
                    ended_at=at(turn * 10 + 5),
                    output=draw(st.text(max_size=20)) * 400,
                )
            )
    return records, contents


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
    ],
)
@given(made=conversations(), seed=st.integers(0, 10**6))
def test_any_batching_order_and_repetition_gives_the_same_rows(project, made, seed):
    records, contents = made
    clear()
    save(project, Batch(steps=records), now=NOW)
    expected = everything()
    rebuild_all(contents)
    clear()
    for batch in random_batches(records, random.Random(seed)):
        save(project, Batch(steps=batch), now=NOW)
    assert everything() == expected
    rebuild_all(contents)


def random_batches(records, rng):
    doubled = records + rng.sample(records, k=len(records) // 3)
    rng.shuffle(doubled)
    batches = []
    while doubled:
        size = rng.randint(1, 25)
        batches.append(doubled[:size])
        doubled = doubled[size:]
    return batches


def rebuild_all(contents):
    runs = dict(Run.objects.values_list("external_id", "id"))
    heads = {(step.run_id, step.key): step.context_digest for step in Step.objects.filter(kind=Kind.LLM)}
    for (run, key), messages in contents.items():
        assert read_messages(runs[run], heads[runs[run], key]) == messages


def clear():
    for model in (Run, Step, Blob, ContextNode, FileChange):
        model.objects.all().delete()


def test_turn_told_as_zero_stays_zero(project):
    """Some loops count from 0; saving again does not change what was saved first."""
    batch = Batch(steps=[llm("m0", None, turn=0), llm("m1", None, turn=1), llm("m2", None)])
    save(project, batch, now=NOW)
    [again] = save(project, batch, now=NOW)
    assert not again.changed
    assert dict(Step.objects.values_list("key", "turn")) == {"m0": 0, "m1": 1, "m2": 3}
