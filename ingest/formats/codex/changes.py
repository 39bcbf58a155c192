"""File changes of a patch: as the events tell them, else as far as the patch itself does (FORMATS 3.5)."""

from typing import Any

from msgspec import Struct

from ingest import wild
from ingest.formats.claude_code.paths import Roots
from ingest.formats.codex.tools import Tool
from runs.begin_patch import DONE, FilePatch, applied, applied_unified, done_files, read_patch
from runs.kinds import Basis, Op, StepStatus
from runs.records import ChangeRecord

LONGEST_PATH = 1_000
#: Characters of files rebuilt in one reading; a small upload must not become a large memory.
REBUILT_CHARS = 200_000_000


class Texts(Struct):
    """What is known of one change."""

    op: Op
    basis: Basis
    before: str | None = None
    after: str | None = None
    patch: str | None = None
    moved_to: str | None = None


class Editor:
    """Follows the files of a run: the texts that patches told, by path."""

    def __init__(self, *, run: str, source: str) -> None:
        self.run = run
        self.source = source
        self.roots = Roots()
        self.known: dict[str, str] = {}
        self.room = REBUILT_CHARS
        self.changes: list[ChangeRecord] = []
        self.told: set[str] = set()  #: keys of calls whose changes an event told

    def tell(self, tool: Tool, changes: object, *, failed: bool, output: str) -> None:
        """Take the changes an event names: texts of new and deleted files, numbered diffs of others."""
        if tool.key in self.told:
            return
        self.told.add(tool.key)
        written = {match[2] for match in DONE.finditer(output[:200_000])}
        for raw, given in wild.mapping(changes).items():
            path = wild.text(raw) or ""
            if not path or (failed and not any(path.endswith(name) for name in written)):
                continue
            self.add(tool, path, self.texts_of_event(self.place(path, tool), wild.mapping(given)))

    def texts_of_event(self, path: str, given: dict[str, Any]) -> Texts:
        kind, content = wild.text(given.get("type")), wild.text(given.get("content"))
        if kind in ("add", "delete"):
            if content is None:
                return Texts(Op.CREATE if kind == "add" else Op.DELETE, Basis.NAME)
            if kind == "add":
                return Texts(Op.CREATE, Basis.CONTENT, after=content)
            return Texts(Op.DELETE, Basis.CONTENT, before=content)
        moved = wild.text(given.get("move_path"))
        op = Op.RENAME if moved else Op.EDIT
        diff = wild.text(given.get("unified_diff"))
        if not diff:
            return Texts(op, Basis.NAME, moved_to=moved)
        before = self.known.get(path)
        after = applied_unified(diff, before) if before is not None else None
        if before is not None and after is not None:
            return Texts(op, Basis.RECONSTRUCTED, before=before, after=after, moved_to=moved)
        return Texts(op, Basis.PATCH, patch=diff, moved_to=moved)

    def read(self, tool: Tool, text: str) -> None:
        """Read the patch of a call that no event told of; a failure changed only what its result names."""
        if tool.key in self.told:
            return
        failed = tool.status != StepStatus.OK
        for file in done_files(read_patch(text), tool.output or "", failed=failed):
            self.add(tool, file.path, self.texts_of_patch(self.place(file.path, tool), file))

    def texts_of_patch(self, path: str, file: FilePatch) -> Texts:
        before = self.known.get(path)
        if file.op is Op.CREATE:
            return Texts(Op.CREATE, Basis.CONTENT, after=file.text)
        if file.op is Op.DELETE:
            return Texts(Op.DELETE, Basis.NAME if before is None else Basis.RECONSTRUCTED, before=before)
        after = applied(file, before) if before is not None else None
        if before is not None and after is not None:
            return Texts(file.op, Basis.RECONSTRUCTED, before=before, after=after, moved_to=file.moved_to)
        if not file.hunks:
            return Texts(file.op, Basis.NAME, moved_to=file.moved_to)
        old, new = file.fragments()
        return Texts(file.op, Basis.FRAGMENT, before=old, after=new, moved_to=file.moved_to)

    def place(self, raw: str, tool: Tool) -> str:
        return self.roots.place(raw, tool.cwd).path

    def add(self, tool: Tool, raw: str, texts: Texts) -> None:
        here = self.roots.place(raw, tool.cwd)
        there = self.roots.place(texts.moved_to, tool.cwd) if texts.moved_to else here
        number = sum(change.step == tool.key for change in self.changes[-1_000:])
        named = there.path if there is not here else None
        patch = texts.patch
        if patch is not None and not patch.startswith("--- "):
            patch = f"--- a/{here.path}\n+++ b/{there.path}\n{patch}"
        self.changes.append(
            ChangeRecord(
                run=self.run,
                step=tool.key,
                key=f"{tool.key}:{number}",
                path=there.path[:LONGEST_PATH],
                raw_path=raw[:LONGEST_PATH] if raw != here.path else None,
                old_path=here.path[:LONGEST_PATH] if named else None,
                op=texts.op,
                source=self.source,
                basis=texts.basis,
                outside=there.outside,
                before=texts.before,
                after=texts.after,
                patch=patch,
            )
        )
        self.remember(here.path, there.path, texts)

    def remember(self, old: str, new: str, texts: Texts) -> None:
        """Keep the text after, when the whole of it is known."""
        self.known.pop(old, None)
        whole = texts.basis in (Basis.CONTENT, Basis.RECONSTRUCTED) and texts.after is not None
        if whole and texts.after is not None and len(texts.after) <= self.room:
            self.known[new] = texts.after
            self.room -= len(texts.after)
