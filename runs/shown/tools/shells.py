"""Commands: what was run, where, what it printed on either side, and how it ended."""

from dataclasses import dataclass, field
from itertools import chain

from django.utils.safestring import SafeString

from runs.ansi import strip_ansi
from runs.highlight import code_html
from runs.limits import SHOWN_CHARS
from runs.outputs import ShellOutput, read_output
from runs.pictures import words_and_pictures
from runs.shown.results import PieceShown, piece_shown
from runs.shown.texts import TextShown, terminal
from runs.shown.tools.calls import Call, command_of, whole_number
from runs.tools import text_in
from runs.words import count, duration, short_path

_WHERE = ("workdir", "cwd", "working_directory", "directory", "dir_path")


@dataclass(frozen=True, kw_only=True, slots=True)
class ShellShown:
    """One command and its two outputs; `err` is None where they were not told apart."""

    command: SafeString | str
    said: str  #: the agent's own words for what the command does
    cwd: str
    facts: list[str]
    exit_code: int | None
    out: TextShown
    err: TextShown | None
    absent: str
    pictures: list[PieceShown] = field(default_factory=list)


def shell_shown(call: Call) -> ShellShown:
    """Show a command in a terminal."""
    command, shell = command_of(call.arguments)
    command = strip_ansi(command or call.word("command"))
    words, pictures = words_and_pictures(call.output)
    output = read_output(words)
    out, err = _sides(call, output)
    language = "powershell" if call.tool.lower() == "powershell" else "bash"
    return ShellShown(
        command=code_html(command[:SHOWN_CHARS], language=language) if command else "",
        said=text_in(call.arguments, "description", "justification") if command else "",
        cwd=short_path(text_in(call.arguments, *_WHERE) or output.cwd, call.cwd),
        facts=[*_facts(call, output), *([shell] if shell else [])],
        exit_code=call.exit_code if call.exit_code is not None else output.exit_code,
        out=terminal(out, whole=call.whole_of(out), more_url=call.output_url),
        err=terminal(err) if err else None,
        absent="It printed nothing." if call.output and not out else call.absent,
        pictures=[piece_shown(piece) for piece in pictures],
    )


def _sides(call: Call, output: ShellOutput) -> tuple[str, str]:
    """Tell standard output from standard error where the source did."""
    err = output.err or call.word("stderr")
    out = output.out
    if err and not output.err and out.rstrip().endswith(err.rstrip()):
        out = out.rstrip()[: -len(err.rstrip())].rstrip("\n")
    return out, err


def _facts(call: Call, output: ShellOutput) -> list[str]:
    given, limit = call.arguments, call.number("timeout_ms")
    limit = limit or whole_number(given.get("timeout")) or whole_number(given.get("timeout_ms"))
    background = given.get("run_in_background") is True or given.get("is_background") is True
    session = output.session or call.word("background_id")
    words = [
        "in the background" if background or call.detail.get("background") is True else "",
        f"goes on as {session}" if session else "",
        output.state or call.word("shell_status"),
        f"limit {duration(limit)}" if limit else "",
        f"ran {duration(output.wall_ms)}" if output.wall_ms else "",
        call.word("meaning"),
        "interrupted" if call.detail.get("interrupted") is True else "",
        f"{call.word('kept_output')} were kept in a file" if call.word("kept_output") else "",
        f"{count(output.tokens)} tokens before the tool cut it" if (output.tokens or 0) > 10_000 else "",
    ]
    return list(chain(filter(None, words), _commits(call)))


def _commits(call: Call) -> list[str]:
    made = call.detail.get("commits")
    found = made if isinstance(made, list) else []
    shas = [str(one.get("sha", ""))[:10] for one in found[:5] if isinstance(one, dict)]
    return [f"commit {sha}" for sha in shas if sha]


@dataclass(frozen=True, kw_only=True, slots=True)
class ConsoleShown:
    """A look at a running command, or what was typed into it."""

    name: str
    typed: str
    facts: list[str]
    exit_code: int | None
    out: TextShown
    err: TextShown | None
    absent: str


def console_shown(call: Call) -> ConsoleShown:
    """Show what a running command had printed."""
    output = read_output(call.output)
    given = call.arguments
    name = text_in(given, "bash_id", "shell_id", "shellId", "task_id", "session_id")
    name = name or str(whole_number(given.get("session_id")) or "")
    return ConsoleShown(
        name=call.word("command") or f"Running command {name}".strip(),
        typed=strip_ansi(text_in(given, "chars", "input"))[:2_000],
        facts=_facts(call, output),
        exit_code=output.exit_code if output.exit_code is not None else call.number("shell_exit"),
        out=terminal(output.out, whole=call.whole_of(output.out), more_url=call.output_url),
        err=terminal(output.err) if output.err else None,
        absent=call.absent if not call.output else "Nothing new was printed.",
    )
