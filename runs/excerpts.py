"""One step as Markdown, to be pasted into an issue or a chat. Pure. What is cut is said."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from runs.ansi import strip_ansi
from runs.limits import COPIED_CHARS
from runs.words import size

#: What Markdown would read as more than a character. Line breaks and HTML lose their meaning, too.
_MARKS = re.compile(r"([\\`*_{}\[\]<>#|~!&])")


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """One text of a step under its title; `language` for its fence."""

    title: str
    text: str
    language: str = ""
    whole: int = 0  #: bytes of it before anything was cut


def step_excerpt(
    *,
    verb: str,
    subject: str,
    is_code: bool,
    tags: str,
    facts: Sequence[str],
    error: str,
    parts: Sequence[Part],
    url: str,
) -> str:
    """Write a step: its sentence, its facts, its texts in fences, and where it is."""
    said = code_span(subject) if is_code else escaped(subject)
    lines = [f"**{escaped(verb)}** {said}{f' · {escaped(tags)}' if tags else ''}".strip(), ""]
    lines += [" · ".join(map(escaped, facts)), ""] if facts else []
    lines += [f"> {escaped(line)}" for line in strip_ansi(error).split("\n")[:20]] + [""] if error else []
    for part in parts:
        lines += _part(part)
    return "\n".join([*lines, f"<{url}>", ""])


def _part(part: Part) -> list[str]:
    text = strip_ansi(part.text)
    head = text[:COPIED_CHARS].rstrip("\n")
    held = max(len(part.text.encode()), part.whole)
    is_cut = len(text) > COPIED_CHARS or part.whole > len(part.text.encode())
    cut = f" (the first {size(len(head.encode()))} of {size(held)})" if is_cut else ""
    fence = fence_for(head)
    return [f"{part.title}{cut}:", "", f"{fence}{part.language}", head, fence, ""]


def fence_for(text: str) -> str:
    """Give a fence longer than any in the text."""
    longest = max((len(run) for run in re.findall(r"`{3,}", text)), default=2)
    return "`" * (longest + 1)


def code_span(text: str) -> str:
    """Write one line as code, whatever backticks it has."""
    line = strip_ansi(" ".join(text.split()))
    runs = max((len(run) for run in re.findall(r"`+", line)), default=0)
    marks, pad = "`" * (runs + 1), " " * (line.startswith("`") or line.endswith("`"))
    return f"{marks}{pad}{line}{pad}{marks}" if line else ""


def escaped(text: str) -> str:
    """Write one line of words so that nothing in it is read as Markdown."""
    return _MARKS.sub(r"\\\1", strip_ansi(" ".join(text.split())))
