"""What later reads of a file say of the versions that were worked out: they match, or they do not. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from runs.histories import History, Version

_NUMBERED = re.compile(r"^ *(\d{1,7})(?:→|\t)(.*)$")

#: Reading tools cut lines longer than this, or from it on.
CUT_CHARS = 1_900


@dataclass(frozen=True, kw_only=True, slots=True)
class Sighting:
    """What a call showed of a file: a listing with line numbers."""

    step: int
    at: int | None  #: microseconds
    text: str


def disagreements(history: History, sightings: Iterable[Sighting]) -> dict[int, int]:
    """Find the versions that the next read shows otherwise: number of the version → step that read it."""
    found: dict[int, int] = {}
    for seen in sightings:
        version = _version_at(history, seen)
        if version is not None and version.number not in found and not _matches(version, seen.text):
            found[version.number] = seen.step
    return found


def _version_at(history: History, seen: Sighting) -> Version | None:
    """Find the version that stood when a call read the file."""
    if seen.at is None:
        return None
    times = [(version, version.act.told[0].at if version.act else None) for version in history.versions]
    later = [n for n, (_, at) in enumerate(times) if at is not None and at >= seen.at]
    last = (later[0] if later else len(times)) - 1
    return times[last][0] if last >= 0 else None


def _matches(version: Version, listing: str) -> bool:
    """Compare the numbered lines of a listing with what is known of the version's."""
    if version.sheet is None:
        return True
    known = [line.text for line in version.sheet.lines]
    for text in listing.split("\n"):
        numbered = _NUMBERED.match(text)
        if numbered is None:
            continue
        number, shown = int(numbered[1]) - 1, numbered[2]
        if number >= len(known):
            if shown and not version.sheet.open:
                return False
            continue
        line = known[number]
        if line is not None and len(line) < CUT_CHARS and line.rstrip("\r\n") != shown.rstrip("\r"):
            return False
    return True
