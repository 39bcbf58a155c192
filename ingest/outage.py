"""Remembers that the database is away, so that who comes meanwhile is told at once.

Exporters give up after 10 seconds, and an agent waits for the answer to its hook: a line of requests that
each wait for a connection helps nobody. A thread finds out when it is back.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import Error, OperationalError, connection
from psycopg_pool import PoolTimeout

from ingest.limits import AWAY_PAUSE_SECONDS


class DatabaseAway(Exception):
    """The database cannot be reached, as another request has found."""


class Outage:
    """What the process knows of it."""

    def __init__(self) -> None:
        self.is_on = False
        self._lock = threading.Lock()

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Let a request use the database. Raises DatabaseAway while it is known to be away."""
        if self.is_on:
            raise DatabaseAway
        try:
            yield
        except OperationalError as error:
            if isinstance(error.__cause__, PoolTimeout):
                self.begin()
            raise

    def begin(self) -> None:
        """Note that nobody gets a connection, and ask until somebody does."""
        with self._lock:
            if not self.is_on:
                self.is_on = True
                threading.Thread(target=self._ask, name="outage", daemon=True).start()

    def _ask(self) -> None:
        try:
            while not is_there():
                time.sleep(AWAY_PAUSE_SECONDS)
        finally:
            self.is_on = False


def is_there() -> bool:
    """Say whether the database answers."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        return False
    else:
        return True
    finally:
        connection.close()


outage = Outage()
