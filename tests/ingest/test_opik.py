"""Opik's requests of one span or trace each, and its scores."""

import json

import pytest
from django.test import Client

from ingest.models import Problem
from runs.models import Run, Step

pytestmark = pytest.mark.django_db

TRACE = "01a1f817-c36c-7034-9634-b45c710f4ac3"
CALL, TOOL = TRACE.replace("01a1", "02a1"), TRACE.replace("01a1", "03a1")
LATER = "01a1f817-d36c-7034-9634-b45c710f4ac3"  # as Opik makes them: begins with its time
BEGAN, ENDED = "2026-11-20T08:34:29.000Z", "2026-11-20T08:34:31.000Z"
WHOLE = {"end_time": ENDED, "trace_id": TRACE}


@pytest.fixture
def send(ingest_key):
    def send(method, path, told):
        answer = Client().generic(
            method,
            f"/api/v1/private/{path}",
            json.dumps(told),
            content_type="application/json",
            headers={"authorization": ingest_key},
        )
        assert (answer.status_code, answer.content) == (204, b"")

    return send


REQUESTS = [
    ("POST", "traces", {"id": TRACE, "name": "fixer", "start_time": BEGAN, "input": {"prompt": "Fix it."}}),
    ("POST", "spans", {"id": CALL, "trace_id": TRACE, "type": "llm", "name": "chat", "start_time": BEGAN}),
    (
        "PATCH",
        f"spans/{CALL}",
        WHOLE
        | {
            "type": "llm",
            "model": "gpt-5",
            "output": {"choices": [{"message": {"role": "assistant", "content": "Done."}}]},
            "usage": {"prompt_tokens": 12, "completion_tokens": 3},
        },
    ),
    (
        "POST",
        "spans",
        {"id": TOOL, "trace_id": TRACE, "type": "tool", "name": "run_test", "start_time": BEGAN}
        | {"input": {"target": "a"}},
    ),
    ("PATCH", f"spans/{TOOL}", WHOLE | {"type": "tool", "output": {"output": "3 passed"}}),
    ("PATCH", f"traces/{TRACE}", {"end_time": ENDED, "output": {"output": "Done."}}),
]


@pytest.mark.parametrize("order", [REQUESTS, REQUESTS[::-1]], ids=["in order", "reversed"])
def test_spans_and_traces_one_by_one(send, order):
    for request in order:
        send(*request)
    run = Run.objects.get()
    assert (run.external_id, run.status, run.agent, run.input_tokens) == (TRACE, "done", "fixer", 12)
    steps = Step.objects.filter(kind__in=("llm", "tool")).order_by("kind")
    assert [(step.kind, step.tool, step.status, step.output_preview) for step in steps] == [
        ("llm", "", "ok", "Done."),
        ("tool", "run_test", "ok", "3 passed"),
    ]


LINK = "/api/v1/session/redirect/projects/"


def test_printed_link_leads_to_the_run_of_its_trace(send, client, owner, outsider, project):
    for request in REQUESTS:
        send(*request)
    run = Run.objects.get()
    address = f"{LINK}?trace_id={TRACE}&path=aHR0cDovL3g="
    assert client.get(address)["Location"].startswith("/accounts/login/?next=/api/v1/session/redirect/")
    client.force_login(owner)
    at = f"/{project.team.slug}/{project.slug}/"
    assert client.get(address)["Location"] == f"{at}runs/{run.id}/"
    assert client.get(f"{LINK}?trace_id={LATER}")["Location"] == at
    assert client.get(LINK[:-1])["Location"] == at
    client.force_login(outsider)
    assert str(run.id) not in client.get(address)["Location"]


def test_scores_of_a_trace(send):
    for request in REQUESTS:
        send(*request)
    send("PUT", f"traces/{TRACE}/feedback-scores", {"name": "correct", "value": 0, "source": "sdk"})
    scores = [{"id": TRACE, "name": "correct", "value": 1.0, "reason": "Good."}, {"id": TRACE}]
    send("PUT", "traces/feedback-scores", {"scores": scores})
    assert Run.objects.get().meta["scores"] == {"correct": "1"}
    assert list(Step.objects.filter(kind="event").values_list("name", "output_preview")) == [
        ("correct", "1 · Good.")
    ]
    assert Problem.objects.filter(source="opik").count() == 1


def test_scores_of_a_span_find_its_trace(send):
    for request in REQUESTS:
        send(*request)
    send(
        "POST", "spans", {"id": LATER, "trace_id": TRACE, "type": "tool", "name": "look", "start_time": BEGAN}
    )
    tidy = {"name": "tidy", "value": 0.7, "reason": "Short."}
    send("PUT", "spans/feedback-scores", {"scores": [{"id": LATER, **tidy}, {"id": CALL, **tidy}]})
    send("PUT", f"spans/{LATER}/feedback-scores", {"name": "fast", "value": 1})
    told = Step.objects.filter(kind="event").order_by("name").values_list("name", "output_preview")
    assert list(told) == [("fast", "1"), ("tidy", "0.7 · Short.")]
    assert Run.objects.get().meta.get("scores") is None  # they judge no run
    assert Problem.objects.get(source="opik").why.startswith("No span of this id has come")
