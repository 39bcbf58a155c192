"""Takes the steps of traces out of the run they were stored in, and puts them where they belong."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from msgspec import Struct, field, structs

from ingest.formats import events
from ingest.limits import STEPS_PER_RUN
from ingest.queries import runs_named
from ingest.spans.facts import state_of
from ingest.spans.joining import rename, same_keys
from ingest.store import StoredTraces
from runs.models import Run
from runs.moving import rewrite_runs
from runs.queries.exports import archive_of
from runs.records import Batch
from runs.store import SavedRun

FINAL = "final:"


class Move(Struct, frozen=True, kw_only=True):
    """A trace whose steps lie in one run and belong to another."""

    trace: str
    run: str  #: it lies in
    to: str
    is_guest: bool  #: there it is one of several that tell of the same


class Apart(Struct, kw_only=True):
    """Where the steps of one run belong now."""

    run: str
    rest: str  #: where steps belong that no trace claims
    places: dict[str, str] = field(default_factory=dict)  #: key -> run
    keys: dict[str, dict[str, str]] = field(default_factory=dict)  #: run -> keys that are others there
    dropped: set[str] = field(default_factory=set)
    state: dict[str, Any] = field(default_factory=dict)  #: how the run stands by what stays

    def place_of(self, key: str) -> tuple[str, str]:
        """Give the run and the key that a step has now."""
        run = self.places.get(key, self.rest)
        return run, self.keys.get(run, {}).get(key, key)


def move_traces(traces: StoredTraces, moves: Iterable[Move], *, now: datetime) -> list[SavedRun]:
    """Store the steps of traces where they belong."""
    by_run: dict[str, list[Move]] = {}
    for move in moves:
        by_run.setdefault(move.run, []).append(move)
    batch, goes = Batch(), {}
    for run in runs_named(traces.project, by_run):
        apart = take_apart(traces, run.external_id, by_run[run.external_id])
        batch = batch + rewritten(records_of(run), apart)
        goes[run.id] = apart.rest
    if by_run:
        traces.belong({move.trace: move.to for group in by_run.values() for move in group})
    return rewrite_runs(traces.project, batch, goes, now=now) if goes else []


def take_apart(traces: StoredTraces, run: str, moves: list[Move]) -> Apart:
    """Say where each step of a run belongs."""
    to = {move.trace: move.to for move in moves}
    known = traces.spans_of_run(run)
    stay = traces.traces_of_run(run) - to.keys()
    apart = Apart(run=run, rest=run if stay else moves[0].to)
    if (newest := traces.newest_of_run(run, leaving=list(to))) is not None:
        apart.state = state_of(newest)
    for one in sorted(known, key=lambda one: one.trace in stay):  # what stays has the last word
        apart.places |= dict.fromkeys(filter(None, (one.key, *one.keys)), to.get(one.trace, run))
    apart.places |= {FINAL + move.trace: move.to for move in moves}
    apart.dropped = {FINAL + move.trace for move in moves if move.is_guest}
    for target in dict.fromkeys(to.values()):
        group = [one for one in known if to.get(one.trace) == target]
        there = traces.memories_of(target, group)
        apart.keys[target] = same_keys(group, there)
        rename(group, apart.keys[target])
        traces.save_spans([*group, *there.changed()])
    return apart


def records_of(run: Run) -> Batch:
    """Read all that is stored of a run."""
    return events.read_events(events.split(b"".join(archive_of(run)), most=10 * STEPS_PER_RUN), run=None)


def rewritten(batch: Batch, apart: Apart) -> Batch:
    """Name the runs and keys that records belong to now."""
    steps = []
    for step in batch.steps:
        run, key = apart.place_of(step.key)
        parent = apart.keys.get(run, {}).get(step.parent or "", step.parent)
        if step.key not in apart.dropped:
            steps.append(structs.replace(step, run=run, key=key, parent=parent, turn=None))
    changes = []
    for change in batch.changes:
        run, key = apart.place_of(change.step)
        own = change.key.removeprefix(change.step)
        named = change.key if own == change.key else key + own
        changes.append(structs.replace(change, run=run, step=key, key=named))
    stays = apart.rest == apart.run
    runs = [structs.replace(record, **apart.state) for record in batch.runs] if stays else []
    return Batch(runs=runs, steps=steps, changes=changes)
