"""Formats are told by the whole of a file, however it is laid out."""

import json

import pytest

from ingest.detect import detect
from ingest.sources import SourceFile

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
