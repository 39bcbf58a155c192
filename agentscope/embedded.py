"""Start the embedded services on demand, and let the last user's end stop them.

Every process that needs a service holds a shared lock on `<data>/<service>.users` for as long as it lives.
A small keeper process (agentscope/keeper.py) runs the service, restarts it when it dies, and waits for the
exclusive lock: the kernel gives it when the last user is gone, however that one ended. So nothing is left
behind, and nothing is counted.

Imports no Django.
"""

import fcntl
import os
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from agentscope.engines import (
    DATABASE,
    ENGINES,
    EmbeddedError,
    make_data_folder,
    postgres_sockets,
    redis_socket,
)

__all__ = [
    "EmbeddedError",
    "Service",
    "keep_services",
    "make_data_folder",
    "postgres_url",
    "redis_url",
    "start_services",
    "wait_for_end",
]

START_SECONDS = 60


class Service(NamedTuple):
    """One embedded service of one data folder."""

    #: postgres or redis.
    name: str
    data: Path

    @property
    def users_lock(self) -> Path:
        return self.data / f"{self.name}.users"

    @property
    def keeper_lock(self) -> Path:
        return self.data / f"{self.name}.keeper"


class Keeper(subprocess.Popen[bytes]):
    """A keeper process. It outlives its starter when there are other users, so nobody need wait for it."""

    def __del__(self) -> None:
        """Do not warn about a child that still runs."""


#: The locks that this process holds; closing a descriptor would give the lock back.
_held: dict[Service, int] = {}


def postgres_url(data: Path) -> str:
    """Return the DATABASE_URL of the embedded PostgreSQL, whether it runs or not."""
    return f"postgresql://{DATABASE}@/{DATABASE}?host={quote(str(postgres_sockets(data)), safe='')}"


def redis_url(data: Path) -> str:
    """Return the REDIS_URL of the embedded Redis, whether it runs or not."""
    return f"unix://{redis_socket(data)}"


def start_services(services: Iterable[Service]) -> None:
    """Become a user of the services and return when all of them answer."""
    services = list(services)
    keepers = [(service, use_service(service)) for service in services]
    for service, keeper in keepers:
        wait_for(service, keeper)


def use_service(service: Service) -> Keeper | None:
    """Take the user's lock, waiting while an old keeper stops the service; return the keeper it needed."""
    make_data_folder(service.data)
    if service not in _held:
        descriptor = os.open(service.users_lock, os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        _held[service] = descriptor
    return None if has_keeper(service) else spawn_keeper(service)


def wait_for(service: Service, keeper: Keeper | None) -> None:
    """Return when the service answers; the keeper's last words become the error."""
    deadline = time.monotonic() + START_SECONDS
    while not is_kept(service):
        code = keeper.poll() if keeper else None
        if code:
            raise EmbeddedError(last_words(service))
        if time.monotonic() > deadline:
            raise EmbeddedError(f"{service.name} did not start in {START_SECONDS} s: {last_words(service)}")
        if (keeper is None or code == 0) and not has_keeper(service):
            keeper = spawn_keeper(service)
        time.sleep(0.02)


def is_kept(service: Service) -> bool:
    """Say whether the service answers and its living keeper vouches for it: it is none that is dying."""
    try:
        os.kill(int(service.keeper_lock.read_text()), 0)
    except (OSError, ValueError):
        return False
    return has_keeper(service) and ENGINES[service.name].is_ready(service.data)


def has_keeper(service: Service) -> bool:
    """Say whether a keeper holds its lock."""
    descriptor = os.open(service.keeper_lock, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def spawn_keeper(service: Service) -> Keeper:
    """Start a keeper in a session of its own: Ctrl-C is for its users, it sees them go by their locks."""
    log = os.open(service.data / f"{service.name}.keeper.log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        return Keeper(
            [sys.executable, "-m", "agentscope.keeper", service.name, str(service.data)],
            cwd=Path(__file__).resolve().parent.parent,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    finally:
        os.close(log)


def keep_services(services: Iterable[Service]) -> None:
    """Start a keeper again where it was killed; the supervisor asks every second."""
    for service in services:
        if not has_keeper(service):
            use_service(service)


def wait_for_end(services: Iterable[Service], *, seconds: float) -> None:
    """Give the locks back and wait until the services have stopped, unless somebody else uses them."""
    services = list(services)
    for service in services:
        os.close(_held.pop(service))
    deadline = time.monotonic() + seconds
    while any(map(has_keeper, services)) and time.monotonic() < deadline:
        if any(map(has_users, services)):
            return
        time.sleep(0.05)


def has_users(service: Service) -> bool:
    """Say whether some process uses the service; a keeper that stops it holds the lock too, and is none."""
    descriptor = os.open(service.users_lock, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
    finally:
        os.close(descriptor)
    return False


def last_words(service: Service) -> str:
    """Return the end of the keeper's log as one line."""
    text = (service.data / f"{service.name}.keeper.log").read_text(errors="replace")
    return (
        " ".join(text.split())[-800:]
        or f"{service.name} did not start; see {service.data}/{service.name}.log."
    )
