"""The whole way of a recording, on one screen: redact, read, save, keep what was not readable, announce."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from django.db import OperationalError, transaction
from msgspec import Struct
from msgspec.structs import replace
from psycopg.errors import DeadlockDetected

from ingest import actions, queries
from ingest.archives import open_files
from ingest.crumbs import refuse_crumbs
from ingest.detect import OTLP, detect
from ingest.dialects import read_spans
from ingest.dialects.logs import read_logs
from ingest.formats import events, otlp
from ingest.formats.sdks.told import Told
from ingest.importing import SDK_READERS, read_files, read_sdk_files, read_span_file, without_agent
from ingest.lanes import join_lanes, runs_to_join
from ingest.limits import EVENTS_PER_REQUEST, PLACING_ATTEMPTS, VALUES_PER_FILE
from ingest.metering import keep_numbers, keep_readings, records_of, save_with_meters
from ingest.meters import Reading, readings_of
from ingest.placing import MustBeAlone, Placer, lock_places, needs_alone
from ingest.redact import redact
from ingest.sequences import numbers_of
from ingest.sources import SourceFile
from ingest.spans.hearing import Heard, hear
from ingest.spans.lookups import by_trace, wanted_by
from ingest.spans.span import Span
from ingest.spans.weave import Weaver
from ingest.store import StoredTraces
from ingest.streams import Refused
from ingest.superseding import supersede
from runs import live, store
from runs.records import Batch, Quarantined
from teams.models import Project

Found = TypeVar("Found")


class Outcome(Struct, frozen=True, kw_only=True):
    """What became of one request: committed when this is returned."""

    accepted: int  #: events taken
    batch: Batch
    saved: list[store.SavedRun]
    redacted: int


def take_events(project: Project, body: bytes, *, run: str | None, now: datetime) -> Outcome:
    """Store one body of native events. Raises Refused (413, 422)."""
    body, redacted = redact(body) if project.redacts else (body, 0)
    lines = events.split(body)
    if lines.too_many:
        raise Refused(
            f"The request has more than {EVENTS_PER_REQUEST} events; send fewer at a time.", status=413
        )
    wanted = events.runs_to_look_up(lines, run=run)
    if strange := events.runs_with_strange_results(lines, run=run) - wanted:
        wanted |= queries.runs_with_nameless_calls(project, strange)
    facts = queries.facts_of_runs(project, wanted) if wanted else {}
    batch = events.read_events(lines, run=run, facts=facts, memory=queries.StoredRuns(project))
    saved = save(project, batch, source="events", now=now)
    accepted = len(lines.lines) - (len(batch.quarantined) - len(lines.quarantined))
    return Outcome(accepted=accepted, batch=batch, saved=saved, redacted=redacted)


def take_files(
    project: Project,
    files: list[SourceFile],
    *,
    now: datetime,
    tell: Callable[[int], Any] = lambda percent: None,
) -> Outcome:
    """Import files of any known format. `tell` hears the progress. Raises Refused (413, 422)."""
    files = open_files(files)
    for file in files:
        refuse_crumbs(file.data, most=VALUES_PER_FILE)
    files, redacted = redact_files(files, wanted=project.redacts)
    tell(20)
    named = [(file, detect(file)[0]) for file in files]
    traced = {name: [file for file, known in named if known == name] for name in (OTLP, *SDK_READERS)}
    told = [take_span_files(project, group, name, now=now) for name, group in traced.items() if group]
    batch = read_files([file for file, known in named if known not in traced], now=now)
    if halves := runs_to_join(batch):
        batch = join_lanes(batch, queries.lanes_of_runs(project, halves))
    tell(50)
    with transaction.atomic():
        batch = supersede(project, batch)
        saved = keep(project, batch, source="import", now=now)
    live.announce(project, saved)
    for one in told:
        batch, saved = one.batch + batch, one.saved + saved
    return Outcome(accepted=len(batch.steps), batch=batch, saved=saved, redacted=redacted)


def take_span_files(project: Project, files: list[SourceFile], format: str, *, now: datetime) -> Outcome:
    """Store files of spans, those of one format together: one run may lie in several."""
    if format != OTLP:
        return take_told(project, read_sdk_files(files), source=format, now=now)
    received = [read_span_file(file) for file in files]
    spans = [span for one in received for span in [*read_spans(one.spans), *read_logs(one.logs)]]
    damaged = [bad for one in received for bad in one.quarantined]
    outcome = take_spans(project, spans, damaged=damaged, now=now)
    readings = readings_of([point for one in received for point in one.points])
    batch, saved = take_readings(project, readings, now=now)
    if outcome.saved or saved or damaged:
        return replace(outcome, batch=outcome.batch + batch, saved=[*outcome.saved, *saved])
    nothing = [without_agent(file, waiting=bool(readings)) for file in files]
    return take_spans(project, [], damaged=nothing, now=now)


def take_traces(project: Project, body: bytes, *, json: bool, now: datetime) -> Outcome:
    """Store one body of OTLP spans. Raises Unreadable."""
    received, masked = otlp.read_traces(body, json=json, redacts=project.redacts)
    spans = read_spans(received.spans)
    return take_spans(project, spans, damaged=received.quarantined, now=now, masked=masked)


def take_logs(project: Project, body: bytes, *, json: bool, now: datetime) -> Outcome:
    """Store one body of OTLP log records: those that tell of a model call. Raises Unreadable."""
    received, masked = otlp.read_logs(body, json=json, redacts=project.redacts)
    spans = read_logs(received.logs)
    outcome = take_spans(project, spans, damaged=received.quarantined, now=now, masked=masked)
    if numbers := numbers_of(received.logs):
        tell_gaps(project, numbers, now=now)
    return outcome


def tell_gaps(project: Project, numbers: dict[tuple[str, str], set[int]], *, now: datetime) -> None:
    """Say of runs how many of the events that their agent numbered never came."""
    with transaction.atomic():
        told = keep_numbers(project, numbers, now=now)
        known = set(queries.known_runs(project, {one.external_id for one in told})) if told else set()
        saved = store.save(project, Batch(runs=[one for one in told if one.external_id in known]), now=now)
    live.announce(project, saved)


def take_metrics(project: Project, body: bytes, *, json: bool, now: datetime) -> Outcome:
    """Store what agents count of their sessions; other metrics are left. Raises Unreadable."""
    received, masked = otlp.read_metrics(body, json=json, redacts=project.redacts)
    batch, saved = take_readings(project, readings_of(received.points), now=now)
    return Outcome(accepted=len(received.points), batch=batch, saved=saved, redacted=masked)


def take_readings(
    project: Project, readings: list[Reading], *, now: datetime
) -> tuple[Batch, list[store.SavedRun]]:
    """Count numbers, and tell them to the runs that are here."""
    if not readings:
        return Batch(), []
    with transaction.atomic():
        keep_readings(project, readings, now=now)
        known = queries.known_runs(project, {one.run for one in readings})
        batch = Batch(runs=records_of(project, known))
        saved = store.save(project, batch, now=now)
    live.announce(project, saved)
    return batch, saved


def take_told(project: Project, told: Told, *, source: str, now: datetime, masked: int = 0) -> Outcome:
    """Store what an SDK told in a JSON format of its own."""
    return take_spans(project, told.spans, damaged=told.quarantined, now=now, masked=masked, source=source)


def read_body(project: Project, body: bytes, read: Callable[[bytes], Found]) -> tuple[Found, int]:
    """Mask the secrets of a JSON body, then read it: (what came, how many were masked). Raises Refused."""
    body, masked = redact(body) if project.redacts else (body, 0)
    return read(body), masked


def take_spans(
    project: Project,
    spans: list[Span],
    *,
    damaged: list[Quarantined],
    now: datetime,
    masked: int = 0,
    source: str = "otlp",
) -> Outcome:
    """Store spans of any tracing source; what is remembered of their traces is locked until they are."""
    heard = [(span, hear(span)) for span in spans]
    alone = needs_alone(spans)
    for attempt in range(PLACING_ATTEMPTS, 0, -1):
        try:
            with transaction.atomic():
                batch, saved = save_spans(project, heard, source=source, alone=alone, now=now)
                batch.quarantined.extend(damaged)
                if damaged:
                    actions.keep_problems(project, damaged, source=source, now=now)
            break
        except MustBeAlone:
            alone = True
        except OperationalError as error:
            if not isinstance(error.__cause__, DeadlockDetected) or attempt == 1:
                raise
    live.announce(project, saved)
    return Outcome(accepted=len(spans), batch=batch, saved=saved, redacted=masked)


def save_spans(
    project: Project, heard: list[tuple[Span, Heard]], *, source: str, alone: bool, now: datetime
) -> tuple[Batch, list[store.SavedRun]]:
    """Place the traces of spans, make steps of them, and store those. Raises MustBeAlone."""
    spans = [span for span, _ in heard]
    lock_places(project, spans, alone=alone)
    traces = StoredTraces(project, by_trace(heard), now=now)
    moved = Placer(traces, alone=alone).place(spans, now=now)
    memories = traces.recall(wanted_by(heard))
    batch = Weaver(traces.facts, memories, traces).weave(heard).batch(source)
    batch = supersede(project, batch)
    saved = save_with_meters(project, batch, now=now)
    traces.save(memories)
    return batch, [*moved, *saved]


def save(project: Project, batch: Batch, *, source: str, now: datetime) -> list[store.SavedRun]:
    """Commit a batch and its problems together, then announce it."""
    if not batch.quarantined:
        saved = save_with_meters(project, batch, now=now)
    else:
        with transaction.atomic():
            saved = keep(project, batch, source=source, now=now)
    live.announce(project, saved)
    return saved


def keep(project: Project, batch: Batch, *, source: str, now: datetime) -> list[store.SavedRun]:
    """Store a batch and its problems in the transaction at hand."""
    saved = save_with_meters(project, batch, now=now)
    if batch.quarantined:
        actions.keep_problems(project, batch.quarantined, source=source, now=now)
    return saved


def redact_files(files: list[SourceFile], *, wanted: bool) -> tuple[list[SourceFile], int]:
    """Mask the secrets in every file: (files, how many were masked)."""
    if not wanted:
        return files, 0
    masked = [(file.path, *redact(file.data)) for file in files]
    return [SourceFile(path, data) for path, data, _ in masked], sum(count for *_, count in masked)
