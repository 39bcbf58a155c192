"""Damages JSON in every way: values of wrong types anywhere, and files that are cut."""

import json
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st

from ingest.sources import SourceFile
from runs.records import Batch

NOW = datetime(2026, 11, 20, tzinfo=UTC)

WORDS = ("\x00", "\ud83d", "user", "assistant", "tool", "/", "..", "D:\\x", "{", "[]", "rm")
LINES = (
    "<returncode>-9</returncode>",
    "edit 1:1\nx\nend_of_edit",
    "[File: a (1 lines total)]\n1:",
    "diff --git a/x b/x\n@@ -1 +1 @@",
    "\r\n",
)
wild_text = st.text(st.characters(), max_size=12) | st.sampled_from([*WORDS, *LINES])
wild_value = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | wild_text | st.just(10**400),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(wild_text, inner, max_size=3),
    max_leaves=6,
)


def mutated(data: st.DataObject, whole: Any, times: int = 4) -> Any:
    """Replace up to `times` values, anywhere in a JSON value, by others."""
    whole = deepcopy(whole)
    for _ in range(data.draw(st.integers(1, times))):
        place = whole
        while True:
            keys = list(place) if isinstance(place, dict) else list(range(len(place)))
            if not keys:
                break
            key = data.draw(st.sampled_from(keys))
            if isinstance(place[key], dict | list) and data.draw(st.integers(0, 3)):
                place = place[key]
                continue
            place[key] = data.draw(wild_value)
            break
    return whole


def as_bytes(value: Any) -> bytes:
    """Write JSON as careless programs do: lone surrogates and NaN as they are."""
    return json.dumps(value).encode("utf-8", "surrogatepass")


def check(read: Any, data: bytes) -> Batch:
    """Read bytes twice: nothing is raised, both say the same, and all of it can be stored."""
    files = [SourceFile("f.json", data)]
    first = read(files, now=NOW)
    assert plain(first) == plain(read(files, now=NOW))
    assert_storable(first)
    return first


def plain(batch: Batch) -> object:
    return [
        batch.runs,
        [(s.key, s.kind, s.input, s.output, s.detail, s.context and s.context.digest) for s in batch.steps],
        batch.changes,
        batch.quarantined,
    ]


def assert_storable(batch: Batch) -> None:
    """Check that every text is UTF-8 without NUL, every detail JSON, every key its step's only one."""
    for step in batch.steps:
        texts = (
            step.key,
            step.input,
            step.output,
            step.input_preview,
            step.error,
            step.name,
            step.tool,
            step.model,
        )
        assert all(text is None or ("\x00" not in text and text.encode() is not None) for text in texts)
        json.dumps([step.detail, step.usage], allow_nan=False, ensure_ascii=False).encode()
    for change in batch.changes:
        texts = (change.key, change.path, change.before, change.after, change.patch, change.old_path)
        assert all(text is None or ("\x00" not in text and text.encode() is not None) for text in texts)
    keys = [(step.run, step.key) for step in batch.steps]
    assert len(set(keys)) == len(keys)
    assert {(change.run, change.step) for change in batch.changes} <= set(keys)
    for run in batch.runs:
        json.dumps(run.meta, allow_nan=False, ensure_ascii=False).encode()
