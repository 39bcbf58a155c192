"""Measure the store: steps a second against plain COPY of the same rows, and bytes of a long conversation.

    .venv/bin/python -m bench.store     (`make bench` runs this and the others)

Prints ratios taken in one run; absolute figures move with the machine.
"""

import json
import os
import random
import shutil
import tempfile
import time
from datetime import UTC, datetime, timedelta

NOW = datetime(2026, 1, 1, tzinfo=UTC)
STEPS = 15_000
WORDS = ["run", "read", "file", "tests", "session", "expire", "token", "cache", "build", "error", "import"]


def main() -> None:
    start_django()
    from bench.report import Report

    report = Report("store")
    project = make_project()
    # First: a bulk COPY leaves pages allocated ahead, which later rows would fill for nothing.
    report.table(
        "A 200-turn run whose every turn re-sends the conversation",
        ["turns", "sent", "stored", "stored ÷ sent", "bytes a step"],
        growth(project),
    )
    report.table(
        "Steps a second through the store (one connection), and plain COPY of the same rows",
        ["batch", "store steps/s", "COPY rows/s", "store ÷ COPY", "same again (nothing new)"],
        [speed(project, size) for size in (100, 512)],
    )
    report.save()
    shutil.rmtree(os.environ["AGENTSCOPE_DATA"], ignore_errors=True)


def start_django() -> None:
    """Start on a data folder of our own, so that no real recording is touched."""
    os.environ["AGENTSCOPE_DATA"] = tempfile.mkdtemp(prefix="agentscope-bench-")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "agentscope.settings")
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


def make_project():
    from teams.actions import create_project, create_team
    from teams.models import User

    name = f"bench-{os.getpid()}-{time.time_ns()}"
    user = User.objects.create_user(f"{name}@example.com", None)
    return create_project(create_team(name, user), name)


def text(rng: random.Random, size: int) -> str:
    words = []
    while size > 0:
        words.append(f"{rng.choice(WORDS)}{rng.randrange(1000) if rng.random() < 0.3 else ''}")
        size -= len(words[-1]) + 1
    return " ".join(words)


def steps_of(run: str, count: int, rng: random.Random) -> list:
    """Turns as agents make them: a model call (1 kB answer), one or two tool calls (300 B in, 2 kB out)."""
    from runs.kinds import Kind, StepStatus
    from runs.records import Context, Message, StepRecord, Tokens

    context, records = None, []
    while len(records) < count:
        at = NOW + timedelta(seconds=len(records))
        context = Context(context, Message(text(rng, 2000).encode()))
        records.append(
            StepRecord(
                run=run,
                key=f"m{len(records)}",
                kind=Kind.LLM,
                source="bench",
                status=StepStatus.OK,
                model="claude-opus-4-8",
                tokens=Tokens(input=10, cache_read=20_000, output=300),
                output=text(rng, 1000),
                started_at=at,
                ended_at=at + timedelta(seconds=2),
                context=context,
            )
        )
        for _ in range(rng.choice((1, 2))):
            records.append(
                StepRecord(
                    run=run,
                    key=f"t{len(records)}",
                    kind=Kind.TOOL,
                    source="bench",
                    status=StepStatus.OK,
                    tool="Bash",
                    input=text(rng, 300),
                    output=text(rng, 2000),
                    started_at=at,
                    ended_at=at + timedelta(seconds=1),
                )
            )
    return records[:count]


