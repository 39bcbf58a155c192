"""Nudges: {run, revision, judged} to who looks at a run or project. The only import of the channel layer.

`announce` only takes a note. A daemon thread of the process sends, so that a slow or dead Redis costs ingest
nothing; while it sends, the notes of one run become one. A lost nudge is made good by the sockets' heartbeat.
"""

import asyncio
import contextlib
import logging
import os
import threading
import time
from collections.abc import AsyncIterator, Iterable
from typing import Any, Protocol
from uuid import UUID

from channels.layers import get_channel_layer

from runs.limits import GRUMBLE_SECONDS, NOTES_MOST, NUDGE_PAUSE_SECONDS, NUDGES_AT_ONCE, SEND_SECONDS

log = logging.getLogger(__name__)


class Saved(Protocol):
    """What the store says of a saved run."""

    @property
    def id(self) -> UUID: ...
    @property
    def revision(self) -> int: ...


def run_group(run_id: UUID | str) -> str:
    """Name the group of sockets that look at a run."""
    return f"run.{UUID(str(run_id)).hex}"


def project_group(project_id: int) -> str:
    """Name the group of sockets that look at a project's list."""
    return f"project.{project_id}"


def nudges_for(run_id: UUID, project_id: int, revision: int, judged: int) -> list[tuple[str, dict[str, Any]]]:
    """Say what those who look at the run are told, and those who look at its project."""
    message = {"type": "nudge", "run": str(run_id), "revision": revision, "judged": judged}
    return [(name, message) for name in (run_group(run_id), project_group(project_id))]


class Announcer:
    """Notes waiting to be sent, and the thread that sends them. One a process."""

    def __init__(self) -> None:
        self.pid = os.getpid()
        self.notes: dict[UUID, tuple[int, int, int]] = {}
        self.lock = threading.Lock()
        self.ready = threading.Event()
        self.grumbled_at = 0.0
        threading.Thread(target=self._run, name="announcer", daemon=True).start()

    def note(self, project_id: int, run_id: UUID, revision: int, judged: int = 0) -> None:
        """Take a note; the newest revision of a run, and the newest word of rules on it, win."""
        with self.lock:
            _, known, told = self.notes.pop(run_id, (0, -1, 0))
            self.notes[run_id] = (project_id, max(known, revision), max(told, judged))
            while len(self.notes) > NOTES_MOST:
                self.notes.pop(next(iter(self.notes)))
        self.ready.set()

    def _run(self) -> None:
        """Wait here, in the daemon thread itself: a pool's thread would be joined when the process ends."""
        with asyncio.Runner() as runner:
            while True:
                self.ready.wait()
                self.ready.clear()
                runner.run(self._send_notes())

    async def _send_notes(self) -> None:
        with self.lock:
            notes, self.notes = self.notes, {}
        told = [told for run_id, note in notes.items() for told in nudges_for(run_id, *note)]
        for start in range(0, len(told), NUDGES_AT_ONCE):
            if not await self._send(told[start : start + NUDGES_AT_ONCE]):
                break  # the other notes would wait as long, and heartbeats make good for all of them
        await asyncio.sleep(NUDGE_PAUSE_SECONDS)

    async def _send(self, told: list[tuple[str, dict[str, Any]]]) -> bool:
        try:
            await asyncio.wait_for(get_channel_layer().send_to_groups(told), SEND_SECONDS)
        except Exception as error:  # Redis may be lost at any moment; ingest must go on
            self._grumble(error)
            return False
        return True

    def _grumble(self, error: Exception) -> None:
        if time.monotonic() - self.grumbled_at > GRUMBLE_SECONDS:
            self.grumbled_at = time.monotonic()
            log.warning(
                "Live pages are not told of new steps; they poll. %s: %s", type(error).__name__, error
            )


async def nudges_of(group: str) -> AsyncIterator[dict[str, Any]]:
    """Yield an empty nudge as soon as none is missed any more, then each that comes. Raises without Redis."""
    layer = get_channel_layer()
    channel = await asyncio.wait_for(layer.new_channel(), SEND_SECONDS)
    try:
        await asyncio.wait_for(layer.group_add(group, channel), SEND_SECONDS)
        yield {}
        while True:
            yield await layer.receive(channel)
    finally:
        with contextlib.suppress(Exception):
            await layer.group_discard(group, channel)


_announcer: Announcer | None = None
_making = threading.Lock()


def announce(project: Any, saved_runs: Iterable[Saved]) -> None:
    """Tell live pages that runs changed. Returns at once and never raises."""
    try:
        announcer = _announcer_of_process()
        for saved in saved_runs:
            announcer.note(project.pk, saved.id, saved.revision)
    except Exception:
        log.exception("A nudge could not be noted.")


def announce_judged(project: Any, run_id: UUID, revision: int, judged: int) -> None:
    """Tell live pages that rules say something else of a run since a stamp (microseconds). Never raises."""
    try:
        _announcer_of_process().note(project.pk, run_id, revision, judged)
    except Exception:
        log.exception("A nudge could not be noted.")


def _announcer_of_process() -> Announcer:
    global _announcer
    with _making:
        if _announcer is None or _announcer.pid != os.getpid():
            _announcer = Announcer()
        return _announcer
