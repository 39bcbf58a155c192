"""Numbers that an agent gives its events, one after the other: one that never came is a lost event. Pure."""

from collections.abc import Iterable
from itertools import pairwise

from ingest import wild
from ingest.dialects.logs import PROGRAMS
from ingest.formats.otlp.raw import RawLog
from ingest.limits import SEQUENCE_RANGES

Ranges = list[list[int]]

#: The attribute that numbers events, within a process.
NUMBER = "event.sequence"


def numbers_of(logs: Iterable[RawLog]) -> dict[tuple[str, str], set[int]]:
    """Gather the numbers of log records by session and agent, also of those that are not read."""
    found: dict[tuple[str, str], set[int]] = {}
    for log in logs:
        number = wild.integer(log.attributes.get(NUMBER), 2**40)
        if number is None:
            continue
        for program in PROGRAMS:
            names = (wild.identity(log.attributes.get(name)) for name in program.session)
            session = next((name for name in names if name), None)
            if session is not None and is_of(log, program.prefix):
                found.setdefault((session, program.agent), set()).add(number)
    return found


def is_of(log: RawLog, prefix: str) -> bool:
    """Say whether a program wrote a record."""
    return log.name.startswith(prefix) or (isinstance(log.body, str) and log.body.startswith(prefix))


def with_numbers(ranges: Ranges, numbers: Iterable[int]) -> Ranges:
    """Add numbers to those that have come, kept as ranges; the smallest holes of too many are closed."""
    spans = sorted([*ranges, *([number, number] for number in numbers)])
    found: Ranges = []
    for low, high in spans:
        if found and low <= found[-1][1] + 1:
            found[-1][1] = max(found[-1][1], high)
        else:
            found.append([low, high])
    while len(found) > SEQUENCE_RANGES:
        place = min(range(1, len(found)), key=lambda at: found[at][0] - found[at - 1][1])
        found[place - 1 : place + 1] = [[found[place - 1][0], found[place][1]]]
    return found


def missing_in(ranges: Ranges) -> int:
    """Count the numbers between the first and the last that have not come."""
    return sum(after[0] - before[1] - 1 for before, after in pairwise(ranges))
