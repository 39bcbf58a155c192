"""Keeps what agents themselves count of their sessions, and tells it to the runs that are there."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec
from django.db import connection
from psycopg.types.json import Jsonb

from ingest import metering_sql
from ingest.limits import METERS_PER_RUN
from ingest.meters import METRICS, Reading, facts_of, fold, total_of
from ingest.sequences import Ranges, missing_in, with_numbers
from runs import store
from runs.losses import LossKind
from runs.records import Batch, RunRecord, digest_of
from teams.models import Project

#: The series of a session that holds the numbers of its events, and the name that it goes by.
SEQUENCE = "events"
AGENTS = frozenset(metric.agent for metric in METRICS.values())


def keep_readings(project: Project, readings: list[Reading], *, now: datetime) -> None:
    """Count numbers into the series of their sessions, which are locked until the transaction ends."""
    series: dict[tuple[str, bytes], list[Reading]] = {}
    for reading in readings:
        series.setdefault((reading.run, reading.series), []).append(reading)
    changed = []
    firsts = [(found[0].run, found[0].series, found[0].agent, found[0].name) for found in series.values()]
    for id, run, digest, old in lock_meters(project, firsts, now=now):
        new = old
        for reading in series[run, digest]:
            new = fold(new, reading)
        if new != old:
            changed.append({"id": id, "told": Jsonb(new), "total": total_of(new)})
    save_meters(changed)


def keep_numbers(
    project: Project, numbers: dict[tuple[str, str], set[int]], *, now: datetime
) -> list[RunRecord]:
    """Note which events came; returns what is to be said of the runs whose losses are others now."""
    digest = digest_of(SEQUENCE.encode())
    agents = dict(iter(numbers))
    changed, told = [], []
    firsts = [(run, digest, agent, SEQUENCE) for run, agent in numbers]
    for id, run, _, old in lock_meters(project, firsts, now=now):
        before: Ranges = old.get("ranges") or []
        ranges = with_numbers(before, numbers[run, agents[run]])
        if ranges != before:
            missing = missing_in(ranges)
            changed.append({"id": id, "told": Jsonb({"ranges": ranges}), "total": missing})
            if missing != missing_in(before):
                source = f"otel:{agents[run]}-logs"
                told.append(RunRecord(external_id=run, source=source, losses={LossKind.GAPS.value: missing}))
    save_meters(changed)
    return told


def lock_meters(
    project: Project, series: list[tuple[str, bytes, str, str]], *, now: datetime
) -> list[tuple[int, str, bytes, dict[str, Any]]]:
    """Find or begin series (run, digest, agent, name), and lock them: (id, run, digest, what is known)."""
    if not series:
        return []
    columns = zip(*sorted(series), strict=True)
    given = dict(zip(("runs", "series", "agents", "names"), map(list, columns), strict=True))
    with connection.cursor() as cursor:
        cursor.execute(
            metering_sql.LOCK_METERS,
            {**given, "project": project.pk, "now": now, "most": METERS_PER_RUN},
        )
        return [
            (id, run, bytes(digest), told if isinstance(told, dict) else msgspec.json.decode(told))
            for id, run, digest, told in cursor.fetchall()
        ]


def save_meters(changed: list[dict[str, Any]]) -> None:
    if changed:
        with connection.cursor() as cursor:
            cursor.executemany(metering_sql.SAVE_METER, changed)


def records_of(project: Project, runs: Iterable[str]) -> list[RunRecord]:
    """Say what is counted of these sessions."""
    totals: dict[tuple[str, str], list[tuple[str, float]]] = {}
    with connection.cursor() as cursor:
        given = {"project": project.pk, "runs": sorted(runs), "but_for": SEQUENCE}
        cursor.execute(metering_sql.TOTALS, given)
        for run, agent, name, total in cursor.fetchall():
            totals.setdefault((run, agent), []).append((name, total))
    return [
        RunRecord(
            external_id=run,
            source=f"otel:{agent}-metrics",
            agent=agent,
            meta={"reported": facts_of(found)},
        )
        for (run, agent), found in totals.items()
    ]


def save_with_meters(project: Project, batch: Batch, *, now: datetime) -> list[store.SavedRun]:
    """Save a batch; a run that begins with it is told what was counted of it before."""
    saved = store.save(project, batch, now=now)
    mine = {run.external_id for run in batch.runs if run.agent in AGENTS}
    created = [one.external_id for one in saved if one.created and one.external_id in mine]
    told = records_of(project, created) if created else []
    if not told:
        return saved
    later: dict[str, Any] = {one.external_id: one for one in store.save(project, Batch(runs=told), now=now)}
    return [
        msgspec.structs.replace(one, revision=later[one.external_id].revision)
        if one.external_id in later
        else one
        for one in saved
    ]
