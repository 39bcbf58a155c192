"""File changes as highlighted diffs."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.safestring import SafeString

from runs.diffs import FileDiff, Hunk, Line, Side, diff_of, diff_of_patch
from runs.highlight import lexer_for, paint, token_lines
from runs.kinds import Basis, Op, Origin
from runs.models import FileChange
from runs.shown.steps import Place
from runs.words import count

_BASIS = {
    Basis.RECONSTRUCTED: "The text before was rebuilt from what the run had read.",
    Basis.PATCH: "Only a patch was reported, not the file.",
    Basis.FRAGMENT: "Only the replaced piece was reported: its place in the file is not known.",
    Basis.NAME: "Only the name was reported, not what changed.",
}
_SIGN = {Side.ADD: "+", Side.DEL: "−", Side.SAME: ""}
_BADGE = {Op.CREATE: "new", Op.DELETE: "deleted", Op.RENAME: "renamed", Op.EDIT: ""}


@dataclass(frozen=True, kw_only=True, slots=True)
class DiffLine:
    """One line, painted."""

    side: str
    sign: str
    old: int | str
    new: int | str
    html: SafeString
    note: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class DiffHunk:
    """Neighbouring lines, under what git names them by."""

    header: str
    lines: list[DiffLine]


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangeShown:
    """One file change."""

    number: int
    path: str
    old_path: str
    badge: str
    added: str
    removed: str
    hidden: bool
    outside: bool
    user_modified: bool
    origin: str
    notes: list[str]
    hunks: list[DiffHunk]
    raw_url: str
    step_seq: int | None = None
    step_url: str = ""
    step_text: str = ""


def change_shown(
    change: FileChange,
    texts: Mapping[bytes, str],
    place: Place,
    *,
    hidden: bool,
    seq: int | None = None,
    step_text: str = "",
) -> ChangeShown:
    """Build one change; `texts` holds its contents by digest."""
    diff = _diff(change, texts)
    return ChangeShown(
        number=change.n,
        path=change.path,
        old_path=change.old_path,
        badge=_BADGE[Op(change.op)],
        added=f"+{count(change.additions)}",
        removed=f"−{count(change.deletions)}",
        hidden=hidden,
        outside=change.outside,
        user_modified=change.user_modified,
        origin={Origin.OBSERVED: "seen on disk", Origin.NET: "whole run"}.get(Origin(change.origin), ""),
        notes=list(_notes(change, diff)),
        hunks=hunks_shown(diff) if diff else [],
        raw_url=place.url("patch", change.n),
        step_seq=seq,
        step_url=f"{place.url('run')}?step={seq}" if seq is not None else "",
        step_text=step_text,
    )


def _diff(change: FileChange, texts: Mapping[bytes, str]) -> FileDiff | None:
    before, after, patch = (
        texts.get(bytes(digest)) if digest is not None else None
        for digest in (change.before_digest, change.after_digest, change.patch_digest)
    )
    if change.binary:
        return None
    if before is not None or after is not None:
        return diff_of(before, after, change.path, numbered=change.basis != Basis.FRAGMENT)
    return diff_of_patch(patch, change.path) if patch else None


def _notes(change: FileChange, diff: FileDiff | None):
    if change.binary:
        yield "A binary file: nothing to compare line by line."
    if change.basis in _BASIS:
        yield _BASIS[Basis(change.basis)]
    if diff and diff.huge:
        yield "Too big to compare here."
    if diff and diff.cut:
        yield f"{count(diff.cut)} more lines are not shown."
    if diff and not diff.hunks and not diff.huge and change.op != Op.RENAME:
        yield "No line differs." if not change.additions else "The lines are not known."


def hunks_shown(diff: FileDiff) -> list[DiffHunk]:
    """Paint a diff. Each side of a hunk is read by itself, so no colour hangs on the other."""
    lexer = lexer_for(diff.path)
    return [
        DiffHunk(header=hunk.header, lines=_paint_hunk(hunk, lexer, diff.numbered)) for hunk in diff.hunks
    ]


def _paint_hunk(hunk: Hunk, lexer, numbered: bool) -> list[DiffLine]:
    old = iter(token_lines("\n".join(line.text for line in hunk.lines if line.side is not Side.ADD), lexer))
    new = iter(token_lines("\n".join(line.text for line in hunk.lines if line.side is not Side.DEL), lexer))
    painted = []
    for line in hunk.lines:
        tokens = next(old) if line.side is not Side.ADD else None
        tokens = next(new) if line.side is not Side.DEL else tokens
        painted.append(
            DiffLine(
                side=line.side.value,
                sign=_SIGN[line.side],
                old=line.old if numbered and line.old else "",
                new=line.new if numbered and line.new else "",
                html=paint(tokens or [], line.marks),
                note=_line_note(line) if numbered else "",
            )
        )
    return painted


def _line_note(line: Line) -> str:
    words = ["CR LF"] if line.crlf and line.side is not Side.SAME else []
    return " · ".join([*words, "no newline at end of file"] if line.no_newline else words)
