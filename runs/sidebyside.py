"""Two runs beside each other: read, aligned, and kept for the next page of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from runs.blobs import PREVIEW_CHARS
from runs.comparing.beside import Row, results_to_read, rows_beside, settled
from runs.comparing.divergence import Divergence, divergence_of
from runs.comparing.moves import moves_of
from runs.comparing.steady import steady
from runs.keeping import Keeper
from runs.limits import ALIGNMENTS_KEPT, COMPARED_STEPS, RESULTS_READ
from runs.models import Run
from runs.queries.sidebyside import output_previews, step_texts
from runs.queries.strips import beats_of
from runs.shown.strips import PlainStrip, plain_strip, words_of_strip
from runs.strips import lay_out


@dataclass(frozen=True, kw_only=True, slots=True)
class Beside:
    """Two runs, row by row; `cut` when one has more steps than are compared."""

    rows: Sequence[Row]
    parts: Divergence
    cut: bool


_Key = tuple[UUID, int, UUID, int]
_kept: Keeper[_Key, Beside] = Keeper(ALIGNMENTS_KEPT)
_flights: Keeper[tuple[UUID, int], tuple[PlainStrip, str, float]] = Keeper(2 * ALIGNMENTS_KEPT)


def key_of(left: Run, right: Run) -> _Key:
    """Name two runs as they are now."""
    return left.id, left.revision, right.id, right.revision


def read_beside(left: Run, right: Run) -> Beside:
    """Align two runs, unless that was done for these revisions."""
    return _kept.get(key_of(left, right), lambda: align_runs(left, right))


def read_flight(run: Run) -> tuple[PlainStrip, str, float]:
    """Draw the strip of a run: the drawing, its words, its length."""
    return _flights.get((run.id, run.revision), lambda: _drawn(run))


def _drawn(run: Run) -> tuple[PlainStrip, str, float]:
    strip = lay_out(beats_of(run))
    return plain_strip(strip), words_of_strip(strip), strip.length


def align_runs(left: Run, right: Run) -> Beside:
    """Align two runs anew."""
    texts = [step_texts(run) for run in (left, right)]
    moves = [moves_of(steps, cwd=run.cwd) for steps, run in zip(texts, (left, right), strict=True)]
    rows = _looked_closer(rows_beside(*moves), left, right)
    cut = any(len(steps) >= COMPARED_STEPS for steps in texts)
    return Beside(rows=rows, parts=divergence_of(rows), cut=cut)


def _looked_closer(rows: Sequence[Row], left: Run, right: Run) -> list[Row]:
    """Call results the same that differ only in what passes: durations, dates, ids."""
    doubtful = results_to_read(rows, most=RESULTS_READ)
    if not doubtful:
        return list(rows)
    mine, theirs = (
        {seq: (steady(text, cwd=run.cwd), size) for seq, (text, size) in output_previews(run, seqs).items()}
        for run, seqs in (
            (left, [row.left.seq for row in doubtful if row.left]),
            (right, [row.right.seq for row in doubtful if row.right]),
        )
    )
    alike = {
        (row.left.seq, row.right.seq)
        for row in doubtful
        if row.left and row.right and _agree(mine.get(row.left.seq), theirs.get(row.right.seq))
    }
    return settled(rows, lambda row: bool(row.left and row.right) and (row.left.seq, row.right.seq) in alike)


def _agree(left: tuple[str, int] | None, right: tuple[str, int] | None) -> bool:
    """Say whether two results say the same. Of long ones the beginning was read: then sizes decide, too."""
    if left is None or right is None or left[0] != right[0]:
        return False
    is_whole = max(left[1], right[1]) <= PREVIEW_CHARS
    return is_whole or left[1] == right[1]
