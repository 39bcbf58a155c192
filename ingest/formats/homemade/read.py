"""Files of a home-made instrumentation to records: each is a run, those about one run are one."""

from datetime import datetime

from ingest.formats.homemade.documents import read_document
from ingest.formats.homemade.header import record_of, steps_around
from ingest.formats.homemade.joining import TREE, Bundle, bundles_of
from ingest.formats.homemade.tree import tree_of, write_steps
from ingest.sources import SourceFile
from runs.records import Batch, Quarantined

FORMAT = "homemade"
SOURCE = "homemade:spans"
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
    write_steps(tree, root)
    record = record_of(bundle, tree, root, now=now)
    before, after = steps_around(tree, root, record.task)
    return Batch(runs=[record], steps=[*before, *tree.steps, *after], changes=tree.changes)
