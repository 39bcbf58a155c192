"""What a live demo run sends, and when. Pure: the same play always gives the same bytes."""

from datetime import datetime
from itertools import groupby

from msgspec import Struct

from agentscope.demo.builder import build
from agentscope.demo.script import Script
from agentscope.demo.traces import paced

#: The external ids of plays begin so.
RUN_PREFIX = "demo-play-"
#: No silence in a play is longer, and no play takes longer, in seconds.
PAUSE, LONGEST = 3.5, 88.0


class Piece(Struct, frozen=True):
    """One event, and the second of the play at which it is due."""

    due: float
    line: bytes


def pieces_of(script: Script, *, run: str, start: datetime) -> list[Piece]:
    """Write the events of a play that begins at `start`. Ids make a repeated event the same event."""
    trace = build(script).renamed(run)
    clock = paced(trace, pause=PAUSE, most=LONGEST)
    lines = trace.lines(start, clock=clock)
    return [Piece(clock(event.at), line) for event, line in zip(trace.events, lines, strict=True)]


def posts_of(pieces: list[Piece], *, late: float) -> list[tuple[float, bytes]]:
    """Join what is due at the same moment to one body: (due, body). All that is `late` is one body."""
    moments = groupby(pieces, key=lambda piece: max(round(piece.due, 2), late))
    return [(due, b"\n".join(piece.line for piece in group)) for due, group in moments]
