"""Rows of two runs beside each other as the page shows them: steps, gaps, folded stretches."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from runs.comparing.beside import Differs, Row
from runs.comparing.divergence import Divergence
from runs.comparing.moves import Move
from runs.limits import AROUND_FOLD, BESIDE_ROWS, FOLDED_ROWS
from runs.shown.steps import StepRow
from runs.words import count, plural

#: What stands between two steps, and what is read out.
_WORDS = {
    Differs.NOTHING: ("=", "the same"),
    Differs.WORDS: ("≈", "the same in other words"),
    Differs.ANSWER: ("≠", "answered otherwise"),
    Differs.PROMPT: ("≠", "asked otherwise"),
    Differs.ARGUMENTS: ("≠", "other arguments"),
    Differs.STATUS: ("≠", "ended otherwise"),
    Differs.RESULT: ("≠", "another result"),
    Differs.LEFT: ("−", "only A"),
    Differs.RIGHT: ("+", "only B"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Cell:
    """One step of one run."""

    side: str
    step: StepRow
    more: str = ""  #: of a group


@dataclass(frozen=True, kw_only=True, slots=True)
class BesideRow:
    """One row. A folded stretch has a `fold` and no cells."""

    number: int
    left: Cell | None = None
    right: Cell | None = None
    sign: str = ""
    words: str = ""
    classes: str = ""
    depth: int = 0
    fold: str = ""
    fold_url: str = ""
    fold_page: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Piece:
    """Neighbouring rows, shown one by one or as one line."""

    start: int
    stop: int
    folded: bool = False


def pieces_of(rows: Sequence[Row], start: int, stop: int, *, whole: bool) -> Iterator[Piece]:
    """Cut rows into those shown and those folded; the first rows around what differs stay."""
    at = start
    for first, last in [] if whole else _alike(rows, start, stop):
        left, right = first + AROUND_FOLD, last - AROUND_FOLD
        if right - left >= FOLDED_ROWS:
            yield Piece(start=at, stop=left)
            yield Piece(start=left, stop=right, folded=True)
            at = right
    yield Piece(start=at, stop=stop)


def _alike(rows: Sequence[Row], start: int, stop: int) -> Iterator[tuple[int, int]]:
    begin: int | None = None
    for n in range(start, stop + 1):
        if n < stop and rows[n].differs.is_same:
            begin = n if begin is None else begin
        elif begin is not None:
            yield begin, n
            begin = None


def window_of(
    rows: Sequence[Row], start: int, stop: int, *, whole: bool, most: int = BESIDE_ROWS
) -> list[Piece]:
    """Take the pieces from a row on until they are enough lines."""
    found: list[Piece] = []
    for piece in pieces_of(rows, start, stop, whole=whole):
        room = most - sum(1 if each.folded else each.stop - each.start for each in found)
        if room <= 0:
            break
        found.append(
            piece if piece.folded else Piece(start=piece.start, stop=min(piece.stop, piece.start + room))
        )
    return [piece for piece in found if piece.stop > piece.start]


@dataclass(frozen=True, kw_only=True, slots=True)
class Drawing:
    """What rows are drawn with: the steps of both runs by number, the marks, the ways to what is folded."""

    left: dict[int, StepRow]
    right: dict[int, StepRow]
    parts: Divergence
    unfold: Callable[[int, int], tuple[str, str]]


def rows_shown(rows: Sequence[Row], pieces: Sequence[Piece], drawing: Drawing) -> list[BesideRow]:
    """Build the lines of some pieces."""
    shown: list[BesideRow] = []
    for piece in pieces:
        if piece.folded:
            shown.append(_folded(rows, piece, drawing))
        else:
            shown += (_row(n, rows[n], drawing) for n in range(piece.start, piece.stop))
    return shown


def _folded(rows: Sequence[Row], piece: Piece, drawing: Drawing) -> BesideRow:
    here = rows[piece.start : piece.stop]
    words = sum(row.differs == Differs.WORDS for row in here)
    told = f"{plural(len(here), 'row')} the same"
    told += f", {count(words)} of them in other words" if words else ""
    url, page = drawing.unfold(piece.start, piece.stop)
    return BesideRow(number=piece.start, fold=told, fold_url=url, fold_page=page)


def _row(number: int, row: Row, drawing: Drawing) -> BesideRow:
    sign, words = _WORDS[row.differs]
    classes = ["is-alike" if row.differs.is_same else "is-apart"]
    if number == drawing.parts.first:
        classes.append("is-first")
    return BesideRow(
        number=number,
        left=_cell("A", row.left, drawing.left),
        right=_cell("B", row.right, drawing.right),
        sign=sign,
        words=words,
        classes=" ".join(classes),
        depth=min(row.depth, 4),
    )


def _cell(side: str, move: Move | None, steps: dict[int, StepRow]) -> Cell | None:
    step = steps.get(move.seq) if move else None
    if move is None or step is None:
        return None
    more = f"and {plural(len(move.more), 'more retry')}" if move.more else ""
    return Cell(side=side, step=step, more=more)
