"""One trajectory walked from its first message to its last: messages in, steps and changes out."""

from datetime import datetime
from typing import Any

from ingest import wild
from ingest.formats.claude_code.blocks import first_line
from ingest.formats.claude_code.paths import Roots
from ingest.formats.mini_swe_agent.commands import commands_of, is_observation, returned_by, timed_out
from ingest.spans.messages import read_message
from ingest.trajectories.answers import blocks_of_message, inclusive_tokens
from ingest.trajectories.recording import Answer, Call, Recording, sent
from ingest.trajectories.shells import Shell
from ingest.trajectories.tasks import statement_of
from runs.kinds import Kind, StepStatus

SUBMITS = ("COMPLETE_TASK_AND_SUBMIT_FINAL_OUTPUT", "MINI_SWE_AGENT_FINAL_OUTPUT")


class Conversation:
    """Everything known of one run while its messages go by."""

    def __init__(self, run: str, source: str, info: dict[str, Any]) -> None:
        self.recording = Recording(run, source)
        config = wild.mapping(wild.mapping(info.get("config")).get("environment"))
        self.cwd = wild.text(config.get("cwd")) or ""
        self.roots = Roots()
        if self.cwd:
            self.roots.learn(self.cwd)
        self.shell = Shell(run, source, self.roots)
        self.task: str | None = None
        self.model: str | None = None
        self.open: list[Call] = []  #: calls without a result, in order
        self.asked_at: datetime | None = None  #: when the model, or the next command, could begin
        self.handed_in = False
        self.exit_status: str | None = None
        self.exit_error: str | None = None
        self.submission = ""

    def take(self, number: int, message: dict[str, Any]) -> None:
        """Read one message."""
        extra = wild.mapping(message.get("extra"))
        # Before version 2 the time stands beside the role.
        at = wild.when(extra.get("timestamp")) or wild.when(message.get("timestamp"))
        role = wild.text(message.get("role")) or ""
        if role == "exit":
            self.left(number, message, extra, at)
            return
        if role == "assistant":
            self.answer(number, message, extra, at)
        elif role == "tool" or (role == "user" and self.open and self.is_result(message, extra)):
            self.result(number, message, at)
        elif role == "user":
            self.told(number, message, extra, at)
        if role != "assistant":
            self.recording.hear(sent(message))
        self.asked_at = at or self.asked_at

    def is_result(self, message: dict[str, Any], extra: dict[str, Any]) -> bool:
        """Tell the result of a command from what the harness or a human says in the user's name."""
        if is_observation(message) or "returncode" in extra:
            return True
        return not extra.get("interrupt_type") and not all(call.answered for call in self.open)

    def answer(
        self, number: int, message: dict[str, Any], extra: dict[str, Any], at: datetime | None
    ) -> None:
        response = wild.mapping(extra.get("response"))
        choice = next(iter(wild.objects(response.get("choices"))), {})
        usage = wild.mapping(response.get("usage")) or wild.mapping(extra.get("usage"))
        self.model = wild.text(response.get("model")) or self.model
        began = self.asked_at or wild.when(response.get("created"))
        key = wild.identity(response.get("id"))
        self.recording.answer(
            Answer(
                key=f"llm:{number}",
                blocks=blocks_of_message(message),
                message=sent(message),
                model=wild.text(response.get("model")),
                tokens=inclusive_tokens(usage),
                usage=wild.tree(usage) or None,
                cost=wild.number(extra.get("cost")),
                stop_reason=wild.text(choice.get("finish_reason")),
                call_id=key,
                started_at=began if began and at and began <= at else at,
                ended_at=at,
                record={**message, "extra": {**extra, "response": {**response, "choices": len(choice)}}},
            )
        )
        self.open = [
            self.recording.ask(
                Call(
                    key=self.recording.key_of(command.id, f"tool:{number}:{n}"),
                    id=command.id,
                    tool=command.tool,
                    given=command.given,
                    started_at=at,
                )
            )
            for n, command in enumerate(commands_of(message))
        ]
        self.asked_at = at or self.asked_at

    def result(self, number: int, message: dict[str, Any], at: datetime | None) -> None:
        call = self.call_of(number, message)
        returned = returned_by(message)
        call.started_at = call.started_at or self.asked_at
        if call.started_at and self.asked_at and call.started_at < self.asked_at:
            call.started_at = self.asked_at  # commands of one answer run one after the other
        call.record = {name: value for name, value in message.items() if name != "content"}
        call.exit_code = returned.code
        self.recording.answered(call, returned.output, at)
        if timed_out(returned):
            call.fail("timeout", first_line(returned.why))
        elif returned.why:
            call.fail("tool", first_line(returned.why))
        elif returned.code:
            line = last_line(returned.output)
            call.fail("command", f"exit {returned.code}: {line}" if line else f"exit {returned.code}")
        command = wild.text(call.given.get("command")) or ""
        if any(word in command for word in SUBMITS):
            self.handed_in = self.handed_in or call.status == StepStatus.OK
        if call.status == StepStatus.OK:
            self.recording.changes += self.shell.changes(command, step=call.key, cwd=self.cwd)

    def call_of(self, number: int, message: dict[str, Any]) -> Call:
        """Find the call that a result answers: by id, else the next open one; a lost one is made up for."""
        name = wild.identity(message.get("tool_call_id")) or ""
        waiting = [call for call in self.open if not call.answered]
        call = next((call for call in waiting if name and call.id == name), None)
        call = call or (waiting[0] if waiting else None)
        if call is None:
            key = self.recording.key_of(name, f"tool:{number}")
            call = self.recording.ask(Call(key=key, id=name, tool="unknown", given={}))
        return call

    def told(self, number: int, message: dict[str, Any], extra: dict[str, Any], at: datetime | None) -> None:
        """A user's message that is no result: the task, a human who steps in, or the harness complaining."""
        text = read_message(message).text
        kind = wild.text(extra.get("interrupt_type"))
        if self.task is None:
            self.task = statement_of(text)
            self.recording.prompt(f"prompt:{number}", text, at, shown=self.task)
        elif kind == "UserInterruption":
            self.recording.prompt(f"prompt:{number}", text, at)
        elif text.strip():
            self.recording.note(
                f"error:{number}",
                Kind.ERROR,
                at,
                name=kind or "Told by the harness",
                status=StepStatus.FAILED,
                error=first_line(text),
                error_kind="validation",
                output=text,
            )

    def left(self, number: int, message: dict[str, Any], extra: dict[str, Any], at: datetime | None) -> None:
        """Read the last message: why the agent stopped, and what it handed in."""
        self.exit_status = wild.text(extra.get("exit_status"))
        self.submission = wild.text(extra.get("submission")) or ""
        text = wild.text(message.get("content")) or ""
        if (self.exit_status or "").lower() == "submitted":
            self.handed_in = True
            for call in self.open:
                if not call.answered:  # the command that hands in is answered by the end of the run
                    self.recording.answered(call, text, at)
            return
        self.exit_error = wild.text(extra.get("exception_str")) or first_line(text)
        self.recording.note(
            f"exit:{number}",
            Kind.ERROR,
            at,
            name=self.exit_status or "Exit",
            status=StepStatus.FAILED,
            error=(self.exit_error or self.exit_status or "The agent stopped")[:300],
            error_kind="timeout" if "imeout" in (self.exit_status or "") else "api",
            output=wild.text(extra.get("traceback")) or text or None,
        )

    def end(self, info: dict[str, Any]) -> None:
        """Take what only the head of the file says."""
        if self.task is None:
            self.task = wild.text(info.get("task"))
        for call in () if info else self.open:
            # A bare list of messages ends with the command that hands in.
            if not call.answered and any(word in str(call.given.get("command")) for word in SUBMITS):
                self.recording.answered(call, "", None)
                self.handed_in = True


def last_line(text: str) -> str:
    """Take the last line that says something: a traceback ends in its reason."""
    return next((line.strip()[:200] for line in reversed(text.splitlines()) if line.strip()), "")
