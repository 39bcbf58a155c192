"""Characters that hide in code, made visible: controls, direction marks, zero-width ones, tags. Pure."""

import re
import unicodedata

from django.utils.safestring import SafeString

#: Controls but the tab; no-break space, soft hyphen; zero-width and direction marks; line separators; byte
#: order mark; tag characters and variation selectors that carry hidden text; halves of a surrogate pair.
_ODD = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xa0\xad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffd"
    "\ud800-\udfff\U000e0000-\U000e01ef]"
)
_CONTROLS = (
    "NUL SOH STX ETX EOT ENQ ACK BEL BS HT LF VT FF CR SO SI DLE DC1 DC2 DC3 DC4 NAK SYN ETB CAN EM SUB ESC"
)
_SHORT = dict(enumerate(_CONTROLS.split())) | {0x7F: "DEL"}


def visible_html(text: str) -> SafeString:
    """Escape a text for a place between tags; each odd character becomes a box that names it."""
    html = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return SafeString(html if text.isascii() and text.isprintable() else _ODD.sub(_box, html))


def _box(found: re.Match[str]) -> str:
    code = ord(found[0])
    name = unicodedata.name(found[0], "control character").lower()
    shown = _SHORT.get(code) or f"U+{code:04X}"
    return f'<span class="odd" title="{name} (U+{code:04X})">{shown}</span>'
