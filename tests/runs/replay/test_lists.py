"""Odd conversations of any provider: the lists made of them hold the rules of every API."""

import json
import random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from runs.kinds import StepStatus
from runs.replay.lists import Format, Recorded, Source, listed
from runs.replay.rebuilding import SPEAKING, Said
from runs.replay.requests import body_of, request_of
from tests.conftest import SHARED_DATA
from tests.runs.replay.apis import CHECKS

PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="

ids = st.sampled_from(["a", "b", "c", "", "toolu_01", "call with space", "x" * 70])
words = st.sampled_from(["", " ", "Hello", "Fix it.", "[redacted:api-key]", "\ud800", "{", "日本"])
names = st.sampled_from(["Bash", "read_file", "mcp.search/x", "", "n" * 90])
given_arguments = st.sampled_from([{}, {"a": 1}, {"path": "x.py"}, None, [1], "text"])
written_arguments = st.sampled_from(['{"a": 1}', "{", "", "[1]", None, "null"])
SOURCE = {"type": "base64", "media_type": "image/png", "data": PNG}
KEPT = {"type": "step", "step": "p", "media_type": "image/png", "bytes": 70}


def made_of(**fields):
    """Objects whose fields are drawn, or stand as they are."""
    drawn = {name: field for name, field in fields.items() if isinstance(field, st.SearchStrategy)}
    fixed = {name: field for name, field in fields.items() if name not in drawn}
    return st.fixed_dictionaries({name: st.just(field) for name, field in fixed.items()} | drawn)


anthropic_blocks = st.one_of(
    made_of(type="text", text=words),
    made_of(type="thinking", thinking=words, signature=ids),
    made_of(type="redacted_thinking", data="abc"),
    made_of(type="tool_use", id=ids, name=names, input=given_arguments),
    made_of(type="tool_result", tool_use_id=ids, content=words),
    made_of(
        type="tool_result",
        tool_use_id=ids,
        is_error=True,
        content=[{"type": "text", "text": "x"}, {"type": "image", "source": SOURCE}],
    ),
    made_of(type="image", source=SOURCE),
    made_of(type="image", source=KEPT),
    made_of(type="document", source={"type": "base64", "media_type": "application/pdf", "data": "JVBE"}),
    made_of(type="server_tool_use", id="srv", name="web_search", input={"query": "x"}),
    made_of(type="web_search_tool_result", tool_use_id="srv", content=[{"type": "web_search_result"}]),
    made_of(type="fallback", model="x"),
    st.sampled_from(["bare", 7, None]),
)
contents = st.one_of(words, st.lists(anthropic_blocks, max_size=5), st.none())
roles = st.sampled_from(["user", "assistant", "system", "developer", "model", "critic"])
chat_calls = st.lists(
    made_of(id=ids, type="function", function=made_of(name=names, arguments=written_arguments)), max_size=3
)
messages = st.one_of(
    made_of(role=roles, content=contents),
    made_of(role="assistant", content=words, tool_calls=chat_calls),
    made_of(role="tool", tool_call_id=ids, content=contents),
    made_of(role="tool", tool_call_ids=st.lists(ids, max_size=2), content=words),
    made_of(type="function_call", call_id=ids, name=names, arguments='{"b": 2}'),
    made_of(type="function_call_output", call_id=ids, output=words),
    made_of(type="custom_tool_call", call_id=ids, name=names, input=words),
    made_of(type="custom_tool_call_output", call_id=ids, output=words),
    made_of(type="reasoning", id="rs_1", summary=[{"type": "summary_text", "text": "hm"}]),
    made_of(type="message", role=roles, content=st.lists(made_of(type="input_text", text=words), max_size=2)),
    made_of(
        role="user",
        content=[{"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PNG}"}}],
    ),
    made_of(role="model", parts=[{"text": "hi"}, {"functionCall": {"name": "f", "args": {"x": 1}}}]),
    made_of(role="user", parts=[{"functionResponse": {"name": "f", "response": {"output": "y"}}}]),
    st.sampled_from(["a bare text", [1, 2]]),
    made_of(weird=True),
)
NAMELESS = {"role": "assistant", "content": [{"type": "tool_use", "id": "", "name": "", "input": None}]}


def written(conversation, format):
    """Write a conversation as the product does, and read it back from JSON."""
    stored = [json.dumps(message).encode() for message in conversation]
    return listed(Recorded(source=Source.SENT, messages=stored), Format(format))


