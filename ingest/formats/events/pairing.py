"""Finds the call that an event without id belongs to.

A model's answer announces its calls (`tool_use` blocks). A `tool_call` without id is the first announced call
with its name and arguments, a `tool_result` without id answers the newest open call. What was paired once is
recognised by the digest of its line, so that sending anything again changes nothing. Small recorders give a
call no id and its result one: such a result answers the newest open call without id.
"""

from collections import defaultdict
from collections.abc import Iterable

from ingest.formats.events.facts import ANNOUNCED, ANSWERED, CALLED, NAMELESS, KnownCall


class Pairing:
    """The calls of one run, those of the store first, then those of this request, in order."""

    def __init__(self, known: Iterable[KnownCall]) -> None:
        self.calls: dict[str, KnownCall] = {call.key: call for call in known}
        self._seen: dict[str, int] = defaultdict(int)
        self._by_line: dict[str, list[str]] = defaultdict(list)
        for call in self.calls.values():
            for line in call.lines:
                self._by_line[line].append(call.key)

    def announce(self, key: str, tool: str, agent: str, input: str) -> None:
        """Note a call that a model's answer asks for."""
        self.calls.setdefault(key, KnownCall(key=key, tool=tool, agent=agent, input=input))

    def note(self, key: str, tool: str, agent: str, rank: int) -> None:
        """Note a call or an answer that came with its id."""
        call = self.calls.setdefault(key, KnownCall(key=key, tool=tool, agent=agent))
        call.rank = max(call.rank, rank)

    def key_of_call(self, line: str, *, tool: str, agent: str, input: str | None) -> str | None:
        """Find the announced call that a `tool_call` without id carries out; None when there is none."""
        waiting = [
            c for c in self.calls.values() if c.rank == ANNOUNCED and c.agent == agent and c.tool == tool
        ]
        same = [call for call in waiting if call.input is not None and call.input == input]
        key = (same[0].key if same else None) or self._seen_before(line)
        if key is None and waiting:
            key = waiting[0].key
        return key and self._pair(key, line, rank=CALLED)

    def key_of_result(self, line: str, *, tool: str | None, agent: str) -> str | None:
        """Find the call that a `tool_result` without id answers; None when no call is open."""
        key = self._seen_before(line)
        if key is None:
            fitting = [
                c for c in self.calls.values() if c.agent == agent and (tool is None or c.tool == tool)
            ]
            for rank in (CALLED, ANNOUNCED):
                open_calls = [call.key for call in fitting if call.rank == rank]
                if open_calls and key is None:
                    key = open_calls[-1 if rank == CALLED else 0]
        return key and self._pair(key, line, rank=ANSWERED)

    def key_of_error(self, line: str, *, tool: str, agent: str) -> str | None:
        """Find the open call of a tool that failed; it stays open, for its result may still come."""
        key = self._seen_before(line)
        if key is None:
            fitting = [c for c in self.calls.values() if c.agent == agent and c.tool == tool]
            called = [call.key for call in fitting if call.rank == CALLED]
            announced = [call.key for call in fitting if call.rank == ANNOUNCED]
            key = called[-1] if called else announced[0] if announced else None
        return key and self._pair(key, line, rank=CALLED)

    def key_of_stranger(self, line: str, *, tool: str | None, agent: str) -> str | None:
        """Find the call without id that a result answers whose id was never heard of; None for none."""
        key = self._seen_before(line)
        if key is None:
            fitting = [
                c for c in self.calls.values() if c.agent == agent and (tool is None or c.tool == tool)
            ]
            open_calls = [c.key for c in fitting if c.rank == CALLED and c.key.startswith(NAMELESS)]
            key = open_calls[-1] if open_calls else None
        return key and self._pair(key, line, rank=ANSWERED)

    def add(self, key: str, line: str, *, tool: str, agent: str) -> None:
        """Note a call without id that nothing announced, under its derived key."""
        self.note(key, tool, agent, CALLED)
        self._pair(key, line, rank=CALLED)

    def _seen_before(self, line: str) -> str | None:
        keys = self._by_line.get(line, [])
        n = self._seen[line]
        return keys[n] if n < len(keys) else None

    def _pair(self, key: str, line: str, *, rank: int) -> str:
        call = self.calls.setdefault(key, KnownCall(key=key))
        call.rank = max(call.rank, rank)
        self._seen[line] += 1
        if line not in call.lines:
            call.lines = (*call.lines, line)
            self._by_line[line].append(key)
        return key
