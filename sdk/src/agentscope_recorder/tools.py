"""The decorator that records a function as a tool."""

from __future__ import annotations

import functools
import inspect
from typing import TYPE_CHECKING, Any, Callable

from agentscope_recorder.yielding import recorded_async_generator, recorded_generator

if TYPE_CHECKING:
    from agentscope_recorder.recorder import Recorder


def recorded(run: Recorder, function: Callable[..., Any]) -> Any:
    """Wrap a function; what it returns, yields and raises stays as it is."""
    name = str(getattr(function, "__name__", "tool"))

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        with run.step("tool", name, args=arguments_of(function, args, kwargs)) as step:
            output = function(*args, **kwargs)
            step.set(output=output)
            return output

    @functools.wraps(function)
    async def call_async(*args: Any, **kwargs: Any) -> Any:
        async with run.step("tool", name, args=arguments_of(function, args, kwargs)) as step:
            output = await function(*args, **kwargs)
            step.set(output=output)
            return output

    if inspect.isgeneratorfunction(function):
        return recorded_generator(run, name, function, arguments_of)
    if inspect.isasyncgenfunction(function):
        return recorded_async_generator(run, name, function, arguments_of)
    return call_async if inspect.iscoroutinefunction(function) else call


def arguments_of(function: Callable[..., Any], args: Any, kwargs: dict[str, Any]) -> dict[str, Any]:
    """Name the arguments of a call; `self` is none."""
    try:
        told = dict(inspect.signature(function).bind(*args, **kwargs).arguments)
    except Exception:  # the call itself will say what is wrong
        return {"args": list(args), **kwargs}
    told.pop("self", None)
    return told
