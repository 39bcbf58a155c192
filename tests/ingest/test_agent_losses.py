"""What agents leave out of their log records, and events that never came."""

import json

import pytest
from django.test import Client

from ingest.limits import SEQUENCE_RANGES
from ingest.sequences import missing_in, with_numbers
from runs.models import Run, Step
from runs.shown.losses import losses_of
from tests.ingest.claude_channels import attributes


def send(key, *records, path="/v1/logs"):
    body = json.dumps({"resourceLogs": [{"scopeLogs": [{"logRecords": list(records)}]}]})
    answer = Client().post(path, data=body, content_type="application/json", headers={"x-api-key": key})
    assert answer.status_code == 200


def log(name, number, **fields):
    told = {"session.id": "s-1", "prompt.id": "p-1", "event.name": name, "event.sequence": number, **fields}
    body = {"stringValue": f"claude_code.{name}"}
    return {"timeUnixNano": str(10**18 + number), "body": body, "attributes": attributes(told)}


def hook(key, name, **fields):
    given = {"session_id": "s-1", "prompt_id": "p-1", "hook_event_name": name, **fields}
    answer = Client().post(
        "/api/v1/hooks/claude-code", data=json.dumps(given), content_type="application/json",
        headers={"x-api-key": key},
    )  # fmt: skip
    assert answer.status_code == 200


def said():
    return [(one.sentence, one.line) for one in losses_of(Run.objects.get())]


LINE = "OTEL_LOG_USER_PROMPTS=1 OTEL_LOG_TOOL_DETAILS=1 OTEL_LOG_TOOL_CONTENT=1"


@pytest.mark.django_db
def test_texts_that_were_not_sent_are_said_with_what_sends_them(ingest_key):
    call = {"tool_name": "Bash", "tool_use_id": "t1", "success": "true"}
    send(ingest_key, log("user_prompt", 1, prompt="<REDACTED>"), log("tool_result", 2, **call))
    assert said() == [("2 steps had contents that the client left out", LINE)]
    run = Run.objects.get()
    assert (run.prompts, run.task, run.tool_calls) == (1, "", 1)
    hook(ingest_key, "UserPromptSubmit", prompt="Fix it.")
    hook(ingest_key, "PreToolUse", tool_name="Bash", tool_use_id="t1", tool_input={"command": "make"})
    assert said() == []
    assert Step.objects.get(kind="prompt").input_preview == "Fix it."
    assert Run.objects.get().prompts == 1


@pytest.mark.django_db
def test_texts_that_were_cut_are_said(ingest_key):
    given = json.dumps({"content": "x…[80000 chars]"}, ensure_ascii=False)
    send(ingest_key, log("tool_result", 1, tool_name="Write", tool_use_id="t1", tool_input=given))
    assert said() == [("1 step had a text that was cut", "")]


@pytest.mark.django_db
def test_events_that_never_came_are_said_until_they_come(ingest_key):
    send(ingest_key, log("user_prompt", 0, prompt="Go."), log("hook_registered", 1))
    send(ingest_key, log("hook_registered", 5))
    assert [sentence for sentence, _ in said()] == ["3 events never came"]
    send(ingest_key, *(log("plugin_loaded", number) for number in (2, 3, 4)))
    assert said() == []


def test_numbers_are_kept_as_ranges():
    assert with_numbers([], [3, 1, 2, 7, 9, 8, 1]) == [[1, 3], [7, 9]]
    assert missing_in([[1, 3], [7, 9]]) == 3
    assert with_numbers([[1, 3], [7, 9]], [4, 5, 6]) == [[1, 9]]


def test_too_many_holes_are_closed_the_smallest_first():
    numbers = [*range(0, 4 * SEQUENCE_RANGES, 2), 10_000]
    ranges = with_numbers([], numbers)
    assert len(ranges) == SEQUENCE_RANGES
    assert ranges[-1] == [10_000, 10_000]
