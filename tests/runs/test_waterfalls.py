"""The axis under a waterfall."""

from runs.waterfalls import axis_of


def test_bars_lie_where_things_ran():
    axis = axis_of([(0, 5_000), (5_000, 10_000)])
    assert (axis.bar(0, 5_000), axis.bar(5_000, 10_000)) == ((0, 50), (50, 50))
    assert (axis.cuts, axis.cut_ms) == (0, 0)


def test_short_gaps_stay_and_long_ones_are_cut():
    axis = axis_of([(0, 10_000), (25_000, 35_000), (935_000, 945_000)])
    assert (axis.cuts, axis.cut_ms) == (1, 900_000)
    x, width = axis.bar(935_000, 945_000)
    assert round(x + width, 1) == 100
    assert 20 < width < 23


def test_many_gaps_leave_room_for_the_bars():
    axis = axis_of([(n * 1_000_000, n * 1_000_000 + 1_000) for n in range(200)])
    assert axis.cuts == 199
    assert axis.bar(0, 199_001_000) == (0, 100)


def test_nothing_is_drawn_without_times():
    assert axis_of([]).bar(0, 1) is None
    assert axis_of([(None, None)]).bar(0, 1) is None
    assert axis_of([(5, 5)]).bar(None, 7) is None


def test_instants_and_what_lies_outside_can_be_seen():
    axis = axis_of([(5, 5)])
    assert axis.bar(5, 5) == (0, 0.7)
    assert axis_of([(0, 100)]).bar(500, 900) == (99.3, 0.7)
    assert axis_of([(0, 100)]).bar(-50, None) == (0, 0.7)
