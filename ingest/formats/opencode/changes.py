"""File changes of opencode: what tools told, and what the disk shows beside that."""

from typing import Any

from msgspec.structs import replace

from ingest import wild
from ingest.formats.claude_code.paths import Roots
from ingest.trajectories.recording import Call
from runs.begin_patch import read_patch
from runs.kinds import Basis, Op, Origin, StepStatus
from runs.records import ChangeRecord
from runs.tools import PATH_NAMES, Family, family_of, text_in

OPS = {"add": Op.CREATE, "added": Op.CREATE, "delete": Op.DELETE, "deleted": Op.DELETE, "move": Op.RENAME}
WRITERS = frozenset({Family.EDIT, Family.WRITE, Family.PATCH})
Texts = dict[str, Any]
#: Stands in the key of a change in place of its number, when no tool told it.
OBSERVED = "disk"


class Turn:
    """The files that one prompt's work changed: how often, and the whole difference of each."""

    def __init__(self, diffs: object) -> None:
        self.diffs = {wild.text(one.get("file")) or "": one for one in wild.objects(diffs)}
        self.times: dict[str, int] = {}

    def touch(self, path: str) -> None:
        self.times[path] = self.times.get(path, 0) + 1

    def only(self, path: str) -> Texts | None:
        """Give the difference of a file that changed once: it is that change's."""
        told = self.diffs.get(path)
        return texts_of(told) if told is not None and self.times.get(path) == 1 else None


def texts_of(told: dict[str, Any]) -> Texts | None:
    """Take both contents, else the patch."""
    before, after = told.get("before"), told.get("after")
    op = OPS.get(wild.text(told.get("status")) or wild.text(told.get("type")) or "", Op.EDIT)
    if isinstance(before, str) and isinstance(after, str) and (before or after):
        op = Op.CREATE if not before and op is Op.EDIT else op
        return {
            "op": op,
            "basis": Basis.CONTENT,
            "before": None if op is Op.CREATE else before,
            "after": None if op is Op.DELETE else after,
        }
    patch = wild.text(told.get("patch")) or wild.text(told.get("diff")) or ""
    if "\n@@ " in patch:
        return {"op": op, "basis": Basis.PATCH, "patch": patch[patch.find("--- ") :]}
    return None


class Changes:
    """Collects the file changes of one session."""

    def __init__(self, *, run: str, source: str, roots: Roots) -> None:
        self.run, self.source, self.roots = run, source, roots
        self.found: list[ChangeRecord] = []
        self.turns: dict[str, Turn] = {}  #: by the prompt's message
        self.places: list[tuple[str, int]] = []  #: of each change: its turn

    def declared(self, call: Call, metadata: dict[str, Any], *, turn: str) -> set[str]:
        """Take what a tool that worked says it changed; returns the paths."""
        if call.status is not StepStatus.OK or family_of(call.tool) not in WRITERS:
            return set()
        files = wild.objects(metadata.get("files"))
        if files:
            return {
                self.add(call.key, named_in(one), texts_of_file(one), turn, n) for n, one in enumerate(files)
            }
        patch = text_in(call.given, "patchText", "patch", "input")
        if family_of(call.tool) is Family.PATCH and patch:
            return {
                self.add(call.key, one.moved_to or one.path, texts_of_patch(one), turn, n)
                for n, one in enumerate(read_patch(patch))
            }
        path = text_in(call.given, *PATH_NAMES) or wild.text(metadata.get("filepath")) or ""
        texts = texts_of_call(call, metadata)
        return {self.add(call.key, path, texts, turn, n) for n, texts in enumerate(texts)} if path else set()

    def observed(self, step: str, path: str, *, turn: str) -> None:
        """Take a file that the disk shows as changed, and no tool named."""
        texts: Texts = {"op": Op.EDIT, "basis": Basis.NAME, "origin": Origin.OBSERVED}
        self.add(step, path, texts, turn, OBSERVED)

    def add(self, step: str, raw: str, texts: Texts, turn: str, number: int | str) -> str:
        place = self.roots.place(raw)
        self.turns.setdefault(turn, Turn(None)).touch(place.path)
        old = texts.pop("old_path", None)
        self.places.append((turn, len(self.found)))
        self.found.append(
            ChangeRecord(
                run=self.run,
                step=step,
                key=f"{step}:{place.path}:{number}",
                path=place.path,
                raw_path=raw if raw != place.path else None,
                old_path=self.roots.place(old).path if old else None,
                outside=place.outside,
                source=self.source,
                **texts,
            )
        )
        return place.path

    def written(self) -> list[ChangeRecord]:
        """List all changes; one that is its file's only one of the turn has the turn's difference."""
        for turn, place in self.places:
            change = self.found[place]
            only = self.turns[turn].only(change.path)
            if only is not None and change.basis in (Basis.FRAGMENT, Basis.NAME):
                texts = {"before": None, "after": None, **only}
                self.found[place] = replace(change, **texts)
        return self.found


def named_in(told: dict[str, Any]) -> str:
    names = (told.get("movePath"), told.get("filePath"), told.get("relativePath"), told.get("file"))
    return next((path for one in names if (path := wild.text(one))), "")


def texts_of_file(told: dict[str, Any]) -> Texts:
    """Read one file of a patch that was applied."""
    texts = texts_of(told)
    op = OPS.get(wild.text(told.get("type")) or "", Op.EDIT)
    found = {**texts, "op": op} if texts else {"op": op, "basis": Basis.NAME}
    moved = wild.text(told.get("movePath"))
    return {**found, "op": Op.RENAME, "old_path": wild.text(told.get("filePath"))} if moved else found


def texts_of_patch(file: Any) -> Texts:
    """Read one file of a patch in the grammar of `apply_patch`."""
    if file.op is Op.CREATE:
        return {"op": file.op, "basis": Basis.CONTENT, "after": file.text}
    texts: Texts = {"op": file.op, "basis": Basis.NAME}
    if file.hunks:
        before, after = file.fragments()
        texts = {"op": file.op, "basis": Basis.FRAGMENT, "before": before, "after": after}
    return {**texts, "old_path": file.path} if file.moved_to else texts


def texts_of_call(call: Call, metadata: dict[str, Any]) -> list[Texts]:
    """Read what one call changed: both contents, else its arguments.

    The diff beside an edit is cut free of its indentation; a diff like that is not the file's.
    """
    told = texts_of(wild.mapping(metadata.get("filediff")))
    if told is not None and told["basis"] is Basis.CONTENT:
        return [told]
    given = call.given
    content = given.get("content")
    if isinstance(content, str):
        op = Op.CREATE if metadata.get("exists") is False else Op.EDIT
        return [{"op": op, "basis": Basis.CONTENT, "after": content}]
    edits = wild.objects(given.get("edits")) or [given]
    pairs = [(text_in(one, "oldString"), text_in(one, "newString")) for one in edits]
    return [
        {"op": Op.EDIT, "basis": Basis.FRAGMENT, "before": old, "after": new}
        if old
        else {"op": Op.CREATE, "basis": Basis.CONTENT, "after": new}
        for old, new in pairs
        if old != new
    ]
