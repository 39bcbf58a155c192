"""JSON as a tree that folds, as safe HTML: `<details>` a level, no script."""

import json
from html import escape

from django.utils.safestring import SafeString, mark_safe

from runs.ansi import strip_ansi
from runs.limits import JSON_DEPTH, JSON_VALUES

#: Levels that are open, and values in them above which a level starts folded.
OPEN_LEVELS, OPEN_VALUES = 2, 40
STRING_CHARS = 2_000


def tree_html(value: object) -> SafeString | None:
    """Draw a JSON value; None when it has too many values to be drawn as a tree."""
    if _count(value, JSON_VALUES) > JSON_VALUES:
        return None
    return mark_safe(f'<div class="json">{_value(value, 0)}</div>')


def _count(value: object, most: int) -> int:
    """Count the values, as far as it matters."""
    total, waiting = 0, [value]
    while waiting and total <= most:
        total += 1
        one = waiting.pop()
        if isinstance(one, dict | list):
            waiting.extend(one.values() if isinstance(one, dict) else one)
    return total


def _value(value: object, depth: int) -> str:
    if isinstance(value, dict | list) and value:
        if depth >= JSON_DEPTH:
            text = json.dumps(value, ensure_ascii=False)
            return f"<code>{escape(strip_ansi(text[:STRING_CHARS]))}{'…' * (len(text) > STRING_CHARS)}</code>"
        return _branch(value, depth)
    return _leaf(value)


def _branch(value: dict[str, object] | list[object], depth: int) -> str:
    pairs = list(value.items()) if isinstance(value, dict) else list(enumerate(value))
    rows = "".join(_row(str(name), inner, depth) for name, inner in pairs)
    kind = ("{", "}") if isinstance(value, dict) else ("[", "]")
    is_open = " open" if depth < OPEN_LEVELS and (len(pairs) <= OPEN_VALUES or depth == 0) else ""
    head = f'<summary>{kind[0]}<span class="faint">{len(pairs)}</span>{kind[1]}</summary>'
    return f"<details{is_open}>{head}<ul>{rows}</ul></details>"


def _row(name: str, value: object, depth: int) -> str:
    return f"<li><b>{escape(strip_ansi(name[:200]))}</b> {_value(value, depth + 1)}</li>"


def _leaf(value: object) -> str:
    if isinstance(value, str):
        cut = "…" if len(value) > STRING_CHARS else ""
        text = strip_ansi(value[:STRING_CHARS])
        return f'<code class="h-s">{escape(text)}{cut}</code>' if text else '<code class="faint">""</code>'
    tone = "h-k" if value is None or isinstance(value, bool) else "h-m"
    return f'<code class="{tone}">{escape(json.dumps(value))}</code>'
