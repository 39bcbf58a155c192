"""Conversations that grow: what came with an earlier turn is taken from there, as the same objects."""

from typing import Any

import msgspec

from ingest.dialects.values import parsed_list
from ingest.formats.otlp.raw import RawSpan

#: Conversations of one trace that may grow side by side: those of an agent and of its sub-agents.
LANES = 4

Turn = tuple[str, list[Any]]


def messages_in(raw: RawSpan, value: object) -> list[Any] | None:
    """Decode a list of messages, of its JSON text only what an earlier span of the trace did not send."""
    if not isinstance(value, str) or not value.endswith("}]"):
        return parsed_list(value)
    turns: list[Turn] = raw.source.known.setdefault((messages_in, raw.trace_id), [])
    before = next((turn for turn in reversed(turns) if value.startswith(turn[0])), None)
    found = continued(before, value) if before is not None else None
    if found is None:
        before, found = None, parsed_list(value)
    if found is not None:
        if before is not None:
            turns.remove(before)
        turns.append((value[:-1], found))
        del turns[:-LANES]
    return found


def continued(before: Turn, value: str) -> list[Any] | None:
    """Add to a list what its text goes on with; None where that is no list."""
    start, messages = before
    rest = value[len(start) :]
    if rest == "]":
        return messages
    if not rest.startswith(","):
        return None
    try:
        more = msgspec.json.decode("[" + rest[1:])
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None
    return messages + more if isinstance(more, list) and more else None
