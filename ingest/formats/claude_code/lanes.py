"""A lane of a session — the main agent or one sub-agent — and the messages its model has been given.

The list is built in file order; a prompt that hangs below an older record (a rewind, an edited prompt) cuts
it back to there, and a compaction starts it anew.
"""

from datetime import datetime
from typing import Any

from ingest.formats.claude_code.blocks import as_json
from runs.records import Context, Message


def message_of(role: str, content: object) -> Message:
    return Message(as_json({"role": role, "content": content}).encode())


class Lane:
    """What one agent of a session has heard so far."""

    def __init__(self, agent: str) -> None:
        self.agent = agent
        self.heads: list[Context] = []
        self.positions: dict[str, int] = {}
        self.pending: list[Message] = []
        self.answer: list[dict[str, Any]] | None = None  #: blocks of the open model call
        self.answer_id = ""
        self.asked_at: datetime | None = None  #: when the model was given the last thing

    @property
    def depth(self) -> int:
        return len(self.heads) + (self.answer is not None) + len(self.pending)

    def note(self, uuid: str | None) -> None:
        """Remember how long the list was when a record was written."""
        if uuid:
            self.positions[uuid] = self.depth

    def hear(self, content: object) -> None:
        """Add a user message; behind an open answer it waits until that is whole."""
        message = message_of("user", content)
        if self.answer is None:
            self.push(message)
        else:
            self.pending.append(message)

    def begin(self, call_id: str, blocks: list[dict[str, Any]]) -> Context | None:
        """Open a model call, whose blocks still grow; return the messages it was given."""
        self.settle()
        self.answer, self.answer_id = blocks, call_id
        return self.head

    @property
    def head(self) -> Context | None:
        return self.heads[-1] if self.heads else None

    def settle(self) -> None:
        """Close the open answer: it, then what was heard since, joins the list."""
        if self.answer is not None:
            self.push(message_of("assistant", self.answer))
            self.answer = None
        for message in self.pending:
            self.push(message)
        self.pending = []

    def push(self, message: Message) -> None:
        self.heads.append(Context(self.head, message))

    def rewind(self, parent: str | None) -> None:
        """Go back to the record that a prompt hangs below, when that is not the newest."""
        position = self.positions.get(parent or "")
        if position is None or position >= self.depth:
            return
        self.settle()
        del self.heads[position:]

    def restart(self) -> None:
        """Drop the list: the context was compacted."""
        self.answer, self.pending = None, []
        self.heads, self.positions = [], {}
