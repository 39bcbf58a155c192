"""Every recorded SDK with a JSON format of its own, sent again: the run has what the scripted loop did."""

import json
import random

import pytest

from ingest.models import Trace
from runs.models import FileChange, Run, Step
from tests import captures
from tests.captures import Sent
from tests.ingest.test_captures import (
    CRASHED,
    HANDED_OVER,
    KILLED,
    READ,
    REFUSED,
    TEST,
    TRUTH,
    pictured,
    told,
)

pytestmark = pytest.mark.django_db

STARTS = ("langsmith_", "openai_agents", "langfuse_v2", "opik_")
NAMES = [name for name in captures.names() if name.startswith(STARTS)]
#: What an SDK is answered, exactly.
ANSWERS = {
    "/runs/multipart": (202, b"{}"),
    "/otel/v1/traces": (200, b""),
    "/v1/traces/ingest": (204, b""),
    "/api/v1/private/spans/batch": (204, b""),
    "/api/v1/private/traces/batch": (204, b""),
}

EXCEPTIONS = {
    "langsmith_trace-error": REFUSED,
    "langsmith_trace-kill7": KILLED,
    "langfuse_v2-kill7": KILLED,
    # The SDK sends the id and the usage of a model call, not what was sent or said.
    "openai_agents": {**HANDED_OVER, "final": False},
    "openai_agents-stream": {**HANDED_OVER, "final": False},
    # Nor is a call told that no span has come of.
    "openai_agents-kill7": {
        **KILLED,
        "calls": 5,
        "tools": [READ, CRASHED, TEST],
        "tokens": (576, 544, 0, 149, 36),
    },
    "openai_agents_old": {"calls": 7, "tokens": (0, 0, 0, 0, 0), "final": False},  # nor the usage
    "openai_agents_rich": HANDED_OVER,
    "opik_sdk-error": REFUSED,
    "opik_sdk-kill7": KILLED,
}


def send_all(requests, key):
    for sent in requests:
        answer = captures.send(sent, key)
        if sent.method == "GET":
            assert answer.status_code == 200
        elif sent.path == "/api/public/ingestion":
            events = [{"id": event["id"], "status": 201} for event in json.loads(sent.body)["batch"]]
            assert answer.status_code == 207
            assert answer.json()["errors"] == []
            assert sorted(answer.json()["successes"], key=str) == sorted(events, key=str)
        else:
            assert (answer.status_code, answer.content) == ANSWERS[sent.path], sent.path


@pytest.mark.parametrize("name", NAMES)
def test_capture_becomes_the_run_it_was_and_again_changes_nothing(name, project, ingest_key):
    requests = list(captures.requests_of(name))
    send_all(requests, ingest_key)
    expected = TRUTH | EXCEPTIONS.get(name, {})
    assert [told(run) for run in Run.objects.all()] == [expected] * expected["runs"]
    before = pictured(project)
    send_all(requests, ingest_key)
    assert pictured(project) == before


@pytest.mark.parametrize("name", NAMES)
def test_order_of_requests_plays_no_part(name, project, ingest_key):
    requests = list(captures.requests_of(name))
    send_all(requests, ingest_key)
    expected = pictured(project)
    for seed in (1, 2, 3):
        for model in (Run, Step, FileChange, Trace):
            model.objects.all().delete()
        random.Random(seed).shuffle(requests)
        send_all(requests, ingest_key)
        assert pictured(project) == expected


def pieces_of(sent):
    """Cut a request into requests of one begin or end each."""
    if sent.path == "/api/public/ingestion":
        events = json.loads(sent.body)["batch"]
        return [with_body(sent, json.dumps({"batch": [one]}).encode()) for one in events]
    if sent.path.endswith("/batch"):
        ((name, items),) = json.loads(sent.body).items()
        return [with_body(sent, json.dumps({name: [one]}).encode()) for one in items]
    if sent.path == "/v1/traces/ingest":
        items = json.loads(sent.body)["data"]
        return [with_body(sent, json.dumps({"data": [one]}).encode()) for one in items]
    if sent.path != "/runs/multipart":
        return [sent]
    boundary = sent.headers["content-type"].partition("boundary=")[2].encode()
    groups = {}
    for part in (b"\r\n" + sent.body).split(b"\r\n--" + boundary)[1:-1]:
        name = part.partition(b'name="')[2].partition(b'"')[0].decode()
        groups.setdefault(tuple(name.split(".")[:2]), []).append(part)
    delimiter = b"\r\n--" + boundary
    forms = [delimiter.join([b"", *parts, b"--\r\n"]) for parts in groups.values()]
    return [with_body(sent, form.removeprefix(b"\r\n")) for form in forms]


def with_body(sent, body):
    """Give a request another body, uncompressed."""
    return Sent(sent.method, sent.path, sent.headers, "", body)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_each_begin_and_end_may_come_alone_and_in_any_order(name, seed, project, ingest_key):
    requests = list(captures.requests_of(name))
    send_all(requests, ingest_key)
    expected = pictured(project)
    for model in (Run, Step, FileChange, Trace):
        model.objects.all().delete()
    pieces = [piece for sent in requests for piece in pieces_of(sent)]
    if seed:
        random.Random(seed).shuffle(pieces)
    send_all(pieces, ingest_key)
    for found, wanted in zip(pictured(project), expected, strict=True):
        assert [one for one in found if one not in wanted] == []
        assert len(found) == len(wanted)
