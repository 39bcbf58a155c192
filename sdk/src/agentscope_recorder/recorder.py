"""`Recorder`: every event of a run as one line of a file, and from there to the server."""

from __future__ import annotations

import atexit
import itertools
import os
import re
import sys
import time
import uuid
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Any, Callable, TypeVar

from agentscope_recorder import tools
from agentscope_recorder.asked import Asked, first_asked
from agentscope_recorder.blobs import keep_blob
from agentscope_recorder.capture import Capture
from agentscope_recorder.config import Config, read_config
from agentscope_recorder.endings import flush_on_sigterm
from agentscope_recorder.journal import Journal
from agentscope_recorder.limits import FLUSH_SECONDS, TEXT_CHARS
from agentscope_recorder.places import Place, here
from agentscope_recorder.plain import encode, plain, sentence_of
from agentscope_recorder.posting import Target
from agentscope_recorder.quiet import never_raises, warn_once
from agentscope_recorder.redaction import Redactor, Rule, secrets_in
from agentscope_recorder.shipping import Shipper
from agentscope_recorder.steps import Step, is_stopped
from agentscope_recorder.workspace import Workspace

Function = TypeVar("Function", bound=Callable[..., Any])
#: What of the id of a run is no name of a file.
NO_NAME = re.compile(r"[^\w.-]+")
#: Set for the programs that a run starts: recorders in them join it.
RUN_VARIABLE, PARENT_VARIABLE = "AGENTSCOPE_RUN", "AGENTSCOPE_PARENT"


