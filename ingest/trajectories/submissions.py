"""The patch that a benchmark's agent hands in: what the whole run did to the repository (origin `net`)."""

import re

from runs.kinds import Basis, Op, Origin
from runs.records import ChangeRecord

_HEAD = re.compile(r"^diff --git (?:\"?a/(?P<old>.+?)\"?) (?:\"?b/(?P<new>.+?)\"?)$", re.MULTILINE)
_TEXT_HEAD = re.compile(r"(?m)^(?=--- (?:a/)?\S.*\n\+\+\+ )")
_SIDE = re.compile(r"^(?P<mark>---|\+\+\+) (?P<path>[^\t\n]+)", re.MULTILINE)
#: Files of one patch; a submission with more is a mistake (a committed build folder).
MOST_FILES = 2_000


def plain_patch(patch: str) -> str:
    """Undo what a terminal did to a patch: `\\r\\n` at every end of a line."""
    lines = patch.split("\n")
    if len(lines) > 1 and all(line.endswith("\r") for line in lines[:-1] if line):
        return "\n".join(line.removesuffix("\r") for line in lines)
    return patch


def changes_of_submission(patch: str, *, run: str, step: str, source: str) -> list[ChangeRecord]:
    """Read a submitted patch, file by file."""
    text = plain_patch(patch).strip("\n")
    found: dict[str, ChangeRecord] = {}
    for part in parts_of(text)[:MOST_FILES]:
        change = _change(part, run=run, step=step, source=source)
        if change is not None:
            found.setdefault(change.path, change)
    return list(found.values())


def parts_of(text: str) -> list[str]:
    """Cut a patch at its files."""
    starts = [match.start() for match in _HEAD.finditer(text)]
    if not starts:
        return [part for part in _TEXT_HEAD.split(text) if part.startswith("--- ")]
    return [text[start:end] for start, end in zip(starts, [*starts[1:], len(text)], strict=True)]


def _change(part: str, *, run: str, step: str, source: str) -> ChangeRecord | None:
    head = part.split("\n@@ ", 1)[0]
    old, new = _paths_of(head)
    path = new or old
    if not path:
        return None
    binary = "\nBinary files " in head or "\nGIT binary patch" in head
    renamed = old if old and new and old != new else None
    body = part[at:] if (at := part.find("\n@@ ") + 1) else ""
    return ChangeRecord(
        run=run,
        step=step,
        key=f"net:{path}",
        path=path,
        old_path=renamed,
        op=_op_of(head, old, new, renamed),
        source=source,
        origin=Origin.NET,
        basis=Basis.PATCH if body else Basis.NAME,
        binary=binary,
        patch=part.rstrip("\n") + "\n" if body else None,
    )


def _paths_of(head: str) -> tuple[str | None, str | None]:
    """Read (path before, path after); None is no file."""
    sides = {match["mark"]: _path(match["path"]) for match in _SIDE.finditer(head)}
    if len(sides) == 2:
        return sides["---"], sides["+++"]
    match = _HEAD.search(head)
    return (match["old"], match["new"]) if match else (None, None)


def _path(side: str) -> str | None:
    name = side.strip().strip('"')
    if name == "/dev/null":
        return None
    return name[2:] if name.startswith(("a/", "b/")) else name


def _op_of(head: str, old: str | None, new: str | None, renamed: str | None) -> Op:
    if old is None or "\nnew file mode" in head:
        return Op.CREATE
    if new is None or "\ndeleted file mode" in head:
        return Op.DELETE
    return Op.RENAME if renamed else Op.EDIT
