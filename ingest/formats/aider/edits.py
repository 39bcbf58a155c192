"""The edits in an answer, file by file: SEARCH/REPLACE blocks, whole files, unified diffs."""

import posixpath
import re

from msgspec import Struct, field

from ingest.trajectories.replacements import Replacement, replaced, replacements_in
from ingest.trajectories.submissions import parts_of
from runs.kinds import Basis, Op

FENCE = re.compile(r"^(`{3,}|~{3,}|<source>|<code>|<pre>)\S*\s*$")
#: Files of one answer.
MOST_FILES = 200
#: Names of files that have neither a dot nor a folder.
BARE_NAMES = frozenset({"Makefile", "Dockerfile", "Gemfile", "Procfile", "Rakefile", "LICENSE", "README"})
NAME = re.compile(r"^[\w@~./\\()\[\] +-]{1,400}$")


class Edit(Struct):
    """What an answer does to one file."""

    path: str
    blocks: list[Replacement] = field(default_factory=list)
    whole: str | None = None  #: the whole file
    patch: str | None = None


class Change(Struct, frozen=True):
    """One change that was applied."""

    op: Op
    basis: Basis
    before: str | None = None
    after: str | None = None
    patch: str | None = None


def edits_in(text: str, format: str) -> list[Edit]:
    """Find the edits of an answer. `format` is the edit format that the model was asked for, if known."""
    found: dict[str, Edit] = {}
    lines = text.split("\n")
    name = ""
    for block in replacements_in(text):
        name = name_above(lines, block.first) or name
        if name:
            found.setdefault(name, Edit(name)).blocks.append(block)
    if not found and ("udiff" in format or "\n+++ " in text):
        found = {edit.path: edit for edit in patches_in(text)}
    if not found and "whole" in format:
        found = {edit.path: edit for edit in wholes_in(lines)}
    return list(found.values())[:MOST_FILES]


def name_above(lines: list[str], first: int) -> str:
    """Find the file's name: alone on one of the three lines above a block, which may be fences."""
    for line in reversed(lines[max(0, first - 3) : first]):
        if FENCE.match(line.strip()):
            continue
        return bare_name(line)
    return ""


def bare_name(line: str) -> str:
    """Take off what models put around a file's name; nothing is left of a sentence."""
    name = line.strip().rstrip(":").lstrip("#").strip().strip("`*").strip().replace("\\_", "_")
    is_name = NAME.match(name) is not None and not name.endswith(".")
    is_marked = "." in name or "/" in name or name in BARE_NAMES or line.strip()[:1] in ("`", "*")
    return name if is_name and is_marked else ""


def patches_in(text: str) -> list[Edit]:
    """Read unified diffs: the hunks of Aider's have no line numbers."""
    found: list[Edit] = []
    for part in parts_of(text)[:MOST_FILES]:
        lines = part.split("\n")
        end = next((n for n, line in enumerate(lines) if n > 1 and FENCE.match(line)), len(lines))
        names = [line[4:].split("\t")[0].strip() for line in lines[:2]]
        path = names[-1] if names[-1] != "/dev/null" else names[0]
        path = path[2:] if path.startswith(("a/", "b/")) else path
        if path:
            found.append(Edit(path, patch="\n".join(lines[:end]).rstrip("\n") + "\n"))
    return found


def wholes_in(lines: list[str]) -> list[Edit]:
    """Read whole files: a name, a fence, the text, the fence."""
    found: list[Edit] = []
    at = 0
    while at < len(lines):
        fence = FENCE.match(lines[at])
        name = bare_name(lines[at - 1]) if fence and at else ""
        if not fence or not name:
            at += 1
            continue
        end = next((n for n in range(at + 1, len(lines)) if lines[n].strip() == fence[1]), len(lines))
        found.append(Edit(name, whole="".join(f"{line}\n" for line in lines[at + 1 : end])))
        at = end + 1
    return found


def changes_of(edit: Edit, before: str | None, *, created: bool) -> list[Change]:
    """Say what an applied edit changed; `before` is the file's whole text, where it is known."""
    if edit.whole is not None:
        if before is not None:
            return [Change(Op.EDIT, Basis.RECONSTRUCTED, before=before, after=edit.whole)]
        return [Change(Op.CREATE if created else Op.EDIT, Basis.CONTENT, after=edit.whole)]
    if edit.patch is not None:
        return [patch_change(edit.patch)]
    fresh = created and len(edit.blocks) == 1 and not edit.blocks[0].old.strip()
    if fresh:
        return [Change(Op.CREATE, Basis.CONTENT, after=edit.blocks[0].new)]
    after = replaced(before, edit.blocks) if before is not None else None
    if before is not None and after is not None:
        return [Change(Op.EDIT, Basis.RECONSTRUCTED, before=before, after=after)]
    return [
        Change(Op.EDIT, Basis.FRAGMENT, before=block.old, after=block.new)
        for block in edit.blocks
        if block.old != block.new
    ]


def patch_change(patch: str) -> Change:
    """A unified diff: with line numbers it is a patch, without them its two sides are fragments."""
    op = Op.CREATE if patch.startswith("--- /dev/null") else Op.EDIT
    if re.search(r"^@@ -\d", patch, re.MULTILINE):
        return Change(op, Basis.PATCH, patch=patch)
    body = [line for line in patch.split("\n")[2:] if line and not line.startswith("@@")]
    old = "".join(f"{line[1:]}\n" for line in body if line[0] in " -")
    new = "".join(f"{line[1:]}\n" for line in body if line[0] in " +")
    if op is Op.CREATE:
        return Change(op, Basis.CONTENT, after=new)
    return Change(op, Basis.FRAGMENT, before=old, after=new)


def same_file(one: str, other: str) -> bool:
    """Say whether two names are of one file: Aider finds `cart.py` for `src/cart.py`."""
    one, other = posixpath.normpath(one), posixpath.normpath(other)
    return one == other or one.endswith(f"/{other}") or other.endswith(f"/{one}")
