"""LangSmith's API: what its SDKs are answered, bodies in every shape, and what is damaged in them."""

import json

import pytest
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.formats.sdks import langsmith
from ingest.models import Problem
from ingest.streams import Refused
from runs.models import Run, Step

pytestmark = pytest.mark.django_db

ROOT, CALL, TOOL = (f"01a1f817-c36c-7034-9634-b45c710f4ac{n}" for n in range(3))
FORM = "multipart/form-data; boundary=x"
HEAD = b'--x\r\nContent-Disposition: form-data; name="%s"\r\nContent-Type: application/json\r\n\r\n%s\r\n'
AT = "20261120T083429356148Z"
BEGUN = {
    "id": CALL,
    "trace_id": ROOT,
    "dotted_order": f"{AT}{ROOT}.{AT}{CALL}",
    "run_type": "llm",
    "name": "ChatModel",
    "start_time": "2026-11-20T08:34:29.356148Z",
    "inputs": {"messages": [{"role": "user", "content": "Say hi."}]},
    "extra": {"metadata": {"session_id": "s-1", "ls_model_name": "gpt-5"}},
}
ENDED = {
    "id": CALL,
    "trace_id": ROOT,
    "dotted_order": f"{AT}{ROOT}.{AT}{CALL}",
    "run_type": "llm",
    "end_time": 1795163671356,
    "outputs": {"choices": [{"finish_reason": "stop", "message": {"role": "assistant", "content": "Hi."}}]},
    "extra": {"metadata": {"usage_metadata": {"input_tokens": 12, "output_tokens": 3}}},
}


def send(key, path, value, *, method="POST", content_type="application/json"):
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return Client().generic(method, path, data, content_type=content_type, headers={"x-api-key": key})


def form(*parts):
    lines = [
        HEAD % (name.encode(), data if isinstance(data, bytes) else json.dumps(data).encode())
        for name, data in parts
    ]
    return b"".join(lines) + b"--x--\r\n"


def told():
    run, step = Run.objects.get(), Step.objects.get(kind="llm")
    return (run.external_id, run.session, step.model, step.status, step.input_tokens, step.output_preview)


EXPECTED = (ROOT, "s-1", "gpt-5", "ok", 12, "Hi.")


def test_info_says_how_to_send(ingest_key, client):
    answer = client.get("/info", headers={"x-api-key": ingest_key})
    assert (answer.status_code, answer.json()) == (
        200,
        {
            "version": "0.12.0",
            "batch_ingest_config": {
                "use_multipart_endpoint": True,
                "size_limit": 100,
                "size_limit_bytes": 20971520,
                "scale_up_qsize_trigger": 1000,
                "scale_up_nthreads_limit": 16,
                "scale_down_nempty_trigger": 4,
            },
            "instance_flags": {"gzip_body_enabled": True, "zstd_compression_enabled": True},
        },
    )


@pytest.mark.parametrize("slash", ["", "/"])
@pytest.mark.parametrize("turned", [False, True])
def test_batch_puts_begin_and_end_together(ingest_key, slash, turned):
    bodies = [{"post": [BEGUN]}, {"patch": [ENDED]}]
    for body in reversed(bodies) if turned else bodies:
        answer = send(ingest_key, f"/runs/batch{slash}", body)
        assert (answer.status_code, answer.content) == (202, b"{}")
    assert told() == EXPECTED


def test_single_run_is_posted_and_patched(ingest_key):
    assert send(ingest_key, "/runs", BEGUN).status_code == 202
    assert Step.objects.get(kind="llm").status == "running"
    patch = {name: value for name, value in ENDED.items() if name != "id"}
    assert send(ingest_key, f"/runs/{CALL}", patch, method="PATCH").status_code == 202
    assert told() == EXPECTED
    assert send(ingest_key, f"/runs/{CALL}", patch).status_code == 405


def test_form_of_more_than_a_thousand_parts_is_read(ingest_key):
    runs = [{**BEGUN, "id": f"{CALL[:-4]}{n:04}", "dotted_order": None} for n in range(300)]
    parts = [
        part
        for run in runs
        for part in [
            (f"post.{run['id']}", {name: run[name] for name in ("id", "trace_id", "run_type", "start_time")}),
            (f"post.{run['id']}.inputs", run["inputs"]),
            (f"post.{run['id']}.outputs", {}),
            (f"post.{run['id']}.events", []),
        ]
    ]
    answer = send(ingest_key, "/runs/multipart", form(*parts), content_type=FORM)
    assert (answer.status_code, Step.objects.filter(kind="llm").count()) == (202, 300)


