"""Two runs beside each other: what each row holds of both, and in what it differs. Pure."""

from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum

from msgspec import Struct

from runs.comparing.moves import Move
from runs.kinds import Kind


class Differs(StrEnum):
    """In what two steps beside each other differ; a row with one side has none beside it."""

    NOTHING = ""
    WORDS = "words"  #: the model asked for the same, and said it otherwise
    ANSWER = "answer"  #: the model asked for something else
    PROMPT = "prompt"
    ARGUMENTS = "arguments"
    STATUS = "status"
    RESULT = "result"
    LEFT = "left"  #: only the first run has such a step
    RIGHT = "right"

    @property
    def is_same(self) -> bool:
        return self in (Differs.NOTHING, Differs.WORDS)


class Row(Struct, frozen=True, kw_only=True, gc=False):
    """One step of each run, or of one of them. `depth` counts the sub-agents that they lie in."""

    left: Move | None
    right: Move | None
    differs: Differs
    depth: int = 0

    @property
    def kind(self) -> str:
        return (self.left or self.right).kind  # type: ignore[union-attr]  # one of them is there

    @property
    def is_aside(self) -> bool:
        """Say whether it is nothing that a run decides: a failed attempt, a note."""
        return self.kind in (Kind.RETRY, Kind.EVENT, Kind.PERMISSION, Kind.GUARDRAIL)


def rows_beside(left: Sequence[Move], right: Sequence[Move], *, depth: int = 0) -> list[Row]:
    """Align two lanes, and those of the sub-agents that steps beside each other started."""
    from runs.comparing.aligning import Keys, align  # numpy: not for a web process that compares nothing

    rows: list[Row] = []
    a = b = 0
    keys = ([Keys(move.loose, move.act, move.given) for move in side] for side in (left, right))
    ends = [*align(*keys), (len(left), len(right))]
    for next_a, next_b in ends:
        rows += _alone(left[a:next_a], Differs.LEFT, depth)
        rows += _alone(right[b:next_b], Differs.RIGHT, depth)
        if next_a < len(left) or next_b < len(right):
            mine, theirs = left[next_a], right[next_b]
            rows.append(Row(left=mine, right=theirs, differs=difference(mine, theirs), depth=depth))
            if mine.lane or theirs.lane:
                rows += rows_beside(mine.lane, theirs.lane, depth=depth + 1)
        a, b = next_a + 1, next_b + 1
    return rows


def _alone(moves: Sequence[Move], side: Differs, depth: int) -> Iterator[Row]:
    for move in moves:
        is_left = side == Differs.LEFT
        yield Row(left=move if is_left else None, right=None if is_left else move, differs=side, depth=depth)
        yield from _alone(move.lane, side, depth + 1)


def difference(left: Move, right: Move) -> Differs:
    """Say in what two steps that belong together differ, the cause before what follows from it."""
    if left.kind == Kind.PROMPT:
        return Differs.NOTHING if left.said == right.said else Differs.PROMPT
    if left.kind in (Kind.LLM, Kind.FINAL):
        if left.act != right.act:
            return Differs.ANSWER
        return Differs.NOTHING if left.given == right.given and left.said == right.said else Differs.WORDS
    if left.given != right.given or (left.whole and right.whole and left.whole != right.whole):
        return Differs.ARGUMENTS
    if left.status != right.status:
        return Differs.STATUS
    return Differs.NOTHING if left.answered == right.answered else Differs.RESULT


def results_to_read(rows: Sequence[Row], *, most: int) -> list[Row]:
    """Choose the first rows whose results are to be compared closer: they may differ in times alone."""
    return [row for row in rows if row.differs == Differs.RESULT][:most]


def settled(rows: Sequence[Row], is_same: Callable[[Row], bool]) -> list[Row]:
    """Take what a closer look at the results said."""
    return [
        Row(left=row.left, right=row.right, differs=Differs.NOTHING, depth=row.depth)
        if row.differs == Differs.RESULT and is_same(row)
        else row
        for row in rows
    ]
