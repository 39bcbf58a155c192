"""File changes that edit tools declared (FORMATS 1.6): true texts only, and how sure we are of them."""

from typing import Any

from msgspec import Struct

from ingest import wild
from ingest.formats.claude_code import patches
from ingest.formats.claude_code.files import Memory, View, first_number, numbered_lines
from ingest.formats.claude_code.paths import Roots, is_absolute, slashed, tidy
from ingest.formats.claude_code.usage import version_of
from runs.kinds import Basis, Op
from runs.records import ChangeRecord

#: Characters of files rebuilt in one reading; a small upload must not become a large memory.
REBUILT_CHARS = 200_000_000
LONGEST_PATH = 1_000
EDIT_TOOLS = frozenset({"Edit", "Write", "MultiEdit", "NotebookEdit"})


class Call(Struct, frozen=True):
    """An edit or read that succeeded: what was asked, and what the tool reported (empty when it did not)."""

    run: str
    key: str
    tool: str
    given: dict[str, Any]
    result: dict[str, Any]
    text: str
    cwd: str
    version: str
    source: str


class Change(Struct):
    """The texts of one change, as far as they are known."""

    op: Op
    basis: Basis
    before: str | None = None
    after: str | None = None
    hunks: list[patches.Hunk] | None = None
    user_modified: bool = False


class Editor:
    """Follows the files of a session and says what each edit did."""

    def __init__(self, roots: Roots) -> None:
        self.roots = roots
        self.memory = Memory()
        self.room = REBUILT_CHARS

    def view(self, raw: str, cwd: str) -> View:
        path = tidy(raw) if is_absolute(slashed(raw)) else tidy(f"{slashed(cwd)}/{slashed(raw)}")
        return self.memory.of(path)

    def learn(self, call: Call) -> None:
        """Take what a Read showed."""
        file = wild.mapping(call.result.get("file"))
        path = wild.text(file.get("filePath")) or wild.text(call.given.get("file_path"))
        content = wild.text(file.get("content"))
        if not path:
            return
        if content is not None:
            start = wild.integer(file.get("startLine"), patches.MOST_LINES) or 1
            self.view(path, call.cwd).see(
                start, content.split("\n"), wild.integer(file.get("totalLines"), patches.MOST_LINES)
            )
        elif not call.result:
            self.learn_listing(call, path)

    def learn_listing(self, call: Call, path: str) -> None:
        """Take what the model saw of a Read: cut lines and limits make it a part only."""
        lines = numbered_lines(call.text)
        if not lines or any(len(line) >= 2_000 for line in lines):
            return
        whole = not call.given.get("offset") and not call.given.get("limit") and len(lines) < 2_000
        self.view(path, call.cwd).see(first_number(call.text), lines, len(lines) if whole else None)

    def learn_text(self, file: dict[str, Any], cwd: str) -> None:
        """Take a file that was attached to a prompt."""
        path, content = wild.text(file.get("filePath")), wild.text(file.get("content"))
        if path and content is not None:
            total = wild.integer(file.get("totalLines"), patches.MOST_LINES)
            start = wild.integer(file.get("startLine"), patches.MOST_LINES) or 1
            self.view(path, cwd).see(start, content.split("\n"), total)

    def forget(self, raw: str, cwd: str) -> None:
        """A file changed behind the agent's back."""
        self.view(raw, cwd).forget()

    def change(self, call: Call) -> ChangeRecord | None:
        """Say what one successful edit did, or None when not even its path is known."""
        raw = (
            wild.text(call.result.get("filePath"))
            or wild.text(call.result.get("notebook_path"))
            or wild.text(call.given.get("file_path"))
            or wild.text(call.given.get("notebook_path"))
        )
        if not raw or len(raw) > LONGEST_PATH:
            return None
        view = self.view(raw, call.cwd)
        self.room -= len(view.text or "") + 50 * len(view.lines)
        if self.room < 0:
            view.forget()
        change = MAKERS[call.tool](call, view)
        place = self.roots.place(raw, call.cwd)
        added, deleted = patches.line_counts(change.hunks) if change.hunks else (None, None)
        return ChangeRecord(
            run=call.run,
            step=call.key,
            key=f"{call.key}:0",
            path=place.path,
            op=change.op,
            source=call.source,
            raw_path=raw if raw != place.path else None,
            basis=change.basis,
            outside=place.outside,
            user_modified=change.user_modified,
            before=change.before,
            after=change.after,
            patch=patches.unified(place.path, change.hunks) if change.hunks else None,
            additions=added,
            deletions=deleted,
        )


