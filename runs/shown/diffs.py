"""File changes as highlighted diffs."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from django.utils.safestring import SafeString

from runs.difflines import FileDiff, Side
from runs.diffs import diff_of, diff_of_patch, split_lines, text_of
from runs.kinds import GUESSED, Basis, Op, Origin
from runs.limits import COMPARED_BYTES, DIFF_LINES
from runs.looks import Look
from runs.models import FileChange
from runs.shown.diffrows import DiffTable, Wiring, table_of
from runs.shown.steps import Place
from runs.visible import visible_html
from runs.words import count, plural
from runs.words import size as size_words

_BASIS = {
    Basis.RECONSTRUCTED: "The text before was rebuilt from what the run had read.",
    Basis.PATCH: "Only a patch was reported, not the file: what lies between its pieces is not known.",
    Basis.FRAGMENT: "Only the replaced piece was reported: its place in the file is not known.",
    Basis.NAME: "Only the name was reported, not what changed.",
}
_GUESSED = "Guessed from its arguments: the tool is none we know, and the file itself was not seen."
_BADGE = {Op.CREATE: "new", Op.DELETE: "deleted", Op.RENAME: "renamed", Op.EDIT: ""}
_ORIGIN = {Origin.OBSERVED: "seen on disk", Origin.NET: "whole run"}
_NO_BEFORE = "Reported without original: this is the text after; which of its lines are new is not known."
_NO_AFTER = "Reported without result: this is the text before; what became of it is not known."


@dataclass(frozen=True, kw_only=True, slots=True)
class Texts:
    """What is known of one change."""

    before: str | None = None
    after: str | None = None
    patch: str | None = None

    @property
    def are_known(self) -> bool:
        return self.before is not None or self.after is not None


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangeShown:
    """One file change."""

    number: int
    path: str
    old_path: str
    path_html: SafeString
    old_path_html: SafeString
    badge: str
    added: str
    removed: str
    counts: str  #: in words, where added and removed are not known
    hidden: bool
    outside: bool
    user_modified: bool
    origin: str
    notes: list[str]
    hunks: DiffTable | None
    raw_url: str
    url: str  #: the change by itself
    file_url: str  #: all changes of its file
    history_url: str  #: the versions of its file
    whole_url: str = ""  #: with the unchanged lines, where they are known
    step_seq: int | None = None
    step_url: str = ""
    step_text: str = ""
    load_words: str = ""  #: what to click to see a diff that is not open
    load_url: str = ""
    load_in_view: bool = False  #: it loads by itself when it comes into view

    @property
    def anchor(self) -> str:
        return f"change-{self.number}"


def texts_in(change: FileChange, texts: Mapping[bytes, str]) -> Texts:
    """Pick the texts of one change out of those by digest."""
    before, after, patch = (
        texts.get(bytes(digest)) if digest is not None else None
        for digest in (change.before_digest, change.after_digest, change.patch_digest)
    )
    return Texts(before=before, after=after, patch=patch)


def change_shown(
    change: FileChange,
    texts: Mapping[bytes, str],
    place: Place,
    *,
    hidden: bool,
    seq: int | None = None,
    step_text: str = "",
    look: Look | None = None,
    part: int = 0,
    diff: FileDiff | None = None,
) -> ChangeShown:
    """Build one change with its diff open; `texts` holds its contents by digest.

    Lines have addresses where there is a look: on the Changes tab, where no change comes twice.
    """
    told = texts_in(change, texts)
    wiring = wiring_of(change, told, place, look or Look(kept=place.kept))
    if look is None:
        look, wiring = Look(kept=place.kept), replace(wiring, number=None)
    diff = diff or diff_of_change(change, told, look, part=part)
    head = change_head(change, place, hidden=hidden, seq=seq, step_text=step_text, look=look)
    return replace(
        head,
        counts=_counts(change, told),
        whole_url=wiring.page_url if diff and diff.leaves_out else "",
        notes=list(_notes(change, told, diff, look)),
        hunks=table_of(diff, wiring, part=part) if diff else None,
    )


def change_head(
    change: FileChange,
    place: Place,
    *,
    hidden: bool,
    seq: int | None = None,
    step_text: str = "",
    look: Look | None = None,
) -> ChangeShown:
    """Build one change without its diff."""
    look = look or Look(kept=place.kept)
    lines = change.additions + change.deletions
    return ChangeShown(
        number=change.n,
        path=change.path,
        old_path=change.old_path,
        path_html=visible_html(change.path),
        old_path_html=visible_html(change.old_path),
        badge=_BADGE[Op(change.op)],
        added=f"+{count(change.additions)}" if lines else "",
        removed=f"−{count(change.deletions)}" if lines else "",
        counts="",
        hidden=hidden,
        outside=change.outside,
        user_modified=change.user_modified,
        origin=_ORIGIN.get(Origin(change.origin), ""),
        notes=[],
        hunks=None,
        raw_url=place.url("patch", change.n),
        url=place.url("change", change.n) + look.of_one.query(),
        file_url=place.url("changes") + replace(look.of_one, path=change.path, whole=False).query(),
        history_url=place.url("file") + Look(path=change.path, kept=look.kept).query(),
        step_seq=seq,
        step_url=place.step_url(seq) if seq is not None else "",
        step_text=step_text,
    )


def wiring_of(change: FileChange, told: Texts, place: Place, look: Look) -> Wiring:
    """Say where the controls of a change's diff lead."""
    one = look.of_one
    lines = place.url("change_lines", change.n) + replace(one, kept=()).query()
    lines += "&" if "?" in lines else "?"
    return Wiring(
        number=change.n,
        url=place.url("change", change.n) + one.query(),
        page_url=place.url("change", change.n) + replace(one, whole=True).query(),
        lines_url=lines,
        rest_url=lines if told.are_known and not told.patch else "",
        raw_url=place.url("patch", change.n),
        split=look.split,
    )


