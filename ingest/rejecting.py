"""Refused requests on their way to the panel of their team: noted in memory, written once a second.

A note costs a refused request a few microseconds and never waits; a flood of one kind is one row with a
number. Notes of a process that is killed are lost, and those of a time without a database are written later.
"""

import contextlib
import logging
import threading
import time

from django.db import connection
from django.http import HttpRequest
from django.utils import timezone

from ingest.limits import REJECTION_CHARS, REJECTIONS_NOTED, REJECTIONS_PAUSE_SECONDS
from ingest.wild import clean
from teams.addresses import address_of
from teams.keys import KEY_START, PREFIX_LENGTH
from teams.models import ApiKey, Project
from teams.store import Rejected, Times, keep_rejections

log = logging.getLogger(__name__)

_notes: dict[Rejected, Times] = {}
_lock = threading.Lock()
_ready = threading.Event()


def note(request: HttpRequest, *, status: int, reason: str, raw_key: str, key: ApiKey | None) -> None:
    """Note a refused request. Never raises, never waits for anything."""
    with contextlib.suppress(Exception):
        add(rejected(request, status=status, reason=reason, raw_key=raw_key, key=key))


def rejected(request: HttpRequest, *, status: int, reason: str, raw_key: str, key: ApiKey | None) -> Rejected:
    """Say what was refused; of the key only the beginning that our own pages show, of the path no query."""
    project: Project | None = key.project if key is not None else None
    return Rejected(
        team=project.team_id if project else None,
        project=project.pk if project else None,
        status=status,
        reason=clean(reason)[:REJECTION_CHARS],
        method=(request.method or "")[:10],
        path=clean(request.path)[:REJECTION_CHARS],
        client=clean(request.headers.get("user-agent", ""))[:REJECTION_CHARS],
        address=address_of(request),
        key=raw_key[:PREFIX_LENGTH] if raw_key.startswith(KEY_START) else "",
    )


def add(one: Rejected) -> None:
    """Count a refused request; above REJECTIONS_NOTED kinds of them new kinds are left out."""
    now = timezone.now()
    with _lock:
        times = _notes.get(one)
        if times is not None:
            times.count, times.last = times.count + 1, now
        elif len(_notes) < REJECTIONS_NOTED:
            _notes[one] = Times(count=1, first=now, last=now)
    _ready.set()


def flush() -> None:
    """Write what was noted. Raises what the database raises; then the notes stay for the next time."""
    with _lock:
        taken = dict(_notes)
        _notes.clear()
    if not taken:
        return
    try:
        keep_rejections(list(taken.items()))
    except Exception:
        with _lock:
            for one, times in taken.items():
                newer = _notes.get(one)
                if newer is not None:
                    newer.count, newer.first = newer.count + times.count, times.first
                elif len(_notes) < REJECTIONS_NOTED:
                    _notes[one] = times
        raise


def flush_forever() -> None:
    """Write notes as they come, at most once in REJECTIONS_PAUSE_SECONDS."""
    while True:
        _ready.wait()
        _ready.clear()
        try:
            flush()
        except Exception as error:
            log.warning("Refused requests wait to be written. %s: %s", type(error).__name__, error)
            _ready.set()
        finally:
            connection.close()
        time.sleep(REJECTIONS_PAUSE_SECONDS)


def start() -> None:
    """Start the thread that writes: of a web process, not of tests and commands."""
    threading.Thread(target=flush_forever, name="rejections", daemon=True).start()
