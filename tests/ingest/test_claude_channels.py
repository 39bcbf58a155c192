"""One session of Claude Code told by any of its channels, in any order, is one run without doubles."""

import json
from concurrent.futures import ThreadPoolExecutor
from itertools import combinations, permutations
from random import Random

import pytest
from django.db import connection
from django.test import Client

from runs.models import Run, Step
from tests.conftest import SHARED_DATA
from tests.ingest import claude_channels
from tests.ingest.claude_channels import Session

pytestmark = pytest.mark.django_db

AGENTS = SHARED_DATA.parent / "agents" / "claude_code"
TRANSCRIPT = (AGENTS / "sideways.v2.1.197" / "transcript.jsonl").read_bytes()
SESSION = Session(TRANSCRIPT)
IMPORT, HOOKS = "/api/v1/import?filename=x.jsonl", "/api/v1/hooks/claude-code"
CHANNELS = ("transcript", "hooks", "logs", "spans", "stream")
SUBSETS = [set(one) for size in range(1, 6) for one in combinations(CHANNELS, size)]
SOURCES = {
    "transcript": "claude-code:transcript",
    "hooks": "claude-code:hooks",
    "logs": "otel:claude-code-logs",
    "spans": "otel:claude-code",
    "stream": "claude-code:stream-json",
}


def pieces_of(channel):
    """List what a channel sends: (path, body)."""
    if channel == "transcript":
        return [(IMPORT, TRANSCRIPT)]
    if channel == "stream":
        return [(IMPORT, claude_channels.as_stream(SESSION))]
    if channel == "logs":
        return [("/v1/logs", claude_channels.as_logs(SESSION))]
    if channel == "spans":
        return [("/v1/traces", claude_channels.as_spans(SESSION))]
    hooks = claude_channels.as_hooks(SESSION)
    half = len(hooks) // 2
    return [(HOOKS, b"\n".join(part)) for part in (hooks[:half], hooks[half:])]


def send(key, pieces):
    for path, body in pieces:
        answer = Client().post(
            path, data=body, content_type="application/json", headers={"authorization": f"Bearer {key}"}
        )
        assert answer.status_code == 200, (path, answer.content)


def shuffled(channels, seed):
    pieces = [piece for channel in sorted(channels) for piece in pieces_of(channel)]
    Random(seed).shuffle(pieces)
    return pieces


def sums():
    run = Run.objects.get()
    return {
        "prompts": run.prompts,
        "calls": run.llm_calls,
        "tools": run.tool_calls,
        "failures": run.failures,
        "tokens": (run.input_tokens, run.cache_read_tokens, run.cache_write_5m_tokens, run.output_tokens),
        "files": run.files_changed,
        "lines": (run.lines_added, run.lines_removed),
        "finals": Step.objects.filter(kind="final").count(),
        "hidden": Step.objects.filter(detail__has_key="same_as").count(),
    }


def expected(channels):
    """What any number of channels have to say together."""
    knows_calls = channels - {"hooks"}
    knows_edits = channels & {"transcript", "hooks", "stream"}
    told = sums()
    return {
        "prompts": int(bool(channels & {"transcript", "hooks", "logs"})),
        "calls": 25 if knows_calls else 0,
        "tools": 24 if knows_edits else 23,
        "failures": 10 if knows_edits else 9,
        "tokens": TOKENS if channels & {"transcript", "logs", "spans"} else told["tokens"],
        "files": 3 if knows_edits else told["files"],
        "lines": LINES if knows_edits else told["lines"],
        "finals": int("hooks" in channels or {"logs", "spans"} <= channels),
        "hidden": told["hidden"],
    }


TOKENS = (100, 754_565, 34_166, 889)
LINES = (7, 3)


@pytest.mark.parametrize("channels", SUBSETS, ids=lambda one: "+".join(sorted(one)))
def test_channels_in_any_order_are_one_run(ingest_key, channels):
    send(ingest_key, shuffled(channels, seed=len(channels)))
    assert sums() == expected(channels)


