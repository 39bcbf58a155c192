"""Codex's and Gemini CLI's log records, written after their documentation."""

from typing import Any

import pytest

from ingest.dialects.logs import read_logs
from ingest.formats.otlp import RawLog, Source
from ingest.pipeline import take_spans
from runs.models import Run, Step
from tests.recordings import NOW

pytestmark = pytest.mark.django_db

BEGAN = 1_767_323_045_000_000_000


def log(name: str, second: float, **attributes: Any) -> RawLog:
    told = {key.replace("__", "."): value for key, value in attributes.items()}
    return RawLog(source=Source(), name=name, at=BEGAN + round(second * 1e9), attributes=told)


CODEX = [
    log("codex.user_prompt", 0, conversation__id="c", prompt="Fix it."),
    log("codex.sse_event", 1, conversation__id="c", event__kind="response.output_text.delta"),
    log(
        *("codex.sse_event", 2),
        **{
            "conversation.id": "c",
            "event.kind": "response.completed",
            "model": "gpt-5",
            "duration_ms": "900",
        },
        **{"input_token_count": "100", "cached_token_count": "60", "output_token_count": "9"},
    ),
    log("codex.sse_event", 2, conversation__id="c", event__kind="response.completed"),
    log(
        *("codex.tool_result", 3),
        **{
            "conversation.id": "c",
            "call_id": "t1",
            "tool_name": "exec",
            "success": "true",
            "duration_ms": "50",
        },
        **{"arguments": '{"cmd":"make"}', "output": "x\nProcess exited with code 2\n"},
    ),
]
GEMINI = [
    log("gemini_cli.user_prompt", 0, session__id="c", prompt="Fix it.", prompt_id="p1"),
    log(
        *("gemini_cli.api_response", 2),
        **{"session.id": "c", "prompt_id": "p1", "model": "gemini-3", "input_token_count": 100},
        **{"cached_content_token_count": 60, "output_token_count": 5, "thoughts_token_count": 4},
    ),
    log(
        *("gemini_cli.tool_call", 3),
        **{"session.id": "c", "prompt_id": "p1", "function_name": "exec", "success": True},
        **{"function_args": '{"cmd":"make"}', "metadata": '{"exitCode":2,"isError":true}'},
    ),
]


@pytest.mark.parametrize(
    ("logs", "agent", "error"),
    [(CODEX, "codex", "Process exited with code 2"), (GEMINI, "gemini-cli", "exit code 2")],
)
def test_records_become_a_run(project: Any, logs: list[RawLog], agent: str, error: str) -> None:
    for _ in range(2):
        take_spans(project, read_logs(logs), damaged=[], now=NOW)
    run = Run.objects.get()
    assert (run.external_id, run.agent, run.task, run.prompts, run.llm_calls, run.tool_calls) == (
        *("c", agent, "Fix it.", 1, 1, 1),
    )
    assert (run.input_tokens, run.cache_read_tokens, run.output_tokens) == (40, 60, 9)
    tool = Step.objects.get(kind="tool")
    assert (tool.tool, tool.status, tool.error, tool.input_preview) == (
        "exec",
        "failed",
        error,
        '{"cmd":"make"}',
    )
