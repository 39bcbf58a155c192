"""Everything known of one session of Aider while its parts go by: what was asked and answered."""

from datetime import datetime, timedelta
from typing import Any

from ingest.formats.aider.analytics import Launch
from ingest.formats.aider.calls import Call as Logged
from ingest.formats.aider.edits import Edit, edits_in
from ingest.formats.aider.history import Part, Session
from ingest.formats.claude_code.paths import Roots
from ingest.trajectories.recording import Answer, Call, Recording
from runs.kinds import Kind, RunStatus

THINKING, ANSWER = "► **THINKING**", "► **ANSWER**"
#: Commands whose words go to the model.
TALKS = ("/ask", "/code", "/architect", "/help", "/context", "/chat-mode", "/editor", "/edit")
SHELLS = ("/run", "/test", "/lint", "/git")
LEAVES = ("/exit", "/quit")
FORGETS = ("/clear", "/reset")


class Walk:
    """Everything known of one session while its parts go by."""

    def __init__(self, session: Session, name: str, source: str) -> None:
        self.session = session
        self.recording = Recording(name, source)
        self.source = source
        self.roots = Roots()
        self.loose: set[str] = set()  #: keys of calls that only the log tells
        self.logged: list[tuple[str, Logged]] = []  #: calls of the log that are not told yet, by their answer
        self.launch: Launch | None = None
        self.shift = timedelta()
        self.sent = 0  #: of the launch's calls, so far
        self.known: dict[str, str] = {}  #: whole texts of files
        self.answers = 0
        self.place = -1  #: of the newest answer
        self.answer: Answer | None = None
        self.edits: dict[int, Edit] = {}  #: of the newest answer, by number; those that nothing was said of
        self.format = ""
        self.task: str | None = None
        self.models: list[str] = []
        self.version: str | None = None
        self.commits: list[dict[str, str]] = []
        self.said = ""
        self.trouble: str | None = None
        self.ending: tuple[RunStatus, str | None] | None = None
        self.has_asked = False
        self.waits = False  #: the newest prompt has no answer

    def where(self, path: str) -> str:
        return self.roots.place(path).path

    def moment(self, at: datetime | None) -> datetime | None:
        """Turn the machine's own time into UTC, as far as the time zone is known."""
        return at - self.shift if at is not None else None

    # --- the human

    def asked(self, number: int, part: Part) -> None:
        """A prompt, or a command to the program."""
        self.has_asked = True
        text = part.text.strip()
        word, _, rest = text.partition(" ")
        key = f"prompt:{number}"
        if text.startswith("!") or word in SHELLS:
            self.ran(key, text.lstrip("!").strip() if text.startswith("!") else shell_of(word, rest))
        elif (word in TALKS and rest.strip()) or not text.startswith("/"):
            if not text or text == "<blank>":
                return
            self.task = self.task or (rest.strip() if word in TALKS else text)
            self.recording.prompt(key, text)
            self.recording.hear({"role": "user", "content": text})
            self.waits, self.ending = True, None
        else:
            self.recording.note(key, Kind.EVENT, name="Human ran", input=text)
            if word in FORGETS:
                self.recording.note(
                    f"{key}:forgot", Kind.COMPACTION, name="Cleared", detail={"trigger": word}
                )
                self.recording.forget([])
            elif word in LEAVES and self.ending is None:
                self.ending = RunStatus.DONE, None

    def ran(self, key: str, command: str, *, by: str = "human") -> None:
        """A command is run; what came of it is not in the history, so that it stays without a result."""
        detail: dict[str, object] = {"by": by, "command": command}
        self.recording.ask(Call(key=key, tool="shell", given={"command": command}, detail=detail))

    # --- the model

    def answered(self, text: str) -> None:
        """An answer: its words, and the edits in it."""
        logged = self.logged_for(text)
        blocks = blocks_of(text)
        self.said = "\n".join(block["text"] for block in blocks if block["type"] == "text")
        answer = Answer(
            key=f"llm:{self.answers}",
            blocks=blocks,
            message={"role": "assistant", "content": self.said},
            model=self.models[-1] if self.models else None,
            stop_reason="stop",
            started_at=self.moment(logged.asked_at) if logged else None,
            ended_at=self.moment(logged.answered_at) if logged else None,
        )
        if logged is not None:
            self.recording.forget(logged.messages)
            self.known |= {self.where(path): text for path, text in logged.files().items()}
        self.answer, self.place = answer, self.recording.answer(answer)
        self.edits = dict(enumerate(edits_in(self.said, self.format)))
        self.answers += 1
        self.waits, self.trouble = False, None

    def logged_for(self, text: str) -> Logged | None:
        """Find the call of the log that gave an answer; those before it gave nothing that was kept."""
        wanted = plain(text)
        place = next((n for n, (answer, _) in enumerate(self.logged) if answer == wanted), None)
        if place is None:
            return None
        for _, lost in self.logged[:place]:
            self.unheard(lost)
        _, found = self.logged[place]
        del self.logged[: place + 1]
        return found

    def unheard(self, logged: Logged) -> None:
        """A call of the log whose answer is not in the history."""
        self.recording.forget(logged.messages)
        at = self.moment(logged.asked_at)
        answer = Answer(
            key=f"llm:log:{logged.asked_at.isoformat() if logged.asked_at else len(self.recording.slots)}",
            blocks=blocks_of(logged.answer) if logged.answer else [],
            model=self.models[-1] if self.models else None,
            started_at=at,
            ended_at=self.moment(logged.answered_at) or at,
        )
        if answer.key not in self.loose:
            self.loose.add(answer.key)
            self.recording.answer(answer)


def shell_of(word: str, rest: str) -> str:
    """Write what a command runs: `/git log` is `git log`; `/test` alone runs what is configured."""
    return f"git {rest}".strip() if word == "/git" else rest.strip() or word


def blocks_of(text: str) -> list[dict[str, Any]]:
    """Write an answer as blocks; thinking stands between two marks."""
    head, mark, rest = text.partition(THINKING)
    thought, _, said = rest.partition(ANSWER) if mark else ("", "", text)
    words = "\n".join(part for part in (head.strip("- \n") if mark else "", said.strip("\n")) if part)
    blocks = [{"type": "thinking", "thinking": thought.strip("- \n")}] if thought.strip("- \n") else []
    return [*blocks, {"type": "text", "text": words}] if words.strip() else blocks


def plain(text: str) -> str:
    """Make two copies of an answer alike: the history leaves out blanks at its ends."""
    return "\n".join(line.rstrip() for line in text.strip().split("\n"))
