"""The grammar of `*** Begin Patch` (FORMATS 3.5): what a patch asks of each file, and what became of it.

No line numbers stand in such a patch: a hunk is found in the file by its lines. Where the file's text is
known, `applied` gives the text after; else only the two sides of each hunk are known. Pure; never raises.
"""

import re
import unicodedata
from collections.abc import Sequence

from msgspec import Struct, field

from runs.kinds import Op

BEGIN, END = "*** Begin Patch", "*** End Patch"
FILE = re.compile(r"^\*\*\* (Add|Delete|Update) File: (.+?)\s*$")
MOVE = "*** Move to: "
END_OF_FILE = "*** End of File"
OPS = {"Add": Op.CREATE, "Delete": Op.DELETE, "Update": Op.EDIT}
#: A line of a result that says which file was written.
DONE = re.compile(r"^([AMDR]) (.+?)\s*$", re.MULTILINE)
#: Characters of a patch, and files in one: a patch is written by a model.
LONGEST = 8_000_000
MOST_FILES = 1_000
#: Places of a file that are looked at for all hunks of one patch; a hostile patch would look at billions.
MOST_LOOKS = 2_000_000


class Hunk(Struct):
    """One hunk: the class or function it lies in, and its lines with their first character."""

    anchor: str = ""
    lines: list[str] = field(default_factory=list)
    ends_file: bool = False

    def side(self, mark: str) -> list[str]:
        """Give the lines of one side: "-" before, "+" after."""
        return [line[1:] for line in self.lines if line[0] in (" ", mark)]


class FilePatch(Struct):
    """What a patch asks of one file."""

    path: str
    op: Op
    moved_to: str | None = None
    added: list[str] = field(default_factory=list)  #: lines of a new file
    hunks: list[Hunk] = field(default_factory=list)

    @property
    def text(self) -> str | None:
        """Give the whole text of a new file."""
        return joined(self.added) if self.op is Op.CREATE else None

    def fragments(self) -> tuple[str, str]:
        """Give the two sides of all hunks, one below the other."""
        before, after = ([line for hunk in self.hunks for line in hunk.side(mark)] for mark in ("-", "+"))
        return joined(before), joined(after)


