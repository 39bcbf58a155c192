"""Whether a command changes something, or watches something that goes on by itself. Pure."""

import re
from collections.abc import Sequence
from enum import StrEnum
from functools import lru_cache

from runs.findings.commands import simple_commands


class Deed(StrEnum):
    """What a command does, besides printing."""

    WRITES = "writes"  #: it changes files, processes or services: what is asked after it may have changed
    WATCHES = "watches"  #: asking again is its use: a server that starts, a job that runs
    NOTHING = ""


_WRITERS = frozenset(
    {"mv", "cp", "rm", "mkdir", "rmdir", "touch", "tee", "ln", "chmod", "chown", "patch", "install", "rsync",
     "unzip", "truncate", "kill", "pkill", "killall", "createdb", "dropdb", "alembic", "systemctl", "service"}
)  # fmt: skip
#: Programs that change something with one of these words.
_WRITES = {
    "git": "add commit checkout switch restore reset stash merge rebase pull fetch apply am cherry-pick rm "
    "mv clean push revert worktree clone init tag",
    "npm": "install i ci add remove uninstall update link",
    "pnpm": "install i add remove update",
    "yarn": "install add remove upgrade",
    "bun": "install add remove",
    "pip": "install uninstall",
    "uv": "sync add remove pip lock",
    "poetry": "install add remove update lock",
    "cargo": "add update fix fmt install clean",
    "go": "get mod generate install",
    "docker": "start stop restart run rm up down compose pull build",
    "kubectl": "apply delete create scale patch rollout",
    "manage.py": "migrate makemigrations loaddata flush",
    "gofmt": "-w",
    "sed": "-i",
    "perl": "-i -pi",
    "prettier": "--write -w",
    "eslint": "--fix",
    "ruff": "--fix format",
    "black": "",
}
_WRITING = {program: frozenset(words.split()) for program, words in _WRITES.items()}

_WATCHERS = frozenset(
    {"sleep", "wait", "watch", "ps", "pgrep", "lsof", "ss", "netstat", "jobs", "top", "htop", "wait-on",
     "pg_isready", "journalctl", "nvidia-smi", "squeue", "date", "uptime", "free", "df"}
)  # fmt: skip
#: What lies between two words is bounded: else many of the first cost the square of their number.
_WATCHED = re.compile(
    r"\b(?:curl|wget|http|nc)\b[^|;&]{0,300}(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\])"
    r"|\bgh (?:run|pr checks|workflow)|\bglab ci|\bkubectl (?:get|logs|describe|rollout status)"
    r"|\bdocker(?: compose|-compose)? (?:ps|logs|inspect|stats)|\b(?:systemctl|service) (?:\S+ )?status"
    r"|\btmux capture-pane|\btail -[fF]|\btail [^|;&]{0,300}\.(?:log|out)\b"
    r"|\bcat \S*\.(?:log|out|pid)\b|\baws \S+ (?:describe|wait)"
)
_REDIRECTED = re.compile(r"(?<![\d&<>=-])>{1,2}(?!&)\s*(?!/dev/)[\w./~$\"']")


@lru_cache(maxsize=256)  # each command is asked about twice in a row
def deed_of(command: str) -> Deed:
    """Say whether a command changes or watches something; one that does both writes."""
    is_watch = bool(_WATCHED.search(command))
    for words in simple_commands(command):
        if _writes(words) and not is_watch:
            return Deed.WRITES
        is_watch = is_watch or words[0] in _WATCHERS
    if is_watch:
        return Deed.WATCHES
    return Deed.WRITES if _REDIRECTED.search(command) else Deed.NOTHING


def _writes(words: Sequence[str]) -> bool:
    program, rest = words[0], words[1:]
    if program in _WRITERS:
        return "status" not in rest
    telling = _WRITING.get(program)
    if telling is None:
        return False
    return not telling or any(word in telling or (word[:2] in telling and word[:1] == "-") for word in rest)
