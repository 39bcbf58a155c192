"""Search results by file, and the words of a pattern. Pure.

A pattern comes from a trace and is never run: a regular expression can be written to take forever. What can
be marked are the plain words in it.
"""

import re
from dataclasses import dataclass, field

from runs.limits import MATCHES_SHOWN
from runs.words import short_path

_DRIVE = r"(?:[A-Za-z]:)?"
_HIT = re.compile(rf"^({_DRIVE}[^:\n]+?):(\d+):(.*)$")
_AROUND = re.compile(r"-(\d+)-")
_NUMBERED = re.compile(r"^(\d+)([:-])(.*)$")
_COUNT = re.compile(rf"^({_DRIVE}[^:\n]+?):(\d+)$")
_FOUND = re.compile(r"^Found (?:\d+|no) .*$|^No (?:matches|files) found.*$|^\(Results are truncated.*$")
_GEMINI_FILE, _GEMINI_LINE = re.compile(r"^File: (.+)$"), re.compile(r"^L(\d+): ?(.*)$")


@dataclass(frozen=True, kw_only=True, slots=True)
class Match:
    """One line of a file. `hit` is false for the lines around a match."""

    number: int | None
    text: str
    hit: bool = True


@dataclass(kw_only=True, slots=True)
class FileMatches:
    """The lines found in one file, or only how many there are."""

    path: str
    lines: list[Match] = field(default_factory=list)
    count: int | None = None


@dataclass(kw_only=True, slots=True)
class Matches:
    """What a search found. `left` counts the lines beyond the limit."""

    files: list[FileMatches] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    left: int = 0

    def under(self, path: str) -> FileMatches:
        """Give the file's group, a new one if its lines have not come yet."""
        for file in reversed(self.files):
            if file.path == path:
                return file
        self.files.append(FileMatches(path=path))
        return self.files[-1]


def matches_of(text: str, *, path: str = "", cwd: str = "", mode: str = "") -> Matches:
    """Read the output of grep, ripgrep and the tools built on them: lines, lists of files, counts.

    `path` is the one file that was searched, when the lines do not name it.
    """
    found = Matches()
    known: set[str] = set()
    room = MATCHES_SHOWN
    file = ""
    for line in text.split("\n"):
        line = line.rstrip("\r")
        if not line or line in ("--", "---"):
            continue
        if _FOUND.match(line):
            found.notes.append(line)
        elif header := _GEMINI_FILE.match(line):
            file = short_path(header[1], cwd)
        elif room <= 0:
            found.left += 1
        else:
            room -= 1
            if file and (inner := _GEMINI_LINE.match(line)):
                found.under(file).lines.append(Match(number=int(inner[1]), text=inner[2]))
            else:
                _add(found, line, path=path, cwd=cwd, mode=mode, known=known)
    return found


def _add(found: Matches, line: str, *, path: str, cwd: str, mode: str, known: set[str]) -> None:
    counted = _COUNT.match(line) if mode == "count" else None
    hit = _HIT.match(line)
    if counted:
        found.under(short_path(counted[1], cwd)).count = int(counted[2])
    elif hit and mode != "files_with_matches":
        known.add(short_path(hit[1], cwd))
        _append(found, short_path(hit[1], cwd), hit[2], hit[3], hit=True)
    elif bare := _NUMBERED.match(line):
        _append(found, path, bare[1], bare[3], hit=bare[2] == ":")
    elif around := _around(line, cwd, known):
        _append(found, *around, hit=False)
    elif mode == "content" and ":" in line[:400]:
        name, _, text = line.partition(":")
        found.under(short_path(name, cwd)).lines.append(Match(number=None, text=text))
    elif mode == "content":
        found.under(path).lines.append(Match(number=None, text=line))
    else:
        found.under(short_path(line, cwd))


def _append(found: Matches, path: str, number: str, text: str, *, hit: bool) -> None:
    found.under(path).lines.append(Match(number=int(number[:9]), text=text, hit=hit))


def _around(line: str, cwd: str, known: set[str]) -> tuple[str, str, str] | None:
    """Split `path-12-text`. A path may hold `-12-` itself: one that is known from a match is preferred."""
    first, bare = None, None
    for mark in _AROUND.finditer(line[:1_000]):
        path = short_path(line[: mark.start()], cwd)
        split = (path, mark[1], line[mark.end() :])
        if path in known:
            return split
        if "." in path.rpartition("/")[2] and " " not in path:
            first = first or split
        elif "/" in path and " " not in path:
            bare = bare or split
    return first or bare


_ESCAPED = re.compile(r"\\([^\w\s])")
_SPECIAL = re.compile(r"\\[A-Za-z]|[()\[\]{}^$.*+?|]")


def words_of_pattern(pattern: str) -> list[str]:
    """Take the plain words out of a regular expression, longest first: `foo\\(|ba.*xy` has `foo(`, `ba` …"""
    held: list[str] = []

    def hold(match: re.Match[str]) -> str:
        held.append(match[1])
        return chr(0xE000 + len(held) - 1) if len(held) < 1_000 else match[1]

    bare = _ESCAPED.sub(hold, re.sub(r"\[[^\]]*\]", "|", pattern[:1_000].replace("\\\\", "|")))
    parts = _SPECIAL.split(bare)
    words = {"".join(_unheld(char, held) for char in part) for part in parts}
    many = len(words) > 1
    return sorted((word for word in words if len(word.strip()) > many), key=lambda word: (-len(word), word))


def _unheld(char: str, held: list[str]) -> str:
    at = ord(char) - 0xE000
    return held[at] if 0 <= at < len(held) else char


def spans_of_words(line: str, words: list[str], *, ignore_case: bool) -> list[tuple[int, int]]:
    """Find where the words stand in a line, without overlaps."""
    text = line.lower() if ignore_case and len(line.lower()) == len(line) else line
    spans: list[tuple[int, int]] = []
    for word in words[:20]:
        wanted = word.lower() if text is not line else word
        at = text.find(wanted)
        while at >= 0 and len(spans) < 100:
            end = at + len(wanted)
            if not any(start < end and at < stop for start, stop in spans):
                spans.append((at, end))
            at = text.find(wanted, end)
    return sorted(spans)
