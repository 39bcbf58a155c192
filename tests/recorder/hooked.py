"""A session of Claude Code as its hooks see it: payloads are given to the real client, in real processes."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from agentscope_recorder.hooks import client
from agentscope_recorder.pushing import HOOKS

from tests.product import wait_for

SECONDS = 30


def git(root: Path, *words: str) -> None:
    settings = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com")
    subprocess.run(["git", *settings, *words], cwd=root, check=True, capture_output=True)


class Session:
    """One session in a repository; `home` is what an install prepares."""

    def __init__(self, folder: Path, name: str = "s1", *, repository: Path | None = None) -> None:
        self.home, self.name = folder / "home", name
        self.home.mkdir(exist_ok=True)
        self.root = repository or make_repository(folder / "repo")
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "CLAUDE_PROJECT_DIR": str(self.root),
        }

    def goes_to(self, url: str, key: str = "as_key") -> None:
        """Write the config of an install."""
        (self.home / "config.json").write_text(json.dumps({"url": url, "key": key}))

    def hook(self, event: str, **fields: Any) -> None:
        """Tell an event, as Claude Code does; it must go well, and nothing may be said."""
        payload = {"session_id": self.name, "cwd": str(self.root), "hook_event_name": event, **fields}
        assert self.give(json.dumps(payload).encode()) == (0, b"", b"")

    def give(self, data: bytes, *, home: Path | None = None) -> tuple[int, bytes, bytes]:
        """Give bytes to the client: (exit status, output, errors)."""
        done = subprocess.run(
            self.command(home), input=data, capture_output=True, env=self.environment, timeout=SECONDS
        )
        return done.returncode, done.stdout, done.stderr

    def command(self, home: Path | None = None) -> list[str]:
        return [sys.executable, "-I", "-S", str(client.__file__), str(home or self.home)]

    def tool(self, call: str, command: str, name: str = "Bash", **fields: Any) -> None:
        """Run a command between the hooks before and after it."""
        tool = {"tool_name": name, "tool_use_id": call, "tool_input": {"command": command}, **fields}
        self.hook("PreToolUse", **tool)
        subprocess.run(["sh", "-c", command], cwd=self.root, check=True)
        self.hook("PostToolUse", **tool, tool_response={"stdout": "", "stderr": ""})

    def end(self) -> None:
        """End the session, and wait until its keeper is gone."""
        self.hook("SessionEnd", reason="other")
        self.wait()

    def wait(self) -> None:
        """Wait until there is no keeper."""
        wait_for(lambda: not list(self.keepers()))

    def keepers(self) -> Iterator[int]:
        """List the keepers of this session: processes of our client in its folder."""
        for path in Path("/proc").glob("[0-9]*/cwd"):
            try:
                words = path.with_name("cmdline").read_bytes().split(b"\0")
                is_here = path.readlink() == self.home / self.name
            except OSError:
                continue
            if is_here and str(client.__file__).encode() in words:
                yield int(path.parent.name)

    def any_keepers(self) -> list[int]:
        """List the keepers of all sessions with this home."""
        found = []
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                words = path.read_bytes().split(b"\0")
            except OSError:
                continue
            if str(self.home).encode() in words and str(client.__file__).encode() in words:
                found.append(int(path.parent.name))
        return found

    def start(self) -> None:
        """Begin, and wait for the first look: the hook does not."""
        self.hook("SessionStart", source="startup")
        wait_for((self.home / self.name / "told.json").exists)

    def settle(self) -> None:
        """Wait until the look after the last call is done: the hook does not."""
        wait_for(lambda: json.loads((self.home / self.name / "calls.json").read_text()) == {})

    @property
    def journal(self) -> Path:
        return self.home / f"{self.name}{HOOKS}"

    def lines(self) -> list[dict[str, Any]]:
        """Read what was written down."""
        return [json.loads(line) for line in self.journal.read_bytes().splitlines()]

    def changes(self) -> list[tuple[Any, ...]]:
        """List what was seen: (call, path, op, before, after)."""
        return [
            (line.get("tool_use_id"), *(one.get(name) for name in ("path", "op", "before", "after")))
            for line in self.lines()
            for one in line["agentscope"].get("changes", ())
        ]


def make_repository(root: Path) -> Path:
    """Make a repository with two files."""
    root.mkdir()
    (root / "calc.py").write_text("a - b\n")
    (root / "notes.txt").write_text("one\n")
    for words in (["init", "-q", "-b", "main"], ["add", "."], ["commit", "-qm", "Begin"]):
        git(root, *words)
    return root
