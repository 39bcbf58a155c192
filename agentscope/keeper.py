"""The keeper of one embedded service: `python -m agentscope.keeper postgres /path/to/data`.

Runs the service as its child, starts it again when it dies, and stops it when no process uses it any more.
"""

import fcntl
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import FrameType
from typing import NoReturn

from agentscope.engines import ENGINES, EmbeddedError, Engine, open_log, remove_socket_folder
from agentscope.unprivileged import become

#: A server that never gets ready is given up after this many seconds.
GIVE_UP_SECONDS = 30
STOP_SECONDS = 20


class Keeper:
    """One service and the thread that watches it."""

    def __init__(self, engine: Engine, data: Path) -> None:
        self.engine = engine
        self.data = data
        self.is_stopping = threading.Event()
        self.child: subprocess.Popen[bytes] | None = None
        self.thread = threading.Thread(target=self.watch, daemon=True)

    def start_child(self) -> None:
        """Start the server once; it ends with this thread (see unprivileged.become)."""
        self.engine.prepare(self.data)
        account = self.engine.account(self.data)
        log = open_log(self.data, self.engine.name)
        try:
            self.child = subprocess.Popen(
                self.engine.command(self.data),
                cwd=self.data,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=lambda: become(account),
                start_new_session=True,
            )
        finally:
            os.close(log)

    def vouch(self, pid: str) -> None:
        """Write into the lock file whether the service is up."""
        (self.data / f"{self.engine.name}.keeper").write_text(pid)

    def watch(self) -> None:
        """Start the server, wait for its end, start it again; give up when it never got ready."""
        self.engine.stop_stray(self.data)
        started = time.monotonic()
        was_ever_ready = False
        while not self.is_stopping.is_set():
            try:
                self.start_child()
            except (EmbeddedError, OSError) as error:
                give_up(str(error))
            assert self.child is not None
            was_ready = False
            while self.child.poll() is None and not was_ready:
                was_ready = self.engine.is_ready(self.data)
                self.is_stopping.wait(0.02)
            if was_ready:
                self.vouch(f"{os.getpid()}")
            self.child.wait()
            self.vouch("")
            was_ever_ready = was_ever_ready or was_ready
            if not was_ever_ready and time.monotonic() - started > GIVE_UP_SECONDS:
                give_up(f"{self.engine.name} does not start; see {self.data}/{self.engine.name}.log.")
            # A killed postmaster's sessions need a moment to notice; until then a new one refuses to start.
            self.is_stopping.wait(0.2)

    def stop(self) -> None:
        """Stop the server cleanly, then less so."""
        self.is_stopping.set()
        for stop_signal in (self.engine.stop_signal, signal.SIGQUIT, signal.SIGKILL):
            if self.child is None or self.child.poll() is not None:
                break
            self.child.send_signal(stop_signal)
            self.thread.join(STOP_SECONDS)


def give_up(reason: str) -> NoReturn:
    """End the whole process from the watching thread; the reason is in the log that users read."""
    print(reason, file=sys.stderr, flush=True)
    os._exit(1)


def end_keeper(number: int, frame: FrameType | None) -> NoReturn:
    raise SystemExit(0)


def keep_service(name: str, data: Path) -> int:
    """Keep one service until its last user is gone; a second keeper ends at once."""
    mine = os.open(data / f"{name}.keeper", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(mine, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return 0
    signal.signal(signal.SIGTERM, end_keeper)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    keeper = Keeper(ENGINES[name], data)
    keeper.thread.start()
    users = os.open(data / f"{name}.users", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        # The kernel holds us here, without any work, for as long as there is a user.
        fcntl.flock(users, fcntl.LOCK_EX)
    finally:
        keeper.stop()
        remove_socket_folder(data)
    return 0


if __name__ == "__main__":
    sys.exit(keep_service(sys.argv[1], Path(sys.argv[2])))
