"""One chat walked from its first message to its last: prompts, answers, tool calls, cuts of the history."""

from datetime import datetime
from typing import Any

from ingest import wild
from ingest.formats.claude_code.blocks import as_json, first_line
from ingest.formats.claude_code.paths import Roots
from ingest.formats.gemini_cli import tools
from ingest.formats.gemini_cli.chats import COMPRESSED, LEFT, REPLACED, REWOUND, SAID, Chat, Message
from ingest.formats.gemini_cli.naming import (
    names_of_answer,
    names_of_call,
    names_of_prompt,
    names_of_words,
)
from ingest.formats.gemini_cli.parts import counted_in, functions_in, text_of, thoughts_of, usage_of
from ingest.trajectories.lanes import key_in_lane
from ingest.trajectories.recording import Answer, Call, Recording
from ingest.trajectories.shells import Shell
from runs.kinds import Kind, StepStatus
from runs.tools import Family, family_of

#: How messages of the role `user` begin that no human wrote.
SYNTHETIC = (
    "<session_context>",
    "This is the Gemini CLI. We are setting up the context",
    "This is the Qwen Code. We are setting up the context",
    "System: Please continue.",
    "System: Potential loop detected",
    "<state_snapshot>",
    "<system-reminder>",
    "Here is the user's editor context as a JSON object",
)
#: A summary that a compressed history begins with.
SUMMARY = ("<state_snapshot>", "<compressed_history>", "<intent_summary>")
#: Files that the program read for a prompt stand below this line.
READ_ALONG = "--- Content from referenced files ---"
HALTS = ("Request cancelled", "User cancelled", "Request canceled")