def joined(lines: Sequence[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def patch_in(text: str) -> str | None:
    """Cut a patch out of what stands around it (a shell's heredoc); None without one."""
    begin = text.find(BEGIN)
    if begin < 0:
        return None
    end = text.find(END, begin)
    return text[begin:end] if end >= 0 else text[begin:]


def read_patch(text: str) -> list[FilePatch]:
    """Read a patch, file by file. Lines that fit nowhere are left out."""
    patch = patch_in(text[:LONGEST])
    files: list[FilePatch] = []
    for line in (patch or "").split("\n")[1:]:
        line = line.removesuffix("\r")
        found = FILE.match(line)
        if found:
            if len(files) >= MOST_FILES:
                break
            files.append(FilePatch(path=found[2], op=OPS[found[1]]))
        elif files:
            take_line(files[-1], line)
    for file in files:
        for hunk in file.hunks:
            tidy(hunk)
    return files


def tidy(hunk: Hunk) -> None:
    """Leave out blank lines that only end the text of a hunk; those inside are context."""
    while hunk.lines and not hunk.lines[-1]:
        hunk.lines.pop()
    hunk.lines = [line or " " for line in hunk.lines]


def take_line(file: FilePatch, line: str) -> None:
    if file.op is Op.CREATE:
        file.added += [line[1:]] if line.startswith("+") else []
    elif line.startswith(MOVE) and not file.hunks:
        file.moved_to = line.removeprefix(MOVE).strip()
        file.op = Op.RENAME
    elif line.startswith("@@"):
        file.hunks.append(Hunk(anchor=line[2:].strip()))
    elif line.startswith(END_OF_FILE) and file.hunks:
        file.hunks[-1].ends_file = True
    elif line[:1] in (" ", "+", "-", "") and not line.startswith("*** ") and file.op is not Op.DELETE:
        if not file.hunks:
            file.hunks.append(Hunk())
        file.hunks[-1].lines.append(line)


def done_files(files: list[FilePatch], output: str, *, failed: bool) -> list[FilePatch]:
    """Choose the files that were written: those the result names, else all of a success only."""
    told = {match[2] for match in DONE.finditer(output[:200_000])}
    if told:
        return [file for file in files if is_named(file, told)]
    return [] if failed else files


def is_named(file: FilePatch, told: set[str]) -> bool:
    names = (file.path, file.moved_to or file.path)
    return any(
        name == path or name.endswith(f"/{path}") or path.endswith(f"/{name}")
        for name in names
        for path in told
    )


def applied(file: FilePatch, text: str) -> str | None:
    """Apply the hunks to the text of the file as the tool does; None where one is not found."""
    lines = text.split("\n")
    if lines and not lines[-1]:
        lines.pop()
    looks = Looks()
    at = 0
    replaced: list[tuple[int, int, list[str]]] = []
    for hunk in file.hunks:
        if hunk.anchor:
            anchored = find(lines, [hunk.anchor], at, looks)
            if anchored is None:
                return None
            at = anchored + 1
        if not hunk.lines:
            continue  # a class whose function is the next anchor
        old, new = hunk.side("-"), hunk.side("+")
        place = len(lines) if not old else find_hunk(lines, old, at, looks, ends_file=hunk.ends_file)
        if place is None and len(old) > 1 and not old[-1]:
            old, new = old[:-1], new[:-1] if new and not new[-1] else new
            place = find_hunk(lines, old, at, looks, ends_file=hunk.ends_file)
        if place is None:
            return None
        replaced.append((place, len(old), new))
        at = place + len(old)
    for place, size, new in reversed(replaced):
        lines[place : place + size] = new
    return joined(lines)


class Looks(Struct):
    """How many places may still be looked at."""

    left: int = MOST_LOOKS


def find_hunk(lines: list[str], old: list[str], start: int, looks: Looks, *, ends_file: bool) -> int | None:
    last = len(lines) - len(old)
    if ends_file and last >= start:
        found = find(lines, old, last, looks)
        if found is not None:
            return found
    return find(lines, old, start, looks)


def find(lines: list[str], wanted: list[str], start: int, looks: Looks) -> int | None:
    """Find lines exactly, then without blanks at the end, then at both ends, then with plain punctuation."""
    for alike in (str, str.rstrip, str.strip, plain):
        looks.left -= (len(lines) - start) * 2
        if looks.left < 0:
            return None
        goal = [alike(line) for line in wanted]
        seen = [alike(line) for line in lines[start:]]
        for at in range(len(seen) - len(goal) + 1):
            if seen[at] == goal[0] and seen[at : at + len(goal)] == goal:
                return start + at
    return None


#: Typographic characters that models write for plain ones, or the other way round.
PLAIN = str.maketrans(
    dict.fromkeys("‐‑‒–—―−", "-")
    | dict.fromkeys("‘’‚‛", "'")
    | dict.fromkeys("“”„‟", '"')
    | dict.fromkeys("\u00a0\u2002\u2003\u2009\u202f\u205f\u3000", " ")
)


def plain(line: str) -> str:
    return unicodedata.normalize("NFC", line.translate(PLAIN)).strip()


NUMBERS = re.compile(r"^@@ -(\d{1,9})(?:,(\d{1,9}))? \+\d{1,9}(?:,\d{1,9})? @@")


def applied_unified(diff: str, text: str) -> str | None:
    """Apply a unified diff to the text it was made of; None where its old side does not stand there."""
    lines = text.split("\n")
    result: list[str] = []
    at = 0
    for row in diff.removesuffix("\n").split("\n"):
        numbers = NUMBERS.match(row)
        if numbers:
            # By convention an empty old side counts from the line before it.
            start = int(numbers[1]) - (numbers[2] != "0")
            if not at <= start <= len(lines):
                return None
            result += lines[at:start]
            at = start
        elif row[:1] == "+":
            result.append(row[1:])
        elif row[:1] in (" ", "-", ""):
            if at >= len(lines) or lines[at] != row[1:]:
                return None
            result += [row[1:]] if row[:1] != "-" else []
            at += 1
        elif row[:1] != "\\" and at:
            return None
    return "\n".join([*result, *lines[at:]])
