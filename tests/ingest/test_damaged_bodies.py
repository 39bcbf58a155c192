"""Bodies that are damaged on the way or made to harm, on every endpoint of programs.

The answer is below 500 always: a refusal of one sentence, or a success that says what was left out. What
stands whole beside the damage is stored.
"""

import base64
import gzip
import json
import re
import tracemalloc
import zlib

import pytest
import zstandard
from django.test import Client
from google.protobuf.json_format import ParseDict
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from opentelemetry.proto.logs.v1.logs_pb2 import LogsData
from opentelemetry.proto.trace.v1.trace_pb2 import TracesData

from ingest.limits import EVENTS_DECODED_BYTES, MIB
from runs.models import Run
from tests.ingest.bodies import ENDPOINTS, FORM, OTHERS, new_id

pytestmark = pytest.mark.django_db

FUZZ = settings(
    max_examples=25,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    database=None,
)
PROTOBUF = "application/x-protobuf"
TYPES = st.sampled_from(["application/json", PROTOBUF, FORM, "text/plain", "", "multipart/x", "x" * 300])
ENCODINGS = st.sampled_from(["", "identity", "gzip", "deflate", "zstd", "br", "gzip, gzip", "\x7f"])
STARTS = st.sampled_from(
    [
        b"",
        b"{",
        b'{"data":[',
        b'{"batch":[',
        b"\x0a\x10",
        b"--x\r\n",
        b"\x1f\x8b\x08\0",
        b"\x28\xb5\x2f\xfd",
        b"x\x9c",
    ]
)
EVERY = OTHERS | {name: ("POST", one.path, one.type) for name, one in ENDPOINTS.items()}
PACKERS = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "zstd": lambda data: (packer := zstandard.ZstdCompressor().compressobj()).compress(data) + packer.flush(),
}
HEX_ID = re.compile(r'(?<=Id": ")[0-9a-f]+')
#: Metrics become no run.
WITH_RUNS = [name for name in ENDPOINTS if name != "metrics"]


@pytest.fixture
def post(ingest_key):
    def send(path, body, kind="application/json", *, method="POST", **headers):
        headers = {"x-api-key": ingest_key, **{name.replace("_", "-"): one for name, one in headers.items()}}
        answer = Client().generic(method, path, body, content_type=kind, headers=headers)
        assert answer.status_code < 500, answer.content
        if answer.status_code >= 400:
            # A hook is answered {}, which the agent obeys; the sentence lies in a header.
            assert is_sentence(answer.get("x-agentscope-error") or answer.json()["error"])
        return answer

    return send


def is_sentence(text):
    return text[:1].isupper() and text.endswith(".") and "\n" not in text


def stored(run):
    return Run.objects.filter(external_id__in=[run, run.replace("-", "")], llm_calls=1).exists()


@pytest.mark.parametrize("name", EVERY)
@FUZZ
@given(start=STARTS, rest=st.binary(max_size=200), kind=st.none() | TYPES, encoding=ENCODINGS)
def test_any_bytes(post, name, start, rest, kind, encoding):
    method, path, own = EVERY[name]
    post(path, start + rest, kind or own, method=method, content_encoding=encoding)


