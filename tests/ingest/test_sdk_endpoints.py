"""OpenAI Agents, Langfuse, Opik and logfire: answers, scores, damaged pieces, wild bodies."""

import json

import pytest
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.formats.sdks import langfuse, openai_agents, opik
from ingest.models import Problem
from runs.models import Run, Step

pytestmark = pytest.mark.django_db

DAYS_LATER = {"timestamp": "2026-11-25T08:00:00Z"}
AT, LATER = "2026-11-20T08:34:29.000Z", "2026-11-20T08:34:31.000Z"
USAGE = {"prompt_tokens": 12, "completion_tokens": 3, "prompt_tokens_details": {"cached_tokens": 2}}
GENERATION = {
    "id": "g1",
    "traceId": "t1",
    "name": "chat",
    "startTime": AT,
    "endTime": LATER,
    "model": "gpt-5",
    "input": [{"role": "user", "content": "Say hi."}],
    "output": {"role": "assistant", "content": "Hi."},
    "usageDetails": USAGE,
}


def ask(key, path):
    return Client().get(path, headers={"x-api-key": key})


def post(key, path, value):
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return Client().post(path, data=data, content_type="application/json", headers={"x-api-key": key})


def event(kind, body, id="e1"):
    return {"id": id, "type": kind, "timestamp": LATER, "body": body}


def told():
    run, step = Run.objects.get(), Step.objects.get(kind="llm")
    tokens = (step.input_tokens, step.cache_read_tokens, step.output_tokens)
    return (run.external_id, step.model, step.status, tokens, step.output_preview)


EXPECTED = ("t1", "gpt-5", "ok", (10, 2, 3), "Hi.")


def test_projects_name_the_project_of_the_key(ingest_key):
    told = {
        "id": "checkout",
        "name": "Checkout",
        "organization": {"id": "acme", "name": "Acme"},
        "metadata": {},
        "retentionDays": None,
    }
    assert ask(ingest_key, "/api/public/projects").json() == {"data": [told]}


def test_logfire_learns_the_project(ingest_key, settings):
    settings.PUBLIC_URL = "https://scope.example.com"
    assert ask(ingest_key, "/v1/info/").json() == {
        "project_name": "checkout",
        "project_url": "https://scope.example.com/acme/checkout/",
    }


def test_opik_learns_that_the_server_is_there(ingest_key):
    assert ask(ingest_key, "/api/is-alive/ping").json() == {"message": "Healthy Server", "healthy": True}


@pytest.mark.parametrize("turned", [False, True])
def test_langfuse_creates_and_updates(ingest_key, turned):
    ended = ("endTime", "output", "usageDetails")
    begun = {name: value for name, value in GENERATION.items() if name not in ended}
    update = {name: GENERATION[name] for name in ("id", "traceId", "model", *ended)}
    events = [event("generation-create", begun), event("generation-update", update)]
    for one in reversed(events) if turned else events:
        answer = post(ingest_key, "/api/public/ingestion", {"batch": [one]})
        assert (answer.status_code, answer.json()) == (
            207,
            {"successes": [{"id": "e1", "status": 201}], "errors": []},
        )
    assert told() == EXPECTED


def test_langfuse_events_of_one_batch_may_be_in_any_order(ingest_key):
    trace = {"id": GENERATION["traceId"], "timestamp": GENERATION["startTime"], "name": "fixer"}
    ended = ("endTime", "output", "usageDetails")
    begun = {name: value for name, value in GENERATION.items() if name not in ended}
    update = {name: GENERATION[name] for name in ("id", "traceId", *ended)}
    events = [
        event("trace-create", trace),
        event("generation-create", {**begun, "model": "asked"}),
        event("generation-update", {**update, "model": "answered"}),
        event("trace-create", {"id": trace["id"], "timestamp": GENERATION["endTime"]}),
    ]
    assert post(ingest_key, "/api/public/ingestion", {"batch": events[::-1]}).status_code == 207
    assert Step.objects.get(kind="llm").model == "answered"
    assert Run.objects.get().started_at.isoformat() == "2026-11-20T08:34:29+00:00"


