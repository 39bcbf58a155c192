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
from runs import store
from runs.records import Batch, RunRecord
from teams.models import Project

AGENTS = frozenset(metric.agent for metric in METRICS.values())


def keep_readings(project: Project, readings: list[Reading], *, now: datetime) -> None:
    """Count numbers into the series of their sessions, which are locked until the transaction ends."""
    series: dict[tuple[str, bytes], list[Reading]] = {}
    for reading in readings:
        series.setdefault((reading.run, reading.series), []).append(reading)
    if not series:
        return
    firsts = [found[0] for _, found in sorted(series.items())]
    given = {
        "project": project.pk,
        "runs": [one.run for one in firsts],
        "series": [one.series for one in firsts],
        "agents": [one.agent for one in firsts],
        "names": [one.name for one in firsts],
        "now": now,
        "most": METERS_PER_RUN,
    }
    with connection.cursor() as cursor:
        cursor.execute(metering_sql.LOCK_METERS, given)
        changed = []
        for id, run, digest, told in cursor.fetchall():
            old = told if isinstance(told, dict) else msgspec.json.decode(told)
            new = old
            for reading in series[run, bytes(digest)]:
                new = fold(new, reading)
            if new != old:
                changed.append({"id": id, "told": Jsonb(new), "total": total_of(new)})
        if changed:
            cursor.executemany(metering_sql.SAVE_METER, changed)


def records_of(project: Project, runs: Iterable[str]) -> list[RunRecord]:
    """Say what is counted of these sessions."""
    totals: dict[tuple[str, str], list[tuple[str, float]]] = {}
    with connection.cursor() as cursor:
        cursor.execute(metering_sql.TOTALS, {"project": project.pk, "runs": sorted(runs)})
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
