"""What our recorder adds to hooks of Claude Code: when they came, and what was seen in the work tree."""

import json

import pytest
from django.test import Client

from runs.models import FileChange, Run, Step
from runs.shown.losses import losses_of

pytestmark = pytest.mark.django_db

URL = "/api/v1/hooks/claude-code"
ROOT = "/home/dev/shop"


def post(key, *payloads):
    body = "\n".join(json.dumps(one) for one in payloads).encode()
    answer = Client().post(URL, data=body, content_type="application/json", headers={"x-api-key": key})
    assert answer.status_code == 200


def hook(name, second, *, ours=None, **fields):
    added = {"ts": f"2026-01-01T10:00:{second:02}.5Z", "project": ROOT, **(ours or {})}
    return {"session_id": "s-1", "hook_event_name": name, "cwd": ROOT, **fields, "agentscope": added}


def look(second, *changes, **ours):
    told = {"changes": list(changes)} if changes else {}
    call = {"tool_use_id": ours.pop("call")} if "call" in ours else {}
    return hook("AgentScopeLook", second, ours={"root": ROOT, **told, **ours}, **call)


SED = {"tool_name": "Bash", "tool_use_id": "t1", "tool_input": {"command": "sed -i s/a/b/ x.py"}}
SEEN = {"path": "x.py", "op": "edit", "before": "a\n", "after": "b\n", "origin": "observed"}


def seen():
    fields = ("step_key", "path", "op", "origin", "basis", "outside", "additions", "deletions")
    return list(FileChange.objects.order_by("n").values_list(*fields))


def test_change_of_a_call_is_its_own_also_when_told_again(ingest_key):
    told = [hook("PreToolUse", 1, **SED), hook("PostToolUse", 3, **SED, tool_response={"stdout": ""})]
    for _ in range(2):
        post(ingest_key, *told, look(3, SEEN, call="t1"))
    assert seen() == [("t1", "x.py", "edit", "observed", "content", False, 1, 1)]
    step = Step.objects.get(key="t1")
    assert (step.status, step.changes, step.duration_ms) == ("ok", 1, 2000)
    assert step.started_at.isoformat() == "2026-01-01T10:00:01.500000+00:00"
    assert Run.objects.get().steps == 1


def test_change_between_calls_is_an_event(ingest_key):
    for _ in range(2):
        post(ingest_key, look(4, SEEN, {"path": "big.bin", "op": "create", "basis": "name"}))
    [step] = Step.objects.all()
    assert (step.kind, step.name, step.input_preview) == ("event", "Changed between calls", "x.py\nbig.bin")
    assert seen() == [
        (step.key, "x.py", "edit", "observed", "content", False, 1, 1),
        (step.key, "big.bin", "create", "observed", "name", False, 0, 0),
    ]


def test_files_lie_where_the_agent_was_started(ingest_key):
    below = {**hook("PreToolUse", 1, **SED), "cwd": f"{ROOT}/src"}
    post(ingest_key, below, {**look(2, {**SEEN, "path": "src/x.py"}, call="t1"), "cwd": f"{ROOT}/src"})
    assert [change[1] for change in seen()] == ["src/x.py"]


def test_what_is_checked_out_is_known(ingest_key):
    post(ingest_key, look(1, commit="c0ffee", branch="main", dirty=1, dirty_files=["x.py"]))
    run = Run.objects.get()
    assert (run.commit, run.branch, run.meta["dirty"], run.meta["dirty_files"]) == (
        "c0ffee",
        "main",
        1,
        ["x.py"],
    )


def test_work_tree_that_is_not_looked_at_is_a_loss(ingest_key):
    post(ingest_key, hook("PreToolUse", 1, **SED), look(2, unseen="no repository of git"))
    run = Run.objects.get()
    assert run.losses == {"unseen:no repository of git": 1}
    [shown] = losses_of(run)
    assert (shown.sentence, shown.why) == (
        "files that shell commands changed were not seen",
        "The recorder could not look at the work tree: no repository of git.",
    )


def test_odd_looks_are_taken_as_far_as_they_go(ingest_key):
    odd = [{"path": [1]}, {"path": ""}, "x", {"path": "../y", "op": [], "before": [1], "after": {}}]
    post(ingest_key, {**look(1, *odd, call="t1", dirty="many", dirty_files=3, unseen=[])})
    assert seen() == [("t1", "/home/dev/y", "edit", "observed", "name", True, 0, 0)]


def test_time_that_is_to_come_is_now(ingest_key):
    post(ingest_key, {**hook("PreToolUse", 1, **SED), "agentscope": {"ts": "2999-01-01T00:00:00Z"}})
    assert Step.objects.get().started_at.year < 2999
