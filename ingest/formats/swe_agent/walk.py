"""One trajectory walked from its first step to its last: steps and history in, records out."""

from typing import Any

from ingest import wild
from ingest.documents import read_value
from ingest.formats.swe_agent.actions import Action, actions_of
from ingest.formats.swe_agent.edits import Editor
from ingest.formats.swe_agent.failures import EDITORS, failure_of, has_changed
from ingest.spans.messages import read_message
from ingest.trajectories.answers import blocks_of_message
from ingest.trajectories.recording import Answer, Call, Recording, sent
from ingest.trajectories.shells import Shell
from ingest.trajectories.tasks import statement_of

#: Fields that some versions keep the model's thinking in.
THINKING = ("thinking_blocks", "reasoning_content")


class Walk:
    """Everything known of one run while its steps go by."""

    def __init__(self, run: str, source: str, history: list[dict[str, Any]], model: str | None) -> None:
        self.recording = Recording(run, source)
        self.editor = Editor(run, source)
        self.shell = Shell(run, source, self.editor.roots)
        self.history = history
        self.model = model
        self.at = 0  #: where in the history the next answer is looked for
        self.task: str | None = None
        self.cwd = ""
        self.open_file = ""

    def begin(self) -> None:
        """Read what stands before the first answer: the system prompt, demonstrations, the task."""
        asked: dict[str, Any] | None = None
        for message in self.history:
            if is_answer(message):
                break
            if message.get("role") == "user" and message.get("is_demo") is not True:
                asked = message
        if asked is not None:
            text = read_message(asked).text
            self.task = statement_of(text)
            self.recording.prompt("prompt", text, shown=self.task)

    def learn_folder(self, trajectory: list[dict[str, Any]]) -> None:
        """Find the repository's folder: the first that the steps work in."""
        for step in trajectory:
            folder = wild.text(state_of(step).get("working_dir"))
            if folder and folder != "n/a":
                self.cwd = folder
                self.editor.roots.learn(folder)
                return

    def take(self, number: int, step: dict[str, Any]) -> None:
        """Read one step: an answer, its action, and what came of it."""
        message = self.answer_message(number, step)
        self.recording.answer(
            Answer(
                key=f"llm:{number}",
                blocks=blocks_of_message(message),
                message=sent(message),
                model=self.model,
                record={name: step[name] for name in step if name not in ("query", "messages")},
            )
        )
        actions = actions_of(step, message)
        observation = (wild.text(step.get("observation")) or "").replace("\r\n", "\n")
        state = state_of(step)
        for n, action in enumerate(actions):
            last = n == len(actions) - 1
            self.act(action, f"tool:{number}:{n}", step, observation if last else "", state)
        folder, file = wild.text(state.get("working_dir")), wild.text(state.get("open_file"))
        self.cwd = folder or self.cwd
        self.open_file = file if file and file != "n/a" else self.open_file

    def answer_message(self, number: int, step: dict[str, Any]) -> dict[str, Any]:
        """Find the answer of a step in the history, and what the model was sent before it."""
        found: dict[str, Any] = {}
        before = self.at
        while self.at < len(self.history):
            message = self.history[self.at]
            self.at += 1
            if is_answer(message):
                found = message
                break
        query = wild.objects(step.get("query")) or wild.objects(step.get("messages"))
        if query:
            self.recording.forget([sent(one) for one in query])
        else:
            for one in self.history[before : max(self.at - bool(found), before)]:
                self.recording.hear(sent(one))
        text = wild.text(step.get("response")) or wild.text(found.get("content")) or ""
        text = text or wild.text(step.get("thought")) or ""
        thinking = {name: step.get(name) or found.get(name) for name in THINKING}
        kept = {name: value for name, value in thinking.items() if isinstance(value, str)}
        blocks = wild.objects(thinking["thinking_blocks"])
        content: object = [*blocks, {"type": "text", "text": text}] if blocks else text
        calls = found.get("tool_calls") or step.get("tool_calls")
        return {"role": "assistant", "content": content, "tool_calls": calls, **kept}

    def act(
        self, action: Action, key: str, step: dict[str, Any], observation: str, state: dict[str, Any]
    ) -> None:
        seconds = wild.number(step.get("execution_time"))
        call = self.recording.ask(
            Call(
                key=self.recording.key_of(action.id, key),
                id=action.id,
                tool=action.tool,
                given=action.given,
                detail=self.facts_of(action, state),
                duration_ms=round(seconds * 1_000) if seconds is not None and seconds < 10**6 else None,
            )
        )
        if "observation" not in step:
            return
        self.recording.answered(call, observation)
        failure = failure_of(action.tool, observation)
        if failure is not None:
            call.fail(failure.kind, failure.sentence, failure.status)
        else:
            self.follow_files(call, action, observation, state)
        if failure is None or action.tool not in EDITORS:
            self.editor.look(observation, self.cwd)

    def follow_files(self, call: Call, action: Action, observation: str, state: dict[str, Any]) -> None:
        """Take the file change that an action tells of."""
        if action.tool in EDITORS and has_changed(observation):
            change = self.editor.change(
                call.key,
                action.tool,
                action.given,
                observation=observation,
                open_file=wild.text(state.get("open_file")) or self.open_file,
                cwd=self.cwd,
            )
            if change is not None:
                self.recording.changes.append(change)
                self.shell.known.add(change.path)
        elif action.tool == "bash":
            command = wild.text(action.given.get("command")) or ""
            self.recording.changes += self.shell.changes(command, step=call.key, cwd=self.cwd)

    def facts_of(self, action: Action, state: dict[str, Any]) -> dict[str, object]:
        """Say what the sentence of a call needs: SWE-agent's windows do not name their file."""
        given = action.given
        facts: dict[str, object] = {}
        if action.tool in ("goto", "scroll_up", "scroll_down", "edit", "insert", "append"):
            named = wild.text(given.get("path")) or wild.text(state.get("open_file")) or self.open_file
            facts["path"] = self.editor.place(named, self.cwd).path if named and named != "n/a" else ""
        elif action.tool in ("open", "create", "str_replace_editor"):
            named = wild.text(given.get("path")) or wild.text(given.get("filename")) or ""
            facts["path"] = self.editor.place(named, self.cwd).path if named else ""
        facts["pattern"] = wild.text(given.get("file_name")) or wild.text(given.get("search_term")) or ""
        line = wild.integer(given.get("line_number"), 10**8)
        if line is not None:
            facts["start_line"] = line
        return facts


def is_answer(message: dict[str, Any]) -> bool:
    """Say whether a message of the history is an answer of this run, and not of a demonstration."""
    return message.get("role") == "assistant" and message.get("is_demo") is not True


def state_of(step: dict[str, Any]) -> dict[str, Any]:
    """Read the state beside a step: an object, or JSON text of one (before 1.0)."""
    state = step.get("state")
    return wild.mapping(read_value(state.strip()) if isinstance(state, str) else state)
