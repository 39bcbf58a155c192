"""What errors say is not there."""

import pytest

from runs.findings.absences import Absence, absence_of
from runs.tools import Family


def absent(family, error, *, tool="", path="", command="", code=None):
    return absence_of(family, tool=tool, path=path, command=command, exit_code=code, error=error)


@pytest.mark.parametrize(
    ("family", "path", "error", "wanted"),
    [
        (Family.READ, "a.ts", "File does not exist.", (Absence.FILE, "a.ts")),
        (Family.READ, "a.ts", "ENOENT: no such file or directory, open 'a.ts'", (Absence.FILE, "a.ts")),
        (Family.GREP, "src/x", "Path does not exist: src/x. Note: …", (Absence.FILE, "src/x")),
        (Family.GLOB, "src/*.ts", "No such file or directory", (Absence.NOTHING, "")),
        (Family.READ, "a.ts", "File content exceeds maximum allowed tokens", (Absence.NOTHING, "")),
        (Family.EDIT, "a.ts", "String to replace not found in file.\nString: x", (Absence.TEXT, "a.ts")),
        (Family.EDIT, "a.ts", "No replacement was performed, old_str `x` did not appear verbatim in a.ts.",
         (Absence.TEXT, "a.ts")),
        (Family.PATCH, "a.ts", "verification failed: Failed to find expected lines in src/b.ts:\nx",
         (Absence.TEXT, "src/b.ts")),
        (Family.EDIT, "a.ts", "File has been modified since read, either by the user or by a linter.",
         (Absence.STALE, "a.ts")),
        (Family.EDIT, "a.ts", "File has not been read yet. Read it first before writing to it.",
         (Absence.NOTHING, "")),
        (Family.EDIT, "a.ts", "Found 3 matches of the string to replace", (Absence.NOTHING, "")),
        (Family.EDIT, "src/text/a.ts", "File src/text/a.ts does not exist.", (Absence.FILE, "src/text/a.ts")),
        (Family.EDIT, "a.ts", "Could not find the file: ENOENT: no such file or directory",
         (Absence.FILE, "a.ts")),
        (Family.OTHER, "", "amount 49900 is more than was paid (4990)", (Absence.NOTHING, "")),
    ],
)  # fmt: skip
def test_absence_in_the_errors_of_tools(family, path, error, wanted):
    assert absent(family, error, path=path) == wanted


@pytest.mark.parametrize(
    ("command", "code", "error", "wanted"),
    [
        ("cat a/b.py", 1, "cat: a/b.py: No such file or directory", (Absence.FILE, "a/b.py")),
        ("sed -n 1p b.py", 2, "sed: can't read b.py: No such file or directory", (Absence.FILE, "b.py")),
        ("python x/y.py", 2, "python: can't open file '/w/x/y.py': [Errno 2] No such file or directory",
         (Absence.FILE, "/w/x/y.py")),
        ("pytest tests/t.py", 4, "ERROR: file or directory not found: tests/t.py",
         (Absence.FILE, "tests/t.py")),
        ("ls *.wasm", 2, "ls: cannot access '*.wasm': No such file or directory", (Absence.NOTHING, "")),
        ("rg x", 127, "/bin/bash: line 1: rg: command not found", (Absence.PROGRAM, "rg")),
        ("rg x", 127, "zsh: command not found: rg", (Absence.PROGRAM, "rg")),
        ("redis-server --port 1", 127, "exit code 127", (Absence.PROGRAM, "redis-server")),
        ("npm test", 127, "sh: 1: jest: not found", (Absence.PROGRAM, "jest")),
        ("poetry --version", 127, "bash: poetry: command not found", (Absence.NOTHING, "")),
        ("command -v poetry", 127, "", (Absence.NOTHING, "")),
        ("git gc --dry-run", 129, "error: unknown option `dry-run'", (Absence.OPTION, "dry-run")),
        ("git undo", 1, "git: 'undo' is not a git command. See 'git --help'.", (Absence.OPTION, "undo")),
        ("npm run typecheck", 1, 'npm error Missing script: "typecheck"', (Absence.OPTION, "typecheck")),
        ("ls --colour=x", 2, "ls: unrecognized option '--colour=x'", (Absence.OPTION, "colour")),
        ("kubectl get --fast", 1, "error: unknown flag: --fast", (Absence.OPTION, "fast")),
        ("pytest", 1, "assert 'unknown option --old' in out", (Absence.NOTHING, "")),
        ("python seed.py d.csv", 1, "OSError: [Errno 22] Invalid argument: 'd.csv'", (Absence.NOTHING, "")),
        ("make lint", 2, "config: rules: not found", (Absence.NOTHING, "")),
        ("curl -f https://a.example", 22, "curl: (22) error: 404 Not Found", (Absence.NOTHING, "")),
    ],
)  # fmt: skip
def test_absence_in_the_errors_of_commands(command, code, error, wanted):
    assert absent(Family.SHELL, error, command=command, code=code) == wanted


@pytest.mark.parametrize(
    ("tool", "error", "code", "wanted"),
    [
        ("ReadFiles", "Error: No such tool available: ReadFiles", None, Absence.TOOL),
        ("search_web", "Unknown tool: search_web", None, Absence.TOOL),
        ("mcp__db__query", "ERROR: function now_utc() not found", None, Absence.NOTHING),
        ("Bash", "error: tool 'clippy' not found\nbash: line 1", 1, Absence.NOTHING),
    ],
)
def test_unknown_tool_is_the_one_that_was_called(tool, error, code, wanted):
    assert absent(Family.OTHER, error, tool=tool, code=code) == (wanted, "")


def test_absence_at_the_end_of_a_long_output():
    error = "line\n" * 2_000 + "bash: gh: command not found"
    assert absent(Family.SHELL, error, command="make x && gh pr list", code=127) == (Absence.PROGRAM, "gh")
