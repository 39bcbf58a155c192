"""How processes end and split. SIGTERM: what is recorded is sent for a bounded time, then it ends."""

from __future__ import annotations

import os
import signal
import threading
import time
import weakref
from types import FrameType
from typing import TYPE_CHECKING

from agentscope_recorder.limits import FLUSH_SECONDS

if TYPE_CHECKING:
    from agentscope_recorder.recorder import Recorder

_recorders: weakref.WeakSet[Recorder] = weakref.WeakSet()


def flush_on_sigterm(run: Recorder) -> None:
    """Flush a recorder when SIGTERM comes; a handler of the agent's own stays as it is."""
    _recorders.add(run)
    if threading.current_thread() is not threading.main_thread():
        return
    if signal.getsignal(signal.SIGTERM) == signal.SIG_DFL:
        signal.signal(signal.SIGTERM, _end)


def _go_on_in_child() -> None:
    for run in list(_recorders):
        run.after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_go_on_in_child)


def _end(number: int, frame: FrameType | None) -> None:
    until = time.monotonic() + FLUSH_SECONDS
    for run in list(_recorders):
        run.flush(max(until - time.monotonic(), 0.0))
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)
