"""Clients of providers, wrapped: they give and raise what they did, and each call is a step.

The packages are not installed here; what stands for them has their shape.
"""

import asyncio
import json
from types import SimpleNamespace as Object

import pytest
from agentscope_recorder import record_anthropic, record_openai

from tests.recorder.reading import told

ANSWER = {
    "id": "msg_1",
    "model": "m-1",
    "content": [{"type": "text", "text": "Hello"}],
    "usage": {"input_tokens": 3, "output_tokens": 1},
    "stop_reason": "end_turn",
}
COMPLETION = {
    "id": "c_1",
    "model": "m-1",
    "choices": [{"message": {"content": "Hello"}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 3, "completion_tokens": 1},
}
STREAM = [
    {"type": "message_start", "message": {**ANSWER, "content": [], "stop_reason": None}},
    {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Hel"}},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "lo"}},
    {
        "type": "content_block_start",
        "index": 1,
        "content_block": {"type": "tool_use", "id": "t1", "name": "read"},
    },
    {
        "type": "content_block_delta",
        "index": 1,
        "delta": {"type": "input_json_delta", "partial_json": '{"a"'},
    },
    {
        "type": "content_block_delta",
        "index": 1,
        "delta": {"type": "input_json_delta", "partial_json": ": 1}"},
    },
    {"type": "message_delta", "delta": {"stop_reason": "tool_use"}, "usage": {"output_tokens": 9}},
]
CHUNKS = [
    {"id": "c_1", "model": "m-1", "choices": [{"delta": {"content": "Hel"}}]},
    {"choices": [{"delta": {"content": "lo"}}]},
    {
        "choices": [
            {
                "delta": {
                    "tool_calls": [{"index": 0, "id": "t1", "function": {"name": "read", "arguments": "{"}}]
                }
            }
        ]
    },
    {
        "choices": [
            {
                "delta": {"tool_calls": [{"index": 0, "function": {"arguments": "}"}}]},
                "finish_reason": "tool_calls",
            }
        ]
    },
    {"choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 9}},
]


def anthropic_client(create):
    return Object(messages=Object(create=create))


def openai_client(create):
    return Object(chat=Object(completions=Object(create=create)))


def test_message_of_anthropic(run, trace):
    client = record_anthropic(anthropic_client(lambda **request: ANSWER), run)
    messages = [{"role": "user", "content": "Hi"}]
    assert client.messages.create(model="m", max_tokens=9, system="Be kind", messages=messages) is ANSWER
    begin, end = told(
        trace, "phase", "model", "messages", "system", "params", "content", "usage", "stop_reason"
    )
    assert begin == ("llm_call", "start", "m", messages, "Be kind", {"max_tokens": 9}, None, None, None)
    assert end == (
        *("llm_call", "end", "m-1", None, None, None),
        *(ANSWER["content"], ANSWER["usage"], "end_turn"),
    )


def test_completion_of_openai_that_is_awaited(run, trace):
    async def create(**request):
        return COMPLETION

    client = record_openai(openai_client(create), run)
    assert asyncio.run(client.chat.completions.create(model="m", messages=[])) is COMPLETION
    assert told(trace, "content", "usage", "stop_reason")[1] == (
        *("llm_call", "Hello", {"prompt_tokens": 3, "completion_tokens": 1}, "stop"),
    )


@pytest.mark.parametrize(
    ("make", "client_of", "items"),
    [
        (record_anthropic, anthropic_client, STREAM),
        (record_openai, openai_client, CHUNKS),
    ],
)
def test_streams_are_passed_on_and_put_together(run, trace, make, client_of, items):
    client = make(client_of(lambda **request: iter(items)), run)
    method = client.messages.create if make is record_anthropic else client.chat.completions.create
    assert list(method(model="m", messages=[], stream=True)) == items
    assert told(trace, "id")[0][1] == told(trace, "id")[1][1]
    [(_, content, calls, usage)] = told(trace, "content", "tool_calls", "usage")[1:]
    if make is record_anthropic:
        asked = {"type": "tool_use", "id": "t1", "name": "read", "input": {"a": 1}}
        assert (content, usage["output_tokens"]) == ([{"type": "text", "text": "Hello"}, asked], 9)
    else:
        function = {"name": "read", "arguments": "{}"}
        assert (content, calls) == ("Hello", [{"type": "function", "id": "t1", "function": function}])


def test_stream_that_breaks_raises_and_tells_what_came(run, trace):
    def broken():
        yield from CHUNKS[:2]
        raise ConnectionError("gone")

    client = record_openai(openai_client(lambda **request: broken()), run)
    with pytest.raises(ConnectionError):
        list(client.chat.completions.create(model="m", messages=[], stream=True))
    assert told(trace, "content", "error")[1] == ("llm_call", "Hello", "ConnectionError: gone")


def test_errors_of_the_client_go_on(run, trace):
    class RateLimitError(Exception):
        status_code = 429

    def create(**request):
        raise RateLimitError("slow down")

    client = record_anthropic(anthropic_client(create), run)
    with pytest.raises(RateLimitError):
        client.messages.create(model="m", messages=[])
    assert told(trace, "phase", "error", "http_status")[1] == (
        "llm_call",
        "end",
        "RateLimitError: slow down",
        429,
    )


def test_attempts_that_the_client_makes_again_are_retries(run, trace):
    http = Object(event_hooks={"request": [], "response": []})
    client = record_openai(Object(_client=http, **vars(openai_client(lambda **request: COMPLETION))), run)
    [note] = http.event_hooks["response"]
    note(Object(status_code=429, headers={"retry-after-ms": "50"}))
    note(Object(status_code=200, headers={}))
    assert told(trace, "http_status", "wait_ms") == [("retry", 429, 50)]
    assert client._client is http


def test_client_of_another_shape_is_left_as_it_is(run, trace):
    client = Object()
    assert record_anthropic(client, run) is client
    assert told(trace, "level") == [("log", "warning")]


def test_clients_are_wrapped_once(run, trace):
    client = anthropic_client(lambda **request: ANSWER)
    record_anthropic(record_anthropic(client, run), run)
    client.messages.create(model="m", messages=[])
    assert len(told(trace)) == 2


def awaitable(answer):
    """Give a method as async clients have it: a plain function that gives something to await."""

    async def later(request):
        return answer(request)

    def create(**request):
        return later(request)

    return create


async def items_of(items):
    for item in items:
        yield item


@pytest.mark.parametrize(
    ("make", "client_of", "answer"),
    [(record_anthropic, anthropic_client, ANSWER), (record_openai, openai_client, COMPLETION)],
)
def test_method_that_gives_something_to_await(run, trace, make, client_of, answer):
    client = make(client_of(awaitable(lambda request: answer)), run)
    method = client.messages.create if make is record_anthropic else client.chat.completions.create
    assert asyncio.run(method(model="m", messages=[])) is answer
    assert told(trace, "usage")[1] == ("llm_call", answer["usage"])


def test_stream_that_is_awaited_first(run, trace):
    client = record_openai(openai_client(awaitable(lambda request: items_of(CHUNKS))), run)

    async def loop():
        stream = await client.chat.completions.create(model="m", messages=[], stream=True)
        return [await anext(stream), *[item async for item in stream]]

    assert asyncio.run(loop()) == CHUNKS
    assert told(trace, "content", "usage")[1:] == [("llm_call", "Hello", CHUNKS[-1]["usage"])]


def test_refusal_that_is_awaited_is_told_and_raised(run, trace):
    def refuse(request):
        raise ConnectionError("gone")

    client = record_anthropic(anthropic_client(awaitable(refuse)), run)
    with pytest.raises(ConnectionError):
        asyncio.run(client.messages.create(model="m", messages=[]))
    assert told(trace, "phase", "error")[1] == ("llm_call", "end", "ConnectionError: gone")


class Closed:
    """A manager of a stream that cannot be opened."""

    def __enter__(self):
        raise ConnectionError("gone")

    def __exit__(self, *_):
        """Never asked."""

    async def __aenter__(self):
        raise ConnectionError("gone")

    async def __aexit__(self, *_):
        """Never asked."""


def opened(stream):
    """Open a stream and read nothing of it."""
    with stream:
        """It does not open."""


async def opened_async(stream):
    async with stream:
        """It does not open."""


@pytest.mark.parametrize("opening", [opened, lambda stream: asyncio.run(opened_async(stream))])
def test_stream_that_does_not_open_ends_its_call(run, trace, opening):
    client = record_anthropic(Object(messages=Object(stream=lambda **request: Closed())), run)
    with pytest.raises(ConnectionError):
        opening(client.messages.stream(model="m", messages=[]))
    assert told(trace, "phase", "error")[1:] == [("llm_call", "end", "ConnectionError: gone")]


def test_bare_answer_is_told_out_of_its_bytes(run, trace):
    bare = Object(http_response=Object(content=json.dumps(COMPLETION)), parse=lambda: "theirs")
    client = record_openai(openai_client(lambda **request: bare), run)
    assert client.chat.completions.create(model="m", messages=[]).parse() == "theirs"
    assert told(trace, "content")[1:] == [("llm_call", "Hello")]


def test_bare_stream_is_told_when_it_is_parsed(run, trace):
    bare = Object(http_response=Object(), parse=lambda: iter(CHUNKS))
    client = record_openai(openai_client(lambda **request: bare), run)
    given = client.chat.completions.create(model="m", messages=[], stream=True)
    assert given is bare
    assert told(trace, "phase", "content")[1:] == [("llm_call", "end", None)]
    assert list(given.parse()) == CHUNKS
    assert told(trace, "phase", "content")[2:] == [("llm_call", "end", "Hello")]


def test_copies_of_a_client_are_recorded_and_their_attempts_once(run, trace):
    http = Object(event_hooks={"request": [], "response": []})

    def new():
        return Object(
            _client=http, with_options=lambda **_: new(), **vars(openai_client(lambda **_: COMPLETION))
        )

    client = record_openai(new(), run).with_options(timeout=1).with_options(timeout=2)
    client.chat.completions.create(model="m", messages=[])
    assert told(trace, "content")[1:] == [("llm_call", "Hello")]
    assert len(http.event_hooks["response"]) == 1


def test_parsed_answers_and_those_of_the_beta_are_recorded(run, trace):
    beta = Object(messages=Object(create=lambda **_: ANSWER))
    client = record_anthropic(Object(messages=Object(parse=lambda **_: ANSWER), beta=beta), run)
    client.messages.parse(model="m", messages=[])
    client.beta.messages.create(model="m", messages=[])
    assert told(trace, "phase") == [("llm_call", "start"), ("llm_call", "end")] * 2
