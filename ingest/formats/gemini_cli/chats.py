"""One chat file: its head, every message in its last version, and what happened in which order."""

from typing import Any

from msgspec import Struct, field

from ingest import wild
from ingest.documents import read_documents
from ingest.formats.claude_code.lines import read_lines
from ingest.sources import SourceFile
from runs.records import Quarantined

Message = dict[str, Any]
#: Words of the head that are the chat's own, and not of a message.
HEAD = ("sessionId", "projectHash", "startTime", "lastUpdated", "kind", "summary", "directories")
#: What may happen in a log besides a message that is said.
SAID, REPLACED, REWOUND = "said", "replaced", "rewound"
#: Of programs made of Gemini CLI: the history is a summary now, or only these messages are left of it.
COMPRESSED, LEFT = "compressed", "left"


class Happening(Struct, frozen=True):
    """One thing a log tells: a message by its id, or that the history was cut."""

    kind: str
    ids: list[str]


class Chat(Struct):
    """What one file holds of one session."""

    path: str
    head: dict[str, Any] = field(default_factory=dict)
    messages: dict[str, Message] = field(default_factory=dict)  #: by id, as last written
    happenings: list[Happening] = field(default_factory=list)
    summaries: dict[str, list[Message]] = field(default_factory=dict)  #: messages of a compressed history

    def say(self, message: Message, *, is_line: bool = True) -> str:
        """Take one version of a message. What a rewritten history says of one with a line may be masked."""
        id = wild.identity(message.get("id")) or self.masked(message)
        if id not in self.messages:
            self.happenings.append(Happening(SAID, [id]))
        if is_line or id not in self.messages:
            self.messages[id] = message
        return id

    def masked(self, message: Message) -> str:
        """Name a message without an id by its place; the same one written again has the same time."""
        last = next(reversed(self.messages), "")
        before = self.messages.get(last, {})
        same = all(message.get(name) == before.get(name) for name in ("id", "timestamp", "type"))
        return last if last and same and message.get("timestamp") else f"n{len(self.messages)}"

    def take(self, record: Message) -> bool:
        """Take one line of a log; False for one that is none of a chat."""
        update = record.get("$set")
        if isinstance(record.get("$rewindTo"), str):
            self.happenings.append(Happening(REWOUND, [record["$rewindTo"]]))
        elif isinstance(update, dict):
            self.head |= {name: update[name] for name in HEAD if name in update}
            if "messages" in update:
                ids = [self.say(one, is_line=False) for one in wild.objects(update["messages"])]
                self.happenings.append(Happening(REPLACED, ids))
        elif "sessionId" in record or "projectHash" in record:
            self.head |= {name: record[name] for name in HEAD if name in record}
            for message in wild.objects(record.get("messages")):
                self.say(message)
        elif "type" in record and ("content" in record or "toolCalls" in record):
            self.say(record)
        else:
            return False
        return True


class Chats(Struct):
    """What a file holds."""

    found: list[Chat]
    quarantined: list[Quarantined]


def is_head(record: Message) -> bool:
    """Say whether an object begins a chat."""
    return "projectHash" in record and (
        "sessionId" in record or "messages" in record or "startTime" in record
    )


def read_chats(file: SourceFile) -> Chats:
    """Read a file: lines of one chat, or one document a chat. Never raises."""
    records, quarantined = records_of(file)
    chats: list[Chat] = []
    for record in records:
        session = record.get("sessionId")
        is_other = bool(chats) and is_head(record) and session != chats[-1].head.get("sessionId", session)
        if not chats or is_other:
            chats.append(Chat(file.path))
        chats[-1].take(record)
    return Chats([chat for chat in chats if chat.messages or chat.head], quarantined)


def records_of(file: SourceFile) -> tuple[list[Message], list[Quarantined]]:
    """Read the objects of a file; one document that is cut off is read as far as it goes."""
    begins = wild.utf8(file.data).lstrip()[:64]
    if begins.split(b"\n", 1)[0].strip() == b"{":
        documents = read_documents(file)
        return [one.value for one in documents.found if isinstance(one.value, dict)], documents.quarantined
    pages = read_lines(file.path, file.data)
    if not pages.lines and begins.startswith(b"{"):
        documents = read_documents(file)
        return [one.value for one in documents.found if isinstance(one.value, dict)], documents.quarantined
    return [line.record for line in pages.lines], pages.quarantined
