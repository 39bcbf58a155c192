"""Requests of SDKs that we recorded ourselves, sent again: the run has what the loop did."""

import json
import random
from pathlib import Path

import pytest
from msgspec import structs

from runs.models import Run, Step
from tests import captures
from tests.ingest.test_captures import CRASHED, PATCH, READ, TEST, TRUTH, told

pytestmark = pytest.mark.django_db

RECORDED = Path(__file__).parent / "recorded"
NAMES = sorted(path.name for path in RECORDED.iterdir() if path.is_dir())
TITLE = "test_calc.py fails. Find the bug in calc.py, fix it and run the tests."
EXCEPTIONS = {
    # The runtime traces no model call.
    "autogen_agent": {"calls": 0, "tokens": (0, 0, 0, 0, 0), "final": False},
    # It sends neither what was asked nor what was said, and tells no reasoning.
    "js_openai_agents-responses": {"tokens": (686, 1344, 0, 192, 0), "final": False},
    # A guardrail stopped it before the first model call.
    "js_openai_agents-trip": {
        "calls": 0,
        "tools": [],
        "tokens": (0, 0, 0, 0, 0),
        "final": False,
        "status": "failed",
    },
    "mlflow_sdk-otlp": {"tokens": (686, 1344, 0, 192, 0)},  # it tells no reasoning
    # The failed call was made again, the answer is a tool, and the cache is not told of.
    "smolagents_oi": {
        "calls": 7,
        "tools": [READ, CRASHED, TEST, TEST, PATCH, TEST, ("final_answer", "ok")],
        "tokens": (2310, 0, 0, 210, 0),
    },
}
NAMED = {
    "autogen_agent": ("AutoGen", "fixer"),
    "crewai_oi": ("Current Task: " + TITLE, ""),
    "js_openai_agents-responses": ("fix-bug", "Fixer"),
    "js_openai_agents-trip": ("fix-bug", "Fixer"),
    "js_openai_agents-chat": (TITLE, "Fixer"),
    "js_langsmith": (TITLE, "fix-bug"),
    "langfuse_langchain": (TITLE, ""),
    "langfuse_v2": (TITLE, "fix-bug"),
    "litellm_oi-root": (TITLE, ""),
    "litellm_own": (TITLE, "litellm"),
    "langsmith_langchain-otel": (TITLE, "fix-bug"),  # everything comes twice, as JSON and as spans
    "lmnr_sdk": (TITLE, "v3loop.py"),
    "mlflow_sdk-otlp": (TITLE, "fix-bug"),
    "smolagents_oi": (TITLE, "fixer"),
}


def send_all(requests, key):
    for sent in requests:
        assert captures.send(sent, key).status_code < 300


@pytest.mark.parametrize("name", NAMES)
def test_recording_becomes_the_run_it_was_in_any_order(name, ingest_key):
    requests = list(captures.requests_of(name, RECORDED))
    send_all(requests, ingest_key)
    run = Run.objects.get()
    assert told(run) == TRUTH | EXCEPTIONS.get(name, {})
    assert (run.name, run.agent) == NAMED[name]
    steps = list(Step.objects.order_by("seq").values())
    random.Random(1).shuffle(requests)
    send_all(requests, ingest_key)
    assert list(Step.objects.order_by("seq").values()) == steps


def test_usage_of_a_turn_is_that_of_its_model_call_in_any_order(ingest_key):
    (sent,) = captures.requests_of("js_openai_agents-responses", RECORDED)
    items = json.loads(sent.body)["data"]
    random.Random(7).shuffle(items)
    bodies = [json.dumps({"data": [item]}).encode() for item in items]
    send_all([structs.replace(sent, body=body) for body in bodies], ingest_key)
    calls = Step.objects.filter(kind="llm").order_by("started_at")
    assert [(step.input_tokens, step.cache_read_tokens, step.output_tokens) for step in calls] == [
        *((114, 96, 24), (280, 0, 18), (74, 256, 30), (124, 256, 40), (80, 320, 32), (14, 416, 48)),
    ]


def test_spans_of_langsmith_alone_tell_all_of_it(ingest_key):
    *_, spans = captures.requests_of("langsmith_langchain-otel", RECORDED)
    send_all([spans], ingest_key)
    assert told(Run.objects.get()) == TRUTH
    assert (
        list(Step.objects.filter(kind="llm").values_list("model", flat=True)) == ["gpt-5-mini-2025-08-07"] * 6
    )
    results = Step.objects.filter(kind="tool").order_by("started_at").values_list("output_preview", flat=True)
    assert list(results) == [
        "def add(a, b):\n    return a - b\n",
        "Error: test runner crashed: exit status 139",
        "FAILED test_calc.py::test_add - assert -1 == 3",
        "patched calc.py",
        "3 passed in 0.01s",
    ]
