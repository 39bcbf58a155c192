"""More rows of a diff that is open already."""

import re
from collections.abc import Mapping

from runs.difflines import How
from runs.diffs import gaps_of, lines_between, split_lines
from runs.highlight import lexer_for
from runs.kinds import Basis
from runs.limits import DIFF_LINES, LINE_CHARS, SHOWN_CHARS
from runs.looks import Look, look_of
from runs.models import FileChange
from runs.openings import opened_before
from runs.shown.diffrows import Wiring, gap_row, line_rows, table_of
from runs.shown.diffs import Texts, diff_of_change, wiring_of
from runs.shown.steps import Place
from runs.visible import visible_html
from runs.words import plural

_RANGE = re.compile(r"^(\d{1,9})-(\d{1,9})$")
#: The address of a line: `L` before, `R` after.
LINE = re.compile(r"^([LR])(\d{1,9})$")


def rows_asked_for(given: Mapping[str, str], change: FileChange, told: Texts, place: Place) -> str | None:
    """Write the rows; None when the question is none, or there are no such lines."""
    look = look_of(given)
    gap, show = (_RANGE.match(given.get(name, "")) for name in ("gap", "show"))
    wiring = wiring_of(change, told, place, look)
    if gap and show:
        ranges = (int(gap[1]), int(gap[2])), (int(show[1]), int(show[2]))
        return _unchanged(change, told, *ranges, look=look, wiring=wiring)
    if given.get("part", "").isascii() and given.get("part", "").isdigit() and len(given["part"]) < 6:
        part = int(given["part"])
        diff = diff_of_change(change, told, look, part=part)
        return str(table_of(diff, wiring, part=part).rows) if diff and diff.hunks else None
    line = LINE.match(given.get("rest", ""))
    return _rest(told, line[1], int(line[2])) if line else None


def _unchanged(
    change: FileChange,
    told: Texts,
    gap: tuple[int, int],
    show: tuple[int, int],
    *,
    look: Look,
    wiring: Wiring,
) -> str | None:
    """Show lines of the text after that no hunk holds; what stays hidden of the gap keeps its controls."""
    before, after = told.before, told.after
    if before is None or after is None or change.basis == Basis.FRAGMENT:
        return None
    found = _real_gap(before, after, look.how, gap[0])
    if found is None:
        return None
    first_old, first, size, is_last = found
    start, stop = max(first, gap[0]), min(first + size - 1, gap[1])
    top, end = max(start, show[0]), min(stop, show[1], max(start, show[0]) + DIFF_LINES - 1)
    if top > end:
        return None
    lines = lines_between(before, after, old=first_old + top - first, new=top, number=end - top + 1)
    opened = opened_before(split_lines(after), top, change.path)
    rows = "".join(line_rows(lines, lexer_for(change.path), wiring, opened=opened))
    if top > start:
        rows = gap_row(start, top - 1, wiring) + rows
    return rows + (gap_row(end + 1, stop, wiring, last=is_last) if end < stop else "")


def _real_gap(before: str, after: str, how: How, line: int) -> tuple[int, int, int, bool] | None:
    gaps = gaps_of(before, after, how)
    for gap in gaps:
        if gap[1] <= line < gap[1] + gap[2]:
            return *gap, gap[1] + gap[2] - 1 == len(split_lines(after))
    return None


def _rest(told: Texts, side: str, number: int) -> str | None:
    """Write what a long line holds after what is shown of it."""
    text = told.before if side == "L" else told.after
    lines = split_lines(text) if text is not None else []
    if not 0 < number <= len(lines):
        return None
    rest = lines[number - 1].removesuffix("\r")[LINE_CHARS:]
    more = len(rest) - SHOWN_CHARS
    words = f'<span class="rest"> … {plural(more, "more character")}</span>' if more > 0 else ""
    return f"{visible_html(rest[:SHOWN_CHARS])}{words}"
