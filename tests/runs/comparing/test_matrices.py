"""Tasks by variant: columns, order, totals."""

from decimal import Decimal

from runs.comparing.matrices import SPREAD, TASK, TRIES, matrix_of, sorted_rows
from runs.comparing.tallies import Tally, added

A, B, C = b"a", b"b", b"c"


def tally(passed: int, failed: int = 0, unknown: int = 0) -> Tally:
    runs = passed + failed + unknown
    return Tally(runs, passed, failed, runs, Decimal(runs), 0)


def test_tally_tells_what_is_known() -> None:
    one = tally(3, 1, 2)
    assert (one.known, one.unknown, one.share, one.mean_cost) == (4, 2, 0.75, Decimal(1))
    assert (Tally().share, Tally().mean_cost) == (None, None)


def test_tallies_add_up() -> None:
    assert added([tally(1, 2), tally(3)]) == tally(4, 2)
    assert added([]) == Tally()


def test_columns_of_most_tasks_come_first_then_by_name() -> None:
    cells = [
        (A, "v10", tally(1)),
        (A, "v9", tally(1)),
        (B, "v10", tally(1)),
        (B, "v9", tally(1)),
        (A, "a", tally(9)),
    ]
    matrix = matrix_of(cells, most=3)
    assert (list(matrix.variants), matrix.left) == (["v9", "v10", "a"], 0)


def test_columns_of_fewest_runs_are_left_out_with_their_tasks() -> None:
    matrix = matrix_of([(A, "x", tally(2)), (B, "y", tally(1))], most=1)
    assert (list(matrix.variants), matrix.left, [row.task for row in matrix.rows]) == (["x"], 1, [A])
    assert (matrix.totals, matrix.total) == ({"x": tally(2)}, tally(2))


def test_two_names_for_one_cell_are_one() -> None:
    [row] = matrix_of([(A, "x", tally(1)), (A, "x", tally(0, 1))], most=9).rows
    assert row.tallies == {"x": tally(1, 1)}


def test_rows_in_every_order() -> None:
    cells = [
        (A, "x", tally(1, 1)), (A, "y", tally(2)),
        (B, "x", tally(0, 3)), (B, "y", tally(3)),
        (C, "x", tally(0, 0, 1)),
    ]  # fmt: skip
    rows = matrix_of(cells, most=9).rows
    names = {A: "beta", B: "Alpha", C: "gamma"}

    def order(by: str, *, upwards: bool = False) -> list[bytes]:
        return [row.task for row in sorted_rows(rows, by=by, names=names, upwards=upwards)]

    assert order(TASK) == [B, A, C]
    assert order(TASK, upwards=True) == [C, A, B]
    assert order(SPREAD) == [B, A, C]
    assert order(SPREAD, upwards=True) == [A, B, C]  # what is not known stays last
    assert order(TRIES) == [B, A, C]
    assert order("x") == [A, B, C]
    assert order("x", upwards=True) == [B, A, C]
