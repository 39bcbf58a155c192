"""What Codex runs after each turn: tells the turn, sends the session file, and runs who was told before us.

`notify.py HOME [PROGRAM WORDS…] JSON`: Codex appends the JSON. It waits for nobody, and reads no answer.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import subprocess
import sys
import time
from pathlib import Path

if __name__ == "__main__":  # run by its path, with -I
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from agentscope_recorder.hooks.homes import target_of
from agentscope_recorder.hooks.lines import Writer
from agentscope_recorder.journal import Journal
from agentscope_recorder.limits import TRANSCRIPT_SECONDS
from agentscope_recorder.posting import Target
from agentscope_recorder.pushing import NOTICES, push_file
from agentscope_recorder.sessions import AGENTS, files_of
from agentscope_recorder.uploading import upload


def main(words: list[str]) -> None:
    """Pass the notice on, write it down, and send it with the session file."""
    home, program, notice = Path(words[0]), words[1:-1], words[-1]
    if program:
        with contextlib.suppress(OSError):
            subprocess.Popen([*program, notice])
    payload, came = json.loads(notice), time.time_ns()
    cwd = str(payload.get("cwd") or "")
    target, journal = target_of(home), Journal(home / f"codex{NOTICES}")
    journal.append(Writer(Path(cwd or "."), cwd).event(payload, came))
    with (home / "lock").open("wb") as lock:  # two sessions may end a turn at once
        fcntl.flock(lock, fcntl.LOCK_EX)
        if target.url and target.key:
            push_file(journal.path, target)
    time.sleep(TRANSCRIPT_SECONDS)  # Codex writes the last lines of the turn
    send_session(str(payload.get("thread-id") or ""), target)


def send_session(thread: str, target: Target) -> None:
    """Send the file of a session: all that the notice leaves out."""
    if not target.url or not target.key or not thread.replace("-", "").isalnum():
        return
    codex = next(agent for agent in AGENTS if agent.name == "codex")
    for path in codex.folder().glob(codex.pattern):
        if path.stem.endswith(thread):
            upload(target, tuple(files_of(path)))


if __name__ == "__main__":
    os.umask(0o077)
    try:
        main(sys.argv[1:])
    except BaseException:  # Codex must not see that anything is wrong with us
        os._exit(0)
