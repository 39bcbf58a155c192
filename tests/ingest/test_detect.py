"""Formats are told by the whole of a file, however it is laid out."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.detect import detect
from ingest.importing import read_files
from ingest.sources import SourceFile
from tests.ingest.formats.mutations import NOW, as_bytes, mutated

STEP = {"action": "ls", "observation": "a", "response": "Look."}
MESSAGE = {"role": "user", "content": "Fix it"}
TRAJECTORY = {"trajectory": [STEP], "history": [MESSAGE], "info": {}}
#: Indented, but for the messages, which stand on lines of their own.
BY_LINE = (
    '{\n "history": [\n'
    + json.dumps(MESSAGE)
    + '\n ],\n "trajectory": ['
    + json.dumps(STEP)
    + '],\n "info": {}\n}'
)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (json.dumps(TRAJECTORY), "swe-agent"),
        (json.dumps(TRAJECTORY, indent=2), "swe-agent"),
        (BY_LINE, "swe-agent"),
        (BY_LINE[:-12], "swe-agent"),
        ("\ufeff" + json.dumps([MESSAGE], indent=1), "messages"),
        ("[" + json.dumps(MESSAGE) + ",\n" + json.dumps(MESSAGE) + "]", "messages"),
        (json.dumps(MESSAGE) + "\n" + json.dumps(MESSAGE), "messages"),
        ('{\n "a": 1\n}', ""),
        ("{", ""),
        ("", ""),
    ],
)
def test_layout_does_not_matter(text, name):
    assert detect(SourceFile("x", text.encode()))[0] == name


#: What tells the formats apart: each name with a value that it may have there.
TELLING = {
    "type": "system", "subtype": "ui_telemetry", "sessionId": "s", "uuid": "u", "message": {"parts": []},
    "data": {}, "payload": {}, "record_type": "state", "role": "user", "content": "<task>\nx", "say": "text",
    "ask": "tool", "action": "run", "observation": "run", "source": "agent", "kind": "MessageEvent",
    "history": [MESSAGE], "instance_id": "a__b-1", "trajectory": [STEP], "info": {"projectID": "p"},
    "messages": [MESSAGE], "projectHash": "h", "resourceSpans": [], "batch": [], "dotted_order": "d",
    "observations": [], "id": "ses_1", "timestamp": 1, "schema_version": "ATIF-v1", "trajectory_format": "m",
    "event": "launched", "properties": {}, "user_id": "u", "time": 1, "sessionID": "ses_1", "version": 1,
    "tokensIn": 1, "tokensOut": 1, "task": "x", "ts": 1, "files_in_context": [], "model_usage": [],
    "messages_path": "p", "session_id": "s", "hook_event_name": "Stop", "resolved_ids": [], "parts": [],
}  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_any_value_of_what_tells_formats_apart_is_no_error(data):
    names = data.draw(st.lists(st.sampled_from(sorted(TELLING)), min_size=1, max_size=7, unique=True))
    record = mutated(data, {name: TELLING[name] for name in names}, times=2)
    file = SourceFile("x", as_bytes([record]))
    assert detect(file) == detect(file)
    assert read_files([file], now=NOW).format in ("", detect(file)[0])


def test_old_openhands_pairs_of_an_action_and_what_came_of_it():
    pairs = [
        [{"action": "message", "source": "user", "args": {"content": "Fix it"}}, {"observation": "null"}],
        [{"action": "run", "source": "agent", "args": {"command": "ls"}}, {"observation": "run"}],
    ]
    assert detect(SourceFile("a.json", json.dumps(pairs).encode())) == ("openhands", "OpenHands events")
