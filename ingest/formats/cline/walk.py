"""Everything known of one task while its messages, or its screen, go by."""

from datetime import datetime

from ingest import wild
from ingest.formats.claude_code.blocks import first_line
from ingest.formats.cline.changes import Editor, text_in
from ingest.formats.cline.parts import Record, Task
from ingest.formats.cline.prompts import Place, told_place
from ingest.formats.cline.screen import Request, at_of, details_of, kind_of, requests_of
from ingest.trajectories.recording import Call, Recording
from runs.kinds import Kind, RunStatus, StepStatus


class Walk:
    """Everything known of one task while its messages go by."""

    def __init__(self, task: Task, name: str, source: str) -> None:
        self.told = task
        self.recording = Recording(name, source)
        self.editor = Editor(name, source)
        self.place = Place()
        told_place(self.place, task.manifest, task.item, task.sdk)
        self.rows = {id(row): place for place, row in enumerate(task.ui)}
        self.before, self.requests = requests_of(task.ui)
        self.by_index = {r.index + 2: r for r in self.requests if r.index is not None}
        self.next_request = 0
        self.answers = 0  #: of the model, so far
        self.waiting: dict[str, Call] = {}  #: calls of the newest answer without a result, by key
        self.by_id: dict[str, Call] = {}  #: calls without a result, by the provider's id
        self.actions: dict[str, Record] = {}  #: key of a call → what the screen shows of it
        self.task: str | None = None
        self.models: list[str] = []
        self.said = ""
        self.ending: tuple[RunStatus, str | None] | None = None
        self.summaries = [m for m in task.ui if kind_of(m) == "condense_context"]

    @property
    def is_program(self) -> bool:
        """Say whether the command line program wrote the messages."""
        return not self.told.api

    def learn(self) -> None:
        """Take the folder once it is known."""
        if self.place.cwd:
            self.editor.cwd = self.place.cwd
            self.editor.roots.learn(self.place.cwd, sure=True)

    # --- the model is told

    def prompt(self, key: str, text: str, at: datetime | None) -> None:
        self.task = self.task or text
        self.ending = None
        self.recording.prompt(key, text, at)

    def compact(self, key: str, summary: str, at: datetime | None) -> None:
        """The conversation was summarised; the screen has the numbers."""
        shown = wild.mapping(self.summaries.pop(0).get("contextCondense")) if self.summaries else {}
        facts = {
            "pre_tokens": wild.integer(shown.get("prevContextTokens")),
            "post_tokens": wild.integer(shown.get("newContextTokens")),
            "cost_usd": wild.number(shown.get("cost")),
        }
        detail = {name: value for name, value in facts.items() if value is not None}
        text = summary or wild.text(shown.get("summary")) or ""
        self.recording.note(key, Kind.COMPACTION, at, output=text or None, detail=detail)

    # --- the model answers

    def request_for(self, number: int) -> Request | None:
        """Find the request that an answer belongs to; those before it that gave none have failed."""
        request = self.by_index.get(number)
        if request is None and not self.by_index and self.next_request < len(self.requests):
            request = self.requests[self.next_request]
        if request is None or request.number < self.next_request:
            return None
        for failed in self.requests[self.next_request : request.number]:
            self.lost(failed)
        self.next_request = request.number + 1
        return request

    def lost(self, request: Request) -> None:
        """A request that the model did not answer."""
        why = text_in(request.info, "streamingFailedMessage", "cancelReason") or "No answer came"
        self.recording.note(
            f"lost:{request.number}",
            Kind.RETRY,
            request.at,
            name="API call",
            status=StepStatus.FAILED,
            error=first_line(why, 300),
            error_kind="api",
        )
        self.beside(request)

    def model_at(self, request: Request | None) -> str | None:
        """Find the model in use by the time of the request (`task_metadata.json`), or by the environment."""
        found = self.place.model
        for used in wild.objects(self.told.metadata.get("model_usage")):
            since = wild.when(used.get("ts"))
            if request is None or request.at is None or since is None or since <= request.at:
                found = wild.text(used.get("model_id")) or found
        return found

    def cancelled(self, request: Request) -> None:
        reason = wild.text(request.info.get("cancelReason")) or ""
        if reason == "user_cancelled":
            self.ending = RunStatus.INTERRUPTED, None
        elif reason:
            why = text_in(request.info, "streamingFailedMessage") or reason.replace("_", " ")
            self.ending = RunStatus.FAILED, first_line(why, 300)
        else:
            self.ending = None

    # --- beside it, on the screen

    def after(self, action: Record) -> datetime | None:
        """Find when what the screen shows of a call was over: when something else came next."""
        rows = self.told.ui
        place = self.rows.get(id(action), len(rows)) + 1
        while place < len(rows) and kind_of(rows[place]) == "command_output":
            place += 1
        return at_of(rows[place]) if place < len(rows) else None

    def beside(self, request: Request) -> None:
        """Add what happened on the screen around a request: failed attempts and errors."""
        for number, row in enumerate(request.rest):
            kind, text = kind_of(row), wild.text(row.get("text")) or ""
            key = f"screen:{request.number}:{number}"
            if kind in ("error_retry", "api_req_retry_delayed") and row.get("partial") is not True:
                told = details_of(row)
                line = first_line(text_in(told, "errorMessage", "errorSnippet", "message") or text, 300)
                self.recording.note(
                    key,
                    Kind.RETRY,
                    at_of(row),
                    name="API call",
                    status=StepStatus.FAILED,
                    error=line or "The model call failed",
                    error_kind="api",
                    attempt=wild.integer(told.get("attempt"), 10_000),
                )
            elif kind == "api_req_failed":
                self.recording.note(
                    key,
                    Kind.ERROR,
                    at_of(row),
                    name="API error",
                    status=StepStatus.FAILED,
                    error=first_line(text, 300) or "The model could not be reached",
                    error_kind="api",
                    output=text or None,
                )
