"""Where two runs part: the first row that differs, where they meet again, where they part for good. Pure."""

from collections.abc import Sequence

from msgspec import Struct

from runs.comparing.beside import Differs, Row

#: Rows alike in a row that make a meeting: one read of the same file by chance is none.
MEETING = 3


class Divergence(Struct, frozen=True, kw_only=True):
    """Numbers of rows; None: there is no such place."""

    first: int | None = None  #: that differs
    meets: int | None = None  #: where they do the same again, if they do
    last: int | None = None  #: from where on they do not meet any more
    words: int | None = None  #: where a model first said otherwise what it did alike
    same: int = 0  #: rows alike before the first
    alike: int = 0  #: rows alike in all


def divergence_of(rows: Sequence[Row]) -> Divergence:
    """Find where two runs part."""
    parted = [n for n, row in enumerate(rows) if not row.differs.is_same and not row.is_aside]
    alike = sum(row.differs.is_same for row in rows)
    if not parted:
        return Divergence(words=_words(rows), same=alike, alike=alike)
    first = parted[0]
    meetings = _meetings(rows, first)
    last = next((n for n in parted if not meetings or n >= meetings[-1][1]), None)
    return Divergence(
        first=first,
        meets=meetings[0][0] if meetings else None,
        last=last,
        words=_words(rows[:first]),
        same=sum(row.differs.is_same for row in rows[:first]),
        alike=alike,
    )


def _words(rows: Sequence[Row]) -> int | None:
    return next((n for n, row in enumerate(rows) if row.differs == Differs.WORDS), None)


def _meetings(rows: Sequence[Row], start: int) -> list[tuple[int, int]]:
    """List the stretches after a row in which both do the same, long enough or up to the end."""
    found: list[tuple[int, int]] = []
    begin: int | None = None
    for n in range(start, len(rows) + 1):
        here = n < len(rows) and (rows[n].differs.is_same or (rows[n].is_aside and begin is not None))
        if here and begin is None:
            begin = n
        elif not here and begin is not None:
            if n - begin >= MEETING:
                found.append((begin, n))
            begin = None
    return found
