"""The rows of the tree as HTML. Written here: by a template, 200 of them take three times as long."""

from collections.abc import Iterable
from html import escape

from django.utils.safestring import SafeString, mark_safe

from runs.facts import Tag
from runs.shown.steps import StepRow
from runs.shown.trees import Figures, TreeRow

#: Characters that a turn shows of what its model call said.
SAID = 160
#: What more steps of a node are loaded with, in place of the row that says so.
_MORE = (
    'hx-boost="false" hx-sync="this:drop" hx-target="closest li" hx-swap="outerHTML show:none"'
    ' hx-push-url="false" hx-replace-url="false"'
)


def rows_html(rows: Iterable[TreeRow]) -> SafeString:
    """Write rows with all that is open in them."""
    return mark_safe("".join(map(_row, rows)))


def inside_html(
    *,
    rows: Iterable[TreeRow],
    earlier_url: str = "",
    earlier_page: str = "",
    later_url: str = "",
    later_page: str = "",
) -> SafeString:
    """Write what lies in one node, and the ways to more of it."""
    written = rows_html(rows) or '<li role="none" class="more">Nothing inside but events of the harness.</li>'
    earlier = _more("Earlier steps", earlier_url, earlier_page)
    return mark_safe(f"{earlier}{written}{_more('Later steps', later_url, later_page)}")


def _more(words: str, url: str, page: str) -> str:
    if not url:
        return ""
    link = f'<a href="{escape(page)}" hx-get="{escape(url)}" {_MORE}>{words}</a>'
    return f'<li role="none" class="more">{link}</li>'


def _row(row: TreeRow) -> str:
    seq = "" if row.seq is None else f' data-seq="{row.seq}"'
    seq += "" if row.told is None else f' data-lane="{row.told}"'
    twisty, expanded, group = _opening(row) if row.holds else ("", "", "")
    if row.step is None or row.title:
        classes, what = "is-turn", _turn(row)
    else:
        classes, what = row.step.classes, _step(row.step)
    said = row.step.sentence.tags if row.step and not row.title else ()
    troubled, current = " has-fail" * row.troubled, ' aria-current="true"' * row.selected
    return (
        f'<li role="none" data-node="{row.node}"{seq}>{twisty}'
        f'<a class="step branch {classes}{troubled}" role="treeitem" aria-level="{row.level}"{expanded}'
        f' href="{escape(row.href)}"{current}>{what}'
        f'<span class="tag">{_tags(said)}{_tags(row.tags)}</span>{_figures(row)}</a>{group}</li>'
    )


def _opening(row: TreeRow) -> tuple[str, str, str]:
    """Write what opens a row, whether it is open, and what is in it."""
    word, is_open = ("Open", "false") if row.rows is None else ("Close", "true")
    twisty = f'<a class="twisty" href="{escape(row.toggle_url)}" hx-boost="false" data-twisty>{word}</a>'
    if row.rows is None:
        group = f'<ol class="twigs" role="group" hidden data-load="{escape(row.rows_url)}"></ol>'
    else:
        inside = inside_html(
            rows=row.rows,
            earlier_url=row.earlier_url,
            earlier_page=row.earlier_page,
            later_url=row.later_url,
            later_page=row.later_page,
        )
        group = f'<ol class="twigs" role="group">{inside}</ol>'
    return twisty, f' aria-expanded="{is_open}"', group


def _turn(row: TreeRow) -> str:
    said = row.step.sentence.object if row.step else ""
    said = said if len(said) <= SAID else said[: SAID - 1] + "…"
    verb = f' <span class="verb">{escape(said)}</span>' if row.step else ""
    return f'<span class="what"><b>{escape(row.title)}</b>{verb}</span>'


def _step(step: StepRow) -> str:
    said = step.sentence
    what = f"<code>{escape(said.object)}</code>" if said.is_code else escape(said.object)
    return (
        f'<span class="n">{step.seq}</span><span class="dot k-{said.dot}"></span>'
        f'<span class="what"><span class="verb">{escape(said.verb)}</span> {what}</span>'
    )


def _tags(tags: Iterable[Tag]) -> str:
    return "".join(
        f'<span class="t-{tag.tone}">{escape(tag.text)}</span> '
        if tag.tone
        else f"<span>{escape(tag.text)}</span> "
        for tag in tags
    )


def _figures(row: TreeRow) -> str:
    figures = row.figures
    note = f' title="{escape(figures.cost_note)}"' if figures.cost_note else ""
    return (
        f'<span class="fall">{_bar(row, figures)}</span><span class="f f-time">{figures.time}</span>'
        f'<span class="f f-tokens">{figures.tokens}</span><span class="f f-cost"{note}>{escape(figures.cost)}'
        f'</span><span class="f f-share s-{figures.shade}">{escape(figures.share)}</span>'
    )


def _bar(row: TreeRow, figures: Figures) -> str:
    if figures.bar is None:
        return ""
    kind = f"k-{row.step.sentence.dot} k-bar " if row.step and not row.title else ""
    place = f'x="{figures.bar.x}" width="{figures.bar.width}" height="8"'
    return (
        '<svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect class="{kind}shade-{figures.shade}" {place}/></svg>'
    )
