"""Stored messages as people read them."""

import json

import pytest

from runs.shown.messages import message_shown


@pytest.mark.parametrize(
    ("item", "role", "gist", "calls"),
    [
        ({"type": "function_call", "name": "shell", "arguments": '{"command":["ls"]}', "call_id": "c"},
         "assistant", '{"command":["ls"]}', ["shell"]),
        ({"type": "custom_tool_call", "name": "apply_patch", "input": "*** Begin Patch"},
         "assistant", "*** Begin Patch", ["apply_patch"]),
        ({"type": "web_search_call", "action": {"query": "x"}},
         "assistant", '{"query": "x"}', ["web_search"]),
        ({"type": "function_call_output", "call_id": "c", "output": "a.py\nb.py"},
         "tool result", "a.py b.py", []),
        ({"type": "custom_tool_call_output", "output": [{"type": "input_text", "text": "ok"}]},
         "tool result", "ok", []),
        ({"type": "reasoning", "summary": [{"type": "summary_text", "text": "Look first."}]},
         "thinking", "Look first.", []),
        ({"type": "reasoning", "summary": [], "encrypted_content": "x"},
         "thinking", "The thinking is encrypted.", []),
        ({"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Hi"}]},
         "user", "Hi", []),
    ],
)  # fmt: skip
def test_items_of_the_responses_api_read_like_messages(item, role, gist, calls):
    shown = message_shown(1, json.dumps(item).encode())
    assert (shown.role, shown.gist, shown.calls) == (role, gist, calls)
