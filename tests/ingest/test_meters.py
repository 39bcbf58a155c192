"""What agents count of their sessions: each number once, in any order, in both encodings."""

import json
from random import Random

import pytest
from django.test import Client
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest

from ingest.limits import METER_POINTS
from ingest.meters import Reading, fold, total_of
from ingest.models import Meter, Problem
from runs.models import Run
from tests.conftest import SHARED_DATA
from tests.ingest.claude_channels import attributes

OTLP = SHARED_DATA.parent / "agents" / "claude_code" / "bugfix.json" / "otlp"
SECOND = 10**9


def send(key, path, body, content_type="application/json"):
    answer = Client().post(path, data=body, content_type=content_type, headers={"x-api-key": key})
    assert answer.status_code == 200, answer.content


def metric(name, value, *, at=1, start=0, delta=True, session="s-1", **fields):
    point = {
        "attributes": attributes({"session.id": session, **fields}),
        "startTimeUnixNano": str(start * SECOND),
        "timeUnixNano": str(at * SECOND),
        "asDouble": value,
    }
    kind = {"aggregationTemporality": 1 if delta else 2, "isMonotonic": True, "dataPoints": [point]}
    return {"name": name, "sum": kind}


def body_of(*metrics):
    return json.dumps({"resourceMetrics": [{"scopeMetrics": [{"metrics": list(metrics)}]}]})


def hook(key, name="UserPromptSubmit", **fields):
    given = {"session_id": "s-1", "hook_event_name": name, "prompt_id": "p", "prompt": "Go.", **fields}
    send(key, "/api/v1/hooks/claude-code", json.dumps(given))


def reported():
    return Run.objects.get().meta.get("reported")


@pytest.mark.django_db
def test_real_metrics_stand_beside_the_run(ingest_key):
    for name in ("0001-logs", "0002-traces", "0003-traces", "0004-logs", "0005-metrics", "0005-metrics"):
        path = f"/v1/{name.partition('-')[2]}"
        send(ingest_key, path, (OTLP / f"{name}.json").read_bytes())
    run = Run.objects.get()
    assert reported() == {
        "active_seconds": {"cli": 1.183},
        "cost_usd": 0.116393,
        "edits": {"accept": 1},
        "lines": {"added": 1, "removed": 1},
        "tokens": {"cacheCreation": 22896, "cacheRead": 89676, "input": 20, "output": 238},
    }
    assert (run.llm_calls, run.output_tokens, run.input_tokens) == (5, 238, 20)
    assert "otel:claude-code-metrics" in run.sources


@pytest.mark.django_db
def test_protobuf_says_the_same(ingest_key):
    from google.protobuf.json_format import Parse

    message = Parse((OTLP / "0005-metrics.json").read_text(), ExportMetricsServiceRequest())
    send(ingest_key, "/v1/metrics", message.SerializeToString(), "application/x-protobuf")
    send(ingest_key, "/v1/metrics", (OTLP / "0005-metrics.json").read_bytes())
    assert not Run.objects.exists()
    cost = Meter.objects.get(name="cost_usd")
    assert round(cost.total, 6) == 0.116393


@pytest.mark.django_db
def test_metrics_wait_for_their_run(ingest_key):
    send(ingest_key, "/v1/metrics", body_of(metric("claude_code.commit.count", 2)))
    assert not Run.objects.exists()
    hook(ingest_key)
    assert reported() == {"commits": 2}
    send(ingest_key, "/v1/metrics", body_of(metric("claude_code.commit.count", 1, at=2)))
    assert reported() == {"commits": 3}


def imported(key, *bodies):
    answer = Client().post(
        "/api/v1/import?filename=x.jsonl",
        data="\n".join(bodies),
        content_type="application/json",
        headers={"x-api-key": key},
    )
    return answer.status_code, [problem.why for problem in Problem.objects.order_by("id")]


@pytest.mark.django_db
def test_a_file_of_metrics_alone_says_what_becomes_of_it(ingest_key):
    count = body_of(metric("claude_code.commit.count", 2))
    status, [why] = imported(ingest_key, count)
    assert (status, why[:78]) == (
        422,
        "OpenTelemetry metrics: what they count of their sessions is kept, and will sta",
    )
    hook(ingest_key)
    assert reported() == {"commits": 2}
    Problem.objects.all().delete()
    later = body_of(metric("claude_code.commit.count", 1, at=2))
    assert imported(ingest_key, count, later) == (200, [])
    assert reported() == {"commits": 3}


@pytest.mark.django_db
def test_a_file_of_metrics_of_no_agent_is_refused_in_words(ingest_key):
    _, [why] = imported(ingest_key, body_of(metric("http.server.duration", 2)))
    assert why == "OpenTelemetry data, but no span, log record or metric in it tells what an agent did."


@pytest.mark.django_db
def test_other_metrics_and_those_without_a_session_are_left(ingest_key):
    send(ingest_key, "/v1/metrics", body_of(metric("http.server.duration", 2)))
    send(ingest_key, "/v1/metrics", body_of(metric("claude_code.commit.count", 2, session="")))
    assert not Meter.objects.exists()


@pytest.mark.django_db
def test_odd_numbers_and_points_without_their_part(ingest_key):
    lines = "claude_code.lines_of_code.count"
    odd = [metric(lines, value, at=n, type="added") for n, value in enumerate([1e308, -1, "x", 2**70, 3], 1)]
    send(ingest_key, "/v1/metrics", body_of(*odd, metric(lines, 2, at=9)))
    hook(ingest_key)
    assert reported() == {"lines": {"added": 3.0, "other": 2.0}}


@pytest.mark.django_db
def test_sums_of_a_histogram_count(ingest_key):
    point = {
        "attributes": attributes({"conversation.id": "s-1", "token_type": "output"}),
        "sum": 40,
        "count": 2,
    }
    kind = {"aggregationTemporality": 1, "dataPoints": [{**point, "timeUnixNano": "5"}]}
    send(ingest_key, "/v1/metrics", body_of({"name": "codex.turn.token_usage", "histogram": kind}))
    assert [(m.name, m.total, m.agent) for m in Meter.objects.all()] == [("tokens.output", 40, "codex")]


def reading(value, *, at, start=0, delta=True):
    return Reading(
        run="r", agent="a", name="n", series=b"s", start=start, at=at, value=value, is_delta=delta
    )  # fmt: skip


def folded(readings):
    told = {}
    for one in readings:
        told = fold(told, one)
    return total_of(told)


@pytest.mark.parametrize("seed", range(4))
def test_growth_counts_once_in_any_order(seed):
    readings = [reading(2, at=at) for at in range(1, 41)]
    sent = [*readings, *readings[:20]]
    Random(seed).shuffle(sent)
    assert folded(sent) == 80


@pytest.mark.parametrize("seed", range(4))
def test_sums_take_the_newest_of_each_start(seed):
    readings = [reading(n, at=n, start=0, delta=False) for n in range(1, 11)]
    readings += [reading(n, at=100 + n, start=100, delta=False) for n in range(1, 6)]
    Random(seed).shuffle(readings)
    assert folded(readings) == 15


def test_long_sessions_settle_and_count_no_number_again():
    readings = [reading(1, at=at) for at in range(1, METER_POINTS + 51)]
    assert folded([*readings, *readings]) == METER_POINTS + 50
