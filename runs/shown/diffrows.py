"""The rows of a diff as HTML. Written here: a template takes ten times as long for thousands of rows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from django.utils.safestring import SafeString, mark_safe
from pygments.lexer import Lexer

from runs.difflines import FileDiff, Hunk, Line, Side
from runs.highlight import Token, lexer_for, paint, token_lines
from runs.limits import EXPANDED_LINES, LINE_CHARS
from runs.marks import side_by_side
from runs.visible import visible_html
from runs.words import plural

_WORDS = {Side.ADD: "added", Side.DEL: "removed", Side.SAME: ""}


@dataclass(frozen=True, kw_only=True, slots=True)
class Wiring:
    """Where the controls of a diff lead. Without a number its lines have no addresses."""

    number: int | None = None
    url: str = ""  #: the change by itself
    page_url: str = ""  #: the same with all unchanged lines: where controls lead without JavaScript
    lines_url: str = ""  #: more rows; ends in `?` or `&`
    rest_url: str = ""  #: the rest of a long line; ends as `lines_url` does
    raw_url: str = ""
    split: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class DiffTable:
    """A diff as rows of a table."""

    rows: SafeString
    split: bool = False
    unnumbered: bool = False

    def __bool__(self) -> bool:
        return bool(self.rows)


def table_of(diff: FileDiff, wiring: Wiring | None = None, *, part: int = 0) -> DiffTable:
    """Paint a diff. Each side of a hunk is read by itself, so no colour hangs on the other."""
    wiring = wiring or Wiring()
    rows = "".join(_rows(diff, wiring, part))
    return DiffTable(rows=mark_safe(rows), split=wiring.split, unnumbered=not diff.numbered)


def _rows(diff: FileDiff, wiring: Wiring, part: int) -> Iterator[str]:
    lexer = lexer_for(diff.path)
    mixed = len({line.crlf for hunk in diff.hunks for line in hunk.lines if line.side is not Side.SAME}) > 1
    for n, hunk in enumerate(diff.hunks):
        if not hunk.continued:
            yield _head_row(hunk, wiring, is_first=n == 0)
        yield from line_rows(
            hunk.lines, lexer, wiring, numbered=diff.numbered, mixed=mixed, opened=hunk.opened
        )
    if diff.cut:
        yield _more_row(diff, wiring, part)
    elif diff.gap and diff.lines:
        yield gap_row(diff.lines[1] - diff.gap + 1, diff.lines[1], wiring, last=True)


def _head_row(hunk: Hunk, wiring: Wiring, *, is_first: bool) -> str:
    if hunk.gap:
        return gap_row(hunk.new_start - hunk.gap, hunk.new_start - 1, wiring, header=hunk.header)
    if hunk.gap == 0 or (is_first and not hunk.header):
        return ""
    return _wide_row("⋯", escape(hunk.header), wiring)


def _wide_row(controls: str, text: str, wiring: Wiring) -> str:
    rest = 'colspan="3"' if wiring.split else 'colspan="2"'
    lead = "" if wiring.split else ' colspan="2"'
    return f'<tr class="hunk"><td class="ln"{lead}>{controls}</td><td {rest}>{text}</td></tr>'


def gap_row(start: int, stop: int, wiring: Wiring, *, header: str = "", last: bool = False) -> str:
    """Say how many unchanged lines are left out (numbers of the text after), with what shows them."""
    size = stop - start + 1
    words = f"{plural(size, 'unchanged line')}"
    name = f' <span class="name">{escape(header)}</span>' if header else ""
    if not wiring.lines_url:
        return _wide_row("⋯", words + name, wiring)
    gap = f"gap={start}-{stop}"
    arrows = ""
    if size > EXPANDED_LINES and not last:
        arrows += _control(
            "↑", f"{gap}&amp;show={stop - EXPANDED_LINES + 1}-{stop}", wiring, "Show lines before"
        )
    if size > EXPANDED_LINES and start > 1:
        arrows += _control(
            "↓", f"{gap}&amp;show={start}-{start + EXPANDED_LINES - 1}", wiring, "Show lines after"
        )
    whole = _control(words, f"{gap}&amp;show={start}-{stop}", wiring, "")
    return _wide_row(arrows or "⋯", whole + name, wiring)


def _control(text: str, query: str, wiring: Wiring, title: str) -> str:
    label = f' title="{title}" aria-label="{title}"' if title else ' title="Show all of them"'
    page, url = escape(wiring.page_url), escape(wiring.lines_url)
    return f'<a class="expand" href="{page}" hx-get="{url}{query}"{label}>{text}</a>'


def _more_row(diff: FileDiff, wiring: Wiring, part: int) -> str:
    words = f"more of this diff: {plural(diff.cut, 'line')} are left"
    if not wiring.lines_url:
        return _wide_row("⋯", words, wiring)
    page = f"{wiring.url}{'&' if '?' in wiring.url else '?'}part={part + 1}"
    url = f"{wiring.lines_url}part={part + 1}"
    wired = f'hx-get="{escape(url)}" hx-trigger="click, intersect once"'
    link = f'<a class="expand" href="{escape(page)}" {wired}>Show {words}</a>'
    return _wide_row("⋯", link, wiring)


def line_rows(
    lines: Sequence[Line],
    lexer: Lexer | None,
    wiring: Wiring,
    *,
    numbered: bool = True,
    mixed: bool = False,
    opened: str = "",
) -> Iterator[str]:
    """Write lines as rows, in one column or in two; `opened` is what begins the comment they lie in."""
    brush = _Brush(lines, lexer, wiring, numbered=numbered, mixed=mixed, opened=opened)
    if wiring.split:
        for left, right in side_by_side(lines):
            yield _pair_row(left, right, brush)
        return
    for line in lines:
        side, sign = line.side.value, _sign(line.side)
        text = brush.old(line) if line.side is Side.DEL else brush.new(line)
        numbers = f"{brush.number(line.old, 'L')}{brush.number(line.new, 'R')}"
        yield f'<tr class="{side}">{numbers}<td class="sign">{sign}</td><td>{text}</td></tr>'


def _sign(side: Side) -> str:
    return f'<span class="sr">{_WORDS[side]}</span>' if _WORDS[side] else ""


def _pair_row(left: Line | None, right: Line | None, brush: "_Brush") -> str:
    if left is right and left is not None:
        return (
            f'<tr class="same">{brush.number(left.old, "L")}<td>{brush.old(left)}</td>'
            f"{brush.number(left.new, 'R')}<td>{brush.new(left)}</td></tr>"
        )
    gone, come = brush.no_cells, brush.no_cells
    if left is not None:
        gone = f'{brush.number(left.old, "L")}<td class="del">{_sign(Side.DEL)}{brush.old(left)}</td>'
    if right is not None:
        come = f'{brush.number(right.new, "R")}<td class="add">{_sign(Side.ADD)}{brush.new(right)}</td>'
    return f'<tr class="pair">{gone}{come}</tr>'


class _Brush:
    """Paints the lines of one hunk, each side with the colours of its own text."""

    no_cells = '<td class="ln"></td><td class="none"></td>'

    def __init__(
        self,
        lines: Sequence[Line],
        lexer: Lexer | None,
        wiring: Wiring,
        *,
        numbered: bool,
        mixed: bool,
        opened: str,
    ) -> None:
        then = [line for line in lines if line.side is not Side.ADD]
        now = [line for line in lines if line.side is not Side.DEL]
        texts = [line.text if line.was is None else line.was for line in then]
        new = [line.text for line in now]
        self._then = dict(zip(map(id, then), _tokens(texts, lexer, opened), strict=True))
        self._now = dict(zip(map(id, now), _tokens(new, lexer, opened), strict=True))
        self._wiring, self._numbered, self._mixed = wiring, numbered, mixed

    def old(self, line: Line) -> str:
        """Paint a line as it was."""
        return self._text(line, self._then[id(line)], f"L{line.old}")

    def new(self, line: Line) -> str:
        """Paint a line as it is now; one that only the text before has, as it was."""
        return self._text(line, self._now[id(line)], f"R{line.new}")

    def number(self, number: int | None, side: str) -> str:
        """Write the cell of a line number, which is the line's address."""
        if number is None or not self._numbered:
            return '<td class="ln"></td>'
        if self._wiring.number is None:
            return f'<td class="ln">{number}</td>'
        return f'<td class="ln" id="change-{self._wiring.number}-{side}{number}">{number}</td>'

    def _text(self, line: Line, tokens: list[Token], name: str) -> str:
        hidden = len(line.text if line.was is None else line.was) - LINE_CHARS
        if hidden <= 0:
            return f"{paint(tokens, line.marks)}{self._note(line)}"
        whole = "".join(text for _, text in tokens)
        return f"{visible_html(whole[:LINE_CHARS])}{self._rest(hidden, name)}{self._note(line)}"

    def _rest(self, hidden: int, name: str) -> str:
        words = f"… {plural(hidden, 'more character')}"
        if not self._wiring.rest_url or not self._numbered or name.endswith("None"):
            link = f' <a class="rest" href="{escape(self._wiring.raw_url)}">' if self._wiring.raw_url else ""
            return f"{link}{words}{'</a>' if link else ''}"
        url = escape(f"{self._wiring.rest_url}rest={name}")
        attributes = f'href="{escape(self._wiring.raw_url)}" hx-get="{url}" hx-target="this"'
        return f' <a class="rest" {attributes}>{words}</a>'

    def _note(self, line: Line) -> str:
        words = []
        if line.side is not Side.SAME and self._numbered:
            end = "CR LF" if line.crlf else "LF"
            if line.ending and self._mixed:
                words.append(f"only the line ending: {end}")
            elif self._mixed:
                words.append(end)
        if line.no_newline and self._numbered:
            words.append("no newline at end of file")
        return f'<span class="eol">{" · ".join(words)}</span>' if words else ""


def _tokens(texts: list[str], lexer: Lexer | None, opened: str) -> list[list[Token]]:
    if not opened or not texts:
        return token_lines("\n".join(texts), lexer) if texts else []
    return token_lines("\n".join([opened, *texts]), lexer)[1:]
