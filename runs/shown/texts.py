"""Whole texts as pages show them: bounded, and saying so where they are cut."""

import json
from dataclasses import dataclass
from html import escape

from django.utils.safestring import SafeString, mark_safe

from runs.ansi import ansi_html, strip_ansi
from runs.highlight import code_lines, json_html
from runs.limits import SHOWN_CHARS, SHOWN_LINES
from runs.words import size


@dataclass(frozen=True, kw_only=True, slots=True)
class TextShown:
    """A text, painted. `cut` says in words what is missing, empty when nothing is."""

    html: SafeString | str = ""
    lines: tuple[tuple[int, SafeString], ...] = ()  #: numbered lines instead of `html`
    after: str = ""  #: what the tool said below the numbered lines
    cut: str = ""
    more_url: str = ""

    @property
    def is_empty(self) -> bool:
        return not self.html and not self.lines


def cut_words(shown: int, held: int, whole: int) -> str:
    """Say what is missing: what the page leaves out, or what was never recorded (bytes)."""
    if whole > held:
        return f"Cut before it was recorded: {size(held)} of {size(whole)} are here."
    return f"The first {size(shown)} of {size(held)}." if held > shown else ""


def terminal(text: str, *, whole: int = 0, more_url: str = "") -> TextShown:
    """Show what a terminal printed."""
    head = text[:SHOWN_CHARS]
    return TextShown(html=ansi_html(head), cut=_cut(head, text, whole), more_url=more_url)


def plain(text: str, *, whole: int = 0, more_url: str = "") -> TextShown:
    """Show a text: JSON indented and coloured, anything else as it is."""
    pretty = json_html(text) if len(text) <= SHOWN_CHARS and text.lstrip()[:1] in ("{", "[") else None
    if pretty is None:
        return terminal(text, whole=whole, more_url=more_url)
    return TextShown(html=pretty, cut=_cut(text, text, whole), more_url=more_url)


def verbatim(text: str, *, whole: int = 0, more_url: str = "") -> TextShown:
    """Show a text as it was recorded: no colour, no indentation; control characters as they are named."""
    head = text[:SHOWN_CHARS]
    return TextShown(html=mark_safe(escape(visible(head))), cut=_cut(head, text, whole), more_url=more_url)


def visible(text: str) -> str:
    """Write control characters as the signs that stand for them: ESC as ␛."""
    return text.translate(_SIGNS)


_SIGNS = {n: chr(0x2400 + n) for n in range(32) if n not in (9, 10)} | {127: "␡"}


def code(text: str, *, path: str, start: int = 1, whole: int = 0, more_url: str = "") -> TextShown:
    """Show a file with line numbers: those of the listing, else counted from `start`."""
    head = text[:SHOWN_CHARS]
    start, bare, after = listed_file(head) or (start, head, "")
    lines = code_lines(strip_ansi(bare), path=path)
    numbered = tuple(enumerate(lines[:SHOWN_LINES], start))
    left = f"{len(lines) - SHOWN_LINES} more lines. " if len(lines) > SHOWN_LINES else ""
    return TextShown(
        lines=numbered, after=strip_ansi(after).strip(), cut=left + _cut(head, text, whole), more_url=more_url
    )


def _cut(head: str, text: str, whole: int) -> str:
    held = len(text.encode())
    return cut_words(held if len(head) == len(text) else len(head.encode()), held, whole)


def listed_file(text: str) -> tuple[int, str, str] | None:
    """Split a listing, also one under a few words of introduction (SWE-agent, `str_replace_editor`)."""
    found = numbered_file(text)
    head, rest = "", text
    while found is None and "\n" in rest and head.count("\n") < 3:
        line, _, rest = rest.partition("\n")
        head += line + "\n"
        mark = ":" if head.startswith("[File: ") else ""
        found = numbered_file(rest, mark)
    return found


def numbered_file(text: str, mark: str = "") -> tuple[int, str, str] | None:
    """Split a listing like `    12→code` or `12\\tcode` into (first number, code, what comes below it)."""
    lines = text.split("\n")
    number, mark = _numbered(lines[0], ("→", "\t", "|", mark) if mark else ("→", "\t", "|"))
    if not mark:
        return None
    bare = []
    for line in lines:
        left, found, right = line.partition(mark)
        if not found or not left.strip().isdigit():
            break
        bare.append(right)
    return number, "\n".join(bare), "\n".join(lines[len(bare) :])


def _numbered(line: str, marks: tuple[str, ...]) -> tuple[int, str]:
    for mark in marks:
        left, found, _ = line.partition(mark)
        if found and left.strip().isdigit() and len(left.strip()) < 8:
            return int(left), mark
    return 0, ""


def content_text(content: object) -> tuple[str, list[str]]:
    """Read a message's content, in any of its shapes, into text and notes on what is no text."""
    if isinstance(content, str):
        return content, []
    texts: list[str] = []
    notes: list[str] = []
    for block in content if isinstance(content, list) else [content]:
        if isinstance(block, str):
            texts.append(block)
        elif isinstance(block, dict):
            _read_block(block, texts, notes)
    return "\n\n".join(texts), notes


def _read_block(block: dict[str, object], texts: list[str], notes: list[str]) -> None:
    kind = str(block.get("type", ""))
    for name in ("text", "input_text", "output_text", "thinking"):
        value = block.get(name)
        if isinstance(value, str):
            texts.append(value)
            return
    if kind == "tool_result":
        inner, more = content_text(block.get("content", ""))
        texts.append(inner)
        notes.extend(more)
    elif "image" in kind or kind in ("document", "file"):
        notes.append(_not_shown(kind, block))
    elif block:
        texts.append(json.dumps(block, indent=2, ensure_ascii=False))


def _not_shown(kind: str, block: dict[str, object]) -> str:
    """Say what a picture or a file is; one that its step keeps is shown there."""
    source = block.get("source")
    if isinstance(source, dict) and source.get("type") == "step" and isinstance(source.get("bytes"), int):
        return f"{kind} ({size(source['bytes'])}), shown in its step"
    return f"{kind} ({size(len(json.dumps(block)))}), not shown"
