"""The embedded services are real processes here, in data folders of their own."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from agentscope import embedded, engines
from agentscope.embedded import Service
from agentscope.engines import wait_until


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Path]:
    """A data folder whose path is longer than the path of a Unix socket may be, closed to other accounts."""
    folder = tmp_path / ("long" * 30) / "data"
    yield folder
    stop(folder)


def start(data: Path) -> None:
    embedded.start_services([Service("postgres", data), Service("redis", data)])


def stop(data: Path) -> None:
    """Give the services back and see that nothing stays behind."""
    held = [service for service in list(embedded._held) if service.data == data]
    embedded.wait_for_end(held, seconds=20)
    assert not any(map(embedded.has_keeper, held))
    assert not engines.socket_folder(data).exists()
    assert not (data / "postgres" / "postmaster.pid").exists()


def connect(data: Path) -> psycopg.Connection:
    return psycopg.connect(embedded.postgres_url(data), autocommit=True)


def postmaster(data: Path) -> int:
    return int((data / "postgres" / "postmaster.pid").read_text().split()[0])


def test_postgres_killed_comes_back_with_its_data(data: Path) -> None:
    start(data)
    with connect(data) as connection:
        connection.execute("CREATE TABLE kept AS SELECT generate_series(1, 1000) AS n")
    killed = postmaster(data)
    os.kill(killed, signal.SIGKILL)
    assert wait_until(lambda: not engines.is_program(killed, "postgres"), seconds=5)
    assert wait_until(lambda: engines.postgres_is_ready(data), seconds=10)
    with connect(data) as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (1000,)


def test_everything_killed_starts_again_with_its_data(data: Path) -> None:
    start(data)
    with connect(data) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS n")
    server = postmaster(data)
    os.kill(int((data / "postgres.keeper").read_text()), signal.SIGKILL)
    os.kill(server, signal.SIGKILL)
    assert wait_until(lambda: not engines.is_program(server, "postgres"), seconds=5)
    assert (data / "postgres" / "postmaster.pid").exists()
    start(data)
    with connect(data) as connection:
        assert connection.execute("SELECT n FROM kept").fetchone() == (1,)


def test_redis_killed_comes_back(data: Path) -> None:
    start(data)
    client = redis.Redis(unix_socket_path=str(engines.redis_socket(data)))
    os.kill(client.info()["process_id"], signal.SIGKILL)
    client.close()
    assert wait_until(lambda: engines.redis_is_ready(data), seconds=5)


def test_two_data_folders_do_not_meet(data: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    start(data)
    start(other)
    with connect(data) as connection:
        connection.execute("CREATE TABLE mine (n int)")
    with connect(other) as connection:
        assert connection.execute("SELECT to_regclass('mine')").fetchone() == (None,)
    stop(other)
    with connect(data) as connection:
        assert connection.execute("SELECT count(*) FROM mine").fetchone() == (0,)


def test_socket_path_is_short_and_private(data: Path) -> None:
    start(data)
    path = engines.postgres_sockets(data) / ".s.PGSQL.5432"
    assert path.is_socket()
    assert len(os.fsencode(path)) < 60 < 107 < len(os.fsencode(data))
    assert engines.postgres_sockets(data).stat().st_mode & 0o777 == 0o700


def test_postgres_is_durable_and_utc(data: Path) -> None:
    start(data)
    with connect(data) as connection:
        shown = [
            connection.execute(f"SHOW {name}").fetchone()[0]  # type: ignore[index]
            for name in ("fsync", "synchronous_commit", "timezone", "server_encoding", "listen_addresses")
        ]
        assert shown == ["on", "on", "UTC", "UTF8", ""]
        assert connection.execute("SELECT datlocale FROM pg_database").fetchone() == ("C.UTF-8",)


def test_foreign_socket_folder_is_refused(data: Path) -> None:
    folder = engines.socket_folder(data)
    folder.symlink_to("/tmp")
    try:
        with pytest.raises(engines.EmbeddedError, match="belongs to somebody else"):
            engines.make_socket_folder(data)
    finally:
        folder.unlink()
