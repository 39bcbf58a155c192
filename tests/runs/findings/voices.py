"""How agents call the same things: a shell of Codex, an editor of SWE-agent, tools of an own loop."""

import zlib

from tests.runs.findings.pieces import CWD, Piece, absolute, changed, tool


def codex(command: str, output: str = "", *, code: int = 0, n: int = 0) -> Piece:
    """Run a command as Codex does; the head of each result differs, `n` counts equal calls."""
    chunk = f"{zlib.crc32(f'{command}{n}'.encode()):08x}"[:6]
    head = f"Chunk ID: {chunk}\nWall time: 0.{n + 1}207 seconds\nProcess exited with code {code}\nOutput:\n"
    call = tool("exec_command", head + output, cmd=command, workdir=CWD, yield_time_ms=10_000)
    return ended(call, code)


def old_codex(command: str, output: str = "", *, code: int = 0) -> Piece:
    """Run a command as older versions of Codex do, in a list of words."""
    return ended(tool("shell", output, command=["bash", "-lc", command], workdir=CWD), code)


def swe(command: str, output: str = "") -> Piece:
    """Run a command as SWE-agent does: nobody says with which code it ended."""
    return tool("bash", output, command=command)


def own(command: str, output: str = "", *, code: int = 0) -> Piece:
    """Run a command in a loop of one's own, with names as in OpenAI's examples."""
    return ended(tool("run_command", output, command=command), code)


def ended(call: Piece, code: int) -> Piece:
    failed = {"status": "failed", "error": f"exit code {code}"} if code else {}
    return call.but(exit_code=code, **failed)


def view(path: str, text: str, **part: list[int]) -> Piece:
    """Read a file with the one editor that SWE-agent and Anthropic's examples have."""
    lines = "\n".join(f"{number:6}\t{line}" for number, line in enumerate(text.splitlines(), 1))
    said = f"Here's the result of running `cat -n` on {absolute(path)}:\n{lines}"
    return tool("str_replace_editor", said, command="view", path=absolute(path), **part)


def read_file(path: str, text: str = "x = 1\n") -> Piece:
    return tool("read_file", text, path=path)


def patch(path: str, before: str | None, after: str | None) -> Piece:
    """Change a file with Codex's `apply_patch`."""
    verb = "Add" if before is None else "Delete" if after is None else "Update"
    lines = [f"-{line}" for line in (before or "").splitlines()]
    lines += [f"+{line}" for line in (after or "").splitlines()]
    text = "\n".join(["*** Begin Patch", f"*** {verb} File: {path}", "@@", *lines, "*** End Patch"])
    call = tool("apply_patch", "Success. Updated the following files:", input=text)
    return call.with_changes(changed(path, before, after))


def replace(path: str, before: str, after: str) -> Piece:
    """Change a file with Gemini CLI's `replace`."""
    said = f"Successfully modified file: {absolute(path)} (1 replacements)."
    call = tool("replace", said, file_path=absolute(path), old_string=before, new_string=after)
    return call.with_changes(changed(path, before, after))
