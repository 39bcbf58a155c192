"""A change on disk is hidden when a call made it without saying so; one between calls is nobody's."""

import json

import pytest
from django.test import Client
from django.utils import timezone

from runs.judging import judge_run
from runs.models import Finding, Run

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("step", "found"), [("t1", ["hidden-change"]), (None, [])])
def test_change_between_calls_is_not_hidden(ingest_key, step, found):
    at = "2026-01-01T10:00:0"
    events = [
        {"kind": "tool_call", "id": "t1", "name": "Bash", "args": {"command": "make"}, "ts": f"{at}1Z"},
        {"kind": "tool_result", "id": "t1", "output": "ok", "ts": f"{at}2Z"},
        {
            "kind": "file_change",
            "step": step,
            "path": "a.py",
            "origin": "observed",
            "after": "1\n",
            "ts": f"{at}3Z",
        },
        {"kind": "final", "text": "Done.", "ts": f"{at}4Z"},
    ]
    body = "\n".join(json.dumps({"v": 1, "run": "r", **event}) for event in events)
    Client().post(
        "/api/v1/events", body, content_type="application/x-ndjson", headers={"x-api-key": ingest_key}
    )
    judge_run(Run.objects.get().id, now=timezone.now())
    assert list(Finding.objects.values_list("signature", flat=True)) == found
