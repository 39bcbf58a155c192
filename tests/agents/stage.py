"""Where a real agent plays: a small repository, a home of its own, and our recorder beside it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.product import CHECKOUT, Product

BEFORE = "def add(a, b):\n    return a - b\n"
AFTER = "def add(a, b):\n    return a + b\n"
PROMPT = "Fix the sign in calc.py"
SECONDS = 120

#: Closes what was silent, as the worker does, by a clock that is ahead.
CLOSE = """
from datetime import timedelta
from django.utils import timezone
from runs.retention import close_silent_runs_all_projects
close_silent_runs_all_projects(timezone.now() + timedelta(minutes={minutes}))
"""


def let_time_pass(product: Product, *, minutes: int) -> None:
    """Let the product take runs that were told of just now for as old as that."""
    command = [sys.executable, "manage.py", "shell", "-v", "0", "-c", CLOSE.format(minutes=minutes)]
    unset = ("DATABASE_URL", "REDIS_URL")
    environ = {name: value for name, value in os.environ.items() if name not in unset}
    environ["AGENTSCOPE_DATA"] = str(product.data)
    subprocess.run(command, cwd=CHECKOUT, env=environ, check=True, timeout=SECONDS)


class Stage:
    """One play. `settings` are the agent's own variables."""

    def __init__(self, folder: Path, product: Product) -> None:
        self.repository, self.home, self.product = folder / "repository", folder / "home", product
        self.repository.mkdir(parents=True)
        self.home.mkdir()
        (self.repository / "calc.py").write_text(BEFORE)
        (self.repository / "notes.txt").write_text("one\n")
        name = ["-c", "user.name=Nobody", "-c", "user.email=nobody@example.com"]
        for words in (["init", "-q"], ["add", "."], [*name, "commit", "-qm", "Begin"]):
            subprocess.run(["git", *words], cwd=self.repository, check=True)

    def environ(self, **variables: str) -> dict[str, str]:
        """Give variables that know nothing of this machine's user."""
        kept = {name: os.environ[name] for name in ("PATH", "TMPDIR") if name in os.environ}
        return {**kept, "HOME": str(self.home), "TERM": "dumb", **variables}

    def play(self, *command: str | Path, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run an agent to its end."""
        return subprocess.run(
            command,
            cwd=self.repository,
            env=self.environ(**variables),
            check=False,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            stdin=subprocess.DEVNULL,
        )

    def start(self, *command: str | Path, **variables: str) -> subprocess.Popen[bytes]:
        """Start an agent that is to be killed, in a process group of its own."""
        return subprocess.Popen(
            command,
            cwd=self.repository,
            env=self.environ(**variables),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def recorder(self, *words: str) -> tuple[list[str], dict[str, str]]:
        """Give a command of the recorder, and its variables."""
        told = {"AGENTSCOPE_URL": self.product.url, "AGENTSCOPE_KEY": self.product.ingest_key}
        path = str(CHECKOUT / "sdk" / "src")
        return [sys.executable, "-m", "agentscope_recorder", *words], self.environ(PYTHONPATH=path, **told)

    def install(self, agent: str) -> None:
        """Let our own command write the agent's settings."""
        command, environ = self.recorder("install", agent, "--yes")
        subprocess.run(command, env=environ, check=True, capture_output=True, timeout=SECONDS)

    def send(self, file: Path) -> None:
        """Import a file."""
        command, environ = self.recorder("import", str(file))
        subprocess.run(command, env=environ, check=True, capture_output=True, timeout=SECONDS)

    def files(self) -> dict[str, str]:
        """Give what the agent left."""
        return {path.name: path.read_text() for path in self.repository.iterdir() if path.is_file()}

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Run `watch` beside; before it ends, all that is there is sent once more."""
        command, environ = self.recorder("watch")
        with (self.home / "watch.log").open("wb") as log:
            watch = subprocess.Popen(command, env=environ, stdout=log, stderr=log)
            try:
                yield
                once, _ = self.recorder("watch", "--once")
                subprocess.run(once, env=environ, check=True, capture_output=True, timeout=SECONDS)
            finally:
                watch.terminate()
                watch.wait(timeout=SECONDS)
