"""SIGKILL at any moment: what came back is in the file, and after a push on the server exactly once."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from agentscope_recorder.cli import main

from tests.recorder.reading import told

LOOPS = Path(__file__).parent / "loops.py"
#: The whole number is 200; the suite has no minutes for it.
KILLS = int(os.environ.get("RECORDER_KILLS", "12"))


def killed_loop(trace, seconds, *words, **environment):
    """Start a loop, kill it in the midst of its work: the ids of the calls that came back."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), **environment}
    with subprocess.Popen(
        [sys.executable, LOOPS, trace, "100000", *words], stdout=subprocess.PIPE, env=environment
    ) as loop:
        assert loop.stdout is not None
        assert loop.stdout.readline() == b"begun\n"
        time.sleep(seconds)
        loop.send_signal(signal.SIGKILL)
        done = list(loop.stdout.read().split(b"\n")[:-1])
    return {f"t{int(line)}" for line in done}


def test_every_completed_call_is_in_the_file(tmp_path):
    chance = random.Random(1)
    for n in range(KILLS):
        trace = tmp_path / f"{n}.jsonl"
        done = killed_loop(trace, chance.uniform(0.0, 0.05))
        kept = {id for kind, id in told(trace, "id") if kind == "tool_result"}
        assert done <= kept


def test_every_completed_call_is_on_the_server_once(tmp_path, product):
    """Every other loop sends while it works, and may be killed in the midst of a request."""
    chance = random.Random(2)
    live = {"AGENTSCOPE_URL": product.url, "AGENTSCOPE_KEY": product.ingest_key}
    done = {}
    for n in range(KILLS):
        trace = tmp_path / f"run-{n}.jsonl"
        sends = n % 2 == 0
        # A step of 2 ms, so that half a second of sending is no load test of the server.
        done[trace] = (
            killed_loop(trace, chance.uniform(0.0, 0.6), "0.002", **live)
            if sends
            else killed_loop(trace, chance.uniform(0.0, 0.02))
        )
    for _ in range(2):
        assert main(["--url", product.url, "--key", product.ingest_key, "push", str(tmp_path)]) == 0
    for trace, came_back in done.items():
        steps = [step for step in product.steps(run_of(trace)) if step["kind"] == "tool"]
        whole = [step["key"] for step in steps if step["status"] == "ok"]
        kept = [str(id) for kind, id in told(trace, "id") if kind == "tool_result"]
        assert sorted(whole) == sorted(kept)
        assert came_back <= set(whole)
        assert len(kept) <= len(came_back) + 1  # the last may have been killed before it was said
        assert len(steps) <= len(kept) + 1


def run_of(trace):
    [run] = {run for _, run in told(trace, "run")}
    return str(run)
