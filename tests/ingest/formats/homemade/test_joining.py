"""Logs, token logs and metrics: each alone is a run, all together are one, and nothing counts twice."""

import itertools

from runs.kinds import Kind, RunStatus, StepStatus
from runs.records import Tokens
from tests.ingest.formats.homemade.script import at, counts, entry, log, metrics, model, read, span, tree


def rows(batch):
    return [(step.kind, step.name or step.tool, step.status) for step in batch.steps]


def total(batch):
    return sum((step.tokens for step in batch.steps if step.tokens), Tokens())


def test_a_log_alone_is_a_run():
    batch = read(log())
    [run] = batch.runs
    assert (run.external_id, run.agent, run.task) == (
        "fixer-1@2026-03-01T10:00:00+00:00",
        "fixer-1",
        "Fix the cart",
    )
    assert (run.status, run.error) == (RunStatus.FAILED, "Stopped at the greatest number of iterations.")
    assert rows(batch) == [
        (Kind.PROMPT, None, StepStatus.OK),
        (Kind.LLM, None, StepStatus.OK),
        (Kind.EVENT, "PLAN_CREATED", StepStatus.OK),
        (Kind.TOOL, "patch_file", StepStatus.OK),
        (Kind.TOOL, "run_tests", StepStatus.FAILED),
        (Kind.EVENT, "BUDGET_WARNING", StepStatus.OK),
    ]
    call = batch.steps[1]
    assert (call.model, call.tokens) == ("gpt-5.5", Tokens(input=1000, output=50))
    assert ((call.ended_at - call.started_at).total_seconds(), batch.steps[3].output) == (0.9, "ok")
    assert [change.path for change in batch.changes] == ["a.py"]
    assert batch.steps[4].error == "2 failed"


def test_a_token_log_alone_is_a_run_of_model_calls():
    batch = read(counts())
    [run] = batch.runs
    assert run.external_id == "run@2026-03-01T10:00:01.900000+00:00"
    assert rows(batch) == [(Kind.LLM, None, StepStatus.OK)] * 3
    assert total(batch) == Tokens(input=3500, output=150)
    assert [step.cost_usd for step in batch.steps] == [0.01, 0.01, 0.01]
    assert run.meta["reported"] == {"total_input_tokens": 3500, "total_cost_usd": 0.03}


def test_a_metrics_summary_alone_is_a_run_with_its_anomalies():
    batch = read(metrics())
    [run] = batch.runs
    assert (run.external_id, run.meta["metrics"]) == ("fixer-1", {"llm": {"count": 3}})
    assert [(s.kind, s.name, s.input) for s in batch.steps] == [
        (Kind.EVENT, "slow_call", "decide took 900 ms")
    ]


def test_all_files_together_are_one_run_in_any_order():
    files = [tree(), log(), counts(), metrics()]
    told = [read(*order) for order in itertools.permutations(files)]
    assert {tuple(run.external_id for run in batch.runs) for batch in told} == {("root",)}
    assert len({tuple(step.key for step in batch.steps) for batch in told}) == 1


def test_no_call_and_no_token_counts_twice():
    alone, together = read(tree()), read(tree(), log(), counts(), metrics())
    for kind in (Kind.LLM, Kind.TOOL, Kind.PROMPT):
        found = [step.key for step in together.steps if step.kind == kind]
        assert found == [step.key for step in alone.steps if step.kind == kind]
    assert total(together) == total(alone) == Tokens(input=3500, output=150)
    costs = [step.cost_usd for step in together.steps if step.kind == Kind.LLM]
    assert costs == [0.01, 0.01, 0.01]
    [run] = together.runs
    assert (run.meta["log_entries_of_spans"], run.meta["token_entries_of_spans"]) == (6, 3)


def test_what_only_one_file_tells_is_kept():
    names = [step.name for step in read(tree(), log(), counts(), metrics()).steps if step.kind == Kind.EVENT]
    assert sorted(filter(None, names)) == ["BUDGET_WARNING", "PLAN_CREATED", "slow_call"]


def test_a_count_that_no_call_matches_is_a_call_of_its_own():
    extra = {"timestamp": at("08.500"), "operation": "summarise", "input_tokens": 7, "output_tokens": 3}
    held = counts()
    held["detailed_log"].append(extra)
    assert total(read(tree(), held)) == Tokens(input=3507, output=153)


def test_runs_of_other_times_or_ids_stay_apart():
    later = [{**one, "timestamp": one["timestamp"].replace("T10", "T12")} for one in log()]
    assert len(read(tree(), later).runs) == 2
    named = {**tree(), "run_id": "r1"}
    assert len(read(named, [{**one, "run_id": "r2"} for one in log()]).runs) == 2
    assert len(read(named, [{**one, "run_id": "r1"} for one in later]).runs) == 1


def test_a_log_that_has_grown_keeps_its_keys():
    short, long = read(log()[:4]), read(log())
    assert short.runs[0].external_id == long.runs[0].external_id
    assert {step.key for step in short.steps} < {step.key for step in long.steps}


def test_entries_name_spans_by_id():
    one = span("root", "AGENT_RUN", "a", "00.000", 9000, model("m", "01.000", tokens=(1, 1)))
    batch = read(one, [entry("08.000", "LLM_RESPONSE", "Answered", span_id="m", response="Hi")])
    assert [step.key for step in batch.steps] == ["m"]
    assert batch.steps[0].output == '[{"type":"text","text":"Hi"}]'
