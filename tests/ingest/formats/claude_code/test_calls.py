"""Model calls: lines put together, usage counted once, the message list as known."""

import json

import pytest

from runs.records import Tokens
from tests.ingest.formats.claude_code.script import Script, by_key, kinds


def test_split_message_is_one_call_with_usage_counted_once():
    script = Script()
    script.user("go")
    script.says(
        {"type": "thinking", "thinking": "hmm", "signature": "s"},
        usage={"input_tokens": 5, "output_tokens": 1},
    )
    script.says("I read.", usage={"input_tokens": 5, "output_tokens": 1})
    script.says(
        {"type": "tool_use", "id": "t1", "name": "Read", "input": {"file_path": "/work/shop/a.py"}},
        stop="tool_use",
        usage={
            "input_tokens": 5,
            "output_tokens": 90,
            "cache_read_input_tokens": 7,
            "cache_creation_input_tokens": 30,
            "cache_creation": {"ephemeral_1h_input_tokens": 20, "ephemeral_5m_input_tokens": 10},
        },
    )
    batch = script.read()
    call = by_key(batch)["msg_1:req_msg_1"]
    assert kinds(batch) == ["prompt", "llm", "tool"]
    assert call.tokens == Tokens(input=5, cache_read=7, cache_write_5m=10, cache_write_1h=20, output=90)
    assert [block["type"] for block in json.loads(call.output)] == ["thinking", "text", "tool_use"]
    assert call.call_id == "msg_1:req_msg_1"
    assert call.detail["thinking_preview"] == "hmm"
    assert (call.started_at, call.duration_ms) == (batch.steps[0].started_at, None)
    assert not call.lower_bound


def test_placeholder_output_is_a_lower_bound():
    script = Script(version="2.1.20")
    script.user("go")
    script.says("word " * 200, usage={"input_tokens": 1, "output_tokens": 1})
    assert by_key(script.read())["msg_1:req_msg_1"].lower_bound


@pytest.mark.parametrize("block", ["Done.", {"type": "thinking", "thinking": "", "signature": "x"}])
@pytest.mark.parametrize(("version", "believed"), [("2.1.20", False), ("2.0.40", True), ("2.1.59", True)])
def test_count_as_small_as_a_streams_first_is_a_lower_bound(block, version, believed):
    script = Script(version=version)
    script.user("go")
    script.says(block, usage={"input_tokens": 1, "output_tokens": 9})
    assert by_key(script.read())["msg_1:req_msg_1"].lower_bound is not believed


def test_null_stop_reason_with_plausible_output_is_not_a_lower_bound():
    script = Script(version="2.1.20")
    script.user("go")
    script.says("word " * 20, usage={"input_tokens": 1, "output_tokens": 30})
    assert not by_key(script.read())["msg_1:req_msg_1"].lower_bound


def test_earlier_iteration_is_a_call_of_its_own_model():
    script = Script()
    script.user("go")
    script.says(
        {"type": "fallback"},
        "done",
        stop="end_turn",
        model="second",
        usage={
            "input_tokens": 2,
            "output_tokens": 9,
            "iterations": [
                {"model": "first", "input_tokens": 4, "output_tokens": 1},
                {"model": "second", "input_tokens": 2, "output_tokens": 9},
            ],
        },
    )
    steps = [step for step in script.read().steps if step.kind == "llm"]
    assert [(s.key, s.model, s.tokens.input, s.tokens.output) for s in steps] == [
        ("msg_1:req_msg_1#it0", "first", 4, 1),
        ("msg_1:req_msg_1", "second", 2, 9),
    ]


def test_synthetic_message_is_no_call():
    script = Script()
    script.user("go")
    script.says("No response requested.", model="<synthetic>")
    assert kinds(script.read()) == ["prompt", "event"]


def test_hidden_thinking_is_noted():
    script = Script()
    script.user("go")
    script.says({"type": "thinking", "thinking": "", "signature": "x"}, "ok", stop="end_turn")
    assert by_key(script.read())["msg_1:req_msg_1"].detail == {"thinking_hidden": True}


def messages(step):
    return [json.loads(node.message.data) for node in step.context.nodes()][::-1]


def test_context_is_the_conversation_before_the_call():
    script = Script()
    script.user("go")
    script.says({"type": "tool_use", "id": "a", "name": "Bash", "input": {"command": "x"}}, stop="tool_use")
    script.result("a", "one")
    script.says({"type": "tool_use", "id": "b", "name": "Bash", "input": {"command": "y"}}, stop="tool_use")
    script.result("b", "two")
    script.says("done", id="msg_2", stop="end_turn")
    second = by_key(script.read())["msg_2:req_msg_2"]
    assert [m["role"] for m in messages(second)] == ["user", "assistant", "user", "user"]
    assert [b["id"] for b in messages(second)[1]["content"]] == ["a", "b"]


def test_contexts_of_one_lane_share_their_beginning():
    script = Script()
    script.user("go")
    script.says("one", id="m1", stop="end_turn")
    script.user("more")
    script.says("two", id="m2", stop="end_turn")
    steps = by_key(script.read())
    assert steps["m2:req_m2"].context.parent.parent is steps["m1:req_m1"].context


def test_rewound_prompt_drops_what_it_replaced():
    script = Script()
    script.user("go")
    script.says("one", id="m1", stop="end_turn")
    script.user("wrong")
    script.says("two", id="m2", stop="end_turn")
    script.user("right", parentUuid="u2")
    script.says("three", id="m3", stop="end_turn")
    last = by_key(script.read())["m3:req_m3"]
    assert [m["content"] for m in messages(last) if m["role"] == "user"] == ["go", "right"]


def test_compaction_restarts_the_context_with_its_summary():
    script = Script()
    script.user("go")
    script.says("one", id="m1", stop="end_turn")
    script.add(
        "system",
        subtype="compact_boundary",
        parentUuid=None,
        compactMetadata={"trigger": "auto", "preTokens": 900, "postTokens": 90},
    )
    script.user("This session is being continued…", isCompactSummary=True)
    script.says("two", id="m2", stop="end_turn")
    batch = script.read()
    compaction = next(s for s in batch.steps if s.kind == "compaction")
    assert compaction.detail == {"trigger": "auto", "pre_tokens": 900, "post_tokens": 90}
    assert compaction.output == "This session is being continued…"
    assert [m["content"] for m in messages(by_key(batch)["m2:req_m2"])] == [
        "This session is being continued…"
    ]


def test_microcompaction_keeps_the_context():
    script = Script()
    script.user("go")
    script.add(
        "system",
        subtype="microcompact_boundary",
        microcompactMetadata={
            "trigger": "auto",
            "preTokens": 50,
            "tokensSaved": 20,
            "compactedToolIds": ["a", "b"],
        },
    )
    script.says("two", id="m2", stop="end_turn")
    batch = script.read()
    detail = next(s for s in batch.steps if s.kind == "compaction").detail
    assert detail == {
        "trigger": "auto",
        "pre_tokens": 50,
        "post_tokens": 30,
        "tokens_saved": 20,
        "micro": True,
        "results_dropped": 2,
    }
    assert len(messages(by_key(batch)["m2:req_m2"])) == 1
