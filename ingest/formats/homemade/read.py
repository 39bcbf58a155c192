"""Files of a home-made instrumentation to records: each is a run, those about one run are one."""

from datetime import UTC, datetime

from msgspec import structs

from ingest.formats.homemade.anomalies import anomalies_of
from ingest.formats.homemade.counts import read_counts
from ingest.formats.homemade.documents import read_document
from ingest.formats.homemade.entries import read_entries, root_of
from ingest.formats.homemade.fields import Fields
from ingest.formats.homemade.header import record_of, steps_around
from ingest.formats.homemade.joining import LOGS, TOKENS, TREE, Bundle, bundles_of
from ingest.formats.homemade.tree import tree_of, write_steps
from ingest.sources import SourceFile
from runs.records import Batch, Quarantined, StepRecord

FORMAT = "homemade"
SOURCE = "homemade:spans"
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
NOTHING = "Nothing in the file says what the agent did."


def read(files: list[SourceFile], *, now: datetime) -> Batch:
    """Read all files. Never raises; what cannot be read is in `quarantined`."""
    documents = [read_document(file.path, file.data) for file in files]
    bad = [one for document in documents for one in document.quarantined]
    bad += [
        Quarantined(where=one.path, why=NOTHING) for one in documents if one.is_empty and not one.quarantined
    ]
    batch = Batch(format=FORMAT)
    for bundle in bundles_of(documents):
        batch += read_bundle(bundle, now=now)
    return batch + Batch(quarantined=bad)


def read_bundle(bundle: Bundle, *, now: datetime) -> Batch:
    """Read what all files say of one run."""
    run = bundle.external_id
    tree = tree_of(run, [part.spans for part in bundle.parts if part.kind == TREE], SOURCE)
    root = tree.root
    log = read_entries(tree, entries_of(bundle, LOGS))
    counted = read_counts(
        tree, [entry for part in bundle.parts if part.kind == TOKENS for entry in part.entries]
    )
    root = root or root_of(log, run)
    write_steps(tree, root)
    record = record_of(bundle, tree, root, now=now)
    told = {"log_entries_of_spans": log.told, "token_entries_of_spans": counted}
    record = structs.replace(record, meta=record.meta | {name: n for name, n in told.items() if n})
    before, after = steps_around(tree, root, record.task)
    steps = [*before, *in_time(tree.steps + anomalies_of(bundle)), *after]
    return Batch(runs=[record], steps=steps, changes=tree.changes)


def entries_of(bundle: Bundle, kind: int) -> list[Fields]:
    return [entry for part in bundle.parts if part.kind == kind for entry in part.entries]


def in_time(steps: list[StepRecord]) -> list[StepRecord]:
    """Put the steps of several files in the order of time; without one, a step follows the one before it."""
    timed: list[tuple[datetime, int, StepRecord]] = []
    newest = BEGINNING
    for place, step in enumerate(steps):
        newest = step.started_at or newest
        timed.append((newest, place, step))
    return [step for _, _, step in sorted(timed, key=lambda row: row[:2])]
