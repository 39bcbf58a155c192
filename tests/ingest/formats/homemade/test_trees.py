"""What becomes of a tree of spans, in the shapes that home-made instrumentations give it."""

import json

from runs.kinds import Basis, Kind, RunStatus, StepStatus
from runs.records import Tokens
from tests.ingest.formats.homemade.script import model, read, span, tree


def steps_of(batch):
    return {step.key: step for step in batch.steps}


def test_a_tree_is_one_run():
    batch = read(tree())
    [run] = batch.runs
    assert (run.external_id, run.agent, run.task, run.model) == ("root", "fixer-1", "Fix the cart", "gpt-5.5")
    assert (run.status, run.error) == (RunStatus.FAILED, "Stopped at the greatest number of iterations.")
    assert run.meta == {"status_word": "MAX_ITERATIONS", "reported_cost_usd": 0.05}
    assert (run.started_at.second, run.ended_at.second) == (0, 9)
    assert batch.quarantined == []


def test_leaves_are_steps_and_iterations_are_not():
    kinds = [(step.key, step.kind, step.status) for step in read(tree()).steps]
    assert kinds == [
        ("prompt:root", Kind.PROMPT, StepStatus.OK),
        ("i1", Kind.EVENT, StepStatus.OK),
        ("l1", Kind.LLM, StepStatus.OK),
        ("l2", Kind.LLM, StepStatus.FAILED),
        ("l3", Kind.LLM, StepStatus.OK),
        ("t1", Kind.TOOL, StepStatus.OK),
        ("t2", Kind.TOOL, StepStatus.FAILED),
    ]


def test_a_model_call_has_its_messages_answer_tokens_and_cost():
    step = steps_of(read(tree()))["l1"]
    assert json.loads(step.context.message.data) == {"role": "user", "content": "Fix the cart"}
    assert json.loads(step.output) == [{"type": "text", "text": "Read, then patch."}]
    assert (step.tokens, step.cost_usd) == (Tokens(input=1000, output=50), 0.01)


def test_an_answer_that_was_no_json_says_so():
    step = steps_of(read(tree()))["l2"]
    assert (step.error, step.error_kind) == ("The answer was not valid JSON.", "validation")
    assert step.detail["status_word"] == "JSON_ERROR"


def test_a_tool_call_has_arguments_result_and_its_change():
    batch = read(tree())
    step = steps_of(batch)["t1"]
    assert (step.tool, step.output, step.duration_ms) == ("patch_file", "ok", 20)
    [change] = batch.changes
    assert (change.step, change.path, change.before, change.after) == (
        "t1",
        "shop/cart.py",
        "total = 1",
        "total = 2",
    )
    assert change.basis is Basis.FRAGMENT
    assert steps_of(batch)["t2"].error == "2 failed"


def flat(node, parent=None):
    rest = {name: value for name, value in node.items() if name not in ("children", "parent_id")}
    yield {**rest, "parent_id": parent}
    for child in node["children"]:
        yield from flat(child, node["span_id"])


def same(batch):
    [run] = batch.runs
    rows = [
        (s.key, s.kind, s.status, s.tool, s.tokens, s.started_at, s.ended_at, s.agent) for s in batch.steps
    ]
    return run.external_id, run.status, rows, batch.changes


def test_a_flat_list_lines_a_box_and_a_pretty_file_say_the_same():
    whole = same(read(tree()))
    spans = list(flat(tree()))
    assert same(read(spans)) == whole
    assert same(read("\n".join(map(json.dumps, spans)).encode())) == whole
    assert same(read({"spans": spans})) == whole
    assert same(read(json.dumps([tree()], indent=2).encode())) == whole
    assert same(read({"version": 1, "root_span": tree()})) == whole


def respelled(value):
    """Write a tree as another program would: camel case, epoch seconds, `duration` in seconds, lower case."""
    names = {"span_id": "spanId", "parent_id": "parentId", "start_time": "startTime", "args": "toolArgs"}
    names |= {
        "duration_ms": "duration",
        "input_tokens": "inputTokens",
        "metadata": "attributes",
        "result": "toolOutput",
    }
    if isinstance(value, list):
        return [respelled(item) for item in value]
    if not isinstance(value, dict):
        return value
    found = {names.get(name, name): respelled(item) for name, item in value.items()}
    if "spanId" in found:
        second = float(found["startTime"][17:23])
        found |= {"startTime": 1772359200 + second, "duration": found["duration"] / 1000}
        found |= {"type": found["type"].lower(), "status": found["status"].lower()}
    return found


def test_other_spellings_say_the_same():
    assert same(read(respelled(tree()))) == same(read(tree()))


def test_a_wrapper_of_a_call_is_not_counted_twice():
    inner = span("c", "TOOL_CALL", "grep", "02.000", 10, result="3 hits")
    outer = span("e", "TOOL_EXECUTION", "grep", "02.000", 12, inner, args={"pattern": "x"})
    call = model("in", "01.000", tokens=(10, 5))
    wrapper = span("out", "LLM_CALL", "chat", "01.000", 900, call, input_tokens=10, output_tokens=5)
    batch = read(span("root", "AGENT_RUN", "a", "00.000", 5000, wrapper, outer))
    assert [step.key for step in batch.steps] == ["in", "c"]
    assert steps_of(batch)["c"].input == '{"pattern":"x"}'


def test_a_tool_that_calls_another_is_a_call_of_its_own():
    inner = span("b", "TOOL_CALL", "read_file", "02.000", 10, result="x")
    steps = steps_of(read(span("a", "TOOL_CALL", "run_script", "02.000", 20, inner)))
    assert (steps["a"].tool, steps["b"].tool, steps["b"].parent) == ("run_script", "read_file", "a")


def test_an_agent_in_an_agent_is_a_lane():
    sub = span("s", "AGENT_RUN", "reviewer", "01.000", 900, model("m", "01.000", tokens=(1, 1)))
    steps = steps_of(read(span("root", "AGENT_RUN", "a", "00.000", 5000, sub, output="Done.")))
    assert (steps["s"].kind, steps["s"].agent) == (Kind.AGENT, "")
    assert (steps["m"].agent, steps["m"].parent) == ("s", "s")
    assert steps["final:root"].output == "Done."


def test_two_agents_in_one_file_are_two_runs():
    first = span("a", "AGENT_RUN", "one", "00.000", 10, model("m", "00.000", tokens=(1, 1)))
    second = span("b", "AGENT_RUN", "two", "30.000", 10, model("n", "30.000", tokens=(1, 1)))
    assert [run.external_id for run in read([first, second]).runs] == ["a", "b"]
    shared = read([{**first, "run_id": "r"}, {**second, "run_id": "r"}])
    assert [run.external_id for run in shared.runs] == ["r"]


def test_a_circle_of_parents_ends():
    spans = [{"span_id": a, "parent_id": b, "type": "LLM_CALL", "start_time": 1} for a, b in ("xy", "yx")]
    assert [step.kind for step in read(spans).steps] == [Kind.LLM]