def test_langfuse_is_answered_event_by_event(ingest_key):
    batch = [
        event("generation-create", {"name": "lost"}, "e1"),
        event("generation-create", GENERATION, "e2"),
        event("no-such-type", {}, "e3"),
        7,
        event("sdk-log", {"log": "x"}, "e5"),
    ]
    answer = post(ingest_key, "/api/public/ingestion/", {"batch": batch})
    assert answer.status_code == 207
    assert sorted(one["id"] for one in answer.json()["successes"]) == ["e2", "e5"]
    assert sorted((one["id"], one["status"]) for one in answer.json()["errors"]) == [
        *(("4", 400), ("e1", 400), ("e3", 400)),
    ]
    assert told() == EXPECTED
    assert Problem.objects.filter(source="langfuse").count() == 3


def test_langfuse_scores_are_accepted_exactly(ingest_key):
    post(ingest_key, "/api/public/ingestion", {"batch": [event("generation-create", GENERATION)]})
    scores = [
        {
            "id": "s1",
            "traceId": "t1",
            "name": "correct",
            "value": 1.0,
            "comment": "Good.",
            "timestamp": LATER,
        },
        {"id": "s2", "traceId": "t1", "observationId": "g1", "name": "helpful", "value": "yes"},
    ]
    for _ in range(2):
        answer = post(ingest_key, "/api/public/scores", scores)
        assert (answer.status_code, answer.content) == (202, b'{"message":"Accepted"}')
    run = Run.objects.get()
    assert (run.outcome, run.meta["scores"], run.verdict) == ("correct 1", {"correct": "1"}, "")
    assert run.ended_at.isoformat() == "2026-11-20T08:34:31+00:00"  # judging later makes no run longer
    events = Step.objects.filter(kind="event").order_by("name").values_list("name", "output_preview")
    assert list(events) == [("correct", "1 · Good."), ("helpful", "yes")]


def test_page_of_a_run_shows_its_scores(ingest_key, client, owner):
    post(ingest_key, "/api/public/ingestion", {"batch": [event("generation-create", GENERATION)]})
    score = {"id": "s1", "traceId": "t1", "name": "correct", "value": 1, "comment": "As it should be."}
    post(ingest_key, "/api/public/scores", [score | DAYS_LATER])
    client.force_login(owner)
    page = client.get(f"/acme/checkout/runs/{Run.objects.get().id}/").content.decode()
    assert "correct" in page
    assert "As it should be." in page


def test_langfuse_scores_that_name_no_trace_are_told(ingest_key):
    answer = post(
        ingest_key, "/api/public/scores", [{"id": "s1"}, {"traceId": "t1", "name": "ok", "value": 1}]
    )
    assert (answer.status_code, answer.json()["accepted"], answer.json()["rejected"]) == (207, 1, 1)


def test_openai_agents_fields(ingest_key):
    span = {
        "object": "trace.span",
        "id": "s1",
        "trace_id": "t1",
        "started_at": AT,
        "ended_at": LATER,
        "span_data": {
            "type": "generation",
            "model": "gpt-5",
            "input": [{"role": "user", "content": "Say hi."}],
            "output": [{"role": "assistant", "content": "Hi."}],
            "usage": {"input_tokens": 12, "output_tokens": 3, "input_tokens_details": {"cached_tokens": 2}},
        },
    }
    answer = post(ingest_key, "/v1/traces/ingest", {"data": [{"object": "trace.span"}, span]})
    assert (answer.status_code, answer.content, told()) == (204, b"", EXPECTED)
    assert Problem.objects.get().why == "The span has no id or no trace id."


