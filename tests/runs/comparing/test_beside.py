"""Rows of two runs beside each other, and where they part."""

from hypothesis import given
from hypothesis import strategies as st

from runs.comparing.beside import Differs, difference, rows_beside
from runs.comparing.divergence import Divergence, divergence_of
from runs.comparing.moves import Move
from runs.kinds import Kind


def move(seq, act=1, given=None, **fields):
    told = {"kind": Kind.TOOL, "status": "ok", "answered": b"1", **fields}
    return Move(seq=seq, act=act, given=given if given is not None else act * 100, **told)


def lane_of(text, **fields):
    """A letter is what was done; its case, the arguments."""
    return [move(n, ord(letter.lower()), ord(letter), **fields) for n, letter in enumerate(text)]


def told(rows):
    return [(row.left and row.left.seq, row.right and row.right.seq, row.differs) for row in rows]


def test_difference_names_the_cause():
    mine = move(0)
    assert difference(mine, move(9)) == Differs.NOTHING
    assert difference(mine, move(9, given=7)) == Differs.ARGUMENTS
    assert difference(mine, move(9, answered=b"2")) == Differs.RESULT
    assert difference(mine, move(9, status="failed", answered=b"2")) == Differs.STATUS
    assert difference(move(0, whole=b"1"), move(9, whole=b"2")) == Differs.ARGUMENTS


def test_difference_of_what_is_said():
    def said(kind, act=1, words=1):
        return move(0, act, act * 10 + words, kind=kind, said=words)

    assert difference(said(Kind.LLM), said(Kind.LLM)) == Differs.NOTHING
    assert difference(said(Kind.LLM), said(Kind.LLM, words=2)) == Differs.WORDS
    assert difference(said(Kind.LLM), said(Kind.LLM, act=2)) == Differs.ANSWER
    assert difference(said(Kind.PROMPT), said(Kind.PROMPT, words=2)) == Differs.PROMPT


def test_what_one_run_alone_has_stands_before_what_both_have():
    assert told(rows_beside(lane_of("axb"), lane_of("ayzb"))) == [
        (0, 0, ""), (1, None, "left"), (None, 1, "right"), (None, 2, "right"), (2, 3, ""),
    ]  # fmt: skip


def test_sub_agents_are_aligned_inside_the_calls_that_started_them():
    mine = [move(0, 5, lane=tuple(lane_of("ab"))), move(9, 6)]
    theirs = [move(0, 5, lane=tuple(lane_of("b"))), move(9, 6)]
    rows = rows_beside(mine, theirs)
    assert [(*each, row.depth) for each, row in zip(told(rows), rows, strict=True)] == [
        (0, 0, "", 0), (0, None, "left", 1), (1, 0, "", 1), (9, 9, "", 0),
    ]  # fmt: skip


MOVES = st.text("abAB", max_size=20).map(lane_of)


@given(MOVES, MOVES)
def test_each_step_is_in_one_row_and_both_sides_keep_their_order(left, right):
    rows = rows_beside(left, right)
    assert [row.left for row in rows if row.left] == left
    assert [row.right for row in rows if row.right] == right


@given(MOVES)
def test_run_beside_itself_is_all_the_same(lane):
    rows = rows_beside(lane, lane)
    assert [row.differs for row in rows] == [Differs.NOTHING] * len(lane)
    assert divergence_of(rows) == Divergence(same=len(lane), alike=len(lane))


@given(MOVES, MOVES)
def test_other_way_round_counts_the_same(left, right):
    there, back = rows_beside(left, right), rows_beside(right, left)
    swapped = {Differs.LEFT: Differs.RIGHT, Differs.RIGHT: Differs.LEFT}
    assert sorted(row.differs for row in there) == sorted(
        swapped.get(row.differs, row.differs) for row in back
    )


def test_runs_that_meet_again_part_for_good_later():
    rows = rows_beside(lane_of("abxcdefy"), lane_of("abcdefz"))
    assert told(rows)[2] == (2, None, "left")
    assert divergence_of(rows) == Divergence(first=2, meets=3, last=7, same=2, alike=6)


def test_runs_that_end_alike_do_not_part_for_good():
    rows = rows_beside(lane_of("abxcde"), lane_of("abcde"))
    assert divergence_of(rows) == Divergence(first=2, meets=3, last=None, same=2, alike=5)


def test_one_step_alike_is_no_meeting():
    rows = rows_beside(lane_of("axcq"), lane_of("aycr"))
    assert divergence_of(rows) == Divergence(first=1, meets=None, last=1, same=1, alike=2)


def test_retries_are_no_parting():
    retry = move(5, 8, kind=Kind.RETRY)
    rows = rows_beside([*lane_of("a"), retry, *lane_of("b")], lane_of("ab"))
    assert divergence_of(rows) == Divergence(same=2, alike=2)
