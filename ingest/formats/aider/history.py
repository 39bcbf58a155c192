"""`.aider.chat.history.md` cut into sessions: what was asked, answered and noted (FORMATS 4.8)."""

import re
from datetime import datetime
from enum import StrEnum

from msgspec import Struct, field

from ingest import wild

STARTED = re.compile(r"^# aider chat started at (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)\s*$")
ASKED, NOTED = "#### ", "> "
#: Aider ends the lines of its own with two blanks; what the model wrote seldom does.
BREAK = "  "
FENCE = re.compile(r"^\s{0,3}(`{3,}|~{3,})")


class Said(StrEnum):
    """Who says a part."""

    HUMAN = "human"
    MODEL = "model"
    AIDER = "aider"


class Part(Struct):
    """What one of them said without a break, and the line it began on."""

    said: Said
    lines: list[str]
    line: int
    fence: str = ""  #: the mark of a code block of the model that is still open

    def add(self, line: str) -> None:
        """Add a line, and follow where code blocks begin and end: a heading in one is no prompt."""
        self.lines.append(line)
        mark = FENCE.match(line) if self.said is Said.MODEL else None
        if mark and not self.fence:
            self.fence = mark[1]
        elif mark and mark[1].startswith(self.fence) and line.strip() == mark[1]:
            self.fence = ""

    @property
    def text(self) -> str:
        return wild.clean("\n".join(self.lines).strip("\n"))


class Session(Struct):
    """One start of the program."""

    path: str
    started: str  #: as it was written: the machine's own time
    at: datetime | None
    parts: list[Part] = field(default_factory=list)

    def asks(self) -> bool:
        """Say whether anything happened in it."""
        return any(part.said is not Said.AIDER and part.text.strip() for part in self.parts)


def is_history(data: bytes) -> bool:
    return data[:4_000].lstrip().startswith(b"# aider chat started at")


def sessions_in(path: str, data: bytes) -> list[Session]:
    """Cut a history at its starts."""
    text = wild.utf8(data).decode("utf-8", "replace").replace("\r\n", "\n")
    lines = text.split("\n")
    keeps_breaks = any(line.startswith((ASKED, NOTED)) and line.endswith(BREAK) for line in lines)
    found: list[Session] = []
    for number, line in enumerate(lines, 1):
        started = STARTED.match(line)
        if started:
            found.append(Session(path, started[1], wild.when(started[1])))
        elif found:
            take_line(found[-1].parts, line, number, keeps_breaks=keeps_breaks)
    return found


def take_line(parts: list[Part], line: str, number: int, *, keeps_breaks: bool) -> None:
    """Add a line to whom it belongs."""
    last = parts[-1] if parts else Part(Said.AIDER, [], number)
    own = line.endswith(BREAK) or not keeps_breaks
    if own and line.startswith(ASKED) and not last.fence:
        put(parts, Said.HUMAN, line[len(ASKED) :].rstrip(), number)
    elif own and (line.startswith(NOTED) or line.rstrip() == ">"):
        put(parts, Said.AIDER, line[len(NOTED) :].rstrip(), number)
    elif last.said is not Said.AIDER or line.strip():
        # A blank line ends a prompt: what follows is the answer, or another prompt.
        put(parts, Said.MODEL, line, number)


def put(parts: list[Part], said: Said, line: str, number: int) -> None:
    """Let the one who spoke last go on, or the next begin."""
    if not parts or parts[-1].said is not said:
        parts.append(Part(said, [], number))
    parts[-1].add(line)
