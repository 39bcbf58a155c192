"""Claude Code's own spans and log records: one run a session, one step a call, whoever tells of it."""

from typing import Any

import pytest

from ingest.dialects import read_spans
from ingest.dialects.logs import read_logs
from ingest.formats.otlp import RawLog, RawSpan, Source
from ingest.pipeline import take_spans
from runs.models import FileChange, Run, Step
from tests.recordings import NOW

pytestmark = pytest.mark.django_db

BEGAN = 1_767_323_045_000_000_000
TRACE = "c" * 32
EVENTS = Source(scope="com.anthropic.claude_code.events")
EDIT = '{"file_path":"/w/a.py","old_string":"1","new_string":"2"}'


def log(name: str, second: float, **attributes: Any) -> RawLog:
    told = {"event.name": name, "session.id": "sess", "prompt.id": "p1", **attributes}
    at = BEGAN + round(second * 1e9)
    return RawLog(source=EVENTS, name=name, at=at, body=f"claude_code.{name}", attributes=told)


def span(name: str, id: str, parent: str, start: float, end: float, **attributes: Any) -> RawSpan:
    return RawSpan(
        source=Source(),
        trace_id=TRACE,
        span_id=id * 16,
        parent_id=parent * 16,
        name=f"claude_code.{name}",
        start=BEGAN + round(start * 1e9),
        end=BEGAN + round(end * 1e9),
        attributes={"session.id": "sess", **attributes},
    )


LOGS = [
    log("user_prompt", 0, prompt="Fix it."),
    log(
        *("api_request", 2),
        **{"request_id": "req_1", "model": "claude-sonnet-4-5", "duration_ms": 1000, "cost_usd": 0.5},
        **{"input_tokens": 4, "output_tokens": 85, "cache_read_tokens": 10, "cache_creation_5m_tokens": 20},
    ),
    log("assistant_response", 2, request_id="req_1", response="Looking."),
    log(
        *("tool_result", 4),
        **{
            "tool_name": "Edit",
            "tool_use_id": "t1",
            "success": "true",
            "duration_ms": "195",
            "tool_input": EDIT,
        },
    ),
    log(
        *("tool_result", 5),
        **{"tool_name": "Bash", "tool_use_id": "t2", "success": "false", "error": "Shell command failed"},
    ),
    log("hook_registered", 5),
]
SPANS = [
    span("llm_request", "2", "1", 1, 2, request_id="req_1", input_tokens=4, attempt=3),
    span("tool", "3", "1", 3.5, 4.1, tool_name="Edit", tool_use_id="t1"),
    span("tool.execution", "4", "3", 3.8, 4, tool_use_id="t1", success=True),
    span("interaction", "1", "", 0, 6, user_prompt="Fix it."),
]


@pytest.mark.parametrize("spans_first", [True, False])
def test_logs_and_spans_become_one_run(project: Any, spans_first: bool) -> None:
    requests = [read_spans(SPANS), read_logs(LOGS)]
    for spans in requests if spans_first else reversed(requests):
        take_spans(project, spans, damaged=[], now=NOW)
    run = Run.objects.get()
    assert (run.external_id, run.session, run.agent, run.status, run.task) == (
        *("sess", "sess", "claude-code", "done", "Fix it."),
    )
    assert (run.prompts, run.llm_calls, run.tool_calls, run.failures) == (1, 1, 2, 1)
    assert (run.input_tokens, run.cache_read_tokens, run.cache_write_5m_tokens, run.output_tokens) == (
        *(4, 10, 20, 85),
    )
    call = Step.objects.get(key="req_1")
    assert (float(call.cost_usd), call.output_preview, call.detail["resends"]) == (0.5, "Looking.", 2)
    assert sorted(call.sources) == ["otel:claude-code", "otel:claude-code-logs"]
    assert Step.objects.values_list("status", "error").get(key="t2") == ("failed", "Shell command failed")
    assert FileChange.objects.values_list("step_key", "path").get() == ("t1", "/w/a.py")


def test_cut_arguments_make_no_change(project: Any) -> None:
    cut = '{"file_path":"/w/a.py","old_string":"1","new_string":"2…[80000 chars]"}'
    told = log("tool_result", 4, tool_name="Edit", tool_use_id="t1", success="true", tool_input=cut)
    take_spans(project, read_logs([told]), damaged=[], now=NOW)
    assert (Step.objects.get().status, FileChange.objects.count()) == ("ok", 0)
