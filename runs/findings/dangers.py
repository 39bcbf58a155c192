"""Commands that destroy: what they are called, or nothing. Pure."""

import re
from collections.abc import Sequence

from runs.findings.commands import simple_commands

#: What speaks SQL to a database; a `DROP TABLE` elsewhere is a text that is written or looked for.
_CLIENT = re.compile(
    r"\b(?:psql|mysql|mariadb|sqlite3|duckdb|clickhouse-client|sqlcmd|cockroach|bq|execute|cursor|dbshell)\b"
)
_SQL = re.compile(r"\b(DROP\s+(?:TABLE|DATABASE|SCHEMA)|TRUNCATE\s+TABLE)\b", re.IGNORECASE)
_ALL = re.compile(r"\bDELETE\s+FROM\s+[\w.\"`]+\s*(?:;|$|\"|')", re.IGNORECASE)
#: Folders that builds make: dropping them is how a build is cleaned.
_MADE = re.compile(
    r"^(?:\./)?(?:[\w./-]*/)?(?:dist|build|out|target|node_modules|coverage|\.next|\.cache|\.turbo|__pycache__"
    r"|\.pytest_cache|\.mypy_cache|\.ruff_cache|\.venv|venv|tmp|temp|\.parcel-cache|\.svelte-kit|\.gradle"
    r"|htmlcov|\.coverage|storybook-static|playwright-report|test-results|package-lock\.json|yarn\.lock"
    r"|pnpm-lock\.yaml)/?\*?$|.*\.(?:log|tmp|pyc|o)$|.*\.(?:egg-info|tsbuildinfo)/?$"
)
#: Folders for what need not last; `rm -rf "$TMPDIR/x"`, or `rm -rf x` after `cd /tmp`.
_SCRATCH = re.compile(
    r"^(?:(?:/private)?/(?:var/)?tmp/.+|/var/folders/.+|\$\{?(?:TMP|TEMP|TMPDIR|tmp|tmpdir|tempdir|workdir)\b.*"
    r"|[A-Z]:.*[/\\]Temp[/\\].+|(?:.*/)?te?mp/.+|/dev/shm/.+)$"
)


def danger_of(command: str) -> str:
    """Name what in a command destroys: `rm -rf src`, `git reset --hard`. Empty when nothing does."""
    folder = ""
    for words in simple_commands(command):
        if words[0] in ("cd", "pushd") and len(words) > 1:
            folder = words[1]
        elif found := _danger(words, in_scratch=bool(_SCRATCH.match(f"{folder}/x"))):
            return found
    match = (_SQL.search(command) or _ALL.search(command)) if _CLIENT.search(command) else None
    return " ".join(match[0].rstrip(";\"' ").split()) if match else ""


def _danger(words: Sequence[str], *, in_scratch: bool) -> str:
    program, rest = words[0], words[1:]
    flags = "".join(word[1:] for word in rest if word.startswith("-") and not word.startswith("--"))
    long = {word.split("=")[0] for word in rest if word.startswith("--")}
    plain = [word for word in rest if not word.startswith("-")]
    if program == "rm" and ("r" in flags.lower() or "--recursive" in long):
        doomed = [
            word for word in plain if word != "$" and not _MADE.match(word) and not _SCRATCH.match(word)
        ]
        if in_scratch:
            doomed = [word for word in doomed if word.startswith(("/", "~", "..", "$"))]
        return f"rm -r {' '.join(doomed)}"[:120] if doomed else ""
    if program == "git":
        return "" if in_scratch else _git(_without_place(rest))
    if program in ("mkfs", "shred", "wipefs") or program.startswith("mkfs."):
        return program
    if program == "dd" and any(word.startswith("of=/dev/") for word in rest):
        return "dd of=/dev/…"
    if program == "find" and "-delete" in rest:
        return "find -delete"
    if program in ("kubectl", "terraform", "helm") and plain[:1] in (["delete"], ["destroy"], ["uninstall"]):
        return f"{program} {plain[0]}"
    return ""


def _without_place(words: Sequence[str]) -> list[str]:
    """Drop `-C folder` and `-c name=value` in front of git's verb."""
    words = list(words)
    while words and words[0].startswith("-"):
        words = words[2:] if words[0] in ("-C", "-c", "--git-dir", "--work-tree") else words[1:]
    return words


def _git(words: Sequence[str]) -> str:
    verb, rest = (words[0], words[1:]) if words else ("", ())
    flags = "".join(word[1:] for word in rest if word.startswith("-") and not word.startswith("--"))
    long = {word.split("=")[0] for word in rest if word.startswith("--")}
    plain = [word for word in rest if not word.startswith("-")]
    if "--dry-run" in long or (verb in ("clean", "push") and "n" in flags):
        return ""
    if verb == "reset" and "--hard" in long:
        return "git reset --hard"
    if verb == "push" and ("f" in flags or long & {"--force", "--mirror", "--delete"}):
        return "git push --force"
    if verb == "push" and "--force-with-lease" in long:
        return "git push --force-with-lease"
    if verb == "clean" and ("f" in flags or "--force" in long):
        return "git clean -f"
    if verb in ("checkout", "restore"):
        return _git_discards(verb, plain, flags, long)
    if verb == "branch" and "D" in flags:
        return "git branch -D"
    if verb == "stash" and plain[:1] in (["drop"], ["clear"]):
        return f"git stash {plain[0]}"
    return ""


def _git_discards(verb: str, plain: Sequence[str], flags: str, long: set[str]) -> str:
    """Name what `git checkout` or `git restore` throws away; what is only unstaged stays in the tree."""
    only_unstaged = ("--staged" in long or "S" in flags) and "--worktree" not in long and "W" not in flags
    if not plain or (verb == "restore" and only_unstaged):
        return ""
    discards = verb == "restore" or "." in plain or "--" in long
    return f"git {verb} {' '.join(plain)}"[:120] if discards and not {"b", "B"} & set(flags) else ""
