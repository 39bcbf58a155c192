"""One run of OpenHands while its events go by, for both versions of its event stream."""

from datetime import datetime
from typing import Any

from ingest import wild
from ingest.formats.claude_code.blocks import first_line
from ingest.formats.claude_code.paths import Roots
from ingest.formats.openhands.meter import Meter
from ingest.trajectories.recording import Answer, Call, Recording
from ingest.trajectories.shells import Shell
from ingest.trajectories.tasks import statement_of
from runs.kinds import Basis, Kind, Op, RunStatus, StepStatus
from runs.records import ChangeRecord

Event = dict[str, Any]
SHELLS = frozenset({"execute_bash", "bash", "terminal", "run"})
#: Where the sandbox keeps what is worked on.
WORKSPACE = "/workspace"
#: What the agent's state says of the run.
STATES = {
    "finished": RunStatus.DONE,
    "error": RunStatus.FAILED,
    "rejected": RunStatus.FAILED,
    "stuck": RunStatus.FAILED,
    "stopped": RunStatus.INTERRUPTED,
    "user_rejected": RunStatus.INTERRUPTED,
}


class Stream:
    """Everything known of one run."""

    def __init__(self, run: str, source: str) -> None:
        self.recording = Recording(run, source)
        self.roots = Roots()
        self.shell = Shell(run, source, self.roots)
        self.meter = Meter()
        self.calls: dict[str, Call] = {}  #: by the id of the action
        self.answers: set[str] = set()  #: responses that have their step
        self.task: str | None = None
        self.model: str | None = None
        self.cwd = ""
        self.status: RunStatus | None = None
        self.error: str | None = None
        self.lane = ""
        self.said = ""  #: the text of the newest answer
        self.asked_at: datetime | None = None

    def prompt(self, key: str, text: str, at: datetime | None) -> None:
        """A human asks; the first time it is the task."""
        shown = statement_of(text) if self.task is None else None
        self.task = self.task if self.task is not None else shown
        self.recording.prompt(key, text, at, shown=shown)
        self.recording.hear({"role": "user", "content": text})
        self.asked_at = at or self.asked_at

    def answer(
        self, key: str, blocks: list[dict[str, Any]], at: datetime | None, *, model: str | None, **facts: Any
    ) -> None:
        """Add a model call, with the tokens and the money that were counted since the last one."""
        self.model = model or self.model
        self.said = "\n".join(block["text"] for block in blocks if block["type"] == "text")
        tokens, usage = self.meter.take_tokens()
        if facts.get("tokens") is None:
            facts |= {"tokens": tokens, "usage": usage}
        began = self.asked_at
        self.recording.answer(
            Answer(
                key=key,
                blocks=blocks,
                message={"role": "assistant", "content": blocks},
                model=model,
                cost=self.meter.take_cost(),
                started_at=began if began and at and began <= at else at,
                ended_at=at,
                agent=self.lane,
                **facts,
            )
        )

    def call(self, action: str, call: Call) -> Call:
        """Add a tool call under the id of its action."""
        call.agent = self.lane
        self.calls[action] = self.recording.ask(call)
        return call

    def call_for(self, action: str, id: str, tool: str, key: str, at: datetime | None = None) -> Call:
        """Find the call that a result belongs to; one that is not in the file is made up for."""
        found = self.calls.get(action)
        found = found or next((call for call in self.calls.values() if id and call.id == id), None)
        if found is None:
            made = Call(
                key=self.recording.key_of(id, key), id=id, tool=tool or "unknown", given={}, started_at=at
            )
            found = self.call(action or key, made)
        return found

    def result(self, call: Call, text: str, at: datetime | None, record: Event) -> None:
        """Give a call its result, and tell the model."""
        call.record = record
        self.recording.answered(call, text, at)
        told = {"role": "tool", "tool_call_id": call.id or call.key, "content": text}
        self.recording.hear(told, self.lane)
        self.asked_at = at or self.asked_at

    def judge(self, call: Call, text: str, exit_code: int | None) -> None:
        """Take the exit code of a command; the tool's own word on errors comes before it."""
        call.exit_code = exit_code
        if exit_code and call.status == StepStatus.OK:
            lines = [line.strip() for line in text.splitlines() if line.strip()]
            said = next((line for line in reversed(lines) if not line.startswith("[")), "")[:200]
            call.fail("command", f"exit {exit_code}: {said}" if said else f"exit {exit_code}")

    def follow_command(self, call: Call) -> None:
        """Take the files that a command wrote in plain sight."""
        command = wild.text(call.given.get("command"))
        if call.tool in SHELLS and command and call.status == StepStatus.OK:
            self.recording.changes += self.shell.changes(command, step=call.key, cwd=self.cwd)

    def work_in(self, folder: str | None) -> None:
        """Learn the folder that a command ran in."""
        if folder:
            self.cwd = self.cwd or folder
            self.roots.learn(folder)

    def changed(self, call: Call, path: str, told: Event) -> None:
        """Add the file change that a result reports with both contents."""
        before, after = wild.text(told.get("old_content")), wild.text(told.get("new_content"))
        is_new = told.get("prev_exist") is False
        if not self.roots.known and path.startswith(WORKSPACE + "/"):
            self.roots.learn(WORKSPACE)
        if after is None or before == after:
            return
        place = self.roots.place(path, self.cwd)
        self.shell.known.add(place.path)
        self.recording.changes.append(
            ChangeRecord(
                run=self.recording.run,
                step=call.key,
                key=f"{call.key}:{place.path}:0",
                path=place.path,
                raw_path=path if path != place.path else None,
                outside=place.outside,
                op=Op.CREATE if is_new else Op.EDIT,
                source=self.recording.source,
                basis=Basis.CONTENT,
                before=None if is_new else before,
                after=after,
            )
        )

    def fail(self, key: str, text: str, at: datetime | None, *, kind: str = "tool", name: str) -> None:
        """Add a failure that is no call's own."""
        self.recording.note(
            key,
            Kind.ERROR,
            at,
            name=name,
            status=StepStatus.FAILED,
            error=first_line(text) or name,
            error_kind=kind,
            output=text or None,
            agent=self.lane,
        )

    def compact(self, key: str, at: datetime | None, *, summary: str | None, forgotten: int) -> None:
        """The context was cut: what follows is built on the summary."""
        self.recording.note(
            key, Kind.COMPACTION, at, name="Condensation", output=summary, detail={"forgotten": forgotten}
        )
        self.recording.forget([{"role": "user", "content": summary}] if summary else [], self.lane)

    def final(self, key: str, text: str, at: datetime | None) -> None:
        """The last words, unless the model's answer has them as well."""
        if text.strip() and text.strip() != self.said.strip():
            self.recording.note(key, Kind.FINAL, at, output=text)

    def state(self, state: str | None, why: str | None) -> None:
        """Take how the agent says that it stands."""
        found = STATES.get(state or "")
        if found is not None:
            self.status = found
            self.error = (why or f"The agent stopped: {state}")[:300] if found is RunStatus.FAILED else None
        elif state in ("running", "loading", "init"):
            self.status = self.error = None
