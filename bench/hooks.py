"""What a command hook of Claude Code adds to a tool call, from the start of its process to its end.

.venv/bin/python -m bench.hooks [--files N]
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "sdk" / "src"))

from agentscope_recorder.hooks import client

from bench.report import Report
from bench.workspace import make_repository

ROUNDS = 40
SMALL = 50
#: Seconds that a model thinks at least before its next call.
THINKING = 0.3
MOST_MS = 50


class Session:
    """A session of Claude Code in a repository, with real hooks."""

    def __init__(self, folder: Path, files: int) -> None:
        self.root, self.home = folder / f"repo{files}", folder / f"home{files}"
        self.root.mkdir()
        self.home.mkdir()
        make_repository(self.root, files)
        self.command = f"{sys.executable} -I -S {client.__file__} {self.home} 2>/dev/null || true"
        self.tell("SessionStart", source="startup")
        time.sleep(2)

    def tell(self, event: str, **fields: object) -> float:
        """Tell an event: the milliseconds that Claude Code waits."""
        told = {"session_id": "bench", "cwd": str(self.root), "hook_event_name": event, **fields}
        data = json.dumps(told).encode()
        began = time.perf_counter()
        subprocess.run(["sh", "-c", self.command], input=data, capture_output=True, check=True)
        return (time.perf_counter() - began) * 1000

    def call(self, number: int, kind: str) -> tuple[float, float]:
        """Make a tool call that changes a file; give the times of the hooks before and after it."""
        tool = {"tool_name": kind, "tool_use_id": f"t{number}", "tool_input": {"command": "x" * 2_000}}
        before = self.tell("PreToolUse", **tool)
        (self.root / "d0" / "f0.py").write_text(f"# {number}\n")
        return before, self.tell("PostToolUse", **tool, tool_response={"stdout": "x" * 20_000})


def row(name: str, times: list[float]) -> list[str]:
    """Write one line of the table."""
    ordered = sorted(times)
    late = ordered[int(len(ordered) * 0.95)]
    return [name, f"{statistics.median(ordered):.0f}", f"{late:.0f}", "yes" if late < MOST_MS else "no"]


def timed(words: list[str]) -> list[float]:
    """Time a process that does nothing."""

    def once() -> float:
        began = time.perf_counter()
        subprocess.run(words, check=True, stdin=subprocess.DEVNULL)
        return (time.perf_counter() - began) * 1000

    return [once() for _ in range(ROUNDS)]


def calls(session: Session, kind: str, pause: float) -> tuple[list[float], list[float]]:
    """Make calls one after the other."""
    times = []
    for number in range(ROUNDS):
        times.append(session.call(number, kind))
        time.sleep(pause)
    return [before for before, _ in times], [after for _, after in times]


def table_of(session: Session) -> list[list[str]]:
    """Measure one repository."""
    shell = calls(session, "Bash", THINKING)
    hasty = calls(session, "Bash", 0.0)
    reader = calls(session, "Read", 0.0)
    return [
        row("before a command", shell[0]),
        row("after it", shell[1]),
        row("before the next one of the same answer", hasty[0]),
        row("before a tool that changes no files", reader[0]),
    ]


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=10_000)
    report, head = Report("hooks"), ["hook", "ms p50", "ms p95", f"p95 < {MOST_MS} ms"]
    with tempfile.TemporaryDirectory() as folder:
        for files in (SMALL, parser.parse_args().files):
            session = Session(Path(folder), files)
            report.table(f"Claude Code waits, {files:,} files", head, table_of(session))
            session.tell("SessionEnd")
            time.sleep(2)
    nothing: dict[str, Callable[[], list[float]]] = {
        "sh -c true": lambda: timed(["sh", "-c", "true"]),
        "python -I -S -c pass": lambda: timed([sys.executable, "-I", "-S", "-c", "pass"]),
        "python -c pass": lambda: timed([sys.executable, "-c", "pass"]),
    }
    report.table("Beside it", head, [row(name, measure()) for name, measure in nothing.items()])
    report.save()


if __name__ == "__main__":
    main()
