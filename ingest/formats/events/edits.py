"""File changes that follow from the arguments of well-known edit tools, once their result is no error."""

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from ingest.formats.events.guesses import guess_change, looks_like_edit
from ingest.formats.events.places import Place, place_of
from ingest.formats.events.state import SOURCE, Reading, RunFound
from ingest.limits import WORD_CHARS
from runs.begin_patch import read_patch
from runs.kinds import Basis, Op
from runs.patches import text_of_patch
from runs.records import ChangeRecord
from runs.tools import arguments_of

EDIT_TOOLS = frozenset(
    {
        "Edit",
        "MultiEdit",
        "Write",
        "edit",
        "edit_file",
        "write",
        "write_file",
        "create_file",
        "create",
        "replace",
    }
    | {"str_replace_editor", "str_replace_based_edit_tool", "str_replace"}
)


class Edit(Struct, gc=False):
    """One replacement."""

    old_string: str = ""
    new_string: str = ""
    old_str: str = ""
    new_str: str = ""

    def fragment(self) -> tuple[str, str]:
        """Give the old and the new text."""
        return self.old_string or self.old_str, self.new_string or self.new_str


class Arguments(Edit, gc=False):
    """The arguments of the edit tools, all spellings together."""

    file_path: str = ""
    path: str = ""
    filename: str = ""
    command: str = ""
    content: str | None = None
    file_text: str | None = None
    contents: str | None = None
    edits: list[Edit] = []


_decode = msgspec.json.Decoder(Arguments).decode


def is_edit(tool: str) -> bool:
    """Say whether a tool's arguments tell a file change, or may."""
    return tool in EDIT_TOOLS or looks_like_edit(tool)


def changes_of_edit(run: RunFound, key: str, *, tool: str, input: str) -> list[ChangeRecord]:
    """Read the changes an edit tool made; empty when its arguments are none we know."""
    patched = changes_of_patch(run, key, input) if tool == "apply_patch" else []
    if patched or tool not in EDIT_TOOLS:
        return patched or guess_change(run, key, tool=tool, input=input, source=SOURCE)
    try:
        args = _decode(input)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return []
    path = (args.file_path or args.path or args.filename)[:WORD_CHARS]
    if not path or args.command in ("view", "undo_edit", "insert"):
        return []
    place = place_of(path, run)
    whole = next((t for t in (args.content, args.file_text, args.contents) if t is not None), None)
    if whole is not None:
        created = tool in ("create_file", "create") or args.command == "create"
        return [_change(run, key, 0, place, op=Op.CREATE if created else Op.EDIT, after=whole)]
    fragments = [edit.fragment() for edit in args.edits] or [args.fragment()]
    found = [
        _change(run, key, n, place, op=Op.EDIT, before=old, after=new, basis=Basis.FRAGMENT)
        for n, (old, new) in enumerate(fragments)
        if old != new
    ]
    return found or guess_change(run, key, tool=tool, input=input, source=SOURCE)


def changes_of_patch(run: RunFound, key: str, input: str) -> list[ChangeRecord]:
    """Read the changes of a patch in the grammar of `apply_patch` (FORMATS 3.5), one a file."""
    found: list[ChangeRecord] = []
    for file in read_patch(text_of_patch(arguments_of(input))):
        old, place = place_of(file.path, run), place_of(file.moved_to or file.path, run)
        before, after = (None, file.text) if file.op is Op.CREATE else file.fragments()
        basis = Basis.CONTENT if file.op is Op.CREATE else Basis.FRAGMENT if file.hunks else Basis.NAME
        told = basis != Basis.NAME
        change = _change(
            run,
            key,
            0,
            place,
            op=file.op,
            basis=basis,
            before=before if told else None,
            after=after if told else None,
        )
        found.append(replace(change, old_path=old.path if file.moved_to else None))
    return found


def _change(
    run: RunFound,
    key: str,
    n: int,
    place: Place,
    *,
    op: Op,
    after: str | None,
    before: str | None = None,
    basis: Basis = Basis.CONTENT,
) -> ChangeRecord:
    return ChangeRecord(
        run=run.id,
        step=key,
        key=f"{key}:{place.path}:{n}",
        path=place.path,
        raw_path=place.raw,
        outside=place.outside,
        op=op,
        source=SOURCE,
        basis=basis,
        before=before,
        after=after,
    )


def read_edits_told_apart(reading: Reading) -> None:
    """Read the edits whose call and result came the wrong way round, or in different requests."""
    for run in reading.runs.values():
        for key in sorted(run.answered & run.inputs.keys()):
            tool, input = run.inputs.pop(key)
            run.answered.discard(key)
            reading.changes += changes_of_edit(run, key, tool=tool, input=input)
        asked = run.answered | run.inputs.keys()
        known = reading.memory.edits_of(run.id, asked) if asked and reading.memory is not None else {}
        for key, edit in known.items():
            if key in run.answered and is_edit(edit.tool):
                reading.changes += changes_of_edit(run, key, tool=edit.tool, input=edit.input)
            elif edit.worked and key in run.inputs:
                tool, input = run.inputs[key]
                reading.changes += changes_of_edit(run, key, tool=tool, input=input)
