"""Markdown of prompts and answers as safe HTML. A trace is hostile: no HTML, images or odd links."""

import re
from html import escape

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

from runs.ansi import strip_ansi
from runs.highlight import code_html

#: Characters that are rendered, in 0.5 s at worst; a longer text is shown plain.
RENDERED_CHARS = 60_000

_TAGS = {
    "p",
    "br",
    "hr",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "ul",
    "ol",
    "li",
    "blockquote",
    "pre",
    "code",
    "em",
    "strong",
    "s",
    "a",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "span",
}


def _fence(code: str, language: str, _attrs: str) -> str:
    painted = code_html(code.rstrip("\n"), language=language)
    return f'<pre class="code"><code>{painted}</code></pre>'


_markdown = MarkdownIt("commonmark", {"html": False, "highlight": _fence}).enable(["table", "strikethrough"])
_markdown.disable("image")
_cleaner = nh3.Cleaner(
    tags=_TAGS,
    attributes={"a": {"href"}, "span": {"class"}, "pre": {"class"}, "ol": {"start"}},
    url_schemes={"http", "https", "mailto"},
    link_rel="nofollow noopener noreferrer",
    attribute_filter=lambda tag, name, value: _keep(tag, name, value),
)


#: Rows are links: what they hold has no links of its own, and code is not coloured in three lines.
_plain_markdown = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
_plain_markdown.disable("image")
_plain_cleaner = nh3.Cleaner(tags=_TAGS - {"a", "span"}, attributes={"ol": {"start"}})

#: One paragraph in which Markdown would find nothing: most of what agents say between two calls.
_BARE = re.compile(r"(?![-+#>=\d\s])[^\n*_`~<>\[\]\\&|]*")


def _keep(tag: str, name: str, value: str) -> str | None:
    """Keep our own classes, and links that name their scheme: a relative one would point into this site."""
    if name == "class":
        return value if value == "code" or value.startswith("h-") else None
    if name == "href":
        return value if value.lower().startswith(("http://", "https://", "mailto:")) else None
    return value


def markdown_html(text: str) -> SafeString:
    """Render Markdown, sanitised."""
    if len(text) > RENDERED_CHARS:
        return mark_safe(f"<pre>{escape(strip_ansi(text))}</pre>")
    return mark_safe(_cleaner.clean(_markdown.render(strip_ansi(text))))


def excerpt_html(text: str) -> SafeString:
    """Render a short piece of Markdown for a row: sanitised, without links, images or colours."""
    if _BARE.fullmatch(text):
        return mark_safe(f"<p>{escape(text)}</p>")
    return mark_safe(_plain_cleaner.clean(_plain_markdown.render(text)))
