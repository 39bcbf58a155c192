"""Tables on the screen and in bench/results/<name>.txt."""

import os
import platform
import subprocess
from datetime import UTC, datetime
from pathlib import Path

RESULTS = Path(__file__).parent / "results"


class Report:
    """Collect tables of one benchmark, print them as they come, keep them as text."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.parts = [f"{name} · {datetime.now(UTC):%Y-%m-%d} · {machine()} · {commit()}"]
        print(self.parts[0])

    def table(self, title: str, head: list[str], rows: list[list[str]]) -> None:
        """Add a table; cells are texts, the first column is left-aligned."""
        widths = [max(len(row[place]) for row in [head, *rows]) for place in range(len(head))]
        lines = [
            "  ".join(
                cell.rjust(width) if place else cell.ljust(width)
                for place, (cell, width) in enumerate(zip(row, widths, strict=True))
            ).rstrip()
            for row in [head, *rows]
        ]
        text = "\n".join(["", title, lines[0], "-" * len(lines[0]), *lines[1:]])
        self.parts.append(text)
        print(text, flush=True)

    def save(self) -> None:
        RESULTS.mkdir(exist_ok=True)
        (RESULTS / f"{self.name}.txt").write_text("\n".join(self.parts) + "\n")


def machine() -> str:
    load = os.getloadavg()[0]  # of other work: with more than the cores, times are those of waiting
    return f"{os.cpu_count()} cores, load {load:.1f}, Python {platform.python_version()}"


def commit() -> str:
    done = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],
        capture_output=True,
        text=True,
        check=False,
        cwd=RESULTS.parent,
    )
    return done.stdout.strip() or "no commit"
