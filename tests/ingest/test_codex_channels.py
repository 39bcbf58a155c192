"""One thread of Codex told by any of its channels, in any order, is one run without doubles."""

import json
from concurrent.futures import ThreadPoolExecutor
from itertools import combinations
from random import Random
from threading import Barrier

import pytest
from django.db import connection
from django.test import Client

from runs.models import Run, Step
from tests.conftest import SHARED_DATA
from tests.ingest import codex_channels
from tests.ingest.claude_channels import attributes
from tests.ingest.codex_channels import Thread

pytestmark = pytest.mark.django_db

ROLLOUT = (SHARED_DATA.parent / "agents" / "codex" / "bugfix" / "rollout.jsonl").read_bytes()
THREAD = Thread(ROLLOUT)
IMPORT, NOTIFY = "/api/v1/import?filename=x.jsonl", "/api/v1/hooks/codex"
PIECES = {
    "rollout": (IMPORT, ROLLOUT),
    "logs": ("/v1/logs", codex_channels.as_logs(THREAD)),
    "printed": (IMPORT, codex_channels.as_printed(THREAD)),
    "notify": (NOTIFY, codex_channels.as_notice(THREAD)),
}
SUBSETS = [set(one) for size in range(1, 5) for one in combinations(PIECES, size)]


def send(key, path, body):
    answer = Client().post(path, data=body, content_type="application/json", headers={"x-api-key": key})
    assert answer.status_code == 200, (path, answer.content)


def sums():
    run = Run.objects.get()
    return {
        "run": run.external_id,
        "prompts": run.prompts,
        "calls": run.llm_calls,
        "tools": run.tool_calls,
        "tokens": (run.input_tokens, run.cache_read_tokens, run.output_tokens),
        "files": run.files_changed,
        "lines": (run.lines_added, run.lines_removed),
        "finals": Step.objects.filter(kind="final").count(),
    }


def expected(channels):
    counted = channels & {"rollout", "logs"}
    told = sums()
    return {
        "run": THREAD.id,
        "prompts": int(bool(channels - {"printed"})),
        "calls": 5 if counted else told["calls"],
        "tools": 5 if channels - {"notify"} else 0,
        "tokens": (10_701, 40_774, 190) if channels - {"notify"} else (0, 0, 0),
        "files": int(bool(counted)),  # what is printed has no folder: its files may lie anywhere
        "lines": (1, 1) if counted else (0, 0),
        "finals": int("notify" in channels),
    }


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("channels", SUBSETS, ids=lambda one: "+".join(sorted(one)))
def test_channels_in_any_order_are_one_run(ingest_key, channels, seed):
    names = sorted(channels)
    Random(seed).shuffle(names)
    for name in [*names, *names]:
        send(ingest_key, *PIECES[name])
    assert sums() == expected(channels)


def test_log_records_and_rollout_share_their_steps(ingest_key):
    send(ingest_key, *PIECES["logs"])
    send(ingest_key, *PIECES["rollout"])
    told = [sorted(step.sources) for step in Step.objects.filter(kind__in=("llm", "tool", "prompt"))]
    assert told == [["codex:rollout", "otel:codex-logs"]] * 11
    assert Step.objects.get(tool="apply_patch").changes == 1


def test_notice_in_a_wrong_shape_is_refused_harmlessly(ingest_key):
    for body in (
        b"",
        b"{",
        b"[]",
        b'{"type": "agent-turn-complete"}',
        b'{"thread-id": "t", "type": "other"}',
    ):
        answer = Client().post(
            NOTIFY, data=body, content_type="application/json", headers={"x-api-key": ingest_key}
        )
        assert (answer.status_code, answer.content) == (422, b"{}")
    wild = {"type": "agent-turn-complete", "thread-id": "t", "input-messages": [{}], "cwd": 5}
    send(ingest_key, NOTIFY, json.dumps(wild))
    assert (Run.objects.get().external_id, Step.objects.count()) == ("t", 0)


def test_spans_of_its_own_insides_are_left(ingest_key):
    fields = {"busy_ns": 5, "idle_ns": 7, "gen_ai.usage.input_tokens": 4}
    span = {"traceId": "ab" * 16, "spanId": "cd" * 8, "name": "handle_responses", "startTimeUnixNano": "1"}
    scope = {"spans": [{**span, "endTimeUnixNano": "2", "attributes": attributes(fields)}]}
    resource = {"attributes": attributes({"service.name": "codex_cli_rs"})}
    send(
        ingest_key,
        "/v1/traces",
        json.dumps({"resourceSpans": [{"resource": resource, "scopeSpans": [scope]}]}),
    )
    assert not Run.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_what_is_printed_gives_way_also_to_a_rollout_sent_at_the_same_time(ingest_key):
    """Neither sees the other's steps stored when it begins: whoever is second has to look again."""
    gate = Barrier(2)
    with ThreadPoolExecutor(2) as threads:
        sent = [threads.submit(send_at, gate, ingest_key, name) for name in ("rollout", "printed")]
    assert [one.result() for one in sent] == [None, None]
    assert sums() == expected({"rollout", "printed"})


def send_at(gate, key, name):
    gate.wait()
    try:
        send(key, *PIECES[name])
    finally:
        connection.close()
