"""Patches as agents write them: `*** Begin Patch`, SEARCH/REPLACE blocks, unified diffs. Pure.

The grammar of `*** Begin Patch` is Codex' own: file by file, hunks found by their context and not by numbers
(FORMATS.md 3.5). Whatever does not fit it is left out, never guessed.
"""

import re
from dataclasses import dataclass, replace

from runs import begin_patch
from runs.difflines import FileDiff
from runs.diffs import diff_of, diff_of_patch
from runs.kinds import Op
from runs.limits import COMPARED_BYTES, PATCH_FILES
from runs.tools import text_in

_NAMES = ("input", "patch", "patchText", "patch_text", "diff", "command", "cmd")
_SEARCH, _MIDDLE, _REPLACE = (
    re.compile(r"^[-<]{3,10} SEARCH$"),
    re.compile(r"^={3,10}$"),
    re.compile(r"^[+>]{3,10} REPLACE$"),
)
_UNIFIED = re.compile(r"^(?:\+\+\+ (?:b/)?|diff --git a/.+ b/)([^\t\n]+)", re.MULTILINE)


@dataclass(frozen=True, kw_only=True, slots=True)
class FilePatch:
    """What a patch asks of one file."""

    path: str
    op: Op
    diff: FileDiff
    old_path: str = ""  #: before a move


def text_of_patch(arguments: dict[str, object]) -> str:
    """Find the patch in a call's arguments; what stands around it (a shell's heredoc) is cut off."""
    text = next((found for name in _NAMES if (found := text_in(arguments, name))), "").replace("\0", "")
    return begin_patch.patch_in(text) or text


def paths_of_patch(arguments: dict[str, object]) -> list[str]:
    """List the files that a patch names."""
    text = text_of_patch(arguments)
    named = [file.path for file in begin_patch.read_patch(text)]
    return list(dict.fromkeys(named or _UNIFIED.findall(text)))


def files_of_patch(arguments: dict[str, object], *, path: str = "") -> list[FilePatch]:
    """Read a patch of any grammar, file by file. `path` is the file of a patch that names none."""
    text = text_of_patch(arguments)
    if len(text) > COMPARED_BYTES:
        return []
    if text.startswith("*** Begin Patch"):
        return [_file_of_codex(file) for file in begin_patch.read_patch(text)[:PATCH_FILES]]
    blocks = _blocks_of(text)
    if blocks:
        return [_replaced(path, old, new) for old, new in blocks[:PATCH_FILES]]
    if "@@ " in text:
        return _files_of_unified(text, path)[:PATCH_FILES]
    return []


def _blocks_of(text: str) -> list[tuple[str, str]]:
    """Read SEARCH/REPLACE blocks, line by line."""
    blocks: list[tuple[str, str]] = []
    side = -1
    sides: tuple[list[str], list[str]] = ([], [])
    for line in text.split("\n"):
        if _SEARCH.match(line):
            side, sides = 0, ([], [])
        elif side == 0 and _MIDDLE.match(line):
            side = 1
        elif side == 1 and _REPLACE.match(line):
            old, new = ("".join(f"{one}\n" for one in part) for part in sides)
            blocks.append((old, new))
            side = -1
        elif side >= 0:
            sides[side].append(line)
    return blocks


def _replaced(path: str, old: str, new: str) -> FilePatch:
    return FilePatch(path=path, op=Op.EDIT, diff=diff_of(old, new, path, numbered=False))


def _files_of_unified(text: str, path: str) -> list[FilePatch]:
    parts = re.split(r"(?m)^(?=--- |diff --git )", text)
    joined: list[str] = []
    for part in parts:
        if joined and joined[-1].startswith("diff --git ") and part.startswith("--- "):
            joined[-1] += part
        elif "@@ " in part or part.startswith("diff --git "):
            joined.append(part)
    files = []
    for part in joined:
        named = _UNIFIED.findall(part)
        name = named[-1] if named else path
        op = Op.CREATE if "\n--- /dev/null" in f"\n{part}" else Op.EDIT
        op = Op.DELETE if name == "/dev/null" else op
        files.append(FilePatch(path=name, op=op, diff=diff_of_patch(part, name)))
    return files


def _file_of_codex(file: begin_patch.FilePatch) -> FilePatch:
    if file.text is not None:
        return FilePatch(path=file.path, op=file.op, diff=diff_of(None, file.text, file.path))
    path = file.moved_to or file.path
    old_path = file.path if file.moved_to else ""
    return FilePatch(path=path, old_path=old_path, op=file.op, diff=_diff_of_hunks(path, file.hunks))


def _diff_of_hunks(path: str, hunks: list[begin_patch.Hunk]) -> FileDiff:
    """Write the hunks with numbers of their own, so that the reader of unified diffs reads them."""
    parts: list[str] = []
    for hunk in hunks:
        if hunk.lines:
            old, new = len(hunk.side("-")), len(hunk.side("+"))
            parts.append("\n".join([f"@@ -1,{old} +1,{new} @@ {hunk.anchor}", *hunk.lines]))
    return replace(diff_of_patch("\n".join(parts), path), numbered=False)


_TOLD = re.compile(r"^([AMDRC]) (.+)$", re.MULTILINE)


def outcomes_of_patch(files: list[FilePatch], output: str, *, failed: bool) -> list[str]:
    """Say of each file what became of it: `applied`, `failed`, `not applied`, or nothing where not told."""
    told = {path.strip() for _, path in _TOLD.findall(output[:100_000])}
    words = []
    for file in files:
        if any(path == file.path or file.path.endswith("/" + path) for path in told):
            words.append("applied")
        elif failed and (file.old_path or file.path) in output[:100_000]:
            words.append("failed")
        else:
            words.append("not applied" if failed else "")
    return words
