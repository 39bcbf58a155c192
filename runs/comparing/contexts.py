"""What two model calls were sent, held against each other message by message. Pure."""

import json
from collections.abc import Sequence
from itertools import zip_longest

from msgspec import Struct

from runs.comparing.steady import steady

#: What differs from run to run and says nothing: ids of calls, signatures, marks for the cache.
_PASSING = frozenset(
    {"id", "uuid", "tool_use_id", "tool_call_id", "call_id", "toolCallId", "signature", "cache_control"}
)
_SYSTEM = frozenset({"system", "developer"})


class Contexts(Struct, frozen=True, kw_only=True):
    """Two message lists. Sizes are None where no list was recorded."""

    left: int | None = None
    right: int | None = None
    first: int | None = None  #: number, from 0, of the first message that differs
    what: str = ""  #: what that message is, in words
    unread: bool = False  #: so many messages were compared that the others were left out
    system: bool | None = None  #: whether both were told the same before all else; None: not recorded
    lines: tuple[str, str] | None = None  #: of two system prompts: the first that differ

    @property
    def is_known(self) -> bool:
        return self.left is not None and self.right is not None

    @property
    def is_same(self) -> bool:
        return self.is_known and self.first is None and not self.unread


def sign_of(data: bytes, *, cwd: str) -> str:
    """Write what a message says, without what differs from run to run."""
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return steady(data.decode("utf-8", "replace"), cwd=cwd)
    return steady(json.dumps(_lasting(value), ensure_ascii=False, sort_keys=True), cwd=cwd)


def _lasting(value: object, depth: int = 0) -> object:
    if isinstance(value, dict) and depth < 40:
        return {key: _lasting(each, depth + 1) for key, each in value.items() if key not in _PASSING}
    if isinstance(value, list) and depth < 40:
        return [_lasting(each, depth + 1) for each in value]
    return value


def is_system(data: bytes) -> bool:
    """Say whether a message is what a model is told before all else."""
    return _role_of(data) in _SYSTEM


def text_of(data: bytes) -> str:
    """Read the text of a message."""
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return data.decode("utf-8", "replace")
    content = value.get("content") if isinstance(value, dict) else value
    parts = content if isinstance(content, list) else [content]
    texts = (part.get("text") if isinstance(part, dict) else part for part in parts)
    return "\n".join(text for text in texts if isinstance(text, str))


def first_difference(
    left: Sequence[bytes], right: Sequence[bytes], *, cwds: tuple[str, str]
) -> tuple[int, str] | None:
    """Find the first message that differs, and say what it is."""
    for number, (mine, theirs) in enumerate(zip_longest(left, right)):
        if mine is None or theirs is None:
            return number, "more messages on one side"
        if mine != theirs and sign_of(mine, cwd=cwds[0]) != sign_of(theirs, cwd=cwds[1]):
            return number, _what(mine, theirs)
    return None


def _what(left: bytes, right: bytes) -> str:
    roles = {_role_of(left), _role_of(right)}
    if len(roles) > 1:
        return "other kinds of messages"
    [role] = roles
    if role in _SYSTEM:
        return "the system prompt"
    return {"assistant": "the model’s own words", "tool": "a tool’s result"}.get(role, "what it was told")


def _role_of(data: bytes) -> str:
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return ""
    if not isinstance(value, dict):
        return ""
    content = value.get("content")
    first = content[0] if isinstance(content, list) and content else None
    is_result = isinstance(first, dict) and first.get("type") in ("tool_result", "function_call_output")
    return "tool" if is_result else str(value.get("role") or "")