def outline():
    """Everything of every step that does not depend on when a hook was received."""
    return sorted(
        (
            *(step.kind, step.tool, step.model, step.status, step.error_kind, step.exit_code or 0),
            *(step.input_preview, step.output_preview, step.input_tokens or 0, step.output_tokens or 0),
            *(step.cost_usd or 0, step.turn if step.kind in ("llm", "tool") else 0, step.changes, step.agent),
            sorted(step.sources),
        )
        for step in Step.objects.exclude(detail__has_key="same_as")
    )


@pytest.mark.parametrize("seed", range(6))
def test_all_channels_make_the_same_steps_in_any_order_and_twice(ingest_key, seed):
    send(ingest_key, shuffled(CHANNELS, seed))
    told = outline()
    send(ingest_key, shuffled(CHANNELS, seed + 100))
    assert outline() == told
    calls = [step for step in told if step[0] == "llm"]
    everywhere = sorted(SOURCES[channel] for channel in CHANNELS if channel != "hooks")
    assert [step[-1] for step in calls] == [everywhere] * 25
    assert {float(step[10]) for step in calls} == {claude_channels.COST}
    reads = [step for step in told if step[1] == "Read" and step[3] == "ok"]
    assert [step[-1] for step in reads] == [sorted(SOURCES.values())] * len(reads)
    assert sums()["hidden"] == 0
    Step.objects.all().delete()
    Run.objects.all().delete()


def test_transcript_wins_over_what_others_shorten(ingest_key):
    send(ingest_key, pieces_of("transcript"))
    whole = {step.key: step.input_preview for step in Step.objects.filter(kind="tool")}
    send(ingest_key, pieces_of("logs") + pieces_of("hooks"))
    assert {step.key: step.input_preview for step in Step.objects.filter(kind="tool")} == whole


@pytest.mark.django_db(transaction=True)
def test_channels_at_once_make_no_doubles(ingest_key):
    def elsewhere(piece):
        try:
            send(ingest_key, [piece])
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(elsewhere, shuffled(CHANNELS, seed=3)))
    assert sums() == {**expected(set(CHANNELS)), "hidden": sums()["hidden"]}


NOTICE = "<task-notification>\n<task-id>a1</task-id>\n<summary>Look is done</summary>\n</task-notification>"


def notice_pieces():
    """Say by hook, transcript and log record that a background task reports."""
    named = {"session_id": "s-1", "cwd": "/shop"}
    asked = [
        {**named, "hook_event_name": "UserPromptSubmit", "prompt": text, "prompt_id": id}
        for text, id in (("Look.", "p-1"), (NOTICE, "p-2"))
    ]
    at = "2026-02-03T04:05:06.000Z"
    records = [
        {
            **{"type": "user", "uuid": f"u-{id}", "promptId": id, "sessionId": "s-1", "timestamp": at},
            **{"message": {"role": "user", "content": text}, "origin": {"kind": kind}, "version": "2.1.331"},
        }
        for text, id, kind in (("Look.", "p-1", "human"), (NOTICE, "p-2", "task-notification"))
    ]
    log = {
        "timeUnixNano": "1770091506000000000",
        "body": {"stringValue": "claude_code.user_prompt"},
        "attributes": claude_channels.attributes(
            {
                **{"session.id": "s-1", "prompt.id": "p-2", "event.name": "user_prompt"},
                "prompt": "<REDACTED>",
            }
        ),
    }
    scope = {"scope": {"name": "com.anthropic.claude_code.events"}, "logRecords": [log]}
    logs = {"resourceLogs": [{"resource": claude_channels.RESOURCE, "scopeLogs": [scope]}]}
    return [
        (HOOKS, b"\n".join(json.dumps(one).encode() for one in asked)),
        (IMPORT, b"\n".join(json.dumps(one).encode() for one in records)),
        ("/v1/logs", json.dumps(logs).encode()),
    ]


@pytest.mark.parametrize("order", list(permutations(range(3))), ids=str)
def test_report_of_a_background_task_is_one_event_in_any_order(ingest_key, order):
    pieces = notice_pieces()
    send(ingest_key, [pieces[place] for place in order])
    assert Run.objects.get().prompts == 1
    [report] = Step.objects.filter(name="Background task")
    assert (report.kind, report.input_preview) == ("event", "Look is done")
    told = {"claude-code:hooks", "claude-code:transcript", "otel:claude-code-logs"}
    assert set(report.sources) == told
