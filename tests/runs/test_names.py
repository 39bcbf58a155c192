"""Steps that sources call by different names are one."""

from datetime import timedelta

import pytest

from runs.kinds import Kind, Op, StepStatus
from runs.models import Run, Step, StepName
from runs.records import Batch, ChangeRecord, RunRecord, StepRecord, Tokens
from runs.store import save
from tests.recordings import NOW

pytestmark = pytest.mark.django_db


def call(key, *names, source="test", seconds=0, **fields):
    given = {"status": StepStatus.OK, "started_at": NOW + timedelta(seconds=seconds), **fields}
    return StepRecord(run="r", key=key, kind=Kind.LLM, source=source, names=names, **given)


def keep(project, *steps):
    run = RunRecord(external_id="r", source="test", agent="claude-code")
    save(project, Batch(runs=[run], steps=list(steps)), now=NOW)


def calls():
    return [(step.key, sorted(step.sources)) for step in Step.objects.filter(kind="llm").order_by("seq")]


def test_records_that_share_a_name_are_one_step(project):
    keep(project, call("req_1", "req:1", source="a"))
    keep(project, call("msg_1:req_1", "msg:1", "req:1", source="b"))
    keep(project, call("msg_1", "msg:1", source="c"))
    assert calls() == [("req_1", ["a", "b", "c"])]


def test_records_of_one_batch_are_one_step(project):
    keep(project, call("x", "req:1", source="a"), call("y", "req:1", source="b"))
    assert calls() == [("x", ["a", "b"])]


def test_another_class_tells_steps_apart(project):
    keep(project, call("x", "msg:1", "req:1"), call("y", "msg:1", "req:2"))
    assert [key for key, _ in calls()] == ["x", "y"]


def test_two_steps_become_one_when_a_record_shows_it(project):
    tokens = Tokens(input=10, output=5)
    keep(project, call("req_1", "req:1", source="a", model="gpt-5", tokens=tokens, cost_usd=0.5))
    keep(project, call("msg_1", "msg:1", source="b", output="Hi.", tokens=Tokens(input=10, output=1)))
    assert Run.objects.get().llm_calls == 2
    keep(project, call("msg_1:req_1", "msg:1", "req:1", source="c", rank=30))
    run, step = Run.objects.get(), Step.objects.get(kind="llm")
    assert (run.llm_calls, run.turns, run.input_tokens, run.output_tokens) == (1, 1, 10, 5)
    assert (float(run.cost_usd), run.steps) == (0.5, 2)
    assert (step.output_preview, sorted(step.sources), step.model) == ("Hi.", ["a", "b", "c"], "gpt-5")
    hidden = Step.objects.get(kind="event")
    assert hidden.detail == {"meta": True, "same_as": step.key}
    keep(project, call("msg_1", "msg:1", source="b", output="Hi.", tokens=Tokens(input=10, output=1)))
    run.refresh_from_db()
    assert (run.llm_calls, run.input_tokens, run.steps) == (1, 10, 2)


def test_weak_name_ties_only_what_no_class_of_its_own_names(project):
    keep(project, call("m1", "msg:1", "~given:5", source="a"), call("m2", "msg:2", "~given:5", source="a"))
    keep(project, call("r1", "req:1", "~given:5", source="b"), call("r2", "req:2", "~given:5", source="b"))
    assert calls() == [("m1", ["a", "b"]), ("m2", ["a", "b"])]


def test_weak_name_takes_the_nearest(project):
    said = "~said:continue"
    keep(project, call("u1", "uuid:1", said, seconds=0), call("u2", "uuid:2", said, seconds=300))
    keep(project, call("p1", "prompt:1", said, source="b", seconds=301))
    assert calls() == [("u1", ["test"]), ("u2", ["b", "test"])]


def test_weak_name_without_an_id_has_to_be_near(project):
    keep(project, call("u1", "uuid:1", "~compaction:", seconds=0))
    keep(project, call("h1", "hook:1", "~compaction:", source="b", seconds=600))
    keep(project, call("h2", "hook:2", "~compaction:", source="b", seconds=60))
    assert calls() == [("u1", ["b", "test"]), ("h1", ["b"])]


def test_names_go_with_their_run(project):
    from runs.retention import delete_runs

    keep(project, call("req_1", "req:1"))
    assert StepName.objects.count() == 1
    delete_runs([Run.objects.get().id])
    assert StepName.objects.count() == 0


def test_steps_that_others_replace_are_hidden_with_their_changes(project):
    edit = call("e", tool="Edit", seconds=1)
    change = ChangeRecord(
        run="r", step="e", key="e:0", path="a.py", op=Op.EDIT, source="test", before="x\n", after="y\nz\n"
    )
    save(project, Batch(steps=[edit, call("m", tokens=Tokens(input=5))], changes=[change]), now=NOW)
    run = Run.objects.get()
    assert (run.llm_calls, run.input_tokens, run.files_changed, run.lines_added) == (2, 5, 1, 2)
    save(project, Batch(steps=[call("n")], retired=[("r", "e"), ("r", "m")]), now=NOW)
    run.refresh_from_db()
    assert (run.llm_calls, run.input_tokens, run.files_changed) == (1, 0, 0)
    assert (run.lines_added, run.lines_removed, run.steps) == (0, 0, 3)
    assert {step.kind for step in Step.objects.filter(detail__has_key="same_as")} == {"event"}


def test_turns_are_numbered_anew_when_calls_come_after_what_followed_from_them(project):
    def turns():
        return dict(Step.objects.filter(kind="llm").values_list("key", "turn"))

    keep(project, call("a", source="hooks", seconds=1), call("c", source="hooks", seconds=5))
    keep(project, call("b", source="logs", seconds=3))
    assert turns() == {"a": 1, "b": 2, "c": 3}
    before = Run.objects.get().revision
    keep(project, call("b", source="logs", seconds=3))
    assert Run.objects.get().revision == before
    assert set(Step.objects.values_list("revision", flat=True)) == {1, before - 1, before}


def test_sub_agent_that_comes_before_the_main_one_gets_its_turn(project):
    def lane(key, seconds):
        return call(key, seconds=seconds, agent="a1")

    keep(project, lane("s", 3))
    assert Step.objects.get().turn == 0
    keep(project, call("m1", seconds=1), call("m2", seconds=2), call("m3", seconds=6))
    assert Step.objects.get(key="s").turn == 2
