"""Events without ids, posted one by one, again, and as a whole file: always the same steps."""

import json

import pytest
from django.test import Client

from runs.models import Run, Step

pytestmark = pytest.mark.django_db

LINES = [
    {
        "run": "r1",
        "ts": 1763638000,
        "kind": "llm_call",
        "turn": 1,
        "content": [
            {"type": "tool_use", "id": "toolu_1", "name": "Bash", "input": {"command": "ls"}},
            {"type": "tool_use", "id": "toolu_2", "name": "Bash", "input": {"command": "pwd"}},
        ],
    },
    {"run": "r1", "ts": 1763638001, "kind": "tool_call", "name": "Bash", "args": {"command": "ls"}},
    {"run": "r1", "ts": 1763638002, "kind": "tool_result", "output": "a.py"},
    {"run": "r1", "ts": 1763638003, "kind": "tool_call", "name": "Bash", "args": {"command": "pwd"}},
    {"run": "r1", "ts": 1763638004, "kind": "tool_result", "id": "toolu_2", "output": "/w"},
    {"run": "r1", "ts": 1763638005, "kind": "tool_call", "name": "Read", "args": {"path": "a.py"}},
    {"run": "r1", "ts": 1763638006, "kind": "tool_result", "output": "x = 1"},
]


def send(key, lines):
    body = "\n".join(json.dumps(line) for line in lines)
    answer = Client().post(
        "/api/v1/events", body, content_type="application/x-ndjson", headers={"x-api-key": key}
    )
    assert answer.status_code == 200


def steps():
    return list(Step.objects.order_by("key").values_list("key", "status", "input_preview", "output_preview"))


def test_one_by_one_again_and_whole_are_the_same(ingest_key):
    for line in LINES:
        send(ingest_key, [line])
        send(ingest_key, [line])
    live = steps()
    assert [(key.split("-")[0], status, output) for key, status, _, output in live if "llm" not in key] == [
        ("call", "ok", "x = 1"),
        ("toolu_1", "ok", "a.py"),
        ("toolu_2", "ok", "/w"),
    ]
    revision = Run.objects.get().revision
    send(ingest_key, LINES)
    assert steps() == live
    assert Run.objects.get().revision == revision
    Run.objects.all().delete()
    Step.objects.all().delete()
    send(ingest_key, LINES)
    assert steps() == live


NAMELESS_CALLS = [
    {"run": "r2", "ts": 1763638000, "kind": "llm_call", "turn": 0, "content": "I will read."},
    {"run": "r2", "ts": 1763638001, "kind": "tool_call", "name": "read_file", "args": {"path": "a.py"}},
    {"run": "r2", "ts": 1763638002, "kind": "tool_result", "id": "call_1", "output": "x = 1"},
    {"run": "r2", "ts": 1763638003, "kind": "tool_call", "name": "bash", "args": {"cmd": "pytest"}},
    {"run": "r2", "ts": 1763638004, "kind": "tool_result", "id": "call_2", "output": "1 passed"},
]


def test_result_with_an_id_answers_the_call_that_has_none(ingest_key):
    """Small recorders log a call by name and arguments, and its result by the provider's id."""
    for line in NAMELESS_CALLS:
        send(ingest_key, [line])
        send(ingest_key, [line])
    run = Run.objects.get()
    assert (run.llm_calls, run.tool_calls) == (1, 2)
    tools = Step.objects.filter(kind="tool").order_by("started_at")
    assert list(tools.values_list("tool", "status", "output_preview")) == [
        ("read_file", "ok", "x = 1"),
        ("bash", "ok", "1 passed"),
    ]
    live = steps()
    send(ingest_key, NAMELESS_CALLS)
    assert steps() == live
    assert Run.objects.get().revision == run.revision


FAILED_CALL = [
    {"run": "r3", "ts": 1763638000, "kind": "tool_call", "name": "bash", "args": {"cmd": "pytest"}},
    {"run": "r3", "ts": 1763638004, "kind": "error", "tool": "bash", "err": "timeout after 10 s"},
    {
        "run": "r3",
        "ts": 1763638005,
        "kind": "tool_result",
        "id": "call_1",
        "output": "Error: timeout after 10 s",
    },
    {"run": "r3", "ts": 1763638006, "kind": "error", "tool": "bash", "err": "no call is open now"},
]


def test_error_of_a_tool_fails_its_open_call_and_counts_once(ingest_key):
    for line in FAILED_CALL:
        send(ingest_key, [line])
        send(ingest_key, [line])
    run = Run.objects.get()
    assert (run.tool_calls, run.failures) == (1, 2)
    call = Step.objects.get(kind="tool")
    assert (call.status, call.error, call.output_preview) == (
        "failed",
        "timeout after 10 s",
        "Error: timeout after 10 s",
    )
    live = steps()
    send(ingest_key, FAILED_CALL)
    assert steps() == live
    assert Run.objects.get().revision == run.revision
    Run.objects.all().delete()
    Step.objects.all().delete()
    send(ingest_key, FAILED_CALL)
    assert steps() == live


@pytest.mark.parametrize("together", [True, False])
def test_result_before_a_call_without_id_stays_by_itself_when_sent_again(ingest_key, together):
    lines = [
        {"run": "r1", "ts": 1763638000, "kind": "tool_result", "id": "lost", "output": "a.py"},
        {"run": "r1", "ts": 1763638001, "kind": "tool_call", "name": "Bash", "args": {"command": "ls"}},
    ]
    seen = []
    for _ in range(2):
        for batch in [lines] if together else [[line] for line in lines]:
            send(ingest_key, batch)
        seen.append(steps())
    assert seen[0] == seen[1]
    assert [(status, output) for _, status, _, output in seen[0]] == [("running", ""), ("ok", "a.py")]
