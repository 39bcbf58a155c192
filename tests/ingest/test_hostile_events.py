"""Events that no recorder should send, and events that come apart: stored as well as can be, never a 500."""

import json
import random

import pytest
from django.test import Client

from runs.models import FileChange, Run, Step
from tests.runs.recount import drift

pytestmark = pytest.mark.django_db


def send(key, lines, status=200):
    body = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
    answer = Client().post(
        "/api/v1/events", body, content_type="application/x-ndjson", headers={"x-api-key": key}
    )
    assert answer.status_code == status, answer.content
    return answer.json()


def noise(length):
    """Text that no index can compress."""
    letters = random.Random(length)
    return "".join(chr(letters.randrange(0x4E00, 0x9FFF)) for _ in range(length))


@pytest.mark.parametrize("name", ["agent", "repo", "branch", "name", "model", "session", "cwd", "variant"])
def test_long_words_of_a_run_fit_their_index(ingest_key, name):
    for _ in range(2):
        send(ingest_key, [{"run": "r", "kind": "run_start", name: noise(3000)}])
    assert getattr(Run.objects.get(), name)[:160] == noise(3000)[:160]
    assert drift() == []


def test_long_paths_and_ids_fit_their_index(ingest_key):
    path = noise(1500)
    edit = {"file_path": f"/{noise(1400)}", "old_string": "a", "new_string": "b"}
    lines = [
        {"run": noise(9000), "kind": "file_change", "step": noise(9000), "path": path, "after": "x\n"},
        {
            "run": noise(9000),
            "kind": "tool_call",
            "id": noise(90),
            "name": "Edit",
            "args": edit,
            "output": "",
        },
    ]
    send(ingest_key, lines)
    revision = Run.objects.get().revision
    send(ingest_key, lines)
    assert Run.objects.get().revision == revision
    stored = FileChange.objects.get(raw_path=path)
    assert stored.path[:500] == path[:500]
    assert drift() == []


def test_a_run_of_absurd_cost_is_stored(ingest_key):
    call = {"run": "r", "kind": "llm_call", "cost_usd": 9999, "usage": {"input": 1}}
    send(ingest_key, [{**call, "id": str(n)} for n in range(10_100)])
    run = Run.objects.get()
    assert run.llm_calls == 10_100
    assert float(run.cost_usd) == pytest.approx(99_999_999.99999999)


def test_numbers_that_json_has_no_word_for_are_left_out(ingest_key):
    told = send(ingest_key, ['{"run":"r","kind":"llm_call","content":"kept","cost_usd":NaN,"turn":1e999}'])
    assert told["quarantined"] == []
    step = Step.objects.get()
    assert (step.output_preview, step.cost_usd) == ("kept", None)


def test_json_that_is_too_deep_says_so(ingest_key):
    told = send(ingest_key, ['{"run":"r","kind":"log","data":' + "[" * 300 + "]" * 300 + ',"x":NaN}'], 422)
    assert "nested deeper" in told["quarantined"][0]["why"]


EDIT = [
    {"run": "r", "kind": "run_start", "cwd": "/work/shop"},
    {
        "run": "r",
        "kind": "tool_call",
        "id": "t1",
        "name": "Edit",
        "args": {"file_path": "/work/shop/a.py", "old_string": "a\n", "new_string": "b\nc\n"},
    },
    {"run": "r", "kind": "tool_result", "id": "t1", "output": "done"},
    {
        "run": "r",
        "kind": "llm_call",
        "id": "m2",
        "content": [
            {
                "type": "tool_use",
                "id": "t2",
                "name": "Write",
                "input": {"file_path": "/work/shop/b.py", "content": "x\n" * 4000},
            }
        ],
    },
    {"run": "r", "kind": "tool_result", "id": "t2", "output": "done"},
    {
        "run": "r",
        "kind": "file_change",
        "step": "t2",
        "path": "/work/shop/c.py",
        "before": "",
        "after": "y\n",
    },
]


def changes():
    names = ("step_key", "path", "op", "basis", "outside", "additions", "deletions")
    return sorted(FileChange.objects.values_list(*names))


@pytest.mark.parametrize("order", [EDIT, [EDIT[0], *reversed(EDIT[1:])]], ids=["in order", "reversed"])
def test_edits_told_in_one_request_or_many_are_the_same(ingest_key, order):
    for line in order:
        send(ingest_key, [line])
    apart = changes()
    assert [(path, added) for _, path, _, _, _, added, _ in apart] == [
        ("a.py", 2),
        ("b.py", 4000),
        ("c.py", 1),
    ]
    assert drift() == []
    revision = Run.objects.get().revision
    send(ingest_key, EDIT)
    assert changes() == apart
    assert Run.objects.get().revision == revision


def test_a_failed_edit_told_in_two_requests_changes_nothing(ingest_key):
    send(ingest_key, EDIT[:2])
    send(ingest_key, [{**EDIT[2], "is_error": True}])
    assert changes() == []


def test_a_change_of_an_own_tool_told_in_two_requests_is_guessed(ingest_key):
    args = {"path": "a.py", "old": "x", "new": "y"}
    call = {"run": "r", "kind": "tool_call", "id": "t", "name": "patch_file", "args": args}
    send(ingest_key, [call])
    send(ingest_key, [{"run": "r", "kind": "tool_result", "id": "t", "output": "ok"}])
    [change] = FileChange.objects.all()
    assert (change.path, change.sources) == ("a.py", ["events:guessed"])


def test_a_call_told_in_two_requests_is_billed_once(ingest_key):
    """A fork repeats the calls of its parent under the same request ids."""
    start = {"kind": "llm_call", "phase": "start", "id": "m1"}
    end = {"kind": "llm_call", "phase": "end", "id": "m1", "request_id": "req", "usage": {"input": 5}}
    for run in ("parent", "fork"):
        send(ingest_key, [{**start, "run": run}])
        send(ingest_key, [{**end, "run": run}])
    assert dict(Run.objects.values_list("external_id", "input_tokens")) == {"parent": 5, "fork": 0}
    send(ingest_key, [{**end, "run": run, "request_id": "both"} for run in ("one", "two")])
    billed = Run.objects.filter(external_id__in=("one", "two"))
    assert sorted(billed.values_list("input_tokens", flat=True)) == [0, 5]
    assert drift() == []