def speed(project, size: int) -> list[str]:
    from runs.records import Batch
    from runs.store import save

    rng = random.Random(size)
    batches = []
    for number in range(STEPS // 1000):
        records = steps_of(f"speed-{size}-{number}", 1000, rng)
        batches += [Batch(steps=records[i : i + size]) for i in range(0, len(records), size)]
    took = timed(lambda: [save(project, batch, now=NOW) for batch in batches])
    again = timed(lambda: [save(project, batch, now=NOW) for batch in batches])
    copied = copy_same_rows(project, f"speed-{size}-", size)
    rate, copy_rate = STEPS / took, STEPS / copied
    return [
        str(size),
        f"{rate:,.0f}",
        f"{copy_rate:,.0f}",
        f"{rate / copy_rate:.2f}",
        f"{STEPS / again:,.0f}",
    ]


def timed(work) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def copy_same_rows(project, prefix: str, size: int) -> float:
    """COPY the step, blob and context rows just stored into tables of the same shape and indexes."""
    from django.db import connection

    tables = ("runs_step", "runs_blob", "runs_contextnode")
    rows = {}
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"DROP TABLE IF EXISTS bench_{table}")
            cursor.execute(f"CREATE TABLE bench_{table} (LIKE {table} INCLUDING ALL)")
            cursor.execute(
                f"SELECT t.* FROM {table} t JOIN runs_run r ON r.id = t.run_id"
                " WHERE r.project_id = %s AND r.external_id LIKE %s",
                [project.pk, prefix + "%"],
            )
            rows[table] = cursor.fetchall()
        for table in tables:
            cursor.execute(
                f"SELECT array_agg(atttypid::regtype::text ORDER BY attnum) FROM pg_attribute"
                f" WHERE attrelid = 'bench_{table}'::regclass AND attnum > 0"
            )
            [types] = cursor.fetchone()
            rows[table] = (
                [tuple(wrap(v, t) for v, t in zip(row, types, strict=True)) for row in rows[table]],
                types,
            )
        start = time.perf_counter()
        commits = max(1, STEPS // size)
        for part in range(commits):
            cursor.execute("BEGIN")
            for table in tables:
                listed, types = rows[table]
                with cursor.copy(f"COPY bench_{table} FROM STDIN (FORMAT BINARY)") as copy:
                    copy.set_types(types)
                    for row in listed[len(listed) * part // commits : len(listed) * (part + 1) // commits]:
                        copy.write_row(row)
            cursor.execute("COMMIT")
        took = time.perf_counter() - start
        for table in tables:
            cursor.execute(f"DROP TABLE bench_{table}")
    return took


def wrap(value, kind: str):
    from psycopg.types.json import Jsonb

    if kind == "jsonb" and value is not None:
        return Jsonb(value, dumps=lambda v: v)
    return value


def growth(project) -> list[list[str]]:
    """Post 200 turns one by one; every turn sends all messages so far."""
    rng = random.Random(7)
    warm: list[bytes] = []
    for turn in range(20):  # an empty table's first pages are no part of a run
        post_turn(project, "warm", turn, warm, rng)
    messages: list[bytes] = []
    start, sent, half, rows = stored_bytes(), 0, (0, 0), []
    for turn in range(200):
        sent += post_turn(project, "growth", turn, messages, rng)
        if turn == 99:
            half = (sent, stored_bytes() - start)
            rows.append(growth_row("1–100", *half, 200))
    total = stored_bytes() - start
    rows.append(growth_row("101–200", sent - half[0], total - half[1], 200))
    rows.append(growth_row("all", sent, total, 400))
    ratios = (f"{(sent - half[0]) / half[0]:.2f}", f"{(total - half[1]) / half[1]:.2f}")
    return [*rows, ["101–200 ÷ 1–100", *ratios, "bar 1.2", ""]]


def post_turn(project, run: str, turn: int, messages: list[bytes], rng: random.Random) -> int:
    """Save one model call with all messages so far, then one tool call. Returns the bytes a client sends."""
    from runs.kinds import Kind, StepStatus
    from runs.records import Batch, Context, Message, StepRecord, Tokens
    from runs.store import save

    at = NOW + timedelta(seconds=turn)
    common = {"run": run, "source": "bench", "status": StepStatus.OK, "started_at": at}
    messages.append(json.dumps({"role": "user", "content": text(rng, 2500)}).encode())
    call = StepRecord(
        key=f"m{turn}",
        kind=Kind.LLM,
        model="claude-opus-4-8",
        tokens=Tokens(input=10, output=200),
        output=text(rng, 1000),
        context=Context.of([Message(message) for message in messages]),
        **common,
    )
    tool = StepRecord(
        key=f"t{turn}", kind=Kind.TOOL, tool="Read", input=text(rng, 200), output=text(rng, 2500), **common
    )
    sent = sum(map(len, messages)) + 1000 + 2700
    messages.append(json.dumps({"role": "assistant", "content": call.output}).encode())
    save(project, Batch(steps=[call]), now=NOW)
    save(project, Batch(steps=[tool]), now=NOW)
    return sent


def growth_row(name: str, sent: int, stored: int, steps: int) -> list[str]:
    return [
        name,
        f"{sent / 1e6:.1f} MB",
        f"{stored / 1e6:.2f} MB",
        f"1/{sent / stored:.0f}",
        f"{stored / steps:,.0f}",
    ]


def stored_bytes() -> int:
    """Bytes of the live rows and their index entries: what a vacuumed database keeps."""
    from django.db import connection

    tables = ("runs_step", "runs_blob", "runs_contextnode", "runs_filechange", "runs_run")
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"VACUUM (ANALYZE) {table}")
        cursor.execute(
            "SELECT sum(pg_total_relation_size(name::regclass)) FROM unnest(%s::text[]) AS name",
            [list(tables)],
        )
        return int(cursor.fetchone()[0])


if __name__ == "__main__":
    main()
