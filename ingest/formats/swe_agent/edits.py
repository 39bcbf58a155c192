"""File changes of SWE-agent's editing commands, once what they print says that the file changed."""

import posixpath
from typing import Any

from ingest import wild
from ingest.formats.claude_code.paths import Place, Roots
from ingest.formats.swe_agent.windows import Sheet, hunk_of, window_in
from runs.kinds import Basis, Op
from runs.records import ChangeRecord

MOST_LINES = 10**7


class Editor:
    """Follows the files of one run: what their windows showed, and what edits made of them."""

    def __init__(self, run: str, source: str) -> None:
        self.run = run
        self.source = source
        self.roots = Roots()
        self.sheets: dict[str, Sheet] = {}

    def look(self, observation: str, cwd: str) -> None:
        """Learn from the window that an observation prints."""
        window = window_in(observation)
        if window is None:
            return
        sheet = self.sheets.setdefault(self.place(window.path, cwd).path, Sheet())
        if sheet.total != window.total:
            sheet.lines = {} if sheet.total is not None else sheet.lines
            sheet.total = window.total
        sheet.lines |= window.lines

    def place(self, path: str, cwd: str) -> Place:
        return self.roots.place(path, cwd)

    def change(
        self, key: str, tool: str, given: dict[str, Any], *, observation: str, open_file: str, cwd: str
    ) -> ChangeRecord | None:
        """Tell what one editing command that worked changed."""
        window = window_in(observation)
        named = next(
            (found for name in ("path", "filename", "file_path") if (found := wild.text(given.get(name)))), ""
        )
        path = named or (window.path if window else "") or open_file
        if not path:
            return None
        place = self.place(path, cwd)
        sheet = self.sheets.setdefault(place.path, Sheet())
        facts = self.facts_of(tool, given, sheet, place.path)
        if facts is None:
            return None
        return ChangeRecord(
            run=self.run,
            step=key,
            key=f"{key}:{place.path}:0",
            path=place.path,
            raw_path=path if posixpath.normpath(path) != place.path else None,
            outside=place.outside,
            source=self.source,
            **facts,
        )

    def facts_of(self, tool: str, given: dict[str, Any], sheet: Sheet, path: str) -> dict[str, Any] | None:
        """Say what a command did to a file: its operation, its texts, and what those rest on."""
        command = wild.text(given.get("command")) or ""
        if tool == "create":
            return create(sheet)
        if command == "view":
            return None
        if command == "create":
            return {"op": Op.CREATE, "basis": Basis.CONTENT, "after": wild.text(given.get("file_text")) or ""}
        if command == "undo_edit":
            self.sheets[path] = Sheet()
            return {"op": Op.EDIT, "basis": Basis.NAME}
        first, last = (
            wild.integer(given.get("start_line"), MOST_LINES),
            wild.integer(given.get("end_line"), MOST_LINES),
        )
        text = first_text(given, "replacement_text", "new_str", "replace", "text", "insert_text")
        if first is not None and last is not None and text is not None:
            return replace_lines(sheet, path, max(first, 1), last, text)
        line = wild.integer(given.get("insert_line", given.get("line")), MOST_LINES)
        if tool == "insert" or command == "insert":
            return insert_lines(sheet, path, line, text or "")
        old = first_text(given, "old_str", "search")
        self.sheets[path] = Sheet()
        if old is None or old == text:
            return {"op": Op.EDIT, "basis": Basis.NAME}
        return {"op": Op.EDIT, "basis": Basis.FRAGMENT, "before": old, "after": text or ""}


def first_text(given: dict[str, Any], *names: str) -> str | None:
    return next((value for name in names if isinstance(value := given.get(name), str)), None)


def create(sheet: Sheet) -> dict[str, Any]:
    """`create` makes a file of one empty line, and opens it."""
    sheet.lines, sheet.total, sheet.made_here = {1: ""}, 1, True
    return {"op": Op.CREATE, "basis": Basis.CONTENT, "after": "\n"}


def replace_lines(sheet: Sheet, path: str, first: int, last: int, text: str) -> dict[str, Any]:
    """`edit 12:14` puts a text where lines 12 to 14 were."""
    last = min(last, sheet.total) if sheet.total is not None else last
    old = sheet.between(first, last) if last - first < 100_000 else None
    return spliced(sheet, path, (first, last), old, text.split("\n") if text else [])


def insert_lines(sheet: Sheet, path: str, line: int | None, text: str) -> dict[str, Any]:
    """`insert 12` puts a text behind line 12; without a number, at the end."""
    line = line if line is not None else sheet.total
    new = text.removesuffix("\n").split("\n")
    if line is None:
        return {"op": Op.EDIT, "basis": Basis.FRAGMENT, "after": text}
    return spliced(sheet, path, (line + 1, line), [], new)


def spliced(
    sheet: Sheet, path: str, lines: tuple[int, int], old: list[str] | None, new: list[str]
) -> dict[str, Any]:
    """Change lines of a file: as whole contents where they are known, else as a patch, else the new text."""
    first, last = lines
    before = sheet.text() if sheet.whole else None
    patch = hunk_of(sheet, path, first, old, new) if old is not None else None
    sheet.splice(first, max(last, first - 1), new)
    if before is not None:
        return {"op": Op.EDIT, "basis": Basis.CONTENT, "before": before, "after": sheet.text()}
    if patch is not None:
        return {"op": Op.EDIT, "basis": Basis.PATCH, "patch": patch}
    return {"op": Op.EDIT, "basis": Basis.FRAGMENT, "after": "\n".join(new)}
