"""Spans become the same run whatever the order, and in however many requests they come."""

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from ingest.actions import forget_traces_all_projects
from ingest.limits import TRACE_DAYS
from ingest.models import Trace, TraceSpan
from ingest.pipeline import take_spans
from runs.models import FileChange, Run, Step
from tests.ingest.spans import said
from tests.recordings import NOW, at

pytestmark = pytest.mark.django_db

FIELDS = (
    "kind",
    "tool",
    "name",
    "status",
    "agent",
    "parent_key",
    "input_preview",
    "output_preview",
    "input_tokens",
)
WORKER = "0000000000000004"
DELEGATED = [
    ("prompt", "", "", "ok", "", "", "Fix it.", "", None),
    ("llm", "", "", "ok", "", "", "", '[{"type":"tool_use","name":"delegate"}]', 100),
    ("tool", "delegate", "", "ok", "", "", '{"task": "Read a.py."}', "It is fine.", None),
    ("agent", "", "worker", "ok", "", "c1", "", "", None),
    ("prompt", "", "", "ok", WORKER, f"agent:{WORKER}", "Read a.py.", "", None),
    (
        *("llm", "", "", "ok", WORKER, f"agent:{WORKER}", ""),
        *('[{"type":"text","text":"Looking."},{"type":"tool_use","name":"read_file"}]', 100),
    ),
    ("tool", "read_file", "", "ok", WORKER, f"agent:{WORKER}", '{"path": "a.py"}', "x = 1", None),
    ("llm", "", "", "ok", WORKER, f"agent:{WORKER}", "", "It is fine.", 100),
    ("llm", "", "", "ok", "", "", "", "Done.", 100),
    ("final", "", "", "ok", "", "", "", "Done.", None),
]


def take(project: Any, raws: list[Any]) -> None:
    take_spans(project, said.spans(raws), damaged=[], now=NOW)


def steps(*fields: str) -> list[Any]:
    return list(Step.objects.order_by("started_at", "seq").values_list(*fields))


def keyless(rows: list[Any]) -> list[Any]:
    """Leave out the key of the tool that the worker lies in: it may be the span's or the call's."""
    return sorted([(*row[:5], row[5] if row[4] else "", *row[6:]) for row in rows], key=str)


def test_spans_of_a_finished_run_arrive_children_first(project: Any) -> None:
    raws = sorted(said.delegation(), key=lambda raw: raw.end)
    for raw in raws:
        take(project, [raw])
    # The worker's task is a prompt for as long as nobody knows that it is a worker's.
    run = Run.objects.get()
    assert keyless(steps(*FIELDS)) == keyless(DELEGATED)
    assert (run.status, run.agent, run.task, run.turns, run.llm_calls, run.agents) == (
        *("done", "manager", "Fix it.", 2, 4, 1),
    )


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], database=None
)
@given(order=some.permutations(range(8)), cuts=some.sets(some.integers(1, 7)), again=some.booleans())
def test_order_and_requests_play_no_part(project: Any, order: list[int], cuts: set[int], again: bool) -> None:
    for table in (Run, Step, FileChange, Trace, TraceSpan):
        table.objects.all().delete()
    raws = [said.delegation()[place] for place in order]
    edges = [0, *sorted(cuts), len(raws)]
    requests = [raws[begin:end] for begin, end in pairwise(edges)]
    for request in requests * (2 if again else 1):
        take(project, request)
    run = Run.objects.get()
    found = [row for row in keyless(steps(*FIELDS)) if row[0] != "prompt"]
    assert found == [row for row in keyless(DELEGATED) if row[0] != "prompt"]
    assert (run.status, run.llm_calls, run.tool_calls, run.agents, run.input_tokens) == ("done", 4, 2, 1, 400)


