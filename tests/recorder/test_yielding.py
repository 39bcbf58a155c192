"""Tools that yield do so as before; what they gave is told when they end, or are let go."""

import asyncio
import inspect

import pytest

from tests.recorder.reading import told


def test_tool_that_yields_gives_takes_and_returns_as_it_did(run, trace):
    @run.tool
    def count(to):
        heard = []
        for n in range(to):
            try:
                heard.append((yield n))
            except KeyError:
                heard.append("caught")
        return heard

    counting = count(3)
    assert next(counting) == 0
    assert counting.send("one") == 1
    assert counting.throw(KeyError()) == 2
    with pytest.raises(StopIteration) as end:
        next(counting)
    assert end.value.value == ["one", "caught", None]
    assert inspect.isgeneratorfunction(count)
    assert told(trace, "name", "args", "output") == [
        ("tool_call", "count", {"to": 3}, None),
        ("tool_result", None, None, [0, 1, 2]),
    ]


def test_tool_that_is_let_go_has_not_failed_and_cleans_up(run, trace):
    closed = []

    @run.tool
    def count():
        try:
            yield 1
            yield 2
        finally:
            closed.append(True)

    counting = count()
    next(counting)
    counting.close()
    assert closed == [True]
    assert told(trace, "output", "is_error")[-1] == ("tool_result", [1], None)


def test_tool_that_fails_while_it_yields(run, trace):
    @run.tool
    def fail():
        yield 1
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        list(fail())
    assert told(trace, "output", "error")[-1] == ("tool_result", [1], "ValueError: broken")


def test_async_tool_that_yields(run, trace):
    @run.tool
    async def count(to):
        heard = []
        for n in range(to):
            try:
                heard.append((yield n))
            except KeyError:
                heard.append("caught")
        yield heard

    async def use():
        counting = count(2)
        assert await counting.asend(None) == 0
        assert await counting.athrow(KeyError()) == 1
        assert await counting.asend("two") == ["caught", "two"]
        await counting.aclose()
        return [item async for item in count(1)]

    assert asyncio.run(use()) == [0, [None]]
    assert inspect.isasyncgenfunction(count)
    assert told(trace, "name", "output") == [
        ("tool_call", "count", None),
        ("tool_result", None, [0, 1, ["caught", "two"]]),
        ("tool_call", "count", None),
        ("tool_result", None, [0, [None]]),
    ]


def test_events_between_two_items_are_not_inside_the_tool(run, trace):
    @run.tool
    def count():
        yield 1

    for _ in count():
        run.log("info", "between")
    assert told(trace, "parent")[1] == ("log", None)


def test_cancelled_tool_is_cancelled_not_failed(run, trace):
    async def work():
        async with run.step("tool", "slow", id="t1"):
            await asyncio.sleep(60)

    async def stop():
        task = asyncio.create_task(work())
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(stop())
    assert told(trace, "id", "status", "error")[-1] == ("tool_result", "t1", "cancelled", "CancelledError: ")
