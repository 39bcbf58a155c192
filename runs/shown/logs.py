"""Rows of the log, and one record as it came and as it is kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from runs.ansi import strip_ansi
from runs.facts import Tag
from runs.kinds import Kind
from runs.shown.steps import Around, StepRow, line_shown
from runs.shown.texts import TextShown
from runs.tools import PATH_NAMES, arguments_of, text_in
from runs.words import one_line, short_path, since, tokens

Row = Mapping[str, Any]

_TONES = {"error": "fail", "warn": "warn"}
_BUCKETS = ("input", "cache_read", "cache_write_5m", "cache_write_1h", "output")


@dataclass(frozen=True, kw_only=True, slots=True)
class Record:
    """One step's record: the pieces as they came, and what is kept of them."""

    seq: int
    raw: list[TextShown]
    sources: str
    kept: TextShown
    url: str
    raw_url: str


@dataclass(frozen=True, kw_only=True, slots=True)
class LogRow:
    """One line of the log."""

    line: StepRow
    href: str
    time: str
    clock: str
    kind: str
    name: str  #: the tool, else the model, else what the source called it
    level: str
    level_tone: str
    status: str  #: empty: ok
    more: str  #: the first line of what came out
    path: str
    tokens: str
    record_url: str  #: opens or closes the record without JavaScript
    tags: tuple[Tag, ...] = ()
    record: Record | None = None


@dataclass(frozen=True, kw_only=True)
class LogPlace:
    """What rows need that is not in them."""

    around: Around
    origin: datetime
    paths: Mapping[str, tuple[str, int]]  #: files changed, by the step's key
    links: Mapping[int, tuple[str, str]]  #: to the step, and to open its record, by number
    records: Mapping[int, Record]
    by_clock: bool


def log_row(row: Row, place: LogPlace) -> LogRow:
    """Build one line."""
    line, at = line_shown(row, place.around), row["started_at"]
    href, record_url = place.links[row["seq"]]
    offset = since((at - place.origin) / timedelta(milliseconds=1)) if at else ""
    clock = at.strftime("%H:%M:%S.%f")[:-3] if at else ""
    date = at.strftime("%Y-%m-%d %H:%M:%S.%f UTC") if at else "The source told no time."
    return LogRow(
        line=line,
        href=href,
        time=clock if place.by_clock else offset,
        clock=date,
        kind=row["kind"],
        name=one_line(row["tool"] or row["model"] or row["name"] or "", limit=60),
        level=row["level"],
        level_tone=_TONES.get(row["level"], ""),
        status="" if row["status"] == "ok" else row["status"],
        more=_more(row, line),
        path=path_of_row(row, place),
        tokens=tokens(spent) if (spent := _spent(row)) else "",
        record_url=record_url,
        tags=tuple(tag for tag in line.tags if tag.tone or row["kind"] != Kind.LLM),  # tokens have a column
        record=place.records.get(row["seq"]),
    )


def _spent(row: Row) -> int:
    return sum(row[f"{name}_tokens"] or 0 for name in _BUCKETS) if not row["copied"] else 0


def _more(row: Row, line: StepRow) -> str:
    """Say what came out, where the sentence does not."""
    if row["kind"] not in (Kind.TOOL, Kind.AGENT):
        return ""
    text = strip_ansi(row["error"] or row["output_text"])
    first = next((part for part in text.splitlines() if part.strip()), "")
    told = one_line(first, limit=200)
    return "" if told in line.sentence.text else told


def path_of_row(row: Row, place: LogPlace) -> str:
    """Name the file that a step changed or is about."""
    first, number = place.paths.get(row["key"], ("", 0))
    if first:
        return first if number == 1 else f"{first} +{number - 1}"
    told = row["detail"].get("path")
    if not isinstance(told, str) and row["kind"] == Kind.TOOL:
        told = text_in(arguments_of(row["input_text"]), *PATH_NAMES)
    return short_path(strip_ansi(told[:4_000]), place.around.place.cwd) if isinstance(told, str) else ""


def open_records(text: str, *, most: int) -> list[int]:
    """Read the opened records of an address: `3.34`."""
    numbers = [int(name) for name in text.split(".") if name.isascii() and name.isdigit() and len(name) < 10]
    return list(dict.fromkeys(numbers))[-most:]


def toggled(opened: Sequence[int], seq: int, *, most: int) -> str:
    """Write the opened records with one of them opened or closed."""
    rest = [number for number in opened if number != seq]
    return ".".join(map(str, rest if seq in opened else [*rest, seq][-most:]))
