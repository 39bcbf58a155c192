"""What a snapshot of the work tree costs, on a repository of 10,000 files.

.venv/bin/python -m bench.workspace [--files N]
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "sdk" / "src"))

from agentscope_recorder.workspace.folders import Folder
from agentscope_recorder.workspace.git import Repository

from bench.report import Report

ROUNDS = 15
PER_FOLDER = 50


def make_repository(root: Path, files: int) -> None:
    """Write files of 2 kB, and commit them."""
    for n in range(files):
        path = root / f"d{n // PER_FOLDER}" / f"f{n}.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"# {n}\n" * 300)
    for words in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "one"]):
        settings = ["-c", "user.name=Ada", "-c", "user.email=ada@example.com"]
        subprocess.run(["git", *settings, *words], cwd=root, check=True)


def milliseconds(call: Callable[[], object], prepare: Callable[[int], object]) -> tuple[float, float]:
    """Give the median and the longest time of some rounds."""
    times = []
    for n in range(ROUNDS):
        prepare(n)
        begin = time.perf_counter()
        call()
        times.append((time.perf_counter() - begin) * 1000)
    return statistics.median(times), max(times)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=10_000)
    files = parser.parse_args().files
    with tempfile.TemporaryDirectory() as folder:
        root, own = Path(folder) / "repo", Path(folder) / "own"
        root.mkdir()
        make_repository(root, files)
        begin = time.perf_counter()
        repository = Repository(root, own)
        repository.snapshot()
        first = (time.perf_counter() - begin) * 1000
        last = [repository.tree]

        def look() -> None:
            now = repository.snapshot()
            repository.changes(last[0], now)
            last[0] = now

        def change(n: int) -> None:
            for place in range(10):
                (root / f"d{place}" / f"f{place * PER_FOLDER}.py").write_text(f"# changed {n}\n")

        def stat() -> None:
            subprocess.run(["git", "status", "--porcelain"], cwd=root, capture_output=True, check=True)

        nothing = milliseconds(look, lambda n: None)
        ten = milliseconds(look, change)
        status = milliseconds(stat, lambda n: None)
        walked = Folder(root)
        without = milliseconds(walked.snapshot, lambda n: None)
    rows = [
        ["first snapshot", f"{first:.0f}", "", ""],
        *(
            [name, f"{median:.0f}", f"{most:.0f}", f"{median / status[0]:.1f}"]
            for name, (median, most) in {
                "nothing changed": nothing,
                "10 files changed, with contents": ten,
                "git status": status,
                "without git, nothing changed": without,
            }.items()
        ),
    ]
    report = Report("workspace")
    report.table(f"Snapshots of {files:,} files", ["", "ms p50", "most", "÷ git status"], rows)
    report.save()


if __name__ == "__main__":
    main()
