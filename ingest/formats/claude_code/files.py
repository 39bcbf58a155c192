"""What a session has seen of each file: whole texts, or only some of its lines.

Sub-agents share the file system of their session, so one memory serves all lanes. Shell commands change files
behind its back: whoever uses it must check it against what the tool reported.
"""

import re
from collections.abc import Iterable

#: One line of a Read result as the model saw it: "   12→text" (or a tab after the number).
NUMBERED = re.compile(r"^ {0,8}(\d{1,7})[→\t](.*)$")
#: A Read without limits shows at most so many lines, each cut at so many characters.


class View:
    """One file: its whole text, or the lines seen (numbers from 1) and how many there are, when known."""

    def __init__(self) -> None:
        self.text: str | None = None
        self.lines: dict[int, str] = {}
        self.total: int | None = None

    def know(self, text: str) -> None:
        """Take the whole text."""
        self.text, self.lines, self.total = text, {}, None

    def forget(self) -> None:
        self.text, self.lines, self.total = None, {}, None

    def see(self, start: int, seen: list[str], total: int | None) -> None:
        """Take a part. A part that contradicts what was known: the file changed, forget the rest."""
        known = self.numbered()
        if any(known.get(number, line) != line for number, line in enumerate(seen, start)):
            self.forget()
        elif self.text is not None:
            return
        if total is not None and self.total not in (None, total):
            self.forget()
        self.lines.update(enumerate(seen, start))
        self.total = total if total is not None else self.total
        self.complete()

    def complete(self) -> None:
        """Join the parts when they make the whole."""
        total = self.total
        if (
            self.text is None
            and total
            and len(self.lines) == total
            and total in self.lines
            and 1 in self.lines
        ):
            self.know("\n".join(self.lines[number] for number in range(1, total + 1)))

    def numbered(self) -> dict[int, str]:
        if self.text is not None:
            return dict(enumerate(self.text.split("\n"), 1))
        return self.lines

    def replace(self, hunks: Iterable[tuple[int, int, list[str | None]]]) -> None:
        """Replace line ranges (first line, how many, new lines or None where unknown), from top to bottom."""
        shift = 0
        for start, removed, added in hunks:
            self.splice(start + shift, removed, added)
            shift += len(added) - removed

    def splice(self, start: int, removed: int, added: list[str | None]) -> None:
        moved = len(added) - removed
        lines = {}
        for number, line in self.numbered().items():
            if number < start:
                lines[number] = line
            elif number >= start + removed:
                lines[number + moved] = line
        lines.update((start + i, line) for i, line in enumerate(added) if line is not None)
        self.text, self.lines = None, lines
        self.total = None if self.total is None else self.total + moved


class Memory:
    """The views of all files of a session, by absolute path."""

    def __init__(self) -> None:
        self.views: dict[str, View] = {}

    def of(self, path: str) -> View:
        return self.views.setdefault(path, View())

    def text_of(self, path: str) -> str | None:
        view = self.views.get(path)
        return view.text if view else None


def numbered_lines(text: str) -> list[str] | None:
    """Read the lines of a Read result from what the model saw, or None when it is no such listing."""
    lines: list[str] = []
    start = first_number(text)
    for row in text.split("\n"):
        found = NUMBERED.match(row.rstrip("\r"))
        if not found or int(found[1]) != start + len(lines):
            break
        lines.append(found[2])
    return lines or None


def first_number(text: str) -> int:
    found = NUMBERED.match(text.split("\n", 1)[0].rstrip("\r"))
    return int(found[1]) if found else 1
