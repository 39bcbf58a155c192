"""The wrapping that agents put around what a shell printed."""

import time

import pytest

from runs.outputs import ShellOutput, read_output


@pytest.mark.parametrize(
    ("text", "output"),
    [
        ("Chunk ID: 19dc0a\nWall time: 0.4404 seconds\nProcess exited with code 1\nOriginal token count: 12\n"
         "Output:\nno\n", ShellOutput(out="no\n", exit_code=1, wall_ms=440, tokens=12)),
        ("Chunk ID: 2e8d3e\nWall time: 30.0005 seconds\nProcess running with session ID 72480\n"
         "Original token count: 360\nOutput:\nbuild", ShellOutput(
             out="build", state="running", session="72480", wall_ms=30_000, tokens=360)),
        ("Exit code: 0\nWall time: 1.2 seconds\nOutput:\nok",
         ShellOutput(out="ok", exit_code=0, wall_ms=1200)),
        ('{"output":"hi","metadata":{"exit_code":2,"duration_seconds":0.2}}',
         ShellOutput(out="hi", exit_code=2, wall_ms=200)),
        ('{"stdout":"a","stderr":"b","exit_code":true}', ShellOutput(out="a", err="b")),
        ("Command: ls\nDirectory: src\nOutput: a\nError: b\nb2\nExit Code: 3\nSignal: 0",
         ShellOutput(out="a", err="b\nb2", exit_code=3, cwd="src")),
        ("Command: rm x\nDirectory: (root)\nOutput: (empty)\nError: (none)\nExit Code: 0",
         ShellOutput(out="", exit_code=0)),
        ("<status>running</status>\n\n<stdout>\n> vite\n</stdout>\n\n<timestamp>x</timestamp>",
         ShellOutput(out="> vite", state="running")),
        ("Exit code 2\nboom", ShellOutput(out="boom", exit_code=2)),
        ("1 failed\n<exited with exit code 1>", ShellOutput(out="1 failed", exit_code=1)),
        ("<exited with exit code 0>", ShellOutput(out="", exit_code=0)),
        ("half\n<command with shellId: 22 is still running after 60 seconds. Use read_bash to wait.>",
         ShellOutput(out="half", state="running", session="22")),
        ("<exited with exit code 0>\nmore", ShellOutput(out="<exited with exit code 0>\nmore")),
        ('{"a": 1}', ShellOutput(out='{"a": 1}')),
        ("plain", ShellOutput(out="plain")),
    ],
)  # fmt: skip
def test_wrapping_comes_off(text, output):
    assert read_output(text) == output


@pytest.mark.parametrize(
    "text",
    ["Command: " + "\nError: \nOutput: " * 100_000, "<stdout>" * 200_000, "Wall time: " + "9" * 300_000,
     "Exit code 99999999999", "{" * 100_000, "\x00<status>\x00"],
)  # fmt: skip
def test_hostile_output_stays_what_it_is_and_takes_no_time(text):
    began = time.process_time()
    assert read_output(text).out in (text, "")
    assert time.process_time() - began < 1