def diff_of_change(
    change: FileChange, told: Texts, look: Look, *, part: int = 0, size: int = DIFF_LINES
) -> FileDiff | None:
    """Compare what is known; None when nothing is."""
    how = replace(look.how, part=part, size=size)
    if change.binary:
        return None
    lone = lone_text(change, told)
    if told.patch and (lone is not None or not told.are_known):
        return diff_of_patch(told.patch, change.path, how)
    if lone is not None:
        return text_of(lone, change.path, how, after=told.before is None)
    if not told.are_known:
        return None
    return diff_of(told.before, told.after, change.path, how, numbered=change.basis != Basis.FRAGMENT)


def part_with(change: FileChange, told: Texts, look: Look, side: str, number: int) -> int | None:
    """Find the part of a diff that shows a line (`L` before, `R` after); None when no part does."""
    diff = diff_of_change(change, told, look, size=COMPARED_BYTES)
    if diff is None or not diff.numbered:
        return None
    numbers = [line.old if side == "L" else line.new for hunk in diff.hunks for line in hunk.lines]
    return numbers.index(number) // DIFF_LINES if number in numbers else None


def lone_text(change: FileChange, told: Texts) -> str | None:
    """Give the one text of a change whose other text must have been there and is not known."""
    if change.basis == Basis.FRAGMENT:
        return None
    if told.before is None and change.op in (Op.EDIT, Op.RENAME, Op.DELETE):
        return told.after
    return told.before if told.after is None and change.op in (Op.EDIT, Op.RENAME, Op.CREATE) else None


def _counts(change: FileChange, told: Texts) -> str:
    lone = lone_text(change, told)
    if lone is not None and not told.patch:
        return plural(len(split_lines(lone)), "line")
    return ""


def _notes(change: FileChange, told: Texts, diff: FileDiff | None, look: Look) -> Iterator[str]:
    if change.binary or (diff and diff.binary):
        yield _binary_words(diff.sizes if diff else ())
    if change.basis in _BASIS and not (change.basis == Basis.PATCH and diff and not diff.hunks):
        yield _BASIS[Basis(change.basis)]
    if change.sources and all(source.endswith(GUESSED) for source in change.sources):
        yield _GUESSED
    if diff and diff.mode:
        yield f"Its mode was changed: {diff.mode}."
    if change.op == Op.RENAME:
        yield from _likeness(diff)
    if lone_text(change, told) is not None and not told.patch:
        yield _NO_BEFORE if told.before is None else _NO_AFTER
    if diff and diff.huge:
        yield "Too big to compare here."
    elif diff:
        yield from _about_lines(change, told, diff, look)


def _binary_words(sizes: tuple[int, ...]) -> str:
    words = "A binary file: nothing to compare line by line."
    return (
        f"{words} {size_words(sizes[1])} before, {size_words(sizes[0])} after." if len(sizes) == 2 else words
    )


def _likeness(diff: FileDiff | None) -> Iterator[str]:
    if diff and diff.similarity is not None:
        yield f"{diff.similarity} % of it stayed the same, says the patch."
    elif diff and diff.lines and max(diff.lines):
        same = (diff.lines[1] - diff.additions) * 100 // max(diff.lines)
        yield (
            f"{same} % of its lines stayed the same."
            if same < 100 or diff.hunks
            else "Not changed otherwise."
        )


def _about_lines(change: FileChange, told: Texts, diff: FileDiff, look: Look) -> Iterator[str]:
    if diff.hunks and not diff.numbered and change.basis == Basis.PATCH:
        yield "The patch names no line numbers."
    changed = [line for hunk in diff.hunks for line in hunk.lines if line.side is not Side.SAME]
    if changed and not diff.cut and all(line.ending for line in changed):
        yield "Only line endings differ."
    if diff.hunks or diff.mode or diff.binary or change.op == Op.RENAME:
        return
    if "" in (told.before, told.after) and None in (told.before, told.after):
        yield "An empty file."
    elif look.ignore_space and told.before != told.after:
        yield "Only whitespace differs."
    else:
        yield "No line differs." if not change.additions else "The lines are not known."


def hunks_shown(diff: FileDiff) -> DiffTable:
    """Paint a diff that is no file's: what a call was asked to replace."""
    return table_of(diff)


def load_words(change: FileChange, bytes_known: int) -> str:
    """Name the control that opens a diff."""
    lines = change.additions + change.deletions
    return f"Load diff ({plural(lines, 'line') if lines else size_words(bytes_known)})"
