"""Nesting, shades and open nodes."""

from runs.trees import (
    Holder,
    Inside,
    Span,
    Sums,
    nesting_of,
    open_after,
    ran_side_by_side,
    shade_of,
    shown_above,
)


def holder(key, parent="", turn=1):
    return Holder(key=key, seq=0, parent=parent, turn=turn)


def test_roots_are_the_turns_of_the_outermost_holders():
    nesting = nesting_of([holder("inner", "outer", 9), holder("outer", "", 3), holder("lost", "nobody", 5)])
    assert nesting.roots == {"inner": 3, "outer": 3, "lost": 5}
    assert nesting.chain_of("inner") == ["outer", "inner"]
    assert nesting.root_of("inner", 7) == 3
    assert nesting.root_of("leaf", 7) == 7


def test_rings_have_no_root_and_what_hangs_on_them_neither():
    ring = [holder("a", "b"), holder("b", "a"), holder("self", "self"), holder("tail", "a"), holder("ok")]
    assert nesting_of(ring).roots == {"ok": 1}
    assert nesting_of(ring).chain_of("a") == []


def test_deep_chains_take_linear_time():
    chain = [holder(f"k{n}", f"k{n - 1}" if n else "", turn=n) for n in range(20_000)]
    nesting = nesting_of(reversed(chain))
    assert set(nesting.roots.values()) == {0}
    assert shown_above(nesting, {"k3", "k10"})["k19999"] == ["k3", "k10"]


def test_only_holders_that_are_shown_are_named_above():
    nesting = nesting_of([holder("a"), holder("b", "a"), holder("c", "b"), holder("other")])
    assert shown_above(nesting, {"a", "c"}) == {"a": ["a"], "b": ["a"], "c": ["a", "c"]}
    assert shown_above(nesting, set()) == {}


def test_shades_follow_the_largest():
    assert [shade_of(value, 100) for value in (0, 1, 8, 25, 50, 79, 80, 100)] == [0, 1, 2, 3, 4, 4, 5, 5]
    assert shade_of(1, 0) == 0


def test_a_node_opens_closes_and_gives_way():
    assert open_after(["t1"], "s2", most=3) == ["t1", "s2"]
    assert open_after(["t1", "s2"], "t1", most=3) == ["s2"]
    assert open_after(["t1", "t2", "t3"], "t4", most=3) == ["t2", "t3", "t4"]


def test_overlap_is_told_where_it_misleads():
    def sums(busy, summed):
        nothing = dict.fromkeys(
            ("tokens", "cost", "calls", "unpriced", "lower_bound", "failures", "retries"), 0
        )
        return Sums(steps=2, begin=0, stop=busy, busy=busy, summed=summed, **nothing)

    assert ran_side_by_side(sums(12_000, 40_000))
    assert not ran_side_by_side(sums(12_000, 12_500))
    assert not ran_side_by_side(sums(10, 900))


def test_call_that_started_one_agent_stands_for_its_span():
    call = Holder(key="call", seq=0, parent="", turn=1, is_call=True)
    inside = {"call": Inside(steps=1, spans=1, first=1), "span": Inside(steps=2, first=2)}
    span = Holder(key="span", seq=1, parent="call", turn=1)
    nesting = nesting_of([call, span], inside=inside)
    assert nesting.spans == {"call": Span(seq=1, key="span")}
    assert (nesting.chain_of("span"), nesting.chain_of("call")) == (["call"], ["call"])
    assert (nesting.inside_of("call"), nesting.inside_of("span")) == ("span", "span")
    empty = nesting_of([call], inside={"call": inside["call"]})
    assert empty.inside_of("call") == ""


def test_call_that_holds_more_than_one_span_is_not_it():
    call = Holder(key="call", seq=0, parent="", turn=1, is_call=True)
    for held in (
        Inside(steps=2, spans=2, first=1),
        Inside(steps=2, spans=1, first=1),
        Inside(steps=1, first=1),
    ):
        assert nesting_of([call], inside={"call": held}).spans == {}
    span = Holder(key="call", seq=0, parent="", turn=1)
    assert nesting_of([span], inside={"call": Inside(steps=1, spans=1, first=1)}).spans == {}
