"""The endpoints of programs: good, partial, bad; encodings; caps; keys."""

import gzip
import io
import json
import time
import zipfile
import zlib
from datetime import datetime

import pytest
import zstandard
from django.db import OperationalError
from django.test import Client

from ingest import limits, pipeline
from ingest.models import Problem
from runs.models import Run, Step
from teams.actions import create_key, create_project

pytestmark = pytest.mark.django_db

EVENTS = "/api/v1/events"
IMPORT = "/api/v1/import"
LINES = [
    {"run": "r1", "ts": 1763638000, "kind": "run_start", "task": "Fix it", "agent": "loop"},
    {
        "run": "r1",
        "ts": 1763638001,
        "kind": "tool_call",
        "id": "t1",
        "name": "Bash",
        "args": {"command": "ls"},
    },
    {"run": "r1", "ts": 1763638002, "kind": "tool_result", "id": "t1", "output": "a.py", "exit_code": 0},
    {"run": "r1", "ts": 1763638003, "kind": "final", "text": "Done."},
]
BODY = "\n".join(json.dumps(line) for line in LINES).encode()


def zstd_stream(data: bytes) -> bytes:
    """Compress without a content size in the frame, as streaming clients do."""
    packer = zstandard.ZstdCompressor().compressobj()
    return packer.compress(data) + packer.flush()


@pytest.fixture
def api(ingest_key):
    """A client that brings the key."""
    return Client(headers={"authorization": f"Bearer {ingest_key}"})


def post(client, body, url=EVENTS, **headers):
    return client.post(url, data=body, content_type="application/x-ndjson", headers=headers)


def test_events_are_stored(api, project, settings):
    settings.PUBLIC_URL = "https://scope.example.com"
    answer = post(api, BODY)
    run = Run.objects.get(project=project)
    assert answer.status_code == 200
    assert answer.json() == {
        "accepted": 4,
        "runs": [
            {
                "id": str(run.id),
                "external_id": "r1",
                "url": f"https://scope.example.com/{project.team.slug}/{project.slug}/runs/{run.id}/",
            }
        ],
        "quarantined": [],
        "redacted": 0,
    }
    assert (run.task, run.agent, run.status, run.tool_calls) == ("Fix it", "loop", "done", 1)
    step = Step.objects.get(run_id=run.id, key="t1")
    assert (step.status, step.tool, step.output_preview, step.duration_ms) == ("ok", "Bash", "a.py", 1000)


def test_events_twice_change_nothing(api, project):
    post(api, BODY)
    before = (list(Run.objects.values()), list(Step.objects.order_by("seq").values()))
    post(api, BODY)
    after = (list(Run.objects.values()), list(Step.objects.order_by("seq").values()))
    assert before == after


@pytest.mark.parametrize(
    ("encoding", "pack"),
    [
        ("gzip", gzip.compress),
        ("deflate", zlib.compress),
        ("zstd", zstandard.compress),
        ("zstd", zstd_stream),
        ("zstd", lambda data: zstd_stream(data[:50]) + zstandard.compress(data[50:])),
        ("gzip", lambda data: gzip.compress(data[:50]) + gzip.compress(data[50:])),
        ("identity", bytes),
    ],
)
def test_encoded_events_are_stored(api, encoding, pack):
    answer = post(api, pack(BODY), **{"content-encoding": encoding})
    assert (answer.status_code, answer.json()["accepted"]) == (200, 4)


def test_json_array_is_stored(api):
    assert post(api, json.dumps(LINES).encode()).json()["accepted"] == 4


def test_one_pretty_object_is_stored(api):
    assert post(api, json.dumps(LINES[0], indent=2).encode()).json()["accepted"] == 1


def test_closing_slash_is_welcome(api):
    assert post(api, BODY, url=EVENTS + "/").status_code == 200


@pytest.mark.parametrize("encoding", ["gzip", "zstd", "deflate"])
def test_cut_off_body_is_refused_whole(api, encoding):
    packed = {"gzip": gzip.compress, "zstd": zstd_stream, "deflate": zlib.compress}[encoding](BODY * 50)
    answer = post(api, packed[:-9], **{"content-encoding": encoding})
    assert answer.status_code == 400
    assert answer.json() == {"error": f"The {encoding} body is damaged or cut off; nothing was stored."}
    assert not Run.objects.exists()


