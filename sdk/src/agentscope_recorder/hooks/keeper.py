"""The process beside a session: writes down what hooks tell, looks at the work tree, and sends both."""

from __future__ import annotations

import fcntl
import json
import os
import queue
import socket
import threading
import time
from pathlib import Path
from typing import Any, Callable, NamedTuple

from agentscope_recorder.hooks.client import SOCKET
from agentscope_recorder.hooks.homes import target_of
from agentscope_recorder.hooks.leftovers import care_for, forget_looks
from agentscope_recorder.hooks.lines import Payload, Writer
from agentscope_recorder.hooks.looks import Looks
from agentscope_recorder.hooks.transcripts import Transcripts
from agentscope_recorder.journal import Journal
from agentscope_recorder.limits import CLIENT_SECONDS, END_SECONDS, IDLE_SECONDS, PULSE_SECONDS
from agentscope_recorder.plain import sentence_of
from agentscope_recorder.pushing import HOOKS
from agentscope_recorder.quiet import warn_once
from agentscope_recorder.shipping import Shipper

#: Claude Code tells hooks which process it is, and in which folder it was started.
AGENT_VARIABLE, PROJECT_VARIABLE = "CLAUDE_PID", "CLAUDE_PROJECT_DIR"
#: Held while a keeper may look.
LOCK = "keeper.lock"
DONE = b"+"


class Told(NamedTuple):
    """One event, and who waits for it."""

    payload: Payload
    came: int  #: nanoseconds
    seen: Callable[[], None]  #: lets the hook end


def run(home: str, folder: str, listener: int) -> None:
    """Keep one session until it ends."""
    with socket.socket(fileno=listener) as listening:
        Keeper(Path(home), Path(folder)).keep(listening)


class Keeper:
    """One session. The main thread hears hooks, one looks, one sends; what is answered is in the file."""

    def __init__(self, home: Path, folder: Path) -> None:
        self.home, self.folder = home, folder
        self.writer: Writer | None = None
        self.journal = Journal(home / f"{folder.name}{HOOKS}")
        self.target = target_of(home)
        self.shipper = Shipper(self.journal, self.target) if self.target.url and self.target.key else None
        self.transcripts = Transcripts(self.target)
        self.waiting: queue.SimpleQueue[Told | None] = queue.SimpleQueue()
        self.agent = pid_in(os.environ.get(AGENT_VARIABLE))
        self.last: Payload = {}
        self.heard, self.is_over = time.monotonic(), False

    def keep(self, listening: socket.socket) -> None:
        """Hear hooks until the session is over, its agent is gone, or nothing comes any more."""
        looker = threading.Thread(target=self.look_alone, daemon=True)
        looker.start()
        threading.Thread(target=care_for, args=(self.home, self.folder, self.target), daemon=True).start()
        listening.settimeout(PULSE_SECONDS)
        while self.goes_on():
            self.hear(listening)
        self.close(listening)
        self.waiting.put(None)
        looker.join(END_SECONDS)
        self.transcripts.finish(END_SECONDS)
        if self.shipper is not None:
            self.shipper.flush(END_SECONDS)

    def goes_on(self) -> bool:
        """Say whether something may come yet: for what is no session it is not waited for long."""
        patience = IDLE_SECONDS if self.last else CLIENT_SECONDS
        is_waiting = time.monotonic() - self.heard < patience and is_alive(self.agent)
        return not self.is_over and is_waiting and self.folder.is_dir()

    def close(self, listening: socket.socket) -> None:
        """Hear who came before the door is shut; the next hook starts a keeper of its own."""
        (self.folder / SOCKET).unlink(missing_ok=True)
        listening.settimeout(0)
        while self.hear(listening):
            pass

    def hear(self, listening: socket.socket) -> bool:
        """Take one event, if one comes; say whether."""
        try:
            connection, _ = listening.accept()
        except OSError:
            return False
        connection.settimeout(CLIENT_SECONDS)
        seen = once(lambda: answer(connection))
        try:
            head, _, body = everything(connection).partition(b"\n")
            told = Told(json.loads(body), int(head), seen)
        except (OSError, ValueError, RecursionError):  # what is no payload is nobody's loss
            seen()
            return True
        try:
            self.take(told)
        except Exception as error:  # the keeper must go on; doctor shows what it says
            warn_once("take", f"An event of a hook was not recorded: {sentence_of(error)}")
            seen()
        return True

    def take(self, told: Told) -> None:
        """Write an event down, and let its hook end unless it waits for a look."""
        if self.writer is None:
            cwd, project = told.payload.get("cwd"), os.environ.get(PROJECT_VARIABLE)
            self.writer = Writer(Path(str(cwd or ".")), project or str(cwd or ""))
        self.journal.append(self.writer.event(told.payload, told.came))
        self.nudge()
        self.last, self.heard = told.payload, time.monotonic()
        name = told.payload.get("hook_event_name")
        if name != "PreToolUse":
            told.seen()
        self.is_over = name == "SessionEnd"
        self.waiting.put(told)

    def look_alone(self) -> None:
        """Look once an earlier keeper of the session is through; when the session is over, clean up."""
        with (self.folder / LOCK).open("wb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            looks = Looks(self.folder, self.tell_look)
            self.look(looks)
            is_told = looks.finish(END_SECONDS)
            if is_told and (self.is_over or not is_alive(self.agent)):
                forget_looks(self.folder)

    def look(self, looks: Looks) -> None:
        """Look at the work tree, event by event."""
        while (told := self.waiting.get()) is not None:
            looks.take(told.payload, told.came, told.seen)
            told.seen()
            self.transcripts.take(told.payload)
        if not self.is_over and self.last:  # the agent is gone: what it did last is told yet
            end = {**self.last, "hook_event_name": "SessionEnd"}
            looks.take(end, time.time_ns(), lambda: None)
            self.transcripts.take(end)

    def tell_look(self, payload: Payload, came: int, call: str | None, **told: Any) -> None:
        """Write down what was seen."""
        assert self.writer is not None
        self.journal.append(self.writer.look(payload, came, call, told))
        self.nudge()

    def nudge(self) -> None:
        if self.shipper is not None:
            self.shipper.nudge()


def everything(connection: socket.socket) -> bytes:
    """Read until the hook has said all."""
    parts: list[bytes] = []
    while True:
        part = connection.recv(1 << 20)
        if not part:
            return b"".join(parts)
        parts.append(part)


def answer(connection: socket.socket) -> None:
    """Let a hook end; it may have gone by itself."""
    try:
        connection.sendall(DONE)
    except OSError:
        pass
    finally:
        connection.close()


def once(call: Callable[[], None]) -> Callable[[], None]:
    """Make a call that works the first time only."""
    left = [call]
    return lambda: left.pop()() if left else None


def pid_in(word: str | None) -> int:
    """Read a process number; 0 is none."""
    return int(word) if word and word.isdigit() else 0


def is_alive(process: int) -> bool:
    """Say whether a process is there; of one that is not known, yes."""
    if not process:
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
