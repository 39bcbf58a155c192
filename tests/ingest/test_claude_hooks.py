"""Hooks of Claude Code through the endpoint: a live session, in order, shuffled and twice."""

import json
from random import Random

import pytest
from django.test import Client

from ingest.models import Problem
from runs.models import FileChange, Run, Step
from tests.conftest import SHARED_DATA

pytestmark = pytest.mark.django_db

HOOKS = SHARED_DATA.parent / "agents" / "claude_code"
URL = "/api/v1/hooks/claude-code"


def hooks_of(name):
    return [path.read_bytes() for path in sorted((HOOKS / name / "hooks").glob("*.json"))]


def post(key, value, url=URL):
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return Client().post(url, data=data, content_type="application/json", headers={"x-api-key": key})


def hook(name, **fields):
    base = {"session_id": "s-1", "hook_event_name": name, "cwd": "/home/dev/shop", "prompt_id": "p-1"}
    return {**base, **fields}


def outline(run):
    steps = Step.objects.filter(run_id=run.id).order_by("key")
    return [(s.key, s.kind, s.tool, s.status, s.exit_code, s.changes) for s in steps]


def test_session_becomes_a_run_with_what_only_batches_tell(ingest_key):
    for body in hooks_of("sideways"):
        answer = post(ingest_key, body)
        assert (answer.status_code, answer.content) == (200, b"{}")
    run = Run.objects.get()
    assert (run.external_id, run.agent, run.repo) == (
        "d4d2f2c8-54ff-4c55-80c0-92ea3dc0cddb",
        "claude-code",
        "shop",
    )
    assert (run.status, run.prompts, run.tool_calls, run.failures, run.changes) == ("done", 1, 24, 10, 4)
    assert run.sources == ["claude-code:hooks"]
    edit = Step.objects.get(key="toolu_z006xmainz0")
    assert (edit.tool, edit.status, edit.error_kind) == ("Edit", "failed", "validation")
    shell = Step.objects.get(key="toolu_z002xmainz0")
    assert (shell.status, shell.exit_code, shell.duration_ms, shell.error_kind) == (
        "failed",
        1,
        85,
        "command",
    )
    change = FileChange.objects.get(step_key="toolu_z010xmainz0")
    assert (change.path, change.op, change.basis, change.additions, change.deletions) == (
        "shop/cart.py", "edit", "content", 1, 1,
    )  # fmt: skip
    final = Step.objects.get(kind="final")
    assert final.output_preview.startswith("All tests pass now.")


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_order_and_repetition_change_nothing(ingest_key, project, seed):
    for body in hooks_of("sideways"):
        post(ingest_key, body)
    run = Run.objects.get()
    expected = outline(run)
    bodies = hooks_of("sideways")
    Random(seed).shuffle(bodies)
    for body in bodies:
        post(ingest_key, body)
    assert outline(run) == expected
    run.delete()
    Step.objects.all().delete()
    FileChange.objects.all().delete()
    for body in bodies:
        post(ingest_key, body)
    assert outline(Run.objects.get()) == expected


def test_several_events_as_lines_are_taken(ingest_key):
    body = b"\n".join(hooks_of("retry429"))
    assert post(ingest_key, body).content == b"{}"
    run = Run.objects.get()
    assert (run.prompts, run.tool_calls, run.failures, run.lines_added, run.status) == (1, 3, 0, 1, "done")


def test_start_that_comes_late_opens_no_run_again(ingest_key):
    """Telemetry may be sent, or sent again, before the hooks of the same session are."""
    post(ingest_key, hook("UserPromptSubmit", prompt="Fix it"))
    post(ingest_key, hook("Stop", last_assistant_message="Fixed."))
    post(ingest_key, hook("SessionStart", source="startup"))
    assert Run.objects.get().status == "done"
    post(ingest_key, hook("SessionStart", source="resume"))
    assert Run.objects.get().status == "running"


def test_permission_waits_until_its_call_goes_on(ingest_key):
    asked = {"tool_name": "Bash", "tool_input": {"command": "make"}}
    post(ingest_key, hook("PermissionRequest", **asked))
    assert Step.objects.get(kind="permission").status == "running"
    post(ingest_key, hook("PostToolUse", **asked, tool_use_id="t1", tool_response={"stdout": "ok"}))
    assert Step.objects.get(kind="permission").status == "ok"
    assert Step.objects.get(kind="tool").output_preview == "ok"


def test_denied_call_that_only_the_batch_tells_of(ingest_key):
    said = "The user doesn't want to proceed with this tool use."
    call = {"tool_name": "Bash", "tool_input": {"command": "rm x"}, "tool_use_id": "t1"}
    post(ingest_key, hook("PreToolUse", **call))
    post(ingest_key, hook("PostToolBatch", tool_calls=[{**call, "tool_response": said}]))
    step = Step.objects.get(kind="tool")
    assert (step.status, step.error_kind, step.output_preview) == ("denied", "human", said)


