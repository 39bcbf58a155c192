"""Message lists of OpenAI, Anthropic and Gemini to records: one list is one run (FORMATS 6.3)."""

from datetime import datetime
from typing import Any

from ingest import wild
from ingest.documents import read_documents
from ingest.formats.claude_code.blocks import as_json, first_line
from ingest.formats.events.usage import tokens_of
from ingest.sources import SourceFile
from ingest.spans.edits import changes_of_call
from ingest.spans.messages import Result, Said, read_message, text_of
from ingest.trajectories.answers import blocks_of_message
from ingest.trajectories.recording import Answer, Call, Recording
from ingest.trajectories.tasks import statement_of
from runs.kinds import Kind, RunStatus, StepStatus
from runs.records import Batch, Quarantined, digest_of
from runs.tools import arguments_of

FORMAT = "messages"
SOURCE = "messages"
#: What the list is called in a request or a saved conversation.
LISTS = ("messages", "contents", "input", "history", "conversation")
NO_MESSAGES = "No messages are in this list."
ITEMS = frozenset({"function_call", "function_call_output", "reasoning", "message"})


def is_message(value: object) -> bool:
    """Say whether an object is a message, or an item of the Responses API."""
    record = wild.mapping(value)
    if isinstance(record.get("role"), str):
        return any(name in record for name in ("content", "parts", "tool_calls"))
    kind = record.get("type")
    return isinstance(kind, str) and kind in ITEMS and ("call_id" in record or kind == "reasoning")


def looks_like(record: dict[str, Any]) -> bool:
    """Say whether an object is a message, or holds a list of them (FORMATS 7)."""
    return is_message(record) or list_in(record) is not None


def list_in(record: dict[str, Any]) -> list[Any] | None:
    """Find the list of messages in an object."""
    for name in LISTS:
        found = record.get(name)
        if isinstance(found, list) and found and is_message(found[0]):
            return found
    return None


def read(files: list[SourceFile], *, now: datetime) -> Batch:
    """Read message lists. Never raises; what cannot be read is in `quarantined`."""
    batch = Batch(format=FORMAT)
    for file in files:
        documents = read_documents(file)
        batch += Batch(quarantined=documents.quarantined)
        loose: list[Any] = []
        for document in documents.found:
            value = document.value
            if isinstance(value, list):
                batch += read_conversation(value, {}, document.where)
            elif (listed := list_in(wild.mapping(value))) is not None:
                batch += read_conversation(listed, value, document.where)
            else:
                loose.append(value)
        batch += read_conversation(loose, {}, file.path) if loose else Batch()
    return batch


def read_conversation(listed: list[Any], head: dict[str, Any], where: str) -> Batch:
    """Read one list of messages."""
    messages = [message for message in listed if is_message(message)]
    if not messages:
        return Batch(quarantined=[Quarantined(where=where, why=NO_MESSAGES)])
    talk = Conversation(run_id(messages, head), wild.text(head.get("model")))
    system = head.get("system") or head.get("system_instruction") or head.get("instructions")
    if system:
        talk.recording.hear({"role": "system", "content": text_of(system)})
    for number, message in enumerate(messages):
        talk.take(number, message)
    return talk.written(head)


def run_id(messages: list[dict[str, Any]], head: dict[str, Any]) -> str:
    """Name the run by its own id, else by how it began: a list that has grown since is the same run."""
    named = wild.identity(head.get("session_id")) or wild.identity(head.get("conversation_id"))
    if named:
        return named
    parts: list[object] = [head.get("system")]
    for message in messages:
        parts.append(message)
        if read_message(message).role == "assistant":
            break
    return f"messages-{digest_of(as_json(parts).encode()).hex()}"


class Conversation:
    """One run while its messages go by."""

    def __init__(self, run: str, model: str | None) -> None:
        self.recording = Recording(run, SOURCE)
        self.model = model
        self.task: str | None = None
        self.last: str = ""

    def take(self, number: int, message: dict[str, Any]) -> None:
        """Read one message: who speaks, what was asked for, what came back."""
        said = read_message(message)
        at = wild.when(message.get("timestamp") or message.get("created_at") or message.get("ts"))
        self.recording.seen(at)
        if said.role == "assistant":
            self.answer(number, message, said, at)
            self.last = "assistant" if not said.calls else "call"
            return
        self.recording.hear({name: value for name, value in message.items() if name != "timestamp"})
        for result in said.results:
            self.result(number, result, at)
        if said.role == "user" and said.text.strip():
            shown = statement_of(said.text) if self.task is None else None
            self.task = self.task or shown
            self.recording.prompt(f"prompt:{number}", said.text, at, shown=shown)
        self.last = said.role

    def answer(self, number: int, message: dict[str, Any], said: Said, at: datetime | None) -> None:
        usage = wild.mapping(message.get("usage")) or wild.mapping(message.get("usage_metadata"))
        self.model = wild.text(message.get("model")) or self.model
        self.recording.answer(
            Answer(
                key=f"llm:{number}",
                blocks=blocks_of_message(message),
                message=message,
                model=self.model,
                tokens=tokens_of(usage),
                usage=usage or None,
                stop_reason=wild.text(message.get("stop_reason")) or wild.text(message.get("finish_reason")),
                call_id=wild.identity(message.get("id")),
                started_at=at,
                ended_at=at,
            )
        )
        for n, call in enumerate(said.calls):
            id = wild.identity(call.id) or ""
            key = self.recording.key_of(id, f"tool:{number}:{n}")
            given = arguments_of(call.input)
            self.recording.ask(Call(key=key, id=id, tool=call.name, given=given, started_at=at))

    def result(self, number: int, result: Result, at: datetime | None) -> None:
        """Pair a result with its call: by id, else by name and order."""
        waiting = [call for call in self.recording.calls.values() if not call.answered]
        id = wild.identity(result.id) or ""
        call = next((call for call in waiting if id and call.id == id), None)
        if call is None and not id:
            call = next((call for call in waiting if result.name in ("", call.tool)), None)
        if call is None:
            key = self.recording.key_of(id, f"tool:{number}")
            call = self.recording.ask(Call(key=key, id=id, tool=result.name or "unknown", given={}))
        self.recording.answered(call, result.text, at)
        if result.failed:
            call.fail("tool", first_line(result.text) or "The tool reported an error")
            return
        self.recording.changes += changes_of_call(
            self.recording.run, call.key, tool=call.tool, input=as_json(call.given), source=SOURCE
        )

    def written(self, head: dict[str, Any]) -> Batch:
        """Write the run: it is done when the model has the last word, and asks for nothing."""
        recording = self.recording
        steps = recording.steps(StepStatus.UNANSWERED)
        if not any(step.kind in (Kind.PROMPT, Kind.LLM, Kind.TOOL) for step in steps):
            return Batch(quarantined=[Quarantined(where=recording.run, why=NO_MESSAGES)])
        run = recording.run_record(
            status=RunStatus.DONE if self.last == "assistant" else RunStatus.UNFINISHED,
            error=None,
            task=self.task,
            agent=wild.text(head.get("agent")),
            model=self.model,
        )
        return Batch(runs=[run], steps=steps, changes=recording.changes)