def test_two_spans_of_one_model_call_are_one_step(project: Any) -> None:
    outer = said.model("1", "", 0, 2, sent=[said.user("Hi")], said=[said.says("Hello")])
    inner = said.raw(
        "2", "1", 0.5, 1.5, gen_ai__operation__name="chat", gen_ai__response__id="resp-1",
        gen_ai__usage__input_tokens=100, gen_ai__usage__output_tokens=10,
    )  # fmt: skip
    for request in ([inner], [outer]):
        take(project, request)
    run = Run.objects.get()
    assert (run.llm_calls, run.input_tokens, run.output_tokens) == (1, 100, 10)
    assert Step.objects.filter(kind="llm").values_list("key", "duration_ms", "sources").get() == (
        *("resp-1", 2000, ["otel:genai"]),
    )


def test_answers_with_the_same_id_at_other_times_are_two_calls(project: Any) -> None:
    first = said.model("1", "", 0, 1, sent=[said.user("Hi")], said=[said.says("Hello")])
    second = said.model("2", "", 5, 6, sent=[said.user("Hi again")], said=[said.says("Hello again")])
    second.attributes["gen_ai.response.id"] = "resp-1"
    take(project, [first, second])
    assert Run.objects.get().llm_calls == 2


def test_calls_without_spans_are_told_by_the_messages(project: Any) -> None:
    ask = said.says("", ("c1", "patch_file", {"path": "a.py", "old": "1", "new": "2"}))
    first = said.model("1", "9", 0, 1, sent=[said.user("Fix it")], said=[ask])
    take(project, [first])
    assert steps("key", "kind", "status")[2:] == [("c1", "tool", "running")]
    sent = [said.user("Fix it"), ask, said.result("c1", "patched")]
    take(project, [said.model("2", "9", 2, 3, sent=sent, said=[said.says("Done.")])])
    assert Step.objects.filter(key="c1").values_list("status", "output_preview", "duration_ms").get() == (
        *("ok", "patched", 1000),
    )
    assert FileChange.objects.values_list("path", "step_key", "additions", "deletions").get() == (
        *("a.py", "c1", 1, 1),
    )


def test_results_that_begin_with_an_error_are_failures(project: Any) -> None:
    ask = said.says("", ("c1", "run", {}))
    sent = [said.user("Go"), ask, said.result("c1", "ERROR: exit status 139")]
    take(project, [said.model("2", "9", 2, 3, sent=sent, said=[said.says("Hm.")])])
    assert Step.objects.get(key="c1").status == "failed"


def test_failed_call_that_was_sent_again_is_a_retry(project: Any) -> None:
    failed = said.raw(
        "1", "9", 0, 1, status=2, gen_ai__operation__name="chat", error__type="RateLimitError",
        gen_ai__input__messages='[{"role":"user","content":"Hi"}]',
    )  # fmt: skip
    again = said.model("2", "9", 2, 3, sent=[{"role": "user", "content": "Hi"}], said=[said.says("Hello")])
    for request in ([failed], [again]):
        take(project, request)
    run = Run.objects.get()
    assert (run.llm_calls, run.retries, run.failures) == (1, 1, 0)
    assert Step.objects.get(kind="retry").error == "RateLimitError"


def test_requests_take_a_constant_number_of_queries(project: Any, django_assert_num_queries: Any) -> None:
    raws = said.delegation()
    take(project, raws[:4])
    more = [said.model(f"b{n}", "1", 10 + n, 10.5 + n, sent=[said.user(f"{n}")], said=[said.says("Ok")])
            for n in range(40)]  # fmt: skip
    take(project, more[:1])
    with django_assert_num_queries(23):
        take(project, more[1:2])
    with django_assert_num_queries(23):
        take(project, more[2:])


def test_old_traces_are_forgotten(project: Any) -> None:
    take(project, said.delegation())
    assert forget_traces_all_projects(at(TRACE_DAYS * 86_400 - 1)) == 0
    assert TraceSpan.objects.count() == 10
    assert forget_traces_all_projects(at(TRACE_DAYS * 86_400 + 1)) == 1
    assert (Trace.objects.count(), TraceSpan.objects.count(), Run.objects.count()) == (0, 0, 1)
