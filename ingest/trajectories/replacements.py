"""SEARCH/REPLACE blocks, as models write them for Aider, Cline and Roo: what stood there, and what shall."""

import re
from collections.abc import Iterable

from msgspec import Struct

SEARCH = re.compile(r"^(?:<{5,9}|-{5,9}) ?(?:SEARCH|ORIGINAL)>?\s*$")
DIVIDER = re.compile(r"^={5,9}\s*$")
REPLACE = re.compile(r"^(?:>{5,9}|\+{5,9}) ?(?:REPLACE|UPDATED)\s*$")
#: What Roo writes above the searched lines.
NUMBERS = re.compile(r"^:(?:start|end)_line:\s*\d+\s*$")
RULE = re.compile(r"^-{5,9}\s*$")
#: Blocks of one answer; a longer list is no model's.
MOST_BLOCKS = 1_000


class Replacement(Struct, frozen=True):
    """One block, and the lines of the text that it takes up: from `first` to before `end`."""

    old: str
    new: str
    first: int
    end: int


def replacements_in(text: str) -> list[Replacement]:
    """Find the whole blocks of a text, in order; one without its end is none."""
    lines = text.split("\n")
    found: list[Replacement] = []
    at = 0
    while at < len(lines) and len(found) < MOST_BLOCKS:
        if SEARCH.match(lines[at]):
            block = _block(lines, at)
            if block is not None:
                found.append(block)
                at = block.end
                continue
        at += 1
    return found


def _block(lines: list[str], first: int) -> Replacement | None:
    divider = _next(lines, first + 1, DIVIDER)
    end = _next(lines, divider + 1, REPLACE) if divider is not None else None
    if divider is None or end is None:
        return None
    old = lines[first + 1 : divider]
    while old and NUMBERS.match(old[0]):
        old = old[1:]
    if old and len(old) < divider - first - 1 and RULE.match(old[0]):
        old = old[1:]
    return Replacement(_joined(old), _joined(lines[divider + 1 : end]), first, end + 1)


def _next(lines: list[str], at: int, mark: re.Pattern[str]) -> int | None:
    """Find the next line with a mark; a new block begun before it spoils the one that was open."""
    for place in range(at, len(lines)):
        if mark.match(lines[place]):
            return place
        if SEARCH.match(lines[place]):
            return None
    return None


def _joined(lines: list[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def replaced(text: str, blocks: Iterable[Replacement]) -> str | None:
    """Apply blocks to a text whose every line is known; None where one is not found just once."""
    for block in blocks:
        if not block.old:
            text = text + block.new
            continue
        old, new = block.old, block.new
        if text.count(old) != 1 and not text.endswith("\n"):
            old, new = old.removesuffix("\n"), new.removesuffix("\n")
        if text.count(old) != 1:
            return None
        text = text.replace(old, new)
    return text
