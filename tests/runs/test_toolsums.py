"""The tool sums are those of the steps, whatever happened to the runs, folded or not."""

import random
from datetime import timedelta

import pytest

from runs.findings.clues import Clue
from runs.judging import judge_run
from runs.kinds import Kind, StepStatus, ToolSpan
from runs.models import Run, ToolPart, ToolSum
from runs.records import Batch, RunRecord, StepRecord, Tokens
from runs.retention import delete_runs
from runs.store import save
from runs.toolparts import parts_of
from runs.toolsums import drop_empty_tool_sums, fold_tool_sums_all_projects
from tests.recordings import NOW, at
from tests.runs.recount import drift, tool_drift

pytestmark = pytest.mark.django_db


def call(run, key, second, *, tool="Bash", ms=40, status=StepStatus.OK, **fields):
    told = {"input": '{"command":"ls"}', "output": "x" * 10, **fields}
    return StepRecord(
        run=run, key=key, kind=Kind.TOOL, source="t", tool=tool, status=status, started_at=at(second),
        ended_at=at(second) + timedelta(milliseconds=ms), **told,
    )  # fmt: skip


def model(run, key, second, sent, out=0):
    return StepRecord(
        run=run, key=key, kind=Kind.LLM, source="t", model="m", tokens=Tokens(input=sent, output=out),
        started_at=at(second), ended_at=at(second + 1),
    )  # fmt: skip


def judge_all():
    for run_id in Run.objects.values_list("id", flat=True):
        judge_run(run_id, now=NOW)


def test_parts_hold_failures_results_tokens_and_retries(project):
    steps = [
        model("r", "m1", 0, 1000, 100),
        call("r", "a", 1, status=StepStatus.FAILED, output="x" * 100),
        call("r", "b", 2, ms=5000, output="x" * 300),  # the same call again
        model("r", "m2", 10, 1900),  # 800 more than was sent and said
    ]
    save(project, Batch(runs=[RunRecord(external_id="r", source="t", agent="codex")], steps=steps), now=NOW)
    judge_all()
    fields = ("tool", "bucket", "agent", "calls", "failures", "ms", "bytes", "tokens", "retries")
    assert list(ToolPart.objects.order_by("bucket").values_list(*fields)) == [
        ("Bash", 19, "codex", 1, 1, 40, 100, 200, 0),
        ("Bash", 44, "codex", 1, 0, 5000, 300, 600, 1),
    ]
    assert tool_drift() == []


def test_retries_that_were_told_count_and_spans_of_agents_do_not():
    common = {"kind": "tool", "tool": "Bash", "at": 0, "ms": 1, "args": b"1", "out_size": 50}
    clues = [
        Clue(seq=0, key="m", kind="llm", sent=100),
        Clue(seq=1, key="a", **common),
        Clue(seq=2, key="again", kind="retry", of="a"),
        Clue(seq=3, key="span", kind="agent", out_size=50),
        Clue(seq=4, key="b", **common),
        Clue(seq=5, key="n", kind="llm", sent=160),
    ]
    assert parts_of(clues) == {(0, "Bash", 0): (2, 0, 2, 100, 60, 1)}


def test_judging_again_without_a_change_moves_nothing(project):
    save(project, Batch(steps=[call("r", "a", 1)]), now=NOW)
    judge_all()
    judge_all()
    assert ToolSum.objects.count() == 1


def test_sums_follow_random_batches_judgements_and_deletion(project):
    rng = random.Random(5)
    for number in range(40):
        run = f"r{rng.randrange(6)}"
        told = RunRecord(
            external_id=run, source="t", agent=rng.choice(["codex", "claude"]), repo=rng.choice(["a", "b"]),
            at=at(number),
        )  # fmt: skip
        steps = [
            call(
                run, f"k{rng.randrange(30)}", rng.randrange(100_000), tool=rng.choice(["Bash", "Read"]),
                ms=rng.randrange(90_000), status=rng.choice([StepStatus.OK, StepStatus.FAILED]),
            )
            for _ in range(rng.randrange(6))
        ]  # fmt: skip
        save(project, Batch(runs=[told], steps=steps), now=NOW)
        if number % 5 == 0:
            judge_all()
        if number % 7 == 0:
            fold_tool_sums_all_projects()
        if number == 25:
            delete_runs([Run.objects.order_by("external_id")[0].id])
    judge_all()
    assert ToolPart.objects.count() > 50
    assert tool_drift() == drift() == []
    fold_tool_sums_all_projects()
    assert not ToolSum.objects.filter(span=ToolSpan.FRESH).exists()
    assert tool_drift() == []
    delete_runs(list(Run.objects.values_list("id", flat=True)))
    fold_tool_sums_all_projects()
    assert tool_drift() == []
    drop_empty_tool_sums()
    assert not ToolSum.objects.exists()
    assert not ToolPart.objects.exists()


def test_drift_is_seen(project):
    save(project, Batch(steps=[call("r", "a", 1)]), now=NOW)
    judge_all()
    fold_tool_sums_all_projects()
    ToolSum.objects.filter(span=ToolSpan.DAY).update(calls=7)
    assert {row[0] for row in tool_drift()} == {"tool sums"}
    ToolPart.objects.update(bytes=3)
    assert {row[0] for row in tool_drift()} == {"tool sums", "tool parts"}
