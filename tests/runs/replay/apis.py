"""The rules of the message lists of three APIs, written from their documentation alone."""

import base64
import binascii
import json
import re
from typing import Any

WORD = re.compile(r"\A[a-zA-Z0-9_-]+\Z")


def check_id(id: Any, most: int) -> None:
    assert isinstance(id, str)
    assert WORD.match(id), id
    assert len(id) <= most, id


def check_text(text: Any) -> None:
    assert isinstance(text, str)
    assert text.strip(), repr(text)


def check_picture_source(source: dict[str, Any]) -> None:
    assert source["type"] in ("base64", "url")
    if source["type"] == "base64":
        assert source["media_type"] in ("image/png", "image/jpeg", "image/gif", "image/webp")
        try:
            base64.b64decode(source["data"], validate=True)
        except binascii.Error as error:
            raise AssertionError("not base64") from error
    else:
        assert source["url"].startswith("https://")


def check_anthropic(body: dict[str, Any]) -> None:
    """Messages API: user and assistant in turns, the user first; results stand first behind the calls."""
    assert set(body) <= {"system", "messages"}
    if "system" in body:
        check_text(body["system"])
    used: set[str] = set()
    owed: set[str] = set()
    for number, message in enumerate(body["messages"]):
        assert set(message) == {"role", "content"}
        assert message["role"] == ("user", "assistant")[number % 2]
        content = message["content"]
        if isinstance(content, str):
            check_text(content)
            assert not owed
            continue
        assert isinstance(content, list)
        assert content
        owed = check_anthropic_blocks(content, message["role"], owed, used)
    assert not owed


def check_anthropic_blocks(content: list, role: str, owed: set[str], used: set[str]) -> set[str]:
    """Check the blocks of one message; return the calls that the next one must answer."""
    kinds = [block["type"] for block in content]
    if role == "assistant":
        assert not owed
        assert set(kinds) <= {"text", "thinking", "redacted_thinking", "tool_use"}
        assert kinds[-1] not in ("thinking", "redacted_thinking")
        called = []
        for block in content:
            if block["type"] == "text":
                check_text(block["text"])
            elif block["type"] == "thinking":
                assert isinstance(block["thinking"], str)
                assert block["signature"]
            elif block["type"] == "redacted_thinking":
                assert block["data"]
            else:
                check_id(block["id"], 64)
                check_id(block["name"], 128)
                assert isinstance(block["input"], dict)
                called.append(block["id"])
        assert len(set(called)) == len(called)
        assert not set(called) & used
        used |= set(called)
        return set(called)
    assert set(kinds) <= {"text", "image", "tool_result"}
    results = [block for block in content if block["type"] == "tool_result"]
    assert kinds[: len(results)] == ["tool_result"] * len(results), "results come first"
    assert {block["tool_use_id"] for block in results} == owed
    assert len(results) == len(owed)
    for block in content:
        if block["type"] == "text":
            check_text(block["text"])
        elif block["type"] == "image":
            check_picture_source(block["source"])
        else:
            check_anthropic_result(block)
    return set()


def check_anthropic_result(block: dict[str, Any]) -> None:
    assert set(block) <= {"type", "tool_use_id", "content", "is_error"}
    if isinstance(block["content"], str):
        return
    for inner in block["content"]:
        assert inner["type"] in ("text", "image")
        if inner["type"] == "text":
            check_text(inner["text"])
        else:
            check_picture_source(inner["source"])


def check_openai(body: dict[str, Any]) -> None:
    """Chat Completions: behind an answer with calls comes one message of a tool for each of them."""
    assert set(body) == {"messages"}
    owed: list[str] = []
    used: set[str] = set()
    for message in body["messages"]:
        role = message["role"]
        assert role in ("system", "developer", "user", "assistant", "tool")
        if role == "tool":
            assert set(message) == {"role", "tool_call_id", "content"}
            assert isinstance(message["content"], str)
            assert message["tool_call_id"] in owed, "answers a call of the answer before"
            owed.remove(message["tool_call_id"])
            continue
        assert not owed, "every call is answered before anything else"
        if role == "assistant":
            owed = check_openai_answer(message, used)
        elif role == "user":
            check_openai_content(message["content"])
        else:
            check_text(message["content"])
    assert not owed


def check_openai_answer(message: dict[str, Any], used: set[str]) -> list[str]:
    assert set(message) <= {"role", "content", "tool_calls"}
    calls = message.get("tool_calls", [])
    if message["content"] is None:
        assert calls
    else:
        check_text(message["content"])
    assert "tool_calls" not in message or calls
    for call in calls:
        assert set(call) == {"id", "type", "function"}
        assert call["type"] == "function"
        check_id(call["id"], 40)
        check_id(call["function"]["name"], 64)
        assert isinstance(json.loads(call["function"]["arguments"]), dict)
    ids = [call["id"] for call in calls]
    assert len(set(ids)) == len(ids)
    assert not set(ids) & used
    used |= set(ids)
    return ids


def check_openai_content(content: Any) -> None:
    if isinstance(content, str):
        check_text(content)
        return
    assert content
    for part in content:
        if part["type"] == "text":
            check_text(part["text"])
        else:
            assert part["type"] == "image_url"
            assert part["image_url"]["url"].startswith(("https://", "http://", "data:image/"))


def check_responses(body: dict[str, Any]) -> None:
    """Responses: every call has one output behind it; reasoning goes before an item of the assistant."""
    assert set(body) == {"input"}
    calls: dict[str, str] = {}
    answered: set[str] = set()
    items = body["input"]
    for number, item in enumerate(items):
        kind = item["type"]
        if kind == "message":
            check_responses_message(item)
        elif kind in ("function_call", "custom_tool_call"):
            check_id(item["call_id"], 64)
            check_id(item["name"], 64)
            if kind == "function_call":
                assert isinstance(json.loads(item["arguments"]), dict)
            else:
                assert isinstance(item["input"], str)
            assert item["call_id"] not in calls
            calls[item["call_id"]] = f"{kind}_output"
        elif kind in ("function_call_output", "custom_tool_call_output"):
            assert calls[item["call_id"]] == kind
            assert item["call_id"] not in answered
            answered.add(item["call_id"])
            check_output(item["output"])
        else:
            check_reasoning(item, items[number + 1])
    assert calls.keys() == answered


def check_reasoning(item: dict[str, Any], behind: dict[str, Any]) -> None:
    assert item["type"] == "reasoning"
    assert isinstance(item.get("id", item.get("encrypted_content")), str)
    assert isinstance(item["summary"], list)
    assert set(item) <= {"type", "id", "summary", "content", "encrypted_content", "status"}
    mine = behind["type"] in ("reasoning", "function_call", "custom_tool_call")
    assert mine or behind.get("role") == "assistant", "reasoning belongs to an item behind it"


def check_responses_message(item: dict[str, Any]) -> None:
    assert item["role"] in ("system", "developer", "user", "assistant")
    assert item["content"]
    for part in item["content"]:
        if item["role"] == "assistant":
            assert part["type"] == "output_text"
        if part["type"] == "input_image":
            assert part["image_url"].startswith(("https://", "http://", "data:image/"))
        else:
            assert part["type"] in ("input_text", "output_text")
            check_text(part["text"])


def check_output(output: Any) -> None:
    if isinstance(output, str):
        return
    assert output
    for part in output:
        assert part["type"] in ("input_text", "input_image")


CHECKS = {"anthropic": check_anthropic, "openai": check_openai, "responses": check_responses}