def body(conversation, format):
    return json.loads(json.dumps(body_of(written(conversation, format))))


@pytest.mark.parametrize("format", CHECKS)
@given(conversation=st.lists(messages, max_size=12))
@example(
    conversation=[
        {"role": "assistant", "content": [{"type": "tool_use", "id": "", "name": "", "input": None}]}
    ]
    * 2
)
def test_any_conversation_gives_a_valid_list(format, conversation):
    CHECKS[format](body(conversation, format))


@pytest.mark.parametrize("format", CHECKS)
@given(conversation=st.lists(messages, max_size=6))
def test_a_valid_list_written_again_stays_as_it_is(format, conversation):
    """What an API takes is recorded as it is by who sends it: reading it back must change nothing."""
    made = body(conversation, format)
    items = made.get("input", made.get("messages"))
    system = [{"role": "system", "content": made["system"]}] if "system" in made else []
    assert body(system + items, format) == made


@given(conversation=st.lists(messages, max_size=8))
def test_native_is_what_was_stored_byte_for_byte(conversation):
    stored = [json.dumps(message).encode() for message in conversation]
    made = listed(Recorded(source=Source.SENT, messages=stored), Format.NATIVE)
    assert (made.messages, made.made_up, made.system) == (stored, [], "")


@pytest.mark.parametrize("format", CHECKS)
@given(conversation=st.lists(messages, max_size=8))
def test_request_declares_every_tool_that_is_called(format, conversation):
    request, _ = request_of(written(conversation, format), model="m", params={"tools": [{"name": "Bash"}]})
    text = json.dumps(request)
    declared = {tool.get("name") or tool["function"]["name"] for tool in request.get("tools", [])}
    called = {
        part for part in ("read_file", "mcp_search_x", "tool", "web_search") if f'"name": "{part}"' in text
    }
    assert called <= declared
    assert "Bash" in declared


TALK = [
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": "Fix it."},
    {
        "role": "assistant",
        "content": [
            {"type": "thinking", "thinking": "hm", "signature": "sig"},
            {"type": "text", "text": "Looking."},
            {"type": "tool_use", "id": "t1", "name": "Read", "input": {"path": "a.py"}},
            {"type": "tool_use", "id": "t2", "name": "Bash", "input": {"command": "ls"}},
        ],
    },
    {
        "role": "user",
        "content": [{"type": "tool_result", "tool_use_id": "t2", "content": "a.py", "is_error": True}],
    },
]
MARK = "[No result of this call was recorded up to here.]"


def test_anthropic_keeps_the_system_apart_and_marks_what_has_no_answer():
    made = written(TALK, "anthropic")
    assert made.system == "Be brief."
    assert [json.loads(message) for message in made.messages] == [
        TALK[1],
        TALK[2],
        {
            "role": "user",
            "content": [
                {"type": "tool_result", "tool_use_id": "t1", "content": MARK, "is_error": True},
                {"type": "tool_result", "tool_use_id": "t2", "content": "a.py", "is_error": True},
            ],
        },
    ]
    assert made.made_up == ["1 call has no result in this list; it is answered with a mark."]
    assert made.cut == []


def test_openai_writes_arguments_as_text_and_one_message_a_result():
    made = written(TALK, "openai")
    read = {"name": "Read", "arguments": '{"path": "a.py"}'}
    bash = {"name": "Bash", "arguments": '{"command": "ls"}'}
    assert [json.loads(message) for message in made.messages] == [
        TALK[0],
        TALK[1],
        {
            "role": "assistant",
            "content": "Looking.",
            "tool_calls": [
                {"id": "t1", "type": "function", "function": read},
                {"id": "t2", "type": "function", "function": bash},
            ],
        },
        {"role": "tool", "tool_call_id": "t1", "content": MARK},
        {"role": "tool", "tool_call_id": "t2", "content": "a.py"},
    ]
    assert made.cut == ["1 block of thinking is left out: this API takes it only from itself, signed."]