@pytest.mark.parametrize("encoding", ["gzip", "zstd", "deflate"])
def test_bomb_stops_at_the_cap(api, encoding, monkeypatch):
    monkeypatch.setattr("ingest.endpoints.gate.EVENTS_DECODED_BYTES", 1024 * 1024)
    packed = {"gzip": gzip.compress, "zstd": zstd_stream, "deflate": zlib.compress}[encoding](b"\n" * 2**26)
    answer = post(api, packed, **{"content-encoding": encoding})
    assert answer.status_code == 413
    assert answer.json() == {
        "error": "The body is larger than 1 MiB when decompressed; send it in smaller pieces."
    }


def test_unknown_encoding_is_415(api):
    answer = post(api, BODY, **{"content-encoding": "br"})
    assert answer.status_code == 415


def test_body_over_the_cap_is_413(api, monkeypatch):
    monkeypatch.setattr("ingest.endpoints.gate.EVENTS_ENCODED_BYTES", 100)
    assert post(api, BODY).status_code == 413


def test_too_many_events_are_413(api, monkeypatch):
    split = pipeline.events.split
    monkeypatch.setattr(pipeline.events, "split", lambda body: split(body, most=3))
    assert post(api, BODY).status_code == 413
    assert not Run.objects.exists()


def test_empty_body_is_422(api):
    assert post(api, b" \n").status_code == 422


def test_good_part_of_a_batch_is_stored(api, project):
    answer = post(api, BODY + b'\n{"kind": "final"\nnot json\n[1]\n{"kind": "log", "text": "no run"}')
    assert answer.status_code == 200
    assert answer.json()["accepted"] == 4
    assert answer.json()["quarantined"] == [
        {"where": "event 5", "why": "The JSON is damaged or cut off."},
        {"where": "event 6", "why": "This is not JSON."},
        {"where": "event 7", "why": "An event is a JSON object, this is a int."},
        {
            "where": "event 8",
            "why": "The event names no run: give `run`, the header X-AgentScope-Run, or ?run=.",
        },
    ]
    assert sorted(Problem.objects.values_list("why", flat=True))[1] == "The JSON is damaged or cut off."
    problem = Problem.objects.get(why="This is not JSON.")
    assert (problem.project, problem.content, problem.size) == (project, b"not json", 8)


def test_same_problem_is_counted_once(api):
    for _ in range(3):
        post(api, b"nonsense")
    assert list(Problem.objects.values_list("why", "count")) == [("This is not JSON.", 3)]


def test_nothing_readable_is_422_and_kept(api):
    answer = post(api, b"nonsense")
    assert answer.status_code == 422
    assert answer.json()["error"] == "No event could be read; see `quarantined`."


def test_run_comes_from_the_header_or_the_address(api, project):
    body = json.dumps({"kind": "log", "text": "x"}).encode()
    post(api, body, **{"x-agentscope-run": "h1"})
    post(api, body, url=EVENTS + "?run=q1")
    assert sorted(Run.objects.values_list("external_id", flat=True)) == ["h1", "q1"]


@pytest.mark.parametrize("url", [EVENTS, IMPORT])
@pytest.mark.parametrize("key", ["", "as_wrong", "as_" + "a" * 40])
def test_bad_key_is_401(db, client, url, key):
    answer = client.post(url, data=BODY, content_type="application/json", headers={"x-api-key": key})
    assert answer.status_code == 401
    assert answer.json()["error"].startswith("Send an API key")


@pytest.mark.parametrize("url", [EVENTS, IMPORT])
def test_read_key_cannot_send(client, read_key, url):
    answer = client.post(url, data=BODY, content_type="application/json", headers={"x-api-key": read_key})
    assert answer.status_code == 401


@pytest.mark.parametrize("url", [EVENTS, IMPORT])
def test_wrong_method_is_405(api, url):
    answer = api.put(url)
    assert (answer.status_code, answer.json(), answer["allow"]) == (405, {"error": "Use POST."}, "POST, GET")


