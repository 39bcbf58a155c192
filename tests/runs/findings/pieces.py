"""Short words for small runs: `recording(prompt("Fix it."), read("a.py", "x = 1\\n"), shell("pytest"))`.

A piece is one step with the file changes that it made. Keys, times and order come from `recording`: pieces
follow each other, each takes its `seconds`, and `pause` lets time go by. Files lie in `/work/shop`.
"""

import json
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from runs.kinds import Basis, Kind, Op, Origin, RunStatus, StepStatus
from runs.records import Batch, ChangeRecord, RunRecord, StepRecord, Tokens
from tests.recordings import NOW

CWD = "/work/shop"
RUN = "labelled"
MODEL = "claude-opus-4-8"


@dataclass(frozen=True)
class Piece:
    """One step: the fields of its record, and of the changes that it made."""

    fields: dict[str, Any]
    changes: tuple[dict[str, Any], ...] = ()
    seconds: float = 1.0

    def but(self, **fields: Any) -> "Piece":
        """Return this piece with other fields: `read("a.py").but(status=StepStatus.DENIED)`."""
        return replace(self, fields=self.fields | fields)

    def by(self, lane: str) -> "Piece":
        """Return this piece as a sub-agent's."""
        return self.but(agent=lane)

    def taking(self, seconds: float) -> "Piece":
        """Return this piece with another duration."""
        return replace(self, seconds=seconds)

    def with_changes(self, *changes: dict[str, Any]) -> "Piece":
        """Return this piece with more file changes."""
        return replace(self, changes=(*self.changes, *changes))


@dataclass(frozen=True)
class Pause:
    """Time in which nothing was recorded."""

    seconds: float
    fields: dict[str, Any] = field(default_factory=dict)


def pause(seconds: float) -> Pause:
    return Pause(seconds)


def recording(*pieces: Piece | Pause, **run: Any) -> Batch:
    """Make a run of pieces; `run` holds other fields of its record: `status=RunStatus.RUNNING`."""
    steps: list[StepRecord] = []
    changes: list[ChangeRecord] = []
    clock = 0.0
    for number, piece in enumerate(pieces):
        if isinstance(piece, Piece):
            key = piece.fields.get("key") or f"s{number}"
            began, ended = NOW + timedelta(seconds=clock), NOW + timedelta(seconds=clock + piece.seconds)
            given: dict[str, Any] = {"status": StepStatus.OK, "started_at": began, "ended_at": ended}
            steps.append(StepRecord(**{"run": RUN, "source": "test", **given, **piece.fields, "key": key}))
            changes += [
                ChangeRecord(run=RUN, step=key, key=f"{key}:{n}", source="test", **change)
                for n, change in enumerate(piece.changes)
            ]
        clock += piece.seconds
    told: dict[str, Any] = {
        "external_id": RUN, "source": "test", "agent": "claude-code", "model": MODEL, "cwd": CWD,
        "status": RunStatus.DONE, "started_at": NOW, "ended_at": NOW + timedelta(seconds=clock),
    }  # fmt: skip
    return Batch(runs=[RunRecord(**(told | run))], steps=steps, changes=changes)


def prompt(text: str = "Fix the failing test.") -> Piece:
    return Piece({"kind": Kind.PROMPT, "input": text})


def llm(
    text: str = "I will look.", *, fresh: int = 10, cached: int = 20_000, written: int = 500, out: int = 200,
    **fields: Any,
) -> Piece:  # fmt: skip
    tokens = Tokens(input=fresh, cache_read=cached, cache_write_5m=written, output=out)
    answer = json.dumps([{"type": "text", "text": text}] if text else [])
    return Piece({"kind": Kind.LLM, "model": MODEL, "tokens": tokens, "output": answer, **fields})


def final(text: str = "Done.") -> Piece:
    return Piece({"kind": Kind.FINAL, "output": text})


def tool(name: str, output: str = "ok", *, error: str = "", **arguments: Any) -> Piece:
    """Call a tool; with an error it has failed, and that is what the model saw."""
    told: dict[str, Any] = {"kind": Kind.TOOL, "tool": name, "input": json.dumps(arguments)}
    if error:
        return Piece({**told, "status": StepStatus.FAILED, "error": error.splitlines()[0], "output": error})
    return Piece({**told, "output": output})


def shell(command: str, output: str = "", *, code: int = 0) -> Piece:
    """Run a command; it has failed when its exit code says so."""
    told = {"kind": Kind.TOOL, "tool": "Bash", "input": json.dumps({"command": command}), "output": output}
    if not code:
        return Piece({**told, "exit_code": 0})
    return Piece({**told, "exit_code": code, "status": StepStatus.FAILED, "error": f"Exit code {code}"})


def read(path: str, text: str = "x = 1\n", **part: int) -> Piece:
    numbered = "\n".join(f"{number}\t{line}" for number, line in enumerate(text.splitlines(), 1))
    return tool("Read", numbered, file_path=absolute(path), **part)


def grep(pattern: str, output: str = "src/app.py:1:x", *, path: str = "") -> Piece:
    return tool("Grep", output, pattern=pattern, **({"path": path} if path else {}))


def edit(path: str, before: str, after: str, **change: Any) -> Piece:
    """Edit a file whose whole text before and after is known."""
    call = tool(
        "Edit", "The file has been updated.", file_path=absolute(path), old_string=before, new_string=after
    )
    return call.with_changes(changed(path, before, after, **change))


def fragment(path: str, old: str, new: str, **change: Any) -> Piece:
    """Edit a file of which only the replaced and the new part are known."""
    return edit(path, old, new, basis=Basis.FRAGMENT, **change)


def write(path: str, text: str, *, before: str | None = None, **change: Any) -> Piece:
    call = tool("Write", "File created.", file_path=absolute(path), content=text)
    return call.with_changes(changed(path, before, text, **change))


def changed(path: str, before: str | None, after: str | None, **change: Any) -> dict[str, Any]:
    """Say how a file changed; one outside the repository has its whole path."""
    op = Op.CREATE if before is None else Op.DELETE if after is None else Op.EDIT
    outside = path.startswith(("/", "~"))
    return {"path": path, "op": op, "before": before, "after": after, "outside": outside} | change


def hidden(path: str, before: str | None, after: str | None, **change: Any) -> dict[str, Any]:
    """Say how a file was seen to change on disk, though nobody declared it."""
    return changed(path, before, after, **({"origin": Origin.OBSERVED} | change))


def retry(of: str = "", *, attempt: int = 1, most: int = 10, wait: float = 1.0, cause: str = "529 overloaded",
          **fields: Any) -> Piece:  # fmt: skip
    """Fail one attempt of the model call with the key `of`; the back-off of `wait` seconds comes after it."""
    detail = {"max_attempts": most, "wait_ms": round(wait * 1_000), **({"of": of} if of else {})}
    told = {"kind": Kind.RETRY, "attempt": attempt, "error": cause, "error_kind": "api", "detail": detail}
    return Piece({**told, **fields}, seconds=0.5)


def compaction(before: int = 160_000) -> Piece:
    return Piece({"kind": Kind.COMPACTION, "detail": {"trigger": "auto", "pre_tokens": before}})


def permission(name: str = "Bash", *, seconds: float = 5) -> Piece:
    return Piece({"kind": Kind.PERMISSION, "name": name}, seconds=seconds)


def absolute(path: str) -> str:
    return path if path.startswith(("/", "~")) else f"{CWD}/{path}"
