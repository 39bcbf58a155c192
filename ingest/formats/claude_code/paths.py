"""Where a file lies: inside the repository, in another work tree of it, or outside (FORMATS 1.6.8)."""

import re
from posixpath import normpath

from msgspec import Struct

#: Work trees of one session.
MOST_ROOTS = 100
DRIVE = re.compile(r"^[A-Za-z]:[\\/]")
#: A work tree made below the repository: `.worktrees/<name>`, `.claude/worktrees/<name>`.
WORKTREE = re.compile(r"^(?P<repo>.*?)/(?:\.claude/worktrees|\.worktrees)/[^/]+(?=/|$)")
SCRATCH = re.compile(
    r"^(?:/tmp|/private/tmp|/var/tmp|/var/folders|/private/var/folders|/dev/shm)/"
    r"|^[A-Za-z]:/Users/[^/]+/AppData/Local/Temp/",
    re.IGNORECASE,
)
AGENT_HOME = re.compile(
    r"^(?:/Users/[^/]+|/home/[^/]+|/root|~|[A-Za-z]:/Users/[^/]+)/\.claude(?:/|$)", re.IGNORECASE
)


class Place(Struct, frozen=True):
    """A file's path relative to the repository (or absolute when outside), and whether it is outside."""

    path: str
    outside: bool


def slashed(path: str) -> str:
    """Write a path with forward slashes; only Windows paths have backslashes to turn."""
    if DRIVE.match(path) or path.startswith("\\\\") or ("\\" in path and "/" not in path):
        return path.replace("\\", "/")
    return path


def tidy(path: str) -> str:
    return normpath(slashed(path)) if path else path


def is_absolute(path: str) -> bool:
    return path.startswith(("/", "~")) or bool(DRIVE.match(path))


def below(path: str, root: str) -> str | None:
    """Give the path relative to `root`, or None when it does not lie there. Drives ignore case."""
    if root in ("", "."):
        return None
    same = str.casefold if DRIVE.match(root) else str
    if same(path) == same(root):
        return "."
    prefix = root if root.endswith("/") else root + "/"
    return path[len(prefix) :] if same(path).startswith(same(prefix)) else None


def repository_of(cwd: str) -> str:
    """Take the main work tree that a directory below `.worktrees/` belongs to, else the directory."""
    path = tidy(cwd)
    found = WORKTREE.match(path)
    return found["repo"] if found and found["repo"] else path


class Roots:
    """The directories of a session that count as its repository, learned from the records' cwd."""

    def __init__(self) -> None:
        self.first = ""
        self.known: list[str] = []
        self.seen: set[str] = set()
        self.places: dict[tuple[str, str], Place] = {}

    def learn(self, cwd: str, *, sure: bool = False) -> None:
        """Take a working directory: the first one, or a further one of the same repository.

        Another checkout has the same name, or one that begins with it (`app`, `app-fix`); `sure` takes any
        (the work tree that a sub-agent was given). A mere `cd` elsewhere makes nothing a repository.
        """
        path = tidy(cwd)
        if path in ("", ".") or path in self.seen:
            return
        self.seen.add(path)
        if self.first and not sure and not self.is_related(path):
            return
        self.first = self.first or path
        if len(self.known) >= MOST_ROOTS:
            return
        new = [root for root in (repository_of(path), path) if self.inside(root) is None]
        if new:
            self.known = sorted({*self.known, *new}, key=lambda root: (-len(root), root))
            self.places.clear()

    def is_related(self, path: str) -> bool:
        name = repository_of(self.first).rpartition("/")[2]
        other = repository_of(path).rpartition("/")[2]
        return bool(name) and (other == name or other.startswith((name + "-", name + ".", name + "_")))

    def inside(self, path: str) -> str | None:
        return next((found for root in self.known if (found := below(path, root)) is not None), None)

    def place(self, raw: str, cwd: str = "") -> Place:
        """Place a reported path. `cwd` resolves relative ones."""
        key = (raw, cwd)
        if key not in self.places:
            self.places[key] = self.find(raw, cwd)
        return self.places[key]

    def find(self, raw: str, cwd: str) -> Place:
        path = tidy(raw)
        if not is_absolute(path) and self.inside(path) is None:
            path = tidy(f"{slashed(cwd or self.first)}/{path}") if cwd or self.first else path
        relative = self.inside(path)
        if relative is not None:
            relative = within_worktree(relative)
        if (
            relative is None
            or relative == ".git"
            or relative.startswith((".git/", "../"))
            or self.is_elsewhere(path)
        ):
            return Place(path, outside=is_absolute(path) or relative is not None)
        return Place(relative, outside=False)

    def is_elsewhere(self, path: str) -> bool:
        """Say whether a path is scratch or the agent's own home, unless the session works there."""
        for pattern in (SCRATCH, AGENT_HOME):
            if pattern.match(path) and not any(pattern.match(root + "/") for root in self.known):
                return True
        return False


def within_worktree(relative: str) -> str:
    """Drop `.worktrees/<name>/` in front: the same file of the same repository."""
    found = WORKTREE.match("/" + relative)
    return relative[found.end() :] if found and found.end() < len(relative) + 1 else relative
