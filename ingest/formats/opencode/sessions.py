"""Sessions gathered from any number of files: an export holds one whole, the storage one object a file."""

from collections.abc import Iterable
from typing import Any

from msgspec import Struct, field

from ingest import wild
from ingest.documents import read_documents
from ingest.sources import SourceFile
from runs.records import Quarantined, digest_of

Record = dict[str, Any]
NO_MESSAGE = "Parts of messages that are not in this import; import the folders of the storage together."
NO_SESSION = "No session of opencode is in this file, and none that it belongs to."


class Message(Struct):
    """One message with its parts, by their ids."""

    info: Record = field(default_factory=dict)
    parts: dict[str, Record] = field(default_factory=dict)

    @property
    def time(self) -> Record:
        return wild.mapping(self.info.get("time"))


class Session(Struct):
    """One conversation."""

    id: str
    path: str
    info: Record = field(default_factory=dict)
    messages: dict[str, Message] = field(default_factory=dict)

    def message(self, id: str) -> Message:
        return self.messages.setdefault(id, Message())

    def in_order(self) -> list[tuple[str, Message]]:
        """List the messages as they were made: by time, then by id; ids grow with time."""
        made = {id: wild.number(message.time.get("created")) for id, message in self.messages.items()}
        if any(time is None for time in made.values()):
            return list(self.messages.items())
        return sorted(self.messages.items(), key=lambda item: (made[item[0]] or 0, item[0]))


def is_id(value: object, kind: str) -> bool:
    return isinstance(value, str) and value.startswith(f"{kind}_")


def is_export(record: Record) -> bool:
    info = record.get("info")
    is_whole = isinstance(record.get("messages"), list) and isinstance(info, dict)
    return is_whole and isinstance(info, dict) and ("projectID" in info or is_id(info.get("id"), "ses"))


def is_session(record: Record) -> bool:
    return is_id(record.get("id"), "ses") and ("projectID" in record or "directory" in record)


def is_message(record: Record) -> bool:
    return is_id(record.get("sessionID"), "ses") and record.get("role") in ("user", "assistant")


def is_part(record: Record) -> bool:
    return is_id(record.get("sessionID"), "ses") and "messageID" in record and "type" in record


def is_event(record: Record) -> bool:
    """Say whether an object is a line that `opencode run --format json` prints."""
    has_part = isinstance(record.get("part"), dict) or record.get("type") == "error"
    return is_id(record.get("sessionID"), "ses") and has_part and "timestamp" in record


def looks_like(record: Record) -> bool:
    """Say whether an object is a session of opencode, or a piece of one (FORMATS.md 7)."""
    return any(test(record) for test in (is_export, is_session, is_event, is_part, is_message))


class Gathered(Struct):
    """The sessions of an import."""

    sessions: dict[str, Session] = field(default_factory=dict)
    quarantined: list[Quarantined] = field(default_factory=list)

    def session(self, id: str, path: str) -> Session:
        return self.sessions.setdefault(id, Session(id, path))

    def take(self, record: Record, path: str) -> bool:
        """Take one object; False for one that is no piece of a session."""
        if is_export(record):
            self.take_export(record, path)
        elif is_session(record):
            session = self.session(wild.identity(record["id"]) or "", path)
            session.info, session.path = record, path
        elif is_event(record):
            self.take_event(record, path)
        elif is_part(record):
            self.take_part(record, path)
        elif is_message(record):
            self.take_message(record, path)
        else:
            return False
        return True

    def take_export(self, record: Record, path: str) -> None:
        info = wild.mapping(record["info"])
        session = self.session(wild.identity(info.get("id")) or named_by(record), path)
        if len(wild.items(record["messages"])) < len(session.messages):
            return  # an older export of what is here
        session.info, session.path, session.messages = info, path, {}
        for number, one in enumerate(wild.objects(record["messages"])):
            told = wild.mapping(one.get("info")) or one
            id = wild.identity(told.get("id")) or f"n{number}"
            message = Message(told)
            for place, part in enumerate(wild.objects(one.get("parts"))):
                message.parts[wild.identity(part.get("id")) or f"p{place}"] = part
            session.messages[id if id not in session.messages else f"n{number}"] = message

    def take_message(self, record: Record, path: str) -> None:
        session = self.session(wild.identity(record["sessionID"]) or "", path)
        id = wild.identity(record.get("id")) or stem_of(path)
        message = session.message(id)
        message.info = record
        for place, part in enumerate(wild.objects(record.get("parts"))):
            message.parts.setdefault(wild.identity(part.get("id")) or f"p{place}", part)

    def take_part(self, record: Record, path: str) -> None:
        session = self.session(wild.identity(record["sessionID"]) or "", path)
        message = session.message(wild.identity(record["messageID"]) or "n")
        message.parts[wild.identity(record.get("id")) or stem_of(path)] = record

    def take_event(self, record: Record, path: str) -> None:
        """Take a line that was printed: a part of the model's message, which has no record of its own."""
        session = self.session(wild.identity(record["sessionID"]) or "", path)
        part = wild.mapping(record.get("part"))
        id = wild.identity(part.get("messageID")) or next(reversed(session.messages), "n")
        message = session.message(id)
        message.info.setdefault("role", "assistant")
        message.info.setdefault("time", {"created": record.get("timestamp")})
        if part:
            message.parts[wild.identity(part.get("id")) or f"p{len(message.parts)}"] = part
        else:
            message.info["error"] = record.get("error") or {"name": "Error"}


def gather(files: Iterable[SourceFile]) -> Gathered:
    """Read files and put together what belongs to one session. Never raises."""
    gathered = Gathered()
    for file in files:
        documents = read_documents(file)
        gathered.quarantined += documents.quarantined
        records = [
            record
            for document in documents.found
            for record in (document.value if isinstance(document.value, list) else [document.value])
            if isinstance(record, dict)
        ]
        taken = [gathered.take(record, file.path) for record in records]
        if not any(taken) and not documents.quarantined:
            gathered.quarantined.append(Quarantined(where=file.path, why=NO_SESSION))
    for session in gathered.sessions.values():
        known = {id: message for id, message in session.messages.items() if message.info.get("role")}
        if len(known) < len(session.messages):  # whose words they are cannot be told
            gathered.quarantined.append(Quarantined(where=session.path, why=NO_MESSAGE))
        session.messages = known
        for message in session.messages.values():
            message.parts = dict(sorted(message.parts.items())) if sortable(message) else message.parts
    return gathered


def sortable(message: Message) -> bool:
    """Say whether the ids of parts tell their order; masked or missing ids do not."""
    return bool(message.parts) and all(is_id(id, "prt") for id in message.parts)


def stem_of(path: str) -> str:
    """Take the id that a file of the storage is named after, for an object that leaves it out."""
    return path.replace("\\", "/").rpartition("/")[2].removesuffix(".json")


def named_by(record: Record) -> str:
    """Name a session with a masked id by how it began."""
    first = next(iter(wild.objects(record.get("messages"))), {})
    words = [str(wild.mapping(record["info"]).get(name)) for name in ("projectID", "directory", "time")]
    created = str(wild.mapping(wild.mapping(first.get("info")).get("time")).get("created"))
    return f"opencode-{digest_of(chr(0).join([*words[:2], created]).encode('utf-8', 'replace')).hex()}"
