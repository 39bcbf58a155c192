"""File changes of the edit tools: whole texts, SEARCH/REPLACE blocks and insertions."""

import re
from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from ingest import wild
from ingest.formats.claude_code.blocks import as_json, inside_tag
from ingest.formats.claude_code.paths import Roots
from ingest.spans.edits import changes_of_call
from ingest.trajectories.recording import Call
from ingest.trajectories.replacements import replaced, replacements_in
from ingest.trajectories.submissions import parts_of
from runs.kinds import Basis, Op
from runs.records import ChangeRecord

LONGEST_PATH = 1_000
#: Files of one call.
MOST_FILES = 100
#: The file as it was saved, which the program tells the model after an edit.
SAVED = re.compile(r"<final_file_content path=\"[^\"\n]*\">\n?(.*?)\n?</final_file_content>", re.DOTALL)
WRITERS = frozenset({"write_to_file", "write_file", "new_file"})
DELETERS = frozenset({"delete_file"})


class Told(Struct, frozen=True):
    """What a call says of one file."""

    path: str
    op: Op = Op.EDIT
    basis: Basis = Basis.FRAGMENT
    before: str | None = None
    after: str | None = None
    patch: str | None = None


class Editor:
    """Follows the files of one task: their texts, as far as they are known whole."""

    def __init__(self, run: str, source: str) -> None:
        self.run = run
        self.source = source
        self.roots = Roots()
        self.cwd = ""
        self.known: dict[str, str] = {}

    def changes(self, call: Call, *, created: bool) -> list[ChangeRecord]:
        """List what a call that worked changed; `created` is what the screen said of it."""
        found = list(self.told(call, created=created))
        if not found:
            others = changes_of_call(
                self.run, call.key, tool=call.tool, input=as_json(call.given), source=self.source
            )
            return [self.placed_again(call, change, number) for number, change in enumerate(others)]
        return [self.placed(call, told, number) for number, told in enumerate(found)]

    def told(self, call: Call, *, created: bool) -> Iterator[Told]:
        given = call.given
        path = text_in(given, "path", "file_path", "relPath")
        saved = SAVED.search(call.output or "")
        final = saved[1] if saved else None
        if call.tool in WRITERS and path and "content" in given:
            yield self.written(path, final or text_in(given, "content"), created=created)
        elif call.tool in DELETERS and path:
            yield Told(path, Op.DELETE, Basis.NAME)
        elif call.tool == "editor" and path:
            yield from self.by_editor(path, given)
        elif call.tool == "insert_content" and path and given.get("content"):
            yield Told(path, before="", after=text_in(given, "content"))
        elif call.tool == "search_and_replace" and path and "search" in given:
            yield Told(path, before=text_in(given, "search"), after=text_in(given, "replace"))
        elif call.tool == "apply_diff" and "args" in given:
            yield from self.by_many(text_in(given, "args"))
        elif path and (diff := text_in(given, "diff")):
            yield from self.by_blocks(path, diff, final)

    def written(self, path: str, text: str, *, created: bool) -> Told:
        """A whole file; what stood in it before is known when this run wrote it."""
        before = self.known.get(self.place(path))
        if before is not None:
            return Told(path, Op.EDIT, Basis.RECONSTRUCTED, before=before, after=text)
        return Told(path, Op.CREATE if created else Op.EDIT, Basis.CONTENT, after=text)

    def by_editor(self, path: str, given: dict[str, object]) -> Iterator[Told]:
        """The one edit tool of the command line program: without an old text it makes a file."""
        old, new = text_in(given, "old_text"), text_in(given, "new_text")
        line = wild.integer(given.get("insert_line"))
        if not old and line is None:
            yield self.written(path, new, created=True)
        elif old != new:
            yield Told(path, before=old, after=new)

    def by_blocks(self, path: str, diff: str, final: str | None) -> Iterator[Told]:
        """SEARCH/REPLACE blocks, else a unified diff as the screen shows it."""
        blocks = replacements_in(diff)
        before = self.known.get(self.place(path))
        after = replaced(before, blocks) if before is not None and blocks else None
        if before is not None and after is not None and (final is None or same(after, final)):
            yield Told(path, Op.EDIT, Basis.RECONSTRUCTED, before=before, after=after)
            return
        for block in blocks:
            if block.old != block.new:
                yield Told(path, before=block.old, after=block.new)
        if not blocks and "@@ " in diff:
            yield Told(path, basis=Basis.PATCH, patch=with_head(path, diff))
        if final is not None:
            self.known[self.place(path)] = final

    def by_many(self, args: str) -> Iterator[Told]:
        """Roo's edit of several files at once: `<file><path>…</path><diff><content>…`."""
        for file in args.split("<file>")[1 : MOST_FILES + 1]:
            path, diff = inside_tag(file, "path"), file.partition("<diff>")[2]
            if path:
                yield from self.by_blocks(path, diff.replace("<content>", "").replace("</content>", ""), None)

    def place(self, path: str) -> str:
        return self.roots.place(path, self.cwd).path

    def placed(self, call: Call, told: Told, number: int) -> ChangeRecord:
        place = self.roots.place(told.path, self.cwd)
        whole = told.basis in (Basis.CONTENT, Basis.RECONSTRUCTED) and told.after is not None
        if whole and told.after is not None:
            self.known[place.path] = told.after
        elif told.op is Op.DELETE or told.basis is not Basis.FRAGMENT:
            self.known.pop(place.path, None)
        return ChangeRecord(
            run=self.run,
            step=call.key,
            key=f"{call.key}:{number}",
            path=place.path[:LONGEST_PATH],
            raw_path=told.path[:LONGEST_PATH] if told.path != place.path else None,
            outside=place.outside,
            op=told.op,
            source=self.source,
            basis=told.basis,
            before=told.before,
            after=told.after,
            patch=told.patch,
        )

    def placed_again(self, call: Call, change: ChangeRecord, number: int) -> ChangeRecord:
        """Place a change that the arguments of a well-known tool told."""
        raw = change.raw_path or change.path
        place = self.roots.place(raw, self.cwd)
        self.known.pop(place.path, None)
        return replace(
            change,
            key=f"{call.key}:{number}",
            path=place.path[:LONGEST_PATH],
            raw_path=raw[:LONGEST_PATH] if raw != place.path else None,
            outside=place.outside,
        )


def same(one: str, other: str) -> bool:
    """Say whether two texts are the same but for the end of the last line."""
    return one.rstrip("\n") == other.rstrip("\n")


def with_head(path: str, diff: str) -> str:
    if parts_of(diff):
        return diff
    return f"--- a/{path}\n+++ b/{path}\n{diff[diff.index('@@ ') :]}"


def text_in(given: dict[str, object], *names: str) -> str:
    return next((text for name in names if (text := wild.text(given.get(name)))), "")
