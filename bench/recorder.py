"""What the recorder costs a loop: microseconds an event, beside a plain `json.dumps` and `write`.

Then a loop of steps that work for a millisecond each, while each thing goes wrong that can.

.venv/bin/python -m bench.recorder [--events N] [--steps N]
"""

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "sdk" / "src"))

from agentscope_recorder import Recorder

from bench.report import Report
from bench.troubles import rows_of_troubles

RESULT = (
    "def total(cart):\n    return sum(line.price * line.count for line in cart)\n" * 30
)  # 2 kB, as a file read
ARGS = {"path": "shop/cart.py", "old": "return a - b", "new": "return a + b"}
ROUNDS = 3


def plain_loop(folder: Path, events: int) -> None:
    """Write the same facts without a recorder."""
    with (folder / "plain.jsonl").open("a", buffering=1) as file:
        for n in range(events // 2):
            for event in (
                {"kind": "tool_call", "id": f"t{n}", "args": ARGS},
                {"id": f"t{n}", "output": RESULT},
            ):
                file.write(json.dumps(event) + "\n")


def recorded_loop(folder: Path, events: int, **settings: str) -> None:
    """Record a loop of tool calls."""
    run = Recorder(folder / "run.jsonl", run="bench", **settings)  # type: ignore[arg-type]  # all of them are texts here
    for n in range(events // 2):
        run.tool_call("patch_file", ARGS, id=f"t{n}")
        run.tool_result(f"t{n}", RESULT)


def microseconds(loop: Callable[[], None], events: int) -> float:
    """Give the least time of an event over some rounds."""
    times = []
    for _ in range(ROUNDS):
        begin = time.perf_counter()
        loop()
        times.append(time.perf_counter() - begin)
    return min(times) / events * 1e6


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=20_000)
    parser.add_argument("--steps", type=int, default=1_000)
    options = parser.parse_args()
    events = options.events
    for name in ("AGENTSCOPE_URL", "AGENTSCOPE_KEY"):
        os.environ.pop(name, None)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        loops = {
            "json.dumps and write": lambda: plain_loop(place, events),
            "recorder": lambda: recorded_loop(place, events),
            "recorder, metadata only": lambda: recorded_loop(place, events, capture="metadata"),
            "recorder, server away": lambda: recorded_loop(place, events, url="http://127.0.0.1:9", key="k"),
        }
        found = {name: microseconds(loop, events) for name, loop in loops.items()}
    base = found["json.dumps and write"]
    rows = [
        # A loop of 1,000 steps, each of one model call of 2 s: what the events of the steps are of it.
        [name, f"{cost:.1f}", f"{cost / base:.1f}", f"{cost * 2 / 2e6 * 100:.4f} %"]
        for name, cost in found.items()
    ]
    report = Report("recorder")
    head = ["", "µs an event", "÷ plain", "of a loop of 2 s a step"]
    report.table(f"{events:,} events of 1 kB on average", head, rows)
    head = ["", "s alone", "s recorded", "µs a step", "s at the end", "warnings", "events not in the file"]
    title = f"A loop of {options.steps:,} steps of 1 ms, by the clock and, a step, by the processor"
    report.table(title, head, rows_of_troubles(options.steps))
    report.save()


if __name__ == "__main__":
    main()
