"""Tools that yield: each item goes on at once; what they gave is the output, when they end or are let go."""

from __future__ import annotations

import functools
import time
from collections.abc import AsyncGenerator, Generator
from typing import TYPE_CHECKING, Any, Callable

from agentscope_recorder.quiet import never_raises
from agentscope_recorder.steps import fields_of

if TYPE_CHECKING:
    from agentscope_recorder.recorder import Recorder

#: Items that are kept of what a tool yields.
KEPT_ITEMS = 1_000
Function = Callable[..., Any]
ArgumentsOf = Callable[[Function, Any, "dict[str, Any]"], "dict[str, Any]"]


class Yielded:
    """A call while it yields. It is no place in the run: between two items other code is running."""

    def __init__(self, run: Recorder, name: str, args: dict[str, Any]) -> None:
        self.run, self.count = run, 0
        self.items: list[Any] = []
        self.started = time.perf_counter()
        self.id = run.tool_call(name, args)

    def note(self, item: Any) -> Any:
        """Keep an item, and give it on."""
        self.count += 1
        if len(self.items) < KEPT_ITEMS:
            self.items.append(item)
        return item

    @never_raises
    def end(self, error: BaseException | None = None) -> None:
        """Tell what came; a tool that is let go before its end has not failed."""
        more = self.count - len(self.items)
        output = [*self.items, f"… [{more:,} items left out]"] if more else self.items
        fields = {} if error is None or isinstance(error, GeneratorExit) else fields_of(error)
        spent = int((time.perf_counter() - self.started) * 1000)
        self.run.tool_result(self.id, output, duration_ms=spent, **fields)


class Tap:
    """Stands for a generator in `yield from`, which sends and throws into it as before."""

    def __init__(self, inner: Generator[Any, Any, Any], told: Yielded) -> None:
        self.inner, self.told = inner, told
        self.close = inner.close

    def __iter__(self) -> Tap:
        return self

    def __next__(self) -> Any:
        return self.told.note(next(self.inner))

    def send(self, value: Any) -> Any:
        """Send into the generator."""
        return self.told.note(self.inner.send(value))

    def throw(self, *error: Any) -> Any:
        """Throw into the generator."""
        return self.told.note(self.inner.throw(*error))


def recorded_generator(run: Recorder, name: str, function: Function, arguments_of: ArgumentsOf) -> Function:
    """Wrap a function that yields."""

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Generator[Any, Any, Any]:
        told = Yielded(run, name, arguments_of(function, args, kwargs))
        try:
            result = yield from Tap(function(*args, **kwargs), told)
        except BaseException as error:
            told.end(error)
            raise
        told.end()
        return result

    return call


def recorded_async_generator(
    run: Recorder, name: str, function: Function, arguments_of: ArgumentsOf
) -> Function:
    """Wrap an `async` function that yields; Python has no `yield from` for it, so it is spelled out."""

    @functools.wraps(function)
    async def call(*args: Any, **kwargs: Any) -> AsyncGenerator[Any, Any]:
        told = Yielded(run, name, arguments_of(function, args, kwargs))
        inner: AsyncGenerator[Any, Any] = function(*args, **kwargs)
        try:
            step = inner.asend(None)
            while True:
                item = told.note(await step)
                try:
                    step = inner.asend((yield item))
                except GeneratorExit:
                    await inner.aclose()
                    raise
                except BaseException as error:
                    step = inner.athrow(error)
        except StopAsyncIteration:
            told.end()
        except BaseException as error:
            told.end(error)
            raise

    return call
