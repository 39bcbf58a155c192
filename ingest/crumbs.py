"""Bodies of very many tiny values take dozens of times their bytes in memory: they are counted before."""

import re

from ingest.limits import VALUES_PER_REQUEST
from ingest.streams import Refused

#: What begins or ends a value; each value has one at least.
MARKS = (b",", b"[", b"{", b"\n")
TEXT = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)


def refuse_crumbs(body: bytes, most: int = VALUES_PER_REQUEST) -> None:
    """Refuse JSON of more values than `most`; the marks in texts do not count. Raises Refused."""
    if count_marks(body) > most and count_marks(TEXT.sub(b"", body)) > most:
        raise too_many_values(most)


def count_marks(body: bytes) -> int:
    """Count what may begin a value."""
    return sum(map(body.count, MARKS))


def too_many_values(most: int = VALUES_PER_REQUEST) -> Refused:
    """Make the refusal."""
    return Refused(f"The body holds more than {most:,} values; send it in smaller pieces.", status=413)
