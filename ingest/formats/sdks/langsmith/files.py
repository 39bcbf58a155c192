"""Exports of LangSmith: runs as JSON, a list or one a line; or a body that was meant for the API."""

from ingest import wild
from ingest.formats.sdks.langsmith.bodies import read_records
from ingest.formats.sdks.told import Record, Told, records_of_file


def read_file(path: str, data: bytes) -> Told:
    """Read a file of runs."""
    told = Told()
    posted, patched = list[object](), list[object]()
    for record in records_of_file(path, data, told):
        if "post" in record or "patch" in record:
            posted += wild.items(record.get("post"))
            patched += wild.items(record.get("patch"))
        else:
            posted += with_children(record)
    found = read_records(posted, patched)
    return Told(spans=found.spans, quarantined=[*told.quarantined, *found.quarantined])


def with_children(record: Record) -> list[object]:
    """List a run and those nested in it, for some exports hold a tree."""
    children = wild.objects(record.get("child_runs"))
    alone = {name: value for name, value in record.items() if name != "child_runs"}
    return [alone, *(one for child in children for one in with_children(child))]
