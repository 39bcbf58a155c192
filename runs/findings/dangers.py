"""Commands that destroy: what they are called, or nothing. Pure."""

import re
from collections.abc import Sequence

from runs.findings.commands import simple_commands

_SQL = re.compile(r"\b(DROP\s+(?:TABLE|DATABASE|SCHEMA)|TRUNCATE\s+TABLE)\b", re.IGNORECASE)
_ALL = re.compile(r"\bDELETE\s+FROM\s+[\w.\"`]+\s*(?:;|$|\"|')", re.IGNORECASE)
#: Folders that builds make: dropping them is how a build is cleaned.
_MADE = re.compile(
    r"^(?:\./)?(?:[\w./-]*/)?(?:dist|build|out|target|node_modules|coverage|\.next|\.cache|\.turbo|__pycache__"
    r"|\.pytest_cache|\.mypy_cache|\.ruff_cache|\.venv|venv|tmp|temp)/?\*?$|^/tmp/.+|.*\.(?:log|tmp|pyc|o)$"
)


def danger_of(command: str) -> str:
    """Name what in a command destroys: `rm -rf src`, `git reset --hard`. Empty when nothing does."""
    for words in simple_commands(command):
        if found := _danger(words):
            return found
    match = _SQL.search(command) or _ALL.search(command)
    return " ".join(match[0].rstrip(";\"' ").split()) if match else ""


def _danger(words: Sequence[str]) -> str:
    program, rest = words[0], words[1:]
    flags = "".join(word[1:] for word in rest if word.startswith("-") and not word.startswith("--"))
    long = {word.split("=")[0] for word in rest if word.startswith("--")}
    plain = [word for word in rest if not word.startswith("-")]
    if program == "rm" and ("r" in flags.lower() or "--recursive" in long):
        doomed = [word for word in plain if not _MADE.match(word)]
        return f"rm -r {' '.join(doomed)}"[:120] if doomed else ""
    if program == "git" and plain:
        return _git(plain, flags, long)
    if program in ("mkfs", "shred", "wipefs") or program.startswith("mkfs."):
        return program
    if program == "dd" and any(word.startswith("of=/dev/") for word in rest):
        return "dd of=/dev/…"
    if program == "find" and "-delete" in rest:
        return "find -delete"
    if program in ("kubectl", "terraform", "helm") and plain[:1] in (["delete"], ["destroy"], ["uninstall"]):
        return f"{program} {plain[0]}"
    return ""


def _git(plain: Sequence[str], flags: str, long: set[str]) -> str:
    verb = plain[0]
    if verb == "reset" and "--hard" in long:
        return "git reset --hard"
    if verb == "push" and ("f" in flags or long & {"--force", "--force-with-lease", "--mirror", "--delete"}):
        return "git push --force"
    if verb == "clean" and "f" in flags:
        return "git clean -f"
    if verb in ("checkout", "restore") and ({".", "--"} & {*plain, *long} or "--" in long):
        return f"git {verb} {' '.join(plain[1:])}"[:120] if plain[1:] else ""
    if verb == "branch" and "D" in flags:
        return "git branch -D"
    if verb == "stash" and plain[1:2] and plain[1] in ("drop", "clear"):
        return f"git stash {plain[1]}"
    return ""