def edited(call: Call, view: View) -> Change:
    """Edit: replace one string, or all of it."""
    result, given = call.result, call.given
    asked_new = string_of(given, "new_string")
    old = string_of(result, "oldString") if "oldString" in result else string_of(given, "old_string")
    new = string_of(result, "newString") if "newString" in result else asked_new
    every = (result.get("replaceAll") if "replaceAll" in result else given.get("replace_all")) is True
    change = replaced(
        call,
        view,
        reported=result.get("originalFile"),
        edits=[(old or "", new or "", every)],
    )
    change.user_modified = result.get("userModified") is True
    return change


def edited_often(call: Call, view: View) -> Change:
    """MultiEdit: several replacements, one after another."""
    listed = wild.objects(call.result.get("edits")) or wild.objects(call.given.get("edits"))
    edits = [
        (
            string_of(edit, "old_string") or "",
            string_of(edit, "new_string") or "",
            edit.get("replace_all") is True,
        )
        for edit in listed
    ]
    change = replaced(call, view, reported=call.result.get("originalFileContents"), edits=edits)
    change.user_modified = call.result.get("userModified") is True
    return change


Edits = list[tuple[str, str, bool]]  #: old, new, all occurrences


def replaced(call: Call, view: View, *, reported: object, edits: Edits) -> Change:
    """Work out the text before and after, from the surest source to the least."""
    hunks = patches.hunks_of(call.result.get("structuredPatch"))
    before, basis = wild.text(reported), Basis.CONTENT
    if before is None and view.text is not None and (not hunks or patches.fits(hunks, view.text)):
        before, basis = view.text, Basis.RECONSTRUCTED
    if before is None and not hunks and edits and edits[0][0] == "":
        before, basis = "", Basis.RECONSTRUCTED
    after = None if before is None else applied(before, edits, hunks)
    if before is not None and after is not None:
        view.know(after)
        created = before == "" and not any(line[0] == "-" for hunk in hunks for line in hunk.lines)
        made = created and len(edits) > 0 and edits[0][0] == ""
        return Change(Op.CREATE if made else Op.EDIT, basis, None if made else before, after)
    known = dict(enumerate(before.split("\n"), 1)) if before is not None else dict(view.numbered())
    return patched(call, view, hunks, known, edits)


def applied(before: str, edits: Edits, hunks: list[patches.Hunk]) -> str | None:
    """Apply the replacements; None when they do not stand in the text, or the patch says otherwise."""
    whole_lines = apply_all(before, edits, take_newline=True)
    as_written = apply_all(before, edits, take_newline=False)
    choices = [text for text in (whole_lines, as_written) if text is not None]
    if not hunks:
        return choices[0] if choices else None
    return next((text for text in choices if patches.gives(hunks, text)), None)


def apply_all(text: str, edits: Edits, *, take_newline: bool) -> str | None:
    """Replace in turn. `take_newline`: an empty replacement takes the line's end along, as the tool does."""
    for old, new, every in edits:
        if old == "":
            if text.strip():
                return None
            text = new
            continue
        if take_newline and new == "" and not old.endswith("\n") and old + "\n" in text:
            old += "\n"
        if old not in text:
            return None
        text = text.replace(old, new) if every else text.replace(old, new, 1)
    return text


def patched(call: Call, view: View, hunks: list[patches.Hunk], known: dict[int, str], edits: Edits) -> Change:
    """Make a patch of what is surely known: the hunks with true lines, else the strings at their place."""
    truth = patches.Truth(
        known, [edit[0] for edit in edits], [edit[1] for edit in edits], undamaged=keeps_tabs(call.version)
    )
    true = patches.true_hunks(hunks, truth) if hunks else None
    found = true or strings_in_place(hunks, view, edits)
    follow(view, hunks, truth)
    if found:
        return Change(Op.EDIT, Basis.PATCH, hunks=found)
    if not edits:
        return Change(Op.EDIT, Basis.NAME)
    old, new = "\n".join(edit[0] for edit in edits), "\n".join(edit[1] for edit in edits)
    return Change(Op.EDIT, Basis.FRAGMENT, before=old, after=new)


