"""Whatever the bytes, the reader never raises, says the same twice, and says only what can be stored."""

import json
from copy import deepcopy

from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.detect import detect
from ingest.formats.codex import read
from ingest.sources import SourceFile
from runs.begin_patch import applied, applied_unified, read_patch
from tests.ingest.formats.codex.script import LATER, THREAD, Script
from tests.ingest.formats.codex.test_printed import FIX, lines

wild_text = st.text(st.characters(), max_size=12) | st.sampled_from(
    [
        "\x00",
        "\ud83d",
        "message",
        "Exit code: 99",
        "/",
        "..",
        THREAD,
        "*** Begin Patch\n*** Update File: a\n@@\n-",
    ]
)
wild_value = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | wild_text | st.just(10**400),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(wild_text, inner, max_size=3),
    max_leaves=6,
)


def full_script() -> list[dict]:
    """One of each: prompt, command, patches, search, MCP, script, sub-agent, compaction, errors, review."""
    script = Script(base_instructions={"text": "rules"}, session_id=THREAD)
    script.turn()
    script.prompt("go")
    script.item("reasoning", summary=[{"type": "summary_text", "text": "hm"}], id="rs_1")
    script.runs("c1", "cat a", "x", 1)
    patch = "*** Begin Patch\n*** Update File: a.py\n@@ def f\n a\n-b\n+c\n*** End Patch"
    update = {"type": "update", "unified_diff": "@@ -1,2 +1,2 @@\n a\n-b\n+c\n", "move_path": None}
    add = {"type": "add", "content": "a\nb\n"}
    script.patches("p1", patch, "Success.\nM a.py\n", {"/work/shop/a.py": add})
    script.patches("p2", patch, "Success.\nM a.py\n", {"/work/shop/a.py": update})
    script.patches("p3", patch, "Success.\nM a.py\n")
    script.counts(10, 5, 2)
    script.event("web_search_end", call_id="ws1", query="q")
    script.item("web_search_call", status="completed", action={"type": "search", "query": "q"})
    script.item("local_shell_call", call_id="l1", action={"type": "exec", "command": ["ls"]})
    script.answers(
        "l1", [{"type": "input_text", "text": "x"}, {"type": "input_image", "image_url": "data:,"}]
    )
    script.event("exec_command_end", call_id="l1", exit_code=0, duration={"secs": 1, "nanos": 5}, stdout="x")
    script.calls("ask", "m1", q=1)
    script.event(
        "mcp_tool_call_end", call_id="m1", invocation={"server": "s", "tool": "t"}, result={"Err": "x"}
    )
    script.calls("spawn_agent", "s1", message="look")
    script.answers("s1", '{"agent_id": "lane"}')
    script.item("custom_tool_call", name="exec", input="await x()", call_id="x1")
    item = {"type": "CommandExecution", "id": "exec-1", "command": ["bash", "-lc", "ls"], "exit_code": 1}
    script.event("item_completed", item=item, started_at_ms=1_772_366_400_000)
    changes = {"b": {"type": "delete", "content": "x"}}
    script.event("item_completed", item={"type": "FileChange", "id": "exec-2", "changes": changes})
    script.event("item_completed", item={"type": "UserMessage", "id": "u", "content": [{"text": "more"}]})
    script.add("token_usage_record", {"response_id": "r1", "usage": {"input_tokens": 5, "output_tokens": 1}})
    script.add("compacted", {"message": "sum", "replacement_history": [{"type": "message", "role": "user"}]})
    script.event("stream_error", message="lost")
    script.event("error", message="down", codex_error_info="other")
    script.event(
        "exited_review_mode", review_output={"overall_explanation": "x", "findings": [{"title": "t"}]}
    )
    script.event("thread_rolled_back", num_turns=1)
    script.event("turn_aborted", reason="interrupted")
    script.add("something_new", {"a": 1})
    return script.records


def storable(value: object) -> None:
    """Fail when UTF-8 or PostgreSQL would refuse a text."""
    json.dumps(value, default=str, allow_nan=False, ensure_ascii=False).encode()
    assert "\\u0000" not in json.dumps(value, default=str)


def check(data: bytes) -> None:
    batch, again = (read([SourceFile("r.jsonl", data)], now=LATER) for _ in range(2))
    fields = [name for name in batch.steps[0].__struct_fields__ if name != "context"] if batch.steps else []
    for step, twin in zip(batch.steps, again.steps, strict=True):
        said = {name: getattr(step, name) for name in fields}
        assert said == {name: getattr(twin, name) for name in fields}
        storable({name: value for name, value in said.items() if name != "raw"})
    keys = [step.key for step in batch.steps]
    assert len(set(keys)) == len(keys)
    assert {change.step for change in batch.changes} <= set(keys)
    for record in [*batch.runs, *batch.changes]:
        storable({name: getattr(record, name) for name in record.__struct_fields__})


def mutate(node: object, draw: st.DataObject) -> None:
    """Change one place deep in a record: another value, another key, or nothing there."""
    while isinstance(node, dict | list) and node:
        names = list(node) if isinstance(node, dict) else list(range(len(node)))
        name = draw.draw(st.sampled_from(names))
        child = node[name]
        if isinstance(child, dict | list) and child and draw.draw(st.integers(0, 3)):
            node = child
            continue
        if draw.draw(st.booleans()):
            node[name] = draw.draw(wild_value)
        else:
            del node[name]
        return


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_any_change_of_a_rollout_is_read(data):
    records = deepcopy(full_script())
    for _ in range(data.draw(st.integers(1, 6))):
        mutate(records[data.draw(st.integers(0, len(records) - 1))], data)
    check(b"\n".join(json.dumps(record).encode() for record in records))


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_any_change_of_what_is_printed_is_read(data):
    records = deepcopy(lines(*FIX))
    for _ in range(data.draw(st.integers(1, 4))):
        mutate(records[data.draw(st.integers(0, len(records) - 1))], data)
    check(b"\n".join(json.dumps(record).encode() for record in records))


@settings(max_examples=30, deadline=None)
@given(st.permutations(full_script()), st.integers(0, 400))
def test_any_order_and_any_cut_is_read(records, cut):
    data = b"\n".join(json.dumps(record).encode() for record in records)
    check(data[: len(data) - cut])


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_read(data):
    read([SourceFile("r", b'{"type":"session_meta","payload":{"id":"t"}}\n' + data)], now=LATER)
    detect(SourceFile("r", data))


PATCH_LINES = ["*** Add File: a", "*** Update File: a", "*** Delete File: a", "*** Move to: b"]
PATCH_LINES += ["*** End of File", "*** End Patch", "@@", "@@ x", " x", "-x", "+y", "", "-", "+"]
PATCH_LINES += ["@@ -1,2 +1 @@", "\\ No newline"]


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.sampled_from(PATCH_LINES), max_size=12), st.text(st.sampled_from("xy\n \u2019'"), max_size=20)
)
def test_any_patch_is_read_and_applied_or_refused(lines, text):
    for file in read_patch("\n".join(["*** Begin Patch", *lines])):
        applied(file, text)
        file.fragments()
    applied_unified("\n".join(lines), text)


def test_a_whole_script_has_every_kind():
    batch = read([SourceFile("r", b"\n".join(json.dumps(r).encode() for r in full_script()))], now=LATER)
    assert {step.kind.value for step in batch.steps} == {
        *("prompt", "llm", "tool", "agent", "retry", "error", "compaction", "event")
    }
    assert {change.basis.value for change in batch.changes} == {"content", "reconstructed", "fragment"}
