"""A passive observer: nothing that goes wrong here may reach the agent. Each trouble is said once."""

from __future__ import annotations

import functools
import sys
import threading
from typing import Any, Callable, TypeVar

from agentscope_recorder.plain import sentence_of

Call = TypeVar("Call", bound=Callable[..., Any])
_said: set[str] = set()
_lock = threading.RLock()  # a signal handler of the agent may come in between


def warn_once(about: str, sentence: str) -> None:
    """Write one sentence to stderr, once for each `about` in a process."""
    with _lock:
        if about in _said:
            return
        _said.add(about)
    try:
        print(f"agentscope-recorder: {sentence}", file=sys.stderr)
    except Exception:  # stderr is closed, there is none, or it is in the midst of a line
        return


def never_raises(call: Call) -> Call:
    """Let a method give None instead of raising: the agent goes on, one warning says what is missing."""

    @functools.wraps(call)
    def safely(*args: Any, **kwargs: Any) -> Any:
        try:
            return call(*args, **kwargs)
        except Exception as error:
            warn_once(
                f"{call.__qualname__}:{type(error).__name__}",
                f"{call.__name__} was not recorded: {sentence_of(error)}",
            )
            return None

    return safely  # type: ignore[return-value]  # of the same shape, but for None
