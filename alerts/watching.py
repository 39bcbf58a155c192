"""The worker's watch: runs that changed are judged, the newest first, each in a bounded time.

Nothing calls it, it looks for itself. A run is due until what followed from it has committed, so a killed
worker loses nothing, and two workers never judge one run at the same time.
"""

import contextlib
import logging
import os
import threading
import time
from uuid import UUID

from django.db import DatabaseError, InterfaceError, close_old_connections, transaction
from django.utils import timezone

from alerts.cooling import tell_held_all_projects
from alerts.evaluating import evaluate_run
from alerts.limits import (
    NICENESS,
    REST_SECONDS,
    REST_SHARE,
    ROUND_SECONDS,
    STUCK_SECONDS,
    TURN_EVERY,
    WATCH_SECONDS,
)
from alerts.live import announce_inbox
from alerts.sweeping import sweep_stuck_all_projects
from runs.findings.clue_cache import ClueCache
from runs.judging import Ruling, judge_run, settle
from runs.live import announce_judged
from runs.queries.judging import due_runs_all_projects

log = logging.getLogger(__name__)


class Watch:
    """One thread's watch over due runs.

    A long run that changes all the time is judged less often. The newest run goes first, but one in
    TURN_EVERY judgements goes to the next older one of all due runs, so that each has its turn.
    """

    def __init__(self, stopping: threading.Event) -> None:
        self.stopping = stopping
        self.resting: dict[UUID, float] = {}  # run -> monotonic second before which it is left alone
        self.sweep_at = 0.0  # monotonic second
        self.picked = 0  # runs taken up so far
        self.turn: UUID | None = None  # the run that had the last turn
        self.clues = ClueCache()

    def run(self) -> None:
        """Look until told to stop; without a database, wait for it."""
        step_back()
        while not self.stopping.is_set():
            try:
                worked = self.round()
                self.sweep()
            except (DatabaseError, InterfaceError):
                log.warning("The watch cannot reach the database; it tries again.", exc_info=True)
                worked = False
            close_old_connections()
            if not worked:
                self.stopping.wait(WATCH_SECONDS)

    def round(self) -> bool:
        """Judge some due runs. Says whether there was any."""
        until = time.monotonic() + ROUND_SECONDS
        worked = False
        while not self.stopping.is_set() and time.monotonic() < until and (run_id := self.next_run()):
            self.look_at(run_id)
            worked = True
        return worked

    def next_run(self) -> UUID | None:
        """Choose the run to look at now: the newest that is due, or now and then the one whose turn it is."""
        now = time.monotonic()
        self.resting = {run: until for run, until in self.resting.items() if until > now}
        is_turn = (self.picked + 1) % TURN_EVERY == 0
        found = self._next_in_turn() if is_turn else due_runs_all_projects(most=1, resting=self.resting)
        self.picked += bool(found)
        return found[0] if found else None

    def _next_in_turn(self) -> list[UUID]:
        """Walk from the newest due run to the oldest, and then again; what comes meanwhile delays nobody."""
        found = due_runs_all_projects(most=1, resting=self.resting, before=self.turn)
        if not found and self.turn:
            found = due_runs_all_projects(most=1, resting=self.resting)
        self.turn = found[0] if found else None
        return found

    def sweep(self) -> None:
        """Look for silent runs and for cool-downs that are over, every few seconds."""
        if time.monotonic() < self.sweep_at:
            return
        self.sweep_at = time.monotonic() + STUCK_SECONDS
        for look in (sweep_stuck_all_projects, tell_held_all_projects):
            try:
                for project in look(timezone.now()):
                    announce_inbox(project)
            except (DatabaseError, InterfaceError):
                raise
            except Exception:
                log.exception("%s failed", look.__name__)

    def look_at(self, run_id: UUID) -> None:
        """Judge one run; one that cannot be judged is left alone for a while, and the log says why."""
        began = time.monotonic()
        try:
            ruling = watch_run(run_id, cache=self.clues)
        except (DatabaseError, InterfaceError):
            raise
        except Exception:
            log.exception("Run %s could not be judged", run_id)
            self._rest(run_id, 60.0)
        else:
            took = time.monotonic() - began
            # Without a ruling another worker is at it: come back when that may have ended.
            self._rest(run_id, min(took * REST_SHARE, REST_SECONDS) if ruling else WATCH_SECONDS)

    def _rest(self, run_id: UUID, seconds: float) -> None:
        self.resting[run_id] = time.monotonic() + seconds


def step_back() -> None:
    """Let ingest and pages have the processor before this thread (Linux alone gives threads a priority)."""
    with contextlib.suppress(OSError, AttributeError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)


def watch_run(run_id: UUID, *, cache: ClueCache | None = None) -> Ruling | None:
    """Judge one run, and do what follows, in one transaction; then tell those who look at it."""
    with transaction.atomic():
        now = timezone.now()
        ruling = judge_run(run_id, now=now, cache=cache)
        alerted = ruling is not None and evaluate_run(ruling, now=now)
    if ruling is None:
        return None
    settle(ruling)
    if ruling.changed or alerted:
        run = ruling.run
        announce_judged(run.project, run.id, run.revision, ruling.stamp)
    return ruling
