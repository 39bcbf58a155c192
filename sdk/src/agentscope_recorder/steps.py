"""A step that lasts: `with run.step("tool", "read_file", args=…) as step`. It times and nests."""

from __future__ import annotations

import contextvars
import time
from types import TracebackType
from typing import TYPE_CHECKING, Any

from agentscope_recorder.places import Place, here
from agentscope_recorder.plain import sentence_of
from agentscope_recorder.quiet import never_raises

if TYPE_CHECKING:
    from agentscope_recorder.recorder import Recorder

#: kind -> (kind of the event at its begin, kind of the event at its end)
KINDS = {
    "tool": ("tool_call", "tool_result"),
    "llm": ("llm_call", "llm_call"),
    "agent": ("agent_start", "agent_end"),
}


class Step:
    """One step while it lasts. What is set on it is told at its end; an exception makes it failed."""

    def __init__(self, run: Recorder, kind: str, name: str, fields: dict[str, Any]) -> None:
        self.run, self.kind, self.name = run, kind, name
        self.id = str(fields.pop("id", None) or new_id(run, kind, name, fields))
        self._begun = fields
        self._told: dict[str, Any] = {}
        self._token: contextvars.Token[Place] | None = None
        self._started = 0.0

    def set(self, **fields: Any) -> Step:
        """Tell more of the step: `output`, `exit_code`, `usage`, `content`, `error`, …"""
        self._told.update(fields)
        return self

    def output(self, value: Any, *, full: Any = None, **fields: Any) -> Step:
        """Tell what came of it, as the model sees it; `full` is kept beside the file."""
        self.set(output=value, **fields)
        if full is not None:
            self.run.blob(self.id, full)
        return self

    def __enter__(self) -> Step:
        self._begin()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._end(error)

    async def __aenter__(self) -> Step:
        return self.__enter__()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.__exit__(kind, error, traceback)

    @never_raises
    def _begin(self) -> None:
        place = here.get()
        begin = KINDS.get(self.kind, ("event", ""))[0]
        fields = dict(self._begun)
        if self.kind == "llm":
            fields["phase"] = "start"
        if self.kind == "agent":
            fields = {
                "call": place.parent or None,
                "parent_agent": place.agent or None,
                "agent": self.id,
                **fields,
            }
            self._token = here.set(Place(agent=self.id))
        else:
            self._token = here.set(place._replace(parent=self.id))
        self.run.write(begin, id=self.id, name=self.name, place=place, **fields)
        self._started = time.perf_counter()

    @never_raises
    def _end(self, error: BaseException | None) -> None:
        place = here.get()
        if self._token is not None:
            try:
                here.reset(self._token)
                place = here.get()
            except ValueError:  # it ends in another task than it began in
                place = Place()
        end = KINDS.get(self.kind, ("", ""))[1]
        if not end:
            return
        fields = {"duration_ms": int((time.perf_counter() - self._started) * 1000), **self._told}
        if error is not None:
            fields = {**fields_of(error), **fields}
        if self.kind == "llm":
            fields["phase"] = "end"
        if self.kind == "agent":
            fields = {"agent": self.id, "text": fields.pop("output", None), **fields}
            fields.pop("is_error", None)
        self.run.write(end, id=self.id, name=self.name, place=place, **fields)


def fields_of(error: BaseException) -> dict[str, Any]:
    """Write how a step ended that raised."""
    stopped = {"status": "cancelled"} if is_stopped(error) else {}
    return {"error": sentence_of(error), "is_error": True, **stopped}


def is_stopped(error: BaseException) -> bool:
    """Say whether somebody stopped the work, rather than that it failed."""
    stopped = isinstance(error, (KeyboardInterrupt, GeneratorExit))
    return stopped or type(error).__name__ in ("CancelledError", "Cancelled")  # of asyncio, trio and others


def new_id(run: Recorder, kind: str, name: str, fields: dict[str, Any]) -> str:
    """Give a step its id: a tool that the model asked for has one."""
    return run.id_of_call(name, fields.get("args")) if kind == "tool" else run.new_id()