class Recorder:
    """Records one run. It never raises into the agent, never changes what it does, never blocks it."""

    def __init__(
        self,
        path: str | Path | None = None,
        *,
        url: str | None = None,
        key: str | None = None,
        run: str | None = None,
        capture: str = "full",
        redact: Iterable[Rule] = (),
        deny_fields: Iterable[str] = (),
        deny_paths: Iterable[str] = (".env", ".env.*", "*.pem", "id_rsa", "id_ed25519"),
        text_chars: int = TEXT_CHARS,
        workspace: str | Path | Workspace | None = None,
        **about: Any,
    ) -> None:
        """Begin a run. `about` is what `run_start` tells: agent, task, model, repo, variant, session, …"""
        self._config = read_config(url=url, key=key)
        self._joined = "" if run else os.environ.get(RUN_VARIABLE, "")
        self.run = run or self._joined or f"{time.strftime('%Y%m%d-%H%M%S')}-{uuid.uuid4().hex[:8]}"
        self._over, self._started_in = False, os.getpid()
        self._prefix, self._numbers = uuid.uuid4().hex[:6], itertools.count(1)
        self._outside = os.environ.get(PARENT_VARIABLE, "") if self._joined else ""
        try:
            self._capture = Capture(
                capture, deny_fields=deny_fields, deny_paths=deny_paths, text_chars=text_chars
            )
            self._redactor = Redactor(redact, secrets_in(_cwd(), os.environ))
        except Exception as error:  # what is not understood must not let contents out
            warn_once("settings", f"The settings are wrong ({error}); only metadata is recorded.")
            self._capture, self._redactor = Capture("metadata"), Redactor()
        self._asked = Asked()
        self._journal = Journal(self._path(path))
        self._shipper = self._make_shipper(self._config)
        atexit.register(self._at_exit)
        flush_on_sigterm(self)
        self._workspace = None
        self._is_named = bool(self._joined or about.get("task") or about.get("name"))
        space = _space(workspace, self.path)
        if not self._joined:
            self.write("run_start", **{"agent": _program(), "cwd": _cwd(), **_about(space), **about})
        self._workspace = space

    @property
    def path(self) -> Path:
        """The file that the run is written to."""
        return self._journal.path

    def __enter__(self) -> Recorder:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.end(error)

    @never_raises
    def prompt(self, text: str, **fields: Any) -> None:
        """Record what a human asked."""
        self._is_named = True
        self.write("prompt", text=text, **fields)

    @never_raises
    def llm_call(self, *, id: str | None = None, **fields: Any) -> str:
        """Record a model call that is over: model, messages, content, usage, duration_ms, error, …"""
        step = id or self.new_id()
        self.write("llm_call", id=step, **fields)
        return step

    @never_raises
    def tool_call(self, name: str, args: Any = None, *, id: str | None = None, **fields: Any) -> str:
        """Record that a tool begins: with the id of the model's `tool_use` block. Gives the id."""
        step = id or self.id_of_call(name, args)
        self.write("tool_call", id=step, name=name, args=args, **fields)
        return step

    @never_raises
    def tool_result(self, id: str | None, output: Any = None, *, full: Any = None, **fields: Any) -> None:
        """Record what a tool gave back, as the model sees it; `full` is kept in a file beside."""
        self.write("tool_result", id=id, output=output, **fields)
        if full is not None and id:
            self.blob(id, full)

    @never_raises
    def file_change(self, path: str, *, step: str | None = None, **fields: Any) -> None:
        """Record a change of a file: `before` and `after`, or `patch`; `step` is its call."""
        self.write("file_change", step=step or here.get().parent or None, path=path, **fields)

    @never_raises
    def retry(self, *, of: str | None = None, **fields: Any) -> None:
        """Record a failed attempt: attempt, max_attempts, error, http_status, wait_ms."""
        self.write("retry", of=of, **fields)

    @never_raises
    def error(self, error: Any, *, tool: str | None = None, **fields: Any) -> None:
        """Record that something went wrong; it does not end the run."""
        self.write("error", error=sentence_of(error), tool=tool, **fields)

    @never_raises
    def log(self, level: str, text: str, **data: Any) -> None:
        """Record a line of your log."""
        self.write("log", level=level, text=text, data=data or None)

    @never_raises
    def final(self, text: str, **fields: Any) -> None:
        """Record the answer: the run is done."""
        self.write("final", text=text, **fields)

    @never_raises
    def blob(self, step: str, content: Any) -> None:
        """Keep a whole content in a file beside the run, and tell of it; not with `capture="metadata"`."""
        if self._capture.mode == "full":
            kept = content if isinstance(content, bytes) else self._redactor.mask(encode(content))
            self.write("blob_ref", step=step, **keep_blob(self.path, kept))

    def step(self, kind: str, name: str = "", **fields: Any) -> Step:
        """Begin a step that lasts: kind is "tool", "llm", "agent", or a word of yours."""
        return Step(self, kind, name, fields)

    def tool(self, function: Function) -> Function:
        """Record every call of a function as a tool call; also of `async` functions."""
        wrapped: Function = tools.recorded(self, function)
        return wrapped

    def environment(self) -> dict[str, str]:
        """Give the variables for a program that the agent starts, so that recorders in it join this run."""
        trace = uuid.uuid5(uuid.NAMESPACE_OID, self.run).hex
        parent = here.get().parent
        around = {PARENT_VARIABLE: parent} if parent else {}
        span = uuid.uuid5(uuid.NAMESPACE_OID, parent or self.run).hex[:16]
        return {**os.environ, RUN_VARIABLE: self.run, **around, "TRACEPARENT": f"00-{trace}-{span}-01"}

    def new_id(self) -> str:
        """Make an id that no other step of the run has."""
        return f"{self._prefix}-{next(self._numbers)}"

    def id_of_call(self, name: str, args: Any) -> str:
        """Give the id that the model gave the call it asked for; a call of nobody gets one of its own."""
        return self._asked.take(name, args) or self.new_id()

    @never_raises
    def write(self, kind: str, *, place: Place | None = None, **fields: Any) -> None:
        """Write an event of any kind: first into the file, then it is sent in the background."""
        if kind == "llm_call":
            self._tell_task(fields.get("messages"), place)
            self._tell_results(fields.get("messages"))
        if kind == "tool_call" and self._workspace is not None:
            self._workspace.tell(self, None, place=place)
        told = self._place_of(place).fields() if kind != "run_start" else {}
        event = {
            "v": 1,
            "run": self.run,
            "ts": _now(),
            "n": self.new_id(),
            "kind": kind,
            **told,
            **{name: value for name, value in fields.items() if value is not None},
        }
        event = plain(event)
        self._note(kind, event)
        kept = self._capture.apply(event)
        self._journal.append(self._redactor.mask(encode(kept)))
        if kind in ("tool_result", "tool_call") and ends_call(event) and self._workspace is not None:
            self._workspace.tell(self, event.get("id"), place=place)
        if self._shipper is not None:
            self._shipper.nudge()

    @never_raises
    def end(self, error: BaseException | None = None, *, status: str | None = None, **fields: Any) -> None:
        """End the run, once; of a run that was joined the outer recorder says the end."""
        if self._over:
            return
        self._over = True
        if self._workspace is not None:
            self._workspace.tell_end(self)
        if not self._joined and os.getpid() == self._started_in:
            how = status or _status_of(error)
            self.write("run_end", status=how, error=sentence_of(error) if error else None, **fields)
        is_sent = self.flush()
        if self._shipper is not None:
            self._shipper.close(is_sent=bool(is_sent))
        self._journal.close()
        atexit.unregister(self._at_exit)

    @never_raises
    def flush(self, seconds: float = FLUSH_SECONDS) -> bool:
        """Wait until all is sent, at most so long; the file has it in any case."""
        return self._shipper is None or self._shipper.flush(seconds)

    def after_fork(self) -> None:
        """Go on in a forked child: with ids of its own, into the same file, which the parent sends.

        The parent looks at the work tree: its snapshots are no file of the child's to use or remove.
        """
        self._prefix = uuid.uuid4().hex[:6]
        self._workspace = None
        self._asked = Asked()  # other threads may hold the lock of the old one, and are not there
        self._journal.reopen()

    def _tell_task(self, messages: Any, place: Place | None) -> None:
        """Tell what a human asked first as the task, where nobody told one: it names the run."""
        if self._is_named or self._place_of(place).agent:
            return
        task = first_asked(plain(messages))
        if task:
            self._is_named = True
            self.write("run_start", task=task)

    def _tell_results(self, messages: Any) -> None:
        """Tell the results that only the next request has: the loop records model calls alone."""
        for result in self._asked.results_in(plain(messages)):
            call, ended = result.call, {"output": result.output, "is_error": result.failed or None}
            if result.begun:
                self.write("tool_result", id=call.id, **ended)
            else:
                self.write("tool_call", id=call.id, name=call.name, args=call.args, **ended)

    def _note(self, kind: str, event: dict[str, Any]) -> None:
        if kind == "llm_call":
            self._asked.note(event)
        elif kind == "tool_result" or (kind == "tool_call" and "output" in event):
            self._asked.answered(event.get("id"))

    def _place_of(self, place: Place | None) -> Place:
        at = here.get() if place is None else place
        return at if at.parent or at.agent else at._replace(parent=self._outside)

    def _path(self, path: str | Path | None) -> Path:
        try:
            if path is not None:
                return Path(path)
        except TypeError as error:
            warn_once("path", f"{error}; the run is written to {self._config.folder}.")
        return self._config.folder / f"{NO_NAME.sub('-', str(self.run))[-100:]}.jsonl"

    def _make_shipper(self, config: Config) -> Shipper | None:
        if config.url and config.key:
            return Shipper(self._journal, Target(config.url, config.key))
        if config.url or config.key:
            missing = "AGENTSCOPE_KEY" if config.url else "AGENTSCOPE_URL"
            warn_once(
                "config", f"{missing} is not set; the run is written to {self._journal.path} and not sent."
            )
        return None

    def _at_exit(self) -> None:
        """The process ends without `end`: the run stays open, which is what happened."""
        self.flush()


@never_raises
def _space(told: str | Path | Workspace | None, trace: Path) -> Workspace | None:
    space = told if told is None or isinstance(told, Workspace) else Workspace(Path(told))
    if space is not None:
        space.leave_out(trace)
    return space


def _about(space: Workspace | None) -> dict[str, Any]:
    return never_raises(space.about)() or {} if space is not None else {}


def ends_call(event: dict[str, Any]) -> bool:
    """Say whether an event ends a tool call."""
    return event["kind"] == "tool_result" or "output" in event or "error" in event


def _status_of(error: BaseException | None) -> str:
    if error is None or (isinstance(error, SystemExit) and not error.code):
        return "done"
    return "interrupted" if is_stopped(error) else "failed"


def _now() -> str:
    seconds, rest = divmod(time.time_ns(), 1_000_000_000)
    return f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(seconds))}.{rest // 1000:06d}Z"


def _program() -> str | None:
    name = Path(sys.argv[0]).name if getattr(sys, "argv", None) else ""
    return name if name not in ("", "-c", "-m", "__main__.py") else None


def _cwd() -> Path | None:
    try:
        return Path.cwd()
    except OSError:
        return None