def test_damaged_part_takes_no_other_with_it(ingest_key):
    body = form((f"post.{CALL}", BEGUN), (f"post.{TOOL}", b"{"), (f"patch.{CALL}", ENDED))
    answer = send(ingest_key, "/runs/multipart", body, content_type=FORM)
    assert (answer.status_code, told()) == (202, EXPECTED)
    assert Problem.objects.values_list("source", "where", "why").get() == (
        *("langsmith", f"post.{TOOL}", "The part is no JSON."),
    )


def test_form_that_is_cut_off_keeps_its_whole_parts(ingest_key):
    body = form((f"post.{CALL}", BEGUN), (f"patch.{CALL}", ENDED), (f"post.{TOOL}", BEGUN))[:-40]
    answer = send(ingest_key, "/runs/multipart", body, content_type=FORM)
    assert (answer.status_code, told()) == (202, EXPECTED)
    assert Problem.objects.get().why == "The part was cut off."


def test_secrets_are_masked(ingest_key, project):
    secret = {**BEGUN, "inputs": {"messages": [{"role": "user", "content": "AKIA" + "ABCDEFGH12345678"}]}}
    send(
        ingest_key,
        "/runs/multipart",
        form((f"post.{CALL}", secret)),
        content_type=FORM,
    )
    assert Step.objects.get(kind="prompt").input_preview == "[redacted:aws-key]"


def test_feedback_is_an_event_and_a_word_on_the_run(ingest_key):
    send(ingest_key, "/runs/batch", {"post": [BEGUN], "patch": [ENDED]})
    feedback = {
        "id": "f1",
        "run_id": ROOT,
        "trace_id": ROOT,
        "key": "correct",
        "score": 1.0,
        "comment": "Good.",
    }
    assert send(ingest_key, "/feedback", feedback).status_code == 200
    send(ingest_key, "/feedback", {**feedback, "id": "f2", "run_id": CALL, "key": "style", "score": 0.5})
    run = Run.objects.get()
    assert (run.outcome, run.meta["scores"]) == ("correct 1", {"correct": "1"})
    events = Step.objects.filter(kind="event").order_by("name").values_list("name", "output_preview")
    assert list(events) == [("correct", "1 · Good."), ("style", "0.5 · Good.")]


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/runs/multipart", b"no form", 400),
        ("/runs/batch", b"[1]", 400),
        ("/runs/batch", b"{", 400),
        ("/runs", b"", 422),
        ("/feedback", b"{}", 422),
    ],
)
def test_what_is_none_is_refused(ingest_key, path, body, status):
    answer = send(ingest_key, path, body)
    assert (answer.status_code, list(answer.json())) == (status, ["error"])


def test_file_of_runs_is_imported(ingest_key):
    whole = {
        **BEGUN,
        **ENDED,
        "extra": {"metadata": {**BEGUN["extra"]["metadata"], **ENDED["extra"]["metadata"]}},
    }
    answer = send(ingest_key, "/api/v1/import?filename=runs.json", [whole])
    assert (answer.status_code, answer.json()["format"], told()) == (200, "langsmith", EXPECTED)


NAMES = st.sampled_from(sorted(BEGUN | ENDED))
WILD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner),
    max_leaves=12,
)


@settings(max_examples=60)
@given(
    st.dictionaries(st.sampled_from(sorted(BEGUN | ENDED)), WILD), st.dictionaries(st.text(max_size=4), WILD)
)
def test_wild_fields_never_raise(fields, given):
    value = {"post": [{**BEGUN, **fields}, given], "patch": [{**ENDED, **fields}]}
    langsmith.read_batch(json.dumps(value).encode())


@settings(max_examples=60)
@given(st.binary(max_size=200), st.binary(max_size=20))
def test_wild_bytes_are_kept(data, head):
    body = b"--x\r\n" + head + b"\r\n\r\n" + data + b"\r\n--x--"
    told, _ = langsmith.read_multipart(body, FORM, redacts=True)
    assert told.spans == []


@settings(max_examples=60)
@given(st.binary(max_size=200).filter(lambda data: b"--x" not in data))
def test_wild_bytes_without_a_boundary_are_refused(data):
    with pytest.raises(Refused, match="no multipart form"):
        langsmith.read_multipart(data, FORM, redacts=True)
