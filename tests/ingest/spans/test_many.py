"""Thousands of alike calls, or of traces of one session, in one request cost each as much as a few do."""

import time
from collections.abc import Iterator
from itertools import permutations

import pytest

from ingest.spans.grouping import Hosts, groups_of_same, runs_of_loose, talk_pairs
from ingest.spans.known import TOLD, Known, Memories, Shape, Timeline, TraceFacts
from ingest.spans.messages import Call
from ingest.spans.pairing import fits_mate, told_call, told_of, twin_call, twin_of
from ingest.spans.span import SpanKind

MANY = 10_000
SECOND = 10**9
MARK = b"m"
#: CPU seconds: each of these takes less than one, and minutes where every call looks at every other one.
MOST = 5


@pytest.fixture(autouse=True)
def _takes_no_minutes() -> Iterator[None]:
    began = time.process_time()
    yield
    assert time.process_time() - began < MOST


def known(span: str, *, at: int, **fields: object) -> Known:
    fields = {"trace": "t", "kind": SpanKind.TOOL, "until": at + SECOND, "source": "a"} | fields
    return Known(span=span, at=at, mark=MARK, **fields)  # type: ignore[arg-type]


def facts(n: int, **fields: object) -> TraceFacts:
    fields = {"run": f"r{n}", "session": "s", "shape": Shape.WHOLE, "begun": n * SECOND} | fields
    return TraceFacts(trace=f"r{n}", last_at=n * SECOND + 1, **fields)  # type: ignore[arg-type]


def test_told_calls_meet_the_latest_of_alike_spans() -> None:
    memories = Memories()
    for n in range(MANY):
        told = told_of(memories, "t", Call(f"c{n}", "Bash", "{}"), at=n * SECOND)
        told.mark = MARK
        memories.note_mark(told)
        one = memories.add(known(f"s{n}", at=n * SECOND + 5))
        found = told_call(memories, one, "")
        assert found is told
        told.mate, one.call = one.span, told.call
        assert fits_mate(memories, told, one.until)
    assert told_call(memories, known("late", at=MANY * SECOND), "") is None


def test_spans_that_nobody_asked_for_are_no_twins_of_each_other() -> None:
    memories = Memories()
    for n in range(MANY):
        one = known(f"s{n}", at=0, key=f"s{n}")
        assert twin_of(memories, one) is None
        memories.add(one)
        call = known(f"m{n}", at=0, kind=SpanKind.LLM, key=f"m{n}")
        assert twin_call(memories, call) is None
        memories.add(call)


def test_alike_calls_of_two_libraries_are_twins_by_time() -> None:
    memories = Memories(known(f"s{n}", at=n * SECOND, key=f"s{n}") for n in range(MANY))
    for n in range(MANY):
        one = known(f"o{n}", at=n * SECOND + 5, trace="other", source="b")
        memories.runs = {"other": "t"}
        found = twin_of(memories, one)
        assert found is not None
        assert found.span == f"s{n}"
        one.key = found.key
        memories.add(one)


def test_a_timeline_does_not_depend_on_the_order_of_arrival() -> None:
    ones = [known(name, at=at) for name, at in (("c", 2), ("a", 7), ("b", 7), ("d", 0))]
    for order in permutations(ones):
        line = Timeline()
        for one in order:
            line.add(one)
            line.add(one)
        assert [one.span for one in line] == ["d", "c", "a", "b"]
        assert [one.span for one in line.backwards_from(5)] == ["c", "d"]
        assert [one.span for one in line.overlapping(8, 0)] == ["d", "c", "a", "b"]
        assert [one.span for one in line.overlapping(2 * SECOND, 0)] == ["d"]


def test_what_is_met_waits_no_more() -> None:
    line = Timeline()
    told = [known(name, at=at, kind=TOLD) for name, at in (("a", 1), ("b", 2), ("c", 3))]
    for one in told:
        line.add(one)
    told[1].mate = "span"
    assert line.waiting_before(2) is told[0]
    assert line.waiting_after(2) is told[2]
    assert [one.span for one in line] == ["a", "c"]
    told[0].mate = told[2].mate = "span"
    assert line.waiting_before(9) is None
    assert line.waiting_after(0) is None


def test_loose_calls_of_a_session_become_the_run_of_the_stored_one() -> None:
    loose = [facts(n, shape=Shape.LOOSE) for n in range(MANY)]
    stored = facts(MANY, shape=Shape.LOOSE, run="stored")
    runs = runs_of_loose(loose, [stored])
    assert runs == {f"r{n}": "stored" for n in range(MANY)}


def test_traces_that_tell_of_the_same_calls_are_one_group() -> None:
    apart = [(f"a{n}", f"b{n}") for n in range(MANY)]
    assert groups_of_same(apart) == [{f"a{n}", f"b{n}"} for n in range(MANY)]
    chained = [(f"a{n}", f"a{n + 1}") for n in range(MANY)]
    assert groups_of_same(reversed(chained)) == [{f"a{n}" for n in range(MANY + 1)}]


def test_traces_that_end_with_the_same_words_are_one_talk() -> None:
    talk = [facts(n, after="done", answer="done") for n in range(MANY)]
    other = [facts(n, session="other", after="done", answer="done") for n in range(MANY, MANY + 2)]
    (first, second) = groups_of_same(talk_pairs([*talk, *other]))
    assert first == {f"r{n}" for n in range(MANY)}
    assert second == {f"r{MANY}", f"r{MANY + 1}"}


def test_a_trace_talks_not_to_itself_nor_to_a_later_one() -> None:
    assert talk_pairs([facts(1, after="done", answer="done")]) == []
    assert talk_pairs([facts(1, after="done"), facts(2, answer="done")]) == []
    assert talk_pairs([facts(1, answer="done"), facts(2, after="done")]) == [("r1", "r2")]


def test_runs_at_work_are_found_by_their_time() -> None:
    hosts = Hosts([facts(n) for n in range(MANY)])
    for n in range(MANY):
        assert hosts.at_work(facts(n, shape=Shape.LOOSE)) == {f"r{n}"}


def test_a_long_run_is_at_work_while_short_ones_are() -> None:
    long = TraceFacts(trace="long", run="long", session="s", shape=Shape.WHOLE, begun=0, last_at=99 * SECOND)
    hosts = Hosts([long, *(facts(n) for n in range(1, 9))])
    assert hosts.at_work(facts(4, shape=Shape.LOOSE)) == {"long", "r4"}
    assert hosts.at_work(facts(50, shape=Shape.LOOSE)) == {"long"}
    assert hosts.at_work(facts(50, shape=Shape.LOOSE, session="", instance="p")) == set()