def strings_in_place(hunks: list[patches.Hunk], view: View, edits: Edits) -> list[patches.Hunk] | None:
    """Put the diff of one edit's own strings where the reported hunk, or a part seen before, says."""
    if len(edits) != 1 or len(hunks) > 1:
        return None
    old, new, every = edits[0]
    own = patches.fragment_hunks(old, new, 0)
    if len(own) != 1 or every:
        return None
    start = patches.first_change(own[0])
    place = patches.first_change(hunks[0]) if hunks else line_of(view, old, start)
    if start is None or place is None or place < start:
        return None
    return patches.fragment_hunks(old, new, place - start)


def line_of(view: View, old: str, start: int | None) -> int | None:
    """Find the one place of `old` in the parts of a file that were seen, as the line of its first change."""
    lines = view.lines
    wanted = old.split("\n")
    if start is None or not old or len(wanted) * len(lines) > 2_000_000:
        return None
    found = [
        number
        for number in lines
        if wanted[0] in lines[number]
        and all(lines.get(number + i, "\0").startswith(line) for i, line in enumerate(wanted) if i)
    ]
    return found[0] + start - 1 if len(found) == 1 else None


def follow(view: View, hunks: list[patches.Hunk], truth: patches.Truth) -> None:
    """Keep what is known of a file's lines in step with an edit whose whole text is not known."""
    if not hunks:
        view.forget()
        return
    moves: list[tuple[int, int, list[str | None]]] = []
    for hunk in hunks:
        number, added = hunk.old_start, list[str | None]()
        for line in hunk.lines:
            if line[0] in " +":
                added.append(truth.of(line[0], line[1:], number))
            number += line[0] in " -"
        moves.append((hunk.old_start, hunk.old_lines, added))
    view.replace(moves)


def written(call: Call, view: View) -> Change:
    """Write: the whole new text is known; the old one when reported, or seen before."""
    result = call.result
    after = wild.text(result.get("content")) if "content" in result else string_of(call.given, "content")
    before = wild.text(result.get("originalFile"))
    hunks = patches.hunks_of(result.get("structuredPatch"))
    kind = wild.text(result.get("type")) or ("create" if "created" in call.text[:200] else "update")
    basis = Basis.CONTENT
    if before is None and kind != "create":
        seen = view.text
        if seen is not None and (not hunks or patches.fits(hunks, seen)):
            before, basis = seen, Basis.RECONSTRUCTED
    known = dict(view.numbered())
    if after is None:
        view.forget()
        return Change(Op.CREATE if kind == "create" else Op.EDIT, Basis.NAME)
    view.know(after)
    modified = result.get("userModified") is True
    if kind == "create" and before is None:
        return Change(Op.CREATE, Basis.CONTENT, after=after, user_modified=modified)
    if before is None:
        return overwritten(call, hunks, known, after, modified)
    return Change(Op.EDIT, basis, before, after, user_modified=modified)


def overwritten(
    call: Call, hunks: list[patches.Hunk], known: dict[int, str], after: str, modified: bool
) -> Change:
    """Write over a file never seen: the reported hunks where they are sure, else the new text alone."""
    truth = patches.Truth(known, [], [after], undamaged=keeps_tabs(call.version))
    true = patches.true_hunks(hunks, truth) if hunks else None
    if true:
        return Change(Op.EDIT, Basis.PATCH, hunks=true, user_modified=modified)
    return Change(Op.EDIT, Basis.FRAGMENT, after=after, user_modified=modified)


def edited_notebook(call: Call, view: View) -> Change:
    """NotebookEdit: whole files when the tool reports them, else the new source of the cell."""
    before, after = wild.text(call.result.get("original_file")), wild.text(call.result.get("updated_file"))
    if before is not None and after is not None:
        view.know(after)
        return Change(Op.EDIT, Basis.CONTENT, before, after)
    view.forget()
    source = string_of(call.given, "new_source")
    mode = wild.text(call.given.get("edit_mode")) or "replace"
    if source is None or mode == "delete":
        return Change(Op.EDIT, Basis.NAME)
    return Change(Op.EDIT, Basis.FRAGMENT, after=source)


def keeps_tabs(version: str) -> bool:
    """Say whether a version's patches show tabs as they are."""
    return bool(version) and version_of(version) < patches.TRUE_TABS_BEFORE


def string_of(given: dict[str, Any], name: str) -> str | None:
    value = given.get(name)
    return wild.clean(value) if isinstance(value, str) else None


MAKERS = {"Edit": edited, "MultiEdit": edited_often, "Write": written, "NotebookEdit": edited_notebook}
