"""Messages of every common shape are heard alike, and written in one."""

from typing import Any

import msgspec
import pytest

from ingest.spans.messages import Call, Result, Said, read_message
from ingest.spans.neutral import neutral_message

ARGS = '{"path":"a.py"}'
ASKS = Said(role="assistant", texts=["Looking."], calls=[Call("c1", "read", ARGS)])
ASKED = {
    "openai": {
        "role": "assistant",
        "content": "Looking.",
        "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "read", "arguments": ARGS}}],
    },
    "anthropic": {
        "role": "assistant",
        "content": [
            {"type": "text", "text": "Looking."},
            {"type": "tool_use", "id": "c1", "name": "read", "input": {"path": "a.py"}},
        ],
    },
    "genai": {
        "role": "assistant",
        "parts": [
            {"type": "text", "content": "Looking."},
            {"type": "tool_call", "id": "c1", "name": "read", "arguments": {"path": "a.py"}},
        ],
    },
    "bedrock": {
        "role": "assistant",
        "content": [
            {"text": "Looking."},
            {"toolUse": {"toolUseId": "c1", "name": "read", "input": {"path": "a.py"}}},
        ],
    },
    "ai-sdk": {
        "role": "assistant",
        "content": [
            {"type": "text", "text": "Looking."},
            {"type": "tool-call", "toolCallId": "c1", "toolName": "read", "input": {"path": "a.py"}},
        ],
    },
    "langchain": {
        "lc": 1,
        "id": ["langchain", "schema", "messages", "AIMessage"],
        "kwargs": {
            "content": "Looking.",
            "tool_calls": [{"id": "c1", "name": "read", "args": {"path": "a.py"}}],
        },
    },
}
CAME = {
    "openai": ({"role": "tool", "tool_call_id": "c1", "content": "x = 1"}, None),
    "anthropic": (
        {
            "role": "user",
            "content": [{"type": "tool_result", "tool_use_id": "c1", "content": "x = 1", "is_error": True}],
        },
        True,
    ),
    "genai": (
        {"role": "tool", "parts": [{"type": "tool_call_response", "id": "c1", "response": "x = 1"}]},
        None,
    ),
    "bedrock": (
        {
            "role": "user",
            "content": [
                {"toolResult": {"toolUseId": "c1", "status": "error", "content": [{"text": "x = 1"}]}}
            ],
        },
        True,
    ),
    "ai-sdk": (
        {
            "role": "tool",
            "content": [
                {"type": "tool-result", "toolCallId": "c1", "output": {"type": "text", "value": "x = 1"}}
            ],
        },
        None,
    ),
    "responses": ({"type": "function_call_output", "call_id": "c1", "output": "x = 1"}, None),
    "langchain": (
        {"type": "tool", "data": {"content": "x = 1", "tool_call_id": "c1", "status": "success"}},
        False,
    ),
}
WRITTEN = [
    {"type": "text", "text": "Looking."},
    {"type": "tool_use", "id": "c1", "name": "read", "input": {"path": "a.py"}},
]


def written(message: Any) -> Any:
    return msgspec.json.decode(msgspec.json.encode(neutral_message(message)))


@pytest.mark.parametrize("shape", ASKED)
def test_call_is_heard(shape: str) -> None:
    assert read_message(ASKED[shape]) == ASKS


@pytest.mark.parametrize("shape", CAME)
def test_result_is_heard(shape: str) -> None:
    message, failed = CAME[shape]
    [result] = read_message(message).results
    assert (result.id, result.text, result.failed) == ("c1", "x = 1", failed)


@pytest.mark.parametrize("shape", ["anthropic", "genai", "bedrock", "ai-sdk"])
def test_blocks_are_written_in_one_shape(shape: str) -> None:
    assert written(ASKED[shape]) == {"role": "assistant", "content": WRITTEN}


def test_text_alone_is_written_as_text() -> None:
    hi = {"role": "user", "content": "Hi"}
    assert written({"role": "user", "parts": [{"type": "text", "content": "Hi"}]}) == hi
    assert written({"role": "user", "content": [{"text": "Hi"}]}) == hi
    assert written(hi) == hi


def test_items_of_the_responses_api_are_written_as_blocks() -> None:
    assert written(CAME["responses"][0]) == {
        "role": "tool",
        "content": [{"type": "tool_result", "tool_use_id": "c1", "content": "x = 1"}],
    }


@pytest.mark.parametrize("value", [None, 7, "Hi", {"role": "user"}, {"role": "user", "content": []}])
def test_what_is_no_message_stays(value: Any) -> None:
    assert written(value) == value


def test_unknown_blocks_stay() -> None:
    picture = {"type": "blob", "mime_type": "image/png", "data": "aGk="}
    message = {"role": "user", "parts": [picture, {"type": "reasoning", "content": "Hm."}]}
    assert written(message) == {"role": "user", "content": [picture, {"type": "thinking", "thinking": "Hm."}]}


def test_results_name_nothing_else() -> None:
    assert read_message({"role": "tool", "content": "x"}).results == [Result("", "x")]


def test_langchain_keeps_what_a_provider_said_beside_the_message() -> None:
    call = {"id": "c1", "type": "function", "function": {"name": "search", "arguments": '{"q":"x"}'}}
    message = {"role": "assistant", "content": "", "additional_kwargs": {"tool_calls": [call]}}
    assert read_message(message).calls == [Call("c1", "search", '{"q":"x"}')]
