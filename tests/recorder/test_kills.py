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


def killed_loop(trace, seconds, **environment):
    """Start a loop, kill it in the midst of its work: the numbers of the calls that came back."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), **environment}
    with subprocess.Popen(
        [sys.executable, LOOPS, trace, "100000"], stdout=subprocess.PIPE, env=environment
    ) as loop:
        assert loop.stdout is not None
        assert loop.stdout.readline() == b"begun\n"
        time.sleep(seconds)
        loop.send_signal(signal.SIGKILL)
        done = list(loop.stdout.read().split(b"\n")[:-1])
    return [int(line) for line in done]


def test_every_completed_call_is_in_the_file(tmp_path):
    chance = random.Random(1)
    for n in range(KILLS):
        trace = tmp_path / f"{n}.jsonl"
        done = killed_loop(trace, chance.uniform(0.0, 0.05))
        kept = {id for kind, id in told(trace, "id") if kind == "tool_result"}
        assert {f"t{number}" for number in done} <= kept


def test_every_completed_call_is_on_the_server_once(tmp_path, product):
    chance = random.Random(2)
    place = {"AGENTSCOPE_URL": product.url, "AGENTSCOPE_KEY": product.ingest_key}
    for n in range(3):
        trace = tmp_path / f"run-{n}.jsonl"
        done = killed_loop(trace, chance.uniform(0.2, 0.6), **place)
        for _ in range(2):
            assert main(["--url", product.url, "--key", product.ingest_key, "push", str(trace)]) == 0
        run = told_run(trace)
        steps = [step for step in product.steps(run) if step["kind"] == "tool"]
        whole = [step["name"] for step in steps if step["status"] == "ok"]
        assert len(done) <= len(whole) <= len(done) + 1
        assert len(steps) == len({step["seq"] for step in steps})
        assert len(steps) <= len(whole) + 1


def told_run(trace):
    [run] = {run for _, run in told(trace, "run")}
    return str(run)