def test_openai_agents_tripped_guardrail(ingest_key):
    spans = [
        {"object": "trace", "id": "t1", "workflow_name": "Fix", "group_id": "g"},
        {
            "object": "trace.span",
            "id": "s1",
            "trace_id": "t1",
            "started_at": AT,
            "ended_at": AT,
            "span_data": {"type": "guardrail", "name": "no_secrets", "triggered": True},
        },
    ]
    assert post(ingest_key, "/v1/traces/ingest/", {"data": spans}).status_code == 204
    step = Step.objects.get()
    assert (step.kind, step.name, step.status, step.error, step.error_kind) == (
        *("guardrail", "no_secrets", "failed", "Tripped.", "policy"),
    )
    assert Run.objects.get().session == "g"


def test_langfuse_file_is_imported(ingest_key):
    trace = {
        "id": "t1",
        "timestamp": AT,
        "name": "fixer",
        "sessionId": "s-1",
        "observations": [{**GENERATION, "type": "GENERATION"}],
        "scores": [{"id": "s1", "name": "correct", "value": 1}],
    }
    answer = post(ingest_key, "/api/v1/import?filename=export.json", [trace])
    assert (answer.status_code, answer.json()["format"], told()) == (200, "langfuse", EXPECTED)
    run = Run.objects.get()
    assert (run.session, run.outcome, run.agent) == ("s-1", "correct 1", "fixer")


def test_the_download_of_a_langfuse_trace_is_imported(ingest_key):
    """Its values are JSON inside of text, that of the trace twice over."""
    folded = {name: json.dumps(GENERATION[name]) for name in ("input", "output")}
    trace = {"id": "t1", "timestamp": AT, "name": "fixer", "input": json.dumps(json.dumps({"a": 1}))}
    whole = {"trace": trace, "observations": [{**GENERATION, **folded, "type": "GENERATION"}]}
    answer = post(ingest_key, "/api/v1/import?filename=export.json", whole)
    assert (answer.status_code, answer.json()["format"], told()) == (200, "langfuse", EXPECTED)


@pytest.mark.parametrize(
    "path",
    [
        "/v1/traces/ingest",
        "/api/public/ingestion",
        "/api/v1/private/spans/batch",
        "/api/v1/private/traces/batch",
    ],
)
@pytest.mark.parametrize(("body", "status"), [(b"{", 400), (b"[1]", 400), (b"{}", 400), (b"", 422)])
def test_what_is_none_is_refused(ingest_key, path, body, status):
    answer = post(ingest_key, path, body)
    assert (answer.status_code, list(answer.json())) == (status, ["error"])


NAMES = st.sampled_from([*GENERATION, "usage", "level", "span_data", "error", "type", "object", "output"])
WILD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=80)
@given(st.dictionaries(NAMES, WILD), st.sampled_from(["generation-create", "tool-update", "trace-create"]))
def test_wild_fields_never_raise(fields, kind):
    langfuse.read_ingestion(json.dumps({"batch": [event(kind, GENERATION | fields)]}).encode())
    langfuse.read_scores(json.dumps([{"traceId": "t", "value": 1} | fields]).encode())
    opik.read_spans(json.dumps({"spans": [{"id": "a", "trace_id": "t", "type": "llm"} | fields]}).encode())
    span = {"id": "a", "trace_id": "t", "span_data": {"type": "generation"} | fields}
    openai_agents.read_body(json.dumps({"data": [span, span | fields]}).encode())


@pytest.mark.parametrize("name", ["NUL \x00 in it", "\ud800 alone", "x" * 100_000])
def test_strange_texts_are_stored(ingest_key, name):
    strange = GENERATION | {"name": name, "model": name, "input": name, "output": name, "statusMessage": name}
    trace = {"id": "t1", "name": name, "sessionId": name, "tags": [name], "metadata": {name: name}}
    batch = [event("trace-create", trace), event("generation-create", strange)]
    assert post(ingest_key, "/api/public/ingestion", {"batch": batch}).status_code == 207
    assert Step.objects.filter(kind="llm", status="ok").count() == 1
