"""Figures as people read them: durations, tokens, money, sizes, paths. Pure."""

import re
from decimal import Decimal

from runs.ansi import strip_ansi


def duration(ms: float | None) -> str:
    """Write milliseconds as `14 ms`, `8.2 s`, `2 m 04 s`, `3 h 20 m`; empty when unknown."""
    if ms is None:
        return ""
    if ms < 1_000:
        return f"{max(0, round(ms))} ms"
    if ms < 59_950:
        return f"{ms / 1_000:.1f} s"
    minutes, seconds = divmod(round(ms / 1_000), 60)
    if minutes < 60:
        return f"{minutes} m {seconds:02d} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02d} m" if hours < 48 else f"{hours // 24} d {hours % 24} h"


def since(ms: float) -> str:
    """Write a moment as the time since another: `0:04.2`, `2:31:07.0`, `−0:01.0`."""
    tenths = round(abs(ms) / 100)
    minutes, seconds = divmod(tenths, 600)
    hours, minutes = divmod(minutes, 60)
    sign = "−" if ms < 0 and tenths else ""
    head = f"{hours}:{minutes:02d}" if hours else str(minutes)
    return f"{sign}{head}:{seconds // 10:02d}.{seconds % 10}"


def count(value: int) -> str:
    """Write a whole number with commas."""
    return f"{value:,}"


def tokens(value: int | None) -> str:
    """Write a number of tokens as `812`, `18.3k`, `165k`, `1.2M`; empty when unknown."""
    if value is None:
        return ""
    if value < 1_000:
        return str(value)
    if value < 99_950:
        return f"{value / 1_000:.1f}k"
    if value < 999_500:
        return f"{value / 1_000:.0f}k"
    return f"{value / 1_000_000:.1f}M" if value < 99_950_000 else f"{value / 1_000_000:.0f}M"


def money(value: Decimal | float | None) -> str:
    """Write dollars with as many places as the amount needs; empty when unknown."""
    if value is None:
        return ""
    amount = Decimal(value)
    if amount == 0:
        return "$0"
    if amount < Decimal("0.0001"):
        return "<$0.0001"
    if amount < Decimal("0.01"):
        return f"${amount:.4f}"
    return f"${amount:,.2f}" if amount < 1_000 else f"${amount:,.0f}"


def size(value: int) -> str:
    """Write a number of bytes as `812 B`, `4.1 kB`, `5.2 MB`."""
    if value < 1_000:
        return f"{value} B"
    if value < 999_950:
        return f"{value / 1_000:.1f} kB"
    return f"{value / 1_000_000:.1f} MB"


def share(part: int, whole: int) -> str:
    """Write a share as `9 %`; small but real shares are never 0."""
    if not whole or not part:
        return "0 %"
    percent = 100 * part / whole
    if percent < 1:
        return "<1 %"
    return f"{min(99, round(percent)) if part < whole else 100} %"


def plural(number: int, word: str) -> str:
    """Write `1 file`, `3 files`, `2 retries`."""
    if number == 1:
        return f"1 {word}"
    many = word[:-1] + "ies" if word.endswith("y") and word[-2:-1] not in "aeo" else word + "s"
    many = word + "es" if word.endswith(("ch", "sh", "ss")) else many
    return f"{count(number)} {many}"


def ordinal(number: int) -> str:
    """Write `1st`, `2nd`, `3rd`, `11th`, `22nd`."""
    teens = number % 100 in (11, 12, 13)
    return f"{count(number)}{'th' if teens else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"


def one_line(text: str, *, limit: int = 220) -> str:
    """Squeeze a text into one line; an ellipsis where it goes on."""
    head = text[: limit * 4]
    head = strip_ansi(head) if "\x1b" in head else head
    line = visible(" ".join(head.split()))
    return line if len(line) <= limit and len(text) <= limit * 4 else line[:limit].rstrip() + "…"


def visible(text: str) -> str:
    """Take out control characters, and marks that turn the direction of what follows or cannot be seen."""
    return _CONTROL.sub("", text)


_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
_MARKS = re.compile(r"\*\*|__|`|^#{1,6} |(?<=\n)#{1,6} ")


def without_marks(text: str) -> str:
    """Take out Markdown's bold, code and heading marks, for a text on one line."""
    return _MARKS.sub("", text[:2_000])


def short_path(path: str, cwd: str) -> str:
    """Show a path relative to the run's folder, with forward slashes; a path outside stays whole."""
    plain, base = path.replace("\\", "/"), cwd.replace("\\", "/").rstrip("/")
    if base and plain.lower() == base.lower():
        return "."
    if base and plain.lower().startswith(base.lower() + "/"):
        return plain[len(base) + 1 :]
    return plain
