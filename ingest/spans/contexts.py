"""The message lists of one request: what comes again with every turn is written and digested once."""

from typing import Any

import msgspec

from ingest.spans.neutral import neutral_message
from runs.records import Context, Message


class Contexts:
    """Chains messages. Those of an earlier turn are the same objects where a dialect saw that they are."""

    def __init__(self) -> None:
        self.known: dict[bytes, Context] = {}
        self.links: dict[tuple[int, int], Context] = {}  #: by the ids of what a link extends and adds
        self.written: dict[int, tuple[object, Message]] = {}  #: with the message: so its id stays its own

    def of(self, messages: list[Any]) -> Context | None:
        """Chain the messages of a model call."""
        head: Context | None = None
        for one in messages:
            at = (id(head), id(one))
            link = self.links.get(at)
            if link is None:
                made = Context(head, self.message(one))
                link = self.links[at] = self.known.setdefault(made.digest, made)
            head = link
        return head

    def message(self, one: object) -> Message:
        """Write one message."""
        if id(one) not in self.written:
            self.written[id(one)] = one, Message(msgspec.json.encode(neutral_message(one)))
        return self.written[id(one)][1]