def test_sub_agent_lies_below_its_call(ingest_key):
    call = {
        "tool_name": "Agent",
        "tool_use_id": "t1",
        "tool_input": {"prompt": "Look.", "subagent_type": "Explore"},
    }
    inside = {
        "agent_id": "a1",
        "agent_type": "Explore",
        "tool_name": "Glob",
        "tool_use_id": "t2",
        "tool_input": {},
    }
    post(ingest_key, hook("PreToolUse", **call))
    post(ingest_key, hook("SubagentStart", agent_id="a1", agent_type="Explore"))
    post(ingest_key, hook("PreToolUse", **inside))
    post(ingest_key, hook("PostToolUse", **inside, tool_response={"numFiles": 2}))
    post(
        ingest_key,
        hook(
            "PostToolUse",
            **call,
            tool_response={"agentId": "a1", "content": [{"type": "text", "text": "Two."}]},
        ),
    )
    agent, glob = Step.objects.get(key="t1"), Step.objects.get(key="t2")
    assert (agent.kind, agent.output_preview, agent.detail["transcript"]) == ("agent", "Two.", "here")
    assert (glob.agent, glob.parent_key, glob.detail["files"]) == ("a1", "t1", 2)


def test_background_task_is_no_prompt_and_keeps_the_run_open(ingest_key):
    post(ingest_key, hook("UserPromptSubmit", prompt="Build."))
    post(ingest_key, hook("Stop", last_assistant_message="Started.", background_tasks=[{"id": "b1"}]))
    assert Run.objects.get().status == "running"
    notice = "<task-notification>\n<task-id>b1</task-id>\n<summary>Build done</summary>\n</task-notification>"
    post(ingest_key, hook("UserPromptSubmit", prompt=notice, prompt_id="p-2"))
    post(ingest_key, hook("Stop", last_assistant_message="Built.", background_tasks=[], prompt_id="p-2"))
    run = Run.objects.get()
    assert (run.status, run.prompts, run.task) == ("done", 1, "Build.")
    assert Step.objects.get(kind="event").input_preview == "Build done"


def test_events_of_every_name_are_kept(ingest_key):
    post(ingest_key, hook("Notification", message="Claude needs your permission", notification_type="x"))
    post(ingest_key, hook("BrandNewHook", anything={"deep": [1]}))
    post(ingest_key, hook("PostCompact", trigger="auto", compact_summary="So far."))
    post(ingest_key, hook("StopFailure", error="529 overloaded"))
    found = {s.kind: (s.name, s.detail.get("meta")) for s in Step.objects.exclude(name="BrandNewHook")}
    assert found == {
        "event": ("Notification", None),
        "compaction": ("", None),
        "error": ("API error", None),
    }
    assert Step.objects.get(name="BrandNewHook").detail["meta"] is True
    assert (Run.objects.get().status, Run.objects.get().error) == ("failed", "529 overloaded")


def test_nul_and_secrets_in_output_are_harmless(ingest_key):
    body = json.dumps(hook("PostToolUse", tool_name="Bash", tool_use_id="t1", tool_input={"command": "x"},
                           tool_response={"stdout": "a\u0000b sk-ant-api03-" + "A" * 90 + " c"}))  # fmt: skip
    assert post(ingest_key, body.encode()).status_code == 200
    assert "AAAA" not in Step.objects.get(kind="tool").output_preview
    assert "\0" not in Step.objects.get(kind="tool").output_preview


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 422),
        (b"{", 422),
        (b"\xff\xfe", 422),
        (b"[" * 5_000, 422),
        (b'{"hook_event_name": 5, "session_id": []}', 422),
        (b'{"hook_event_name": "Stop"}', 422),
        (b'{"session_id": "s", "hook_event_name": "PreToolUse", "tool_name": {}, "tool_use_id": 9e99}', 200),
        (b'{"session_id": "s", "hook_event_name": "PostToolUse", "tool_name": "Edit", "tool_use_id": "t",'
         b' "tool_input": [1], "tool_response": {"structuredPatch": 7, "filePath": {}}, "duration_ms": 1e99}',
         200),
        (b'{"session_id": "s", "hook_event_name": "PostToolBatch", "tool_calls": {"a": 1}}', 200),
        (b'{"session_id": "s", "hook_event_name": "Stop", "last_assistant_message": 4}', 200),
    ],
)  # fmt: skip
def test_wild_bodies_never_break_nor_steer(ingest_key, body, status):
    answer = post(ingest_key, body)
    assert (answer.status_code, answer.content) == (status, b"{}")
    assert bool(answer.headers.get("X-AgentScope-Error")) is (status != 200)


def test_unreadable_events_are_problems(ingest_key):
    post(ingest_key, hook("PreToolUse", session_id=None))
    assert "hook_event_name" in Problem.objects.get().why


def test_wrong_key_is_told_harmlessly(db):
    answer = post("as_wrong", hook("Stop"))
    assert (answer.status_code, answer.content) == (401, b"{}")
    assert answer.headers["X-AgentScope-Error"].startswith("Send an API key")
    assert not Run.objects.exists()


def test_hooks_posted_days_late_count_from_when_they_say_that_they_were(ingest_key):
    """One that says nothing counts from now on, and one from the future as well."""
    told = {"tool_name": "Bash", "tool_input": {"command": "ls"}, "tool_use_id": "t-1"}
    post(ingest_key, hook("PreToolUse", **told, timestamp="2026-02-03T04:05:06Z"))
    post(ingest_key, hook("PostToolUse", **told, tool_response="a.py", timestamp="2026-02-03T04:05:08Z"))
    post(ingest_key, hook("Stop", timestamp="2026-02-03T04:05:09Z"))
    run = Run.objects.get()
    assert (run.started_at.isoformat(), run.ended_at.isoformat(), run.status) == (
        *("2026-02-03T04:05:06+00:00", "2026-02-03T04:05:09+00:00", "done"),
    )
    post(ingest_key, hook("Notification", message="hello", timestamp="2999-01-01T00:00:00Z"))
    run.refresh_from_db()
    assert run.ended_at.year < 2999
