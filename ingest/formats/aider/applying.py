"""Which edits of an answer were applied: Aider names the files, or what did not match."""

from ingest.formats.aider.edits import MOST_FILES, Edit, changes_of, same_file
from ingest.formats.aider.history import Part
from ingest.formats.aider.notes import Fact, Note
from ingest.formats.aider.walk import Walk
from ingest.trajectories.recording import Call
from ingest.trajectories.replacements import Replacement, replacements_in
from runs.kinds import Basis, Op, StepStatus
from runs.records import ChangeRecord

LONGEST_PATH = 1_000
#: Characters of a file that is followed.
LONGEST_FILE = 10_000_000


def settle(walk: Walk, part: Part, notes: list[Note], *, failed: bool) -> None:
    """Open a call for each edit that Aider tells of, with what became of it."""
    applied, skipped = named(notes, Fact.APPLIED), named(notes, Fact.SKIPPED)
    missing = {mark_of(block) for block in replacements_in("\n".join(part.lines))} if failed else set()
    others = "were applied successfully" in part.text
    created = "new file" in part.text or "Creating empty file" in part.text
    for number, edit in list(walk.edits.items()):
        lost = [block for block in edit.blocks if mark_of(block) in missing]
        if any(same_file(edit.path, path) for path in skipped):
            open_call(walk, number, edit).fail("policy", "Aider did not apply the edit", StepStatus.DENIED)
        elif any(same_file(edit.path, path) for path in applied):
            apply(walk, edit, open_call(walk, number, edit), created=created)
        elif failed and (lost or others):
            apply_some(walk, edit, open_call(walk, number, edit), lost, others=others)


def named(notes: list[Note], fact: Fact) -> list[str]:
    """List the files that lines of one kind name, each once."""
    return list(dict.fromkeys(note.one for note in notes if note.fact is fact))[:MOST_FILES]


def open_call(walk: Walk, number: int, edit: Edit) -> Call:
    """Add the call that an edit stands for."""
    del walk.edits[number]
    at = walk.answer.ended_at if walk.answer else None
    given = {"path": edit.path, **given_by(edit)}
    call = Call(key=f"edit:{walk.answers - 1}:{number}", tool=tool_of(edit), given=given, started_at=at)
    return walk.recording.answered(walk.recording.ask(call), None)


def apply_some(walk: Walk, edit: Edit, call: Call, lost: list[Replacement], *, others: bool) -> None:
    """Some blocks did not match: Aider writes the others, and asks for these again."""
    left = [block for block in edit.blocks if block not in lost]
    if others and left:
        apply(walk, Edit(edit.path, blocks=left), call, created=False)
    if lost:
        call.fail("validation", f"{len(lost)} of {len(edit.blocks)} SEARCH blocks did not match")


def apply(walk: Walk, edit: Edit, call: Call, *, created: bool) -> None:
    """Write down what an edit changed."""
    place = walk.roots.place(edit.path)
    path = place.path
    for number, change in enumerate(changes_of(edit, walk.known.get(path), created=created)):
        walk.recording.changes.append(
            ChangeRecord(
                run=walk.recording.run,
                step=call.key,
                key=f"{call.key}:{number}",
                path=path[:LONGEST_PATH],
                raw_path=edit.path[:LONGEST_PATH] if edit.path != path else None,
                outside=place.outside,
                op=change.op,
                source=walk.source,
                basis=change.basis,
                before=change.before,
                after=change.after,
                patch=change.patch,
            )
        )
        is_whole = change.basis in (Basis.CONTENT, Basis.RECONSTRUCTED) and change.op is not Op.DELETE
        if is_whole and change.after is not None and len(change.after) <= LONGEST_FILE:
            walk.known[path] = change.after
        else:
            walk.known.pop(path, None)


def mark_of(block: Replacement) -> str:
    """Name a block by what it searches; Aider's report of it has lost the blanks around the lines."""
    return "\n".join(line.strip() for line in block.old.strip().split("\n"))


def tool_of(edit: Edit) -> str:
    if edit.whole is not None:
        return "write_file"
    return "search_replace" if edit.blocks else "apply_diff"


def given_by(edit: Edit) -> dict[str, object]:
    """Write an edit as the arguments that a tool would have been given."""
    if edit.whole is not None:
        return {"content": edit.whole}
    if edit.patch is not None:
        return {"diff": edit.patch}
    return {"edits": [{"old_text": block.old, "new_text": block.new} for block in edit.blocks]}