def test_responses_writes_items():
    made = written(TALK, "responses")
    assert [json.loads(message) for message in made.messages] == [
        {"type": "message", "role": "system", "content": [{"type": "input_text", "text": "Be brief."}]},
        {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Fix it."}]},
        {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Looking."}]},
        {"type": "function_call", "call_id": "t1", "name": "Read", "arguments": '{"path": "a.py"}'},
        {"type": "function_call", "call_id": "t2", "name": "Bash", "arguments": '{"command": "ls"}'},
        {"type": "function_call_output", "call_id": "t1", "output": MARK},
        {"type": "function_call_output", "call_id": "t2", "output": "a.py"},
    ]


def test_masked_secrets_and_pictures_are_counted():
    content = [
        {"type": "text", "text": "key [redacted:api-key]"},
        {"type": "image", "source": {"type": "step", "step": "p", "media_type": "image/png", "bytes": 70}},
    ]
    made = written([{"role": "user", "content": content}], "anthropic")
    assert made.cut == [
        "1 picture is a word in brackets.",
        "1 secret was masked before it was stored.",
        "No system prompt was recorded.",
    ]


def test_pictures_come_back_from_the_steps_that_keep_them():
    source = {"type": "step", "step": "p", "media_type": "image/png", "bytes": 70}
    content = [{"type": "image", "source": source}, {"type": "image", "source": source}]
    stored = [json.dumps({"role": "user", "content": content}).encode()]
    pictures = {"p": [("image/png", PNG), ("image/png", "QUJD")]}
    made = listed(Recorded(source=Source.SENT, messages=stored, pictures=pictures), Format.ANTHROPIC)
    assert json.loads(made.messages[0])["content"] == [
        {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PNG}},
        {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "QUJD"}},
    ]
    assert made.cut == ["No system prompt was recorded."]


def named(path):
    return f"{path.parent.name}-{path.stem}"


REAL = (
    *("codex/*.jsonl", "../agents/codex/*/*.jsonl"),
    *("mini_swe_agent/*.json", "swe_agent/*.traj"),
)


def real_list(path):
    """Take the list out of a record of a real agent, whether or not the product reads its format."""
    if path.suffix == ".jsonl":
        records = (json.loads(line) for line in path.read_text().splitlines())
        return [record["payload"] for record in records if record.get("type") == "response_item"]
    told = json.loads(path.read_text())
    return told if isinstance(told, list) else told.get("messages") or told["history"]


@pytest.mark.parametrize("format", CHECKS)
@pytest.mark.parametrize("path", sorted(path for glob in REAL for path in SHARED_DATA.glob(glob)), ids=named)
def test_real_list_is_valid_and_no_result_is_stray(format, path):
    conversation = real_list(path)
    rng = random.Random(path.stem)
    for size in {len(conversation), *(rng.randint(0, len(conversation)) for _ in range(3))}:
        part = conversation[:size]
        CHECKS[format](body(part, format))
        assert not any("no call" in line for line in written(part, format).made_up)


def test_responses_of_codex_stay_as_they_are():
    conversation = [
        {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Fix it."}]},
        {"type": "reasoning", "summary": [], "encrypted_content": "gAAA"},
        {"type": "custom_tool_call", "call_id": "c1", "name": "apply_patch", "input": "*** Begin Patch"},
        {"type": "function_call", "call_id": "c2", "name": "exec", "arguments": '{"cmd":"ls"}'},
        {"type": "custom_tool_call_output", "call_id": "c1", "output": "Done."},
        {"type": "function_call_output", "call_id": "c2", "output": "a.py"},
        {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Done."}]},
    ]
    assert body(conversation, "responses") == {"input": conversation}


texts = st.one_of(
    words,
    st.lists(anthropic_blocks, max_size=3).map(json.dumps),
    st.lists(messages, max_size=2).map(json.dumps),
    messages.map(json.dumps),
)
steps = st.builds(
    Said,
    kind=st.sampled_from(SPEAKING),
    key=ids,
    tool=names,
    status=st.sampled_from(list(StepStatus)),
    error=words,
    input=texts,
    output=texts,
    is_small=st.booleans(),
)


@pytest.mark.parametrize("format", [*CHECKS, "native"])
@given(conversation=st.lists(messages, max_size=3), said=st.lists(steps, max_size=8))
def test_any_steps_give_a_valid_list(format, conversation, said):
    stored = [json.dumps(message).encode() for message in conversation]
    made = listed(Recorded(source=Source.EXTENDED, messages=stored, steps=said), Format(format))
    CHECKS.get(format, lambda body: body["messages"])(json.loads(json.dumps(body_of(made))))
