"""The background thread that sends a journal while it grows. The file is its queue."""

from __future__ import annotations

import os
import random
import threading
import time

from agentscope_recorder.journal import Journal
from agentscope_recorder.limits import FIRST_PAUSE_SECONDS, LINGER_SECONDS, LONGEST_PAUSE_SECONDS
from agentscope_recorder.posting import Answer, Target, Verdict
from agentscope_recorder.pushing import post_for, post_in_parts, push_file
from agentscope_recorder.quiet import warn_once


class Shipper:
    """Sends what comes into a journal. It holds no lines and blocks nobody."""

    def __init__(self, journal: Journal, target: Target) -> None:
        self.journal, self.target = journal, target
        self._news = threading.Event()
        self._idle = threading.Event()
        self._idle.set()
        self._stopping = False
        self._given_up = False
        self._pid = os.getpid()
        self._thread: threading.Thread | None = None

    def nudge(self) -> None:
        """Say that there is something to send; in a forked child the parent sends."""
        if self._given_up or os.getpid() != self._pid:
            return
        self._idle.clear()
        self._news.set()
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="agentscope-recorder", daemon=True)
            self._thread.start()

    def flush(self, seconds: float) -> bool:
        """Wait until all is sent, at most so long; say whether it is."""
        if self._thread is None or os.getpid() != self._pid:
            return True
        self._stopping = True
        self._news.set()
        done = self._idle.wait(seconds)
        self._stopping = False
        return done and not self._given_up

    def _run(self) -> None:
        failures = 0
        while not self._given_up:
            self._news.wait()
            if not self._stopping:
                time.sleep(LINGER_SECONDS)
            self._news.clear()
            answer = self._send()
            if answer.verdict is Verdict.STORED:
                failures = 0
                if not self._news.is_set():
                    self._idle.set()
            elif answer.verdict is Verdict.NEVER:
                self._give_up(answer)
            else:
                failures += 1
                self._pause(answer, failures)

    def _send(self) -> Answer:
        try:
            _, answer = push_file(self.journal.path, self.target)
            waiting = self.journal.waiting()
            if answer.verdict is Verdict.STORED and waiting:
                answer = post_in_parts(self.target, waiting, post_for(self.journal.path))
        except Exception as error:  # the thread must outlive a file that was moved away
            return Answer(Verdict.LATER, f"{self.journal.path} cannot be sent ({error}).")
        return answer

    def _pause(self, answer: Answer, failures: int) -> None:
        warn_once(
            f"later:{self.target.url}",
            f"{answer.sentence} The run is in {self.journal.path} and is sent later.",
        )
        pause = max(answer.pause, FIRST_PAUSE_SECONDS * 2 ** min(failures - 1, 10))
        time.sleep(min(pause, LONGEST_PAUSE_SECONDS) * random.uniform(1.0, 1.2))
        self._news.set()

    def _give_up(self, answer: Answer) -> None:
        self._given_up = True
        again = f"agentscope-recorder push {self.journal.path}"
        warn_once(
            f"never:{self.target.url}",
            f"{answer.sentence} The run stays in {self.journal.path}; mend it, then: {again}",
        )
        self._idle.set()
