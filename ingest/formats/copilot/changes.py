"""File changes of edit tools: the diff that the program made, else what the arguments say."""

from collections.abc import Iterator
from typing import Any

from msgspec.structs import replace

from ingest import wild
from ingest.formats.claude_code.blocks import as_json
from ingest.formats.claude_code.paths import is_absolute, slashed
from ingest.formats.copilot.session import Session
from ingest.spans.edits import changes_of_call
from ingest.trajectories.recording import Call
from ingest.trajectories.submissions import changes_of_submission
from runs.kinds import Basis, Op, Origin
from runs.records import ChangeRecord
from runs.tools import EDITING, family_of_call

LONGEST_PATH = 1_000


def changes_of(session: Session, call: Call, diff: str) -> list[ChangeRecord]:
    """List what a call that worked changed."""
    if family_of_call(call.tool, call.given) not in EDITING:
        return []
    recording = session.recording
    found = changes_of_submission(diff, run=recording.run, step=call.key, source=recording.source)
    found = list(told(session, call, found)) or changes_of_call(
        recording.run,
        call.key,
        tool=call.tool,
        input=as_json(call.given),
        source=recording.source,
    )
    return [placed(session, call, change, number) for number, change in enumerate(found)]


def told(session: Session, call: Call, changes: list[ChangeRecord]) -> Iterator[ChangeRecord]:
    """Give each file of the diff the path that it has on disk: the diff leaves out the first slash."""
    named = wild.text(call.given.get("path")) or wild.text(call.given.get("file_path")) or ""
    for change in changes:
        raw = raw_path(session, change.path, named)
        yield replace(
            change,
            path=raw,
            old_path=raw_path(session, change.old_path, "") if change.old_path else None,
            origin=Origin.DECLARED,
            **whole_text(call, change),
        )


def raw_path(session: Session, path: str, named: str) -> str:
    """Find what a path of a diff is on disk."""
    if named and slashed(named).endswith(path):
        return named
    rooted = f"/{path}"
    return rooted if not is_absolute(path) and session.roots.inside(rooted) is not None else path


def whole_text(call: Call, change: ChangeRecord) -> dict[str, Any]:
    """Take the whole text of a new file from the arguments of the call that wrote it."""
    texts = (wild.text(call.given.get(name)) for name in ("file_text", "content"))
    text = next((found for found in texts if found is not None), None)
    if change.op is not Op.CREATE or text is None:
        return {}
    return {"after": text, "patch": None, "basis": Basis.CONTENT}


def placed(session: Session, call: Call, change: ChangeRecord, number: int) -> ChangeRecord:
    """Place a change in the repository, and name it by its call."""
    raw = change.raw_path or change.path
    place = session.roots.place(raw, session.cwd)
    old = session.roots.place(change.old_path, session.cwd).path if change.old_path else None
    patch = change.patch
    if patch is not None and "\n@@ " in f"\n{patch}":
        body = patch[f"\n{patch}".index("\n@@ ") :]
        patch = f"--- a/{old or place.path}\n+++ b/{place.path}\n{body}"
    return replace(
        change,
        key=f"{call.key}:{number}",
        path=place.path[:LONGEST_PATH],
        raw_path=raw[:LONGEST_PATH] if raw != place.path else None,
        old_path=old[:LONGEST_PATH] if old else None,
        outside=place.outside,
        patch=patch,
    )
