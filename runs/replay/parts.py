"""The one form that messages of every provider are read into, and written from. Pure."""

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Role(StrEnum):
    """Who speaks."""

    SYSTEM = "system"
    DEVELOPER = "developer"
    USER = "user"
    ASSISTANT = "assistant"


RULES = (Role.SYSTEM, Role.DEVELOPER)  #: who lays down rules


@dataclass(frozen=True, kw_only=True, slots=True)
class Text:
    """Words."""

    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Thinking:
    """What a model thought: signed, hidden by its provider, or as an item of the Responses API."""

    text: str = ""
    signature: str = ""
    hidden: str = ""
    item: dict[str, Any] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Picture:
    """A picture: base64, an address, or only the step that keeps it and the place it has there."""

    media: str = ""
    data: str = ""
    url: str = ""
    step: str = ""
    number: int = 0
    size: int = 0  #: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """A call that a model asks for. `raw` is the text of arguments that came as text."""

    id: str
    name: str
    arguments: dict[str, Any] = field(default_factory=dict)
    raw: str = ""
    is_free: bool = False  #: its arguments are any text: a custom tool of the Responses API


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """The answer to a call."""

    call: str
    parts: tuple["Text | Picture", ...] = ()
    failed: bool = False


Part = Text | Thinking | Picture | Call | Result


@dataclass(frozen=True, kw_only=True, slots=True)
class Turn:
    """One message. Results of calls stand in turns of the user."""

    role: Role
    parts: tuple[Part, ...]


class Cut(StrEnum):
    """What a list has less than the model saw; as `one|many`, with the number in `{n}`."""

    PICTURES = "{n} picture is a word in brackets.|{n} pictures are words in brackets."
    FILES = "{n} document is a word in brackets.|{n} documents are words in brackets."
    THINKING = (
        "{n} block of thinking is left out: this API takes it only from itself, signed.|"
        "{n} blocks of thinking are left out: this API takes them only from itself, signed."
    )
    LARGE = "{n} message is left out: it is too large.|{n} messages are left out: they are too large."
    TEXTS = "{n} text was cut before it was recorded.|{n} texts were cut before they were recorded."
    MASKED = "{n} secret was masked before it was stored.|{n} secrets were masked before they were stored."
    EARLIER = (
        "{n} earlier step is left out: there are too many.|"
        "{n} earlier steps are left out: there are too many."
    )
    RULES = "No system prompt was recorded.|No system prompt was recorded."
    EMPTY = "{n} empty text is left out.|{n} empty texts are left out."


class Made(StrEnum):
    """What a list has that no source recorded."""

    UNANSWERED = (
        "{n} call has no result in this list; it is answered with a mark.|"
        "{n} calls have no result in this list; they are answered with a mark."
    )
    STRAY = (
        "{n} result has no call in this list; it stands as text.|"
        "{n} results have no call in this list; they stand as text."
    )
    MOVED = "{n} result was moved next to its call.|{n} results were moved next to their calls."
    IDS = "{n} id of a call was made.|{n} ids of calls were made."
    NAMES = (
        "{n} name of a tool has letters that this API does not take; they are underscores.|"
        "{n} names of tools have letters that this API does not take; they are underscores."
    )
    ARGUMENTS = (
        "{n} call had arguments that are no JSON object; they are wrapped in one.|"
        "{n} calls had arguments that are no JSON object; they are wrapped in one."
    )
    RULES = (
        "{n} later system message stands in a message of the user.|"
        "{n} later system messages stand in messages of the user."
    )
    FIRST = (
        "The list begins with the assistant; a message of the user stands before it.|"
        "The list begins with the assistant; a message of the user stands before it."
    )
    OTHER = (
        "{n} block is of a kind that only its own API knows; it stands as JSON.|"
        "{n} blocks are of a kind that only their own API knows; they stand as JSON."
    )
    SERVED = (
        "{n} call was carried out by the provider; it stands as a plain call.|"
        "{n} calls were carried out by the provider; they stand as plain calls."
    )
    TOOLS = (
        "{n} tool is declared without its schema: tools were not recorded.|"
        "{n} tools are declared without their schemas: tools were not recorded."
    )


class Notes:
    """Counts what a list has less, and more, than was recorded."""

    def __init__(self) -> None:
        self.counts: Counter[Cut | Made] = Counter()

    def add(self, what: Cut | Made, number: int = 1) -> None:
        """Count something."""
        if number:
            self.counts[what] += number

    def cut(self) -> list[str]:
        """Say what is less."""
        return [_sentence(what, self.counts[what]) for what in Cut if self.counts[what]]

    def made_up(self) -> list[str]:
        """Say what is more."""
        return [_sentence(what, self.counts[what]) for what in Made if self.counts[what]]


def _sentence(what: str, number: int) -> str:
    one, many = what.split("|")
    return (one if number == 1 else many).format(n=f"{number:,}")
