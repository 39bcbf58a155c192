"""Tests, builds and linters: which one a command runs, and how it ended. Pure."""

import re
from collections.abc import Sequence

from runs.findings.clues import Outcome
from runs.findings.commands import simple_commands
from runs.words import visible

#: Programs that are a check by themselves.
_ALONE = frozenset(
    {"pytest", "tox", "nox", "jest", "vitest", "mocha", "ava", "karma", "cypress", "rspec", "phpunit",
     "tsc", "mypy", "pyright", "ruff", "flake8", "pylint", "eslint", "biome", "oxlint", "stylelint", "bazel",
     "shellcheck", "golangci-lint", "rubocop", "clippy-driver", "ninja", "ant", "ctest"}
)  # fmt: skip
#: Programs that are a check with one of these words.
_WITH = {
    "npm": "test t build lint check typecheck",
    "pnpm": "test t build lint check typecheck",
    "yarn": "test build lint check typecheck",
    "bun": "test build lint",
    "deno": "test lint check",
    "cargo": "test t build b check clippy nextest",
    "go": "test build vet",
    "make": "test tests check build lint all",
    "just": "test check build lint",
    "task": "test check build lint",
    "mvn": "test verify package compile install",
    "gradle": "test build check assemble",
    "gradlew": "test build check assemble",
    "dotnet": "test build",
    "swift": "test build",
    "mix": "test compile credo",
    "rake": "test spec",
    "playwright": "test",
    "next": "build lint",
    "vite": "build",
    "webpack": "build",
    "docker": "build",
    "cmake": "--build",
    "black": "--check",
    "prettier": "--check -c",
    "manage.py": "test check",
    "django-admin": "test check",
    "mise": "test build lint check",
    "pre-commit": "run",
}
_CHECKS = {program: frozenset(words.split()) for program, words in _WITH.items()}
_SCRIPT = re.compile(
    r"^(?:run-?tests?|tests?|runtests|build|lint|check|verify|ci)(?:\.(?:sh|py|js|ts|mjs))?$"
)
_PYTHON = re.compile(r"^python[\d.]*$")
_NAMED = re.compile(r"(?:^|[:_-])(test|tests|build|lint|check|typecheck|tsc|unit|e2e)(?:$|[:_-])")


def check_of(command: str) -> str:
    """Name the first check in a command: `npm test`, `pytest tests/x.py`. Empty when it runs none.

    Options that only change what is printed are left out, so that the same check has one name.
    """
    return next(iter(checks_of(command)), "")


def checks_of(command: str) -> list[str]:
    """Name all checks in a command, in their order, each once."""
    names = (_name_of(words) for words in simple_commands(command))
    return list(dict.fromkeys(name for name in names if name))


def family_of_check(name: str) -> tuple[str, str]:
    """Split a check's name into what it runs and on what: (`npm test`, `session`).

    Options do not count, `npm run test` is `npm test`, and a target that means everything is none.
    """
    head, *words = name.split()
    words = [word for word in words if word != "run"]
    if head in _CHECKS:
        head, words = " ".join([head, *words[:1]]), words[1:]
    targets = {_bare(word) for word in words if not word.startswith("-")}
    return head, " ".join(sorted(targets - _WHOLE))


#: Targets that are all there is.
_WHOLE = frozenset({"", ".", "...", "discover", "/dev/null"})


def _bare(target: str) -> str:
    return target.removeprefix("./").removesuffix("...").rstrip("/")


def _name_of(words: Sequence[str]) -> str:
    head, rest = words[0], list(words[1:])
    if _PYTHON.match(head) and rest:
        if rest[0] == "-m" and len(rest) > 1:
            head, rest = rest[1], rest[2:]
        elif not rest[0].startswith("-"):
            head, rest = rest[0].rsplit("/", 1)[-1], rest[1:]
        if head == "unittest":
            return _named("unittest", rest)
    if head in ("node", "bash", "sh") and rest and not rest[0].startswith("-"):
        head, rest = rest[0].rsplit("/", 1)[-1], rest[1:]
    if head in ("make", "npm", "pnpm", "yarn", "bun", "mise") and "run" in rest[:1]:
        rest = rest[1:]
        if rest and _NAMED.search(rest[0]):
            return _named(f"{head} run {rest[0]}", rest[1:])
    if head in _ALONE:
        return _named(head, rest)
    if head in _CHECKS:
        word = next((word for word in rest if not word.startswith("-") or word in _CHECKS[head]), "")
        if word in _CHECKS[head] or (word and head in ("make", "just", "task") and _NAMED.search(word)):
            return _named(f"{head} {word}", rest[rest.index(word) + 1 :])
        return "make" if head == "make" and not word else ""
    return _named(head, rest) if _SCRIPT.match(head) else ""


