"""Line diffs of file contents: pure, by libgit2.

Texts in, frozen records out. Nothing here invents a line: a side that is not known is not shown as empty.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

from pygit2 import Patch
from pygit2.enums import DiffOption

from runs.difflines import CONTEXT_LINES, FileDiff, How, Hunk, Line, Side, line_of
from runs.limits import COMPARED_BYTES
from runs.marks import mark_words
from runs.openings import opened_before
from runs.reported import read_patch

#: A hunk without its lines, how many it has, and what reads some of them.
Source = tuple[Hunk, int, Callable[[int, int], Sequence[Line]]]

AS_IS = How()


def counts(before: str, after: str) -> tuple[int, int]:
    """Count (added, removed) lines."""
    if before == after:
        return 0, 0
    old, new = _bytes_of(before), _bytes_of(after)
    _, additions, deletions = _patch(old, new, "file").line_stats
    return additions, deletions


def unified(before: str | None, after: str | None, path: str) -> str:
    """Write the unified diff that `git apply` takes; None is a file that is not there. Empty when equal."""
    if before == after:
        return ""
    old_data, new_data = _bytes_of(before or ""), _bytes_of(after or "")
    text = _patch(old_data, new_data, path).data.decode("utf-8", "replace")
    body = text[text.find("@@ ") :] if "@@ " in text else ""
    old = "/dev/null" if before is None else f"a/{path}"
    new = "/dev/null" if after is None else f"b/{path}"
    mode = {before: "new file mode 100644\n", after: "deleted file mode 100644\n"}.get(None, "")
    head = f"diff --git a/{path} b/{path}\n{mode}"
    return f"{head}--- {old}\n+++ {new}\n{body}" if body else head


def diff_of(
    before: str | None, after: str | None, path: str, how: How = AS_IS, *, numbered: bool = True
) -> FileDiff:
    """Compare two texts; None is a file that is not there.

    `numbered=False` when they are fragments, whose place in the file is unknown.
    """
    old, new = _bytes_of(before or ""), _bytes_of(after or "")
    if max(len(old), len(new)) > COMPARED_BYTES:
        return FileDiff(path=path, huge=True)
    patch = _patch(old, new, path, how)
    _, additions, deletions = patch.line_stats
    totals = old.count(b"\n") + (not old.endswith(b"\n") and old != b""), _lines_in(new)
    hunks = patch.hunks
    kept, cut = bound(_sources(hunks), how)
    if how.ignore_space and numbered:
        kept = _with_old_spaces(kept, before or "")
    lines = split_lines(after or "") if numbered else []
    return FileDiff(
        path=path,
        hunks=tuple(_placed(hunk, lines, path) if numbered else replace(hunk, gap=None) for hunk in kept),
        additions=additions,
        deletions=deletions,
        cut=cut,
        numbered=numbered,
        gap=totals[1] - _end(hunks[-1])[1] if hunks and numbered and not cut else None,
        lines=totals if numbered else None,
    )


def diff_of_patch(patch: str, path: str, how: How = AS_IS) -> FileDiff:
    """Read a unified diff, or bare hunks of one, as it was reported."""
    if len(patch) > COMPARED_BYTES:
        return FileDiff(path=path, huge=True)
    told = read_patch(patch)
    hunks = [_recompared(hunk, how) for hunk in told.hunks] if how.ignore_space else told.hunks
    sides = [line.side for hunk in hunks for line in hunk.lines]
    kept, cut = bound(map(_source, hunks), how)
    return FileDiff(
        path=path,
        hunks=kept,
        additions=sides.count(Side.ADD),
        deletions=sides.count(Side.DEL),
        cut=cut,
        numbered=told.numbered,
        mode=told.mode,
        similarity=told.similarity,
        binary=told.binary,
        sizes=told.sizes,
    )


def text_of(text: str, path: str, how: How = AS_IS, *, after: bool) -> FileDiff:
    """Show a text that cannot be compared, since the other side is not known: its lines, none of them new."""
    if len(text) > COMPARED_BYTES:
        return FileDiff(path=path, huge=True)
    lines = split_lines(text)
    start, stop = how.part * how.size, (how.part + 1) * how.size
    shown = [
        replace(
            line_of(" ", line, None if after else n, n if after else None),
            no_newline=n == len(lines) and not text.endswith("\n"),
        )
        for n, line in enumerate(lines[start:stop], start + 1)
    ]
    hunks = (Hunk(header="", lines=tuple(shown), continued=start > 0),) if shown else ()
    return FileDiff(path=path, hunks=hunks, cut=max(0, len(lines) - stop))


def gaps_of(before: str, after: str, how: How = AS_IS) -> list[tuple[int, int, int]]:
    """List the unchanged stretches between hunks as (first line before, first line after, lines)."""
    old, new = _bytes_of(before), _bytes_of(after)
    gaps, at = [], (0, 0)
    for hunk in _patch(old, new, "file", how).hunks:
        start = _start(hunk)
        gaps.append((at[0] + 1, at[1] + 1, start[1] - at[1] - 1))
        at = _end(hunk)
    gaps.append((at[0] + 1, at[1] + 1, _lines_in(new) - at[1]))
    return [gap for gap in gaps if gap[2] > 0]


def lines_between(before: str, after: str, *, old: int, new: int, number: int) -> list[Line]:
    """Read unchanged lines of a gap, with their numbers on both sides."""
    then, now = split_lines(before)[old - 1 : old - 1 + number], split_lines(after)
    shown = []
    for n, (was, text) in enumerate(zip(then, now[new - 1 : new - 1 + number], strict=False)):
        line = line_of(" ", text, old + n, new + n)
        last = new + n == len(now) and not after.endswith("\n")
        before_it = was.removesuffix("\r")
        shown.append(replace(line, no_newline=last, was=before_it if before_it != line.text else None))
    return shown


def bound(sources: Iterable[Source], how: How) -> tuple[tuple[Hunk, ...], int]:
    """Read and mark one part of the lines; count those after it."""
    kept: list[Hunk] = []
    skip, room, cut = how.part * how.size, how.size, 0
    work = None
    for hunk, size, read in sources:
        start = min(skip, size)
        skip -= start
        taken = read(start, start + room) if room and start < size else ()
        room -= len(taken)
        cut += size - start - len(taken)
        if taken:
            lines, work = mark_words(taken, work)
            kept.append(replace(hunk, lines=tuple(lines), continued=start > 0))
    return tuple(kept), cut


def _bytes_of(text: str) -> bytes:
    return text.encode("utf-8", "replace")


def split_lines(text: str) -> list[str]:
    """Split as git does: only a line feed ends a line, and what follows the last one is a line."""
    lines = text.split("\n")
    return lines[:-1] if lines[-1] == "" else lines


def _lines_in(data: bytes) -> int:
    return data.count(b"\n") + (data != b"" and not data.endswith(b"\n"))


def _patch(old: bytes, new: bytes, path: str, how: How = AS_IS) -> Patch:
    """Compare. The patch reads from `old` and `new`, which the caller must keep as long as it lives."""
    flag = DiffOption.FORCE_TEXT | DiffOption.INDENT_HEURISTIC
    if how.ignore_space:
        flag |= DiffOption.IGNORE_WHITESPACE
    context = how.context if how is not AS_IS else CONTEXT_LINES
    return Patch.create_from(old, new, path, path, flag=flag, context_lines=context)


def _start(hunk: Any) -> tuple[int, int]:
    """Give the numbers of a hunk's first lines; git names the line before where a side has none."""
    return hunk.old_start + (hunk.old_lines == 0), hunk.new_start + (hunk.new_lines == 0)


