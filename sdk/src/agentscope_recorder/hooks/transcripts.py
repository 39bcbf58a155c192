"""Sends the transcript of a session, with those of its sub-agents, when a turn ends."""

from __future__ import annotations

import threading
import time
from pathlib import Path

from agentscope_recorder.hooks.lines import Payload
from agentscope_recorder.limits import TRANSCRIPT_BYTES_A_SECOND, TRANSCRIPT_SECONDS
from agentscope_recorder.posting import Target, Verdict
from agentscope_recorder.sessions import Session, files_of
from agentscope_recorder.uploading import upload

#: Events after which a transcript says something new.
SAYS = frozenset({"Stop", "StopFailure", "SubagentStop", "PostCompact", "SessionEnd"})


class Transcripts:
    """The files of one session, sent by a thread of their own: an import may take its time."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self.main: Path | None = None
        self.sent: tuple[int, int] | None = None
        self._due = threading.Event()
        self._over = threading.Event()
        self._thread: threading.Thread | None = None

    def take(self, payload: Payload) -> None:
        """Note where the transcript is, and that it is due."""
        told = payload.get("transcript_path")
        if payload.get("hook_event_name") not in SAYS or not isinstance(told, str):
            return
        self.main = Path(told)
        self._due.set()
        if self._thread is None and self.target.url and self.target.key:
            self._thread = threading.Thread(target=self._run, daemon=True)
            self._thread.start()

    def finish(self, seconds: float) -> None:
        """Send what is due yet, and the last lines, for a bounded time."""
        if self._thread is not None:
            self._over.set()
            self._due.set()
            self._thread.join(seconds)

    def _run(self) -> None:
        while not self._over.is_set():
            self._due.wait()
            self._due.clear()
            self._over.wait(TRANSCRIPT_SECONDS)  # the agent writes its last lines after the hook
            self._over.wait(self._send())
        time.sleep(TRANSCRIPT_SECONDS)
        self._send()

    def _send(self) -> float:
        """Send what is not sent; give the seconds that sending it again should wait."""
        assert self.main is not None
        try:
            session = Session("claude-code", self.main, tuple(files_of(self.main)))
            stamp = session.stamp()
            if stamp == self.sent:
                return 0.0
            answer, _ = upload(self.target, session.files)
        except OSError:  # it was moved away, or is not there yet
            return 0.0
        if answer.verdict in (Verdict.STORED, Verdict.SMALLER):
            self.sent = stamp
        else:
            self._due.set()
        return max(stamp[0] / TRANSCRIPT_BYTES_A_SECOND, answer.pause, TRANSCRIPT_SECONDS)
