"""Random runs over real git repositories, told as a recorder would tell them."""

import random
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from runs.diffs import unified
from runs.kinds import Basis, Kind, Op, Origin
from runs.records import Batch, ChangeRecord, RunRecord, StepRecord
from tests.recordings import at

NAMES = (
    "app.py",
    "src/a b.txt",
    "src/übung.md",
    'src/"quoted".c',
    "docs/read me\tnow.txt",
    "x/y/z.json",
    "plain",
)
WORDS = (
    "alpha",
    "beta",
    "gamma",
    "delta",
    "é",
    "日本",
    "x = 1",
    "",
    "\tindented",
    "--- a",
    "+++ b",
    "@@ -1 +1 @@",
    "\\",
)

Tree = dict[str, str]


def git(folder: Path, *arguments: str, given: bytes | None = None) -> str:
    done = subprocess.run(
        ["git", "-c", "core.autocrlf=false", "-c", "core.safecrlf=false", *arguments],
        cwd=folder, input=given, capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


def write_tree(folder: Path, tree: Tree) -> None:
    for path, text in tree.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(text.encode())


def read_tree(folder: Path) -> Tree:
    files = (path for path in folder.rglob("*") if path.is_file() and ".git" not in path.parts)
    return {str(path.relative_to(folder)): path.read_bytes().decode() for path in files}


@dataclass
class Play:
    """An agent at work on a tree, and what is recorded of it."""

    rng: random.Random
    run: str
    tree: Tree
    steps: list[StepRecord] = field(default_factory=list)
    changes: list[ChangeRecord] = field(default_factory=list)
    pieces: set[str] = field(default_factory=set)  #: files of which a piece was told
    whole: set[str] = field(default_factory=set)  #: files that were told whole

    def batch(self) -> Batch:
        told = RunRecord(external_id=self.run, source="test", started_at=at(0))
        return Batch(runs=[told], steps=self.steps, changes=self.changes)

    def step(self, tool: str) -> str:
        key = f"s{len(self.steps)}"
        time = len(self.steps)
        self.steps.append(
            StepRecord(
                run=self.run, key=key, kind=Kind.TOOL, tool=tool, source="test",
                started_at=at(time), ended_at=at(time + 0.5),
            )
        )  # fmt: skip
        return key

    def tell(self, key: str, path: str, op: Op, **fields: object) -> None:
        origin = fields.get("origin", Origin.DECLARED)
        name = f"{key}:{origin}:{path}:{len(self.changes)}"
        record = ChangeRecord(run=self.run, step=key, key=name, path=path, op=op, source="test", **fields)  # type: ignore[arg-type]
        self.changes.append(record)
        if record.basis == Basis.CONTENT:
            self.whole.add(path)

    def text(self) -> str:
        lines = [self.rng.choice(WORDS) for _ in range(self.rng.choice((0, 1, 3, 12, 40)))]
        end = self.rng.choice(("\n", "\n", "\r\n"))
        text = end.join(lines) + (end if lines else "")
        return text.removesuffix(end) if self.rng.random() < 0.25 else text

    def edited(self, text: str) -> str:
        """Change some lines, as an editor does."""
        lines = text.split("\n")
        for _ in range(self.rng.randint(1, 3)):
            at_line = self.rng.randrange(len(lines))
            what = self.rng.random()
            if what < 0.4:
                lines[at_line] = self.rng.choice(WORDS) + str(self.rng.random())
            elif what < 0.7:
                lines.insert(at_line, self.rng.choice(WORDS))
            elif len(lines) > 1:
                del lines[at_line]
        return "\n".join(lines)

    def some(self) -> str | None:
        return self.rng.choice(sorted(self.tree)) if self.tree else None

    def free(self) -> str:
        names = [name for name in NAMES if name not in self.tree]
        return self.rng.choice(names) if names else f"new/{self.rng.random()}.txt"


def edit(play: Play) -> None:
    path = play.some()
    if path:
        before, after = play.tree[path], play.edited(play.tree[path])
        play.tree[path] = after
        play.tell(play.step("Edit"), path, Op.EDIT, before=before, after=after)


def replace_piece(play: Play) -> None:
    """An edit of which only the replaced piece is told."""
    path = play.some()
    lines = [line for line in play.tree[path].split("\n") if line] if path else []
    unique = [line for line in lines if play.tree[path].count(line) == 1]
    if path and unique:
        old, new = play.rng.choice(unique), f"piece {play.rng.random()}"
        play.tree[path] = play.tree[path].replace(old, new)
        play.tell(play.step("Edit"), path, Op.EDIT, basis=Basis.FRAGMENT, before=old, after=new)
        play.pieces.add(path)


def patch(play: Play) -> None:
    """An edit of which only the patch is told."""
    path = play.some()
    if path:
        before, after = play.tree[path], play.edited(play.tree[path])
        if after != before:
            play.tree[path] = after
            told = unified(before, after, path)
            play.tell(play.step("apply_patch"), path, Op.EDIT, basis=Basis.PATCH, patch=told)
            play.pieces.add(path)


def write(play: Play) -> None:
    path = play.free()
    play.tree[path] = play.text()
    play.tell(play.step("Write"), path, Op.CREATE, after=play.tree[path])


def delete(play: Play) -> None:
    path = play.some()
    if path:
        before = play.tree.pop(path)
        play.tell(play.step("Bash"), path, Op.DELETE, origin=Origin.OBSERVED, before=before)


def rename(play: Play) -> None:
    path, new = play.some(), play.free()
    if path:
        before = play.tree.pop(path)
        play.tree[new] = play.rng.choice((before, play.edited(before)))
        play.tell(
            play.step("Bash"), new, Op.RENAME, origin=Origin.OBSERVED, old_path=path, before=before,
            after=play.tree[new],
        )  # fmt: skip


def shell(play: Play) -> None:
    """A command that changes several files, seen on disk alone."""
    key = play.step("Bash")
    for path in play.rng.sample(sorted(play.tree), k=min(2, len(play.tree))):
        before = play.tree[path]
        play.tree[path] = before.replace("a", "A") or "filled\n"
        if play.tree[path] != before:
            play.tell(key, path, Op.EDIT, origin=Origin.OBSERVED, before=before, after=play.tree[path])


def edit_and_format(play: Play) -> None:
    """An edit after which a formatter changed more: what was declared is not what is on disk."""
    path = play.some()
    if path:
        before, declared = play.tree[path], play.edited(play.tree[path])
        formatted = declared.replace("\r\n", "\n").rstrip("\n") + "\n"
        if formatted != before:
            key = play.step("Edit")
            play.tree[path] = formatted
            play.tell(key, path, Op.EDIT, before=before, after=declared)
            play.tell(key, path, Op.EDIT, origin=Origin.OBSERVED, before=before, after=formatted)


def edit_and_revert(play: Play) -> None:
    path = play.some()
    if path:
        before, after = play.tree[path], play.edited(play.tree[path])
        play.tell(play.step("Edit"), path, Op.EDIT, before=before, after=after)
        play.tell(play.step("Edit"), path, Op.EDIT, before=after, after=before)


def change_outside(play: Play) -> None:
    """Something no step did, found by the next one. Before the first word on a file it could not be seen."""
    known = sorted(play.whole & play.tree.keys())
    if known:
        path = play.rng.choice(known)
        play.tree[path] = play.edited(play.tree[path])
        edit_this(play, path)


def edit_this(play: Play, path: str) -> None:
    before, after = play.tree[path], play.edited(play.tree[path])
    play.tree[path] = after
    play.tell(play.step("Edit"), path, Op.EDIT, before=before, after=after)


ACTS = (
    edit,
    edit,
    replace_piece,
    patch,
    write,
    delete,
    rename,
    shell,
    edit_and_format,
    edit_and_revert,
    change_outside,
)


#: Acts that leave files known in part.
PARTLY = (patch, patch, replace_piece, edit, rename, write, edit_and_format)


def random_play(seed: int, *, acts: int) -> tuple[Tree, Play]:
    """Play a run after which every file is known; return the tree it began with, and the play."""
    start, play = played(seed, ACTS, acts)
    for path in sorted(play.pieces & play.tree.keys()):  # one whole text, so that the pieces have a place
        edit_this(play, path)
    return start, play


def partly_told_play(seed: int, *, acts: int) -> tuple[Tree, Play]:
    """Play one run of which much is told as patches and pieces alone."""
    return played(seed, PARTLY, acts)


def played(seed: int, choices: tuple[Callable[[Play], None], ...], acts: int) -> tuple[Tree, Play]:
    rng = random.Random(seed)
    play = Play(rng=rng, run=f"run-{seed}", tree={})
    play.tree = {name: play.text() for name in rng.sample(NAMES, k=rng.randint(0, 5))}
    start = dict(play.tree)
    for _ in range(acts):
        rng.choice(choices)(play)
    return start, play