@pytest.mark.parametrize("url", [EVENTS, IMPORT])
def test_get_says_whether_the_key_is_fine(api, client, url):
    told = api.get(url).json()
    assert abs(datetime.fromisoformat(told.pop("time")).timestamp() - time.time()) < 60
    assert told == {"key": "ok", "project": "checkout", "team": "acme"}
    assert client.get(url).status_code == 401


def test_other_teams_key_writes_to_its_own_project(client, project, outsider):
    team = outsider.teams.get()
    other = create_project(team, "Other")
    raw = create_key(other, "x", scopes=["ingest"], by=outsider)[1]
    client.post(EVENTS, data=BODY, content_type="application/json", headers={"x-api-key": raw})
    assert list(Run.objects.values_list("project", flat=True)) == [other.pk]


def test_database_away_is_503(api, monkeypatch):
    def fail(*args, **kwargs):
        raise OperationalError("gone")

    monkeypatch.setattr(pipeline.store, "save", fail)
    answer = post(api, BODY)
    assert (answer.status_code, answer["retry-after"]) == (503, "5")
    assert answer.json() == {"error": "The database cannot be reached; nothing was stored, try again."}


def test_secrets_are_masked_unless_switched_off(api, project):
    line = {"run": "r1", "id": "x", "kind": "log", "text": "key sk-ant-api03-" + "a1" * 20}
    assert post(api, json.dumps(line).encode()).json()["redacted"] == 1
    assert Step.objects.get().input_preview == "key [redacted:anthropic-key]"


def test_import_of_a_raw_body(api, project):
    answer = post(api, BODY, url=IMPORT + "?filename=trace.jsonl")
    assert answer.status_code == 200
    assert answer.json()["format"] == "events"
    assert [run["external_id"] for run in answer.json()["runs"]] == ["r1"]


def test_utf16_file_is_read_and_masked(api):
    line = {"run": "r1", "id": "x", "kind": "log", "text": "key sk-ant-api03-" + "a1" * 20}
    answer = post(api, json.dumps(line).encode("utf-16"), url=IMPORT)
    assert (answer.json()["format"], answer.json()["redacted"]) == ("events", 1)
    assert Step.objects.get().input_preview == "key [redacted:anthropic-key]"


def test_import_of_many_files_and_a_zip(api):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a/one.jsonl", BODY)
        archive.writestr("__MACOSX/a/one.jsonl", b"\0\0")
        archive.writestr("notes.bin", b"\x00\x01")
    buffer.seek(0)
    files = [io.BytesIO(BODY.replace(b"r1", b"r2")), buffer]
    files[0].name, files[1].name = "two.jsonl", "all.zip"
    answer = api.post(IMPORT, {"files": files})
    assert sorted(run["external_id"] for run in answer.json()["runs"]) == ["r1", "r2"]
    assert answer.json()["quarantined"] == [
        {
            "where": "notes.bin",
            "why": "The format is not known: no line looks like an event or a transcript we can read.",
        }
    ]


def test_import_names_a_known_format(api):
    line = {"hook_event_name": "Stop", "session_id": "x"}
    answer = post(api, json.dumps(line).encode(), url=IMPORT)
    assert answer.status_code == 422
    assert answer.json()["quarantined"] == [
        {"where": "body", "why": "This looks like Claude Code hook payloads, which cannot be imported yet."}
    ]


def test_zip_bomb_is_413(api, monkeypatch):
    monkeypatch.setattr("ingest.archives.IMPORT_DECODED_BYTES", 2**20)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.jsonl", b"\n" * 2**24)
    assert post(api, buffer.getvalue(), url=IMPORT).status_code == 413


def test_damaged_zip_is_422(api):
    assert post(api, b"PK\x03\x04 no zip", url=IMPORT).status_code == 422


def test_damaged_multipart_is_400(api):
    answer = api.post(IMPORT, data=b"--x\r\nnonsense", content_type="multipart/form-data")
    assert answer.status_code == 400


def test_limits_are_documented_numbers():
    assert all(isinstance(getattr(limits, name), int) for name in dir(limits) if name.isupper())
