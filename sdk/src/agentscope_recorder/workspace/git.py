"""git's plumbing over an index and an object folder of our own: those of the user stay as they are."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
from pathlib import Path

from agentscope_recorder.limits import CHANGED_FILES, FILE_BYTES, SNAPSHOT_SECONDS
from agentscope_recorder.quiet import warn_once
from agentscope_recorder.workspace.changes import Change

#: Nothing of the user's settings may run a program, or write beside our own index.
SETTINGS = (
    *("core.fsmonitor=false", "core.hooksPath=/dev/null", "core.safecrlf=false", "core.splitIndex=false"),
    *("core.untrackedCache=true", "status.showUntrackedFiles=all"),
)
#: Programs that git asks for contents, such as those of LFS: slow, and they write into the repository.
FILTERS = r"^filter\..*\.(clean|process|required)$"
#: Variables that point git elsewhere than to the folder it is asked in; git sets them for its hooks.
ELSEWHERE = (
    *("GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_PREFIX"),
    *("GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY"),
)
LINK, MODULE = "120000", "160000"


class GitFailed(Exception):
    """git did not do what it was asked; the message is its own."""


class Repository:
    """The work tree of a repository, as trees of git."""

    def __init__(self, root: Path, folder: Path, *, ignored: bool = False) -> None:
        """Begin with the user's index, so that only changed files are read. Raises GitFailed, OSError."""
        self.root, self.ignored = root, ignored
        self.own: bytes | None = None  #: how the names of our own files begin
        self.environment = environment_here()
        self.settings = [word for setting in SETTINGS for word in ("-c", setting)]
        self.settings += self.without_filters()
        paths = self.run("rev-parse", "--git-path", "index", "--git-path", "objects").decode().split("\n")
        index, objects = (root / path for path in paths[:2])
        (folder / "objects").mkdir(parents=True, exist_ok=True)
        (folder / "index.lock").unlink(missing_ok=True)  # of one that was killed
        if index.exists():
            shutil.copyfile(index, folder / "index")
        others = [str(objects.resolve()), self.environment.get("GIT_ALTERNATE_OBJECT_DIRECTORIES", "")]
        self.environment.update(
            GIT_INDEX_FILE=str(folder / "index"),
            GIT_OBJECT_DIRECTORY=str(folder / "objects"),
            GIT_ALTERNATE_OBJECT_DIRECTORIES=os.pathsep.join(filter(None, others)),
            GIT_OPTIONAL_LOCKS="1",  # the index is ours: what git learns of times and folders is kept
        )
        self.tree = ""
        if not ignored:
            self.run("update-index", "--force-untracked-cache")

    def run(self, *words: str, given: bytes | None = None) -> bytes:
        """Run git. Raises GitFailed, also when it takes too long."""
        try:
            done = subprocess.run(
                ["git", *self.settings, *words],
                cwd=self.root,
                env=self.environment,
                input=given,
                stdin=subprocess.DEVNULL if given is None else None,
                capture_output=True,
                timeout=SNAPSHOT_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise GitFailed(f"git {words[0]} takes more than {SNAPSHOT_SECONDS:.0f} s") from error
        except OSError as error:
            raise GitFailed(f"git cannot be started ({error.strerror})") from error
        if done.returncode:
            raise GitFailed(
                done.stderr.decode("utf-8", "replace").strip().partition("\n")[0] or f"git {words[0]} failed"
            )
        return done.stdout

    def without_filters(self) -> list[str]:
        """Give the settings that switch filters off: what is on the disk is what is told."""
        try:
            told = self.run("config", "--name-only", "--get-regexp", FILTERS)
        except GitFailed:  # there are none
            return []
        names = told.decode("utf-8", "replace").splitlines()
        off = (f"{name}={'false' if name.endswith('required') else ''}" for name in names)
        return [word for setting in off for word in ("-c", setting)]

    def snapshot(self) -> str:
        """Give the tree of the files as they are; where nothing changed, git only looks at times."""
        touched = [path for path in self.touched() if self.may_be_read(path)]
        folders = [path for path in touched if self.is_folder(path)]
        self.update_index(folders, "--force-remove")
        self.update_index([path for path in touched if path not in folders], "--add", "--remove", "--replace")
        if touched or not self.tree:
            self.tree = self.write_tree()
        return self.tree

    def update_index(self, paths: list[bytes], *how: str) -> None:
        """Take files into the index, or out of it."""
        if paths:
            self.run("update-index", *how, "-z", "--stdin", given=b"\0".join(paths) + b"\0")

    def is_folder(self, path: bytes) -> bool:
        """Say whether there is a folder where a file was; a submodule is none."""
        place = self.root / os.fsdecode(path)
        return place.is_dir() and not place.is_symlink() and not (place / ".git").exists()

    def touched(self) -> list[bytes]:
        """List the files that are not as the index has them; `status` asks with all cores, and remembers."""
        if self.ignored:
            found = self.run("ls-files", "-z", "--modified", "--others").split(b"\0")
        else:
            told = self.run("status", "--porcelain", "-z", "--no-renames", "--ignore-submodules=dirty")
            found = [row[3:] for row in told.split(b"\0") if row[1:2] != b" "]
        return [
            path
            for path in dict.fromkeys(found)
            if path and not path.endswith(b"/") and not self.is_own(path)
        ]

    def is_own(self, path: bytes) -> bool:
        """Say whether a file is one that the recorder writes."""
        return self.own is not None and path.startswith(self.own)

    def write_tree(self) -> str:
        """Write the index as a tree; one with conflicts is read from the files alone."""
        try:
            return self.run("write-tree").decode().strip()
        except GitFailed:
            self.run("read-tree", "--empty")
            self.run("add", "--all", ".")
            return self.run("write-tree").decode().strip()

    def may_be_read(self, path: bytes) -> bool:
        """Say whether a file is small enough to be hashed, and lets us; one that is gone is."""
        place = self.root / os.fsdecode(path)
        try:
            found = place.lstat()
        except OSError:
            return True
        return found.st_size <= FILE_BYTES and (not stat.S_ISREG(found.st_mode) or os.access(place, os.R_OK))

    def changes(self, old: str, new: str) -> list[Change]:
        """List the files that differ between two trees, with their contents."""
        if old == new:
            return []
        raw = self.run("diff-tree", "-r", "-z", "--raw", "--no-renames", old, new).split(b"\0")
        pairs = ((head, path) for head, path in zip(raw[::2], raw[1::2]) if not self.is_own(path))
        rows = [(head.decode().lstrip(":").split(), path) for head, path in pairs]
        kept = rows[:CHANGED_FILES]
        blobs = self.blobs({blob for (_, _, a, b, _), _ in kept for blob in (a, b)})
        return [self.change(row, path, blobs) for row, path in rows]

    def change(self, row: list[str], path: bytes, blobs: dict[str, bytes]) -> Change:
        """Make one change of a line of `diff-tree`."""
        old_mode, new_mode, old, new, status = row
        known = MODULE not in (old_mode, new_mode)
        return Change(
            path=path.decode("utf-8", "replace"),
            op={"A": "create", "D": "delete"}.get(status[:1], "edit"),
            before=blobs.get(old) if known else None,
            after=blobs.get(new) if known else None,
        )

    def blobs(self, names: set[str]) -> dict[str, bytes]:
        """Read contents by their names; those that are too large, or no files, are left out."""
        asked = sorted(name for name in names if name.strip("0"))
        sizes = (
            self.run("cat-file", "--batch-check", given="\n".join(asked).encode() + b"\n")
            .decode()
            .splitlines()
        )
        small = [
            line.split()[0]
            for line in sizes
            if line.split()[1:2] == ["blob"] and int(line.split()[2]) <= FILE_BYTES
        ]
        if not small:
            return {}
        out, found, at = self.run("cat-file", "--batch", given="\n".join(small).encode() + b"\n"), {}, 0
        for name in small:
            end = out.index(b"\n", at)
            size = int(out[at:end].split()[2])
            found[name] = out[end + 1 : end + 1 + size]
            at = end + 2 + size
        return found

    def facts(self) -> dict[str, str]:
        """Say what is checked out: commit and branch; of a new repository there is none."""
        told = {}
        for name, words in (
            ("commit", ("rev-parse", "HEAD")),
            ("branch", ("symbolic-ref", "--short", "HEAD")),
        ):
            try:
                told[name] = self.run(*words).decode().strip()
            except GitFailed:
                continue
        return told

    def head_tree(self) -> str:
        """Give the tree of the commit that is checked out, or that without files."""
        try:
            return self.run("rev-parse", "HEAD^{tree}").decode().strip()
        except GitFailed:
            return self.run("mktree", given=b"").decode().strip()

    def commits_since(self, commit: str) -> list[str]:
        """List the commits made since one, newest first: id and subject."""
        try:
            return (
                self.run("log", "--format=%h %s", "-n", "50", f"{commit}..HEAD")
                .decode("utf-8", "replace")
                .splitlines()
            )
        except GitFailed:
            return []


def environment_here() -> dict[str, str]:
    """Give the environment in which git looks at the folder it is asked in, and fetches and locks nothing."""
    around = {name: value for name, value in os.environ.items() if name not in ELSEWHERE}
    return {**around, "GIT_OPTIONAL_LOCKS": "0", "GIT_NO_LAZY_FETCH": "1", "LC_ALL": "C"}


def root_of(path: Path) -> Path | None:
    """Find the work tree that a folder lies in; None without git, or outside of a repository."""
    try:
        done = subprocess.run(
            ["git", "rev-parse", "--show-toplevel"],
            cwd=path,
            env=environment_here(),
            capture_output=True,
            timeout=SNAPSHOT_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    if b"dubious ownership" in done.stderr:
        warn_once(
            f"owner:{path}",
            f"{path} is a repository of another user; git looks at it after:"
            f" git config --global --add safe.directory {path}",
        )
    return Path(os.fsdecode(done.stdout.rstrip(b"\n"))) if done.returncode == 0 else None
