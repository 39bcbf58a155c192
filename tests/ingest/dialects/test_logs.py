"""Log records that are a message each belong to the model call they name, at its time."""

import pytest
from msgspec import structs

from ingest.dialects.logs import read_logs
from ingest.formats.otlp import RawLog, Source
from ingest.pipeline import take_spans
from runs.models import Run, Step
from tests.ingest.spans import said
from tests.recordings import NOW, at

pytestmark = pytest.mark.django_db

ASKED = {
    "role": "assistant",
    "tool_calls": [{"id": "c1", "function": {"name": "run_test", "arguments": '{"target": "a"}'}}],
}
RESULT = {"id": "c1", "content": "ERROR: it crashed"}


def record(span, second, name, body):
    return RawLog(
        source=Source(scope="openai_v2"),
        name=name,
        at=said.at(second),
        trace_id=said.TRACE,
        span_id=span.rjust(16, "0"),
        body=body,
    )


def loop(asked=ASKED, result=RESULT):
    """A model asks for a tool, which fails; it is told so, and gives up. Contents are in log records only."""
    raws = [
        said.model("2", "1", 1, 2, sent=[], said=[]),
        structs.replace(said.tool("3", "1", 2.1, 3, "run_test", {"target": "a"}, ""), status=2),
        said.model("4", "1", 3.1, 4, sent=[], said=[]),
        said.agent("1", "", 0, 5, "fixer"),
    ]
    logs = [
        record("2", 1.01, "gen_ai.user.message", {"content": "Test it."}),
        record("2", 1.99, "gen_ai.choice", {"message": asked, "finish_reason": "tool_calls"}),
        record("4", 3.11, "gen_ai.user.message", {"content": "Test it."}),
        record("4", 3.12, "gen_ai.assistant.message", asked),
        record("4", 3.13, "gen_ai.tool.message", result),
        record("4", 3.99, "gen_ai.choice", {"message": {"content": "It fails."}, "finish_reason": "stop"}),
    ]
    return said.spans(raws), logs


def take(project, *requests):
    for request in requests:
        take_spans(project, request, damaged=[], now=NOW)


@pytest.mark.parametrize("order", ["spans first", "records first"])
def test_messages_in_log_records_have_the_time_of_their_call(project, order):
    spans, logs = loop()
    requests = [spans, read_logs(logs)]
    take(project, *(requests if order == "spans first" else reversed(requests)))
    assert Run.objects.values_list("task", "llm_calls", "tool_calls", "failures").get() == (
        "Test it.",
        2,
        1,
        1,
    )
    assert Step.objects.filter(kind="tool").values_list("tool", "status", "output_preview").get() == (
        *("run_test", "failed", "ERROR: it crashed"),
    )
    began = Step.objects.get(kind="prompt").started_at
    assert (began - at(1)).total_seconds() == (0 if order == "spans first" else 0.01)


@pytest.mark.parametrize("order", ["spans first", "records first"])
def test_calls_told_without_their_arguments_are_those_of_the_spans(project, order):
    """Without contents, which is the default of the instrumentation, a record has only names."""
    bare = {"role": "assistant", "tool_calls": [{"id": "c1", "function": {"name": "run_test"}}]}
    spans, logs = loop(asked=bare, result={"id": "c1"})
    for log in logs:
        log.body.pop("content", None)
    requests = [spans, read_logs(logs)]
    take(project, *(requests if order == "spans first" else reversed(requests)))
    assert list(Step.objects.filter(kind="tool").values_list("tool", "status")) == [("run_test", "failed")]
    assert Run.objects.values_list("tool_calls", "failures").get() == (1, 1)


def test_calls_told_without_their_arguments_are_steps_where_no_span_tells_of_them(project):
    bare = {"role": "assistant", "tool_calls": [{"id": "c1", "function": {"name": "run_test"}}]}
    spans, logs = loop(asked=bare, result={"id": "c1"})
    take(project, [span for span in spans if span.tool is None], read_logs(logs))
    assert list(Step.objects.filter(kind="tool").values_list("tool", "status")) == [("run_test", "ok")]
