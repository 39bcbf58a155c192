"""The background thread that sends a journal while it grows. The file is its queue."""

from __future__ import annotations

import itertools
import os
import queue
import random
import threading
import time

from agentscope_recorder.journal import Journal
from agentscope_recorder.limits import FIRST_PAUSE_SECONDS, LINGER_SECONDS, LONGEST_PAUSE_SECONDS
from agentscope_recorder.posting import Answer, Target, Verdict
from agentscope_recorder.pushing import post_for, post_in_parts, push_file
from agentscope_recorder.quiet import warn_once

#: Seconds between two looks at whether all is sent.
LOOK_SECONDS = 0.005
#: Seconds after which a rest looks whether somebody waits for its end.
REST_SECONDS = 0.02


class Shipper:
    """Sends what comes into a journal. It holds no lines and blocks nobody.

    A signal handler may nudge and flush in the midst of a nudge, so nothing here waits for a lock.
    """

    def __init__(self, journal: Journal, target: Target) -> None:
        self.journal, self.target = journal, target
        self._numbers = itertools.count(1)
        self._asked = self._sent = 0  #: numbers of the newest nudge, and of the newest that is answered
        self._wake: queue.SimpleQueue[None] = queue.SimpleQueue()  # its put() may interrupt itself
        self._awake = False
        self._hurry = self._given_up = self._closing = False
        self._tries = self._away = 0  #: requests made, and the last of them that nobody answered
        self._place = 0  #: how many of the lines that wait in memory were sent
        self._pid = os.getpid()
        self._starting = threading.Lock()  # held while there is a thread
        self._thread: threading.Thread | None = None

    def nudge(self) -> None:
        """Say that there is something to send; in a forked child the parent sends."""
        if self._given_up or os.getpid() != self._pid:
            return
        self._asked = next(self._numbers)
        if not self._awake:
            self._awake = True
            self._wake.put(None)
        if self._thread is None and self._starting.acquire(blocking=False):
            self._start()

    def flush(self, seconds: float) -> bool:
        """Wait until all is sent, at most so long, for a server that is away one try; say whether it is."""
        if os.getpid() != self._pid:
            return True
        self._hurry, until, tries = True, time.monotonic() + seconds, self._tries
        while not self._given_up and self._sent < self._asked and time.monotonic() < until:
            if self._away > tries:  # it was asked after the flush began
                break
            time.sleep(LOOK_SECONDS)
        self._hurry = False
        return not self._given_up and self._sent >= self._asked

    def close(self, *, is_sent: bool) -> None:
        """Let the thread end once all is sent; a later nudge begins another."""
        self._closing = True
        if not is_sent and not self._given_up:
            self._warn_later(f"{self.target.url} has not taken all yet.")
        if self._thread is not None and os.getpid() == self._pid:
            self._wake.put(None)

    def _start(self) -> None:
        self._thread = threading.Thread(target=self._run, name="agentscope-recorder", daemon=True)
        try:
            self._thread.start()
        except RuntimeError as error:  # too many, or the interpreter ends
            self._given_up = True
            warn_once("thread", f"Nothing is sent ({error}); push sends {self.journal.path} later.")

    def _run(self) -> None:
        failures = 0
        while not self._given_up and not (self._closing and self._sent >= self._asked):
            self._wake.get()
            self._rest(LINGER_SECONDS)
            self._awake = False
            asked, self._tries = self._asked, self._tries + 1
            answer = self._send()
            if answer.verdict is Verdict.STORED:
                failures, self._sent = 0, asked
            elif answer.verdict is Verdict.NEVER:
                self._give_up(answer)
            else:
                failures += 1
                self._away = self._tries if answer.away else self._away
                self._pause(answer, failures)
        self._thread = None
        self._starting.release()

    def _send(self) -> Answer:
        try:
            _, answer = push_file(self.journal.path, self.target)
            waiting, place = self.journal.waiting(self._place)
            if answer.verdict is Verdict.STORED and waiting:
                answer = post_in_parts(self.target, waiting, post_for(self.journal.path))
            if answer.verdict is Verdict.STORED:
                self._place = place
        except Exception as error:  # the thread must outlive a file that was moved away
            return Answer(Verdict.LATER, f"{self.journal.path} cannot be sent ({error}).")
        return answer

    def _pause(self, answer: Answer, failures: int) -> None:
        self._warn_later(answer.sentence)
        pause = max(answer.pause, FIRST_PAUSE_SECONDS * 2 ** min(failures - 1, 10))
        self._rest(min(pause, LONGEST_PAUSE_SECONDS) * random.uniform(1.0, 1.2), is_asked=not answer.away)
        self._wake.put(None)

    def _warn_later(self, sentence: str) -> None:
        again = "it is tried again, and by the next start or agentscope-recorder push"
        warn_once(f"later:{self.target.url}", f"{sentence} The run is in {self.journal.path}; {again}.")

    def _rest(self, seconds: float, *, is_asked: bool = False) -> None:
        """Sleep, no longer than until somebody waits; as long as the server asked for in any case."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0 and (is_asked or not self._hurry):
            time.sleep(min(left, REST_SECONDS))

    def _give_up(self, answer: Answer) -> None:
        self._given_up = True
        again = f"agentscope-recorder push {self.journal.path}"
        warn_once(
            f"never:{self.target.url}",
            f"{answer.sentence} The run stays in {self.journal.path}; mend it, then: {again}",
        )