#: What only says where output goes, or how much of it there is.
_QUIET = re.compile(
    r"^(?:-+(?:v+|q+|s|x|quiet|verbose|silent|no-color|color(?:=.*)?|tb(?:=.*)?|watch=false|ci|run|force|\d+)"
    r"|--|\d?>.*|\d>&\d)$"
)


def _named(name: str, rest: Sequence[str]) -> str:
    told = [word for word in rest if not _QUIET.match(word)]
    return visible(" ".join([name, *told])[:120]).replace("`", "'")


#: Words of failures in small letters, and what takes more than looking for a word. As one pattern that tries
#: each of its parts at every place, it took a seventh of judging.
_RED_WORDS = (
    *("build failed", "test result: failed", "could not compile", "npm err!", "elifecycle"),
    *("traceback (most recent", "compilation failed", "assertionerror", "syntaxerror", "modulenotfounderror"),
)
_RED = (
    re.compile(
        r"[1-9](?<!\w[1-9])\d* (?:failed|failures?|errors?|failing|fail|problems?|issues?)\b",
    ),
    re.compile(r"error(?:(?<!\werror) ts\d+|\[e\d+\])"),
    re.compile(
        r"^(?:fail(?:ed)?\b|make(?:\[\d+\])?: \*\*\*|e\s{2,}|\S+\.\w+:\d+:\d+: (?!warning|note))",
        re.MULTILINE,
    ),
)
_GREEN = re.compile(
    r"\b\d+ (?:passed|passing|pass|tests? passed)\b|test result: ok|^PASS\b|^ok\s|^OK\b"
    r"|\b0 (?:errors|failures|failed|fail|problems|issues)\b|Build succeeded|BUILD SUCCESS"
    r"|Compiled successfully|All checks passed|no issues found|No fixes applied|Successfully built"
    r"|built in \d|Finished [`\w]",
    re.MULTILINE | re.IGNORECASE,
)
_NOT_RED = re.compile(r"0(?<!\w0) (?:failed|failures?|fail|errors?|problems?|issues?)\b")
#: Checks that say nothing when all is well.
_SILENT = re.compile(r"go (?:build|vet)|tsc|eslint|mypy|flake8|shellcheck|cargo check")
#: What harnesses say for no output.
_NOTHING = re.compile(r"\((?:Bash completed with )?no (?:output|content)\)", re.IGNORECASE)
#: The exit code is that of something after the check.
_MASKED = re.compile(r"\|(?!\|)|\|\||;\s*(?:true|echo|exit 0|:)")


def outcome_of(command: str, *, exit_code: int | None, failed: bool, output: str) -> Outcome:
    """Say how a check ended: by its exit code; by its words where none tells of the check alone."""
    if failed or exit_code:
        return _when_failed(command, output)
    is_masked = bool(_MASKED.search(command))
    if (is_masked or exit_code is None) and is_red(output):
        return Outcome.RED
    if not is_masked:
        return Outcome.GREEN
    is_silent = not _NOTHING.sub("", output).strip() and bool(_SILENT.match(check_of(command)))
    return Outcome.GREEN if is_silent or _GREEN.search(output) else Outcome.UNKNOWN


def _when_failed(command: str, output: str) -> Outcome:
    """Say how a check ended in a command that failed, perhaps by something else in it."""
    if is_red(output):
        return Outcome.RED
    if _MASKED.search(command) and _GREEN.search(output):
        return Outcome.GREEN
    parts = simple_commands(command)
    last = max((place for place, words in enumerate(parts) if _name_of(words)), default=-1)
    # `npm test && ./deploy.sh`, or a grep that found nothing: the check itself may have been green.
    after = {words[0] for words in parts[last + 1 :]} - _HARMLESS
    return Outcome.UNKNOWN if after else Outcome.RED


#: Programs that do not fail by themselves after a check.
_HARMLESS = frozenset(
    {"echo", "printf", "true", "tail", "head", "cat", "tee", "date", "cd", "wc", "sort", "sed"}
)


def is_red(output: str) -> bool:
    """Say whether a check's output tells of failures."""
    text = _NOT_RED.sub("", output.lower())
    return any(word in text for word in _RED_WORDS) or any(rule.search(text) for rule in _RED)
