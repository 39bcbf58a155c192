"""Whatever the bytes, the reader never raises, says the same twice, and says only what can be stored."""

import json
from copy import deepcopy

from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.formats.claude_code import SourceFile, looks_like, read
from runs.records import Batch
from tests.ingest.formats.claude_code.script import LATER, Script

wild_text = st.text(st.characters(), max_size=12) | st.sampled_from(
    [
        "\x00",
        "\ud83d",
        "user",
        "Edit",
        "<tool_use_error>",
        "<command-name>",
        "Exit code 99",
        "D:\\x",
        "/",
        "..",
        "u1",
    ]
)
wild_value = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | wild_text | st.just(10**400),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(wild_text, inner, max_size=3),
    max_leaves=6,
)


def full_script() -> list[dict]:
    """One of each: prompt, answer, edit, read, failure, retry, compaction, sub-agent, attachment."""
    script = Script()
    script.user("go")
    script.edit(
        "e1",
        "/work/shop/a.py",
        "b",
        "B",
        structuredPatch=[
            {"oldStart": 1, "oldLines": 1, "newStart": 1, "newLines": 1, "lines": ["-  b", "+  B"]}
        ],
    )
    script.edit("e2", "/work/shop/a.py", "b", "", originalFile="a\nb\n")
    script.calls("Read", "r1", id="m3", file_path="/work/shop/a.py")
    script.result(
        "r1",
        "     1→a",
        {
            "type": "text",
            "file": {
                "filePath": "/work/shop/a.py",
                "content": "a",
                "numLines": 1,
                "startLine": 1,
                "totalLines": 1,
            },
        },
    )
    script.calls("Agent", "t1", id="m4", prompt="look", description="d")
    script.user("look", isSidechain=True, agentId="ag")
    script.result("t1", "Exit code 1", {"agentId": "ag"}, is_error=True)
    script.add(
        "progress",
        parentToolUseID="t1",
        data={
            "type": "agent_progress",
            "agentId": "ag",
            "message": {"type": "user", "message": {"content": "x"}},
        },
    )
    script.add("system", subtype="api_error", error={"status": 529}, retryInMs=1.5, retryAttempt=1)
    script.add("system", subtype="compact_boundary", compactMetadata={"preTokens": 5})
    script.add("attachment", attachment={"type": "queued_command", "prompt": "more"})
    script.add("attachment", attachment={"type": "edited_text_file", "filename": "/work/shop/a.py"})
    script.user("<task-notification><tool-use-id>t1</tool-use-id></task-notification>")
    script.add("summary", summary="s", leafUuid="u1")
    return script.records


RECORDS = full_script()


def storable(batch: Batch) -> bool:
    """Say whether every text of a batch is UTF-8 without NUL, and every detail is JSON."""
    for step in batch.steps:
        for value in (
            step.key,
            step.input,
            step.output,
            step.input_preview,
            step.output_preview,
            step.error,
            step.name,
        ):
            assert value is None or ("\x00" not in value and value.encode() is not None)
        json.dumps([step.detail, step.usage], allow_nan=False, ensure_ascii=False).encode()
    for change in batch.changes:
        for value in (change.path, change.before, change.after, change.patch):
            assert value is None or ("\x00" not in value and value.encode() is not None)
    for run in batch.runs:
        json.dumps(run.meta, allow_nan=False, ensure_ascii=False).encode()
    return True


def plain(batch: Batch) -> object:
    return [
        batch.runs,
        [(s.key, s.kind, s.output, s.detail, s.context and s.context.digest) for s in batch.steps],
        batch.changes,
        batch.quarantined,
    ]


def check(data: bytes) -> None:
    files = [SourceFile("f.jsonl", data)]
    first = read(files, now=LATER)
    assert plain(first) == plain(read(files, now=LATER))
    assert storable(first)


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes(data):
    check(data)


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_any_mutation_of_records(data):
    records = deepcopy(RECORDS)
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.sampled_from(records))
        while True:
            keys = list(place) if isinstance(place, dict) else list(range(len(place)))
            if not keys:
                break
            key = data.draw(st.sampled_from(keys))
            if isinstance(place[key], dict | list) and data.draw(st.booleans()):
                place = place[key]
                continue
            place[key] = data.draw(wild_value)
            break
    check(b"\n".join(json.dumps(record).encode("utf-8", "surrogatepass") for record in records))


@settings(max_examples=150, deadline=None)
@given(st.permutations(RECORDS), st.integers(0, 400))
def test_any_order_and_any_cut(records, cut):
    whole = b"\n".join(json.dumps(record).encode() for record in records)
    check(whole[: len(whole) - cut])


@settings(max_examples=200, deadline=None)
@given(st.lists(wild_value, max_size=5))
def test_detection_never_raises(values):
    looks_like(values, "x")