@pytest.mark.parametrize("encoding", PACKERS)
@pytest.mark.parametrize("name", WITH_RUNS)
def test_compressed_body_that_is_cut_is_refused_whole(post, name, encoding):
    endpoint, run = ENDPOINTS[name], new_id()
    whole = PACKERS[encoding](endpoint.body(endpoint.piece(run)))
    for size in (1, 5, len(whole) // 2, len(whole) - 1):
        assert post(endpoint.path, whole[:size], content_encoding=encoding).status_code == 400
    assert not stored(run)
    assert post(endpoint.path, whole, content_encoding=encoding).status_code < 300
    assert stored(run)


@pytest.mark.parametrize("encoding", PACKERS)
def test_body_of_several_frames_is_one(post, encoding):
    endpoint, run = ENDPOINTS["traces"], new_id()
    body = endpoint.body(endpoint.piece(run))
    frames = b"".join(PACKERS[encoding](body[at : at + 40]) for at in range(0, len(body), 40))
    assert post(endpoint.path, frames, content_encoding=encoding).status_code == 200
    assert stored(run)


@pytest.mark.parametrize("frames", [1, 300])
@pytest.mark.parametrize("encoding", PACKERS)
def test_decompression_bomb_stops_at_the_cap(post, encoding, frames):
    bomb = PACKERS[encoding](b" " * (300 * MIB // frames)) * frames
    tracemalloc.start()
    answer = post("/v1/traces", bomb, content_encoding=encoding)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert answer.status_code == 413
    assert peak < 2 * EVENTS_DECODED_BYTES


@pytest.mark.parametrize("name", ENDPOINTS)
def test_body_of_crumbs_is_refused_before_it_is_decoded(post, name):
    endpoint = ENDPOINTS[name]
    count = 16_100_000 if name == "import" else 4_100_000
    assert post(endpoint.path, endpoint.body(b"[" + b"1," * count + b"1]")).status_code == 413


def test_marks_in_texts_are_no_crumbs(post):
    endpoint, run = ENDPOINTS["events"], new_id()
    table = '1,2,\\"' * 1_100_000
    assert post(endpoint.path, endpoint.body(endpoint.piece(run) | {"content": table})).status_code == 200
    assert stored(run)


@pytest.mark.parametrize("piece", [b"\x12\x00", b"\x12\x02\x4a\x00"], ids=["spans", "attributes"])
def test_crumbs_of_protobuf_are_refused_before_they_are_decoded(post, piece, monkeypatch):
    monkeypatch.setattr("ingest.formats.otlp.from_protobuf.UNCOUNTED_BYTES", 1_000)
    monkeypatch.setattr("ingest.formats.otlp.from_protobuf.VALUES_PER_REQUEST", 1_000)
    scope = field(0x12, piece * 2_000)
    assert post("/v1/traces", field(0x0A, scope), PROTOBUF).status_code == 413


def field(tag, data):
    return bytes([tag]) + length(len(data)) + data


def length(size):
    return bytes([size & 0x7F]) if size < 0x80 else bytes([size & 0x7F | 0x80]) + length(size >> 7)


ODD_TEXTS = {
    "NaN": b'{"x":NaN,"y":-Infinity}',
    "huge": b'{"x":' + b"9" * 5_000 + b',"y":1e999,"z":-18446744073709551617}',
    "twice": b'{"x":1,"x":[2]}',
    "utf-8": b'{"x":"\xff\xc3("}',
    "utf-16": b'{"x":"\\ud83d \\u0000"}',
    "raw breaks": b'{"x":"a\nb\tc\0"}',
    "no object": b"[7]",
    "nothing": b"null",
}


@pytest.mark.parametrize("odd", ODD_TEXTS)
@pytest.mark.parametrize("name", WITH_RUNS)
def test_good_part_beside_odd_json_is_stored(post, name, odd):
    endpoint, runs = ENDPOINTS[name], [new_id(), new_id()]
    first, last = map(endpoint.piece, runs)
    answer = post(endpoint.path, endpoint.body(first, ODD_TEXTS[odd], last))
    assert answer.status_code < 300, answer.content
    assert [stored(run) for run in runs] == [True, True]


@pytest.mark.parametrize("deep", [b"[" * 100_000, b'{"a":' * 100_000, b"[" * 5_000 + b"]" * 5_000])
@pytest.mark.parametrize("name", ENDPOINTS)
def test_json_that_is_too_deep_is_refused(post, name, deep):
    endpoint = ENDPOINTS[name]
    assert post(endpoint.path, endpoint.body(deep)).status_code < 500
    assert post(endpoint.path, deep).status_code in (400, 422)


@pytest.mark.parametrize(("path", "message"), [("/v1/traces", TracesData), ("/v1/logs", LogsData)])
def test_good_part_beside_text_that_is_no_utf8_is_stored(post, path, message):
    endpoint = ENDPOINTS[path.rpartition("/")[2]]
    good, bad = new_id(), new_id()
    told = json.loads(endpoint.body(endpoint.piece(bad), endpoint.piece(good)))
    told = told_in_protobuf(told, message)
    answer = post(path, told.replace(bad.encode(), b"\xff" * 36), PROTOBUF)
    assert (answer.status_code, b"cannot be decoded" in answer.content) == (200, True)
    assert (stored(good), stored(bad)) == (True, False)


def told_in_protobuf(told, message):
    """Write OTLP/JSON as protobuf; its ids are base64 there."""
    text = HEX_ID.sub(lambda found: base64.b64encode(bytes.fromhex(found[0])).decode(), json.dumps(told))
    return ParseDict(json.loads(text), message()).SerializeToString()
