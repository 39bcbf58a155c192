"""Finding words in the texts of a run: literally, whatever the case. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import msgspec

from runs.ansi import strip_ansi
from runs.kinds import Kind
from runs.limits import SNIPPET_CHARS
from runs.pictures import has_pictures, without_data
from runs.words import one_line

#: Parts of an answer that are not its words: kinds, ids, signatures, and calls, which are steps themselves.
_SILENT = frozenset({"type", "id", "signature", "name", "input", "function", "arguments"})
#: Beside those, parts of blocks with pictures.
_PICTURED = _SILENT | {"source", "media_type", "mimeType", "data"}
#: What stands the same in every spelling of a text: JSON may escape the rest, and lower() may miss it.
_PLAIN = re.compile(r"[ !#-.0-\[\]-~]+")


@dataclass(frozen=True, kw_only=True, slots=True)
class Needle:
    """What is looked for. `core` is in every text that holds it, however stored; empty when nothing is."""

    text: str
    lower: str
    core: str

    @classmethod
    def of(cls, text: str) -> "Needle":
        """Take it literally; only the case does not count."""
        lower = text.lower()
        return cls(text=text, lower=lower, core=max(_PLAIN.findall(lower), key=len, default=""))


@dataclass(frozen=True, kw_only=True, slots=True)
class Snippet:
    """The first match and what stands around it, on one line."""

    before: str
    match: str
    after: str


def count_in(text: str, needle: Needle) -> int:
    """Count matches that do not overlap."""
    return text.lower().count(needle.lower)


def said_in(text: str, kind: str, *, is_input: bool) -> str:
    """Read what a page shows of a stored text: the values of JSON calls and answers, no terminal codes."""
    pictured = has_pictures(text)
    text = without_data(text) if pictured else text
    is_json = is_input or pictured or kind in (Kind.LLM, Kind.FINAL)
    if not is_json or text.lstrip()[:1] not in ("{", "["):
        return strip_ansi(text) if "\x1b" in text else text
    try:
        value = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return text  # a preview that was cut: its escapes stay as they are
    words = "\n".join(_words_in(value, _PICTURED if pictured else frozenset() if is_input else _SILENT))
    return words.replace("\x00", "\ufffd")  # as the store writes it


def _words_in(value: object, silent: frozenset[str]) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, item in value.items():
            if name not in silent:
                yield from _words_in(item, silent)
    elif isinstance(value, list):
        for item in value:
            yield from _words_in(item, silent)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield str(value)


def snippet_of(text: str, needle: Needle) -> Snippet | None:
    """Cut out the first match with its neighbourhood; None when there is none."""
    found = re.search(re.escape(needle.text), text, re.IGNORECASE)
    if found is None:
        return None
    start, end = found.span()
    around = SNIPPET_CHARS // 2
    before, after = text[max(0, start - around) : start], text[end : end + around]
    return Snippet(
        before=("…" if start > around else "") + _line(before),
        match=one_line(text[start:end]) or "↵",
        after=_line(after) + ("…" if end + around < len(text) else ""),
    )


def _line(text: str) -> str:
    """Squeeze a text into one line, and keep the blank at its ends, where the match joins."""
    line = one_line(text, limit=SNIPPET_CHARS)
    left, right = " " if text[:1].isspace() else "", " " if text[-1:].isspace() else ""
    return f"{left}{line}{right}" if line else left