def _end(hunk: Any) -> tuple[int, int]:
    """Give the numbers of a hunk's last lines."""
    old, new = _start(hunk)
    return old + hunk.old_lines - 1, new + hunk.new_lines - 1


def _sources(hunks: Sequence[Any]) -> Iterable[Source]:
    """Read hunks of libgit2, no more lines of each than are asked for."""
    end = 0
    for hunk in hunks:
        items = hunk.lines
        real = [item for item in items if item.origin not in "<>="]
        bare = {id(items[n - 1]) for n, item in enumerate(items) if n and item.origin in "<>="}
        old, new = _start(hunk)
        header = hunk.header.rsplit("@@", 1)[-1].strip()
        told = Hunk(header=header, lines=(), gap=new - end - 1, old_start=old, new_start=new)
        end = _end(hunk)[1]
        yield told, len(real), _reader(real, bare)


def _reader(items: Sequence[Any], bare: set[int]) -> Callable[[int, int], Sequence[Line]]:
    def read(start: int, stop: int) -> list[Line]:
        return [_read_line(item, id(item) in bare) for item in items[start:stop]]

    return read


def _read_line(item: Any, no_newline: bool) -> Line:
    text = item.raw_content.decode("utf-8", "replace")
    old, new = (number if number > 0 else None for number in (item.old_lineno, item.new_lineno))
    line = line_of(item.origin, text, old, new)
    return replace(line, no_newline=True) if no_newline else line


def _placed(hunk: Hunk, lines: Sequence[str], path: str) -> Hunk:
    first = next((line.new for line in hunk.lines if line.new), 0)
    return replace(hunk, opened=opened_before(lines, first, path)) if first else hunk


def _with_old_spaces(hunks: tuple[Hunk, ...], before: str) -> tuple[Hunk, ...]:
    """Give lines that count as the same their own text before: git tells only the one after."""
    then = split_lines(before)

    def told(line: Line) -> Line:
        if line.side is not Side.SAME or line.old is None:
            return line
        was = then[line.old - 1].removesuffix("\r")
        return replace(line, was=was) if was != line.text else line

    return tuple(replace(hunk, lines=tuple(map(told, hunk.lines))) for hunk in hunks)


def _source(hunk: Hunk) -> Source:
    return hunk, len(hunk.lines), lambda start, stop: hunk.lines[start:stop]


def _recompared(hunk: Hunk, how: How) -> Hunk:
    """Compare the two sides of a hunk once more, without their spaces; its numbers stay."""
    old, new = (
        "".join(f"{line.text}\n" for line in hunk.lines if line.side is not side)
        for side in (Side.ADD, Side.DEL)
    )
    again = diff_of(old, new, "file", replace(how, context=len(hunk.lines), part=0))
    if again.cut:
        return hunk
    lines = [line for part in again.hunks for line in part.lines]
    lines = lines or lines_between(old, new, old=1, new=1, number=len(hunk.lines))
    return replace(hunk, lines=tuple(_moved(line, hunk.old_start - 1, hunk.new_start - 1) for line in lines))


def _moved(line: Line, old: int, new: int) -> Line:
    return replace(
        line,
        old=line.old + old if line.old and old >= 0 else None,
        new=line.new + new if line.new and new >= 0 else None,
    )
