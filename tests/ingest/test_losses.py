"""What clients left out is counted on the run, once however often and in whatever order it comes."""

import json
import random
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ingest.spans.losses import losses_of
from ingest.spans.span import Span, SpanKind
from runs.judging import judge_run
from runs.limits import SILENCE
from runs.models import Run
from runs.retention import close_silent_runs_all_projects
from tests import captures

pytestmark = pytest.mark.django_db

RECORDED = {
    "oi_long": {"attributes": 218},
    "anthropic_native": {"contents": 6},
    "otel_genai-nocontent": {"contents": 6},
    "logfire_pydantic": {"scrubbed:session_id": 1},
    "openai_agents": {"contents": 7, "redacted": 1},
    "openai_agents_old": {"contents": 7, "usage": 7},
    "oi_anthropic": {},  # the provider's own spans have no contents, those of the instrumentation have
}


@pytest.mark.parametrize("name", [name for name in RECORDED if name in captures.names()])
def test_losses_of_recorded_clients_are_counted_once(name, ingest_key):
    requests = list(captures.requests_of(name))
    random.Random(2).shuffle(requests)
    for sent in [*requests, *requests]:
        captures.send(sent, ingest_key)
    assert Run.objects.get().losses == RECORDED[name]


def span(number: int, dropped: int, **attributes) -> dict:
    return {
        "traceId": "0af7651916cd43dd8448eb211c80319c",
        "spanId": f"{number:016x}",
        "name": "chat",
        "startTimeUnixNano": f"17673230450000000{number:02}",
        "endTimeUnixNano": f"17673230460000000{number:02}",
        "droppedAttributesCount": dropped,
        "attributes": [
            {"key": key, "value": {"stringValue": value}}
            for key, value in {"gen_ai.operation.name": "chat", **attributes}.items()
        ],
    }


def post(key, *spans):
    data = json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]})
    headers = {"authorization": f"Bearer {key}"}
    answer = Client().post("/v1/traces", data, content_type="application/json", headers=headers)
    assert answer.status_code == 200


def test_page_says_what_is_missing_and_which_line_brings_it(client, owner, project, ingest_key):
    post(ingest_key, span(1, 200), span(2, 18))
    run = Run.objects.get()
    assert run.losses == {"attributes": 218, "contents": 2, "usage": 2}
    client.force_login(owner)
    page = client.get(reverse("runs:run", args=[project.team.slug, project.slug, run.id]))
    html = page.content.decode()
    assert "218 attributes dropped by the client" in html
    assert "<code>OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT=100000</code>" in html
    assert "2 of 2 model calls came without any message" in html
    assert "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT=span_only" in html


def test_contents_that_come_later_are_no_loss_any_more(ingest_key):
    post(ingest_key, span(1, 0))
    assert Run.objects.get().losses == {"contents": 1, "usage": 1}
    said = json.dumps([{"role": "user", "parts": [{"type": "text", "content": "hi"}]}])
    post(ingest_key, span(1, 0, **{"gen_ai.input.messages": said}))
    assert Run.objects.get().losses == {"usage": 1}


@pytest.mark.parametrize(
    ("fields", "lost"),
    [
        ({"kind": SpanKind.PROMPT, "input": "<REDACTED>"}, {"redacted": 1}),
        ({"kind": SpanKind.PROMPT, "input": "say <REDACTED>"}, {}),
        (
            {"kind": SpanKind.TOOL, "error": "Tool execution failed. Error details are redacted."},
            {"redacted": 1},
        ),
        ({"kind": SpanKind.TOOL, "input": '{"content":"abc…[80000 chars]"}'}, {"shortened": 1}),
        ({"kind": SpanKind.TOOL, "output": "x\n[TRUNCATED - Content exceeds 60KB limit]"}, {"shortened": 1}),
        ({"kind": SpanKind.LLM, "input": "abc…[80000 chars]", "lost": {"attributes": 2}}, {"attributes": 2}),
    ],
)
def test_what_stands_in_the_place_of_contents_tells_that_they_are_missing(fields, lost):
    span = Span(trace_id="t", span_id="s", source="otel:claude-code", **fields)
    assert losses_of(span) == lost


@pytest.mark.skipif("oi_openai-kill7" not in captures.names(), reason="../shared/captures is absent")
def test_run_that_died_in_a_call_says_in_which(client, owner, project, ingest_key):
    for sent in captures.requests_of("oi_openai-kill7"):
        captures.send(sent, ingest_key)
    assert Run.objects.get().losses == {}
    later = timezone.now() + SILENCE + timedelta(minutes=1)
    close_silent_runs_all_projects(later)
    run = Run.objects.get()
    assert (run.status, run.losses) == ("unfinished", {"unanswered:patch_file": 1})
    judge_run(run.id, now=later)
    client.force_login(owner)
    listed = client.get(reverse("runs:list", args=["acme", "checkout"])).content.decode()
    assert "Died inside patch_file" in listed
    page = client.get(reverse("runs:run", args=["acme", "checkout", run.id])).content.decode()
    assert "Died inside patch_file" in page
    assert "The run died inside <code>patch_file</code>" in page
    told = client.get(reverse("runs:summary", args=["acme", "checkout", run.id])).content.decode()
    assert "## What was not recorded\n\n- no result of a call of patch" in told
