"""What the store already knows, where a request cannot be understood alone.

Events without ids need it: a `tool_call` or `tool_result` that arrives in a request of its own must find the
call it belongs to. Edits need it: the arguments come with the call, and whether it worked with the result.
"""

from typing import Protocol

from msgspec import Struct, field

#: Ranks of a tool step's records: the model asked for it, the loop began it, its result is there.
ANNOUNCED, CALLED, ANSWERED = 1, 2, 3


#: Keys derived for calls without id begin so.
NAMELESS = "call-"


class KnownCall(Struct, kw_only=True):
    """A tool call of a run, in the order of arrival."""

    key: str
    tool: str = ""
    agent: str = ""
    rank: int = ANNOUNCED
    input: str | None = None  #: the arguments as JSON text, when they are short enough to compare
    lines: tuple[str, ...] = ()  #: digests of the lines without id that were paired with it


class RunFacts(Struct, kw_only=True):
    """What is known of one run: where it works, and its calls that are open or were paired."""

    cwd: str = ""
    calls: list[KnownCall] = field(default_factory=list)


class KnownEdit(Struct, kw_only=True):
    """A stored call of an edit tool."""

    tool: str  #: empty when only the result is there
    input: str  #: the arguments as JSON text
    worked: bool  #: its result is there, and no error


class Memory(Protocol):
    """What can be asked while reading, about one run at a time."""

    def cwd_of(self, run: str) -> str:
        """Give the folder the run works in, empty when it is not known."""

    def edits_of(self, run: str, keys: set[str]) -> dict[str, KnownEdit]:
        """Give the stored calls of edit tools among `keys`, and the results whose tool is not known."""
