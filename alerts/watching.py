"""The worker's watch: runs that changed are judged, the newest first, within a second or two.

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
    DUE_AT_ONCE,
    NICENESS,
    REST_SECONDS,
    REST_SHARE,
    RUNS_REMEMBERED,
    STUCK_SECONDS,
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
    """One thread's watch over due runs. A long run that changes all the time is judged less often."""

    def __init__(self, stopping: threading.Event) -> None:
        self.stopping = stopping
        self.resting: dict[UUID, float] = {}  # run -> monotonic second before which it is left alone
        self.sweep_at = 0.0  # monotonic second
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
        now = time.monotonic()
        due = due_runs_all_projects(most=DUE_AT_ONCE + len(self.resting))
        ready = [run_id for run_id in due if self.resting.get(run_id, 0) <= now][:DUE_AT_ONCE]
        for run_id in ready:
            if self.stopping.is_set():
                break
            self.look_at(run_id)
        return bool(ready)

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
            watch_run(run_id, cache=self.clues)
        except (DatabaseError, InterfaceError):
            raise
        except Exception:
            log.exception("Run %s could not be judged", run_id)
            self._rest(run_id, 60.0)
        else:
            self._rest(run_id, min((time.monotonic() - began) * REST_SHARE, REST_SECONDS))

    def _rest(self, run_id: UUID, seconds: float) -> None:
        now = time.monotonic()
        self.resting[run_id] = now + seconds
        if len(self.resting) > RUNS_REMEMBERED:
            self.resting = {run: until for run, until in self.resting.items() if until > now}


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
