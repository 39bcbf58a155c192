"""Plain COPY of rows that are stored already: what PostgreSQL alone takes for them."""

import time
from typing import Any

import psutil
import psycopg
from msgspec import Struct

TABLES = ("runs_step", "runs_blob", "runs_contextnode")
#: Rows are read and written as they are: the client has nothing to do with them.
READ = """
    COPY (SELECT t.* FROM {table} t JOIN runs_run r ON r.id = t.run_id WHERE r.session LIKE '{session}'
        ORDER BY r.id OFFSET {skip} LIMIT {rows}) TO STDOUT (FORMAT BINARY)
"""
COUNT = "SELECT count(*) FROM {table} t JOIN runs_run r ON r.id = t.run_id WHERE r.session LIKE '{session}'"


class Rows(Struct, frozen=True):
    """The rows of the runs whose session begins alike, in one database."""

    url: str
    session: str  #: a pattern of LIKE


class Copied(Struct, frozen=True):
    """What it took."""

    seconds: float
    cpu: float  #: seconds of the database's process


def copy_rows_of(rows: Rows, *, commits: int) -> Copied:
    """Write the rows into tables of the same shape and indexes, in as many transactions."""
    with psycopg.connect(rows.url, autocommit=True) as connection:
        parts = {table: parts_of(connection, rows, table, commits) for table in TABLES}
        for table in TABLES:
            run(connection, f"CREATE TABLE bench_{table} (LIKE {table} INCLUDING ALL)")
        server = psutil.Process(connection.info.backend_pid)
        before, began = server.cpu_times(), time.perf_counter()
        for part in range(commits):
            with connection.transaction():
                for table in TABLES:
                    write(connection, table, parts[table][part])
        seconds, after = time.perf_counter() - began, server.cpu_times()
        for table in TABLES:
            run(connection, f"DROP TABLE bench_{table}")
    return Copied(seconds, after.user + after.system - before.user - before.system)


def parts_of(connection: Any, rows: Rows, table: str, commits: int) -> list[bytes]:
    """Read the rows of a table, cut into as many parts."""
    [(count,)] = connection.execute(COUNT.format(table=table, session=rows.session).encode()).fetchall()
    size = -(-count // commits)
    parts = []
    for part in range(commits):
        query = READ.format(table=table, session=rows.session, skip=part * size, rows=size)
        with connection.cursor().copy(query.encode()) as copy:
            parts.append(b"".join(map(bytes, copy)))
    return parts


def write(connection: Any, table: str, data: bytes) -> None:
    with connection.cursor().copy(f"COPY bench_{table} FROM STDIN (FORMAT BINARY)".encode()) as copy:
        copy.write(data)


def run(connection: Any, statement: str) -> None:
    connection.execute(statement.encode())
