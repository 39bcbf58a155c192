"""No value of the agent's, however odd, costs an event or reaches the loop as an error, or as time."""

import dataclasses
import decimal
import json
import time
from pathlib import Path

import hypothesis
import pytest
from agentscope_recorder import Recorder
from agentscope_recorder.limits import VALUES
from agentscope_recorder.plain import encode, plain
from hypothesis import strategies as st

from tests.recorder.reading import told


class Broken:
    """Raises from wherever it is asked."""

    def __getattr__(self, name: str) -> object:
        raise RuntimeError(name)

    def __repr__(self) -> str:
        raise ZeroDivisionError

    def __eq__(self, other: object) -> bool:
        raise ValueError("more than one answer")

    __hash__ = object.__hash__


class BrokenKey:
    def __repr__(self) -> str:
        raise ValueError


class BrokenList(list):  # type: ignore[type-arg]  # what is in it does not count
    def __iter__(self):
        raise OSError("the database is closed")


class Text(str):
    def __len__(self) -> int:
        raise ValueError


class Model:
    """Has fields that JSON has no words for, as a model of pydantic may."""

    def model_dump(self, mode: str = "python", **settings: object) -> dict[str, object]:
        if mode == "json":
            raise ValueError("unknown type")
        return {"at": {1, 2}}


class Endless:
    def model_dump(self, **settings: object) -> object:
        return {"again": self}


@dataclasses.dataclass
class Point:
    x: int
    of: object = None


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Broken(), "[Broken cannot be read: ZeroDivisionError]"),
        ({BrokenKey(): 1, "b": 2}, {"[BrokenKey cannot be read: ValueError]": 1, "b": 2}),
        (BrokenList(), "[BrokenList cannot be read: OSError]"),
        ([1, Broken()], [1, "[Broken cannot be read: ZeroDivisionError]"]),
        (Text("abc"), "abc"),
        (Model(), {"at": [1, 2]}),
        (Point(1, Point(2)), {"x": 1, "of": {"x": 2, "of": None}}),
        (decimal.Decimal("1.5"), "Decimal('1.5')"),
        (float("inf"), "inf"),
        (2**63, "0x8000000000000000"),
        (b"\xffab", "\ufffdab"),
        (Path("a/b"), "a/b"),
        ({1: {2}}, {"1": [2]}),
    ],
    ids=[
        *("broken", "key", "list", "in a list", "text", "model", "dataclass", "decimal", "infinite"),
        *("large", "bytes", "path", "set"),
    ],  # pytest would ask the values for their names
)
def test_value_is_told_as_far_as_it_can_be_read(run, trace, value, expected):
    run.tool_call("odd", {"value": value, "fine": 1}, id="t1")
    assert told(trace, "args") == [("tool_call", {"value": expected, "fine": 1})]


def test_model_without_end_ends():
    assert str(plain(Endless())).count("again") == 30


def doubled(depth):
    value = [1]
    for _ in range(depth):
        value = [value, value]
    return value


def cyclic():
    value: list[object] = []
    value += [value, value]
    return value


@pytest.mark.parametrize("value", [doubled(60), cyclic(), list(range(12 * VALUES))])
def test_values_are_counted_so_that_none_takes_for_ever(run, trace, value):
    begin = time.perf_counter()
    run.tool_call("odd", {"value": value, "after": 1})
    assert time.perf_counter() - begin < 10  # it was years
    assert trace.stat().st_size < 10 * 2**20
    assert len(told(trace)) == 1


def test_number_of_values_left_out_is_said():
    assert plain(list(range(VALUES + 3)))[-1] == "… [3 values left out]"


def test_ten_megabytes_are_cut(run, trace):
    run.tool_result("t1", "x" * 10_000_000)
    assert trace.stat().st_size < 250_000
    [(_, output)] = told(trace, "output")
    assert str(output).endswith("… [9,800,000 characters left out]")


def test_arguments_that_cannot_be_compared_find_their_call(run):
    run.llm_call(content=[{"type": "tool_use", "id": "toolu_1", "name": "read", "input": {"a": 1}}])
    assert run.tool_call("read", {"a": Broken()}) == "toolu_1"


def test_error_that_cannot_be_written_is_told_by_its_kind(run, trace):
    class Odd(Exception):
        def __str__(self) -> str:
            raise ValueError

    def crash():
        with run.step("tool", "odd"):
            raise Odd

    with pytest.raises(Odd):
        crash()
    run.error(Odd())
    assert told(trace, "error")[1:] == [
        ("tool_result", "Odd: [cannot be read: ValueError]"),
        ("error", "Odd: [cannot be read: ValueError]"),
    ]


def test_rule_that_fails_withholds_the_event(trace, capfd):
    Recorder(trace, redact=[lambda text: text[:1].missing]).log("info", "pay acct-42 now")  # type: ignore[attr-defined]  # it shall fail
    assert "acct-42" not in trace.read_text()
    assert told(trace, "withheld") == [("log", "a redaction rule left no JSON")]
    assert "A redaction rule failed" in capfd.readouterr().err


LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(st.characters()), st.binary(max_size=20)
)
VALUES_OF_ALL_KINDS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=5),
        st.dictionaries(st.one_of(st.text(), st.integers(), st.tuples(st.text())), inner, max_size=5),
        st.tuples(inner, inner),
        st.builds(Point, st.integers(), inner),
    ),
    max_leaves=20,
)


@hypothesis.given(VALUES_OF_ALL_KINDS)
def test_every_value_is_one_line_of_json(value):
    line = encode(plain(value))
    assert b"\n" not in line
    assert plain(json.loads(line)) == json.loads(line)


@hypothesis.given(
    VALUES_OF_ALL_KINDS, st.sampled_from(["args", "output", "messages", "content", "usage", "data"])
)
@hypothesis.settings(suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture])
def test_every_value_in_every_field_is_an_event(run, trace, value, field):
    before = len(trace.read_bytes().splitlines())
    run.write("llm_call", **{field: value})
    assert len(trace.read_bytes().splitlines()) > before
