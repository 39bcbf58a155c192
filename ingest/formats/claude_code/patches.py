"""Hunks of `structuredPatch`: a display diff whose tabs are damaged (FORMATS 1.6.1), put right.

From about 2.0.64 on, a tab is shown as two spaces. A shown line is trusted only where it cannot be damaged,
or where its true text is known; nothing else goes into a patch.
"""

from typing import Any

from msgspec import Struct
from pygit2 import Patch

from ingest import wild

#: The last version that showed tabs as they are.
TRUE_TABS_BEFORE = (2, 0, 60)
MOST_LINES = 10**7


class Hunk(Struct, frozen=True):
    """One hunk as reported; its lines keep their first character."""

    old_start: int
    old_lines: int
    new_start: int
    new_lines: int
    lines: list[str]


def shown(text: str) -> str:
    """Show a line as the display diff does."""
    return text.replace("\t", "  ")


def may_be_damaged(text: str) -> bool:
    return "  " in text


def hunks_of(reported: object) -> list[Hunk]:
    """Read `structuredPatch`; hunks without numbers or lines are left out."""
    found = []
    for item in wild.objects(reported):
        numbers = [
            wild.integer(item.get(name), MOST_LINES)
            for name in ("oldStart", "oldLines", "newStart", "newLines")
        ]
        lines = [line for line in wild.items(item.get("lines")) if isinstance(line, str) and line]
        if None not in numbers and lines:
            first, removed, start, added = (number or 0 for number in numbers)
            found.append(Hunk(first, removed, start, added, [wild.clean(line) for line in lines]))
    return found


def fits(hunks: list[Hunk], before: str) -> bool:
    """Say whether the old side of every hunk stands in `before` where it says."""
    lines = before.split("\n")
    for hunk in hunks:
        at = hunk.old_start - 1
        for line in hunk.lines:
            if line[0] in " -":
                if not 0 <= at < len(lines) or shown(lines[at].rstrip("\r")) != shown(line[1:].rstrip("\r")):
                    return False
                at += 1
    return True


def gives(hunks: list[Hunk], after: str) -> bool:
    """Say whether the new side of every hunk stands in `after` where it says."""
    lines = after.split("\n")
    for hunk in hunks:
        at = hunk.new_start - 1
        for line in hunk.lines:
            if line[0] in " +":
                if not 0 <= at < len(lines) or shown(lines[at].rstrip("\r")) != shown(line[1:].rstrip("\r")):
                    return False
                at += 1
    return True


class Truth:
    """Finds the true text of a shown line: among known lines by number, then in the edit's own strings."""

    def __init__(self, known: dict[int, str], old: list[str], new: list[str], *, undamaged: bool) -> None:
        self.known = known
        self.undamaged = undamaged
        self.old, self.new = whole_lines(old), whole_lines(new)

    def of(self, mark: str, text: str, number: int | None) -> str | None:
        if self.undamaged or not may_be_damaged(text):
            return text
        line = self.known.get(number) if number is not None and mark != "+" else None
        if line is not None and shown(line) == text:
            return line
        old, new = self.old.get(text), self.new.get(text)
        if mark == " ":
            return old if old == new else None
        return old if mark == "-" else new


def whole_lines(strings: list[str]) -> dict[str, str | None]:
    """Map shown lines to true ones; two true lines that look alike are None.

    The ends of a string may be parts of lines: those do not look like any whole line, and are never found.
    """
    found: dict[str, str | None] = {}
    for string in strings:
        for line in string.split("\n"):
            seen = found.setdefault(shown(line), line)
            if seen != line:
                found[shown(line)] = None
    return found


def true_hunks(hunks: list[Hunk], truth: Truth) -> list[Hunk] | None:
    """Rewrite hunks with true texts. Unsure context is left out; an unsure changed line gives None."""
    written = []
    for hunk in hunks:
        rows = []
        number = hunk.old_start
        for line in hunk.lines:
            mark, text = line[0], line[1:]
            if mark == "\\":
                rows.append((mark, text))
                continue
            true = truth.of(mark, text, number)
            if true is None and mark != " ":
                return None
            rows.append((mark if true is not None else "?", true or ""))
            number += mark in " -"
        written += split_at_gaps(hunk, rows)
    return written


def split_at_gaps(hunk: Hunk, rows: list[tuple[str, str]]) -> list[Hunk]:
    """Cut a hunk where context is not sure, so that what is left has right numbers."""
    parts: list[Hunk] = []
    old, new = hunk.old_start, hunk.new_start
    start, lines = (old, new), list[str]()
    for mark, text in [*rows, ("?", "")]:
        if mark == "?":
            if any(line[0] in "+-" for line in lines):
                parts.append(hunk_from(start, lines))
            old, new = old + 1, new + 1
            start, lines = (old, new), []
            continue
        lines.append(mark + text)
        old += mark in " -"
        new += mark in " +"
    return parts


def hunk_from(start: tuple[int, int], lines: list[str]) -> Hunk:
    old = sum(line[0] in " -" for line in lines)
    new = sum(line[0] in " +" for line in lines)
    return Hunk(start[0], old, start[1], new, lines)


def unified(path: str, hunks: list[Hunk]) -> str:
    """Write hunks as a unified diff."""
    rows = [f"--- a/{path}", f"+++ b/{path}"]
    for hunk in hunks:
        # By convention an empty side counts from the line before it.
        old = hunk.old_start - (hunk.old_lines == 0)
        new = hunk.new_start - (hunk.new_lines == 0)
        rows.append(f"@@ -{max(old, 0)},{hunk.old_lines} +{max(new, 0)},{hunk.new_lines} @@")
        rows += hunk.lines
    return "\n".join(rows) + "\n"


def line_counts(hunks: list[Hunk]) -> tuple[int, int]:
    """Count added and deleted lines."""
    added = sum(line[0] == "+" for hunk in hunks for line in hunk.lines)
    deleted = sum(line[0] == "-" for hunk in hunks for line in hunk.lines)
    return added, deleted


def fragment_hunks(old: str, new: str, shift: int) -> list[Hunk]:
    """Diff the two strings of an edit, with their line numbers moved by `shift`."""
    # The patch reads from these bytes, which must live as long as it does.
    before, after = old.encode(), new.encode()
    patch: Any = Patch.create_from(before, after, context_lines=3)
    found = []
    for hunk in patch.hunks:
        lines = [line.origin + line.content.rstrip("\n") for line in hunk.lines if line.origin in " +-"]
        found.append(
            Hunk(
                max(hunk.old_start, 1) + shift,
                hunk.old_lines,
                max(hunk.new_start, 1) + shift,
                hunk.new_lines,
                lines,
            )
        )
    return found


def first_change(hunk: Hunk) -> int | None:
    """Give the old line number of the first changed line."""
    number = hunk.old_start
    for line in hunk.lines:
        if line[0] in "+-":
            return number
        number += line[0] == " "
    return None
