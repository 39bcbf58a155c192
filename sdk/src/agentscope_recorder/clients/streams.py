"""A stream of a model's answer, passed on as it is while it is listened to."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any, Callable, Optional

from agentscope_recorder.quiet import never_raises

Hear = Callable[[Any], None]
End = Callable[[Optional[BaseException]], None]


class Watched:
    """Stands for a stream: gives what it gives, has what it has, and tells what came."""

    def __init__(self, stream: Any, hear: Hear, end: End) -> None:
        self._stream, self._hear, self._end = stream, never_raises(hear), never_raises(end)
        self._over = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def __iter__(self) -> Iterator[Any]:
        try:
            for item in self._stream:
                self._hear(item)
                yield item
        except BaseException as error:
            self._finish(None if isinstance(error, GeneratorExit) else error)
            raise
        self._finish(None)

    def __next__(self) -> Any:
        try:
            item = next(self._stream)
        except StopIteration:
            self._finish(None)
            raise
        except BaseException as error:
            self._finish(error)
            raise
        self._hear(item)
        return item

    async def __anext__(self) -> Any:
        try:
            item = await self._stream.__anext__()
        except StopAsyncIteration:
            self._finish(None)
            raise
        except BaseException as error:
            self._finish(error)
            raise
        self._hear(item)
        return item

    async def __aiter__(self) -> AsyncIterator[Any]:
        try:
            async for item in self._stream:
                self._hear(item)
                yield item
        except BaseException as error:
            self._finish(None if isinstance(error, GeneratorExit) else error)
            raise
        self._finish(None)

    def __enter__(self) -> Watched:
        self._stream.__enter__()
        return self

    def __exit__(self, kind: Any, error: BaseException | None, traceback: Any) -> Any:
        self._finish(error)
        return self._stream.__exit__(kind, error, traceback)

    async def __aenter__(self) -> Watched:
        await self._stream.__aenter__()
        return self

    async def __aexit__(self, kind: Any, error: BaseException | None, traceback: Any) -> Any:
        self._finish(error)
        return await self._stream.__aexit__(kind, error, traceback)

    def close(self) -> Any:
        """Close the stream; what came of it so far is told."""
        self._finish(None)
        return self._stream.close()

    def _finish(self, error: BaseException | None) -> None:
        if not self._over:
            self._over = True
            self._end(error)
