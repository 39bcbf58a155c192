"""Patches as they were reported, whole or in pieces. Pure.

What a patch does not say stays unknown: hunks without numbers get none.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from runs.difflines import Hunk, Line, line_of

_HUNK = re.compile(r"^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@ ?(.*)$")
_MODE = re.compile(r"^(old|new) mode (\d{6})$", re.MULTILINE)
_SIMILAR = re.compile(r"^similarity index (\d{1,3})%$", re.MULTILINE)
_BINARY = re.compile(r"^(?:Binary files .+ differ|GIT binary patch)$", re.MULTILINE)
_LITERAL = re.compile(r"^literal (\d{1,12})$", re.MULTILINE)
_NEXT = ("@@", "*** ", "diff --git ")


@dataclass(frozen=True, kw_only=True, slots=True)
class Reported:
    """What a patch says."""

    hunks: list[Hunk]
    numbered: bool
    mode: str = ""  #: `100644 → 100755`
    similarity: int | None = None  #: percent, of a rename
    binary: bool = False
    sizes: tuple[int, ...] = ()  #: bytes after and before, of a binary file whose patch holds both


def read_patch(patch: str) -> Reported:
    """Read a unified diff, or bare hunks of one, as it was reported."""
    numbered = any(map(_HUNK.match, patch.split("\n")))
    head = patch.partition("\n@@")[0]
    modes = dict(_MODE.findall(head))
    similar = _SIMILAR.search(head)
    is_binary = not numbered and _BINARY.search(patch) is not None
    return Reported(
        hunks=list(_parse_numbered(patch) if numbered else _parse_bare(patch)),
        numbered=numbered,
        mode=f"{modes['old']} → {modes['new']}" if len(modes) == 2 else "",
        similarity=int(similar[1]) if similar else None,
        binary=is_binary,
        sizes=tuple(map(int, _LITERAL.findall(patch)))[:2] if is_binary else (),
    )


def _parse_numbered(patch: str) -> Iterator[Hunk]:
    """Walk the lines of a patch. A header's counts bound its hunk: `--- a` in it is content."""
    lines: list[Line] = []
    header, old, new, old_left, new_left = "", 0, 0, 0, 0
    starts = (0, 0)
    for text in patch.split("\n"):
        start = _HUNK.match(text)
        if start and not (old_left > 0 or new_left > 0):
            if lines:
                yield Hunk(header=header, lines=tuple(lines), old_start=starts[0], new_start=starts[1])
            lines, header = [], start[5]
            starts = old, new = int(start[1]), int(start[3])
            old_left, new_left = int(start[2] or 1), int(start[4] or 1)
        elif text.startswith("\\") and lines:
            lines[-1] = replace(lines[-1], no_newline=True)
        elif old_left > 0 or new_left > 0:
            origin = text[:1] or " "
            numbers = None if origin == "+" else old, None if origin == "-" else new
            lines.append(line_of(origin, text[1:], *numbers))
            old, old_left = (old, old_left) if origin == "+" else (old + 1, old_left - 1)
            new, new_left = (new, new_left) if origin == "-" else (new + 1, new_left - 1)
    if lines:
        yield Hunk(header=header, lines=tuple(lines), old_start=starts[0], new_start=starts[1])


def _parse_bare(patch: str) -> Iterator[Hunk]:
    """Read hunks whose headers name no lines (`@@`, `@@ def walk`): all up to the next header is theirs."""
    lines: list[Line] | None = None
    header = ""
    for text in patch.removesuffix("\n").split("\n"):
        if text.startswith(_NEXT):
            if lines:
                yield Hunk(header=header, lines=tuple(lines))
            lines, header = ([], text.strip("@ ")) if text.startswith("@@") else (None, "")
        elif lines is not None and text[:1] in ("+", "-", " ", ""):
            lines.append(line_of(text[:1], text[1:], None, None))
    if lines:
        yield Hunk(header=header, lines=tuple(lines))
