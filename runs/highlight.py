"""Code with colours: pygments' tokens in nine classes, line by line, with marks for changed words."""

import itertools
import json
from collections.abc import Sequence
from functools import lru_cache

from django.utils.safestring import SafeString, mark_safe
from pygments.lexer import Lexer
from pygments.lexers import find_lexer_class_by_name, find_lexer_class_for_filename
from pygments.token import (
    Comment,
    Generic,
    Keyword,
    Literal,
    Name,
    Number,
    Operator,
    String,
    _TokenType,
)
from pygments.util import ClassNotFound

from runs.limits import COLOURED_CHARS, COLOURED_LINE
from runs.visible import visible_html

Token = tuple[str, str]  #: class or "", text
Mark = tuple[int, int]

#: The first match wins, so that narrow types come before wide ones.
_CLASSES: tuple[tuple[_TokenType, str], ...] = (
    (Comment, "c"),
    (Keyword, "k"),
    (Operator.Word, "k"),
    (Number, "m"),
    (String, "s"),
    (Literal, "s"),
    (Name.Function, "f"),
    (Name.Class, "f"),
    (Name.Decorator, "d"),
    (Name.Tag, "t"),
    (Name.Attribute, "d"),
    (Name.Builtin, "b"),
    (Generic.Heading, "k"),
    (Generic.Subheading, "k"),
)


@lru_cache(maxsize=512)
def _class_of(kind: _TokenType) -> str:
    return next((name for parent, name in _CLASSES if kind in parent), "")


@lru_cache(maxsize=256)
def lexer_for(path: str = "", language: str = "") -> Lexer | None:
    """Find a lexer by a file's name, or by a language's. None: not known."""
    try:
        found = find_lexer_class_by_name(language) if language else None
    except ClassNotFound:
        found = None
    found = found or (find_lexer_class_for_filename(path.rsplit("/", 1)[-1]) if path else None)
    return found(stripnl=False, stripall=False, ensurenl=False) if found else None


def token_lines(text: str, lexer: Lexer | None) -> list[list[Token]]:
    """Split a text into lines of (class, text). Without a lexer, or when too long: one plain token a line."""
    lines = text.split("\n")
    if lexer is None or len(text) > COLOURED_CHARS or max(map(len, lines)) > COLOURED_LINE or "\r" in text:
        return [[("", line)] for line in lines]
    painted: list[list[Token]] = [[]]
    for kind, value in lexer.get_tokens(text):
        name = _class_of(kind)
        if "\n" not in value:
            _add(painted[-1], name, value)
            continue
        first, *rest = value.split("\n")
        _add(painted[-1], name, first)
        painted.extend([(name, part)] for part in rest)
    plain = ["".join([part for _, part in line]) for line in painted]
    return painted if plain == lines else [[("", line)] for line in lines]


def _add(line: list[Token], name: str, text: str) -> None:
    """Append a token; one of the colour of its neighbour joins it."""
    if line and line[-1][0] == name:
        line[-1] = (line[-1][0], line[-1][1] + text)
    else:
        line.append((name, text))


def paint(tokens: Sequence[Token], marks: Sequence[Mark] = ()) -> SafeString:
    """Write one line as HTML: `<span class="h-k">`, and `<b>` around marked characters."""
    if not marks:
        return mark_safe("".join([_coloured(name, text, visible_html(text)) for name, text in tokens]))
    parts: list[str] = []
    at = 0
    whole = "".join(text for _, text in tokens)
    for name, text in tokens:
        for piece, mark in _cut(text, at, marks):
            html: str = visible_html(piece)
            if mark:
                html = f"<b>{_drawn(piece) if whole[mark[0] : mark[1]].isspace() else html}</b>"
            parts.append(_coloured(name, piece, html))
        at += len(text)
    return mark_safe("".join(parts))


def _coloured(name: str, text: str, html: str) -> str:
    return f'<span class="h-{name}">{html}</span>' if name and not text.isspace() else html


def _drawn(spaces: str) -> str:
    """Write spaces that alone make the change, so that they are seen."""
    return "".join(f'<i class="tab">{space}</i>' if space == "\t" else f"<i>{space}</i>" for space in spaces)


def _cut(text: str, at: int, marks: Sequence[Mark]) -> list[tuple[str, Mark | None]]:
    """Cut a token at the ends of the marks that cross it."""
    if not any(mark[0] < at + len(text) and at < mark[1] for mark in marks):
        return [(text, None)]
    ends = {0, len(text)} | {end - at for mark in marks for end in mark if 0 < end - at < len(text)}
    points = sorted(ends)
    return [
        (text[start:stop], next((mark for mark in marks if mark[0] <= at + start < mark[1]), None))
        for start, stop in itertools.pairwise(points)
        if stop > start
    ]


def code_lines(text: str, *, path: str = "", language: str = "") -> list[SafeString]:
    """Paint code line by line."""
    return [paint(tokens) for tokens in token_lines(text, lexer_for(path, language))]


def code_html(text: str, *, path: str = "", language: str = "") -> SafeString:
    """Paint code in one piece."""
    return mark_safe("\n".join(code_lines(text, path=path, language=language)))


def json_html(text: str) -> SafeString | None:
    """Paint JSON, indented; None when the text is no JSON object or list."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict | list):
        return None
    return code_html(json.dumps(value, indent=2, ensure_ascii=False), language="json")
