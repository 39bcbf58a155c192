"""The message lists of one request: what comes again with every turn is written and digested once."""

from operator import is_
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
        self.chained: dict[int, tuple[list[Any], Context]] = {}  #: lists, by the id of their last message

    def of(self, messages: list[Any]) -> Context | None:
        """Chain the messages of a model call."""
        begin, head = self.before(messages)
        for one in messages[begin:]:
            at = (id(head), id(one))
            link = self.links.get(at)
            if link is None:
                made = Context(head, self.message(one))
                link = self.links[at] = self.known.setdefault(made.digest, made)
            head = link
        if head is not None:
            self.chained[id(messages[-1])] = messages, head
        return head

    def before(self, messages: list[Any]) -> tuple[int, Context | None]:
        """Find the longest chained list that these messages begin with: (its length, its head)."""
        for end in range(len(messages), 0, -1):
            known = self.chained.get(id(messages[end - 1]))
            if known is not None and len(known[0]) == end and all(map(is_, known[0], messages)):
                return end, known[1]
        return 0, None

    def message(self, one: object) -> Message:
        """Write one message."""
        if id(one) not in self.written:
            self.written[id(one)] = one, Message(msgspec.json.encode(neutral_message(one)))
        return self.written[id(one)][1]
