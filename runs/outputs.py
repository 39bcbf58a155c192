"""What a shell's result says, whatever the agent wraps around it (FORMATS.md 1.5, 3.2, 4.4). Pure."""

import json
import re
from dataclasses import dataclass

#: Codex: `Chunk ID: …`, `Wall time: 0.4 seconds`, `Process exited with code 0`, …, `Output:`; some may lack.
_CODEX = re.compile(
    r"\A(?:Chunk ID: \w+\n)?(?:Exit code: (?P<exit>-?\d{1,10})\n)?Wall time: (?P<wall>[\d.]{1,12}) seconds\n"
    r"(?:Process (?:exited with code (?P<code>-?\d{1,10})|running with session ID (?P<session>\d{1,12}))\n)?"
    r"(?:Original token count: (?P<tokens>\d{1,12})\n)?(?:Total output lines: \d{1,12}\n)?Output:\n"
)
#: Copilot CLI: the last line says how a command stands; up to 1.0.6x, and since.
_EXITED = re.compile(r"\n?<(?:exited|shellId: \S{1,40} completed) with exit code (-?\d{1,10})>\s*\Z")
_GOES_ON = re.compile(r"\n?<command with shellId: (\S{1,100}) is still running[^<>]{0,1000}>\s*\Z")
#: Characters of an output's end in which that line stands.
_TAIL = 1_500
_TAGS = ("status", "exit_code", "stdout", "stderr", "output")
_CLAUDE_EXIT = re.compile(r"\A(?:Error: )?Exit code (\d{1,5})(?:\n|\Z)")
_NOTHING = ("(empty)", "(none)", "")


@dataclass(frozen=True, kw_only=True, slots=True)
class ShellOutput:
    """One command's output, with what the wrapping told beside it."""

    out: str
    err: str = ""
    exit_code: int | None = None
    cwd: str = ""
    state: str = ""  #: of a command in the background: running, completed, …
    session: str = ""  #: the name under which a running command goes on
    wall_ms: int | None = None
    tokens: int | None = None  #: of the output, before the tool cut it


def read_output(text: str) -> ShellOutput:
    """Take the wrapping off a shell's result."""
    for read in (_codex, _gemini, _json, _tagged, read_last_line):
        found = read(text)
        if found is not None:
            return found
    exit_line = _CLAUDE_EXIT.match(text)
    if exit_line:
        return ShellOutput(out=text[exit_line.end() :], exit_code=int(exit_line[1]))
    return ShellOutput(out=text)


def _codex(text: str) -> ShellOutput | None:
    match = _CODEX.match(text)
    if match is None:
        return None
    code = match["exit"] or match["code"]
    return ShellOutput(
        out=text[match.end() :],
        exit_code=int(code) if code else None,
        state="running" if match["session"] else "",
        session=match["session"] or "",
        wall_ms=_milliseconds(match["wall"]),
        tokens=int(match["tokens"]) if match["tokens"] else None,
    )


def read_last_line(text: str) -> ShellOutput | None:
    """Read Copilot CLI's last line: `<exited with exit code 1>`, or that the command is still running."""
    start = max(0, len(text) - _TAIL)
    ended = _EXITED.search(text, start)
    if ended:
        return ShellOutput(out=text[: ended.start()], exit_code=int(ended[1]))
    runs = _GOES_ON.search(text, start)
    return ShellOutput(out=text[: runs.start()], state="running", session=runs[1]) if runs else None


def _milliseconds(seconds: str) -> int | None:
    try:
        return round(float(seconds) * 1_000)
    except (ValueError, OverflowError):
        return None


def _gemini(text: str) -> ShellOutput | None:
    """Read Gemini CLI's lines `Command: …`, `Directory: …`, `Output: …`, `Error: …`, `Exit Code: …`."""
    if not text.startswith(("Command: ", "Directory: ")):
        return None
    end = text.rfind("\nExit Code: ")
    middle = max(text.rfind(f"\n{word}: ", 0, end) for word in ("Error", "Stderr")) if end > 0 else -1
    start = min((at for word in ("Output", "Stdout") if (at := text.find(f"\n{word}: ")) >= 0), default=-1)
    if start < 0 or middle < start:
        return None
    out, err = (text[at + 1 : stop].partition(": ")[2] for at, stop in ((start, middle), (middle, end)))
    code = text[end + 1 :].partition("\n")[0].partition(": ")[2].strip()
    folder = text[:start].rpartition("Directory: ")[2].partition("\n")[0]
    return ShellOutput(
        out="" if out in _NOTHING else out,
        err="" if err in _NOTHING else err,
        exit_code=int(code) if code.isdigit() and len(code) < 6 else None,
        cwd="" if folder == "(root)" else folder,
    )


def _json(text: str) -> ShellOutput | None:
    """Read `{"output", "metadata": {"exit_code", "duration_seconds"}}` and `{"stdout", "stderr", …}`."""
    if not text.startswith("{"):
        return None
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    out = _text(value, "stdout", "output", "aggregated_output") if isinstance(value, dict) else None
    if out is None:
        return None
    told = value["metadata"] if isinstance(value.get("metadata"), dict) else value
    code = told.get("exit_code", told.get("exitCode"))
    wall = told.get("duration_seconds")
    return ShellOutput(
        out=out,
        err=_text(value, "stderr") or "",
        exit_code=code if isinstance(code, int) and not isinstance(code, bool) else None,
        wall_ms=_milliseconds(str(wall)) if isinstance(wall, int | float) else None,
    )


def _text(value: dict[str, object], *names: str) -> str | None:
    return next((found for name in names if isinstance(found := value.get(name), str)), None)


def _tagged(text: str) -> ShellOutput | None:
    """Read `<status>running</status> … <stdout>…</stdout>` of a look at a background command."""
    if not text.lstrip().startswith("<"):
        return None
    found = {name: inner for name in _TAGS if (inner := _inside(text, name)) is not None}
    if not found:
        return None
    code = found.get("exit_code", "").strip()
    return ShellOutput(
        out=found.get("stdout", found.get("output", "")),
        err=found.get("stderr", ""),
        exit_code=int(code) if code.isdigit() and len(code) < 6 else None,
        state=found.get("status", "").strip(),
    )


def _inside(text: str, tag: str) -> str | None:
    start, end = text.find(f"<{tag}>"), text.find(f"</{tag}>")
    return text[start + len(tag) + 2 : end].strip("\n") if 0 <= start < end else None