class Walk:
    """Walks through one chat and records it."""

    def __init__(self, chat: Chat, recording: Recording, roots: Roots, *, lane: str, cwd: str) -> None:
        self.chat, self.recording, self.roots = chat, recording, roots
        self.lane, self.cwd = lane, cwd
        self.channel = "printed" if chat.head.get("printed") is True else "chat"
        self.shell = Shell(recording.run, recording.source, roots)
        self.task: str | None = None
        self.models: list[str] = []
        self.history: list[str] = []  #: ids of what the model is sent now
        self.heard: dict[str, list[dict[str, Any]]] = {}  #: what each message adds to the context
        self.asked_at: datetime | None = None
        self.last: Message = {}
        self.halted = False
        self.answers: list[Call] = []  #: calls of the newest answer

    def run(self) -> None:
        """Take everything in its order."""
        fold_halves(self.chat)
        for number, happening in enumerate(self.chat.happenings):
            if happening.kind == SAID and happening.ids[0] in self.chat.messages:
                self.take(happening.ids[0], self.chat.messages[happening.ids[0]])
            elif happening.kind == REPLACED:
                self.replace(happening.ids, number)
            elif happening.kind == REWOUND:
                self.rewind(happening.ids[0], number)
            elif happening.kind == COMPRESSED:
                self.compress(happening.ids[0])
            elif happening.kind == LEFT:
                self.go_back(happening.ids[0], happening.ids[1:])

    def take(self, id: str, message: Message) -> None:
        """Take one message."""
        at = wild.when(message.get("timestamp"))
        kind = wild.text(message.get("type"))
        self.history.append(id)
        self.heard[id] = []
        if kind == "user":
            self.listen(id, message, at)
        elif kind in ("gemini", "assistant", "model", "qwen"):
            self.answer(id, message, at)
        elif kind in ("error", "retry", "info", "warning"):
            self.notice(id, kind, text_of(message.get("content")), at)
        self.last = message if kind != "info" else self.last
        self.recording.seen(at)

    def hear(self, id: str, message: dict[str, Any]) -> None:
        self.heard[id].append(message)
        self.recording.hear(message, self.lane)

    def listen(self, id: str, message: Message, at: datetime | None) -> None:
        """A human asks, or the program adds something. Results of tools are known from their calls."""
        text = text_of(message.get("content"))
        if not text.strip():
            return
        self.hear(id, {"role": "user", "content": text})
        self.asked_at = at or self.asked_at
        if functions_in(message.get("content"), "functionResponse"):
            return
        if message.get("synthetic") is True or text.lstrip().startswith(SYNTHETIC):
            if message.get("synthetic") is True or text.lstrip().startswith("System: "):
                self.recording.note(
                    f"note:{id}", Kind.EVENT, at, name=first_line(text), output=text, agent=self.lane
                )
            return
        shown = text_of(message.get("displayContent")) or text.partition(READ_ALONG)[0].strip()
        self.task = self.task if self.task is not None else shown
        self.halted = False
        if not self.lane:
            names = names_of_prompt(f"{self.channel}:{id}", shown or text)
            self.recording.prompt(f"prompt:{id}", text, at, shown=shown or None, names=names)

    def answer(self, id: str, message: Message, at: datetime | None) -> None:
        """The model answers, and asks for tools."""
        asked = calls_of(message)
        text = text_of(message.get("content"))
        blocks: list[dict[str, Any]] = [
            {"type": "thinking", "thinking": thought} for thought in thoughts_of(message)
        ]
        blocks += [{"type": "text", "text": text}] if text.strip() else []
        calls = [self.call_of(told, id, number, at) for number, told in enumerate(asked)]
        blocks += [
            {"type": "tool_use", "id": call.id or call.key, "name": call.tool, "input": call.given}
            for call in calls
        ]
        model = wild.text(message.get("model"))
        self.models += [model] if model else []
        tokens, usage = usage_of(message)
        ended = min(filter(None, [at, *(call.started_at for call in calls)]), default=None)
        began = wild.when(message.get("startedAt")) or self.asked_at
        began = began if began and ended and began <= ended else ended
        answer = {"role": "assistant", "content": blocks}
        self.recording.answer(
            Answer(
                key=f"llm:{id}",
                blocks=blocks,
                model=model,
                tokens=tokens,
                usage=usage,
                stop_reason="tool_calls" if calls else "stop" if text.strip() else None,
                call_id=f"{self.recording.source}:{id}" if wild.identity(message.get("id")) else None,
                started_at=began,
                ended_at=ended,
                record={name: message[name] for name in message if name not in ("toolCalls", "content")},
                agent=self.lane,
                names=self.names_of(id, message, calls, text),
            )
        )
        self.hear(id, answer)
        for call, told in zip(calls, asked, strict=True):
            self.recording.ask(call)
            self.finish(id, call, told)
        self.answers = calls

    def names_of(self, id: str, message: Message, calls: list[Call], text: str) -> tuple[str, ...]:
        """Say what other channels of the session know an answer by."""
        asked = next((call.id for call in calls if call.id), "")
        counted = names_of_answer(f"{self.channel}:{id}", *counted_in(message))
        return (*counted, *names_of_words(asked, text))

    def call_of(self, told: dict[str, Any], id: str, number: int, at: datetime | None) -> Call:
        """Begin a tool call."""
        native = wild.identity(told.get("id")) or ""
        given, tool = wild.mapping(told.get("args")), wild.text(told.get("name")) or "unknown"
        key = self.recording.key_of(key_in_lane(native, self.lane), f"tool:{id}:{number}")
        return Call(
            key=key,
            id=native,
            tool=tool,
            names=names_of_call(f"{self.channel}:{key}", tool, as_json(given)),
            given=given,
            kind=tools.kind_of(told),
            agent=self.lane,
            started_at=tools.begun_of(native, wild.when(told.get("startedAt")) or at),
            detail=tools.facts_of(told, given),
            record={name: told[name] for name in told if name not in ("args", "result", "resultDisplay")},
        )

    def finish(self, id: str, call: Call, told: dict[str, Any]) -> None:
        """Give a call its result, when it has one."""
        status = wild.text(told.get("status")) or ""
        if told.get("result") is None and status not in ("success", "error", "cancelled"):
            return
        at = wild.when(told.get("timestamp"))
        text = tools.result_of(told)
        self.recording.answered(call, text, at)
        tools.judge(call, status, told.get("result"))
        self.asked_at = max(filter(None, [at, self.asked_at]), default=None)
        self.hear(id, {"role": "tool", "tool_call_id": call.id or call.key, "content": text})
        recording = self.recording
        changes = tools.changes_of(call, told, run=recording.run, source=recording.source, roots=self.roots)
        self.shell.known |= {change.path for change in changes}
        if call.status is StepStatus.OK and family_of(call.tool) is Family.SHELL:
            command = wild.text(call.given.get("command")) or ""
            folder = wild.text(call.given.get("dir_path")) or wild.text(call.given.get("directory"))
            changes = self.shell.changes(command, step=call.key, cwd=folder or self.cwd)
        recording.changes += changes

    def notice(self, id: str, kind: str, text: str, at: datetime | None) -> None:
        """The program says something to the human: an error, or a word."""
        if kind in ("error", "retry"):
            self.recording.note(
                f"error:{id}",
                Kind.ERROR if kind == "error" else Kind.RETRY,
                at,
                name="Error",
                status=StepStatus.FAILED,
                error=first_line(text) or "Error",
                error_kind="api",
                output=text or None,
                agent=self.lane,
            )
        elif text.strip():
            self.halted = self.halted or text.startswith(HALTS)
            self.recording.note(
                f"note:{id}", Kind.EVENT, at, name=first_line(text), output=text, agent=self.lane
            )

    def replace(self, ids: list[str], number: int) -> None:
        """The history was written anew: shorter when it was compressed, else some of it was masked."""
        left, known = set(ids), [id for id in ids if id in self.heard]
        lost = [id for id in self.history if id not in left and self.heard.get(id)]
        if lost:
            summary = next((text for id in ids if (text := self.summary_in(id))), None)
            self.note_compression(ids[0] if ids else str(number), summary, len(lost))
        if lost or known != [id for id in self.history if id in left]:
            self.begin_again(ids)

    def summary_in(self, id: str) -> str | None:
        text = text_of(self.chat.messages.get(id, {}).get("content"))
        return text if text.lstrip().startswith(SUMMARY) else None

    def rewind(self, id: str, number: int) -> None:
        """A human went back to before a message."""
        kept = self.history[: self.history.index(id)] if id in self.history else []
        self.go_back(f"{id}:{number}", kept)

    def go_back(self, name: str, kept: list[str]) -> None:
        """Forget all but these messages, though the rest was paid for."""
        self.recording.note(
            f"rewind:{name}",
            Kind.EVENT,
            self.recording.last_at,
            name="Went back to an earlier message",
            detail={"forgotten": len(set(self.history).difference(kept))},
            agent=self.lane,
        )
        self.begin_again(kept)

    def compress(self, id: str) -> None:
        """The history was compressed: what the model is sent begins with a summary."""
        told = [
            {"role": "user" if one.get("role") == "user" else "assistant", "content": text}
            for one in self.chat.summaries.get(id, [])
            if (text := text_of(one.get("parts")))
        ]
        summary = next((one["content"] for one in told if one["role"] == "user"), None)
        self.note_compression(id, summary, len(self.history))
        self.history, self.heard[id] = [id], told
        self.recording.forget(told, self.lane)

    def note_compression(self, name: str, summary: str | None, forgotten: int) -> None:
        self.recording.note(
            f"compaction:{name}",
            Kind.COMPACTION,
            self.recording.last_at,
            name="Compression",
            output=summary,
            detail={"forgotten": forgotten},
            agent=self.lane,
        )

    def begin_again(self, ids: list[str]) -> None:
        """Begin the context anew with these messages."""
        self.history = [id for id in ids if id in self.heard]
        told = [message for id in self.history for message in self.heard[id]]
        self.recording.forget(told, self.lane)


def calls_of(message: Message) -> list[dict[str, Any]]:
    """List the calls of an answer: as they were recorded, else as the model asked for them."""
    recorded = wild.objects(message.get("toolCalls"))
    known = {wild.identity(call.get("id")) for call in recorded}
    asked = functions_in(message.get("content"), "functionCall")
    return [
        *recorded,
        *(call for call in asked if not recorded or wild.identity(call.get("id")) not in known),
    ]


def fold_halves(chat: Chat) -> None:
    """Put together what is one answer: a notice in between lets its calls stand in a message of their own."""
    before: Message | None = None
    for id, message in list(chat.messages.items()):
        kind = wild.text(message.get("type"))
        if kind in ("info", "warning"):
            continue
        is_half = (
            kind == "gemini"
            and not text_of(message.get("content")).strip()
            and not thoughts_of(message)
            and usage_of(message)[0] is None
        )
        if is_half and before is not None and not before.get("toolCalls") and message.get("toolCalls"):
            before["toolCalls"] = message["toolCalls"]
            del chat.messages[id]
        before = message if kind == "gemini" and id in chat.messages else None
