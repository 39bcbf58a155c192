"""What the tiny model says, turn by turn; its ways to say it over a wire are beside."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

MODEL = "model-of-a-script"


class Ask(NamedTuple):
    """One call of a tool that the model asks for."""

    name: str
    arguments: dict[str, Any]


class Turn(NamedTuple):
    """One answer: what it says, and the tools that it asks for."""

    text: str
    asks: tuple[Ask, ...] = ()


class Usage(NamedTuple):
    """Tokens in disjoint buckets; `reasoning` is a part of `output`."""

    input: int
    cache_read: int
    cache_write: int
    output: int
    reasoning: int


#: Words of the first prompt -> the turns of that talk. A sub-agent's prompt has words of its own.
Script = Mapping[str, Sequence[Turn]]


def usage_of(turn: int) -> Usage:
    """Say what a turn costs: no two alike, so that none is counted twice unseen."""
    return Usage(100 + turn, 40 * turn, 10, 20 + turn, 8)


def talk_of(script: Script, prompt: str) -> Sequence[Turn] | None:
    """Find the talk that a prompt begins; none for what an agent asks beside, such as a title."""
    return next((turns for words, turns in script.items() if words in prompt), None)
