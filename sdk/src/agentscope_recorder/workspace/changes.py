"""One file between two snapshots."""

from __future__ import annotations

from typing import Any, NamedTuple


class Change(NamedTuple):
    """What became of a file; contents are None where they are binary, too large or unknown."""

    path: str  #: below the root, with "/"
    op: str  #: create, edit, delete
    before: bytes | None = None
    after: bytes | None = None


def event_of(change: Change) -> dict[str, Any]:
    """Write the fields of a `file_change`."""
    before, after = text_in(change.before), text_in(change.after)
    told: dict[str, Any] = {"path": change.path, "op": change.op, "origin": "observed"}
    whole = {"create": after is not None, "delete": before is not None}
    if whole.get(change.op, before is not None and after is not None):
        told.update(before=before, after=after)
    else:
        told["basis"] = "name"
    return told


def text_in(data: bytes | None) -> str | None:
    """Read a file as text; a binary one has none."""
    if data is None or b"\0" in data:
        return None
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("latin-1")
